"""The long short-term memory cell."""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from skrnn.cells.base import HALF, Cell, sigmoid
from skrnn.cells.block import times
from skrnn.cells.checks import check_step
from skrnn.cells.tape import Tape


@dataclass(frozen=True)
class LSTMCell(Cell):
    """Long short-term memory, with one weight matrix for all four gates.

    With ``[x, 1, h]`` the input, a one and the hidden state side by side, and
    ``W = [W_x | b | W_h]``, one product ``z = W [x, 1, h]`` (the ``W [h; x] + b`` of
    the textbooks) gives the pre-activations of the gates, and

    ======================  ==========================================
    ``o = sigmoid(z_o)``    output gate: how much of the cell is shown
    ``i = sigmoid(z_i)``    input gate: how much of ``g`` is taken in
    ``f = sigmoid(z_f)``    forget gate: how much of ``c`` is kept
    ``g = tanh(z_g)``       candidate
    ``c = f * c + i * g``   cell state
    ``h = o * tanh(c)``     hidden state
    ======================  ==========================================

    Examples
    --------
    >>> import numpy as np
    >>> cell = LSTMCell(n_features=3, hidden_size=5)
    >>> params = cell.init(random_state=0)
    >>> h, c = cell.initial_state(n_sequences=2)
    >>> x = np.ones((2, 3))
    >>> h, c = cell.step(params, x, (h, c))
    >>> h.shape, c.shape
    ((2, 5), (2, 5))
    >>> cell.run(params, np.ones((2, 7, 3))).shape
    (2, 7, 5)
    """

    gates: ClassVar = ("o", "i", "f", "g")
    state_names: ClassVar = ("h", "c")
    memory_gate: ClassVar = "f"
    bounded: ClassVar = True

    def step(self, params, x, state):
        """Read one step: the equations above, as `Cell.step` says."""
        check_step(self, params, x, state)
        h, c = state
        W_x, b, W_h = self.split(params)
        z = x @ W_x.T + b + h @ W_h.T
        z_o, z_i, z_f, z_g = self.by_gate(z)
        c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
        h = sigmoid(z_o) * np.tanh(c)
        return h, c

    def forward(self, params, x, *, keep=True, reuse=None, mask=None, only_last=False):
        """Read whole sequences, as `Cell.forward` says."""
        tape = LSTMTape.begin(self, x, keep, reuse, mask, only_last)
        half = HALF[x.data.dtype]
        W = params["W"].copy()
        # sigmoid(z) = (1 + tanh(z / 2)) / 2, so that one tanh serves all four gates.
        W[: 3 * self.hidden_size] *= half
        for block, m in tape.read(x):
            for (xh, h, h_in), views in block.steps:
                z, sigmoids, o, i_f, g_c, passed, ig, fc, c, tanh_c = views
                W.dot(xh, z)
                np.tanh(z, z)
                np.multiply(sigmoids, half, sigmoids)
                np.add(sigmoids, half, sigmoids)
                np.multiply(i_f, g_c, passed)
                np.add(ig, fc, c)
                np.tanh(c, tanh_c)
                np.multiply(o, tanh_c, h)
                if m is not None:
                    np.multiply(h, m, h_in)
        return tape.output(), (tape if keep else None)

    def backward(self, params, tape, d_out, *, input_gradient=False):
        """Send a gradient back through time, as `Cell.backward` says.

        Only ``d_h`` and ``d_c`` run from step to step. What multiplies them depends
        on the stored values alone, and is computed for a block of steps at once:
        ``d_z = [by_o * d_h, by_i * d_c, by_f * d_c, by_g * d_c]`` takes its place, and
        ``by_c * d_h`` is what the output hands to ``d_c``.
        """
        W_x, _, W_h = self.split(params)
        W_h = np.ascontiguousarray(W_h.T)
        d_W = np.zeros_like(params["W"])
        d_x = tape.zeros(self.n_features) if input_gradient else None
        for block, m, d_above, d_hs, d_c in tape.read_back(d_out, 2):
            self._factors(block)
            d_z_block, part, steps = block.way_back[2:]
            for views, d_new in zip(steps, d_above, strict=True):
                by_o, by_i, by_f, by_g, by_c, f, d_z = views
                if d_new is not None:
                    np.add(d_hs, d_new, d_hs)
                np.multiply(by_c, d_hs, part)
                np.add(d_c, part, d_c)
                np.multiply(by_o, d_hs, by_o)
                np.multiply(by_i, d_c, by_i)
                np.multiply(by_f, d_c, by_f)
                np.multiply(by_g, d_c, by_g)
                np.multiply(f, d_c, d_c)
                W_h.dot(d_z, d_hs)
                if m is not None:
                    np.multiply(d_hs, m, d_hs)
            d_W += times(d_z_block, block.xh)
            if input_gradient:
                block.pack(np.matmul(W_x.T, d_z_block), d_x)
        return tape.like_input(d_x), {"W": d_W}

    @staticmethod
    def _factors(block):
        """Derivatives of a block of steps, from the values that forward stored.

        With s a sigmoid gate and p what it let through, the derivative is p (1 - s):
        h for o, i * g for i, f * c for f.
        """
        h, (by, passed, *_) = block.h, block.way_back
        H = h.shape[1]
        gate, tanh_c = block.slots["gate"][:-1], block.slots["tanh_c"][:-1]
        o, i, g = gate[:, :H], gate[:, H : 2 * H], gate[:, 3 * H : 4 * H]
        i_f, by_i_f = gate[:, H : 3 * H], by[:, H : 3 * H]
        by_o, by_g, by_c = by[:, :H], by[:, 3 * H : 4 * H], by[:, 4 * H :]
        np.multiply(h, o, by_o)
        np.subtract(h, by_o, by_o)
        np.multiply(i_f, gate[:, 3 * H :], passed)
        np.multiply(i_f, passed, by_i_f)
        np.subtract(passed, by_i_f, by_i_f)
        np.multiply(passed[:, :H], g, by_g)
        np.subtract(i, by_g, by_g)
        np.multiply(h, tanh_c, by_c)
        np.subtract(o, by_c, by_c)


class LSTMTape(Tape):
    """What an LSTM writes down.

    A slot of ``gate`` has the gates o, i, f and g of its step, and below them the cell
    state before it: so ``[i, f]`` meets ``[g, c]`` in one go.
    """

    def kept(self):
        """Name what is written down of a step beside ``[x, 1, h]``, with its rows."""
        return {"gate": 5 * self.cell.hidden_size, "tanh_c": self.cell.hidden_size}

    def states(self, slots):
        """Give the arrays of the state."""
        return slots["h"], slots["gate"][:, 4 * self.cell.hidden_size :]

    def views(self, slots, k):
        """Give the views of a step on the way forward."""
        H, gate = self.cell.hidden_size, slots["gate"][k]
        passed = self.scratch("passed", 2 * H, gate.shape[1])
        return (
            *(gate[: 4 * H], gate[: 3 * H], gate[:H], gate[H : 3 * H], gate[3 * H :]),
            *(passed, passed[:H], passed[H:]),
            *(slots["gate"][k + 1, 4 * H :], slots["tanh_c"][k]),
        )

    def on_the_way_back(self, block):
        """Make room for the way back."""
        H, size, n_steps = self.cell.hidden_size, block.size, block.n_steps
        by = self.scratch("by", 5 * H, size, n_steps)
        f = block.slots["gate"][:, 2 * H : 3 * H]
        steps = [
            (*by[k].reshape(5, H, size), f[k], by[k, : 4 * H])
            for k in reversed(range(n_steps))
        ]
        passed = self.scratch("passed_back", 2 * H, size, n_steps)
        part = self.scratch("part", H, size)
        return LSTMWayBack(by, passed, by[:, : 4 * H], part, steps)


class LSTMWayBack(NamedTuple):
    """What an LSTM computes for a block of steps on its way back.

    Attributes
    ----------
    by : ndarray of shape (n_steps, 5 * hidden_size, size)
        Factors of the gradients of o, i, f, g and, of h, for c.
    passed : ndarray of shape (n_steps, 2 * hidden_size, size)
        What the gates let through: ``i * g`` and ``f * c``.
    d_z : ndarray of shape (n_steps, 4 * hidden_size, size)
        The first four of `by`, and in the end the gradients of the gates.
    part : ndarray of shape (hidden_size, size)
        What ``d_h`` hands to ``d_c``.
    steps : list of tuple
        Views of each step, the last first.
    """

    by: np.ndarray
    passed: np.ndarray
    d_z: np.ndarray
    part: np.ndarray
    steps: list
