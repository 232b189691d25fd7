"""What a cell writes down on its way forward, with the views of every step.

Making views costs as much as computing with them when batches are small. A tape keeps
them as long as it is used: as long as no sequence has ended, a step lies in the same
rows in every batch of so many sequences, and only the steps after that get new views
when another batch comes.
"""

from abc import ABC, abstractmethod

import numpy as np

#: About so many numbers a gate are worked on at a time on the way back.
CACHED = 32768


class Tape(ABC):
    """Base of the tapes: ``[x, 1, h]`` of every step, and the order of the steps.

    Parameters
    ----------
    cell : Cell
        The cell that writes.
    x : Sequences
        The first batch; only its size and its type matter.
    keep : bool
        Whether the values of all steps are kept, for the way back.
    masked : bool
        Whether the hidden states go through a mask on their way to the next step.
    n_rows : int
        Room for so many rows.

    Attributes
    ----------
    xh : ndarray of shape (n_rows, n_features + 1 + hidden_size)
        ``[x, 1, h]`` as each step reads it.
    h : ndarray of shape (n_rows, hidden_size)
        The hidden state after each step.
    mask : ndarray of shape (n_sequences, hidden_size) or None
        What each hidden state is multiplied with before the next step reads it.
    d_h : ndarray of shape (n_sequences, hidden_size)
        The gradient of the hidden state, on the way back.
    steps : list of tuple
        For each step ``(xh, h_in, before, mask)`` and the views of the cell: ``[x, 1,
        h]``, the part of it where the hidden states stand, those that the step before
        left, and what they are multiplied with on their way, if anything.
    """

    def __init__(self, cell, x, keep, masked, n_rows):
        self.cell, self.keep = cell, keep
        self.dtype, self.n_sequences = x.data.dtype, x.n_sequences
        self.mask = self.empty(x.n_sequences, cell.hidden_size) if masked else None
        self.xh = self.empty(n_rows, cell.n_features + 1 + cell.hidden_size)
        self.xh[:, cell.n_features] = 1.0
        self.start = np.zeros((x.n_sequences, cell.hidden_size), self.dtype)
        self._allocate_forward(n_rows, n_rows if keep else x.n_sequences)
        self.lengths, self.steps, self.d_h, self._blocks = None, [], None, None
        self._full_steps, self._full_steps_back = [], []
        self._steps_of_a_block = steps_of_a_block(x.n_sequences, cell.hidden_size)

    @classmethod
    def begin(cls, cell, x, keep, reuse, mask):
        """Give a tape that has a batch and its mask on it: an old one if it fits.

        Returns
        -------
        Tape
        """
        masked, tape = mask is not None, reuse
        if tape is None or not tape.fits(x, keep, masked):
            spare = 1.0 if tape is None else 1.25
            tape = cls(cell, x, keep, masked, int(spare * len(x.data)))
        tape._lay_out(x.lengths)
        tape.xh[: len(x.data), : cell.n_features] = x.data
        if masked:
            tape.mask[...] = mask
        return tape

    @abstractmethod
    def _allocate_forward(self, n_rows, n_kept):
        """Make room for `h`, and for the values of so many rows that are kept."""

    @abstractmethod
    def _forward_views(self, at, held):
        """Give the views of a step: rows `at` of the batch, held in rows `held`."""

    @abstractmethod
    def _allocate_backward(self, n_rows):
        """Make room for the way back, in blocks of so many rows."""

    @abstractmethod
    def _backward_views(self, at, here):
        """Give the views of a step: rows `at` of the batch, rows `here` of a block."""

    def empty(self, *shape):
        """Make an array of the type of the computation."""
        return np.empty(shape, self.dtype)

    def zeros(self, width):
        """Make an array of zeros with a row for each row of the batch."""
        return np.zeros((self.n_rows, width), self.dtype)

    @property
    def n_rows(self):
        """Number of rows of the batch."""
        return int(self.lengths.starts[-1])

    def fits(self, x, keep, masked=False):
        """Say whether this tape can be written over for another batch."""
        return (
            self.keep == keep
            and self.dtype == x.data.dtype
            and self.n_sequences == x.n_sequences
            and len(self.xh) >= len(x.data)
            and masked == (self.mask is not None)
        )

    def _lay_out(self, lengths):
        """Put the steps of a batch in order."""
        if lengths is self.lengths:
            return
        self.lengths, self._blocks = lengths, None
        starts, n_full = lengths.starts.tolist(), self._n_full
        for t in range(len(self._full_steps), n_full):
            self._full_steps.append(self._step(starts, t))
        tail = [self._step(starts, t) for t in range(n_full, len(starts) - 1)]
        self.steps = self._full_steps[:n_full] + tail

    def _step(self, starts, t):
        at = slice(starts[t], starts[t + 1])
        size = at.stop - at.start
        held = at if self.keep else slice(0, size)
        before = self.h[starts[t - 1] :] if t > 0 else self.start
        mask = None if self.mask is None else self.mask[:size]
        xh = self.xh[at]
        common = xh, xh[:, self.cell.n_features + 1 :], before[:size], mask
        return common, self._forward_views(at, held)

    @property
    def blocks(self):
        """Blocks of steps for the way back, the last first, made when first asked for.

        A list of ``(rows, n_rows, steps)``; in `steps`, for each step, ``(rows, d_h,
        mask)`` and the views of the cell.
        """
        if self._blocks is None:
            if self.d_h is None:
                self._allocate_backward(self._steps_of_a_block * self.n_sequences)
            self._blocks = self._make_blocks()
        return self._blocks

    def _make_blocks(self):
        starts, n_full = self.lengths.starts.tolist(), self._n_full
        n_steps, length = len(starts) - 1, self._steps_of_a_block
        for t in range(len(self._full_steps_back), n_full):
            self._full_steps_back.append(self._step_back(starts, t))
        tail = [self._step_back(starts, t) for t in range(n_full, n_steps)]
        steps, blocks = self._full_steps_back[:n_full] + tail, []
        for first in range(0, n_steps, length):
            rows = slice(starts[first], starts[min(first + length, n_steps)])
            in_block = steps[first : first + length]
            blocks.append((rows, rows.stop - rows.start, in_block[::-1]))
        return blocks[::-1]

    def _step_back(self, starts, t):
        at = slice(starts[t], starts[t + 1])
        base = starts[t - t % self._steps_of_a_block]  # where its block begins
        size = at.stop - at.start
        mask = None if self.mask is None else self.mask[:size]
        views = self._backward_views(at, slice(at.start - base, at.stop - base))
        return (at, self.d_h[:size], mask), views

    @property
    def _n_full(self):
        """Number of steps in which all sequences are alive."""
        return int(self.lengths.longest_first[-1])


def steps_of_a_block(n_sequences, hidden_size):
    """Give the number of steps whose values stay in cache: at least four."""
    return max(4, CACHED // (n_sequences * hidden_size))
