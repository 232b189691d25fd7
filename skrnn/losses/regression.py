"""Losses of numbers.

Networks learn targets on a scale on which they are near zero and about as large as one,
so that one learning rate and one penalty serve targets of any magnitude. Which scale,
and what a score says of it, depends on the loss.
"""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from skrnn.losses.base import Loss
from skrnn.sequences.scaling import Scale


@dataclass(frozen=True, eq=False)
class RegressionLoss(Loss):
    """Base class of the losses of numbers.

    Their value is the mean over the targets of a sequence.
    """

    outputs = "targets"
    #: Whether its gradient is continuous.
    is_smooth: ClassVar[bool] = True
    #: Whether it is the squared error, of which much is known in closed form.
    is_squared: ClassVar[bool] = False
    #: The least target, and whether that is allowed itself.
    least: ClassVar[float] = -np.inf
    allows_least: ClassVar[bool] = False
    #: The encoded target that a score of zero predicts.
    typical: ClassVar[float] = 0.0

    @abstractmethod
    def value_and_gradient_of_each(self, scores, y):
        """Compute the loss of each score and its derivative, both in its shape."""

    def value_and_gradient(self, scores, y):
        """Compute the loss of each sequence and its gradient in the scores."""
        y = self.repeat(y.reshape(len(scores), -1).astype(scores.dtype, copy=False))
        values, d_scores = self.value_and_gradient_of_each(scores, y)
        return np.mean(values, axis=1), d_scores / scores.shape[1]

    @property
    def n_answers(self):
        """Number of scores for each target."""
        return 1

    def repeat(self, values):
        """Return a value for each score from one for each target, in the last axis."""
        return values

    def measure(self, y, weight):
        """Return the `Scale` on which targets, (n, n_targets), are learnt."""
        return Scale.of(y, weight)

    def on_scale(self, scale):
        """Return the loss of targets that are encoded on a scale."""
        return self

    def encode(self, y, scale):
        """Return targets, (n, n_targets), on a scale."""
        return scale.encode(y)

    def decode(self, y, scale):
        """Return encoded targets, (n, n_targets, ...), in their own units."""
        return np.moveaxis(scale.decode(np.moveaxis(y, 1, -1)), -1, 1)

    def decide(self, scores):
        """Return the encoded targets that raw scores predict."""
        return scores

    def units(self, scale):
        """Return by what decoding multiplies what each score predicts."""
        return self.repeat(scale.scale)

    def gradient_of_prediction(self, scores, which):
        """Return the gradient of one encoded prediction in the scores.

        Parameters
        ----------
        scores : ndarray of shape (n, n_outputs)
            Raw scores.
        which : ndarray of int of shape (n, 1)
            The number of the prediction, for each sequence.

        Returns
        -------
        ndarray of shape (n, n_outputs)
        """
        chosen = which == np.arange(scores.shape[1])
        return chosen.astype(scores.dtype)


class SquaredError(RegressionLoss):
    """Half the squared error."""

    is_squared = True

    def value_and_gradient_of_each(self, scores, y):
        """Compute the loss of each score and its derivative."""
        error = scores - y
        return 0.5 * error**2, error
