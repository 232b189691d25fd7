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
    keep : bool
        Whether there will be a backward pass.

    Attributes
    ----------
    values : ndarray of shape (hidden_size, n_sequences)
        The result, once all blocks have been read.
    d_values : ndarray of shape (hidden_size, n_sequences)
        Its gradient, set before the backward pass.
    """

    #: What stands for the states of sequences that have ended.
    neutral: float

    def __init__(self, hidden_size, n_sequences, dtype, keep):
        self.values = np.empty((hidden_size, n_sequences), dtype)
        self.d_values, self.keep = None, keep

    @abstractmethod
    def read(self, k, columns, h):
        """Take in the states of the k-th block.

        Parameters
        ----------
        k : int
            The number of the block; blocks come in their order.
        columns : slice
            Which of the sequences are read.
        h : ndarray of shape (n_steps, hidden_size, n_columns)
            Their states, `neutral` where they have ended.
        """

    @abstractmethod
    def add_gradient(self, k, h, d_h, is_first):
        """Add the gradient of the states of the k-th block to what there is.

        Parameters
        ----------
        k : int
            The number of the block.
        h : ndarray of shape (n_steps, hidden_size, size)
            The states.
        d_h : ndarray of shape (n_steps, hidden_size, size)
            Their gradient. What comes to stand where sequences have ended is not read.
        is_first : bool
            Whether there is nothing yet, so that `d_h` is written over.
        """


class Total(Reduction):
    """The sum of the states."""

    neutral = 0.0

    def read(self, k, columns, h):
        """Add the states of the block."""
        if k == 0:
            np.add.reduce(h, 0, None, self.values[:, columns])
        else:
            self.values[:, columns] += np.add.reduce(h)

    def add_gradient(self, k, h, d_h, is_first):
        """Add it to every state."""
        d_values = self.d_values[:, : h.shape[2]]
        if is_first:
            d_h[...] = d_values
        else:
            d_h += d_values


class Largest(Reduction):
    """The largest of the states; its gradient is that of the first that is as large."""

    neutral = -np.inf

    def __init__(self, hidden_size, n_sequences, dtype, keep):
        super().__init__(hidden_size, n_sequences, dtype, keep)
        #: The block in which each value is found first.
        self._block = np.empty(self.values.shape, np.int32)

    def read(self, k, columns, h):
        """Keep what is larger than all before it."""
        self._n_blocks, values = k + 1, self.values[:, columns]
        if k == 0:
            np.maximum.reduce(h, 0, None, values)
            self._block[:, columns] = 0
        else:
            largest = np.maximum.reduce(h)
            if self.keep:
                np.copyto(self._block[:, columns], k, where=largest > values)
            np.maximum(values, largest, out=values)

    def add_gradient(self, k, h, d_h, is_first):
        """Add it to the first of the largest states."""
        size = h.shape[2]
        there, n_here = h == self.values[:, :size], h[0].size
        if self._n_blocks > 1:
            is_here = self._block[:, :size] == k
            there &= is_here
            n_here = np.count_nonzero(is_here)
        if np.count_nonzero(there) > n_here:
            there &= np.cumsum(there, axis=0, dtype=np.int32) == 1
        if is_first:
            np.multiply(there, self.d_values[:, :size], out=d_h)
        else:
            d_h += there * self.d_values[:, :size]


#: The reductions by the names that `Sequences` has for their results; in this order
#: their gradients are made fastest.
REDUCTIONS: dict[str, type[Reduction]] = {"largest": Largest, "total": Total}
