"""Sequences on their own scale: when they are, and what does not change it."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skrnn import GRUClassifier, GRURegressor, RNNClassifier
from skrnn.fitting.fitted_state import fitted_network
from skrnn.parameters.measured import scales_differ
from skrnn.sequences import pack
from skrnn.streaming import EarlyClassifier, Stream

RNG = np.random.default_rng(0)
N, T = 300, 8
STEPS = RNG.normal(size=(N, T, 2))
CODES = (STEPS[:, -1, 0] > STEPS[:, 0, 0]).astype(int)
#: Over six orders of magnitude.
SIZES = 10 ** RNG.uniform(-3, 3, size=(N, 1, 1))
QUICK = {"hidden_size": 3, "max_iter": 2, "random_state": 0}


def normed(X):
    return (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True)


DECIDED = {
    "orders of magnitude": (STEPS * SIZES, True),
    "far from zero": (STEPS * SIZES + 1e5, True),
    "tiny": (1e-200 * STEPS * SIZES, True),
    "huge": (1e200 * STEPS * SIZES, True),
    "as they are": (STEPS, False),
    "normed": (normed(STEPS * SIZES), False),
    "constant": (np.broadcast_to(SIZES, (N, T, 2)), False),
    "zero": (np.zeros((N, T, 2)), False),
    "one-hot": (np.eye(5)[RNG.integers(5, size=(N, T))], False),
    "one step": ((STEPS * SIZES)[:, :1], False),
    "half of the features": (
        np.concatenate([STEPS * SIZES, normed(STEPS)[..., :1]], axis=2),
        True,
    ),
    "one of three": (np.concatenate([STEPS, STEPS[..., :1] * SIZES], axis=2), False),
}


@pytest.mark.parametrize("name", DECIDED)
def test_auto(name):
    X, expected = DECIDED[name]
    for samples in (X, [x[: T - i % 3] for i, x in enumerate(X)]):
        assert scales_differ(samples, np.arange(N)) is expected


def test_auto_of_few_sequences():
    X = STEPS * SIZES
    for n in (250, 249):
        model = GRUClassifier(**QUICK).fit(X[:n], CODES[:n])
        assert model.own_scale_ is (n == 250)


def test_what_was_set_is_kept():
    X = STEPS * SIZES
    for value in (True, False, np.True_):
        for samples in (STEPS, X):
            model = RNNClassifier(**QUICK, own_scale=value).fit(samples, CODES)
            assert model.own_scale_ is bool(value)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_factor_changes_the_raw_half_alone(dtype):
    transform = fitted_network(
        GRUClassifier(**QUICK, own_scale=True, patch_size=1).fit(STEPS, CODES)
    ).input
    few = [x[: 1 + i] for i, x in enumerate(STEPS[:T])]

    def read(samples):
        return transform.forward({}, pack(samples, dtype=dtype))[0].data

    expected = read(few)
    # So many powers of ten as both types hold, and of two: those to the bit.
    for factor in (2.0**-60, 2.0**60, 1e-6, 1e6):
        found = read([factor * x for x in few])
        exact = np.log2(factor) % 1 == 0
        assert_allclose(
            found[:, 2:], expected[:, 2:], rtol=0, atol=0 if exact else 2e-5
        )
        assert (found[:, :2] != expected[:, :2]).all()


@pytest.mark.parametrize("k", [-250, -30, 30, 250])
def test_extreme_units_are_read(k):
    X, y = 10.0**k * STEPS, STEPS[:, -1, 0]
    model = GRURegressor(**QUICK, own_scale=True).fit(X, y)
    assert model.score(X, y) > 0.99
    # So are sequences far from all that were seen.
    for factor in (1e-40, 1e40):
        assert np.isfinite(model.predict(factor * X)).all()


def test_sequences_of_any_size_are_told_apart():
    X = STEPS * SIZES
    model = GRUClassifier(8, max_iter=40, random_state=0)
    assert model.fit(X[:250], CODES[:250]).score(X[250:], CODES[250:]) > 0.85
    raw = GRUClassifier(8, max_iter=40, own_scale=False, random_state=0)
    assert raw.fit(X[:250], CODES[:250]).score(X[250:], CODES[250:]) < 0.8


def test_an_early_classifier_reads_without():
    X = STEPS * SIZES
    assert GRUClassifier(**QUICK).fit(X, CODES).own_scale_
    early = EarlyClassifier(GRUClassifier(**QUICK)).fit(X, CODES)
    assert not early.estimator_.own_scale_
    assert early.predict(X).shape == (N,)
    assert early.estimator.own_scale == "auto"
    Stream(early.estimator_).step(X[0, 0])


@pytest.mark.parametrize("own_scale", [True, "auto"])
def test_pooled_states_and_hidden_states(own_scale):
    model = RNNClassifier(**QUICK, own_scale=own_scale, patch_size=1)
    model.fit(STEPS * SIZES, CODES)
    assert model.hidden_states(STEPS).shape == (N, T, 3)
    assert model.pooled_states(STEPS).shape == (N, 9)
    assert model.feature_mean_.shape == (2,)
