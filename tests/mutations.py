"""Faults that the tests must find, planted one at a time into a copy of the package.

    python tests/mutations.py                  all of them, in some minutes
    python tests/mutations.py cell test_loop   where a name has one of the words
    python tests/mutations.py --tests OTHER    with the tests of another clone

Each line says by which test of a file a fault was found; the last one what was not.
Run it before and after a change of the tests: what was found must still be.
"""

import argparse
import os
import shutil
import sys
from contextlib import redirect_stdout
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from runpy import run_path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
#: What the tests read, besides skrnn/.
PARTS = (
    *("tests", "docs", "examples", "pyproject.toml", "LICENSE", "CITATION.cff"),
    *("CHANGELOG.md", "CONTRIBUTING.md", "README.md"),
)
FAULTS = run_path(str(ROOT / "tests" / "faults.py"))["FAULTS"]
QUICKLY = ("-x", "-q", "--capture=sys", "-p", "no:cacheprovider")
#: Imported once, before the processes part: all but the package itself.
COMMON = ("matplotlib.pyplot", "pandas", "pytest", "scipy.optimize", "skops.io")


def plant(name, source, folder):
    """Copy the package, with a fault in place of what must stand just once."""
    shutil.copytree(source, folder)
    file, old, new, _ = FAULTS[name]
    text = Path(folder, file).read_text(encoding="utf-8")
    if text.count(old) != 1:
        raise SystemExit(f"{name}: {file} has {text.count(old)} times\n{old}")
    Path(folder, file).write_text(text.replace(old, new), encoding="utf-8")


class FirstFailure:
    """Remembers which test failed first."""

    name = None

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.name = self.name or report.nodeid.partition("::")[2]

    def pytest_collectreport(self, report):
        if report.failed:
            self.name = self.name or "cannot be imported"


def look(job):
    """Run a file of tests against a fault, in a process of its own."""
    name, file, tests = job
    import pytest

    with TemporaryDirectory() as folder, open(os.devnull, "w") as nowhere:
        plant(name, ROOT / "skrnn", Path(folder, "skrnn"))
        for part in PARTS:
            Path(folder, part).symlink_to(tests / part)
        os.chdir(folder)
        # For the processes that a test may start, too.
        sys.path[0] = os.environ["PYTHONPATH"] = folder
        first = FirstFailure()
        with redirect_stdout(nowhere):
            pytest.main([*QUICKLY, f"tests/{file}"], plugins=[first])
        assert sys.modules["skrnn"].__file__.startswith(folder)
        os.chdir("/")
    return first.name


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "words", nargs="*", help="only faults or files whose names have one"
    )
    parser.add_argument("--tests", type=Path, default=ROOT, help="where the tests are")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    options = parser.parse_args()
    words, tests = options.words or [""], options.tests.resolve()
    jobs = [
        (name, file, tests)
        for name, (*_, files) in FAULTS.items()
        for file in files
        if any(word in f"{name} {file}" for word in words)
    ]
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    for module in COMMON:
        import_module(module)
    sys.dont_write_bytecode = True
    missed = 0
    with get_context("fork").Pool(options.jobs, maxtasksperchild=1) as pool:
        for (name, file, _), test in zip(jobs, pool.imap(look, jobs), strict=True):
            print(f"{name}  |  {file}: {test or 'MISSED'}", flush=True)
            missed += test is None
    print(f"{len(jobs)} looks, missed {missed} times")
    return missed > 0


if __name__ == "__main__":
    sys.exit(main())
