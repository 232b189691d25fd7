"""Small classifiers, and the same small data in every layout."""

import numpy as np
import pandas as pd
import pytest

from skrnn import LSTMClassifier, RNNClassifier


@pytest.fixture(params=[LSTMClassifier, RNNClassifier], ids=lambda kind: kind.__name__)
def small(request):
    """Make a small classifier with a seed; what is passed goes to its constructor."""

    def make(**parameters):
        quick = {"hidden_size": 4, "max_iter": 3, "random_state": 0}
        return request.param(**{**quick, **parameters})

    return make


@pytest.fixture
def y():
    """Labels of the 40 sequences of `layouts`: the sign of the sum of two steps."""
    return np.where(_block()[:, :2].sum(axis=(1, 2)) > 0, "up", "down")


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
