"""A recurrent layer that reads in one direction or in both."""

from dataclasses import dataclass, replace
from functools import cached_property

from skrnn.cells import Cell
from skrnn.network.block import Block
from skrnn.network.dropout import NO_DROPOUT
from skrnn.sequences import side_by_side


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

    def in_order(self, x):
        """Return a batch with its steps in the order of reading, or back again."""
        if not self.is_reverse or x.data is None:
            return x
        return replace(x, data=x.reverse(x.data))


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
    only : tuple of {"last", "total", "largest"}, optional
        Compute these of the states alone, so that they need not be kept.
    """

    cells: tuple[Cell, ...]
    only: tuple[str, ...] | None = None

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
    def unit_names(self):
        """Name of each hidden unit: the direction, if there are two, and a number."""
        prefixes = ("forward_", "reverse_") if len(self.cells) > 1 else ("",)
        return [
            f"{prefix}{unit}"
            for prefix, cell in zip(prefixes, self.cells, strict=True)
            for unit in range(cell.hidden_size)
        ]

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

    def forward(
        self, params, x, *, keep=True, reuse=None, dropout=NO_DROPOUT, **options
    ):
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
        outs, tapes = [], []
        for k, one in enumerate(self.directions):
            size = one.cell.hidden_size
            mask = dropout.recurrent_mask(x.n_sequences, size, x.data.dtype)
            out, tape = one.cell.forward(
                one.params(params),
                one.in_order(x),
                keep=keep,
                reuse=reuse and reuse[k],
                mask=mask,
                only=self.only,
            )
            tapes.append(tape)
            outs.append(one.in_order(out))
        return replace(side_by_side(outs), beside=x.beside), tapes

    def backward(self, params, tape, d_out, *, input_gradient=True):
        """Backpropagate through time: ``(params, tape, d_out) -> (d_x, grads)``.

        Any part of `d_out` may be None.
        """
        d_x, grads = None, {}
        for k, one in enumerate(self.directions):
            d_own = d_out.map(lambda part, one=one: part[:, one.units])
            d_read, of_cell = one.cell.backward(
                one.params(params),
                tape[k],
                one.in_order(d_own),
                input_gradient=input_gradient,
            )
            grads |= one.named(of_cell)
            if input_gradient:
                d_read = one.in_order(d_read).data
                d_x = d_read if d_x is None else d_x + d_read
        return (d_out.replace(d_x) if input_gradient else None), grads
