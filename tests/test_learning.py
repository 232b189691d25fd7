"""Fits with default parameters learn."""

import pytest

from skrnn import LSTMClassifier, RNNClassifier
from skrnn.datasets import (
    load_japanese_vowels,
    make_first_symbol_recall,
    make_sign_of_sum,
    make_temporal_order,
)

KINDS = [RNNClassifier, LSTMClassifier]


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
