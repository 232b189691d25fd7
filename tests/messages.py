"""Small data in every layout, and what the tests of messages share."""

import re
from functools import partial

import numpy as np
import pandas as pd
import pytest
from sklearn.base import is_classifier

N = 8
Y = np.arange(N) % 2
BLOCK = np.random.default_rng(0).normal(size=(N, 3, 2))
RAGGED = [sequence[: 2 + i % 2] for i, sequence in enumerate(BLOCK)]
TABLE = BLOCK.reshape(N, -1)
FRAME = pd.DataFrame(TABLE, columns=list("abcdef"))
TARGETS = np.random.default_rng(1).normal(size=N)
LAYOUTS = {"block": BLOCK, "ragged": RAGGED, "table": TABLE}


def failure(error, call, *args, **kwargs):
    """Return the message of the failure of a call, of exactly this type of error."""
    with pytest.raises(error) as caught:
        call(*args, **kwargs)
    assert type(caught.value) is error
    return str(caught.value)


def text_for(estimator, text):
    """Put the name of the estimator into a text."""
    return re.sub("LSTM(Classifier|Regressor)", type(estimator).__name__, text)


def first_call(estimator, method):
    """Return `fit`, or a first `partial_fit` with the classes 0 and 1."""
    if method == "partial_fit" and is_classifier(estimator):
        return partial(estimator.partial_fit, classes=[0, 1])
    return getattr(estimator, method)


def methods_of(estimator):
    """Return the methods that take sequences, and nothing else."""
    return [
        getattr(estimator, name)
        for name in (
            "predict",
            "predict_proba",
            "predict_log_proba",
            "decision_function",
            "hidden_states",
            "pooled_states",
        )
        if hasattr(estimator, name)
    ]


def with_item(items, i, item):
    return [*items[:i], item, *items[i + 1 :]]


def with_value(X, i, step, feature, value):
    """Put one value into a copy of X: a block, a ragged list, or a table of pairs."""
    if isinstance(X, list):
        sequence = X[i].copy()
        sequence[step, feature] = value
        return with_item(X, i, sequence)
    changed = np.array(X)
    changed.reshape(N, -1, 2)[i, step, feature] = value
    if isinstance(X, pd.DataFrame):
        return pd.DataFrame(changed, columns=X.columns)
    return changed


def as_type(X, dtype):
    return [x.astype(dtype) for x in X] if isinstance(X, list) else X.astype(dtype)


def as_objects(X, value):
    """Make X an array of objects, or a list of them, with `value` at second place."""
    X = as_type(X, object)
    (X[0] if isinstance(X, list) else X).flat[1] = value
    return X
