"""Losses on raw scores: base.py says what they do."""

from skrnn.losses.base import Loss
from skrnn.losses.classification import (
    BinaryCrossEntropy,
    ClassificationLoss,
    MultilabelCrossEntropy,
    MultinomialCrossEntropy,
    classification_loss,
)
from skrnn.losses.log_link import Gamma, LogLinkLoss, Poisson
from skrnn.losses.regression import RegressionLoss, SquaredError
from skrnn.losses.robust import AbsoluteError, Huber, Quantile, SmoothPinball

#: The losses of regressors by name.
LOSSES: dict[str, type[RegressionLoss]] = {
    "squared_error": SquaredError,
    "absolute_error": AbsoluteError,
    "huber": Huber,
    "quantile": Quantile,
    "poisson": Poisson,
    "gamma": Gamma,
}


def regression_loss(loss, quantile=None):
    """Return the loss of a name; `quantile` is that of the quantile loss."""
    if quantile is not None:
        return LOSSES[loss](quantile)
    return LOSSES[loss]()


__all__ = [
    "LOSSES",
    "AbsoluteError",
    "BinaryCrossEntropy",
    "ClassificationLoss",
    "Gamma",
    "Huber",
    "LogLinkLoss",
    "Loss",
    "MultilabelCrossEntropy",
    "MultinomialCrossEntropy",
    "Poisson",
    "Quantile",
    "RegressionLoss",
    "SmoothPinball",
    "SquaredError",
    "classification_loss",
    "regression_loss",
]
