"""Targets and training set of networks that have an answer for every step."""

from dataclasses import dataclass

import numpy as np

from skrnn.training.state import TrainingSet


@dataclass(frozen=True, eq=False)
class StepTargets:
    """Encoded targets and weights of all steps of a collection, end to end.

    Parameters
    ----------
    values : ndarray of shape (n_steps_in_all,) or (n_steps_in_all, n_outputs)
        Encoded targets; where a step has none, zeros.
    weight : ndarray of float64 of shape (n_steps_in_all,)
        Weight of each step; 0 where there is no target.
    starts : ndarray of int of shape (n + 1,)
        Where the steps of each sequence begin, and the number of all.
    """

    values: np.ndarray
    weight: np.ndarray
    starts: np.ndarray

    def mean_weight(self):
        """Return the mean weight of the steps of each sequence, shape (n,)."""
        total = np.add.reduceat(self.weight, self.starts[:-1])
        return total / np.diff(self.starts)

    def places(self, rows):
        """Return the places of all steps of some sequences, one after the other."""
        first, last = self.starts[rows], self.starts[rows + 1]
        ends = np.cumsum(last - first)
        return np.arange(ends[-1]) + np.repeat(last - ends, last - first)

    def packed(self, rows, lengths):
        """Return targets and weights of a batch, in the order of its packed rows.

        Parameters
        ----------
        rows : ndarray of int
            The sequences of the batch.
        lengths : Lengths
            How they are packed.

        Returns
        -------
        values, weight : ndarray
        """
        step = np.repeat(np.arange(len(lengths.sizes)), lengths.sizes)
        at = self.starts[rows[lengths.order]][lengths.ranks] + step
        return self.values[at], self.weight[at]


@dataclass(frozen=True, eq=False)
class StepTrainingSet(TrainingSet):
    """Sequences to learn from that have a target for every step.

    The parameters are those of `TrainingSet`, but that `y` is a `StepTargets` whose
    weights add up to the number of `rows`, and `sample_weight` has their mean for each
    sequence.
    """

    def targets(self, rows, lengths):
        """Return targets and weights of the steps of a batch."""
        return self.y.packed(rows, lengths)
