"""What an estimator is asked to learn, on its way from users' data to training."""

from dataclasses import dataclass, field, replace

import numpy as np

from skrnn.losses import Loss
from skrnn.scale import Scale
from skrnn.training import TrainingSet, merge_copies
from skrnn.validation import CheckedSequences


@dataclass(frozen=True, eq=False)
class Problem:
    """What an estimator is asked to learn, checked and encoded.

    Attributes
    ----------
    X : CheckedSequences
        The sequences.
    y : ndarray of shape (n,) or (n, n_outputs)
        Encoded targets.
    sample_weight : ndarray of shape (n,)
        The weights that the user gave, or ones.
    loss_weight : ndarray of shape (n,)
        The same, times the weights of the classes.
    rows : ndarray of int
        The sequences that count: weight zero is absence.
    loss : Loss
        What is made small.
    n_outputs : int
        Number of scores.
    fitted : dict of str to object
        What the estimator remembers of the targets.
    groups : ndarray of int of shape (n,) or None
        Sequences of one group must not be parted where some are held out.
    """

    X: CheckedSequences
    y: np.ndarray
    sample_weight: np.ndarray
    loss_weight: np.ndarray
    rows: np.ndarray
    loss: Loss
    n_outputs: int
    fitted: dict
    groups: np.ndarray | None = None
    _measured: dict = field(init=False, default_factory=dict)

    def at_least(self, dtype):
        """Compute in a type that loses nothing of another."""
        dtype = np.promote_types(self.X.dtype, dtype)
        return replace(self, X=replace(self.X, dtype=dtype))

    def scale_of(self, rows):
        """Measure the features of some sequences; asked again, do not look again."""
        if self._measured.get("rows") is not rows:
            scale = Scale.of_steps(self.X.samples, rows, self.loss_weight)
            self._measured.update(rows=rows, scale=scale)
        return self._measured["scale"]


def without_copies(problem):
    """Give each distinct sequence the weight of all its copies."""
    samples, dtype = problem.X.samples, problem.X.dtype
    rows, group = merge_copies(samples, problem.y, problem.rows, dtype, problem.groups)
    merged = {}
    for name in ("sample_weight", "loss_weight"):
        weight = getattr(problem, name)
        merged[name] = np.zeros_like(weight)
        merged[name][rows] = np.bincount(group, weights=weight[problem.rows])
    return replace(problem, rows=rows, **merged)


def training_set(problem, rows):
    """Give the rows to learn from, their weights scaled to a mean of one."""
    weight = problem.loss_weight * (len(rows) / problem.loss_weight[rows].sum())
    return TrainingSet(
        problem.X.samples, problem.y, weight.astype(problem.X.dtype), rows
    )
