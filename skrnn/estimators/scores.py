"""Scores of regressors: what is explained of the loss that they are fitted to."""

import numpy as np
from sklearn.metrics import (
    d2_absolute_error_score,
    d2_pinball_score,
    d2_tweedie_score,
    r2_score,
)

from skrnn.losses import AbsoluteError, Gamma, Huber, Poisson, Quantile

#: Power of the variance in the mean.
POWERS = {Poisson: 1, Gamma: 2}


def score_targets(loss, predictions, y, sample_weight):
    """Return what part of a loss predictions explain, beside the best constant.

    That is R2 for squared errors and for the loss of Huber, else D2 as scikit-learn has
    it for absolute errors, quantiles, Poisson and gamma.

    Parameters
    ----------
    loss : RegressionLoss
        The loss.
    predictions : ndarray of shape (n,), (n, n_targets) or (n, n_targets, n_quantiles)
        What was predicted; with `y` of shape (n,) also (n, n_quantiles).
    y : ndarray of shape (n,) or (n, n_targets)
        The targets.
    sample_weight : ndarray of shape (n,) or None
        How much each row counts.

    Returns
    -------
    float
        The mean over targets and quantiles.
    """
    if isinstance(loss, AbsoluteError):
        return d2_absolute_error_score(y, predictions, sample_weight=sample_weight)
    if isinstance(loss, Quantile):
        y = np.asarray(y)
        each = predictions.reshape(*y.shape, loss.n_answers)
        scores = [
            d2_pinball_score(y, each[..., k], sample_weight=sample_weight, alpha=level)
            for k, level in enumerate(loss.levels)
        ]
        return float(np.mean(scores))
    if type(loss) in POWERS:
        columns = np.asarray(y, np.float64).reshape(len(predictions), -1).T
        each = predictions.reshape(len(predictions), -1).T
        scores = [
            _deviance_explained(*pair, sample_weight, POWERS[type(loss)])
            for pair in zip(columns, each, strict=True)
        ]
        return float(np.mean(scores))
    return r2_score(y, predictions, sample_weight=sample_weight)


def name_of_score(loss):
    """Return what `score_targets` is called."""
    has_r2 = loss.is_squared or isinstance(loss, Huber)
    return "R2" if has_r2 else "D2"


def _deviance_explained(y, predictions, sample_weight, power):
    """Return D2; of targets that are all the same 1 or 0, as R2 does."""
    if (y == y[0]).all():
        return float(np.array_equal(y, predictions))
    return d2_tweedie_score(y, predictions, sample_weight=sample_weight, power=power)
