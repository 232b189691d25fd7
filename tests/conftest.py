"""Small estimators, and the same small data in every layout."""

import os

# SciPy reads it when it is imported; without it the stock array API check is skipped.
os.environ["SCIPY_ARRAY_API"] = "1"

import numpy as np
import pandas as pd
import pytest

from skrnn import (
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    RNNClassifier,
    RNNRegressor,
)
from skrnn.estimators.callbacks import HAS_CALLBACKS
from skrnn.fitting import run

# scikit-learn has callbacks from version 1.9 on.
collect_ignore = [] if HAS_CALLBACKS else ["estimators/test_callbacks.py"]

CLASSIFIERS = [LSTMClassifier, RNNClassifier, GRUClassifier]
REGRESSORS = [LSTMRegressor, RNNRegressor, GRURegressor]


def maker(kind):
    """Give a function that makes a small estimator with a seed.

    What is passed to it goes to the constructor.
    """

    def make(**parameters):
        quick = {"hidden_size": 4, "max_iter": 3, "random_state": 0}
        return kind(**{**quick, **parameters})

    return make


# The kinds differ in nothing but the cell and some defaults: see test_kinds.py. So two
# of them stand for all, each time two others, where the cell is not in question.


@pytest.fixture(params=[RNNClassifier, GRUClassifier], ids=lambda kind: kind.__name__)
def small(request):
    """Make a small classifier."""
    return maker(request.param)


@pytest.fixture(params=[LSTMRegressor, GRURegressor], ids=lambda kind: kind.__name__)
def small_regressor(request):
    """Make a small regressor."""
    return maker(request.param)


@pytest.fixture(params=[LSTMClassifier, RNNRegressor], ids=lambda kind: kind.__name__)
def any_small(request):
    """Make a small estimator of either task."""
    return maker(request.param)


@pytest.fixture(params=CLASSIFIERS + REGRESSORS, ids=lambda kind: kind.__name__)
def each_small(request):
    """Make a small estimator of each kind, where the cell is in question."""
    return maker(request.param)


@pytest.fixture
def splits(monkeypatch):
    """Write down what each fit learns from, and what it holds out."""
    seen, right = [], run.hold_out

    def watched(*args):
        seen.append(right(*args))
        return seen[-1]

    monkeypatch.setattr("skrnn.fitting.run.hold_out", watched)
    return seen


@pytest.fixture
def y():
    """Labels of the 40 sequences of `layouts`: the sign of the sum of two steps."""
    return np.where(_block()[:, :2].sum(axis=(1, 2)) > 0, "up", "down")


@pytest.fixture
def codes(y):
    """The labels as 0 and 1, which are numbers for a regressor too."""
    return (y == "up").astype(int)


@pytest.fixture
def targets():
    """Numbers for the 40 sequences of `layouts`: the sum of two steps, and more."""
    block = _block()
    noise = np.random.default_rng(1).normal(size=40)
    return 50 + 10 * block[:, :2].sum(axis=(1, 2)) + noise


@pytest.fixture
def layouts():
    """Give 40 sequences of up to 4 steps and 2 features, in every layout."""
    block = _block()
    table = block.reshape(len(block), -1)
    return {
        "block": block,
        "ragged": [sequence[: 2 + i % 3] for i, sequence in enumerate(block)],
        "table": table,
        "frame": pd.DataFrame(table, columns=list("abcdefgh")),
    }


@pytest.fixture(params=["block", "ragged", "table"])
def X(request, layouts):
    """Give the sequences of `layouts`, in one layout after the other."""
    return layouts[request.param]


def _block():
    return np.random.default_rng(0).normal(size=(40, 4, 2))
