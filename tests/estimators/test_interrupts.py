"""Fits that are interrupted, or meet a loss that is not finite."""

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from skrnn.datasets import make_sign_of_sum
from skrnn.optimizers import OPTIMIZERS, SGD
from skrnn.training import objective
from tests.estimators.problems import loss_of, plain, quiet_fit


@pytest.fixture
def data():
    return make_sign_of_sum(120, 6, random_state=0)


class Stumble:
    """Does as it should for some calls, then something else, once."""

    def __init__(self, function, n_calls, outcome):
        self.function, self.n_left, self.outcome = function, n_calls, outcome

    def __call__(self, *args, **options):
        self.n_left -= 1
        return self.outcome() if self.n_left == 0 else self.function(*args, **options)


@pytest.mark.parametrize("n_batches", [0, 3, 10])
def test_an_interrupted_fit_leaves_a_usable_model(
    any_small, data, interrupted_after, n_batches
):
    X, y = data
    interrupted_after(n_batches)
    model = any_small(max_iter=50, batch_size=30, linear_steps=0)
    with pytest.raises(KeyboardInterrupt) as caught:
        model.fit(X, y)
    epoch = n_batches // 4 + 1
    assert caught.value.__notes__ == [
        f"Training was interrupted in epoch {epoch}; the model has the weights so far."
    ]
    assert model.predict(X).shape == (len(X),)
    assert model.n_iter_ == epoch - 1
    assert model.stopping_reason_ == "it was interrupted"


def test_an_interrupted_refit_leaves_the_earlier_model(
    any_small, data, interrupted_after
):
    X, y = data
    model = any_small(max_iter=20).fit(X, y)
    before, attributes = model.predict(X), dict(vars(model))
    interrupted_after(5)
    with pytest.raises(KeyboardInterrupt) as caught:
        model.fit(X[::-1], 1 - y)
    assert "the model is as it was" in caught.value.__notes__[0]
    assert vars(model) == attributes
    assert np.array_equal(model.predict(X), before)


def test_interrupted_while_going_on_keeps_what_was_learnt(
    any_small, data, interrupted_after
):
    X, y = data
    model = any_small(max_iter=5, warm_start=True).fit(X, y)
    before = model.weights_
    interrupted_after(3)
    with pytest.raises(KeyboardInterrupt) as caught:
        model.fit(X, y)
    assert "the model has the weights so far" in caught.value.__notes__[0]
    assert not np.array_equal(model.weights_, before)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_loss_that_is_not_finite_never_reaches_the_weights(
    any_small, data, dtype, monkeypatch
):
    X, y = data

    class Wild(SGD):
        def step(self, weights, gradient, learning_rate):
            super().step(weights, gradient, learning_rate)
            if self.state["n_steps"] == 7:
                weights *= np.inf

    expected = any_small(
        max_iter=3, batch_size=60, solver="sgd", learning_rate="constant"
    )
    quiet_fit(expected, X.astype(dtype), y)
    monkeypatch.setitem(OPTIMIZERS, "sgd", Wild)
    model = any_small(
        max_iter=50, batch_size=60, solver="sgd", learning_rate="constant"
    )
    with pytest.warns(ConvergenceWarning) as caught:
        model.fit(X.astype(dtype), y)
    assert str(caught[0].message) == (
        "The loss or its gradient was not finite after 7 updates. Training was stopped "
        "there, and the model has the last weights for which all was finite. Try a "
        "smaller learning_rate_init or max_grad_norm, or scale the features."
    )
    assert np.array_equal(model.weights_, expected.weights_)
    assert model.loss_curve_ == expected.loss_curve_
    assert model.optimizer_state_["sgd"]["n_steps"] == 0
    assert model.stopping_reason_ == "the loss or its gradient was not finite"
    monkeypatch.undo()
    assert np.isfinite(model.partial_fit(X.astype(dtype), y).weights_).all()


@pytest.mark.parametrize("n_evaluations", [0, 8])
def test_an_interrupted_lbfgs_leaves_a_usable_model(
    full_batch, data, interrupted_after, n_evaluations
):
    X, y = data
    interrupted_after(n_evaluations)
    model = full_batch()
    with pytest.raises(KeyboardInterrupt) as caught:
        model.fit(X, y)
    assert f"in iteration {model.n_iter_ + 1};" in caught.value.__notes__[0]
    assert (model.n_iter_ > 0) == (n_evaluations > 0)
    assert np.isfinite(model.predict(X)).all()
    model.set_params(warm_start=True, tol=1e-3).fit(X, y)
    assert model.score(X, y) > 0.85


def test_lbfgs_that_diverges_keeps_finite_weights(full_batch, data, monkeypatch):
    X, y = data
    evaluate = objective.Objective.value_and_gradient
    stumble = Stumble(evaluate, 6, lambda: (np.nan, np.zeros(1), None))
    monkeypatch.setattr(
        objective.Objective, "value_and_gradient", lambda *a, **k: stumble(*a, **k)
    )
    with pytest.warns(ConvergenceWarning, match="was not finite after") as caught:
        model = plain(full_batch()).fit(X, y)
    assert "Try solver='adam', or scale the features." in str(caught[0].message)
    assert model.stopping_reason_ == "the loss or its gradient was not finite"
    assert model.n_iter_ > 0
    weight = np.ones(len(X))
    assert model.loss_ == pytest.approx(loss_of(model, X, y, weight), rel=1e-9)
