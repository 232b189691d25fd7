"""Augmentation: sequences that are read a little differently each time."""

from dataclasses import dataclass

import numpy as np

#: Share of the sequences that are changed.
CHANGED = 0.5


@dataclass(frozen=True, eq=False)
class Augmentation:
    """Cuts steps off both ends at random, and stretches the rest to the old length.

    It does so with each sequence or leaves it as it is, by chance. Between two steps
    there is a straight line, as in a curve that was sampled: that makes curves a little
    smoother, and the network must know them as they are too.

    Parameters
    ----------
    most : float
        The largest part of the steps that is cut off, at each end.
    exact : ndarray of bool of shape (n_features,)
        Features whose values stay what they are: each new step has that of the nearest
        old one, as codes of categories and steps with gaps must.
    """

    most: float
    exact: np.ndarray

    def __call__(self, x, rng):
        """Return other sequences, of the same lengths.

        Parameters
        ----------
        x : Sequences
            The batch.
        rng : numpy.random.Generator
            Where chance comes from.

        Returns
        -------
        Sequences
        """
        before, after, part = self._places(x.lengths, rng)
        old, exact = x.data, self.exact
        new = old.take(before, axis=0)
        if not exact.all():
            new *= 1 - part
            new += part * old.take(after, axis=0)
        if exact.any():
            nearest = np.where(part[:, 0] < 0.5, before, after)
            new[:, exact] = old[:, exact].take(nearest, axis=0)
        return x.replace(new)

    def _places(self, lengths, rng):
        """Return where each new step lies: the rows around it, and how far between."""
        last = lengths.longest_first - 1
        n = len(last)
        cut = self.most * last * rng.random((2, n)) * (rng.random(n) < CHANGED)
        pace = 1 - cut.sum(axis=0) / np.maximum(last, 1)
        rank, step = lengths.ranks, lengths.steps
        place = cut[0][rank] + pace[rank] * step
        before = place.astype(np.intp)
        after = np.minimum(before + 1, last[rank])
        part, starts = place - before, lengths.starts
        return starts[before] + rank, starts[after] + rank, part[:, np.newaxis]
