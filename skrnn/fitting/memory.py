"""Memory of features: how fast they forget their past."""

import numpy as np

from skrnn.sequences import blocks_by_length, lengths_of, pack, read_in_groups

#: Steps apart at which values are compared. One step alone says too little of gaps.
LAGS = np.arange(1, 9)
#: With fewer pairs of values nothing is concluded.
ENOUGH_PAIRS = 10
#: About so many numbers are read at once.
BLOCK = 2**18
#: Points of a search, and how many there are, each between the two beside the best one
#: of the last: to some 1e-8, beyond which the error is flat.
POINTS, SEARCHES = 65, 5


def measure_memory(samples, rows, weight, scale):
    """Measure what is left of the deviation of each feature from its mean after a step.

    It is the number from 0 to 1 whose k-th power times the deviation is the best guess,
    by least squares, of the deviation k steps later, for k up to 8. A constant feature,
    or one with too few pairs of values, has 1.

    Parameters
    ----------
    samples : ndarray of shape (n, n_steps, n_features) or list of 2-D arrays
        The collection. NaN is what is missing.
    rows : ndarray of int
        Which of its sequences.
    weight : ndarray of shape (n,)
        How much each step of a sequence of the collection counts.
    scale : Scale
        Mean and scale of the features.

    Returns
    -------
    ndarray of float64 of shape (n_features,)
    """
    n_features, heaviest = len(scale.mean), weight[rows].max()
    # Of each lag: the number of pairs, and sums of squares and products.
    sums = np.zeros((3, len(LAGS), n_features))
    blocks = blocks_by_length(lengths_of(samples)[rows], BLOCK // n_features)
    with read_in_groups(samples, blocks, rows) as groups:
        for some, loaded in groups:
            for at in some:
                x = pack(loaded, rows[at])
                x = x.replace(scale.encode(x.data.astype(np.float64, copy=False)))
                each = x.broadcast(x.sort(weight[rows[at]] / heaviest))
                sums += _sums_of_pairs(x, each)
    n_pairs, squares, products = sums
    memory = _least_error(squares, products)
    memory[(n_pairs.sum(axis=0) < ENOUGH_PAIRS) | (squares.sum(axis=0) == 0)] = 1.0
    return memory


def _sums_of_pairs(x, weight):
    """Return counts, squares of the first and products of pairs: (3, n_lags, n)."""
    is_seen, starts, sizes = ~np.isnan(x.data), x.lengths.starts, x.lengths.sizes
    values = np.where(is_seen, x.data, 0.0)
    sums = np.zeros((3, len(LAGS), values.shape[1]))
    for k, lag in enumerate(LAGS[len(sizes) > LAGS]):
        # The same ranks, so many steps before.
        back = np.repeat(starts[lag:-1] - starts[: -1 - lag], sizes[lag:])
        later = slice(starts[lag], None)
        earlier = np.arange(starts[lag], starts[-1]) - back
        are_seen, first = is_seen[earlier] & is_seen[later], values[earlier]
        sums[0, k] = are_seen.sum(axis=0)
        sums[1, k] = weight[later] @ (first**2 * are_seen)
        sums[2, k] = weight[later] @ (first * values[later])
    return sums


def _least_error(squares, products):
    """Return the numbers from 0 to 1 whose powers make the least squared error."""
    low, high = np.zeros(squares.shape[1]), np.ones(squares.shape[1])
    columns, lags = np.arange(len(low)), LAGS[:, np.newaxis, np.newaxis]
    for _ in range(SEARCHES):
        points = np.linspace(low, high, POINTS)
        powers = points**lags
        error = (
            powers**2 * squares[:, np.newaxis] - 2 * powers * products[:, np.newaxis]
        )
        best = error.sum(axis=0).argmin(axis=0)
        low = points[np.maximum(best - 1, 0), columns]
        high = points[np.minimum(best + 1, POINTS - 1), columns]
    return points[best, columns]
