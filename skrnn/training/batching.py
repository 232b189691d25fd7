"""Which sequences are read together."""

from itertools import pairwise


def minibatches(rows, batch_size, rng):
    """Shuffle rows and cut them into batches of almost the same size.

    A single batch is left in its order: shuffling it would change nothing but the
    rounding.

    Parameters
    ----------
    rows : ndarray of int
        The rows of the training set.
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
    rows = rng.permutation(rows)
    edges = [k * len(rows) // n_batches for k in range(n_batches + 1)]
    return [rows[first:last] for first, last in pairwise(edges)]


def count_batches(n, batch_size):
    """How many batches `minibatches` makes of n rows."""
    return -(-n // batch_size)
