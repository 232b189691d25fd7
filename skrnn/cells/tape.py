"""Tape of a cell: what backpropagation through time needs of a forward pass."""

from abc import abstractmethod

import numpy as np

from skrnn.cells.arithmetic import flush_denormals
from skrnn.cells.memory import TapeMemory
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
    """

    masks = None

    @classmethod
    def begin(cls, cell, x, keep, reuse, mask, only_last):
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
        tape._make_room_for_h(only_last)
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

        After that, the hidden states go to `h`.
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
        for block in reversed(self.blocks):
            if block.size > flows.shape[2]:
                flows = _wider(flows, block.size)
            d_above = self._from_above(block, d_out.data, d_out.last)
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

    def _from_above(self, block, d_h, d_last):
        """Return the gradient of the hidden state of each step in `d_out`."""
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
        """Return the hidden states, as `Cell.forward` does."""
        if self.only_last:
            return Sequences(None, self.lengths, self.h)
        return Sequences(self.h, self.lengths, self.h[self.lengths.final_rows])

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
