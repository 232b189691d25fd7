"""Tape of a cell: what backpropagation through time needs of a forward pass."""

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from skrnn.cells.arithmetic import flush_denormals
from skrnn.cells.memory import TapeMemory
from skrnn.cells.reductions import REDUCTIONS
from skrnn.sequences import Sequences

#: Once in so many steps, gradients are checked for numbers that have vanished.
CHECK_EVERY = 16


class Tape(TapeMemory):
    """Base of the tapes: ``[x, 1, h]`` of every step, and the order of the steps.

    Attributes
    ----------
    masks : dict of int to ndarray of shape (hidden_size, size) or None
        What each hidden state is multiplied with before the next step reads it, by the
        number of columns.
    last : ndarray of shape (n_sequences, hidden_size) or None
        The last hidden state of each sequence, if all the others are not wanted.
    reductions : dict of str to Reduction
        What else is computed instead of keeping them, by name.
    """

    masks = last = None
    reductions: ClassVar[dict] = {}
    _names = ()

    @classmethod
    def begin(cls, cell, x, keep, reuse, mask, only):
        """Return a tape that is ready for a batch and its mask: an old one if it fits.

        Returns
        -------
        Tape
        """
        masked, tape = mask is not None, reuse
        if tape is None or not tape.fits(x, keep, masked):
            spare = 1.0 if tape is None else 1.25
            tape = cls(cell, x.lengths, x.data.dtype, keep, masked, spare)
        tape._lay_out(x.lengths)
        tape._choose_output(only)
        if masked:
            sizes = {block.size for block in tape.blocks}
            mask = mask.T
            tape.masks = {n: np.ascontiguousarray(mask[:, :n]) for n in sizes}
        return tape

    @abstractmethod
    def states(self, slots):
        """Return the arrays of the state, of shape (n_slots, hidden_size, size)."""

    @abstractmethod
    def backward_buffers(self, block):
        """Return memory that the cell needs for a block in its backward pass.

        It is made once for a block, and found at its `backward_buffers`.
        """

    def forward_blocks(self, x):
        """Yield each block for the cell to do its steps, with its mask or None.

        After that, the hidden states go where they are wanted.
        """
        d, before, reductions = self.cell.n_features, None, self.reductions.values()
        for number, block in enumerate(self.blocks):
            m = self.masks[block.size] if self.masked else None
            if block.begins:
                self._carry_over(before, block, m)
            block.unpack(x.data, block.xh[:, :d])
            block.xh[:, d] = 1.0
            yield block, m
            if self.h is not None:
                block.pack(block.h, self.h)
            if self.last is not None and block.has_ends:
                columns, steps = block.last_places
                self.last[columns] = block.h[steps, :, columns]
            for reduction in reductions:
                self._reduce(reduction, number, block)
            before = block

    def backward_blocks(self, d_out, n_flows):
        """Yield the blocks from the last to the first, with gradients.

        Parameters
        ----------
        d_out : Sequences
            Gradient of the hidden states, as `Cell.backward` has it.
        n_flows : int
            How many arrays of gradients run from step to step, that of the hidden
            state first.

        Yields
        ------
        block : StepBlock
        m : ndarray of shape (hidden_size, size) or None
            The mask.
        d_above : list of ndarray of shape (hidden_size, size) or None
            Gradient of the hidden state of each step in `d_out`, the last first.
        *flows : ndarray of shape (hidden_size, size)
            Gradient that comes from the steps that follow; the cell leaves here that of
            the state before the block. A block without any gradient is not yielded.
        """
        flows = np.zeros((n_flows, self.cell.hidden_size, 0), self.dtype)
        alive, since = False, 0
        reductions = self._with_gradients(d_out)
        for number, block in reversed(list(enumerate(self.blocks))):
            if block.size > flows.shape[2]:
                flows = _wider(flows, block.size)
            d_above = self._from_above(number, block, d_out, reductions)
            if since >= CHECK_EVERY:
                alive, since = flush_denormals(flows), 0
            since += block.n_steps
            if not alive and all(d_new is None for d_new in d_above):
                continue
            alive = True
            if block.backward_buffers is None:
                block.backward_buffers = self.backward_buffers(block)
            m = self.masks[block.size] if self.masked else None
            yield block, m, d_above, *flows

    def _from_above(self, number, block, d_out, reductions):
        """Return the gradient of the hidden state of each step in `d_out`."""
        H, d_above = self.cell.hidden_size, [None] * block.n_steps
        if d_out.data is not None or reductions:
            if block.d_above is None:
                values = self.scratch("above", H, block.size, block.n_steps)
                block.d_above = values, list(values)
            values, d_above = block.d_above
            is_first = d_out.data is None
            if not is_first:
                block.unpack(d_out.data, values)
            for reduction in reductions:
                reduction.add_gradient(number, block.h, values, is_first)
                is_first = False
            if block.ended is not None:
                np.copyto(values, 0.0, where=block.ended[:, np.newaxis])
            if d_out.last is not None and block.has_ends:
                columns, steps = block.last_places
                values[steps, :, columns] += d_out.last[columns]
        elif d_out.last is not None:
            for k, columns in block.ends:
                d_above[k] = np.zeros((H, block.size), self.dtype)
                d_above[k][:, columns] = d_out.last[columns].T
        return d_above[::-1]

    def _choose_output(self, only):
        """Prepare for all hidden states, or for what `only` names."""
        n, H, names = self.n_sequences, self.cell.hidden_size, only or ()
        self.h = self._room_for_h() if only is None else None
        self.last = np.empty((n, H), self.dtype) if "last" in names else None
        if names == self._names:
            return
        if unknown := {*names} - {"last", *REDUCTIONS}:
            raise ValueError(
                f"only of {self.cell} must be a tuple of 'last', 'total' and "
                f"'largest', got {only!r} with {', '.join(sorted(unknown))}."
            )
        self._names = names
        self.reductions = {
            name: kind(H, n, self.dtype, self.keep)
            for name, kind in REDUCTIONS.items()
            if name in names
        }

    @staticmethod
    def _reduce(reduction, number, block):
        """Let a reduction read a block: first the sequences that do not end in it."""
        first, last = block.alive[0], block.alive[-2]
        if last > 0:
            reduction.read(number, slice(last), block.h[:, :, :last])
        if last < first:
            h = block.h[:, :, last:first].copy()
            ended = block.ended[:, np.newaxis, last:first]
            np.copyto(h, reduction.neutral, where=ended)
            reduction.read(number, slice(last, first), h)

    def _with_gradients(self, d_out):
        """Return the reductions that have a gradient in `d_out`, with that."""
        found = []
        for name in REDUCTIONS:
            d_values = getattr(d_out, name)
            if d_values is None:
                continue
            if name not in self.reductions:
                raise ValueError(
                    f"d_out has a gradient of {name!r}, which forward has not "
                    f"computed: pass only=({name!r},) to it."
                )
            reduction = self.reductions[name]
            reduction.d_values = np.ascontiguousarray(d_values.T)
            found.append(reduction)
        return found

    def output(self):
        """Return the hidden states, as `Cell.forward` does."""
        if self.h is not None:
            last = self.h[self.lengths.final_rows]
            return Sequences(self.h, self.lengths, last)
        values = {name: one.values.T.copy() for name, one in self.reductions.items()}
        return Sequences(None, self.lengths, self.last, **values)

    def like_input(self, d_x):
        """Return the gradient of the input, packed as that was; None stays None."""
        return None if d_x is None else Sequences(d_x, self.lengths)

    def zeros(self, width):
        """Return an array of zeros with a row for each row of the batch."""
        return np.zeros((self.n_rows, width), self.dtype)

    def _carry_over(self, before, block, m):
        """Copy the state to the first slot of a block from where it was left."""
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
    """Return gradients with zeros for the sequences that end earlier."""
    wider = np.zeros((*flows.shape[:2], size), flows.dtype)
    wider[:, :, : flows.shape[2]] = flows
    return wider
