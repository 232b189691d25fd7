"""Poolings of what has been read so far, one state of the top layer after the other.

What a pooling remembers does not grow with the number of states. It is a dict of
arrays with a row for each stream.
"""

from abc import ABC, abstractmethod

import numpy as np


class Running(ABC):
    """The running form of one way of pooling."""

    @abstractmethod
    def start(self, n, width, dtype):
        """Give what is remembered before the first state.

        Parameters
        ----------
        n : int
            Number of streams.
        width : int
            Number of hidden units.
        dtype : dtype
            Of the states.

        Returns
        -------
        dict of str to ndarray of shape (n, width)
        """

    @abstractmethod
    def step(self, memory, h, count):
        """Take in one more state: ``(memory, h, count) -> (pooled, memory)``.

        Parameters
        ----------
        memory : dict of str to ndarray of shape (n, width)
            What the states before it left; it is only read.
        h : ndarray of shape (n, width)
            The state.
        count : ndarray of shape (n, 1)
            How many states each stream has had, this one included.

        Returns
        -------
        pooled : ndarray of shape (n, width)
        memory : dict of str to ndarray of shape (n, width)
        """


class RunningLast(Running):
    """The newest state."""

    def start(self, n, width, dtype):
        """Remember nothing."""
        return {}

    def step(self, memory, h, count):
        """Take the state as it is."""
        return h, {}


class RunningMean(Running):
    """The mean of all states.

    Their sum is kept in float64: in float32 it would stand still after some millions
    of steps, and the mean would fade away.
    """

    def start(self, n, width, dtype):
        """Begin with a sum of zero."""
        return {"sum": np.zeros((n, width))}

    def step(self, memory, h, count):
        """Add a state."""
        total = memory["sum"] + h
        return (total / count).astype(h.dtype, copy=False), {"sum": total}


class RunningMax(Running):
    """The largest value of each hidden unit."""

    def start(self, n, width, dtype):
        """Begin below all numbers."""
        return {"max": np.full((n, width), -np.inf, dtype)}

    def step(self, memory, h, count):
        """Compare a state."""
        largest = np.maximum(memory["max"], h)
        return largest, {"max": largest}


#: The running form of each of `Pooling.names`.
RUNNING: dict[str, Running] = {
    "last": RunningLast(),
    "mean": RunningMean(),
    "max": RunningMax(),
}
