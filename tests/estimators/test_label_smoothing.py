"""Labels that are smoothed: by how much, and what it does."""

import math

import numpy as np
import pytest

from skrnn import GRUClassifier, LSTMRegressor, RNNClassifier
from skrnn.parameters.auto import FEW, SMOOTHING, resolve_auto
from skrnn.parameters.sequences import ClassifierSettings
from skrnn.parameters.sequences import SequenceSettings as Settings
from skrnn.training import Objective

X = np.random.default_rng(0).normal(size=(60, 4, 2))
CODES = (X[:, -1, 0] > 0).astype(int)


def smoothing(n, n_seen=0, kind=ClassifierSettings, **settings):
    return resolve_auto(
        kind(**settings),
        np.full(n, 10),
        False,
        dropout=(0.0, 0.0),
        learning_rates={},
        n_seen=n_seen,
    ).label_smoothing


def test_auto():
    assert smoothing(1) == smoothing(FEW) == SMOOTHING
    assert smoothing(4 * FEW) == pytest.approx(SMOOTHING / 2)
    assert smoothing(100 * FEW) == pytest.approx(SMOOTHING / 10)
    assert smoothing(10, solver="lbfgs") == 0
    assert smoothing(10, kind=Settings) == 0


def test_what_is_set_is_kept():
    for value in (0, 0.3, np.float32(0.25)):
        found = smoothing(10_000, label_smoothing=value)
        assert type(found) is float
        assert found == value
        assert smoothing(10, label_smoothing=value, solver="lbfgs") == value


@pytest.fixture
def seen(monkeypatch):
    """Write down by how much each training smooths."""
    found, right = [], Objective.__init__

    def watched(self, network, loss, *args, **options):
        found.append(loss.smoothing)
        right(self, network, loss, *args, **options)

    monkeypatch.setattr(Objective, "__init__", watched)
    return found


def test_sequences_of_earlier_calls_count(seen):
    model = RNNClassifier(2, max_iter=1, random_state=0)
    many, y = np.tile(X, (5, 1, 1)), np.tile(CODES, 5)
    many = many + np.random.default_rng(1).normal(size=many.shape)
    for k in range(1, 4):
        seen.clear()
        model.partial_fit(many, y, classes=[0, 1])
        assert seen[0] == pytest.approx(SMOOTHING * math.sqrt(FEW / max(FEW, 300 * k)))
    # A fit that goes on reads the same sequences again.
    seen.clear()
    model.set_params(warm_start=True).fit(many, y)
    assert seen[0] == pytest.approx(SMOOTHING * math.sqrt(FEW / 300))


@pytest.mark.parametrize("labels", ["two", "several", "a matrix"])
def test_probabilities_are_less_sure(labels):
    several = CODES + (X[:, -2, 0] > 0)
    y = {"two": CODES, "several": several, "a matrix": np.c_[CODES, several > 0]}
    sure = []
    for value in (0.0, 0.1, 0.4):
        model = GRUClassifier(8, max_iter=60, random_state=0, label_smoothing=value)
        proba = model.fit(X, y[labels].astype(int)).predict_proba(X)
        sure.append(np.maximum(proba, 1 - proba).max(axis=1).mean())
        assert model.score(X, y[labels].astype(int)) > 0.8
    assert sure[0] > sure[1] > sure[2]


def test_the_loss_curve_is_of_smoothed_labels():
    model = GRUClassifier(
        4, max_iter=1, random_state=0, dropout=0, recurrent_dropout=0, alpha=0
    )
    first = {}
    for value in (0.0, 0.2):
        model.set_params(label_smoothing=value).fit(X, CODES)
        first[value] = model.loss_curve_[0]
    # Before the first step the network is the same, and unsure.
    assert first[0.0] == pytest.approx(np.log(2), abs=0.2)
    assert first[0.2] != first[0.0]


def test_regressors_have_none():
    with pytest.raises(TypeError, match="label_smoothing"):
        LSTMRegressor(label_smoothing=0.1)
    with pytest.raises(ValueError, match="label_smoothing"):
        LSTMRegressor().set_params(label_smoothing=0.1)


def test_a_change_is_no_other_network():
    model = RNNClassifier(2, max_iter=1, random_state=0, warm_start=True)
    model.fit(X, CODES).set_params(label_smoothing=0.3).fit(X, CODES)
    assert len(model.loss_curve_) == 2
