"""Base of the losses."""

from abc import ABC, abstractmethod
from typing import ClassVar


class Loss(ABC):
    """Base class of the losses.

    A loss knows no network and no weights of samples. For each sequence it computes its
    value and the gradient of that value with respect to the scores, and it turns scores
    into predictions.
    """

    #: What the scores are for, in a word.
    outputs: ClassVar[str]
    #: Whether predictions have an axis more than targets, the last.
    has_axis = False

    @abstractmethod
    def value_and_gradient(self, scores, y):
        """Compute the loss of each sequence and its gradient in the scores.

        Parameters
        ----------
        scores : ndarray of shape (n, n_outputs)
            Raw scores.
        y : ndarray of shape (n,) or (n, n_targets)
            Encoded targets.

        Returns
        -------
        value : ndarray of shape (n,)
        d_scores : ndarray of shape (n, n_outputs)
        """

    @abstractmethod
    def decide(self, scores):
        """Return the encoded targets that raw scores predict, in the shape of `y`."""
