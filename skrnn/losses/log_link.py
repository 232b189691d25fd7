"""Losses that learn the logarithm of the mean: Poisson and gamma."""

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from skrnn.losses.regression import RegressionLoss
from skrnn.sequences.scaling import Scale

#: Largest logarithm of a prediction in units of the mean, or of one over it: so that
#: none is infinite, or zero.
LARGEST_LOG = 300.0
#: Least spread of the logarithms, below which single precision runs out of digits.
SMALLEST_SPREAD = 1e-3


@dataclass(frozen=True, eq=False)
class LogLinkLoss(RegressionLoss):
    """Base class of losses of which a score is the logarithm of a prediction.

    ``mean exp(spread score)``: the scale of the targets is that of their logarithms,
    with the logarithm of their mean as its mean. Half the deviance is divided by
    ``spread^2``: where targets hardly differ it becomes half the squared error, in
    units of their deviation.

    Parameters
    ----------
    spread : ndarray of float64 of shape (n_targets,), or float
        What a score is multiplied with, the scale of the logarithms.
    """

    spread: np.ndarray | float = 1.0

    least: ClassVar[float] = 0.0
    typical: ClassVar[float] = 1.0

    @abstractmethod
    def half_deviance(self, log_mu, y):
        """Compute half the deviance and its derivative in the logarithm of mu."""

    def value_and_gradient_of_each(self, scores, y):
        """Compute the loss of each score and its derivative."""
        spread = np.asarray(self.spread, scores.dtype)
        # What is not finite is noticed where the loss is used.
        with np.errstate(over="ignore", invalid="ignore"):
            values, slopes = self.half_deviance(spread * scores, y)
        return values / spread**2, slopes / spread

    def measure(self, y, weight):
        """Return the `Scale` on which targets, (n, n_targets), are learnt."""
        usual = Scale.of(y, weight)
        mean = np.where(usual.mean > 0, usual.mean, 1.0)
        spread = np.clip(usual.scale / mean, SMALLEST_SPREAD, 1.0)
        return Scale(np.log(mean), spread)

    def on_scale(self, scale):
        """Return the loss of targets that are encoded on a scale."""
        return replace(self, spread=scale.scale)

    def encode(self, y, scale):
        """Return targets, (n, n_targets), in units of their mean."""
        return y / np.exp(scale.mean)

    def decode(self, y, scale):
        """Return encoded targets, (n, n_targets), in their own units."""
        return y * np.exp(scale.mean)

    def decide(self, scores):
        """Return the targets that raw scores predict, in units of their mean."""
        logarithms = np.multiply(self.spread, scores, dtype=np.float64)
        return np.exp(np.clip(logarithms, -LARGEST_LOG, LARGEST_LOG))

    def units(self, scale):
        """Return by what decoding multiplies what each score predicts."""
        return np.exp(scale.mean)

    def gradient_of_prediction(self, scores, which):
        """Return the gradient of one encoded prediction in the scores."""
        chosen = super().gradient_of_prediction(scores, which)
        slopes = self.spread * self.decide(scores)
        return chosen * slopes.astype(scores.dtype)


class Poisson(LogLinkLoss):
    """Half the deviance of Poisson: for counts, and others that are not negative.

    ``y log(y / mu) - y + mu``.
    """

    allows_least = True

    def half_deviance(self, log_mu, y):
        """Compute half the deviance and its derivative in the logarithm of mu."""
        mu, is_zero = np.exp(log_mu), y == 0
        # The difference of the logarithms keeps the digits of small deviances.
        ratio = log_mu - np.log(np.where(is_zero, 1, y))
        return np.where(is_zero, mu, y * (np.expm1(ratio) - ratio)), mu - y


class Gamma(LogLinkLoss):
    """Half the deviance of the gamma distribution: for positive, skewed targets.

    ``log(mu / y) + y / mu - 1``.
    """

    def half_deviance(self, log_mu, y):
        """Compute half the deviance and its derivative in the logarithm of mu."""
        ratio = log_mu - np.log(y)
        excess = np.expm1(-ratio)
        return ratio + excess, -excess

    def measure(self, y, weight):
        """Return the `Scale` on which targets, (n, n_targets), are learnt."""
        spread = Scale.of(np.log(y), weight).scale
        spread = np.maximum(spread, SMALLEST_SPREAD)
        return replace(super().measure(y, weight), scale=spread)
