"""What a cell writes down on its way forward, with the views of every step.

Making views costs as much as computing with them when batches are small: a tape makes
them once, and may be used again for every batch of the same lengths.
"""

from abc import ABC, abstractmethod

import numpy as np


class Tape(ABC):
    """Base of the tapes: ``[x, 1, h]`` of every step, and the order of the steps.

    Parameters
    ----------
    cell : Cell
        The cell that writes.
    x : Sequences
        A batch; only its lengths and its type matter.
    keep : bool
        Whether the values of all steps are kept, for the way back.

    Attributes
    ----------
    xh : ndarray of shape (n_rows, n_features + 1 + hidden_size)
        ``[x, 1, h]`` as each step reads it.
    h : ndarray of shape (n_rows, hidden_size)
        The hidden state after each step.
    d_h : ndarray of shape (n_sequences, hidden_size)
        The gradient of the hidden state, on the way back.
    steps : list of tuple
        For each step, the views that the cell works on.
    """

    def __init__(self, cell, x, keep):
        self.cell, self.x, self.keep = cell, x, keep
        self.dtype = x.data.dtype
        d, n_rows = cell.n_features, len(x.data)
        self.xh = np.zeros((n_rows, d + 1 + cell.hidden_size), self.dtype)
        self.xh[:, d] = 1.0
        self._allocate_forward(n_rows if keep else x.n_sequences)
        self.steps = self._forward_steps()
        self._blocks = None

    @abstractmethod
    def _allocate_forward(self, n_kept):
        """Make room for the values of so many rows."""

    @abstractmethod
    def _forward_views(self, at, held, kept, h_in):
        """Give the views of a step: rows `at` of the batch, held in rows `held`.

        The first `kept` sequences go on, and `h_in` is where the next step reads their
        hidden states.
        """

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
        return np.zeros((len(self.xh), width), self.dtype)

    def fits(self, x, keep):
        """Say whether this tape can be written over for another batch."""
        return (
            self.keep == keep
            and self.dtype == x.data.dtype
            and self._has_lengths(x.lengths)
        )

    def _has_lengths(self, lengths):
        ours = self.x.lengths
        return ours is lengths or np.array_equal(
            ours.longest_first, lengths.longest_first
        )

    def _forward_steps(self):
        lengths = self.x.lengths
        starts, sizes = lengths.starts.tolist(), lengths.sizes.tolist()
        steps, d = [], self.cell.n_features
        for start, size, kept in zip(starts, sizes, [*sizes[1:], 0], strict=False):
            at = slice(start, start + size)
            held = at if self.keep else slice(0, size)
            h_in = self.xh[at.stop : at.stop + kept, d + 1 :]
            steps.append(self._forward_views(at, held, kept, h_in))
        return steps

    @property
    def blocks(self):
        """Blocks of steps for the way back, the last first, made when first asked for.

        A list of ``(rows, n_rows, steps)``, the views of each step in `steps`.
        """
        if self._blocks is None:
            starts = self.x.lengths.starts.tolist()
            spans = blocks_of_steps(self.x, self.cell.hidden_size)
            self._allocate_backward(max(starts[b] - starts[a] for a, b in spans))
            self._blocks = [
                self._block(starts, first, last) for first, last in reversed(spans)
            ]
        return self._blocks

    def _block(self, starts, first, last):
        base, steps = starts[first], []
        for t in reversed(range(first, last)):
            at = slice(starts[t], starts[t + 1])
            steps.append(
                self._backward_views(at, slice(at.start - base, at.stop - base))
            )
        return slice(base, starts[last]), starts[last] - base, steps


def blocks_of_steps(x, hidden_size, elements=32768, fewest=4):
    """Cut the steps of a batch into blocks that are worked on in cache.

    A block has about `elements` numbers a gate, and at least `fewest` steps.

    Returns
    -------
    list of (first step, last step + 1)
    """
    rows = max(1, elements // hidden_size)
    length = max(fewest, rows // x.n_sequences)
    return [
        (first, min(first + length, x.n_steps)) for first in range(0, x.n_steps, length)
    ]
