"""Type checkers accept what users write, and refuse their mistakes."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import skrnn

HERE = Path(__file__).parent
USES, MISTAKES = HERE / "typical_uses.py", HERE / "typical_mistakes.py"


def output_of(*command):
    """Run a type checker on both files, with the skrnn that these tests import."""
    environment = {
        **os.environ,
        "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1",
        "PYTHONPATH": str(Path(skrnn.__file__).parent.parent),
    }
    done = subprocess.run(
        [sys.executable, "-m", *command, USES, MISTAKES],
        env=environment,
        cwd=HERE,
        capture_output=True,
        text=True,
    )
    # 1 says that there are errors, which there are.
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def errors_of_pyright(tmp_path):
    found = output_of("pyright", "--outputjson", "--pythonpath", sys.executable)
    for error in json.loads(found)["generalDiagnostics"]:
        line = error["range"]["start"]["line"] + 1
        yield Path(error["file"]).name, line, error["message"]


def errors_of_mypy(tmp_path):
    config = Path(skrnn.__file__).parent.parent / "pyproject.toml"
    options = "--strict", "--config-file", config, "--cache-dir", tmp_path
    for line in output_of("mypy", *options).splitlines():
        if match := re.match(r"(.+?):(\d+): error: (.*)", line):
            yield Path(match[1]).name, int(match[2]), match[3]


@pytest.mark.parametrize("errors_of", [errors_of_pyright, errors_of_mypy])
def test_each_mistake_is_found_and_nothing_else(errors_of, tmp_path):
    errors = {(file, line): text for file, line, text in errors_of(tmp_path)}
    lines = MISTAKES.read_text(encoding="utf-8").splitlines()
    marked = {
        (MISTAKES.name, number)
        for number, line in enumerate(lines, 1)
        if line.endswith("# mistake")
    }
    assert errors.keys() == marked, errors
