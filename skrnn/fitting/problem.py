"""What an estimator is asked to learn, on its way from users' data to training."""

from dataclasses import dataclass, field, replace

import numpy as np

from skrnn.losses import Loss
from skrnn.sequences.scaling import Scale, with_largest_near_one
from skrnn.training import TrainingSet, merge_duplicates
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
    weight : ndarray of shape (n,)
        How much each sequence counts, in the loss and in the score of those held out.
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
    class_weight : ndarray of shape (n_classes,) or None
        How much each class counts; it is contained in `weight`.
    """

    X: CheckedSequences
    y: np.ndarray
    weight: np.ndarray
    rows: np.ndarray
    loss: Loss
    n_outputs: int
    fitted: dict
    groups: np.ndarray | None = None
    class_weight: np.ndarray | None = None
    _measured: dict = field(init=False, default_factory=dict)

    def at_least(self, dtype):
        """Compute in a type that loses nothing of another."""
        dtype = np.promote_types(self.X.dtype, dtype)
        return replace(self, X=replace(self.X, dtype=dtype))

    def scale_of(self, rows):
        """Measure the features of some sequences; asked again, do not look again."""
        if self._measured.get("rows") is not rows:
            scale = Scale.of_steps(self.X.samples, rows, self.weight)
            self._measured.update(rows=rows, scale=scale)
        return self._measured["scale"]

    def weigh_classes(self, class_weight):
        """Multiply the weight of each sequence by that of its class, which may be None.

        The weights of copies must be added up before: a sum of products is rounded
        differently from the product of a sum.
        """
        if class_weight is None:
            return self
        class_weight = with_largest_near_one(class_weight)
        weight = self.weight * class_weight[self.y]
        rows = self.rows[weight[self.rows] > 0]
        if len(rows) == 0:
            raise ValueError(
                "class_weight gives every sequence a weight of zero: no sequence is "
                "left to learn from."
            )
        return replace(self, weight=weight, rows=rows, class_weight=class_weight)


def without_copies(problem):
    """Return the problem in which a sequence has the weight of all its copies.

    Only the ratios of weights count. They are brought near one, where products and sums
    of them neither overflow nor vanish.
    """
    rows, group = merge_duplicates(
        problem.X.samples, problem.y, problem.rows, problem.groups
    )
    weight = np.zeros_like(problem.weight)
    weight[rows] = np.bincount(group, weights=problem.weight[problem.rows])
    return replace(problem, rows=rows, weight=with_largest_near_one(weight))


def training_set(problem, rows):
    """Return the rows to learn from, their weights scaled to a mean of one."""
    weight = problem.weight * (len(rows) / problem.weight[rows].sum())
    return TrainingSet(
        problem.X.samples, problem.y, weight.astype(problem.X.dtype), rows
    )
