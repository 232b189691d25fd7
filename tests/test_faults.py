"""The planted faults of `mutations.py` have a place: their texts are in the source."""

from pathlib import Path
from runpy import run_path

import pytest

import skrnn

FAULTS = run_path(str(Path(__file__).with_name("faults.py")))["FAULTS"]
SOURCE, TESTS = Path(skrnn.__file__).parent, Path(__file__).parent


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_has_one_place_and_tests_that_exist(name):
    path, text, other, files = FAULTS[name]
    assert (SOURCE / path).read_text(encoding="utf-8").count(text) == 1
    assert text != other
    assert all((TESTS / file).exists() for file in files)
