"""Training by L-BFGS."""

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from skrnn.datasets import make_sign_of_sum
from skrnn.interop import torch_state
from tests.estimators.problems import NOISELESS, plain, unfinished, vanishing


@pytest.fixture
def data():
    return make_sign_of_sum(120, 6, random_state=0)


def test_lbfgs_ends_where_the_gradient_vanishes(full_batch, data):
    X, y = data
    model = plain(full_batch()).fit(X, y)
    assert model.score(X, y) > 0.85
    assert 10 < model.n_iter_ == len(model.loss_curve_) < 1000
    assert np.all(np.diff(model.loss_curve_) <= 0)
    assert model.t_ % len(X) == 0
    assert model.stopping_reason_ == (
        "the gradient vanished, or the loss fell no further"
    )
    # A step of plain gradient descent from there leads nowhere.
    weights = model.weights_
    model.set_params(solver="sgd", momentum=0, batch_size=len(X), learning_rate_init=1)
    model.set_params(**NOISELESS)
    assert np.abs(model.partial_fit(X, y).weights_ - weights).max() <= 1e-2


def test_lbfgs_has_no_partial_fit(full_batch):
    assert not hasattr(full_batch(), "partial_fit")
    assert hasattr(full_batch(solver="adam"), "partial_fit")


def test_lbfgs_draws_nothing_but_the_first_weights(full_batch, data):
    X, y = data
    first, again, other = (
        full_batch(random_state=seed).fit(X, y).weights_ for seed in (0, 0, 1)
    )
    assert np.array_equal(first, again)
    assert not np.allclose(first, other)
    unused = {"batch_size": 7, "learning_rate_init": 1.0, "max_grad_norm": 1e-3}
    assert np.array_equal(full_batch(**unused).fit(X, y).weights_, first)


@vanishing
def test_lbfgs_obeys_alpha_and_weights(full_batch, data):
    X, y = data

    def fit(weight=None, **options):
        return plain(full_batch(**options)).fit(X, y, sample_weight=weight)

    norms = [
        np.linalg.norm(torch_state(fit(alpha=alpha))["head.weight"])
        for alpha in (0.01, 0.1, 1)
    ]
    assert norms[0] > norms[1] > norms[2]
    light = fit(np.where(y == 0, 1.0, 1e-3))
    assert light.predict(X[y == 0]).mean() < fit().predict(X).mean()


def test_lbfgs_says_when_it_was_stopped_and_goes_on_from_there(full_batch, data):
    X, y = data
    model = full_batch(max_iter=3, warm_start=True)
    with pytest.warns(ConvergenceWarning) as caught:
        model.fit(X, y)
    assert str(caught[0].message) == (
        "L-BFGS stopped at max_iter=3 iterations while the loss was still falling. Try "
        "a larger max_iter, or scale the features."
    )
    assert model.stopping_reason_ == "max_iter was reached"
    early, curve = model.loss_, model.loss_curve_
    model.set_params(max_iter=1000).fit(X, y)
    assert model.loss_ < early
    assert model.loss_curve_[:3] == curve
    end = model.weights_
    assert np.array_equal(model.fit(X, y).weights_, end)
    assert model.n_iter_ == 0


#: A trial of the linear path has a part of max_iter, and may find another share.
ALONE = {"linear_steps": 0}


def test_lbfgs_stops_early(full_batch, data):
    X, y = data
    model = full_batch(
        early_stopping=True,
        validation_fraction=0.25,
        n_iter_no_change=5,
        tol=1e-4,
        **ALONE,
    ).fit(X, y)
    assert model.stopping_reason_ == "nothing improved any more"
    assert len(model.validation_scores_) == model.n_iter_ < 1000
    assert model.best_validation_score_ == max(model.validation_scores_)
    best = int(np.argmax(model.validation_scores_)) + 1
    with pytest.warns(ConvergenceWarning, match="L-BFGS stopped at max_iter"):
        shorter = full_batch(
            early_stopping=True, validation_fraction=0.25, max_iter=best, **ALONE
        ).fit(X, y)
    assert np.array_equal(shorter.weights_, model.weights_)


@unfinished
def test_lbfgs_computes_in_float64_and_rounds_its_weights_if_asked(full_batch, data):
    X, y = data
    double, single = (
        full_batch(max_iter=5, dtype=dtype).fit(X, y) for dtype in ("auto", "float32")
    )
    assert double.weights_.dtype == np.float64
    assert single.weights_.dtype == np.float32
    # It begins with rounded weights, too.
    np.testing.assert_allclose(single.weights_, double.weights_, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(single.loss_curve_, double.loss_curve_, rtol=1e-6)
