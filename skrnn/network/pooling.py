"""Pooling: from the hidden states of every step to one row of features a sequence.

Each method of pooling reads whole batches, and streams: one state of the top layer
after the other. What it remembers of a stream does not grow with the number of states:
a dict of arrays with a row for each stream.
"""

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import ClassVar

import numpy as np

from skrnn.network.block import Block
from skrnn.sequences import Sequences


@dataclass(frozen=True)
class Pooling(Block):
    """One method of pooling.

    Parameters
    ----------
    n_units : int
        Number of hidden units that are pooled, of all directions.
    """

    n_units: int

    #: For each pooled feature of a hidden unit, what it is of its states.
    names: ClassVar[tuple[str, ...]]
    #: Whether it needs the last states alone.
    only_last: ClassVar[bool] = False

    @property
    def n_out(self):
        """Number of pooled features."""
        return len(self.names) * self.n_units

    @abstractmethod
    def start(self, n, dtype):
        """Return what is remembered of n streams before their first state.

        Returns
        -------
        dict of str to ndarray of shape (n, ...)
        """

    @abstractmethod
    def step(self, params, memory, h, count):
        """Pool one more state: ``(params, memory, h, count) -> (pooled, memory)``.

        Parameters
        ----------
        params : dict of str to ndarray
            The parameters.
        memory : dict of str to ndarray of shape (n, ...)
            What the states before it left; it is only read.
        h : ndarray of shape (n, n_units)
            The state.
        count : ndarray of shape (n, 1)
            How many states each stream has had, this one included.

        Returns
        -------
        pooled : ndarray of shape (n, n_out)
        memory : dict of str to ndarray of shape (n, ...)
        """


class LastPooling(Pooling):
    """The state after the last step of each sequence, the first when read backwards."""

    names = ("last",)
    only_last = True

    def forward(self, params, x, **options):
        """Return the last states."""
        return x.last, x.lengths

    def backward(self, params, tape, d_pooled, *, input_gradient=True):
        """Return the gradient of the last states."""
        return Sequences(None, tape, d_pooled), {}

    def start(self, n, dtype):
        """Remember nothing."""
        return {}

    def step(self, params, memory, h, count):
        """Return the state as it is."""
        return h, {}


class MeanPooling(Pooling):
    """The mean of the states over the steps of each sequence.

    Of a stream their sum is kept in float64: in float32 it would stand still after some
    millions of steps, and the mean would fade away.
    """

    names = ("mean",)

    def forward(self, params, x, **options):
        """Compute the mean over the steps."""
        scale = (1.0 / x.lengths.longest_first).astype(x.data.dtype)[:, np.newaxis]
        return x.reduce(np.add) * scale, (x.replace(None), scale)

    def backward(self, params, tape, d_pooled, *, input_gradient=True):
        """Return the gradient of each state: its share."""
        x, scale = tape
        return x.replace(x.broadcast(d_pooled * scale)), {}

    def start(self, n, dtype):
        """Begin with a sum of zero."""
        return {"sum": np.zeros((n, self.n_units))}

    def step(self, params, memory, h, count):
        """Add a state."""
        total = memory["sum"] + h
        return (total / count).astype(h.dtype, copy=False), {"sum": total}


class MaxPooling(Pooling):
    """The largest value of each hidden unit over the steps of each sequence."""

    names = ("max",)

    def forward(self, params, x, **options):
        """Compute the largest values."""
        largest = x.reduce(np.maximum)
        return largest, (x, largest)

    def backward(self, params, tape, d_pooled, *, input_gradient=True):
        """Return the gradient: that of the first of the states that were largest."""
        x, largest = tape
        d_h = x.broadcast(d_pooled)
        d_h *= _where_largest(x, largest)
        return x.replace(d_h), {}

    def start(self, n, dtype):
        """Begin below all numbers."""
        return {"max": np.full((n, self.n_units), -np.inf, dtype)}

    def step(self, params, memory, h, count):
        """Compare a state."""
        largest = np.maximum(memory["max"], h)
        return largest, {"max": largest}


class ConcatPooling(Pooling):
    """Last, mean and max side by side."""

    names = ("last", "mean", "max")

    @cached_property
    def parts(self):
        """The three methods."""
        return [kind(self.n_units) for kind in (LastPooling, MeanPooling, MaxPooling)]

    def forward(self, params, x, **options):
        """Pool by each method."""
        results = [part.forward(params, x) for part in self.parts]
        pooled, tapes = zip(*results, strict=True)
        return np.concatenate(pooled, axis=1), tapes

    def backward(self, params, tape, d_pooled, *, input_gradient=True):
        """Add up the gradients of each method."""
        size = self.n_units
        of_last, of_mean, of_max = (
            part.backward(params, of_part, d_pooled[:, k * size : (k + 1) * size])[0]
            for k, (part, of_part) in enumerate(zip(self.parts, tape, strict=True))
        )
        d_h = of_max.data
        d_h += of_mean.data
        return Sequences(d_h, of_max.lengths, of_last.last), {}

    def start(self, n, dtype):
        """Remember what each method does."""
        starts = [part.start(n, dtype) for part in self.parts]
        return {name: value for start in starts for name, value in start.items()}

    def step(self, params, memory, h, count):
        """Pool by each method."""
        pooled, after = [], {}
        for part in self.parts:
            values, remembered = part.step(params, memory, h, count)
            pooled.append(values)
            after |= remembered
        return np.concatenate(pooled, axis=1), after


def _where_largest(x, largest):
    """Return which states are the largest of their sequence; of several, the first."""
    there = x.data == x.broadcast(largest)
    if np.count_nonzero(there) > largest.size:
        found = np.zeros(largest.shape, bool)
        for first, last in pairwise(x.lengths.starts.tolist()):
            at_step, before = there[first:last], found[: last - first]
            at_step &= ~before
            before |= at_step
    return there


#: The methods of pooling by the name under which estimators ask for them.
POOLINGS: dict[str, type[Pooling]] = {
    "last": LastPooling,
    "mean": MeanPooling,
    "max": MaxPooling,
    "concat": ConcatPooling,
}
