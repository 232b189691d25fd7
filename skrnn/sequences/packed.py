"""Batches of sequences of different length, packed step by step.

A batch is sorted by length, longest first, and stored time-major without any padding:
the rows of step 0 come first, one for each sequence, then the rows of step 1, one for
each sequence that is still alive, and so on. The sequences alive at a step are always
the first rows of it, so a recurrent cell works on shrinking prefixes. A rectangular
batch is the case in which no sequence ends before the others.
"""

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np


class Segment(NamedTuple):
    """A stretch of steps in which no sequence ends.

    Attributes
    ----------
    first, last : int
        Its first row, and the one after its last.
    n_steps : int
        How many steps it has.
    size : int
        How many sequences are alive in it.
    """

    first: int
    last: int
    n_steps: int
    size: int


@dataclass(frozen=True, eq=False)
class Lengths:
    """Lengths of a batch, and what follows from them for its packed rows.

    Parameters
    ----------
    longest_first : ndarray of shape (n_sequences,)
        Length of each sequence, longest first.
    order : ndarray of shape (n_sequences,)
        Index of each sorted sequence in the batch as it was packed.
    """

    longest_first: np.ndarray
    order: np.ndarray

    def __reduce__(self):
        """Pickle what there is no other way to know; a rectangle is the same again."""
        longest, shortest = self.longest_first[[0, -1]].tolist()
        if longest == shortest and self.in_order:
            return rectangle, (len(self.order), longest)
        return Lengths, (self.longest_first, self.order)

    @cached_property
    def in_order(self):
        """Whether the batch was packed longest first."""
        return bool((self.order[1:] > self.order[:-1]).all())

    @cached_property
    def sizes(self):
        """Number of sequences alive at each step, ndarray of shape (n_steps,)."""
        lengths = self.longest_first
        ends = np.bincount(lengths, minlength=lengths[0] + 1)
        return len(lengths) - np.cumsum(ends)[:-1]

    @cached_property
    def starts(self):
        """First row of each step, and the number of rows: shape (n_steps + 1,)."""
        return np.concatenate([[0], np.cumsum(self.sizes)])

    @cached_property
    def final_rows(self):
        """Row that holds the last step of each sorted sequence."""
        lengths = self.longest_first
        return self.starts[lengths - 1] + np.arange(len(lengths))

    @cached_property
    def ranks(self):
        """Index of the sorted sequence that each row belongs to."""
        starts = self.starts
        return np.arange(starts[-1]) - np.repeat(starts[:-1], self.sizes)

    @cached_property
    def steps(self):
        """Number of the step that each row is, from 0."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    @cached_property
    def rows_before(self):
        """Row of the step before, for each row from the second step on, as an index."""
        sizes, n, n_rows = self.sizes, self.sizes[0], self.starts[-1]
        if len(self.segments) == 1:
            return slice(n_rows - n)
        return np.arange(n, n_rows) - np.repeat(sizes[:-1], sizes[1:])

    @cached_property
    def reversed_rows(self):
        """Index of each row when every sequence is read backwards.

        Each sequence is reversed in its own steps: its last step comes first.
        """
        mirrored = self.longest_first[self.ranks] - 1 - self.steps
        return self.starts[mirrored] + self.ranks

    @cached_property
    def segments(self):
        """The stretches of steps in which no sequence ends, as a list of `Segment`.

        A rectangular batch has a single one.
        """
        sizes = self.sizes
        edges = (np.flatnonzero(sizes[1:] < sizes[:-1]) + 1).tolist()
        edges = [0, *edges, len(sizes)]
        starts, sizes = self.starts[edges].tolist(), sizes[edges[:-1]].tolist()
        return [
            Segment(first, last, (last - first) // size, size)
            for (first, last), size in zip(pairwise(starts), sizes, strict=True)
        ]


@lru_cache(maxsize=8)
def rectangle(n_sequences, n_steps):
    """Return the lengths of a rectangular batch: the same object for the same shape."""
    return Lengths(np.full(n_sequences, n_steps), np.arange(n_sequences))


#: The parts of a batch that have features.
PARTS = ("data", "last", "total", "largest")


@dataclass(eq=False, slots=True)
class Sequences:
    """A ragged batch, packed time-major.

    Parameters
    ----------
    data : ndarray of shape (n_rows, n_features) or None
        The rows of step 0, then those of step 1, ... Within a step, row ``r`` belongs
        to the ``r``-th longest sequence. None where the last states alone are wanted,
        or, of gradients, where only those have one.
    lengths : Lengths
        How long the sequences are, and where their rows lie.
    last, total, largest : ndarray of shape (n_sequences, n_features) or None
        Of the states that a recurrent layer has computed, the last of each sorted
        sequence, in the order in which the layer reads it, their sum and the largest.
    beside : ndarray of shape (n_sequences, n_beside) or None
        What passes by the recurrent layers, a row for each sorted sequence.
    """

    data: np.ndarray | None
    lengths: Lengths
    last: np.ndarray | None = None
    total: np.ndarray | None = None
    largest: np.ndarray | None = None
    beside: np.ndarray | None = None

    @property
    def n_sequences(self):
        """Number of sequences in the batch."""
        return len(self.lengths.order)

    @property
    def n_steps(self):
        """Number of steps of the longest sequence."""
        return len(self.lengths.sizes)

    def replace(self, data):
        """Return the same sequences with other features, row by row."""
        return Sequences(data, self.lengths, beside=self.beside)

    def map(self, function):
        """Return the same with a function applied to data, last, total and largest."""
        parts = {name: getattr(self, name) for name in PARTS}
        changed = {k: function(part) for k, part in parts.items() if part is not None}
        return replace(self, **changed)

    def reverse(self, values):
        """Return one row a step in the order of reading backwards, or back again."""
        return values.take(self.lengths.reversed_rows, axis=0)

    def broadcast(self, values):
        """Return one row a step, of one row a sorted sequence."""
        return values.take(self.lengths.ranks, axis=0)

    def reduce(self, ufunc, dtype=None):
        """Reduce the rows of each sequence over its steps.

        Parameters
        ----------
        ufunc : numpy.ufunc
            One of two arguments, such as `numpy.add`.
        dtype : dtype, optional
            The type of the result; by default that of the rows.

        Returns
        -------
        ndarray of shape (n_sequences, n_features)
            A row for each sorted sequence.
        """
        result = None
        for first, last, n_steps, size in self.lengths.segments:
            rows = self.data[first:last]
            if n_steps > 1:
                rows = ufunc.reduce(
                    rows.reshape(n_steps, size, -1), axis=0, dtype=dtype
                )
            if result is None:
                result = rows.astype(dtype or rows.dtype)
            else:
                ufunc(result[:size], rows, out=result[:size])
        return result

    def sort(self, values):
        """Return one row a sequence in the sorted order."""
        return values if self.lengths.in_order else values[self.lengths.order]

    def unsort(self, values):
        """Return one row a sequence in the order in which the batch was packed."""
        if self.lengths.in_order:
            return values
        unsorted = np.empty_like(values)
        unsorted[self.lengths.order] = values
        return unsorted

    def unpack(self):
        """Return the sequences one by one, in their original order.

        Returns
        -------
        list of ndarray of shape (length, n_features)
        """
        starts, lengths = self.lengths.starts, self.lengths.longest_first
        sequences = [None] * self.n_sequences
        for rank, original in enumerate(self.lengths.order):
            sequences[original] = self.data[starts[: lengths[rank]] + rank]
        return sequences


def side_by_side(batches):
    """Return the features of several batches of the same lengths side by side."""
    first, *others = batches
    if not others:
        return first
    parts = {
        name: np.concatenate([getattr(one, name) for one in batches], axis=1)
        for name in PARTS
        if getattr(first, name) is not None
    }
    return replace(first, **parts)


def pack(samples, rows=None, dtype=None):
    """Pack some sequences of a collection into one batch.

    Parameters
    ----------
    samples : ndarray of shape (n, n_steps, n_features), list of n 2-D arrays, or \
NotInMemory or Loaded
        The collection.
    rows : ndarray of int, optional
        Which sequences to take, and in which order; all of them by default.
    dtype : dtype, optional
        The type of the packed data; by default that of the samples.

    Returns
    -------
    Sequences

    Examples
    --------
    >>> import numpy as np
    >>> batch = pack([np.array([[1.0], [2.0]]), np.array([[3.0], [4.0], [5.0]])])
    >>> batch.data.ravel()
    array([3., 1., 4., 2., 5.])
    >>> batch.lengths.sizes
    array([2, 2, 1])
    """
    if not isinstance(samples, np.ndarray | list):
        rows = np.arange(len(samples)) if rows is None else rows
        samples, rows = samples.load(rows), None
    if isinstance(samples, np.ndarray):
        return _pack_block(samples if rows is None else samples[rows], dtype)
    return _pack_list(samples if rows is None else [samples[i] for i in rows], dtype)


def _pack_block(block, dtype):
    n, n_steps, n_features = block.shape
    data = np.empty((n_steps, n, n_features), dtype or block.dtype)
    data[...] = block.transpose(1, 0, 2)
    return Sequences(data.reshape(-1, n_features), rectangle(n, n_steps))


def _pack_list(sequences, dtype):
    lengths = np.array([len(sequence) for sequence in sequences])
    order = np.argsort(-lengths, kind="stable")
    lengths = lengths[order]
    rows = np.concatenate([sequences[i] for i in order], dtype=dtype)
    steps = np.arange(lengths[0])[:, np.newaxis]
    first = np.cumsum(lengths) - lengths
    alive = steps < lengths
    return Sequences(rows[(first + steps)[alive]], Lengths(lengths, order))
