"""The third kind of `samples`, beside arrays and lists: collections not in memory.

`read` brings some of their sequences into memory as a `Loaded`, under the numbers that
they have in the collection.
"""

from abc import ABC, abstractmethod

import numpy as np


class NotInMemory(ABC):
    """What `read` can be asked for.

    Attributes
    ----------
    lengths : ndarray of int of shape (n,)
        Number of steps of each sequence.
    n_features : int
        Number of features of a step.
    itemsize : int
        About so many bytes has a number.
    in_blocks : bool
        Whether several sequences are stored in one block, which is read as a whole.
    """

    n_features: int
    itemsize: int
    in_blocks = False

    @property
    @abstractmethod
    def lengths(self):
        """Length of each sequence."""

    @abstractmethod
    def read(self, rows, over=None):
        """Return some sequences as a `Loaded`.

        Parameters
        ----------
        rows : ndarray of int
            Which, sorted, each once.
        over : threading.Event, optional
            Set from outside when nobody waits for them any more.
        """

    def load(self, rows):
        """Return some sequences in memory, in the order of `rows`.

        Returns
        -------
        ndarray of shape (n_rows, n_steps, n_features) or list of 2-D arrays
        """
        return self.read(np.unique(rows)).load(rows)

    def n_bytes(self, rows):
        """Return about how many bytes some sequences take."""
        return int(self.lengths[rows].sum()) * self.n_features * self.itemsize

    def __len__(self):
        return len(self.lengths)

    def __getitem__(self, i):
        return self.load(np.array([i]))[0]


class Loaded:
    """Some sequences of a collection in memory, under their numbers in it.

    Parameters
    ----------
    lengths : ndarray of int
        Lengths of all sequences of the collection.
    n_features : int
        Number of features of a step.
    rows : ndarray of int
        The numbers of those that are here, sorted.
    values : ndarray of shape (n_rows, n_steps, n_features) or list of 2-D arrays
        These.
    """

    def __init__(self, lengths, n_features, rows, values):
        self.lengths, self.n_features = lengths, n_features
        self.rows, self.values = rows, values

    def load(self, rows):
        """Return some of the sequences, as `NotInMemory.load` does."""
        at = np.searchsorted(self.rows, rows)
        if isinstance(self.values, np.ndarray):
            return self.values[at]
        return [self.values[k] for k in at.tolist()]

    def __getitem__(self, i):
        return self.values[int(np.searchsorted(self.rows, i))]
