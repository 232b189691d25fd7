"""Standardisation of features and targets."""

from dataclasses import dataclass
from functools import reduce

import numpy as np

from skrnn.sequences.chunks import blocks_by_length, lengths_of
from skrnn.sequences.packed import pack

#: A spread that is smaller than this, as a part of the largest value, is rounding.
ROUNDING = 8 * np.finfo(np.float64).eps
#: Quantiles that outliers do not move, and how many deviations of normal numbers lie
#: between them.
DECILES, BETWEEN = (0.1, 0.9), 2.563
#: About so many numbers are read at once.
BLOCK = 2**20
#: The smallest scale: one may divide by it.
SMALLEST = np.finfo(np.float64).tiny
#: So many numbers stay in cache, and so many are worth a call.
IN_CACHE, WIDE = 2**16, 2**10


@dataclass(frozen=True, eq=False)
class Scale:
    """Scale of columns: to a mean of zero and a standard deviation of one.

    That is the size for which initial weights are made, and with it one learning rate
    and one penalty serve numbers of any magnitude. A column that is constant keeps its
    scale. Values that are missing, NaN, are left out; a column without any other has a
    mean of zero and keeps its scale too.

    Parameters
    ----------
    mean, scale : ndarray of float64 of shape (n_columns,)
        What is taken off, and what is divided by.
    """

    mean: np.ndarray
    scale: np.ndarray

    @classmethod
    def of(cls, values, weight):
        """Measure columns, (n, n_columns), by the weights of the rows."""
        moments = _Moments(_largest(values), first_seen(values))
        return moments.add(values, weight / weight.max()).scale()

    @classmethod
    def of_quantiles(cls, values, weight):
        """Measure columns, (n, n_columns), by quantiles, which outliers do not move.

        The median stands for the mean. Where the deciles are the same, the deviation is
        the usual one.
        """
        usual, unit = cls.of(values, weight), _largest(values)
        unit = np.where(unit == 0, 1.0, unit)
        median = weighted_quantiles(values, weight, 0.5)[0]
        low, high = weighted_quantiles(values / unit, weight, DECILES)
        spread = (high - low) / BETWEEN
        return cls(median, np.where(spread > ROUNDING, spread * unit, usual.scale))

    @classmethod
    def of_steps(cls, samples, rows, weight):
        """Measure the features of all steps of some sequences.

        Parameters
        ----------
        samples : ndarray of shape (n, n_steps, n_features) or list of 2-D arrays
            The collection, of which nothing is copied but a block at a time.
        rows : ndarray of int
            Which of its sequences.
        weight : ndarray of shape (n,)
            How much each step of a sequence of the collection counts.
        """
        return _moments_of_steps(samples, rows, weight).scale()

    def encode(self, values):
        """Return columns, (n, n_columns), on this scale."""
        # Halves, so that the difference of two large numbers does not overflow.
        return (0.5 * values - 0.5 * self.mean) / (0.5 * self.scale)

    def decode(self, values):
        """Return columns on their own scale, in float64."""
        return values * self.scale + self.mean


def weighted_quantiles(values, weight, levels):
    """Return quantiles of columns, (n, n_columns), by the weights of the rows.

    They are values of the columns: a weight of k is k copies.

    Returns
    -------
    ndarray of shape (n_levels, n_columns)
    """
    levels = np.atleast_1d(levels)
    return np.quantile(values, levels, axis=0, weights=weight, method="inverted_cdf")


def with_largest_near_one(weights):
    """Return weights in the same ratios of which the largest is between 0.5 and 1.

    They are multiplied by a power of two, so that no digit is lost.
    """
    _, exponent = np.frexp(weights.max())
    return np.ldexp(weights, -exponent)


def moments_of_seen(values):
    """Return mean and deviation of values that are not missing, over the first axis.

    Both are 0 where all are missing.
    """
    is_missing = np.isnan(values)
    if not is_missing.any():
        return values.mean(axis=0), values.std(axis=0)
    n = np.maximum((~is_missing).sum(axis=0), 1)
    mean = np.nansum(values, axis=0) / n
    return mean, np.sqrt(np.nansum((values - mean) ** 2, axis=0) / n)


def deviations_of_columns(samples, rows):
    """Measure how far each feature of each step varies between some sequences.

    Parameters
    ----------
    samples : ndarray of shape (n, n_steps, n_features)
        The collection, of which nothing is copied but a block at a time.
    rows : ndarray of int
        Which of its sequences.

    Returns
    -------
    ndarray of float64 of shape (n_steps, n_features)
        Standard deviations; exactly zero where all sequences are the same.
    """
    columns = samples.reshape(len(samples), 1, -1)
    moments = _moments_of_steps(columns, rows, np.ones(len(samples)))
    return (moments.deviation * moments.unit).reshape(samples.shape[1:])


def _moments_of_steps(samples, rows, weight):
    first, lengths = _first_step(samples, rows), lengths_of(samples)[rows]
    # The largest values do not depend on the blocks: small ones stay in cache.
    small = blocks_by_length(lengths, IN_CACHE // len(first), IN_CACHE)
    largest = reduce(np.fmax, (_largest(_steps(samples, rows[at])) for at in small))
    moments = _Moments(largest, first)
    heaviest = weight[rows].max()
    for at in blocks_by_length(lengths, BLOCK // len(first)):
        _add_steps(moments, pack(samples, rows[at]), weight[rows[at]] / heaviest)
    return moments


def _first_step(samples, rows):
    """Return the first value of each feature that is not missing."""
    first = samples[rows[0]][0]
    for i in rows:
        if not np.isnan(first).any():
            break
        first = np.where(np.isnan(first), first_seen(samples[i]), first)
    return first


def first_seen(values):
    """Return the first value of each column, (n, n_columns), that is not missing.

    It is NaN where all are.
    """
    if not np.isnan(values[0]).any():
        return values[0]
    rows = (~np.isnan(values)).argmax(axis=0)
    return values[rows, np.arange(values.shape[1])]


def _add_steps(moments, x, weight):
    moments.add(x.data, x.broadcast(x.sort(weight)))


def _steps(samples, rows):
    """Return the steps of some sequences, (n, n_features), in their own type."""
    if isinstance(samples, list):
        return np.concatenate([samples[i] for i in rows.tolist()])
    return samples[rows].reshape(-1, samples.shape[2])


class _Moments:
    """Mean and squared deviations of columns, computed part by part.

    All is measured in units of the largest value of a column, so that nothing
    overflows, however large or small the numbers are, and from the first
    row, so that a column that is constant is exactly that.
    """

    def __init__(self, largest, first):
        self.unit = np.where((largest == 0) | np.isnan(largest), 1.0, largest)
        self.origin = np.where(np.isnan(first), 0.0, first) / self.unit
        self.weight, self.mean, self.squares = 0.0, 0.0, 0.0

    def add(self, values, weight):
        """Add some rows."""
        values = _each_row(np.divide, values, self.unit)
        _each_row(np.subtract, values, self.origin, out=values)
        is_missing = np.isnan(values) if np.isnan(values.min()) else None
        if is_missing is None:
            total = weight.sum()
        else:
            values[is_missing] = 0.0
            total = np.maximum(weight @ ~is_missing, SMALLEST)
        mean = weight @ values / total
        _each_row(np.subtract, values, mean, out=values)
        if is_missing is not None:
            values[is_missing] = 0.0
        squares = weight @ np.square(values, out=values)
        both, apart = self.weight + total, mean - self.mean
        self.squares += squares + apart**2 * (self.weight * (total / both))
        self.mean = self.mean + apart * (total / both)
        self.weight = both
        return self

    @property
    def deviation(self):
        """The standard deviation of each column, in units of its largest value."""
        return np.sqrt(self.squares / self.weight)

    def scale(self):
        """Return what was measured, as a `Scale`."""
        scale = np.maximum(self.deviation * self.unit, SMALLEST)
        scale[self.deviation <= ROUNDING] = 1.0
        return Scale((self.origin + self.mean) * self.unit, scale)


# What is done to every one of many short rows is done to several of them as if they
# were one: NumPy takes about as long for a row of two as for a row of a hundred.


def _each_row(ufunc, values, row, out=None):
    """Combine each row of (n, n_columns) with the same one, in float64."""
    out = np.empty(values.shape) if out is None else out
    n, several = _side_by_side(values)
    if n > 0:
        shape = n // several, -1
        wide = out[:n].reshape(shape)
        ufunc(values[:n].reshape(shape), np.tile(row, several), out=wide)
    ufunc(values[n:], row, out=out[n:])
    return out


def _largest(values):
    """Return the largest absolute value of each column, in float64.

    It is NaN where all values are missing.
    """
    n, several = _side_by_side(values)
    least, most = values, values
    if n > 0:
        wide = values[:n].reshape(n // several, -1)
        least, most = (
            np.concatenate([end(wide, axis=0).reshape(several, -1), values[n:]])
            for end in (np.min, np.max)
        )
    least, most = least.min(axis=0), most.max(axis=0)
    if np.isnan(least).any():
        least, most = np.fmin.reduce(values), np.fmax.reduce(values)
    # Before the sign is turned: -128 has no opposite in its own type.
    return np.maximum(-least.astype(np.float64), most.astype(np.float64))


def _side_by_side(values):
    """Return how many rows are put side by side, and how many of them at a time."""
    n_columns = values.shape[1]
    several = max(1, WIDE // n_columns)
    if several == 1 or n_columns == 1:
        return 0, 1
    return len(values) // several * several, several
