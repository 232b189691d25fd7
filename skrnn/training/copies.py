"""Sequences that occur more than once.

A weight of k must mean the same as k copies. In exact arithmetic it does; in floating
point the two differ in the last digit, and hundreds of updates can make that digit
grow until it shows. So copies are merged into one sequence that has the sum of their
weights, and what is left is put into an order of its own: then both ways of saying the
same thing, and any order of the rows, lead to the same numbers, and copies cost
nothing.
"""

from hashlib import blake2b

import numpy as np


def merge_copies(samples, y, rows, dtype):
    """Find the distinct pairs of a sequence and a target.

    Parameters
    ----------
    samples : ndarray of shape (n, n_steps, n_features) or list of 2-D arrays
        The collection.
    y : ndarray of shape (n,) or (n, n_outputs)
        Encoded targets.
    rows : ndarray of int
        The sequences that count.
    dtype : dtype
        The type of the computation, in which copies are told.

    Returns
    -------
    distinct : ndarray of int
        One row for each distinct pair, in an order that depends on the sequences, and
        among equal sequences on the order of their targets: not on their unit.
    group : ndarray of int of the length of `rows`
        Where in `distinct` the pair of each of `rows` stands.
    """
    digests = np.array([_digest(samples[i], dtype) for i in rows], dtype="S16")
    _, sequence = np.unique(digests, return_inverse=True)
    _, target = np.unique(y[rows].reshape(len(rows), -1), axis=0, return_inverse=True)
    pairs = sequence * len(rows) + target.ravel()
    _, first, group = np.unique(pairs, return_index=True, return_inverse=True)
    return rows[first], group


def _digest(sequence, dtype):
    values = np.ascontiguousarray(sequence, dtype)
    return blake2b(values.data.cast("B"), digest_size=16).digest()
