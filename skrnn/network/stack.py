"""Recurrent layers, one upon the other."""

from dataclasses import dataclass
from functools import cached_property

from skrnn.cells import Cell


@dataclass(frozen=True)
class Stack:
    """Layers of cells: each reads the hidden states of the one below it.

    Parameters
    ----------
    cells : tuple of Cell
        One cell a layer, the lowest first.
    """

    cells: tuple[Cell, ...]

    @cached_property
    def names(self):
        """Name of the parameters of each layer."""
        return [f"layer{k}" for k in range(len(self.cells))]

    @property
    def shapes(self):
        """Shapes of the parameters, layer by layer."""
        return {
            name: cell.shapes for name, cell in zip(self.names, self.cells, strict=True)
        }

    @property
    def n_out(self):
        """Number of hidden units of the highest layer."""
        return self.cells[-1].hidden_size

    def forward(self, params, x, *, keep=True, reuse=None):
        """Run the layers: ``(params, x) -> (h, tape)``, packed as `x` is."""
        tapes = reuse or [None] * len(self.cells)
        kept, h = [], None
        for name, cell, tape in zip(self.names, self.cells, tapes, strict=True):
            h, tape = cell.forward(params[name], x, keep=keep, reuse=tape)
            x = x.replace(h)
            kept.append(tape)
        return h, (kept if keep else None)

    def backward(self, params, tape, d_h, d_last, *, input_gradient=False):
        """Send a gradient back: ``-> (d_x, grads)``, grads by layer."""
        grads = {}
        for k in reversed(range(len(self.cells))):
            name = self.names[k]
            d_x, grads[name] = self.cells[k].backward(
                params[name],
                tape[k],
                d_h,
                d_last,
                input_gradient=input_gradient or k > 0,
            )
            d_h, d_last = d_x, None
        return d_h, grads
