"""The long short-term memory cell."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from skrnn.cells.base import HALF, Cell, flush_denormals, sigmoid
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

    def step(self, params, x, state):
        """Read one step: the equations above, as `Cell.step` says."""
        h, c = state
        W_x, b, W_h = self.split(params)
        z_o, z_i, z_f, z_g = np.split(x @ W_x.T + b + h @ W_h.T, 4, axis=1)
        c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
        h = sigmoid(z_o) * np.tanh(c)
        return h, c

    def forward(self, params, x, *, keep=True, reuse=None, mask=None):
        """Read whole sequences, as `Cell.forward` says."""
        tape = LSTMTape.begin(self, x, keep, reuse, mask)
        tape.c.fill(0.0)
        half = HALF[x.data.dtype]
        W = self._halved(params)
        for (xh, h_in, before, m), views in tape.steps:
            gate, sigmoids, o, i, f, g, ig, fc, c, tanh_c, h = views
            h_in[...] = before if m is None else before * m
            np.matmul(xh, W, gate)
            np.tanh(gate, gate)
            np.multiply(sigmoids, half, sigmoids)
            np.add(sigmoids, half, sigmoids)
            np.multiply(f, c, fc)
            np.multiply(i, g, ig)
            np.add(fc, ig, c)
            np.tanh(c, tanh_c)
            np.multiply(o, tanh_c, h)
        return tape.h[: tape.n_rows], (tape if keep else None)

    def backward(self, params, tape, d_h, d_last, *, input_gradient=False):
        """Send a gradient back through time, as `Cell.backward` says.

        Only ``d_h`` and ``d_c`` run from step to step. What multiplies them depends
        on the stored values alone, and is computed for a block of steps at once:
        ``d_z = [by_o * d_h, by_i * d_c, by_f * d_c, by_g * d_c]``, and ``by_c * d_h``
        is what the output hands to ``d_c``.
        """
        W_x, _, W_h = self.split(params)
        W_h = np.ascontiguousarray(W_h)
        d_W = np.zeros_like(params["W"])
        d_x = tape.zeros(self.n_features) if input_gradient else None
        blocks = tape.blocks
        tape.d_h[...] = 0.0 if d_last is None else d_last
        tape.d_c[...] = 0.0
        for rows, n_rows, steps in blocks:
            if not flush_denormals(tape.d_h, tape.d_c) and d_h is None:
                break
            self._factors(tape, rows, n_rows)
            for (at, d_hs, m), views in steps:
                by_o, by_ifg, by_c, f, d_c, part, d_z, d_z_o, d_z_ifg = views
                if d_h is not None:
                    np.add(d_hs, d_h[at], d_hs)
                np.multiply(by_c, d_hs, part)
                np.add(d_c, part, d_c)
                np.multiply(by_o, d_hs, d_z_o)
                np.multiply(by_ifg, d_c, d_z_ifg)
                np.multiply(f, d_c, d_c)
                d_z.dot(W_h, d_hs)
                if m is not None:
                    np.multiply(d_hs, m, d_hs)
            d_z_block = tape.d_z[:n_rows]
            d_W += d_z_block.T @ tape.xh[rows]
            if input_gradient:
                d_x[rows] = d_z_block @ W_x
        return d_x, {"W": d_W}

    def _halved(self, params):
        """Weights gate by gate, as (4, n_features + 1 + hidden_size, hidden_size).

        Those of the sigmoids are halved: sigmoid(z) = (1 + tanh(z / 2)) / 2, so that
        one tanh serves all four gates.
        """
        W = params["W"].reshape(4, self.hidden_size, -1)
        halved = np.empty((4, W.shape[2], W.shape[1]), W.dtype)
        np.multiply(W[:3].transpose(0, 2, 1), HALF[W.dtype], halved[:3])
        halved[3] = W[3].T
        return halved

    @staticmethod
    def _factors(tape, rows, n_rows):
        """Derivatives of a block of steps, from the values that forward stored.

        With s a sigmoid gate and p what it let through, the derivative is p (1 - s):
        h for o, i * g for i, f * c for f.
        """
        by = tape.by[:, :n_rows]
        o, i, g = tape.gate[0, rows], tape.gate[1, rows], tape.gate[3, rows]
        h, ig, _ = passed = tape.passed[:, rows]
        np.multiply(passed, tape.gate[:3, rows], by[:3])
        np.subtract(passed, by[:3], by[:3])
        np.multiply(ig, g, by[3])
        np.subtract(i, by[3], by[3])
        np.multiply(h, tape.tanh_c[rows], by[4])
        np.subtract(o, by[4], by[4])


class LSTMTape(Tape):
    """What an LSTM writes down.

    Attributes
    ----------
    gate : ndarray of shape (4, n_rows, hidden_size)
        The gates o, i, f, g.
    passed : ndarray of shape (3, n_rows, hidden_size)
        What the sigmoid gates let through: ``h``, ``i * g`` and ``f * c``.
    tanh_c : ndarray of shape (n_rows, hidden_size)
        The cell states as the output gate sees them.
    by : ndarray of shape (5, rows of a block, hidden_size)
        Factors of the gradients of o, i, f, g and, of h, for c.
    d_z : ndarray of shape (rows of a block, 4 * hidden_size)
        Gradients of the pre-activations.
    d_c : ndarray of shape (n_sequences, hidden_size)
        The gradient of the cell state, on the way back.
    """

    def _allocate_forward(self, n_rows, n_kept):
        n, H = self.n_sequences, self.cell.hidden_size
        self.gate = self.empty(4, n_kept, H)
        self.passed = self.empty(3, n_kept, H)
        self.tanh_c = self.empty(n_kept, H)
        self.h = self.passed[0] if self.keep else self.empty(n_rows, H)
        self.c = self.empty(n, H)

    def _forward_views(self, at, held):
        gate, (_, ig, fc) = self.gate[:, held], self.passed[:, held]
        c, tanh_c, h = self.c[: at.stop - at.start], self.tanh_c[held], self.h[at]
        return gate, gate[:3], *gate, ig, fc, c, tanh_c, h

    def _allocate_backward(self, n_rows):
        n, H = self.n_sequences, self.cell.hidden_size
        self.by = self.empty(5, n_rows, H)
        self.d_z = self.empty(n_rows, 4 * H)
        self.d_h, self.d_c, self.part = self.empty(3, n, H)

    def _backward_views(self, at, here):
        size, H = at.stop - at.start, self.cell.hidden_size
        by, d_z = self.by[:, here], self.d_z[here]
        d_gate = d_z.reshape(size, 4, H).swapaxes(0, 1)
        return (
            *(by[0], by[1:4], by[4], self.gate[2, at]),
            *(self.d_c[:size], self.part[:size], d_z, d_gate[0], d_gate[1:]),
        )
