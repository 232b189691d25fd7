"""The simple recurrent cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from skrnn.cells.base import Cell
from skrnn.cells.block import times
from skrnn.cells.checks import check_option, check_step
from skrnn.cells.tape import Tape

if TYPE_CHECKING:
    from skrnn.sequences import Sequences
    from skrnn.utils.typing import Array, Params, State


def relu(z, out=None):
    """Return the larger of each number and zero."""
    return np.maximum(z, z.dtype.type(0.0), out=out)


ACTIVATIONS = {"tanh": np.tanh, "relu": relu}


@dataclass(frozen=True)
class RNNCell(Cell):
    """Simple recurrent cell, also known as the Elman network.

    With ``W = [W_x | b | W_h]``, one product ``z = W [x, 1, h]`` is the
    ``W_xh x + W_hh h + b`` of the textbooks, and

    ======================  ==========================================
    ``h = tanh(z)``         hidden state, or
    ``h = max(z, 0)``       with ``activation="relu"``
    ======================  ==========================================

    Read more in the :ref:`User Guide <guide_cells>`.

    Parameters
    ----------
    n_features : int
        Number of features of a step of the input.
    hidden_size : int
        Number of hidden units.
    activation : {"tanh", "relu"}, default="tanh"
        What is applied to ``z``.

    Examples
    --------
    >>> import numpy as np
    >>> cell = RNNCell(n_features=3, hidden_size=5)
    >>> params = cell.init(random_state=0)
    >>> state = cell.initial_state(n_sequences=2)
    >>> (h,) = cell.step(params, np.ones((2, 3)), state)
    >>> h.shape
    (2, 5)
    >>> cell.run(params, np.ones((2, 7, 3))).shape
    (2, 7, 5)
    """

    activation: Literal["tanh", "relu"] = "tanh"

    gates: ClassVar[tuple[str, ...]] = ("h",)
    state_names: ClassVar[tuple[str, ...]] = ("h",)

    def __post_init__(self) -> None:
        """Check the sizes and the activation."""
        super().__post_init__()
        check_option(type(self).__name__, "activation", self.activation, ACTIVATIONS)

    @property
    def bounded(self) -> bool:
        """Whether hidden states are bounded, whatever is read."""
        return self.activation == "tanh"

    def step(self, params: Params, x: Array, state: State) -> State:
        """Compute one step by the equations above: see `Cell.step`."""
        check_step(self, params, x, state)
        (h,) = state
        W_x, b, W_h = self.split(params)
        z = x @ W_x.T + b + h @ W_h.T
        return (ACTIVATIONS[self.activation](z),)

    def forward(
        self,
        params: Params,
        x: Sequences,
        *,
        keep: bool = True,
        reuse: Tape | None = None,
        mask: Array | None = None,
        only: tuple[str, ...] | None = None,
    ) -> tuple[Sequences, Tape | None]:
        """Compute the states of whole sequences: see `Cell.forward`."""
        tape = RNNTape.begin(self, x, keep, reuse, mask, only)
        W, activate = params["W"], ACTIVATIONS[self.activation]
        for block, m in tape.forward_blocks(x):
            for (xh, h, h_in), _ in block.steps:
                W.dot(xh, h)
                activate(h, h)
                if m is not None:
                    np.multiply(h, m, h_in)
        return tape.output(), (tape if keep else None)

    def backward(
        self,
        params: Params,
        tape: Tape,
        d_out: Sequences,
        *,
        input_gradient: bool = False,
    ) -> tuple[Sequences | None, Params]:
        """Backpropagate through time: see `Cell.backward`.

        Only ``d_h`` runs from step to step. What multiplies it, the derivative of
        the activation, is computed for a block of steps at once, and ``d_z`` takes
        its place.
        """
        W_x, _, W_h = self.split(params)
        W_h = np.ascontiguousarray(W_h.T)
        d_W = np.zeros_like(params["W"])
        d_x = tape.zeros(self.n_features) if input_gradient else None
        for block, m, d_above, d_hs in tape.backward_blocks(d_out, 1):
            d_z_block = block.backward_buffers
            self._derivative(block.h, d_z_block)
            for d_z, d_new in zip(d_z_block[::-1], d_above, strict=True):
                if d_new is not None:
                    np.add(d_hs, d_new, d_hs)
                np.multiply(d_z, d_hs, d_z)
                W_h.dot(d_z, d_hs)
                if m is not None:
                    np.multiply(d_hs, m, d_hs)
            d_W += times(d_z_block, block.xh)
            if input_gradient:
                block.pack(np.matmul(W_x.T, d_z_block), d_x)
        return tape.like_input(d_x), {"W": d_W}

    def _derivative(self, h, out):
        if self.activation == "tanh":
            np.multiply(h, h, out)
            np.subtract(h.dtype.type(1.0), out, out)
        else:
            np.greater(h, 0.0, out, casting="unsafe")


class RNNTape(Tape):
    """Tape of a simple cell: nothing but its states."""

    def slot_widths(self):
        """Return which arrays a slot has beside ``[x, 1, h]``: none."""
        return {}

    def states(self, slots):
        """Return the arrays of the state."""
        return (slots["h"],)

    def views(self, slots):
        """Return what a step needs beyond ``[x, 1, h]``: nothing."""
        return ()

    def backward_buffers(self, block):
        """Return memory for the derivative of the activation, then ``d_z``."""
        return self.scratch("d_z", self.cell.hidden_size, block.size, block.n_steps)
