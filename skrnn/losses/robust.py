"""Losses that outliers move less: Huber, absolute error, quantiles."""

from dataclasses import dataclass

import numpy as np

from skrnn.losses.regression import RegressionLoss
from skrnn.sequences.scaling import Scale

#: Where the loss of Huber turns from squared to absolute, in units of the scale: with
#: normal errors of that size 95 % as efficient as squared errors.
HUBER = 1.35
#: How small an error has no side, in units of the scale: more than single precision
#: rounds.
KINK = 1e-5
#: Below which error a smooth pinball loss is squared, in units of the scale.
SMOOTH = 0.1


def side(error):
    """Return the sign of an error, 0 where it may be rounding alone.

    Regressions begin on a target, so that on its side no more than rounding would
    decide.
    """
    return np.sign(error) * (np.abs(error) > KINK)


class RobustLoss(RegressionLoss):
    """Base class of losses that grow as the error does, not as its square.

    Targets may have outliers, so that their scale goes by quantiles.
    """

    def measure(self, y, weight):
        """Return the `Scale` on which targets, (n, n_targets), are learnt."""
        return Scale.of_quantiles(y, weight)


class Huber(RobustLoss):
    """Half the squared error of small errors, and beyond `HUBER` a straight line."""

    def value_and_gradient_of_each(self, scores, y):
        """Compute the loss of each score and its derivative."""
        error = scores - y
        clipped = np.clip(error, -HUBER, HUBER)
        return clipped * (error - 0.5 * clipped), clipped


class AbsoluteError(RobustLoss):
    """Absolute error: what is predicted is the median."""

    is_smooth = False
    levels = np.array([0.5])

    def value_and_gradient_of_each(self, scores, y):
        """Compute the loss of each score and its derivative."""
        error = scores - y
        return np.abs(error), side(error)


@dataclass(frozen=True, eq=False)
class Quantile(RobustLoss):
    """Pinball loss: what is predicted is a quantile, or several.

    ``max(q (y - s), (q - 1) (y - s))``. Of several quantiles each has a score of its
    own, those of the first target first. Predictions are sorted, so that none crosses
    another: that never makes their loss larger.

    Parameters
    ----------
    quantile : float or tuple of float
        The quantiles, in ascending order.
    """

    quantile: float | tuple[float, ...]

    is_smooth = False

    @property
    def levels(self):
        """The quantiles, ndarray of float64."""
        return np.atleast_1d(np.asarray(self.quantile, np.float64))

    @property
    def n_answers(self):
        """Number of scores for each target."""
        return len(self.levels)

    @property
    def has_axis(self):
        """Whether predictions have an axis more than targets, the last."""
        return isinstance(self.quantile, tuple)

    def repeat(self, values):
        """Return a value for each score from one for each target, in the last axis."""
        return np.repeat(values, self.n_answers, axis=-1)

    def tiled(self, n_outputs):
        """Return the quantile of each score."""
        return np.tile(self.levels, n_outputs // self.n_answers)

    def value_and_gradient_of_each(self, scores, y):
        """Compute the loss of each score and its derivative."""
        missing = y - scores
        q = self.tiled(scores.shape[1]).astype(scores.dtype)
        values = np.maximum(q * missing, (q - 1) * missing)
        sides = side(missing)
        return values, np.where(sides > 0, -q, np.where(sides < 0, 1 - q, 0))

    def decide(self, scores):
        """Return the quantiles: (n, n_targets), of several (n, n_targets, n_quantiles).

        They are sorted.
        """
        if not self.has_axis:
            return scores
        return np.sort(self._by_target(scores), axis=2)

    def gradient_of_prediction(self, scores, which):
        """Return the gradient of one encoded prediction in the scores."""
        order = np.argsort(self._by_target(scores), axis=2, kind="stable")
        first = self.n_answers * np.arange(order.shape[1])
        order = (order + first[:, np.newaxis]).reshape(scores.shape)
        which = np.take_along_axis(order, which, axis=1)
        return super().gradient_of_prediction(scores, which)

    def _by_target(self, scores):
        return scores.reshape(len(scores), -1, self.n_answers)


class SmoothPinball(Quantile):
    """Pinball loss that is squared for errors below `SMOOTH`: without a kink."""

    is_smooth = True

    def value_and_gradient_of_each(self, scores, y):
        """Compute the loss of each score and its derivative."""
        missing = y - scores
        q = self.tiled(scores.shape[1]).astype(scores.dtype)
        steepness = np.where(missing < 0, 1 - q, q)
        clipped = np.clip(missing, -SMOOTH, SMOOTH) / SMOOTH
        values = clipped * (missing - 0.5 * SMOOTH * clipped)
        return steepness * values, -steepness * clipped
