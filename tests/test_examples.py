"""Every example runs from start to end, in a folder of its own."""

import runpy
from pathlib import Path

import pytest
from matplotlib import pyplot

from skrnn.estimators.callbacks import HAS_CALLBACKS

EXAMPLES = [
    path
    for path in sorted((Path(__file__).parents[1] / "examples").glob("*.py"))
    if HAS_CALLBACKS or path.stem != "callbacks"
]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example(path, tmp_path, monkeypatch):
    pyplot.switch_backend("agg")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("sys.argv", [str(path)])
    runpy.run_path(str(path), run_name="__main__")
    pyplot.close("all")
    made = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert all(file.stat().st_size > 0 for file in made)


def test_there_are_examples():
    assert "quickstart" in [path.stem for path in EXAMPLES]
