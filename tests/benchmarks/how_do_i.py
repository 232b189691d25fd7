"""Run the programs of the pages "How do I ...?" that need other libraries.

    pip install aeon sktime tslearn skforecast shap optuna mlflow-skinny \
sqlalchemy alembic pytest
    python -m tests.benchmarks.how_do_i           # all of them
    python -m tests.benchmarks.how_do_i sktime    # questions with this word

Programs are taken from the pages, and each runs in a process and a folder of its own.
Printed are the question, the version of the library, and what the program prints; and,
at the end, the questions that failed. Where the page shows an output, it must be this
one.
`UserWarning`s about the program itself, as those of `fit`, are errors; others are not
shown.
"""

import argparse
import contextlib
import os
import re
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tests.how_do_i import questions
from tests.test_docs import ROOT

#: Where a module is not named as its distribution.
DISTRIBUTIONS = {"mlflow": ("mlflow", "mlflow-skinny")}
#: What a program may import without a word about its version.
USUAL = {"numpy", "pandas", "sklearn", "skrnn"}


def versions(source):
    """Return the names and versions of the libraries that a program imports."""
    modules = set(re.findall(r"^(?:from|import) (\w+)", source, re.MULTILINE)) - USUAL
    found = []
    for module in sorted(modules - set(sys.stdlib_module_names)):
        for name in DISTRIBUTIONS.get(module, (module,)):
            with contextlib.suppress(PackageNotFoundError):
                found.append(f"{name} {version(name)}")
    return ", ".join(found)


def run(question):
    """Run the program of a question in a process, and return how that ended."""
    command = [sys.executable, "-W", "ignore", "-W", "error::UserWarning:__main__"]
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        program = Path(folder, "program.py")
        program.write_text(question.program, encoding="utf-8")
        return subprocess.run(
            [*command, program],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            capture_output=True,
            text=True,
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("words", nargs="*", help="a word of the question")
    words = [word.lower() for word in parser.parse_args().words]
    print("scikit-learn", version("scikit-learn"))
    failed = []
    for question in questions():
        heading = question.heading.lower()
        if question.language != "py" or not all(word in heading for word in words):
            continue
        print(f"\n{question.heading} [{versions(question.program)}]", flush=True)
        done = run(question)
        print(done.stdout, end="", flush=True)
        if done.returncode:
            print(done.stderr)
            failed.append(question.heading)
        elif question.output not in (None, done.stdout):
            print("The page says that it prints:", question.output, sep="\n")
            failed.append(question.heading)
    sys.exit("\n".join(["", "Failed:", *failed]) if failed else 0)


if __name__ == "__main__":
    main()
