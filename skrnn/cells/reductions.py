"""Reductions: what hidden states come to over the steps of each sequence.

They are computed block by block while the states are in cache, and so are the
gradients of the states: neither is ever there for all steps at once.
"""

from abc import ABC, abstractmethod

import numpy as np


class Reduction(ABC):
    """One number of each hidden unit and sequence, of all states in their order.

    Parameters
    ----------
    hidden_size, n_sequences : int
        Number of units and of sequences.
    dtype : dtype
        The type of the computation.

    Attributes
    ----------
    values : ndarray of shape (hidden_size, n_sequences)
        The result, once all blocks have been read.
    d_values : ndarray of shape (hidden_size, n_sequences)
        Its gradient, set before the backward pass.
    """

    #: What stands for the states of sequences that have ended.
    neutral: float

    def __init__(self, hidden_size, n_sequences, dtype):
        self.values = np.empty((hidden_size, n_sequences), dtype)
        self.d_values = None

    @abstractmethod
    def read(self, k, h):
        """Take in the states of the k-th block.

        Parameters
        ----------
        k : int
            The number of the block; blocks come in their order.
        h : ndarray of shape (n_steps, hidden_size, size)
            The states, `neutral` where sequences have ended.
        """

    @abstractmethod
    def add_gradient(self, k, h, d_h):
        """Add the gradient of the states of the k-th block.

        What it adds where sequences have ended is not read.
        """


class Total(Reduction):
    """The sum of the states."""

    neutral = 0.0

    def read(self, k, h):
        """Add the states of the block."""
        if k == 0:
            np.add.reduce(h, 0, None, self.values)
        else:
            self.values[:, : h.shape[2]] += np.add.reduce(h)

    def add_gradient(self, k, h, d_h):
        """Add it to every state."""
        d_h += self.d_values[:, : h.shape[2]]


class Largest(Reduction):
    """The largest of the states; its gradient is that of the first that is as large."""

    neutral = -np.inf

    def __init__(self, hidden_size, n_sequences, dtype):
        super().__init__(hidden_size, n_sequences, dtype)
        #: The block in which each value is found first.
        self._block = np.empty(self.values.shape, np.int32)

    def read(self, k, h):
        """Keep what is larger than all before it."""
        if k == 0:
            np.maximum.reduce(h, 0, None, self.values)
            self._block.fill(0)
            return
        largest, size = np.maximum.reduce(h), h.shape[2]
        values = self.values[:, :size]
        np.copyto(self._block[:, :size], k, where=largest > values)
        np.maximum(values, largest, out=values)

    def add_gradient(self, k, h, d_h):
        """Add it to the first of the largest states."""
        size = h.shape[2]
        there = h == self.values[:, :size]
        is_here = self._block[:, :size] == k
        there &= is_here
        if np.count_nonzero(there) > np.count_nonzero(is_here):
            there &= np.cumsum(there, axis=0, dtype=np.int32) == 1
        (at,) = there.reshape(-1).nonzero()
        d_values = self.d_values[:, :size].reshape(-1)
        d_h.reshape(-1)[at] += d_values[at % d_values.size]


#: The reductions by the names that `Sequences` has for their results.
REDUCTIONS: dict[str, type[Reduction]] = {"total": Total, "largest": Largest}
