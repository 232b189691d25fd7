"""Introspection: the network inside an estimator, and what it can do."""

from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from skrnn.fitting.fitted_state import fitted_network
from skrnn.network.stepper import Stepper

#: Where estimators that wrap another keep the one that they fitted.
FITTED_INSIDE = ("best_estimator_", "estimator_", "regressor_")

FITTED = "a fitted classifier or regressor of skrnn"


def is_network(estimator):
    """Return whether an estimator is a network of skrnn, or one that was frozen."""
    return hasattr(estimator, "pooled_states")


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
    """Raise ValueError if a network begins at the end of a sequence.

    Parameters
    ----------
    estimator : estimator
        A classifier or regressor of skrnn, fitted or not.
    caller : str
        Name of the function or class that needs it, for the message.
    """
    if hasattr(estimator, "architecture_"):
        fitted_network(estimator)  # whose state must be whole
    architecture = vars(estimator).get("architecture_", vars(estimator))
    if architecture["bidirectional"]:
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
