"""Memory of a tape: where the values of every step lie, with the views of each.

Packed batches have a row for each sequence. Inside a cell it is the other way round: a
row for each feature or hidden unit, a column for each sequence. So all that a step
reads and writes is one stretch of memory, whatever gate it belongs to: ``[x, 1, h]`` is
one matrix, its product with the weights is all gates one below the other, and each of
them may be worked on alone or together with its neighbours. NumPy is several times
quicker on such stretches than on anything with gaps.

Steps lie in slots, one after the other, and leave their state in the slot of the next.
Where enough sequences have ended, the slots that follow are narrower.

Making views costs as much as computing with them when batches are small. A tape keeps
them as long as it is used: until slots are narrower, a step lies in the same place in
every batch of so many sequences.
"""

import math
from abc import ABC, abstractmethod
from itertools import repeat

import numpy as np

from skrnn.cells.block import StepBlock, stretches

#: About so many numbers of the tape are worked on at a time: they stay in the cache of
#: a core, with as many that are computed from them.
CACHED = 2**18

#: Columns are given up when a smaller share of them is needed. Where states may grow
#: without bounds, no column idles: zero times infinity is not zero.
KEPT = 0.5

#: Where no values are kept, so many steps at most take turns in the same slots: making
#: their views costs more than going round.
TURNS = 32


class TapeMemory(ABC):
    """Arrays of a tape, cut into blocks of steps for one batch after the other.

    Parameters
    ----------
    cell : Cell
        The cell that computes the values.
    lengths : Lengths
        Lengths of the first batch.
    dtype : dtype
        The type of the computation.
    keep : bool
        Whether the values of all steps are kept, for the backward pass.
    masked : bool
        Whether a mask is applied to hidden states before the next step reads them.
    spare : float, default=1.0
        Make room for so many times what the first batch needs.

    Attributes
    ----------
    h : ndarray of shape (n_rows, hidden_size) or None
        The hidden state after each step, packed as the batch is; None where only
        reductions are wanted.
    blocks : list of StepBlock
        The steps in their order.
    """

    def __init__(self, cell, lengths, dtype, keep, masked, spare=1.0):
        self.cell, self.dtype, self.keep, self.masked = cell, dtype, keep, masked
        self.n_sequences = len(lengths.order)
        self._least_share = KEPT if cell.bounded else 1.0
        self._cut = None, []
        self.widths = {
            "xh": cell.n_features + 1 + cell.hidden_size,
            **self.slot_widths(),
        }
        if masked:
            self.widths["h"] = cell.hidden_size
        per_step = self.n_sequences * sum(self.widths.values())
        self.length = max(1, min(CACHED // per_step, np.inf if keep else TURNS))
        self.room = int(spare * self._n_columns(lengths))
        self.flat = {
            name: np.empty(width * self.room, dtype)
            for name, width in self.widths.items()
        }
        self.h, self._h = None, np.empty((0, 0), dtype)
        self.lengths, self.blocks = None, []
        self._scratch, self._full_blocks, self._windows = {}, [], {}

    @abstractmethod
    def slot_widths(self):
        """Return which arrays a slot has beside ``[x, 1, h]``, with their rows.

        Returns
        -------
        dict of str to int
        """

    @abstractmethod
    def views(self, slots):
        """Return what the forward pass of each step of some slots works on.

        Parameters
        ----------
        slots : dict of str to ndarray of shape (n_steps + 1, width, size)
            Each array of the slots. The k-th step works on the k-th slot, and leaves
            its state in the one that follows.

        Returns
        -------
        tuple of ndarray of shape (n_steps, rows, size)
            Views. The loop over the steps gets a plain tuple of those of each step,
            which Python unpacks faster than one with named fields.
        """

    def fits(self, x, keep, masked=False):
        """Return whether another batch can be written over this one."""
        return (
            self.keep == keep
            and self.dtype == x.data.dtype
            and self.n_sequences == x.n_sequences
            and self.masked == masked
            and self.room >= self._n_columns(x.lengths)
        )

    def scratch(self, name, width, size, *n_steps):
        """Return memory for what does not outlive a block: the same for the same name.

        Its shape is (width, size), or (n_steps, width, size).
        """
        if name not in self._scratch:
            room = self.n_sequences * (self.length if n_steps else 1)
            self._scratch[name] = np.empty(width * room, self.dtype)
        shape = (*n_steps, width, size)
        return self._scratch[name][: math.prod(shape)].reshape(shape)

    @property
    def n_rows(self):
        """Number of rows of the batch."""
        return int(self.lengths.starts[-1])

    def _n_columns(self, lengths):
        """Return how many columns the slots of a batch have in all."""
        if self.keep:
            stretches = self._stretches(lengths)
            return sum((n_steps + 1) * size for _, n_steps, size in stretches)
        return (min(self.length, len(lengths.sizes)) + 1) * self.n_sequences

    def _stretches(self, lengths):
        """Return where columns are given up; it is found out once for a batch."""
        if self._cut[0] is not lengths:
            self._cut = lengths, stretches(lengths, self._least_share)
        return self._cut[1]

    def _lay_out(self, lengths):
        """Cut the steps of a batch into blocks, in their order."""
        if lengths is self.lengths:
            return
        self.lengths, self.blocks, column = lengths, [], 0
        starts, sizes = lengths.starts.tolist(), [*lengths.sizes.tolist(), 0]
        for begin, n_steps, size in self._stretches(lengths):
            for first in range(begin, begin + n_steps, self.length):
                last = min(first + self.length, begin + n_steps)
                rows = slice(starts[first], starts[last])
                at = column + (first - begin) * size if self.keep else 0
                block = self._block(rows, last - first, size, at)
                block.begins = first == begin or not self.keep
                block.set_alive(sizes[first : last + 1])
                self.blocks.append(block)
            column += (n_steps + 1) * size

    def _room_for_h(self):
        if len(self._h) < self.n_rows:
            n_rows = max(self.n_rows, self.room)
            self._h = np.empty((n_rows, self.cell.hidden_size), self.dtype)
        return self._h[: self.n_rows]

    def _block(self, rows, n_steps, size, at):
        if not self.keep:
            # One after the other, in the same place.
            if size not in self._windows:
                n_slots = self.room // self.n_sequences
                self._windows[size] = self._make_block(rows, n_slots - 1, size, at)
            return self._windows[size].cut(rows, n_steps)
        if size < self.n_sequences or n_steps < self.length:
            return self._make_block(rows, n_steps, size, at)
        k = len(self.blocks)
        if k == len(self._full_blocks):
            self._full_blocks.append(self._make_block(rows, n_steps, size, at))
        self._full_blocks[k].rows = rows
        return self._full_blocks[k]

    def _make_block(self, rows, n_steps, size, at):
        slots, n_columns = {}, (n_steps + 1) * size
        for name, width in self.widths.items():
            part = self.flat[name][width * at : width * (at + n_columns)]
            slots[name] = part.reshape(n_steps + 1, width, size)
        slots["h_in"] = slots["xh"][:, self.cell.n_features + 1 :]
        slots.setdefault("h", slots["h_in"])
        xh, h, h_in = slots["xh"], slots["h"], slots["h_in"]
        states = zip(xh[:-1], h[1:], h_in[1:], strict=True)
        views = self.views(slots)
        of_cell = zip(*views, strict=True) if views else repeat((), n_steps)
        steps = list(zip(states, of_cell, strict=True))
        return StepBlock(rows, n_steps, size, slots, steps)
