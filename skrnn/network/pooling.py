"""Pooling: from the hidden states of every step to one row of features a sequence.

Each method of pooling reads whole batches, and streams: one state of the top layer
after the other. What it remembers of a stream does not grow with the number of states:
a dict of arrays with a row for each stream.
"""

from abc import abstractmethod
from dataclasses import dataclass, replace
from functools import cached_property
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
    #: What it reads of the states of a sequence: the parts of `Sequences` that the
    #: layer below is to compute, of "last", "total" and "largest"; None for all states.
    reads: ClassVar[tuple[str, ...] | None] = None

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

    names = reads = ("last",)

    def forward(self, params, x, **options):
        """Return the last states."""
        return x.last, x.lengths

    def backward(self, params, tape, d_pooled, *, input_gradient=True):
        """Return the gradient of the last states."""
        return Sequences(None, tape, last=d_pooled), {}

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

    names, reads = ("mean",), ("total",)

    def forward(self, params, x, **options):
        """Compute the mean over the steps."""
        scale = (1.0 / x.lengths.longest_first).astype(x.total.dtype)[:, np.newaxis]
        return x.total * scale, (x.lengths, scale)

    def backward(self, params, tape, d_pooled, *, input_gradient=True):
        """Return the gradient of the sum."""
        lengths, scale = tape
        return Sequences(None, lengths, total=d_pooled * scale), {}

    def start(self, n, dtype):
        """Begin with a sum of zero."""
        return {"sum": np.zeros((n, self.n_units))}

    def step(self, params, memory, h, count):
        """Add a state."""
        total = memory["sum"] + h
        return (total / count).astype(h.dtype, copy=False), {"sum": total}


class MaxPooling(Pooling):
    """The largest value of each hidden unit over the steps of each sequence."""

    names, reads = ("max",), ("largest",)

    def forward(self, params, x, **options):
        """Return the largest values."""
        return x.largest, x.lengths

    def backward(self, params, tape, d_pooled, *, input_gradient=True):
        """Return the gradient of the largest values."""
        return Sequences(None, tape, largest=d_pooled), {}

    def start(self, n, dtype):
        """Begin below all numbers."""
        return {"max": np.full((n, self.n_units), -np.inf, dtype)}

    def step(self, params, memory, h, count):
        """Compare a state."""
        largest = np.maximum(memory["max"], h)
        return largest, {"max": largest}


class ConcatPooling(Pooling):
    """Last, mean and max side by side."""

    names, reads = ("last", "mean", "max"), ("last", "total", "largest")

    @cached_property
    def parts(self):
        """The three methods."""
        return [kind(self.n_units) for kind in (LastPooling, MeanPooling, MaxPooling)]

    def forward(self, params, x, **options):
        """Pool by each method."""
        mean, tape = self.parts[1].forward(params, x)
        return np.concatenate([x.last, mean, x.largest], axis=1), tape

    def backward(self, params, tape, d_pooled, *, input_gradient=True):
        """Return the gradients of each method."""
        (lengths, scale), size = tape, self.n_units
        d_last, d_mean, d_max = (d_pooled[:, k : k + size] for k in (0, size, 2 * size))
        return Sequences(None, lengths, d_last, d_mean * scale, d_max), {}

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


@dataclass(frozen=True)
class PoolingBeside(Block):
    """A method of pooling, and beside its features those that passed by the layers.

    Parameters
    ----------
    method : Pooling
        The method.
    names_beside : tuple of str
        The names of the features that passed by.
    """

    method: Pooling
    names_beside: tuple[str, ...]

    @property
    def shapes(self):
        """Shape of each parameter of the method."""
        return self.method.shapes

    def init(self, rng):
        """Return initial parameters of the method."""
        return self.method.init(rng)

    def biases(self, params):
        """Return those of the method, as views."""
        return self.method.biases(params)

    @property
    def n_out(self):
        """Number of features of both kinds."""
        return self.method.n_out + len(self.names_beside)

    def forward(self, params, x, **options):
        """Pool, and put what passed by behind: ``(params, x) -> (out, tape)``."""
        pooled, tape = self.method.forward(params, x, **options)
        return np.concatenate([pooled, x.beside], axis=1), tape

    def backward(self, params, tape, d_out, *, input_gradient=True):
        """Return the gradients of the states and of what passed by."""
        n = self.method.n_out
        d_x, grads = self.method.backward(
            params, tape, d_out[:, :n], input_gradient=input_gradient
        )
        return (d_x and replace(d_x, beside=d_out[:, n:])), grads


#: The methods of pooling by the name under which estimators ask for them.
POOLINGS: dict[str, type[Pooling]] = {
    "last": LastPooling,
    "mean": MeanPooling,
    "max": MaxPooling,
    "concat": ConcatPooling,
}
