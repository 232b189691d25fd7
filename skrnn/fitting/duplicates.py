"""Duplicates among sequences: found by digests of their values."""

from hashlib import blake2b

import numpy as np

from skrnn.sequences import Unloaded

#: About so many numbers of a block are hashed at a time.
BLOCK = 2**16


def merge_duplicates(samples, y, rows, groups=None):
    """Return the distinct pairs of a sequence and a target.

    Parameters
    ----------
    samples : ndarray of shape (n, n_steps, n_features), list of 2-D arrays, or Unloaded
        The collection.
    y : ndarray of shape (n,) or (n, n_outputs)
        Encoded targets.
    rows : ndarray of int
        Indices of the sequences with a weight above zero.
    groups : ndarray of int of shape (n,), optional
        Groups; sequences of different groups are no duplicates of each other.

    Returns
    -------
    distinct : ndarray of int
        One row for each distinct pair. Their order depends on the values of the
        sequences, not on their dtype, and among equal sequences on the order of their
        targets, not on their unit.
    group : ndarray of int of the length of `rows`
        Index in `distinct` of the pair of each of `rows`.
    fingerprint : bytes
        What tells the distinct pairs from others.
    """
    order, is_new, fingerprint = _sort(samples, y, rows, groups)
    numbers = np.cumsum(is_new)
    numbers -= 1
    group = np.empty_like(numbers)
    group[order] = numbers
    return rows[order[is_new]], group, fingerprint


def _sort(samples, y, rows, groups):
    """Return the order of pairs, which of the sorted are new, and a fingerprint."""
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
    distinct, first = blake2b(digest_size=16), order[is_new]
    for key in keys:
        distinct.update((key[first] + 0).tobytes())  # No zero is negative.
    return order, is_new, distinct.digest()


def _digests(samples, rows):
    """Yield a digest of the values of each sequence.

    Equal values have equal bytes: all are float64, no zero is negative, and all that
    are missing are the same NaN.
    """
    if isinstance(samples, Unloaded):
        yield from samples.take_digests()[rows]
    elif isinstance(samples, list):
        for i in rows:
            values = _one_nan(np.add(samples[i], 0.0, dtype=np.float64))
            # Not its buffer: an array that exports one keeps memory for it.
            yield digest(values.tobytes())
    else:
        yield from _digests_of_block(samples, rows)


def _digests_of_block(samples, rows):
    n = max(1, BLOCK // samples[0].size)
    for first in range(0, len(rows), n):
        some = samples[rows[first : first + n]]
        block = _one_nan(np.add(some, 0.0, dtype=np.float64, order="C"))
        values, size = block.data.cast("B"), block[0].nbytes
        for at in range(0, len(values), size):
            yield digest(values[at : at + size])


def digest_of(sequence):
    """Return the digest of the values of one sequence, as `_digests` yields it."""
    return next(_digests([sequence], [0]))


def _one_nan(values):
    """Make all NaN the same, in place."""
    if np.isnan(values.min()):
        values[np.isnan(values)] = np.nan
    return values


def digest(values):
    """Return 16 bytes that stand for others."""
    return blake2b(values, digest_size=16).digest()
