"""Sources of sequences that are not in memory: collections of items, and arrays.

A source reads, and has a `check` look at all that it has read.
"""

from abc import ABC, abstractmethod
from itertools import pairwise

import numpy as np

from skrnn.sequences.read_ahead import check_wanted

#: About so many bytes, and so many sequences at most, are read as one part of all.
PART, MOST_IN_PART = 2**24, 4096
#: So many bytes between two rows are rather read than left out.
GAP = 2**16


class Source(ABC):
    """Where sequences are read from.

    Attributes
    ----------
    itemsize : int or None
        Bytes of a number, if that is known.
    in_blocks : bool
        Whether several sequences are stored in a block, which is read as a whole.
    """

    itemsize = None
    in_blocks = False

    @abstractmethod
    def __len__(self):
        """Return the number of sequences."""

    @abstractmethod
    def n_in_part(self, first):
        """Return how many sequences are read as one part, from a first one on."""

    @abstractmethod
    def read(self, rows, check, over, until_full):
        """Return sequences, checked: as `Unloaded.read` says, but without their rows.

        Returns
        -------
        ndarray of shape (n_rows, n_steps, n_features) or list of 2-D arrays
        """

    @abstractmethod
    def read_pieces(self, of, starts, stops, check, over):
        """Return pieces of sequences, checked: a list of 2-D arrays."""


class Items(Source):
    """Sequences that are had one by one, as ``X[i]``.

    Parameters
    ----------
    X : object with `__len__` and `__getitem__`
        The collection.
    is_stored : callable
        Whether an item is an array that is not in memory, of which a part can be read.
    """

    def __init__(self, X, is_stored):
        self.X, self.is_stored = X, is_stored

    def __len__(self):
        return len(self.X)

    def n_in_part(self, first):
        """Return how many sequences are read as one part at most."""
        return min(MOST_IN_PART, len(self) - first)

    def get(self, i):
        """Return an item as it is."""
        try:
            return self.X[i]
        except Exception as error:
            raise _unreadable(f"sequence {i} of X", error) from error

    def get_in_memory(self, i):
        """Return an item as it is; of one that is not in memory, all that it has."""
        item = self.get(i)
        if not self.is_stored(item):
            return item
        return _read(item, slice(None), f"sequence {i} of X")

    def read(self, rows, check, over, until_full):
        """Return sequences one by one, as `Source.read` says."""
        found, size = [], 0
        for i in rows.tolist():
            check_wanted(over)
            found.append(check.item(self.get_in_memory(i), i))
            size += found[-1].nbytes
            if until_full and size >= PART:
                break
        return found

    def read_pieces(self, of, starts, stops, check, over):
        """Return pieces, of which those of one sequence are read together."""
        found = []
        for first, last in _runs_of_same(of):
            check_wanted(over)
            i, start, stop = int(of[first]), int(starts[first]), int(stops[last - 1])
            item = self.get(i)
            if self.is_stored(item):
                item, begin = _read(item, slice(start, stop), f"sequence {i} of X"), 0
            else:
                begin = start
            values = check.piece(item, i, start, stop, begin)
            found += [
                values[a - start : b - start]
                for a, b in zip(starts[first:last], stops[first:last], strict=True)
            ]
        return found


class Block(Source):
    """An array of three axes that is not in memory.

    Parameters
    ----------
    X : array-like of shape (n, n_steps, n_features)
        The array. Of it, slices are read.
    edges : ndarray of int
        The first row of each block in which it is stored, and the number of all;
        empty if rows are stored one by one.
    """

    def __init__(self, X, edges):
        self.X, self.edges = X, edges
        self.itemsize = np.dtype(X.dtype).itemsize
        self.row_size = int(np.prod(X.shape[1:])) * self.itemsize
        self.in_blocks = len(edges) > 0

    def __len__(self):
        return self.X.shape[0]

    def n_in_part(self, first):
        """Return how many rows are read as one part: whole blocks, if there are any."""
        last = first + max(1, PART // self.row_size)
        if self.in_blocks:
            edge = np.searchsorted(self.edges, last, "right") - 1
            last = self.edges[edge]
            if last <= first:
                last = self.edges[edge + 1]
        return int(min(last, len(self))) - first

    def read(self, rows, check, over, until_full):
        """Return sequences; what is stored side by side is read at once."""
        found, whole = [], None
        for first, last in self._runs(rows):
            check_wanted(over)
            start, stop = int(rows[first]), int(rows[last - 1]) + 1
            run = self._rows(slice(start, stop), start, stop)
            run = check.run(run, start, stop)
            wanted = rows[first:last] - start
            if isinstance(run, list):
                found += [run[k] for k in wanted.tolist()]
                continue
            if last - first < len(run):
                run = run[wanted]
            if last - first == len(rows):
                return run
            if whole is None:
                whole = np.empty((len(rows), *run.shape[1:]), run.dtype)
            whole[first:last] = run
        return found if whole is None else whole

    def read_pieces(self, of, starts, stops, check, over):
        """Return pieces; those of sequences in the same block are read together."""
        found = []
        blocks = np.searchsorted(self.edges, of, "right") if self.in_blocks else of
        for first, last in _runs_of_same(blocks):
            check_wanted(over)
            i, j = int(of[first]), int(of[last - 1]) + 1
            start, stop = int(starts[first:last].min()), int(stops[first:last].max())
            values = self._rows((slice(i, j), slice(start, stop)), i, j)
            wanted = zip(
                *(each[first:last].tolist() for each in (of, starts, stops)),
                strict=True,
            )
            found += [
                check.piece(values[k - i], k, a, b, a - start) for k, a, b in wanted
            ]
        return found

    def _rows(self, which, start, stop):
        what = f"sequence {start} of X"
        if stop - start > 1:
            what = f"sequences {start} to {stop - 1} of X"
        return _read(self.X, which, what)

    def _runs(self, rows):
        """Return first and last place in `rows` of those that are read together.

        They lie in one block, or next to each other and not too many.
        """
        starts = rows
        if self.in_blocks:
            block = np.searchsorted(self.edges, rows, "right") - 1
            starts = self.edges[block]
        window = starts * self.row_size // PART
        is_near = (np.diff(rows) - 1) * self.row_size <= GAP
        together = is_near & (window[1:] == window[:-1])
        if self.in_blocks:
            together |= block[1:] == block[:-1]
        cuts = np.flatnonzero(~together) + 1
        return _pairs(cuts, len(rows))


def _read(array, which, what):
    try:
        values = array[which]
        return values.compute() if hasattr(values, "__dask_graph__") else values
    except Exception as error:
        raise _unreadable(what, error) from error


def _unreadable(what, error):
    text = " ".join(f"{type(error).__name__}: {error}".split()).rstrip(".: ")
    return RuntimeError(
        f"Reading {what} failed: {text}. What X holds must be there as long as it is "
        "read: in fit that is once in each epoch."
    )


def _runs_of_same(values):
    """Return first and last place of each stretch of the same values."""
    return _pairs(np.flatnonzero(np.diff(values)) + 1, len(values))


def _pairs(cuts, n):
    edges = [0, *cuts.tolist(), n]
    return list(pairwise(edges))
