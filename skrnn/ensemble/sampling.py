"""Samples of sequences, one for each member of a committee."""

from dataclasses import dataclass
from numbers import Integral

import numpy as np

from skrnn.fitting.duplicates import merge_duplicates
from skrnn.sequences.scaling import with_largest_near_one


@dataclass(frozen=True, eq=False)
class Sample:
    """What a member learns from, and what it does not see.

    Attributes
    ----------
    weight : ndarray of shape (n,)
        Weight of each sequence, zero for those that were not drawn.
    drawn : ndarray of int
        Indices of the sequences that were drawn, in ascending order, each as often as
        it was.
    left_out : ndarray of int
        Indices of the sequences of which no copy was drawn.
    """

    weight: np.ndarray
    drawn: np.ndarray
    left_out: np.ndarray


class Population:
    """The sequences that samples are drawn from.

    Copies are one sequence with the sum of their weights, and the order of rows does
    not count: then a weight of k is k copies here too, draw by draw.

    Parameters
    ----------
    samples : ndarray of shape (n, n_steps, n_features) or list of 2-D arrays
        The sequences.
    y : ndarray of shape (n,) or (n, n_outputs)
        Encoded targets.
    weight : ndarray of shape (n,)
        Their weights.
    classes : ndarray of shape (n,) or None
        The class of each sequence. All classes that have weight are in every sample,
        in proportion.
    """

    def __init__(self, samples, y, weight, classes=None):
        counted = np.flatnonzero(weight)
        self.rows, group, _ = merge_duplicates(samples, y, counted)
        self.group = np.full(len(weight), -1)
        self.group[counted] = group
        self.weight = with_largest_near_one(weight)
        self.merged = np.bincount(group, weights=self.weight[counted])
        strata = np.zeros(len(self), int) if classes is None else classes[self.rows]
        self.strata = [np.flatnonzero(strata == k) for k in np.unique(strata)]

    def __len__(self):
        return len(self.rows)

    def size_of_sample(self, max_samples, bootstrap, name):
        """Return how many sequences `max_samples` stands for.

        Raises
        ------
        ValueError
            If there are not so many, and none may be drawn twice.
        """
        if not isinstance(max_samples, Integral):
            max_samples = int(float(max_samples) * len(self))
        if not bootstrap and max_samples > len(self):
            raise ValueError(
                f"{name} cannot draw max_samples={max_samples} sequences without "
                f"drawing one twice: X has {len(self)} different ones with weight. "
                "Lower max_samples, or set bootstrap=True."
            )
        return max(int(max_samples), len(self.strata))

    def draw(self, n_drawn, bootstrap, rng):
        """Draw a sample.

        With `bootstrap` a sequence is drawn with a probability in proportion to its
        weight, any number of times; without it all are drawn alike, once at most, and
        keep their weights.

        Parameters
        ----------
        n_drawn : int
            Number of draws.
        bootstrap : bool
            Whether a sequence may be drawn more than once.
        rng : numpy.random.RandomState
            Source of randomness.

        Returns
        -------
        Sample
        """
        mass = self.merged if bootstrap else np.ones(len(self))
        sizes = shares_of([mass[stratum].sum() for stratum in self.strata], n_drawn)
        counts = np.zeros(len(self), int)
        for stratum, size in zip(self.strata, sizes.tolist(), strict=True):
            if bootstrap:
                p = mass[stratum] / mass[stratum].sum()
                counts[stratum] = rng.multinomial(size, p)
            else:
                counts[rng.choice(stratum, size, replace=False)] = 1
        return self._sample(counts, bootstrap)

    def _sample(self, counts, bootstrap):
        is_in = np.append(counts > 0, False)[self.group]
        times = is_in.astype(int)
        if bootstrap:  # the first copy stands for all
            times[:] = 0
            times[self.rows] = counts
        drawn = np.repeat(np.arange(len(times)), times).astype(np.int32)
        weight = times.astype(float) if bootstrap else np.where(is_in, self.weight, 0)
        return Sample(weight, drawn, np.flatnonzero(~is_in))


def shares_of(masses, n):
    """Divide n draws among strata, in proportion, with one for each at least.

    What is left after rounding down goes to those that have lost most by it.

    Parameters
    ----------
    masses : list of float
        Weight of each stratum, above zero.
    n : int
        Number of draws, not less than there are strata.

    Returns
    -------
    ndarray of int of shape (n_strata,)

    Examples
    --------
    >>> shares_of([6.0, 3.0, 0.1], 10).tolist()
    [6, 3, 1]
    """
    wanted = n * (np.asarray(masses) / np.sum(masses))
    sizes = np.maximum(wanted.astype(int), 1)
    while sizes.sum() < n:
        sizes[np.argmax(wanted - sizes)] += 1
    while sizes.sum() > n:
        sizes[np.argmax(np.where(sizes > 1, sizes - wanted, -np.inf))] -= 1
    return sizes
