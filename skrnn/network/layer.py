"""A recurrent layer that reads in one direction or in both."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from skrnn.cells import Cell
from skrnn.network.dropout import NO_DROPOUT


@dataclass(frozen=True)
class Layer:
    """One cell that reads forwards, and perhaps a second that reads backwards.

    The states of both stand side by side, those of the forward direction first. The
    last state of the reverse direction is the one after reading the first step. Each
    sequence is turned round in its own steps.

    Parameters
    ----------
    name : str
        Name of the parameters; those of the reverse direction add ``"_reverse"``.
    cells : tuple of Cell
        The forward cell, and the reverse cell if there is one.
    """

    name: str
    cells: tuple[Cell, ...]

    @cached_property
    def parts(self):
        """Name, cell, slice of the hidden units and whether it turns, by direction."""
        parts, start = [], 0
        for turns, cell in enumerate(self.cells):
            name = self.name + "_reverse" * turns
            stop = start + cell.hidden_size
            parts.append((name, cell, slice(start, stop), bool(turns)))
            start = stop
        return parts

    @property
    def n_out(self):
        """Number of hidden units of all directions."""
        return sum(cell.hidden_size for cell in self.cells)

    def forward(
        self,
        params,
        x,
        *,
        keep=True,
        reuse=None,
        dropout=NO_DROPOUT,
        only_last=False,
    ):
        """Read a batch: ``(params, x) -> (h, last, tape)``.

        Parameters
        ----------
        params : dict of str to dict of str to ndarray
            Parameters by name of the direction.
        x : Sequences
            The batch.
        keep, reuse, only_last
            As in `Cell.forward`.
        dropout : Dropout
            What is dropped between steps.

        Returns
        -------
        h : ndarray of shape (n_rows, n_out) or None
            The hidden states after each step, packed as `x` is, unless `only_last`.
        last : ndarray of shape (n_sequences, n_out)
            The last state of each direction, for each sorted sequence.
        tape : list of Tape
        """
        states, lasts, tapes = [], [], []
        for k, (name, cell, _, turns) in enumerate(self.parts):
            mask = dropout.recurrent_mask(x.n_sequences, cell.hidden_size, x.data.dtype)
            h, tape = cell.forward(
                params[name],
                x.replace(_turned(x.data, x, turns)),
                keep=keep,
                reuse=reuse and reuse[k],
                mask=mask,
                only_last=only_last,
            )
            tapes.append(tape)
            if only_last:
                lasts.append(h)
                continue
            lasts.append(h[x.lengths.final_rows])
            states.append(_turned(h, x, turns))
        h = None if only_last else _side_by_side(states)
        return h, _side_by_side(lasts), tapes

    def backward(self, params, tape, x, d_h, d_last, *, input_gradient=False):
        """Send a gradient back: ``(params, tape, x, d_h, d_last) -> (d_x, grads)``.

        `d_h` and `d_last` are the gradients of what `forward` gave; either may be None.
        """
        d_x, grads = None, {}
        for k, (name, cell, units, turns) in enumerate(self.parts):
            d_seen, grads[name] = cell.backward(
                params[name],
                tape[k],
                None if d_h is None else _turned(d_h[:, units], x, turns),
                None if d_last is None else d_last[:, units],
                input_gradient=input_gradient,
            )
            if input_gradient:
                d_seen = _turned(d_seen, x, turns)
                d_x = d_seen if d_x is None else d_x + d_seen
        return d_x, grads


def _turned(values, x, turns):
    """Put the rows of a batch into the order in which a direction reads them."""
    return x.turn(values) if turns else values


def _side_by_side(parts):
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
