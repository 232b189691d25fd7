"""Weights and features at the ends of what floats can hold, and scores beyond it."""

import warnings

import numpy as np
import pytest
from sklearn.metrics import accuracy_score

from skrnn import (
    GRUClassifier,
    LSTMClassifier,
    LSTMRegressor,
    RNNClassifier,
    RNNRegressor,
)
from skrnn.inspection import saliency
from skrnn.interop import load_torch_state, torch_state
from skrnn.streaming import Stream

RNG = np.random.default_rng(0)
X = RNG.normal(size=(24, 4, 2))
Y = (X.sum(axis=(1, 2)) > 0).astype(int)
WEIGHT = RNG.integers(1, 5, 24).astype(np.float64)
LARGEST = np.finfo(np.float64).max
SMALL = {"hidden_size": 3, "max_iter": 4, "batch_size": 8, "random_state": 0}


def fit(kind, X, y, sample_weight=None, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return kind(**{**SMALL, **options}).fit(X, y, sample_weight)


@pytest.mark.parametrize("kind", [LSTMClassifier, LSTMRegressor])
@pytest.mark.parametrize("exponent", [-1070, -1000, -300, 300, 900, 1010])
@pytest.mark.parametrize("stops", [False, True])
def test_only_the_ratios_of_weights_count(kind, exponent, stops):
    options = {"early_stopping": stops, "validation_fraction": 0.25}
    one = fit(kind, X, Y, WEIGHT, **options)
    other = fit(kind, X, Y, np.ldexp(WEIGHT, exponent), **options)
    assert np.array_equal(one.weights_, other.weights_)
    assert one.loss_curve_ == other.loss_curve_
    assert one.validation_scores_ == other.validation_scores_
    assert len(set(one.loss_curve_)) > 1


@pytest.mark.parametrize("exponent", [-1074, -1000, -300, 300, 1023])
@pytest.mark.parametrize("of_samples", [-1000, 0, 1000])
def test_only_the_ratios_of_class_weights_count(exponent, of_samples):
    weight = np.ldexp(WEIGHT, of_samples)
    fits = [
        fit(LSTMClassifier, X, Y, weight, class_weight={0: one, 1: one / 2})
        for one in (2.0, np.ldexp(1.0, exponent) if exponent > -1074 else 1.0)
    ]
    assert np.array_equal(fits[0].weights_, fits[1].weights_)


def test_weights_that_are_all_as_small_as_can_be():
    least = np.full(24, 5e-324)
    assert np.array_equal(
        fit(GRUClassifier, X, Y, least).weights_, fit(GRUClassifier, X, Y).weights_
    )


EXTREMES = {
    "one sign": np.where(RNG.random((24, 4, 2)) < 0.5, LARGEST, LARGEST / 2),
    "both signs": np.where(RNG.random((24, 4, 2)) < 0.5, LARGEST, -LARGEST),
    "a few": np.where(RNG.random((24, 4, 2)) < 0.1, LARGEST, X),
    "one feature": np.where(
        [True, False], RNG.choice([-1, 1], (24, 4, 2)) * LARGEST, X
    ),
    "far apart": np.where([True, False], X * 1e300, X * 1e-300),
    "tiny": X * 1e-310,
}
KINDS = [LSTMClassifier, GRUClassifier, RNNClassifier]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("name", EXTREMES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_features_next_to_the_largest_float(kind, standardize, name, dtype):
    values = EXTREMES[name]
    if dtype == np.float32:
        values = np.clip(values / 1e270, -3.4e38, 3.4e38).astype(np.float32)
    model = fit(kind, values, Y, standardize=standardize)
    for new in (values, values[:, :1], -values, X.astype(dtype), values[::-1]):
        proba = model.predict_proba(new)
        assert np.isfinite(proba).all()
        np.testing.assert_allclose(proba.sum(axis=1), 1.0, rtol=1e-5)
    stream = Stream(model, len(values), dtype)
    for t in range(4):
        proba = stream.step(values[:, t])
    np.testing.assert_allclose(proba, model.predict_proba(values), atol=1e-5)
    assert np.isfinite(saliency(model, values)).all()


@pytest.mark.parametrize("kind", KINDS)
def test_features_that_are_near_nothing_that_was_seen(kind):
    wide, narrow = fit(kind, X * 1e300, Y), fit(kind, X * 1e-300, Y)
    for model in (wide, narrow):
        for scale in (1e-308, 1.0, 1e30, 1e307):
            assert np.isfinite(model.predict_proba(X * scale)).all()
            short = np.clip(X * scale, -3e38, 3e38).astype(np.float32)
            assert np.isfinite(model.predict_proba(short)).all()


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("solver", ["sgd", "lbfgs"])
def test_a_score_that_overflows_goes_back_to_the_last_good_weights(seed, solver):
    rng = np.random.default_rng(seed)
    X = 10.0 ** rng.uniform(0, 4) * rng.normal(size=(24, 30, 2))
    options = {"activation": "relu", "max_grad_norm": None, "standardize": False}
    options |= {"learning_rate_init": 10.0 ** rng.integers(0, 6), "solver": solver}
    model = fit(
        RNNRegressor,
        X,
        rng.normal(size=24),
        early_stopping=True,
        validation_fraction=0.25,
        **{**options, "max_iter": 8, "random_state": seed},
    )
    assert np.isfinite(model.weights_).all()
    assert len(model.validation_scores_) == len(model.loss_curve_) == model.n_iter_
    assert np.isfinite(model.loss_curve_).all()


@pytest.mark.parametrize("dtype", ["auto", "float32", "float64"])
def test_weights_that_the_type_cannot_hold_are_not_loaded(dtype):
    model = fit(LSTMClassifier, X, Y, dtype=dtype)
    state, before = torch_state(model), model.weights_.copy()
    state["head.weight"] = state["head.weight"].astype(float)
    state["head.weight"].flat[1] = 1e39
    if dtype != "float32":
        assert load_torch_state(model, state).weights_.max() == 1e39
        return
    with pytest.raises(ValueError, match="float32") as caught:
        load_torch_state(model, state)
    assert str(caught.value) == (
        "The state has weights that are too large for the float32 of this "
        "LSTMClassifier. Set its dtype to 'float64', or scale them down."
    )
    assert np.array_equal(model.weights_, before)


def test_a_held_out_score_with_class_weights_is_that_of_sklearn():
    weight = {0: 0.1, 1: 1e300}
    model = fit(
        LSTMClassifier,
        X,
        Y,
        class_weight=weight,
        early_stopping=True,
        validation_fraction=0.5,
    )
    assert 0 <= model.best_validation_score_ <= 1
    assert accuracy_score(Y, model.predict(X)) > 0
