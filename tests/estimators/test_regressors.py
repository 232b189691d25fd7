"""What the regressors promise about targets: their shape, their scale, their score."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import is_regressor
from sklearn.metrics import r2_score

from skrnn.sequences.scaling import with_largest_near_one

hasty = pytest.mark.filterwarnings(
    "ignore:L-BFGS stopped at max_iter", "ignore:early_stopping holds out"
)


@pytest.fixture
def able(small_regressor):
    """Make a regressor that learns the targets of `layouts`."""

    def make(**parameters):
        enough = {"max_iter": 60, "batch_size": 8, "learning_rate_init": 0.03}
        return small_regressor(**{**enough, **parameters})

    return make


def several(y):
    """Give three targets of very different size for each sequence."""
    return np.column_stack([y, -1e6 * y, 1e-3 * y**2])


def test_it_is_a_regressor(small_regressor):
    assert is_regressor(small_regressor())
    assert not hasattr(small_regressor(), "predict_proba")


def test_predictions_have_the_shape_of_the_targets(small_regressor, X, targets):
    for y in (targets, targets[:, np.newaxis], several(targets)):
        reg = small_regressor().fit(X, y)
        found = reg.predict(X)
        assert found.shape == y.shape
        assert found.dtype == np.float64
        assert reg.target_ndim_ == y.ndim
        assert reg.predict(X[:1]).shape == (1, *y.shape[1:])


@pytest.mark.parametrize(
    "as_users_have_it",
    [
        np.ndarray.tolist,
        lambda y: pd.DataFrame(y, index=np.arange(len(y))[::-1]),
        lambda y: y.astype(object),
        lambda y: np.asfortranarray(y),
    ],
    ids=["lists", "frame", "objects", "columns"],
)
def test_targets_of_other_types(small_regressor, X, targets, as_users_have_it):
    y = several(targets)
    expected = small_regressor().fit(X, y).predict(X)
    found = small_regressor().fit(X, as_users_have_it(y)).predict(X)
    assert_array_equal(found, expected, strict=True)
    whole = np.round(targets)
    of_floats = small_regressor().fit(X, whole).predict(X)
    of_ints = small_regressor().fit(X, pd.Series(whole.astype(int))).predict(X)
    assert_array_equal(of_ints, of_floats, strict=True)


def test_the_score_is_r2(able, X, targets):
    weight = np.linspace(0.1, 2, len(targets))
    for y in (targets, several(targets)):
        reg = able(linear_steps=0).fit(X, y)
        assert reg.score(X, y) > 0.8  # it has learnt, or the trial says no to it
        assert reg.score(X, y) == r2_score(y, reg.predict(X))
        weighted = r2_score(y, reg.predict(X), sample_weight=weight)
        assert reg.score(X, y, weight) == weighted


def test_the_scale_is_the_mean_and_deviation_of_the_targets(
    small_regressor, X, targets
):
    y, weight = several(targets), np.arange(len(targets)) % 3
    y[weight == 0] = 1e12  # of no weight, and so of no account
    reg = small_regressor().fit(X, y, sample_weight=weight)
    mean = np.average(y, axis=0, weights=weight)
    deviation = np.sqrt(np.average((y - mean) ** 2, axis=0, weights=weight))
    assert_allclose(reg.target_mean_, mean, rtol=1e-12)
    assert_allclose(reg.target_scale_, deviation, rtol=1e-9)


@pytest.mark.parametrize("value", [0.0, 3.0, -0.1, 1e300, 1e-310])
def test_a_constant_target_is_predicted(able, X, targets, value):
    constant = np.full(len(targets), value)
    found = able().fit(X, np.column_stack([targets, constant])).predict(X)
    assert r2_score(targets, found[:, 0]) > 0.8
    assert_allclose(found[:, 1], value, rtol=1e-12, atol=0.3)
    assert np.isfinite(able().fit(X[:1], constant[:1]).predict(X)).all()


@pytest.mark.parametrize("size", [1e-308, 1e-200, 1e200, 1e306])
def test_targets_near_the_ends_of_the_floats(able, X, targets, size):
    found = able().fit(X, size * targets).predict(X)
    assert r2_score(targets, found / size) > 0.8


def test_single_precision_of_features_costs_no_digits_of_targets(
    able, layouts, targets
):
    X = layouts["block"].astype(np.float32)
    reg = able().fit(X, 1e9 + targets)
    assert reg.weights_.dtype == np.float32
    # In single precision there is no number between 1e9 and 1e9 + 64.
    assert r2_score(targets, reg.predict(X) - 1e9) > 0.8


def test_the_loss_is_the_mean_over_the_targets(small_regressor, X, targets):
    y = several(targets)
    reg = small_regressor(max_iter=1, batch_size=len(y), learning_rate_init=1e-12)
    reg.set_params(alpha=0, dropout=0, recurrent_dropout=0, dtype="float64").fit(X, y)
    error = (reg.predict(X) - y) / reg.target_scale_
    assert reg.loss_ == pytest.approx(0.5 * np.mean(error**2), rel=1e-9)


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@hasty
def test_early_stopping_rates_by_r2(able, X, targets, solver, monkeypatch):
    y, seen, reg = several(targets), [], able(solver=solver)
    rate = type(reg)._score

    def spy(self, decisions, y, sample_weight, loss):
        seen.append((y, sample_weight))
        return rate(self, decisions, y, sample_weight, loss)

    monkeypatch.setattr(type(reg), "_score", spy)
    reg.set_params(early_stopping=True, validation_fraction=0.25, linear_steps=0)
    weight = np.linspace(0.5, 2, len(y))
    reg.fit(X, y, sample_weight=weight)
    held_out = np.flatnonzero(np.isin(with_largest_near_one(weight), seen[0][1]))
    assert len(held_out) == 10
    score = r2_score(
        y[held_out], reg.predict(X)[held_out], sample_weight=weight[held_out]
    )
    assert score == pytest.approx(max(reg.validation_scores_))
    assert score > 0.3


def test_going_on_keeps_the_scale(small_regressor, X, targets):
    reg = small_regressor(warm_start=True).fit(X, targets)
    mean, scale = reg.target_mean_, reg.target_scale_
    assert_allclose(mean, targets.mean())
    reg.fit(X, 2 * targets + 7).partial_fit(X, 3 * targets)
    assert (reg.target_mean_, reg.target_scale_) == (mean, scale)
    reg.set_params(warm_start=False).fit(X, 2 * targets + 7)
    assert_allclose(reg.target_mean_, 2 * mean + 7)


def test_partial_fit_learns(able, layouts, targets):
    X, y = layouts["block"], several(targets)
    reg = able(batch_size=10)
    for _ in range(60):
        for part in np.array_split(np.arange(40), 2):
            reg.partial_fit(X[part], y[part])
    assert reg.score(X, y) > 0.8
    assert_allclose(reg.target_mean_, y[:20].mean(axis=0))
