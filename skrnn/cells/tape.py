"""What a cell writes down on its way forward, with the views of every step.

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

import numpy as np

from skrnn.cells.base import flush_denormals
from skrnn.cells.block import Block, stretches
from skrnn.sequences import Sequences

#: About so many numbers of what is written down are worked on at a time: they stay in
#: the cache of a core, with as many that are computed from them.
CACHED = 2**17

#: Columns are given up when a smaller share of them is needed. Where states may grow
#: without bounds, none idles: zero times infinity is no zero.
KEPT = 0.75

#: Where nothing is kept, so many steps at most take turns in the same slots: making
#: their views costs more than going round.
TURNS = 16

#: Gradients are looked at for what has vanished once in so many steps.
LOOK_EVERY = 16


class Tape(ABC):
    """Base of the tapes: ``[x, 1, h]`` of every step, and the order of the steps.

    Parameters
    ----------
    cell : Cell
        The cell that writes.
    lengths : Lengths
        Of the first batch.
    dtype : dtype
        Of the computation.
    keep : bool
        Whether the values of all steps are kept, for the way back.
    masked : bool
        Whether the hidden states go through a mask on their way to the next step.
    spare : float, default=1.0
        Make room for so many times what the first batch needs.

    Attributes
    ----------
    h : ndarray of shape (n_rows, hidden_size) or (n_sequences, hidden_size)
        The hidden state after each step, packed as the batch is, or the last of each
        sequence.
    masks : dict of int to ndarray of shape (hidden_size, size) or None
        What each hidden state is multiplied with before the next step reads it, by the
        number of columns.
    blocks : list of Block
        The steps in their order.
    """

    def __init__(self, cell, lengths, dtype, keep, masked, spare=1.0):
        self.cell, self.dtype, self.keep, self.masked = cell, dtype, keep, masked
        self.n_sequences = len(lengths.order)
        self._kept = KEPT if cell.bounded else 1.0
        self.widths = {"xh": cell.n_features + 1 + cell.hidden_size, **self.kept()}
        if masked:
            self.widths["h"] = cell.hidden_size
        per_step = self.n_sequences * sum(self.widths.values())
        self.length = max(1, min(CACHED // per_step, np.inf if keep else TURNS))
        self.room = int(spare * self._columns(lengths))
        self.flat = {
            name: np.empty(width * self.room, dtype)
            for name, width in self.widths.items()
        }
        self.h, self.only_last, self._h = None, False, np.empty((0, 0), dtype)
        self.lengths, self.masks, self.blocks = None, None, []
        self._scratch, self._full_blocks, self._windows = {}, [], {}

    @classmethod
    def begin(cls, cell, x, keep, reuse, mask, only_last):
        """Give a tape that is ready for a batch and its mask: an old one if it fits.

        Returns
        -------
        Tape
        """
        masked, tape = mask is not None, reuse
        if tape is None or not tape.fits(x, keep, masked):
            spare = 1.0 if tape is None else 1.25
            tape = cls(cell, x.lengths, x.data.dtype, keep, masked, spare)
        tape._lay_out(x.lengths)
        tape._make_room_for_h(only_last)
        if masked:
            sizes = {block.size for block in tape.blocks}
            mask = mask.T
            tape.masks = {n: np.ascontiguousarray(mask[:, :n]) for n in sizes}
        return tape

    @abstractmethod
    def kept(self):
        """Name what is written down of a step beside ``[x, 1, h]``, with its rows."""

    @abstractmethod
    def states(self, slots):
        """Give the arrays of the state, of shape (n_slots, hidden_size, size)."""

    @abstractmethod
    def views(self, slots, k):
        """Give what the cell needs of the k-th step of some slots, going forward."""

    @abstractmethod
    def on_the_way_back(self, block):
        """Give what the cell needs of a block on its way back."""

    def read(self, x):
        """Bring the blocks to the cell: yield each with its mask, if there are masks.

        The cell does the steps; then their hidden states go to `h`.
        """
        d, before = self.cell.n_features, None
        for block in self.blocks:
            m = self.masks[block.size] if self.masked else None
            if block.begins:
                self._carry_over(before, block, m)
            block.unpack(x.data, block.xh[:, :d])
            block.xh[:, d] = 1.0
            yield block, m
            if self.only_last:
                for k, columns in block.ends:
                    self.h[columns] = block.h[k, :, columns].T
            else:
                block.pack(block.h, self.h)
            before = block

    def read_back(self, d_out, n_flows):
        """Bring the blocks to the cell from the last to the first, with gradients.

        Parameters
        ----------
        d_out : Sequences
            Gradient of the hidden states, as `Cell.backward` has it.
        n_flows : int
            How many arrays of gradients run from step to step, that of the hidden
            state first.

        Yields
        ------
        block : Block
        m : ndarray of shape (hidden_size, size) or None
            The mask.
        d_above : list of ndarray of shape (hidden_size, size) or None
            What comes to the hidden state of each step from above, the last first.
        *flows : ndarray of shape (hidden_size, size)
            What comes from the steps after it; the cell leaves here what goes to those
            before. Nothing is yielded where there is nothing to send back.
        """
        flows = np.zeros((n_flows, self.cell.hidden_size, 0), self.dtype)
        alive, since = False, 0
        for block in reversed(self.blocks):
            if block.size > flows.shape[2]:
                flows = _wider(flows, block.size)
            d_above = self._from_above(block, d_out.data, d_out.last)
            if since >= LOOK_EVERY:
                alive, since = flush_denormals(flows), 0
            since += block.n_steps
            if not alive and all(d_new is None for d_new in d_above):
                continue
            alive = True
            if block.way_back is None:
                block.way_back = self.on_the_way_back(block)
            m = self.masks[block.size] if self.masked else None
            yield block, m, d_above, *flows

    def _from_above(self, block, d_h, d_last):
        """Give what comes to the hidden state of each step from above."""
        d_above, H = [None] * block.n_steps, self.cell.hidden_size
        if d_h is not None:
            values = self.scratch("above", H, block.size, block.n_steps)
            block.unpack(d_h, values)
            d_above = list(values)
        for k, columns in block.ends if d_last is not None else ():
            if d_above[k] is None:
                d_above[k] = np.zeros((H, block.size), self.dtype)
            d_above[k][:, columns] += d_last[columns].T
        return d_above[::-1]

    def output(self):
        """Return the hidden states that were written down, as `Cell.forward` does."""
        if self.only_last:
            return Sequences(None, self.lengths, self.h)
        return Sequences(self.h, self.lengths, self.h[self.lengths.final_rows])

    def like_input(self, d_x):
        """Return the gradient of the input, packed as that was; None stays None."""
        return None if d_x is None else Sequences(d_x, self.lengths)

    def zeros(self, width):
        """Make an array of zeros with a row for each row of the batch."""
        return np.zeros((self.n_rows, width), self.dtype)

    def scratch(self, name, width, size, *n_steps):
        """Give memory for what does not outlive a block: the same for the same name.

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

    def fits(self, x, keep, masked=False):
        """Say whether this tape can be written over for another batch."""
        return (
            self.keep == keep
            and self.dtype == x.data.dtype
            and self.n_sequences == x.n_sequences
            and self.masked == masked
            and self.room >= self._columns(x.lengths)
        )

    def _columns(self, lengths):
        """Say how many columns the slots of a batch have in all."""
        if self.keep:
            return sum((n + 1) * size for _, n, size in stretches(lengths, self._kept))
        return (min(self.length, len(lengths.sizes)) + 1) * self.n_sequences

    def _lay_out(self, lengths):
        """Put the steps of a batch in order."""
        if lengths is self.lengths:
            return
        self.lengths, self.blocks, column = lengths, [], 0
        starts, sizes = lengths.starts.tolist(), [*lengths.sizes.tolist(), 0]
        for begin, n_steps, size in stretches(lengths, self._kept):
            for first in range(begin, begin + n_steps, self.length):
                last = min(first + self.length, begin + n_steps)
                rows = slice(starts[first], starts[last])
                at = column + (first - begin) * size if self.keep else 0
                block = self._block(rows, last - first, size, at)
                block.begins = first == begin or not self.keep
                block.alive = sizes[first : last + 1]
                self.blocks.append(block)
            column += (n_steps + 1) * size

    def _make_room_for_h(self, only_last):
        self.only_last, H = only_last, self.cell.hidden_size
        if only_last:
            self.h = np.empty((self.n_sequences, H), self.dtype)
            return
        if len(self._h) < self.n_rows:
            self._h = np.empty((max(self.n_rows, self.room), H), self.dtype)
        self.h = self._h[: self.n_rows]

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
        steps = [
            ((xh[k], h[k + 1], h_in[k + 1]), self.views(slots, k))
            for k in range(n_steps)
        ]
        return Block(rows, n_steps, size, slots, steps)

    def _carry_over(self, before, block, m):
        """Bring the state to the first step of a block from where it was left."""
        states = self.states(block.slots)
        if before is None:
            for state in states:
                state[0] = 0.0
        else:
            for state, left in zip(states, self.states(before.slots), strict=True):
                state[0] = left[-1, :, : block.size]
        if m is not None:
            np.multiply(block.slots["h"][0], m, block.slots["h_in"][0])


def _wider(flows, size):
    """Make room for the gradients of sequences that end earlier."""
    wider = np.zeros((*flows.shape[:2], size), flows.dtype)
    wider[:, :, : flows.shape[2]] = flows
    return wider
