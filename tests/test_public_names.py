"""What users find in the package by its name: all that is public, and nothing else."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import skrnn

SUBPACKAGES = (
    "callbacks",
    "cells",
    "dask",
    "datasets",
    "ensemble",
    "inspection",
    "interop",
    "metrics",
    "preprocessing",
    "streaming",
)
ESTIMATORS = [
    "GRUClassifier",
    "GRURegressor",
    "GRUStepClassifier",
    "GRUStepRegressor",
    "LSTMClassifier",
    "LSTMRegressor",
    "LSTMStepClassifier",
    "LSTMStepRegressor",
    "RNNClassifier",
    "RNNRegressor",
    "RNNStepClassifier",
    "RNNStepRegressor",
    "RecurrentFeatures",
]


def in_a_new_process(code):
    """Run code that prints words: give them as a list."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        cwd=Path(skrnn.__file__).parents[1],
        capture_output=True,
        text=True,
    )
    return done.stdout.split()


def test_what_is_listed_is_what_is_public():
    expected = sorted([*ESTIMATORS, "__version__", *SUBPACKAGES])
    assert dir(skrnn) == expected


@pytest.mark.parametrize("name", SUBPACKAGES)
def test_a_subpackage_lists_what_is_public(name):
    package = import_module(f"skrnn.{name}")
    assert dir(package) == sorted(package.__all__)
    for public in package.__all__:
        assert not isinstance(getattr(package, public), ModuleType)


def test_subpackages_need_no_import_of_their_own():
    names = ", ".join(f"skrnn.{name}" for name in SUBPACKAGES)
    printed = in_a_new_process(
        f"import skrnn; print(*dir(skrnn)); print(*(one.__name__ for one in ({names})))"
    )
    assert printed == [*dir(skrnn), *(f"skrnn.{name}" for name in SUBPACKAGES)]
    for name in SUBPACKAGES:
        assert getattr(skrnn, name) is import_module(f"skrnn.{name}")


def test_from_the_package_all_names_can_be_imported():
    names = [*ESTIMATORS, *SUBPACKAGES]
    printed = in_a_new_process(
        f"from skrnn import {', '.join(names)}\n"
        f"print(*(one.__name__.split('.')[-1] for one in ({', '.join(names)})))"
    )
    assert printed == names


def test_nothing_is_imported_before_it_is_asked_for():
    optional = "dask", "ensemble", "inspection", "interop", "preprocessing", "streaming"
    asked_for = tuple(f"skrnn.{name}" for name in optional)
    loaded = f"[name for name in sys.modules if name.startswith({asked_for})]"
    before, after = in_a_new_process(
        f"import sys, skrnn; dir(skrnn); print(','.join({loaded}) or 'nothing');"
        f"skrnn.interop; print(','.join({loaded}))"
    )
    assert before == "nothing"
    assert "skrnn.interop.torch" in after
    assert not any(name in after for name in asked_for if name != "skrnn.interop")


@pytest.mark.parametrize("name", ["preprocesing", "LSTM", "numpy", "_preprocessing"])
def test_names_that_are_not_there(name):
    with pytest.raises(AttributeError) as caught:
        getattr(skrnn, name)
    assert str(caught.value) == f"module 'skrnn' has no attribute {name!r}"
    assert (caught.value.name, caught.value.obj) == (name, skrnn)
    with pytest.raises(ImportError, match="cannot import name"):
        exec(f"from skrnn import {name}")
