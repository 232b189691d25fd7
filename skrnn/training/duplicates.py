"""Duplicates: sequences that occur more than once.

A weight of k must mean the same as k copies. In exact arithmetic it does; in floating
point the two differ in the last digit, and hundreds of updates can make that digit
grow until it shows. So copies are merged into one sequence that has the sum of their
weights, and what is left is put into an order of its own: then both ways of saying the
same thing, and any order of the rows, lead to the same numbers, and copies cost
nothing.
"""

from hashlib import blake2b

import numpy as np

#: About so many numbers of a block are read at once.
BLOCK = 2**16


def merge_duplicates(samples, y, rows, groups=None):
    """Find the distinct pairs of a sequence and a target.

    Parameters
    ----------
    samples : ndarray of shape (n, n_steps, n_features) or list of 2-D arrays
        The collection.
    y : ndarray of shape (n,) or (n, n_outputs)
        Encoded targets.
    rows : ndarray of int
        The sequences that count.
    groups : ndarray of int of shape (n,), optional
        Sequences of different groups are no duplicates of each other.

    Returns
    -------
    distinct : ndarray of int
        One row for each distinct pair, in an order that depends on the values of the
        sequences, not on their type, and among equal sequences on the order of their
        targets, not on their unit.
    group : ndarray of int of the length of `rows`
        Where in `distinct` the pair of each of `rows` stands.
    """
    order, is_new = _sort(samples, y, rows, groups)
    numbers = np.cumsum(is_new)
    numbers -= 1
    group = np.empty_like(numbers)
    group[order] = numbers
    return rows[order[is_new]], group


def _sort(samples, y, rows, groups):
    """Sort pairs; say which of them, in that order, differ from those before them."""
    # 16 bytes a sequence, read as two numbers: those are sorted faster than bytes.
    digests = np.fromiter(_digests(samples, rows), "S16", len(rows))
    halves = digests.view(">u8").astype(np.uint64).reshape(-1, 2)
    del digests
    keys = [*halves.T, *y[rows].reshape(len(rows), -1).T]
    if groups is not None:
        keys.append(groups[rows])
    order = np.lexsort(keys[::-1])
    is_new = np.zeros(len(rows), bool)
    is_new[0] = True
    for key in keys:
        key = key[order]
        is_new[1:] |= key[1:] != key[:-1]
    return order, is_new


def _digests(samples, rows):
    """Yield what stands for the values of each sequence, one after the other.

    The same value has the same bytes: all are float64, and no zero is negative.
    """
    if isinstance(samples, list):
        for i in rows:
            # Not its buffer: an array keeps a note of that for as long as it lives.
            yield _digest(np.add(samples[i], 0.0, dtype=np.float64).tobytes())
        return
    n = max(1, BLOCK // samples[0].size)
    for first in range(0, len(rows), n):
        some = samples[rows[first : first + n]]
        block = np.add(some, 0.0, dtype=np.float64, order="C")
        values, size = block.data.cast("B"), block[0].nbytes
        for at in range(0, len(values), size):
            yield _digest(values[at : at + size])


def _digest(values):
    return blake2b(values, digest_size=16).digest()
