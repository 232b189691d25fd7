"""Chunks of a collection: rows of similar length, and samples of them."""

import numpy as np


def lengths_of(samples):
    """Return the number of steps of each sequence of a collection."""
    if isinstance(samples, np.ndarray):
        return np.full(len(samples), samples.shape[1])
    if isinstance(samples, list | tuple):
        return np.array([len(sequence) for sequence in samples])
    return samples.lengths


def n_features_of(samples):
    """Return the number of features of a step of a collection."""
    if isinstance(samples, np.ndarray | list):
        return samples[0].shape[1]
    return samples.n_features


def spaced(rows, n):
    """Return n of the rows at most, evenly spaced among them."""
    return rows[np.linspace(0, len(rows) - 1, min(n, len(rows))).astype(int)]


def blocks_by_length(lengths, max_steps, max_sequences=512):
    """Cut a collection into blocks of similar length and bounded size.

    Parameters
    ----------
    lengths : ndarray of shape (n,)
        Length of each sequence.
    max_steps : int
        The most steps that a block has in all, unless one sequence has more.
    max_sequences : int
        The most sequences in a block.

    Yields
    ------
    ndarray of int
        Rows of a block, the longest first.
    """
    order, first = np.argsort(-lengths, kind="stable"), 0
    while first < len(order):
        n = max(1, min(max_sequences, max_steps // int(lengths[order[first]])))
        yield order[first : first + n]
        first += n
