"""Fits with default parameters learn."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, r2_score

from skrnn import (
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    RNNClassifier,
    RNNRegressor,
)
from skrnn.datasets import (
    load_japanese_vowels,
    make_first_symbol_recall,
    make_sign_of_sum,
    make_temporal_order,
)

KINDS = [RNNClassifier, LSTMClassifier, GRUClassifier]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_sign_of_the_sum(kind, seed):
    X, y = make_sign_of_sum(1000, 10, random_state=seed)
    X_new, y_new = make_sign_of_sum(4000, 10, random_state=100 + seed)
    assert kind(hidden_size=32, random_state=seed).fit(X, y).score(X_new, y_new) > 0.97


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("make", [make_first_symbol_recall, make_temporal_order])
def test_remembering(kind, make):
    X, y = make(600, 20, random_state=0)
    X_new, y_new = make(600, 20, random_state=1)
    assert kind(random_state=0).fit(X, y).score(X_new, y_new) > 0.95


@pytest.mark.parametrize("kind", KINDS)
def test_japanese_vowels(kind):
    X, y = load_japanese_vowels(subset="train", return_X_y=True)
    X_new, y_new = load_japanese_vowels(subset="test", return_X_y=True)
    assert kind(random_state=0).fit(X, y).score(X_new, y_new) > 0.92


def sequences(n, seed):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(length, 2)) for length in rng.integers(4, 13, n)]


def first_and_largest(X):
    """Give the first value of one feature and the largest of the other."""
    return np.array([[1e3 * x[0, 0] + 5e4, x[:, 1].max()] for x in X])


def first_and_sum(X):
    """Say whether the first value of one feature, and the sum of the other, is up."""
    return np.array([[x[0, 0] > 0, x[:, 1].sum() > 0] for x in X]).astype(int)


@pytest.mark.parametrize("kind", [RNNRegressor, LSTMRegressor, GRURegressor])
def test_numbers(kind):
    X, X_new = sequences(500, seed=0), sequences(500, seed=1)
    found = kind(random_state=0).fit(X, first_and_largest(X)).predict(X_new)
    rating = r2_score(first_and_largest(X_new), found, multioutput="raw_values")
    assert rating.min() > 0.97


@pytest.mark.parametrize("kind", KINDS)
def test_several_labels(kind):
    X, X_new = sequences(500, seed=0), sequences(500, seed=1)
    found = kind(random_state=0).fit(X, first_and_sum(X)).predict(X_new)
    for label, expected in zip(found.T, first_and_sum(X_new).T, strict=True):
        assert accuracy_score(expected, label) > 0.92
