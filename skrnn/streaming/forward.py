"""Which estimators can be asked for an answer before a sequence has ended."""

from sklearn.utils.validation import check_is_fitted

from skrnn.architecture import fitted_network
from skrnn.network.stepper import Stepper


def check_reads_forward(estimator, who):
    """Refuse a fitted network that begins at the end of a sequence.

    Parameters
    ----------
    estimator : estimator
        A classifier or regressor of skrnn.
    who : str
        What asks, for the message.
    """
    check_is_fitted(estimator)
    if estimator.architecture_["bidirectional"]:
        raise ValueError(
            f"{who} needs a network that reads forward only, but this "
            f"{type(estimator).__name__} was fitted with bidirectional=True: its "
            "reverse direction begins with the last step of a sequence, which has not "
            "come yet. Fit one with bidirectional=False, or predict what has come so "
            "far as a sequence of its own."
        )


def make_stepper(estimator, dtype):
    """Give the network of a fitted estimator as a `Stepper` of some type."""
    weights = estimator.weights_.astype(dtype, copy=False)
    return Stepper(fitted_network(estimator), weights)
