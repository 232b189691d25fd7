"""Fits with default parameters learn."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, r2_score

from skrnn import (
    GRUClassifier,
    LSTMClassifier,
    LSTMRegressor,
    RNNClassifier,
)
from skrnn.datasets import (
    load_japanese_vowels,
    make_first_symbol_recall,
    make_sign_of_sum,
    make_temporal_order,
)


@pytest.mark.parametrize(
    ("kind", "seed", "unit", "zero"),
    [
        (RNNClassifier, 2, 1e-6, -1e-5),
        (RNNClassifier, 1, 1e3, 5e4),
    ],
)
def test_sign_of_the_sum(kind, seed, unit, zero):
    X, y = make_sign_of_sum(1000, 10, random_state=seed)
    X_new, y_new = make_sign_of_sum(4000, 10, random_state=100 + seed)
    clf = kind(random_state=seed).fit(unit * X + zero, y)
    assert clf.score(unit * X_new + zero, y_new) > 0.97


@pytest.mark.parametrize(
    ("kind", "n_steps", "make"),
    [
        (RNNClassifier, 30, make_temporal_order),
        (LSTMClassifier, 20, make_first_symbol_recall),
    ],
)
def test_remembering(kind, n_steps, make):
    X, y = make(300, n_steps, random_state=0)
    X_new, y_new = make(600, n_steps, random_state=1)
    assert kind(random_state=0).fit(X, y).score(X_new, y_new) > 0.98


def waves(n, seed):
    """Draw noisy waves of 90 to 110 steps, and which are the quicker ones."""
    rng = np.random.default_rng(seed)
    y, X = np.arange(n) % 2, []
    for quick in y:
        t = np.arange(rng.integers(90, 111))[:, np.newaxis]
        wave = np.sin(t / (7 - quick) + rng.uniform(0, 2 * np.pi))
        X.append(20 + 3 * wave + rng.normal(size=t.shape))
    return X, y


def test_long_curves():
    X, y = waves(300, seed=0)
    assert RNNClassifier(random_state=0).fit(X, y).score(*waves(300, seed=1)) > 0.95


def test_japanese_vowels():
    """The gated cells learn them on the pages for readers."""
    X, y = load_japanese_vowels(subset="train", return_X_y=True)
    X_new, y_new = load_japanese_vowels(subset="test", return_X_y=True)
    assert RNNClassifier(random_state=0).fit(X, y).score(X_new, y_new) > 0.95


def sequences(n, seed):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(length, 2)) for length in rng.integers(4, 13, n)]


def first_and_largest(X):
    """Give the first value of one feature and the largest of the other."""
    return np.array([[1e3 * x[0, 0] + 5e4, x[:, 1].max()] for x in X])


def first_and_sum(X):
    """Say whether the first value of one feature, and the sum of the other, is up."""
    return np.array([[x[0, 0] > 0, x[:, 1].sum() > 0] for x in X]).astype(int)


def test_numbers():
    X, X_new = sequences(300, seed=0), sequences(500, seed=1)
    found = LSTMRegressor(random_state=0).fit(X, first_and_largest(X)).predict(X_new)
    rating = r2_score(first_and_largest(X_new), found, multioutput="raw_values")
    assert rating.min() > 0.98


def test_several_labels():
    X, X_new = sequences(500, seed=0), sequences(500, seed=1)
    found = GRUClassifier(random_state=0).fit(X, first_and_sum(X)).predict(X_new)
    for label, expected in zip(found.T, first_and_sum(X_new).T, strict=True):
        assert accuracy_score(expected, label) > 0.92
