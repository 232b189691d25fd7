"""Augmentation of estimators: how much, when, and what it does."""

import numpy as np
import pytest

from skrnn import (
    GRUClassifier,
    LSTMClassifier,
    LSTMRegressor,
    LSTMStepClassifier,
    RNNClassifier,
    RNNRegressor,
)
from skrnn.parameters.measured import SHORT
from skrnn.training import Augmentation

RNG = np.random.default_rng(0)
START, PACE = RNG.uniform(0, 6, (24, 1, 2)), RNG.uniform(0.1, 0.3, (24, 1, 2))
CURVES = np.sin(START + PACE * np.arange(60)[:, np.newaxis])
NOISE = RNG.normal(size=(24, 60, 2))
CODES = np.arange(24) % 2
QUICK = {"hidden_size": 2, "max_iter": 2, "random_state": 0}


at_its_end = pytest.mark.filterwarnings("ignore:L-BFGS stopped at max_iter")


@at_its_end
@pytest.mark.parametrize("kind", [LSTMClassifier, GRUClassifier, RNNClassifier])
def test_auto_is_for_smooth_curves(kind):
    def auto(X, **parameters):
        return kind(**QUICK, **parameters).fit(X, CODES).augmentation_

    assert auto(CURVES) == auto(list(CURVES)) == auto(CURVES[:, :, 0]) == 0.2
    assert auto(CURVES, patch_size=1) == 0.2
    assert auto(NOISE) == auto(CURVES[:, :SHORT]) == auto(CURVES[:, :1]) == 0
    assert auto(NOISE, patch_size=4) == 0
    assert auto(CURVES, solver="lbfgs") == 0


@pytest.mark.parametrize("kind", [LSTMRegressor, RNNRegressor])
def test_regressors_do_without_by_default(kind):
    model = kind(**QUICK)
    assert model.fit(CURVES, CODES).augmentation_ == 0
    assert model.set_params(augmentation=0.2).fit(CURVES, CODES).augmentation_ == 0.2


def test_steps_with_answers_are_not_moved():
    assert "augmentation" not in LSTMStepClassifier().get_params()
    with pytest.raises(TypeError, match="augmentation"):
        LSTMStepClassifier(augmentation=0.1)


def test_what_is_set_is_kept_in_any_data():
    for value in (0, 0.3, np.float32(0.25)):
        model = LSTMClassifier(**QUICK, augmentation=value).fit(NOISE, CODES)
        assert type(model.augmentation_) is float
        assert model.augmentation_ == value


@pytest.fixture
def seen(monkeypatch):
    """Write down each batch that is changed."""
    found, right = [], Augmentation.__call__

    def watched(self, x, rng):
        found.append((self, x))
        return right(self, x, rng)

    monkeypatch.setattr(Augmentation, "__call__", watched)
    return found


def test_training_alone_is_changed(seen):
    model = LSTMClassifier(**QUICK, early_stopping=True).fit(
        CURVES, CODES, X_val=CURVES, y_val=CODES
    )
    assert len(seen) == 2  # epochs of one batch
    assert np.array_equal(model.predict_proba(CURVES), model.predict_proba(CURVES))
    assert len(seen) == 2
    LSTMClassifier(**QUICK, augmentation=0).fit(CURVES, CODES)
    assert len(seen) == 2


def test_without_dropout_too(seen):
    quiet = {**QUICK, "dropout": 0, "recurrent_dropout": 0}
    one, same, other = (
        LSTMClassifier(**quiet, augmentation=most).fit(CURVES, CODES).weights_
        for most in (0.2, 0.2, 0)
    )
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_a_list_is_changed_as_an_array_is():
    one, two = (LSTMClassifier(**QUICK).fit(X, CODES) for X in (CURVES, list(CURVES)))
    assert np.array_equal(one.weights_, two.weights_)


def test_categories_and_gaps_are_not_mixed(seen):
    X = CURVES.copy()
    X[:, :, 1] = RNG.integers(5, size=X.shape[:2])
    model = LSTMClassifier(**QUICK, categorical_features=[1]).fit(X, CODES)
    assert model.augmentation_ == 0.2
    assert [one.exact.tolist() for one, _ in seen] == [[False, True]] * 2
    X[RNG.random(X.shape) < 0.2] = np.nan
    with_gaps = {"categorical_features": [1], "missing_values": "forward_fill"}
    model = LSTMClassifier(**QUICK, **with_gaps).fit(X, CODES)
    assert model.augmentation_ == 0.2
    assert all(one.exact.all() for one, _ in seen[2:])
    assert np.isfinite(model.loss_)


@at_its_end
def test_training_that_goes_on(seen):
    model = LSTMClassifier(**QUICK).partial_fit(CURVES, CODES, classes=[0, 1])
    model.partial_fit(NOISE, CODES)
    assert (len(seen), model.augmentation_) == (2, 0.2)
    model.set_params(augmentation=0.3).partial_fit(NOISE, CODES)
    assert (seen[-1][0].most, model.augmentation_) == (0.3, 0.3)
    model.set_params(augmentation=0).partial_fit(NOISE, CODES)
    assert (len(seen), model.augmentation_) == (3, 0)
    again = LSTMClassifier(**QUICK, warm_start=True).fit(CURVES, CODES)
    n = len(seen)
    again.set_params(solver="lbfgs").fit(CURVES, CODES)
    assert len(seen) == n
