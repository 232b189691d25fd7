"""A stretch of steps on a tape."""

from dataclasses import dataclass
from functools import cached_property


@dataclass(eq=False)
class Block:
    """Some steps, one after the other, in which no sequence ends.

    Attributes
    ----------
    tape : Tape
        Whose block it is.
    rows : slice
        Its rows of the packed batch.
    n_steps, size : int
        Number of steps, and of sequences.
    slots : dict of str to ndarray of shape (n_steps + 1, width, size)
        Each array of the tape, for its steps and the one that follows.
    steps : list of tuple
        For each step ``([x, 1, h], h, h_in)`` and the views of the cell: what it reads,
        the state that it leaves, and the same where the next step reads it.
    begins, ends : bool
        Whether the state comes from elsewhere than the slot before, and whether
        sequences end with its last step.
    """

    tape: object
    rows: slice
    n_steps: int
    size: int
    slots: dict
    steps: list
    begins: bool = False
    ends: bool = False

    def cut(self, rows, n_steps):
        """Give a block of its first steps, for other rows."""
        slots = {name: array[: n_steps + 1] for name, array in self.slots.items()}
        steps = self.steps[:n_steps]
        return Block(self.tape, rows, n_steps, self.size, slots, steps)

    @cached_property
    def xh(self):
        """``[x, 1, h]`` of each step."""
        return self.slots["xh"][:-1]

    @cached_property
    def h(self):
        """The hidden state after each step."""
        return self.slots["h"][1:]

    @cached_property
    def before(self):
        """The hidden state before each step."""
        return self.slots["h"][:-1]

    @cached_property
    def way_back(self):
        """What the cell needs on its way back, made when first asked for."""
        return self.tape.on_the_way_back(self)

    def of(self, packed):
        """Give its rows of a packed array as (n_steps, width, size), as a view."""
        rows = packed[self.rows].reshape(self.n_steps, self.size, -1)
        return rows.swapaxes(1, 2)


def times(d_z, xh):
    """Add up ``d_z xh^T`` over the steps of a block, in one product."""
    side_by_side = d_z.swapaxes(0, 1).reshape(d_z.shape[1], -1)
    return side_by_side @ xh.swapaxes(1, 2).reshape(-1, xh.shape[1])
