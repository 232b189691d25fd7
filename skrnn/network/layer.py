"""A recurrent layer that reads in one direction or in both."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from skrnn.cells import Cell
from skrnn.network.block import Block
from skrnn.network.dropout import NO_DROPOUT
from skrnn.sequences import Sequences


@dataclass(frozen=True)
class Direction:
    """One direction of a layer.

    Attributes
    ----------
    suffix : str
        The end of the names of its parameters, "" or "_reverse".
    cell : Cell
        Its cell.
    units : slice
        Its columns in the hidden states of the layer.
    is_reverse : bool
        Whether it reads every sequence from its last step to its first.
    """

    suffix: str
    cell: Cell
    units: slice
    is_reverse: bool

    def params(self, params):
        """Return its parameters, by the names of the cell, of those of the layer."""
        return {name: params[full] for name, full in self._names}

    @cached_property
    def _names(self):
        """Each name of the cell with that of the layer: they are asked for often."""
        return [(name, name + self.suffix) for name in self.cell.shapes]

    def named(self, values):
        """Return what belongs to its parameters by the names of the layer."""
        return {name + self.suffix: value for name, value in values.items()}

    def ordered(self, values, batch):
        """Return the rows of a batch in the order in which it reads them, or back."""
        return batch.reverse(values) if self.is_reverse else values


@dataclass(frozen=True)
class RecurrentLayer(Block):
    """One cell that reads forwards, and perhaps a second that reads backwards.

    The states of both stand side by side, those of the forward direction first. The
    last state of the reverse direction is the one after reading the first step. Each
    sequence is reversed in its own steps.

    Parameters
    ----------
    cells : tuple of Cell
        The forward cell, and the reverse cell if there is one.
    only_last : bool, default=False
        Compute the last states alone, so that the others need not be stored.
    """

    cells: tuple[Cell, ...]
    only_last: bool = False

    @cached_property
    def directions(self):
        """The directions, forward first, as a list of `Direction`."""
        directions, start = [], 0
        for is_reverse, cell in enumerate(self.cells):
            stop = start + cell.hidden_size
            units, suffix = slice(start, stop), "_reverse" * is_reverse
            directions.append(Direction(suffix, cell, units, bool(is_reverse)))
            start = stop
        return directions

    @property
    def n_out(self):
        """Number of hidden units of all directions."""
        return sum(cell.hidden_size for cell in self.cells)

    @property
    def shapes(self):
        """Shape of each parameter, by name: that of the cell, and a suffix."""
        return self._merged(one.named(one.cell.shapes) for one in self.directions)

    def init(self, rng):
        """Return initial parameters of every direction."""
        return self._merged(one.named(one.cell.init(rng)) for one in self.directions)

    def biases(self, params):
        """Return the biases of every direction, as views."""
        each = (one.cell.biases(one.params(params)) for one in self.directions)
        return [bias for biases in each for bias in biases]

    @staticmethod
    def _merged(parts):
        return {name: value for part in parts for name, value in part.items()}

    def forward(self, params, x, *, keep=True, reuse=None, dropout=NO_DROPOUT):
        """Compute the hidden states: ``(params, x) -> (out, tape)``.

        Parameters
        ----------
        params : dict of str to ndarray
            The parameters.
        x : Sequences
            The batch.
        keep, reuse
            As in `Cell.forward`; `reuse` has a tape for each direction.
        dropout : Dropout
            What is dropped between steps.

        Returns
        -------
        out : Sequences of n_out features
            The hidden states, as from `Cell.forward`.
        tape : list of Tape
        """
        states, lasts, tapes = [], [], []
        for k, one in enumerate(self.directions):
            size = one.cell.hidden_size
            mask = dropout.recurrent_mask(x.n_sequences, size, x.data.dtype)
            out, tape = one.cell.forward(
                one.params(params),
                x.replace(one.ordered(x.data, x)),
                keep=keep,
                reuse=reuse and reuse[k],
                mask=mask,
                only_last=self.only_last,
            )
            tapes.append(tape)
            lasts.append(out.last)
            if not self.only_last:
                states.append(one.ordered(out.data, x))
        data = None if self.only_last else _side_by_side(states)
        return Sequences(data, x.lengths, _side_by_side(lasts)), tapes

    def backward(self, params, tape, d_out, *, input_gradient=True):
        """Backpropagate through time: ``(params, tape, d_out) -> (d_x, grads)``.

        The gradient of the states or that of the last states may be None in `d_out`.
        """
        d_x, grads = None, {}
        for k, one in enumerate(self.directions):
            d_h, d_last = (
                None if part is None else part[:, one.units]
                for part in (d_out.data, d_out.last)
            )
            d_h = None if d_h is None else one.ordered(d_h, d_out)
            d_read, of_cell = one.cell.backward(
                one.params(params),
                tape[k],
                Sequences(d_h, d_out.lengths, d_last),
                input_gradient=input_gradient,
            )
            grads |= one.named(of_cell)
            if input_gradient:
                d_read = one.ordered(d_read.data, d_out)
                d_x = d_read if d_x is None else d_x + d_read
        return (d_out.replace(d_x) if input_gradient else None), grads


def _side_by_side(parts):
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
