"""Pooled states: what estimators of sequences make of all steps before they answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skrnn.utils.typing import Array, SequencesLike


class PooledStatesMixin:
    """Mixin of the estimators whose network pools the states of a sequence."""

    augmentation_: float
    linear_steps_: int

    def pooled_states(self, X: SequencesLike) -> Array:
        """Compute what the head of the network reads: its features of each sequence.

        `RecurrentFeatures` does this as a step of a pipeline.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.

        Returns
        -------
        ndarray of shape (n, n_pooled)
            Hidden states of the top layer, pooled over the steps: with "concat" last,
            then mean, then max; with `bidirectional` each of them forward, then
            reverse.
        """
        return self._compute("pooled", X)
