"""Check what a wheel and a source distribution contain: distributions.py FOLDER."""

import subprocess
import sys
import tarfile
import tomllib
from email.parser import BytesParser
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
#: What a source distribution has at the top, besides PKG-INFO.
TOP = {
    *(".gitignore", "CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "LICENSE"),
    *("README.md", "docs", "examples", "pyproject.toml", "skrnn", "tests"),
}


def tracked(*folders):
    """Return the files that git knows, or None outside of a clone."""
    if not (ROOT / ".git").exists():
        return None
    command = ["git", "ls-files", "-z", "--", *folders]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
    names = listed.decode().split("\0")[:-1]
    return {name for name in names if (ROOT / name).exists()}


def check(condition, message):
    """End with a message if a condition does not hold."""
    if not condition:
        sys.exit(f"error: {message}")


def check_equal(found, expected, what):
    """End with the difference if two sets differ."""
    if found != expected:
        lacks, has = sorted(expected - found), sorted(found - expected)
        sys.exit(f"error: {what} lacks {lacks}, and has {has} too many")


def check_wheel(path):
    """Check the files and the metadata of a wheel."""
    with ZipFile(path) as wheel:
        names = set(wheel.namelist())
        (info,) = {name.partition("/")[0] for name in names if ".dist-info/" in name}
        metadata = BytesParser().parsebytes(wheel.read(f"{info}/METADATA"))
        tag = BytesParser().parsebytes(wheel.read(f"{info}/WHEEL"))["Tag"]
    check(tag == "py3-none-any", f"the wheel is {tag}, not py3-none-any")
    licences = {f"{info}/licenses/{name}" for name in PROJECT["license-files"]}
    about = {f"{info}/{name}" for name in ("METADATA", "RECORD", "WHEEL")}
    package = {name for name in names if name.startswith("skrnn/")}
    check_equal(names - package, about | licences, "the wheel beside skrnn/")
    expected = tracked("skrnn")
    if expected is not None:
        check_equal(package, expected, "skrnn/ of the wheel")
    data = {name.name for name in (ROOT / "skrnn/datasets/data").iterdir()}
    needed = {"skrnn/py.typed"} | {f"skrnn/datasets/data/{name}" for name in data}
    check(needed <= names, f"the wheel lacks {sorted(needed - names)}")
    check(metadata["License-Expression"] == PROJECT["license"], "another licence")
    check(
        metadata.get_all("License-File") == PROJECT["license-files"],
        f"License-File is {metadata.get_all('License-File')}",
    )
    check("tests" not in {name.split("/")[0] for name in names}, "it has tests")
    return metadata["Version"], len(names)


def check_source(path, version):
    """Check the files of a source distribution."""
    with tarfile.open(path) as source:
        names = {member.name for member in source.getmembers() if member.isfile()}
    base = f"skrnn-{version}/"
    check(all(name.startswith(base) for name in names), f"a file is not in {base}")
    names = {name.removeprefix(base) for name in names}
    top = {name.partition("/")[0] for name in names}
    check_equal(top, TOP | {"PKG-INFO"}, "the source distribution at its top")
    expected = tracked(*TOP)
    if expected is not None:
        check_equal(names - {"PKG-INFO"}, expected, "the source distribution")
    return len(names)


def main(folder):
    """Check the one wheel and the one source distribution of a folder."""
    (wheel,), (source,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    check(len(list(folder.iterdir())) == 2, "there are other files")
    version, in_wheel = check_wheel(wheel)
    in_source = check_source(source, version)
    print(f"{wheel.name}: {in_wheel} files, {wheel.stat().st_size >> 10} KiB")
    print(f"{source.name}: {in_source} files, {source.stat().st_size >> 10} KiB")


main(Path(sys.argv[1]))
