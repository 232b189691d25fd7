"""Introspection: the network inside an estimator, and what it can do."""

import copy

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from skrnn.fitting.fitted_state import fitted_network
from skrnn.network.stepper import Stepper

#: Where estimators that wrap another keep the one that they fitted.
FITTED_INSIDE = ("best_estimator_", "estimator_", "regressor_")

#: What predictions do not need of an estimator.
OF_TRAINING = ("optimizer_state_", "loss_curve_", "validation_scores_")

FITTED = "a fitted classifier or regressor of skrnn"


def is_network(estimator):
    """Return whether an estimator is a network of skrnn, or one that was frozen."""
    return hasattr(estimator, "hidden_states")


def answers_every_step(estimator):
    """Return whether an estimator is a network with an answer for every step."""
    estimator = without_frozen(estimator)
    return is_network(estimator) and not hasattr(estimator, "pooled_states")


def without_frozen(estimator):
    """Return the estimator inside a `sklearn.frozen.FrozenEstimator`, or itself."""
    return getattr(estimator, "estimator", estimator)


def final_network(estimator):
    """Return the network that a model ends in, or None where there is none.

    Parameters
    ----------
    estimator : estimator
        A network of skrnn, or a pipeline, a search or another estimator that has
        fitted one.

    Returns
    -------
    estimator or None
    """
    while estimator is not None and not is_network(estimator):
        estimator = _inside(estimator)
    return estimator


def _inside(estimator):
    if isinstance(estimator, Pipeline):
        return estimator.steps[-1][1]
    fitted = (getattr(estimator, place, None) for place in FITTED_INSIDE)
    return next((inner for inner in fitted if inner is not None), None)


def check_is_network(estimator, caller, *, expected=FITTED, advice="."):
    """Raise TypeError unless an estimator is a network of skrnn.

    Parameters
    ----------
    estimator : object
        What was passed.
    caller : str
        Name of the function or class that it was passed to.
    expected : str
        What it should have been.
    advice : str
        The end of the message, after the type of what was passed.
    """
    if not is_network(estimator):
        raise TypeError(
            f"{caller} expected {expected}, got {type(estimator).__name__}{advice}"
        )


def check_reads_forward(estimator, caller):
    """Raise ValueError if a network must know the end of a sequence to begin.

    Parameters
    ----------
    estimator : estimator
        A classifier or regressor of skrnn, fitted or not.
    caller : str
        Name of the function or class that needs it, for the message.
    """
    parameters, own_scale = vars(estimator), vars(estimator)["own_scale"]
    own_scale = isinstance(own_scale, bool | np.bool_) and bool(own_scale)
    if hasattr(estimator, "architecture_"):
        own_scale = fitted_network(estimator).input.needs_end
        parameters = estimator.architecture_
    if own_scale:
        raise ValueError(
            f"{caller} needs a network that knows a step when it comes, but this "
            f"{type(estimator).__name__} reads each sequence on its own scale, whose "
            "mean and deviation are known at its end. Fit one with own_scale=False, or "
            "predict what has come so far as a sequence of its own."
        )
    if parameters["bidirectional"]:
        raise ValueError(
            f"{caller} needs a network that reads forward only, but this "
            f"{type(estimator).__name__} has bidirectional=True: its reverse direction "
            "begins with the last step of a sequence, which has not come yet. Fit one "
            "with bidirectional=False, or predict what has come so far as a sequence "
            "of its own."
        )


def check_forward_network(estimator, caller):
    """Return a fitted estimator of skrnn, not frozen, whose network reads forward."""
    check_is_network(
        estimator,
        caller,
        advice=(
            ". Of a pipeline, pass the last step, and transform what comes in as its "
            "other steps do; of a search, pass best_estimator_."
        ),
    )
    check_is_fitted(estimator)
    estimator = without_frozen(estimator)
    check_reads_forward(estimator, caller)
    return estimator


def make_stepper(estimator, dtype):
    """Return the network of a fitted estimator as a `Stepper` of a type."""
    weights = estimator.weights_.astype(dtype, copy=False)
    return Stepper(fitted_network(estimator), weights)


def snapshot(estimator):
    """Return a copy of an estimator that further training does not reach."""
    twin = copy.copy(estimator)
    for name in OF_TRAINING:
        vars(twin).pop(name, None)
    twin.weights_ = twin.weights_.copy()
    return twin
