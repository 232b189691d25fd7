"""Which sequences are read together."""

from itertools import pairwise

import numpy as np

#: A length may be taken for up to this much longer or shorter than it is.
SPREAD = 1.25


def minibatches(rows, lengths, batch_size, rng):
    """Shuffle rows and cut them into batches of almost the same size.

    A batch costs as many steps as its longest sequence has, so that sequences of
    similar length belong together; yet who meets whom must be left to chance. So the
    rows are sorted by their length times a random number between ``1 / SPREAD`` and
    ``SPREAD``, anew in every epoch, and the batches come in random order. Where all are
    equally long, that is a plain shuffle.

    A single batch is left in its order: shuffling it would change nothing but the
    rounding.

    Parameters
    ----------
    rows : ndarray of int
        The rows of the training set.
    lengths : ndarray of shape (n,)
        The length of each sequence of the collection.
    batch_size : int
        The largest size of a batch.
    rng : numpy.random.RandomState
        Where the order comes from.

    Returns
    -------
    list of ndarray of int
    """
    n_batches = count_batches(len(rows), batch_size)
    if n_batches == 1:
        return [rows]
    factors = SPREAD ** rng.uniform(-1.0, 1.0, len(rows))
    rows = rows[np.argsort(lengths[rows] * factors)]
    edges = [k * len(rows) // n_batches for k in range(n_batches + 1)]
    batches = [rows[first:last] for first, last in pairwise(edges)]
    return [batches[k] for k in rng.permutation(n_batches)]


def count_batches(n, batch_size):
    """How many batches `minibatches` makes of n rows."""
    return -(-n // batch_size)
