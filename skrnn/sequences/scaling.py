"""Standardisation of features and targets."""

from dataclasses import dataclass
from functools import reduce

import numpy as np

from skrnn.sequences.chunks import blocks_by_length, lengths_of, n_features_of
from skrnn.sequences.packed import pack
from skrnn.sequences.read_ahead import read_in_groups

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
        return _Moments().add(values, weight / weight.max()).scale()

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
        samples : ndarray of shape (n, n_steps, n_features), list of 2-D arrays, or \
NotInMemory
            The collection, which is read once, a block at a time.
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
    lengths, moments = lengths_of(samples)[rows], _Moments()
    blocks = blocks_by_length(lengths, BLOCK // n_features_of(samples))
    heaviest = weight[rows].max()
    with read_in_groups(samples, blocks, rows) as groups:
        for some, samples in groups:
            for at in some:
                _add_steps(
                    moments, pack(samples, rows[at]), weight[rows[at]] / heaviest
                )
    return moments


def _add_blocks(moments, samples, blocks, rows, weight, heaviest):
    for at in blocks:
        _add_steps(moments, pack(samples, rows[at]), weight[rows[at]] / heaviest)


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


class _Moments:
    """Mean and squared deviations of columns, computed part by part.

    All is measured in units of about the largest value so far, so that nothing
    overflows, however large or small the numbers are. They are powers of two: a change
    of the unit loses no digit. And all is measured from the first value that is not
    missing, so that a column that is constant is exactly that.
    """

    def __init__(self):
        self.largest, self.unit, self.origin = 0.0, 1.0, np.nan
        self.weight, self.mean, self.squares = 0.0, 0.0, 0.0

    def add(self, values, weight):
        """Add some rows."""
        self._see(values)
        values = _each_row(np.divide, values, self.unit)
        unseen = np.isnan(self.origin)
        if unseen.any():
            self.origin = np.where(unseen, first_seen(values), self.origin)
        _each_row(np.subtract, values, self._start, out=values)
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

    def _see(self, values):
        """Choose the unit for these rows and all before."""
        n, before = max(1, IN_CACHE // values.shape[1]), self.largest
        parts = (values[k : k + n] for k in range(0, len(values), n))
        largest = np.fmax(before, reduce(np.fmax, map(_largest, parts)))
        if np.array_equal(largest, before, equal_nan=True):
            return
        # A power of two less: that above the largest float is no float.
        unit = np.where(largest > 0, np.ldexp(0.5, np.frexp(largest)[1]), 1.0)
        # So far a column without a largest value has zeros only, in any unit.
        factor = np.where(np.greater(before, 0), self.unit, unit) / unit
        self.largest, self.unit, self.origin = largest, unit, self.origin * factor
        self.mean, self.squares = self.mean * factor, self.squares * factor**2

    @property
    def _start(self):
        return np.where(np.isnan(self.origin), 0.0, self.origin)

    @property
    def deviation(self):
        """The standard deviation of each column, in units."""
        return np.sqrt(self.squares / self.weight)

    def scale(self):
        """Return what was measured, as a `Scale`."""
        deviation = self.deviation
        scale = np.maximum(deviation * self.unit, SMALLEST)
        largest = np.where(self.largest > 0, self.largest / self.unit, 1.0)
        scale[deviation <= ROUNDING * largest] = 1.0
        return Scale((self._start + self.mean) * self.unit, scale)


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
