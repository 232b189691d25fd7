"""Learning problem with a target for every step."""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import ClassVar

import numpy as np

from skrnn.fitting.categories import without_absent
from skrnn.fitting.duplicates import digest, merge_duplicates
from skrnn.fitting.problem import Problem
from skrnn.sequences import Pieces, Unloaded
from skrnn.sequences.scaling import with_largest_near_one
from skrnn.training import StepTrainingSet
from skrnn.utils.threads import ALONE
from skrnn.validation import check_groups


@dataclass(frozen=True, eq=False)
class StepProblem(Problem):
    """Validated and encoded data to learn, with a target for every step.

    Attributes
    ----------
    y : StepTargets
        Encoded targets of the steps, and their weights in the loss.
    weight : ndarray of shape (n,)
        Mean weight of the steps of each sequence.

    The others are those of `Problem`.
    """

    scored_by: ClassVar[str] = "step"

    def training_set(self, rows, longest=None, unit=1):
        """Return the rows to learn from, with weights that add up to their number.

        Sequences with more steps than `longest` are cut into pieces of similar length,
        each a row of its own; those in which no step has a target are left out. But for
        the last a piece has a multiple of `unit` steps.
        """
        samples, starts = self.X.samples, self.y.starts
        if longest is not None and np.diff(starts).max() > longest:
            starts, rows, pieces = self._cut(rows, longest, unit)
            samples = _take_pieces(samples, *pieces)
        y = replace(self.y, starts=starts)
        factor = len(rows) / y.weight[y.places(rows)].sum()
        y = replace(y, weight=y.weight * factor)
        weight, dtype = y.mean_weight(), self.X.dtype
        return StepTrainingSet(samples, y, weight, rows, dtype)

    def _cut(self, rows, longest, unit):
        """Cut all sequences.

        Returns
        -------
        edges : ndarray of int
            Where the pieces begin, and the number of all steps.
        learnt : ndarray of int
            Which of them to learn.
        pieces : tuple of ndarray of int
            The sequence that each is of, and its first step and the one after its last.
        """
        of, starts, learnt = [], [], []
        edges = self.y.starts
        chosen = np.zeros(len(self.weight), bool)
        chosen[rows] = True
        for i, n_steps in enumerate(np.diff(edges).tolist()):
            n_pieces = -(-n_steps // longest)
            size = -(-n_steps // (n_pieces * unit)) * unit
            for start in range(0, n_steps, size):
                of.append(i)
                starts.append(start)
                first = edges[i] + start
                last = min(first + size, edges[i + 1])
                learnt.append(chosen[i] and self.y.weight[first:last].any())
        of, starts = np.array(of), np.array(starts)
        edges = np.append(edges[of] + starts, edges[-1])
        return edges, np.flatnonzero(learnt), (of, starts, starts + np.diff(edges))

    def scored(self, rows):
        """Return the targets of the steps of some sequences that have one."""
        at = self._labelled(rows)
        return self.y.values[at], self.y.weight[at]

    def with_targets(self, encode):
        """Return the problem with other targets: `encode` makes them of these.

        A step without one has what a score of zero predicts.
        """
        has_target = self.y.weight[:, np.newaxis] > 0
        values = np.where(has_target, encode(self.y.values), self.loss.typical)
        return replace(self, y=replace(self.y, values=values))

    def score(self, network, weights, rows, workers=ALONE):
        """Compute the raw scores of what `scored` returns: (n_steps, n_outputs)."""
        scores = np.concatenate(super().score(network, weights, rows, workers))
        return scores[self.y.weight[self.y.places(rows)] > 0]

    def _labelled(self, rows):
        at = self.y.places(rows)
        return at[self.y.weight[at] > 0]

    def _weighed(self, class_weight):
        y = replace(self.y, weight=self.y.weight * class_weight[self.y.values])
        return replace(self, y=y, weight=y.mean_weight())


def _take_pieces(samples, of, starts, stops):
    if isinstance(samples, Unloaded):
        return Pieces(samples, of, starts, stops)
    pieces = zip(of.tolist(), starts.tolist(), stops.tolist(), strict=True)
    return [samples[i][start:stop] for i, start, stop in pieces]


def make_step_problem(*, X, y, groups, **parts):
    """Return a `StepProblem` in which a sequence has the weights of its duplicates.

    Only ratios of weights matter; they are scaled to near one.

    Parameters
    ----------
    X, groups, **parts
        As for `make_problem`.
    y : StepTargets
        The targets of all steps.
    """
    groups = None if groups is None else check_groups(groups, len(X))
    counted = np.flatnonzero(y.mean_weight())
    if X.has_new_categories and len(counted) < len(X):
        X = without_absent(X, counted)
    rows, group, fingerprint = merge_duplicates(X.samples, _digests(y), counted, groups)
    merged = np.zeros_like(y.weight)
    np.add.at(merged, y.places(rows[group]), y.weight[y.places(counted)])
    y = replace(y, weight=with_largest_near_one(merged))
    parts |= {"rows": rows, "groups": groups, "fingerprint": fingerprint}
    return StepProblem(X=X, y=y, weight=y.mean_weight(), **parts)


def _digests(y):
    """Return two numbers for the targets of each sequence, the same for the same ones.

    They depend on the order of the targets and not on their unit. A step without weight
    counts as one without a target.
    """
    columns = y.values.reshape(len(y.values), -1)
    ranks = [np.unique(column, return_inverse=True)[1] for column in columns.T]
    ranks = np.where(y.weight > 0, np.array(ranks, np.int64), -1).T.copy()
    edges = pairwise(y.starts.tolist())
    digests = [digest(ranks[first:last].tobytes()) for first, last in edges]
    return np.array(digests, "S16").view(">u8").astype(np.uint64).reshape(-1, 2)
