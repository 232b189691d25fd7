"""Which estimators can be asked for an answer before a sequence has ended."""

from sklearn.utils.validation import check_is_fitted

from skrnn.architecture import fitted_network, is_network
from skrnn.fitted_state import check_fitted_state
from skrnn.network.stepper import Stepper


def network_of(estimator):
    """Give the estimator that `sklearn.frozen.FrozenEstimator` may be wrapped round."""
    return getattr(estimator, "estimator", estimator)


def check_reads_forward(estimator, who):
    """Refuse a network that begins at the end of a sequence.

    Parameters
    ----------
    estimator : estimator
        A classifier or regressor of skrnn, fitted or not.
    who : str
        What asks, for the message.
    """
    if hasattr(estimator, "architecture_"):
        check_fitted_state(estimator)
    architecture = vars(estimator).get("architecture_", vars(estimator))
    if architecture["bidirectional"]:
        raise ValueError(
            f"{who} needs a network that reads forward only, but this "
            f"{type(estimator).__name__} has bidirectional=True: its reverse direction "
            "begins with the last step of a sequence, which has not come yet. Fit one "
            "with bidirectional=False, or predict what has come so far as a sequence "
            "of its own."
        )


def check_streams(estimator, who):
    """Give a fitted estimator of skrnn whose network reads forward, or say no."""
    if not is_network(estimator):
        raise TypeError(
            f"{who} expected a fitted classifier or regressor of skrnn, got "
            f"{type(estimator).__name__}. Of a pipeline, pass the last step, and "
            "transform what comes in as its other steps do; of a search, pass "
            "best_estimator_."
        )
    check_is_fitted(estimator)
    estimator = network_of(estimator)
    check_reads_forward(estimator, who)
    return estimator


def make_stepper(estimator, dtype):
    """Give the network of a fitted estimator as a `Stepper` of some type."""
    weights = estimator.weights_.astype(dtype, copy=False)
    return Stepper(fitted_network(estimator), weights)
