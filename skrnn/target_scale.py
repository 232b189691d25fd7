"""Targets on a scale on which a network learns, and the way back."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class TargetScale:
    """Brings each target to a mean of zero and a standard deviation of one.

    Networks start with outputs of about that size, and one learning rate and one
    penalty serve targets of any magnitude.

    Parameters
    ----------
    mean, scale : ndarray of float64 of shape (n_targets,)
        What is taken off, and what is divided by.
    """

    mean: np.ndarray
    scale: np.ndarray

    @classmethod
    def of(cls, y, weight):
        """Measure targets, (n, n_targets); a target that is constant keeps its scale.

        Nothing overflows on the way, however large or small the targets are.
        """
        largest = np.abs(y).max(axis=0)
        largest[largest == 0] = 1.0
        y = y / largest
        mean = np.average(y, axis=0, weights=weight)
        deviation = np.sqrt(np.average((y - mean) ** 2, axis=0, weights=weight))
        scale = np.maximum(deviation * largest, np.finfo(np.float64).tiny)
        scale[deviation <= 8 * np.finfo(np.float64).eps] = 1.0
        return cls(mean * largest, scale)

    def encode(self, y):
        """Bring targets, (n, n_targets), to this scale."""
        # Halves, so that the difference of two large numbers does not overflow.
        return (0.5 * y - 0.5 * self.mean) / (0.5 * self.scale)

    def decode(self, y):
        """Bring targets back, in float64."""
        return y * self.scale + self.mean
