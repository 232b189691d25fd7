"""Learning problem: validated and encoded data without duplicates.

A weight of k must mean the same as k copies. In exact arithmetic it does; in floating
point the two differ in the last digit, and hundreds of updates can make the difference
visible. So duplicates are merged into one sequence with the sum of their weights, and
the distinct sequences are sorted: then weights and copies, and any order of the rows,
lead to the same numbers, and copies cost nothing.
"""

from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from skrnn.fitting.categories import without_absent
from skrnn.fitting.duplicates import merge_duplicates
from skrnn.fitting.memory import measure_memory
from skrnn.losses import Loss
from skrnn.parameters.measured import (
    are_aligned,
    missed_by_neighbours,
    scales_differ,
)
from skrnn.sequences.scaling import Scale, with_largest_near_one
from skrnn.training import TrainingSet
from skrnn.utils.threads import ALONE
from skrnn.validation import CheckedSequences, SequenceFormat, check_groups
from skrnn.validation.static import facts_of


@dataclass(frozen=True, eq=False)
class Expected:
    """Format and targets of earlier data, which new data must fit.

    Attributes
    ----------
    format : SequenceFormat
        Format of the sequences.
    targets : dict of str to object
        Fitted attributes of the targets.
    """

    format: SequenceFormat
    targets: dict

    @classmethod
    def of(cls, estimator):
        """Return those of the data that the estimator was fitted on."""
        state, names = vars(estimator), estimator._target_attributes
        targets = {name: state[name] for name in names if name in state}
        return cls(SequenceFormat.of(estimator), targets)


@dataclass(frozen=True, eq=False)
class Problem:
    """Validated and encoded data to learn.

    Attributes
    ----------
    X : CheckedSequences
        The sequences.
    y : ndarray of shape (n,) or (n, n_outputs)
        Encoded targets.
    weight : ndarray of shape (n,)
        Weight of each sequence in the loss, and in the score of those held out.
    rows : ndarray of int
        Indices of the distinct sequences with a weight above zero.
    loss : Loss
        Loss to minimise.
    n_outputs : int
        Number of scores.
    fitted : dict of str to object
        Fitted attributes of the targets.
    groups : ndarray of int of shape (n,) or None
        Groups that a validation split must not divide.
    class_weight : ndarray of shape (n_classes,) or None
        Weight of each class, by which `weight` has been multiplied.
    fingerprint : bytes
        What tells the distinct pairs of a sequence and a target from those of others.
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
    fingerprint: bytes = b""

    #: What a score is of, in a word.
    scored_by: ClassVar[str] = "sequence"

    _measured: dict = field(init=False, default_factory=dict)

    def scale_of(self, rows):
        """Return mean and scale of the features, measured once for the same rows.

        Codes have no scale: their mean is 0 and their scale 1.
        """
        return self._once("scale", rows, self._measure_scale)

    def memory_of(self, rows, fades):
        """Return how much of a feature is left a step after it was seen, or None.

        None is for sequences without gaps. Static features last, and so does all where
        there is no mean to fade to.
        """
        if not self.X.format.gaps:
            return None
        memory = np.ones(self.X.n_features)
        if fades:
            numeric, scale = self.X.format.numeric, self.scale_of(rows)
            found = measure_memory(self.X.samples, rows, self.weight, scale)
            memory[numeric] = found[numeric]
        return memory

    def scales_differ(self, rows):
        """Return whether sequences differ by orders of magnitude, measured once too."""
        form = self.X.format
        if form.n_numeric == 0:
            return False
        return self._once("scales_differ", rows, scales_differ, form.numeric)

    def missed_by_neighbours(self, rows):
        """Return by how much neighbours miss a step, measured once too."""
        return self._once("missed", rows, missed_by_neighbours, self.X.format.numeric)

    def are_aligned(self, rows):
        """Return whether sequences are aligned, measured once too."""
        return self._once("are_aligned", rows, are_aligned, self.X.format.numeric)

    def _measure_scale(self, samples, rows):
        """Measure features over all steps, and static ones over the sequences."""
        found, form = Scale.of_steps(samples, rows, self.weight), self.X.format
        static, is_code = form.static_in_step, form.is_categorical
        if len(static) == 0 and not is_code.any():
            return found
        mean, scale = found.mean.copy(), found.scale.copy()
        if len(static):
            facts = Scale.of(facts_of(samples, rows, static), self.weight[rows])
            mean[static], scale[static] = facts.mean, facts.scale
        mean[is_code], scale[is_code] = 0.0, 1.0
        return Scale(mean, scale)

    def _once(self, name, rows, measure, *options):
        if self._measured.get("rows") is not rows:
            self._measured.clear()
            self._measured["rows"] = rows
        if name not in self._measured:
            self._measured[name] = measure(self.X.samples, rows, *options)
        return self._measured[name]

    def training_set(self, rows, longest=None, unit=1):
        """Return the rows to learn from, their weights scaled to a mean of one.

        Where every step has a target, those with more steps than `longest` are cut.
        """
        weight = self.weight * (len(rows) / self.weight[rows].sum())
        return TrainingSet(self.X.samples, self.y, weight, rows, self.X.dtype)

    def scored(self, rows):
        """Return the targets of some sequences by which they are scored, and weights.

        They are in the order of their scores.
        """
        return self.y[rows], self.weight[rows]

    def with_targets(self, encode):
        """Return the problem with other targets: `encode` makes them of these."""
        return replace(self, y=encode(self.y))

    def score(self, network, weights, rows, workers=ALONE):
        """Compute the raw scores of what `scored` returns: (n_rows, n_outputs)."""
        X = self.X
        return network.scores(weights, X.samples, rows, workers, X.dtype)

    def weigh_classes(self, class_weight):
        """Return the problem with weights multiplied by those of classes, if any.

        The weights of duplicates must be added up before: a sum of products is rounded
        differently from the product of a sum.
        """
        if class_weight is None:
            return self
        class_weight = with_largest_near_one(class_weight)
        weighed = self._weighed(class_weight)
        rows = self.rows[weighed.weight[self.rows] > 0]
        if len(rows) == 0:
            raise ValueError(
                "class_weight gives every sequence a weight of zero: no sequence is "
                "left to learn from."
            )
        return replace(weighed, rows=rows, class_weight=class_weight)

    def _weighed(self, class_weight):
        """Return the problem with the weight of each target times that of its class."""
        return replace(self, weight=self.weight * class_weight[self.y])


def make_problem(*, X, y, weight, groups, **parts):
    """Return a `Problem` in which a sequence has the weight of all its duplicates.

    Only ratios of weights matter. They are scaled to near one, so that products and
    sums of them neither overflow nor vanish. `groups` are as the user passed them; all
    else is as in `Problem`.
    """
    groups = None if groups is None else check_groups(groups, len(X))
    counted = np.flatnonzero(weight)
    if X.has_new_categories and len(counted) < len(weight):
        X = without_absent(X, counted)
    rows, group, fingerprint = merge_duplicates(X.samples, y, counted, groups)
    merged = np.zeros_like(weight)
    merged[rows] = np.bincount(group, weights=weight[counted])
    parts |= {"rows": rows, "groups": groups, "fingerprint": fingerprint}
    return Problem(X=X, y=y, weight=with_largest_near_one(merged), **parts)
