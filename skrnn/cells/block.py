"""Block of steps on a tape."""

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np


@dataclass(eq=False)
class StepBlock:
    """Some steps, one after the other, with a column for each sequence.

    The columns of sequences that have ended come last. Nothing that is computed there
    is ever read.

    Attributes
    ----------
    rows : slice
        Its rows of the packed batch.
    n_steps, size : int
        Number of steps, and of columns.
    slots : dict of str to ndarray of shape (n_steps + 1, width, size)
        Each array of the tape, for its steps and the one that follows.
    steps : list of tuple
        For each step ``([x, 1, h], h, h_in)`` and the views of the cell: what it reads,
        the state that it leaves, and the same where the next step reads it.
    begins : bool
        Whether the state must be copied to its first slot.
    alive : list of int
        How many sequences have each of the steps, and then the one that follows.
    ended : ndarray of bool of shape (n_steps, size) or None
        Which have ended at each step; None if none has.
    d_above : tuple or None
        Memory for the gradients that come from above, and a view of each step.
    backward_buffers : object
        As from `Tape.backward_buffers`, made when it is first needed.
    """

    rows: slice
    n_steps: int
    size: int
    slots: dict
    steps: list
    begins: bool = False
    alive: list = field(default_factory=list)
    ended: np.ndarray | None = None
    d_above: tuple | None = None
    backward_buffers: object = None
    #: The row of each step and column in a packed batch, where sequences have ended.
    _from_rows: np.ndarray | None = None

    def set_alive(self, alive):
        """Set how many sequences have each of its steps, and the one that follows."""
        self.alive, self.ended = alive, None
        if alive[-2] < self.size:
            n_alive, columns = np.array(alive[:-1]), np.arange(self.size)
            self.ended = columns >= n_alive[:, np.newaxis]
            starts = self.rows.start + np.cumsum(n_alive) - n_alive
            self._from_rows = starts[:, np.newaxis] + columns

    def cut(self, rows, n_steps):
        """Return a block of its first steps, for other rows."""
        if n_steps == self.n_steps:
            return StepBlock(rows, n_steps, self.size, self.slots, self.steps)
        slots = {name: array[: n_steps + 1] for name, array in self.slots.items()}
        return StepBlock(rows, n_steps, self.size, slots, self.steps[:n_steps])

    @cached_property
    def xh(self):
        """``[x, 1, h]`` of each step."""
        return self.slots["xh"][:-1]

    @cached_property
    def h(self):
        """The hidden state after each step."""
        return self.slots["h"][1:]

    @property
    def ends(self):
        """Index of each step with which sequences end, and the columns of these."""
        steps = enumerate(pairwise(self.alive))
        return [(k, slice(after, now)) for k, (now, after) in steps if after < now]

    @property
    def has_ends(self):
        """Whether sequences end in it."""
        return self.alive[-1] < self.alive[0]

    @property
    def last_places(self):
        """The columns that end in it, and the index of the last step of each."""
        alive = np.array(self.alive)
        counts = alive[:-1] - alive[1:]
        steps = np.repeat(np.arange(self.n_steps)[::-1], counts[::-1])
        return np.arange(self.alive[-1], self.alive[0]), steps

    def unpack(self, packed, out):
        """Copy its rows of a packed array into `out`, (n_steps, width, size).

        Where a sequence has ended there are numbers of another.
        """
        if self.ended is None:
            out[...] = self._of(packed)
        else:
            rows = packed.take(self._from_rows, axis=0, mode="clip")
            out[...] = rows.swapaxes(1, 2)

    def pack(self, values, out):
        """Copy values, (n_steps, width, size), into its rows of a packed array."""
        if self.ended is None:
            self._of(out)[...] = values
        else:
            out[self.rows] = values.swapaxes(1, 2)[~self.ended]

    def _of(self, packed):
        rows = packed[self.rows].reshape(self.n_steps, self.size, -1)
        return rows.swapaxes(1, 2)


def stretches(lengths, least_share):
    """Cut the steps of a batch where it pays to give up columns.

    Each stretch costs some calls of its own, and each column of a sequence that has
    ended is computed for nothing.

    Parameters
    ----------
    lengths : Lengths
        Of the batch.
    least_share : float
        Columns are given up when a smaller share of them than this is needed.

    Returns
    -------
    list of tuple of int
        First step, number of steps, and number of columns of each stretch.
    """
    first, size, n_steps, found = 0, int(lengths.sizes[0]), 0, []
    for segment in lengths.segments:
        if segment.size < least_share * size:
            found.append((first, n_steps, size))
            first, size, n_steps = first + n_steps, segment.size, 0
        n_steps += segment.n_steps
    return [*found, (first, n_steps, size)]


def times(d_z, xh):
    """Compute the sum of ``d_z xh^T`` over the steps of a block, in one product."""
    side_by_side = d_z.swapaxes(0, 1).reshape(d_z.shape[1], -1)
    return side_by_side @ xh.swapaxes(1, 2).reshape(-1, xh.shape[1])
