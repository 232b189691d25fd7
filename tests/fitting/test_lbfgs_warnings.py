"""How L-BFGS ends, and what is said of it."""

import warnings

import numpy as np
import pytest
from scipy.optimize import OptimizeResult
from sklearn.exceptions import ConvergenceWarning

from skrnn import RNNClassifier, RNNRegressor
from tests.messages import BLOCK, Y


def all_warnings(fit, X, y):
    """Return category and text of each warning of a fit."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fit(X, y)
    assert {warning.filename for warning in caught} <= {__file__}
    return [(warning.category, str(warning.message)) for warning in caught]


def warned(fit, X, y, category=ConvergenceWarning):
    """Return the only warning of a fit, of exactly this category."""
    ((found, text),) = all_warnings(fit, X, y)
    assert found is category
    return text


def test_lbfgs_at_max_iter(any_small):
    estimator = any_small(solver="lbfgs", max_iter=2)
    assert warned(estimator.fit, BLOCK, Y) == (
        "L-BFGS stopped at max_iter=2 iterations while the loss was still falling. Try "
        "a larger max_iter, or scale the features."
    )
    assert estimator.stopping_reason_ == "max_iter was reached"


def test_lbfgs_that_finds_nothing_better(any_small, monkeypatch):
    """Which objective leads there depends on rounding: so SciPy is made to say it."""

    def stalls(objective, start, **options):
        objective(start)
        return OptimizeResult(status=2, x=start)

    monkeypatch.setattr("skrnn.training.lbfgs.minimize", stalls)
    estimator = any_small(solver="lbfgs")
    assert warned(estimator.fit, BLOCK, Y) == (
        "L-BFGS found no better weights along its direction after 0 iterations. The "
        "model has the best so far, which may well do; if not, scale the features, or "
        "try a larger alpha, another random_state or solver='adam'."
    )
    assert estimator.stopping_reason_ == (
        "no better weights were found along the direction of descent"
    )


@pytest.mark.parametrize("kind", [RNNClassifier, RNNRegressor])
def test_lbfgs_that_overflows(kind):
    raw = {"activation": "relu", "solver": "lbfgs", "standardize": False}
    estimator, X = kind(4, random_state=0, **raw), 1e300 * BLOCK
    mean, scale = BLOCK[..., 0].mean(), BLOCK[..., 0].std()
    assert all_warnings(estimator.fit, X, Y) == [
        (
            ConvergenceWarning,
            "The loss or its gradient was not finite at the weights that training "
            "began with; the model has those. Try to scale the features.",
        ),
        (
            UserWarning,
            f"Feature 0 of X has mean {1e300 * mean:.3g} and standard deviation "
            f"{1e300 * scale:.3g}, which initial weights and learning rates are not "
            "made for. Try standardize=True, or scale the features.",
        ),
    ]
    assert estimator.stopping_reason_ == "the loss or its gradient was not finite"
    assert np.isfinite(estimator.weights_).all()


@pytest.mark.parametrize("fitted", [False, True])
def test_lbfgs_that_is_interrupted(any_small, fitted, monkeypatch):
    estimator = any_small(solver="lbfgs", tol=1e9)
    estimator = estimator.fit(BLOCK, Y) if fitted else estimator
    monkeypatch.setattr("skrnn.training.state.pack", interrupt)
    with pytest.raises(KeyboardInterrupt) as caught:
        estimator.fit(BLOCK, Y)
    assert caught.value.__notes__ == [
        "Training was interrupted in iteration 1; the model "
        + ("is as it was." if fitted else "has the weights so far.")
    ]


def interrupt(*args, **kwargs):
    raise KeyboardInterrupt
