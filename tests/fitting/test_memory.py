"""Memory of features, against other ways to compute it."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skrnn.fitting.memory import ENOUGH_PAIRS, measure_memory
from skrnn.sequences.scaling import Scale

NAN = np.nan
N, T = 200, 40


def autoregressive(memory, n=N, n_steps=T, seed=0):
    """Sequences of features that forget at some rates, with a deviation of one."""
    rng, memory = np.random.default_rng(seed), np.array(memory)
    X = rng.normal(size=(n, n_steps, len(memory)))
    for t in range(1, n_steps):
        X[:, t] = memory * X[:, t - 1] + np.sqrt(1 - memory**2) * X[:, t]
    return X


def without_some(X, share=0.4, seed=1):
    return np.where(np.random.default_rng(seed).random(X.shape) < share, NAN, X)


def measured(samples, weight=None, rows=None):
    weight = np.ones(len(samples)) if weight is None else weight
    rows = np.flatnonzero(weight) if rows is None else rows
    scale = Scale.of_steps(samples, rows, weight)
    return measure_memory(samples, rows, weight, scale)


def by_search(samples, weight):
    """Try many numbers, with loops over sequences and pairs."""
    scale = Scale.of_steps(samples, np.arange(len(samples)), weight)
    tried = np.linspace(0, 1, 2001)
    error = np.zeros((len(tried), len(scale.mean)))
    for x, w in zip(samples, weight, strict=True):
        z = (x - scale.mean) / scale.scale
        for lag in range(1, 9):
            for a, b in zip(z, z[lag:], strict=False):
                guess = tried[:, np.newaxis] ** lag * a
                error += w * np.nan_to_num((guess - b) ** 2)
    return tried[error.argmin(axis=0)]


def test_features_that_forget_at_known_rates():
    memory = 0.0, 0.3, 0.7, 0.95
    X = without_some(autoregressive(memory, 1000))
    assert_allclose(measured(X), memory, rtol=0, atol=0.03)


def test_a_feature_that_swings_is_forgotten():
    phase = np.random.default_rng(0).uniform(0, 7, (N, 1, 1))
    X = np.sin(phase + np.arange(T)[:, np.newaxis] * np.pi)
    assert_array_equal(measured(X), [0])


def test_least_squares_by_search():
    X = without_some(autoregressive((0.2, 0.6, 0.9), 20, 12))
    samples = [x[: 1 + i % 12] for i, x in enumerate(X)]
    weight = np.random.default_rng(0).random(20)
    assert_allclose(measured(samples, weight), by_search(samples, weight), atol=5e-4)


def test_layouts_types_and_units():
    X = without_some(autoregressive((0.5, 0.9)))
    expected = measured(X)
    assert_allclose(measured(list(X)), expected, rtol=0, atol=1e-7)
    assert_allclose(measured(1e3 + 1e-3 * X), expected, rtol=0, atol=1e-6)
    assert_allclose(measured(1e300 * X), expected, rtol=0, atol=1e-7)
    found = measured(X.astype(np.float32))
    assert found.dtype == np.float64
    assert_allclose(found, expected, rtol=0, atol=1e-5)


def test_weights_are_copies_and_zero_is_absence():
    X = without_some(autoregressive((0.5, 0.9), 30))
    weight = np.random.default_rng(0).integers(0, 4, 30).astype(float)
    copies = np.repeat(X, weight.astype(int), axis=0)
    assert_allclose(measured(X, weight), measured(copies), rtol=0, atol=1e-7)
    others = X[weight > 0]
    found = measured(others, weight[weight > 0])
    assert_array_equal(measured(X, weight), found)


@pytest.mark.parametrize(
    "make",
    {
        "constant": lambda X: np.full_like(X, 3.0),
        "never seen": lambda X: np.full_like(X, NAN),
        "one step": lambda X: X[:, :1],
        "seen once each": lambda X: np.where(np.arange(T)[:, np.newaxis] == 3, X, NAN),
        "seen far apart": lambda X: np.where(
            np.arange(T)[:, np.newaxis] % 9 == 0, X, NAN
        ),
        "few pairs": lambda X: X[: ENOUGH_PAIRS - 1, :2],
    }.values(),
)
def test_where_there_is_nothing_to_learn_from(make):
    assert_array_equal(measured(make(autoregressive((0.1,)))), [1])


def test_enough_pairs():
    assert measured(autoregressive((0.1,))[:ENOUGH_PAIRS, :2]) < 1
