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
    GRUStepClassifier,
    GRUStepRegressor,
    LSTMClassifier,
    LSTMRegressor,
    LSTMStepClassifier,
    LSTMStepRegressor,
    RNNClassifier,
    RNNRegressor,
    RNNStepClassifier,
    RNNStepRegressor,
)
from skrnn.estimators.callbacks import HAS_CALLBACKS
from skrnn.fitting import run
from skrnn.network import Network
from tests.platforms import missing

# scikit-learn has callbacks from version 1.9 on.
collect_ignore = [] if HAS_CALLBACKS else ["estimators/test_callbacks.py"]

CLASSIFIERS = [LSTMClassifier, RNNClassifier, GRUClassifier]
REGRESSORS = [LSTMRegressor, RNNRegressor, GRURegressor]
STEP_CLASSIFIERS = [LSTMStepClassifier, RNNStepClassifier, GRUStepClassifier]
STEP_REGRESSORS = [LSTMStepRegressor, RNNStepRegressor, GRUStepRegressor]


LAYOUTS = ["block", "ragged", "table"]
#: For fixtures that make small estimators, the kinds of these. The kinds differ in
#: nothing but the cell and some defaults: see test_kinds.py. So two of them stand for
#: all, each time two others, where the cell is not in question.
SMALL = {
    "small": [RNNClassifier, GRUClassifier],
    "small_regressor": [LSTMRegressor, GRURegressor],
    "any_small": [LSTMClassifier, RNNRegressor],
}


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc):
    """Let kinds and layouts take turns: each of them, but not each two of them.

    A layout is read before any cell is asked. A module that has a fixture `X` of its
    own names its layouts, if there are any, in `LAYOUTS_OF_X`.
    """
    names = set(metafunc.fixturenames)
    for mark in metafunc.definition.iter_markers("parametrize"):
        argnames = mark.args[0] if mark.args else mark.kwargs["argnames"]
        names -= set(argnames.split(",") if isinstance(argnames, str) else argnames)
    fixture = next((name for name in SMALL if name in names), None)
    layouts = getattr(metafunc.module, "LAYOUTS_OF_X", LAYOUTS)
    if "X" in names and fixture and layouts:
        turns = [(SMALL[fixture][k % 2], layout) for k, layout in enumerate(layouts)]
        ids = [f"{kind.__name__}-{layout}" for kind, layout in turns]
        in_turn = pytest.mark.parametrize((fixture, "X"), turns, indirect=True, ids=ids)
        metafunc.definition.add_marker(in_turn)


def pytest_collection_modifyitems(items):
    """Skip what the system has not: nothing on Linux."""
    for item in items:
        reason = missing({mark.name for mark in item.iter_markers()})
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))


def maker(kind):
    """Return a function that makes a small estimator with a seed.

    What is passed to it goes to the constructor.
    """

    def make(**parameters):
        quick = {"hidden_size": 4, "max_iter": 3, "random_state": 0}
        return kind(**{**quick, **parameters})

    return make


@pytest.fixture(params=SMALL["small"], ids=lambda kind: kind.__name__)
def small(request):
    """Make a small classifier."""
    return maker(request.param)


@pytest.fixture(params=SMALL["small_regressor"], ids=lambda kind: kind.__name__)
def small_regressor(request):
    """Make a small regressor."""
    return maker(request.param)


@pytest.fixture(params=SMALL["any_small"], ids=lambda kind: kind.__name__)
def any_small(request):
    """Make a small estimator of either task."""
    return maker(request.param)


@pytest.fixture(params=CLASSIFIERS + REGRESSORS, ids=lambda kind: kind.__name__)
def each_small(request):
    """Make a small estimator of each kind, where the cell is in question."""
    return maker(request.param)


@pytest.fixture
def full_batch(any_small):
    """Make a small estimator that L-BFGS has time to train."""

    def make(**parameters):
        enough = {"solver": "lbfgs", "max_iter": 1000, "tol": 1e-2}
        return any_small(**{**enough, **parameters})

    return make


@pytest.fixture
def interrupted_after(monkeypatch):
    """Interrupt the training that follows, after a number of forward passes."""

    def arrange(n_passes):
        forward, n_left = Network.forward, [n_passes + 1]

        def stumble(*args, **options):
            n_left[0] -= 1
            if n_left[0] == 0:
                raise KeyboardInterrupt
            return forward(*args, **options)

        monkeypatch.setattr(Network, "forward", stumble)

    return arrange


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
    """Return 40 sequences of up to 4 steps and 2 features, in every layout."""
    block = _block()
    table = block.reshape(len(block), -1)
    return {
        "block": block,
        "ragged": [sequence[: 2 + i % 3] for i, sequence in enumerate(block)],
        "table": table,
        "frame": pd.DataFrame(table, columns=list("abcdefgh")),
    }


@pytest.fixture(params=LAYOUTS)
def X(request, layouts):
    """Return the sequences of `layouts`, in one layout after the other."""
    return layouts[request.param]


def _block():
    return np.random.default_rng(0).normal(size=(40, 4, 2))
