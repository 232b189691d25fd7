"""Small fitted estimators of every kind, and prefixes of what they are asked."""

import warnings

import numpy as np

from skrnn import (
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    RNNClassifier,
    RNNRegressor,
)

N, T, D = 12, 7, 2

#: Each kind of estimator with each kind of targets that it takes.
TASKS = [
    *((kind, "two classes") for kind in (RNNClassifier, LSTMClassifier, GRUClassifier)),
    *((kind, "number") for kind in (RNNRegressor, LSTMRegressor, GRURegressor)),
    (LSTMClassifier, "classes"),
    (GRUClassifier, "labels"),
    (RNNRegressor, "numbers"),
]

TOLERANCE = {np.float64: 1e-12, np.float32: 2e-6}


def name_of(task):
    kind, targets = task
    return f"{kind.__name__}-{targets}"


def block(seed=0, dtype=np.float64):
    """Draw sequences whose features are of very different size."""
    steps = np.random.default_rng(seed).normal(size=(N, T, D))
    return (steps * [3.0, 0.01] + [10.0, 0.0]).astype(dtype)


def targets_of(name):
    rows = np.arange(N)
    return {
        "two classes": np.where(rows % 2, "up", "down"),
        "classes": rows % 3 - 5,
        "labels": np.stack([rows % 2, rows % 3 > 0], axis=1).astype(int),
        "number": 1e4 + 50.0 * rows,
        "numbers": np.stack([1e4 + 50.0 * rows, -0.01 * rows], axis=1),
    }[name]


def fitted(task, X=None, **parameters):
    """Train a small estimator for a moment."""
    kind, targets = task
    X = block() if X is None else X
    quick = {"hidden_size": 5, "max_iter": 2, "random_state": 0, "alpha": 0.0}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return kind(**{**quick, **parameters}).fit(X, targets_of(targets))


def answer(estimator, X):
    """Give probabilities, or predicted numbers."""
    return getattr(estimator, "predict_proba", estimator.predict)(X)


def prefixes(estimator, X):
    """Give the answers to the first step, the first two, ... of each sequence."""
    longest = max(len(x) for x in X)
    return [answer(estimator, [x[:t] for x in X]) for t in range(1, longest + 1)]


def assert_same(got, expected, dtype=np.float64):
    """Compare to the rounding of a type."""
    got, expected = np.asarray(got), np.asarray(expected)
    assert got.shape == expected.shape
    tolerance = TOLERANCE[np.dtype(dtype).type]
    np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance)
