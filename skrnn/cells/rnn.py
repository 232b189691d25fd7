"""The simple recurrent cell."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from skrnn.cells.base import Cell, flush_denormals
from skrnn.cells.tape import Tape


def relu(z, out=None):
    """Keep what is positive."""
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

    activation: str = "tanh"

    gates: ClassVar = ("h",)
    state_names: ClassVar = ("h",)

    def step(self, params, x, state):
        """Read one step: the equations above, as `Cell.step` says."""
        (h,) = state
        W_x, b, W_h = self.split(params)
        z = x @ W_x.T + b + h @ W_h.T
        return (ACTIVATIONS[self.activation](z),)

    def forward(self, params, x, *, keep=True, reuse=None, mask=None):
        """Read whole sequences, as `Cell.forward` says."""
        tape = RNNTape.begin(self, x, keep, reuse, mask)
        W = np.ascontiguousarray(params["W"].T)
        activate = ACTIVATIONS[self.activation]
        for (xh, h_in, before, m), h in tape.steps:
            h_in[...] = before if m is None else before * m
            xh.dot(W, h)
            activate(h, h)
        return tape.h[: tape.n_rows], (tape if keep else None)

    def backward(self, params, tape, d_h, d_last, *, input_gradient=False):
        """Send a gradient back through time, as `Cell.backward` says.

        Only ``d_h`` runs from step to step. What multiplies it, the derivative of
        the activation, is computed for a block of steps at once, and ``d_z`` takes
        its place.
        """
        W_x, _, W_h = self.split(params)
        W_h = np.ascontiguousarray(W_h)
        d_W = np.zeros_like(params["W"])
        d_x = tape.zeros(self.n_features) if input_gradient else None
        blocks = tape.blocks
        tape.d_h[...] = 0.0 if d_last is None else d_last
        for rows, n_rows, steps in blocks:
            if not flush_denormals(tape.d_h) and d_h is None:
                break
            d_z_block = tape.d_z[:n_rows]
            self._derivative(tape.h[rows], d_z_block)
            for (at, d_hs, m), d_z in steps:
                if d_h is not None:
                    np.add(d_hs, d_h[at], d_hs)
                np.multiply(d_z, d_hs, d_z)
                d_z.dot(W_h, d_hs)
                if m is not None:
                    np.multiply(d_hs, m, d_hs)
            d_W += d_z_block.T @ tape.xh[rows]
            if input_gradient:
                d_x[rows] = d_z_block @ W_x
        return d_x, {"W": d_W}

    def _derivative(self, h, out):
        if self.activation == "tanh":
            np.multiply(h, h, out)
            np.subtract(h.dtype.type(1.0), out, out)
        else:
            np.greater(h, 0.0, out, casting="unsafe")


class RNNTape(Tape):
    """What a simple cell writes down.

    Attributes
    ----------
    d_z : ndarray of shape (rows of a block, hidden_size)
        Derivative of the activation, then the gradient of the pre-activations.
    """

    def _allocate_forward(self, n_rows, n_kept):
        self.h = self.empty(n_rows, self.cell.hidden_size)

    def _forward_views(self, at, held):
        return self.h[at]

    def _allocate_backward(self, n_rows):
        H = self.cell.hidden_size
        self.d_z = self.empty(n_rows, H)
        self.d_h = self.empty(self.n_sequences, H)

    def _backward_views(self, at, here):
        return self.d_z[here]
