"""Numbers on a scale on which a network learns, and the way back."""

from dataclasses import dataclass

import numpy as np

from skrnn.sequences import blocks_by_length, lengths_of, pack

#: A spread that is smaller than this, as a part of the largest value, is rounding.
ROUNDING = 8 * np.finfo(np.float64).eps
#: About so many numbers are read at once.
BLOCK = 2**20
#: The smallest scale: one may divide by it.
SMALLEST = np.finfo(np.float64).tiny


@dataclass(frozen=True, eq=False)
class Scale:
    """Brings each column to a mean of zero and a standard deviation of one.

    That is the size for which initial weights are made, and with it one learning rate
    and one penalty serve numbers of any magnitude. A column that is constant keeps its
    scale.

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
        moments = _Moments(np.abs(values).max(axis=0), values[0])
        return moments.add(values, weight / weight.max()).scale()

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
        first = samples[rows[0]][0]
        lengths, n_steps = lengths_of(samples)[rows], BLOCK // len(first)
        blocks = [rows[at] for at in blocks_by_length(lengths, n_steps)]
        weight = weight / weight[rows].max()
        largest = np.max([_largest(samples, block) for block in blocks], axis=0)
        moments = _Moments(largest, first)
        for block in blocks:
            x = pack(samples, block, np.float64)
            moments.add(x.data, x.spread(x.sort(weight[block])))
        return moments.scale()

    def encode(self, values):
        """Bring columns, (n, n_columns), to this scale."""
        # Halves, so that the difference of two large numbers does not overflow.
        return (0.5 * values - 0.5 * self.mean) / (0.5 * self.scale)

    def decode(self, values):
        """Bring columns back, in float64."""
        return values * self.scale + self.mean


class _Moments:
    """Mean and squared deviations of columns, gathered part by part.

    All is measured in units of the largest value of a column, so that nothing
    overflows on the way, however large or small the numbers are, and from the first
    row, so that a column that is constant is exactly that.
    """

    def __init__(self, largest, first):
        self.unit = np.where(largest == 0, 1.0, largest)
        self.origin = first / self.unit
        self.weight, self.mean, self.squares = 0.0, 0.0, 0.0

    def add(self, values, weight):
        """Take in some rows."""
        values, total = values / self.unit - self.origin, weight.sum()
        mean = weight @ values / total
        squares = weight @ (values - mean) ** 2
        both, apart = self.weight + total, mean - self.mean
        self.squares += squares + apart**2 * (self.weight * (total / both))
        self.mean = self.mean + apart * (total / both)
        self.weight = both
        return self

    def scale(self):
        """Give what was measured, as a `Scale`."""
        deviation = np.sqrt(self.squares / self.weight)
        scale = np.maximum(deviation * self.unit, SMALLEST)
        scale[deviation <= ROUNDING] = 1.0
        return Scale((self.origin + self.mean) * self.unit, scale)


def _largest(samples, rows):
    return np.abs(pack(samples, rows, np.float64).data).max(axis=0)
