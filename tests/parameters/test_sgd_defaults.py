"""Gradient descent learns with its defaults; its rate is not the one of Adam."""

import numpy as np
import pytest
from sklearn.base import is_classifier

from skrnn import (
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    RNNClassifier,
    RNNRegressor,
)

KINDS = {
    RNNClassifier: (0.01, 0.1),
    RNNRegressor: (0.01, 0.1),
    LSTMClassifier: (0.02, 0.2),
    LSTMRegressor: (0.02, 0.2),
    GRUClassifier: (0.02, 0.2),
    GRURegressor: (0.02, 0.2),
}
no_end = pytest.mark.filterwarnings("ignore:Training stopped at max_iter")
every_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(scope="module")
def data():
    """What counts stands at the end: an easy task, and one that small steps miss."""
    X = np.random.default_rng(0).normal(size=(500, 4, 2))
    return X, X[:, -1, 0] + X[:, -3, 1]


def test_regressors_learn_by_gradient_descent(data):
    X, y = data
    model = GRURegressor(16, solver="sgd", linear_steps=0, random_state=0)
    assert model.fit(X[:300], y[:300]).score(X[300:], y[300:]) > 0.95
    # At the rate of Adam the same updates do not arrive.
    model.set_params(learning_rate_init=0.02)
    assert model.fit(X[:300], y[:300]).score(X[300:], y[300:]) < 0.9


@every_kind
@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_auto_is_a_rate(kind, solver, data):
    X, y = data[0][:30], data[1][:30]
    y = (y > 0).astype(int) if is_classifier(kind()) else y
    model = kind(4, solver=solver, max_iter=3, random_state=0)
    chosen = model.fit(X, y).weights_
    rate = KINDS[kind][solver == "sgd"]
    assert np.array_equal(
        chosen, model.set_params(learning_rate_init=rate).fit(X, y).weights_
    )
    assert not np.array_equal(
        chosen, model.set_params(learning_rate_init=2 * rate).fit(X, y).weights_
    )


@no_end
@every_kind
@pytest.mark.parametrize("learning_rate", ["constant", "invscaling", "adaptive"])
def test_it_does_no_harm_with_any_schedule(kind, learning_rate, data):
    """Steps that are too large would end above where they began."""
    X, y = data[0][:200], data[1][:200]
    y = (y > 0).astype(int) if is_classifier(kind()) else y
    model = kind(8, solver="sgd", max_iter=20, random_state=0)
    model.set_params(learning_rate=learning_rate).fit(X, y)
    assert model.loss_curve_[-1] < model.loss_curve_[0]


@every_kind
def test_auto_is_for_partial_fit_too(kind, data):
    X, y = data[0][:200], data[1][:200]
    classes = {}
    if is_classifier(kind()):
        y, classes = (y > 0).astype(int), {"classes": [0, 1]}
    model = kind(8, solver="sgd", random_state=0)
    for _ in range(20):
        model.partial_fit(X, y, **classes)
    assert model.loss_curve_[-1] < model.loss_curve_[0]


def test_auto_stays_what_it_was_said():
    assert LSTMClassifier().get_params()["learning_rate_init"] == "auto"
    assert "0.02 for Adam and 0.2 for" in LSTMClassifier.__doc__
    assert "0.01 for Adam and 0.1 for" in RNNRegressor.__doc__
