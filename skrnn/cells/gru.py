"""The gated recurrent unit."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from skrnn.cells.base import HALF, Cell, flush_denormals, sigmoid
from skrnn.cells.tape import Tape


@dataclass(frozen=True)
class GRUCell(Cell):
    """Gated recurrent unit, with the reset gate after the recurrent product.

    With ``W = [W_x | b | W_h]`` and one more bias ``b_hn``, inside the reset gate,

    =====================================  ===========================================
    ``r = sigmoid(z_r)``                   reset gate: how much of the past ``n`` sees
    ``z = sigmoid(z_z)``                   update gate: how much of ``h`` is kept
    ``hn = W_hn h + b_hn``                 the past, as the candidate sees it
    ``n = tanh(W_xn x + b_n + r * hn)``    candidate
    ``h = (1 - z) * n + z * h``            hidden state
    =====================================  ===========================================

    where ``z_r`` and ``z_z`` are rows of ``W [x, 1, h]``. This is the form of PyTorch
    and cuDNN.

    Examples
    --------
    >>> import numpy as np
    >>> cell = GRUCell(n_features=3, hidden_size=5)
    >>> params = cell.init(random_state=0)
    >>> state = cell.initial_state(n_sequences=2)
    >>> (h,) = cell.step(params, np.ones((2, 3)), state)
    >>> h.shape
    (2, 5)
    >>> cell.run(params, np.ones((2, 7, 3))).shape
    (2, 7, 5)
    """

    gates: ClassVar = ("r", "z", "n")
    state_names: ClassVar = ("h",)
    memory_gate: ClassVar = "z"

    @property
    def shapes(self):
        """Shape of each parameter, by name."""
        return {**super().shapes, "b_hn": (self.hidden_size,)}

    def biases(self, params):
        """Give the biases, as views: ``b`` and ``b_hn``."""
        return (*super().biases(params), params["b_hn"])

    def step(self, params, x, state):
        """Read one step: the equations above, as `Cell.step` says."""
        (h,) = state
        W_x, b, W_h = self.split(params)
        x_r, x_z, x_n = np.split(x @ W_x.T + b, 3, axis=1)
        h_r, h_z, h_n = np.split(h @ W_h.T, 3, axis=1)
        r, z = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
        n = np.tanh(x_n + r * (h_n + params["b_hn"]))
        return ((1 - z) * n + z * h,)

    def forward(self, params, x, *, keep=True, reuse=None, mask=None):
        """Read whole sequences, as `Cell.forward` says."""
        tape = GRUTape.begin(self, x, keep, reuse, mask)
        half = HALF[x.data.dtype]
        W, W_n = self._by_gate(params)
        h = tape.h[: tape.n_rows]
        np.matmul(tape.xh[: tape.n_rows, : self.n_features + 1], W_n, h)
        for (xh, h_in, before, m), views in tape.steps:
            gate, sigmoids, r, z, hn, diff, n, hs = views
            h_in[...] = before if m is None else before * m
            np.matmul(xh, W, gate)
            np.tanh(sigmoids, sigmoids)
            np.multiply(sigmoids, half, sigmoids)
            np.add(sigmoids, half, sigmoids)
            np.multiply(r, hn, n)
            np.add(n, hs, n)
            np.tanh(n, n)
            np.subtract(before, n, diff)
            np.multiply(z, diff, hs)
            np.add(hs, n, hs)
        return h, (tape if keep else None)

    def backward(self, params, tape, d_h, d_last, *, input_gradient=False):
        """Send a gradient back through time, as `Cell.backward` says.

        Only ``d_h`` runs from step to step: the gradients of all that is added up
        before a nonlinearity are multiples of it, ``d_z = [by_n, by_r, by_z, by_hn] *
        d_h``, with factors that depend on the stored values alone and are computed for
        a block of steps at once. Of these four the first three reach the input, and
        the last three the hidden state.
        """
        H, d = self.hidden_size, self.n_features
        W_x, _, W_h = self.split(params)
        W_x = np.roll(W_x, H, axis=0)
        W_h = np.ascontiguousarray(W_h)
        d_W, d_W_n = np.zeros_like(params["W"]), np.zeros_like(params["W"][:H, : d + 1])
        d_x = tape.zeros(d) if input_gradient else None
        blocks = tape.blocks
        tape.d_h[...] = 0.0 if d_last is None else d_last
        for rows, n_rows, steps in blocks:
            if not flush_denormals(tape.d_h) and d_h is None:
                break
            self._factors(tape, rows, n_rows)
            for (at, d_hs, m), (by, z, part, d_z, d_z_h) in steps:
                if d_h is not None:
                    np.add(d_hs, d_h[at], d_hs)
                np.multiply(by, d_hs, d_z)
                np.multiply(z, d_hs, part)
                d_z_h.dot(W_h, d_hs)
                if m is not None:
                    np.multiply(d_hs, m, d_hs)
                np.add(d_hs, part, d_hs)
            d_z_block = tape.d_z[:n_rows]
            d_W += d_z_block[:, H:].T @ tape.xh[rows]
            d_W_n += d_z_block[:, :H].T @ tape.xh[rows, : d + 1]
            if input_gradient:
                d_x[rows] = d_z_block[:, : 3 * H] @ W_x
        d_b_hn = d_W[2 * H :, d].copy()
        d_W[2 * H :, : d + 1] = d_W_n
        return d_x, {"W": d_W, "b_hn": d_b_hn}

    def _by_gate(self, params):
        """Weights gate by gate: what meets ``[x, 1, h]``, and what meets ``[x, 1]``.

        The first is of shape (3, n_features + 1 + hidden_size, hidden_size): that of
        ``r`` and ``z``, halved (see `LSTMCell`), and that of ``hn``, which has zeros
        for ``x``. The second, (n_features + 1, hidden_size), is the rest of ``n``.
        """
        d, H = self.n_features, self.hidden_size
        gates = params["W"].reshape(3, H, -1).transpose(0, 2, 1)
        W = np.array(gates, order="C")
        W[:2] *= HALF[W.dtype]
        W[2, :d], W[2, d] = 0.0, params["b_hn"]
        return W, np.ascontiguousarray(gates[2, : d + 1])

    @staticmethod
    def _factors(tape, rows, n_rows):
        """Derivatives of a block of steps, from the values that forward stored.

        ``by_n = (1 - z) (1 - n^2)``, ``by_z = (h - n) z (1 - z)``, ``by_hn = by_n r``
        and ``by_r = by_hn hn (1 - r)``, with ``h`` the hidden state before the step.
        """
        by_n, by_r, by_z, by_hn = tape.by[:, :n_rows]
        r, z, hn = tape.gate[:, rows]
        n, diff, one = tape.n[rows], tape.diff[rows], tape.dtype.type(1.0)
        np.multiply(n, n, by_n)
        np.subtract(one, by_n, by_n)
        np.subtract(one, z, by_r)
        np.multiply(by_n, by_r, by_n)
        np.multiply(diff, z, by_z)
        np.multiply(by_z, by_r, by_z)
        np.multiply(by_n, r, by_hn)
        np.subtract(one, r, by_r)
        np.multiply(by_r, hn, by_r)
        np.multiply(by_r, by_hn, by_r)


class GRUTape(Tape):
    """What a gated recurrent unit writes down.

    Attributes
    ----------
    gate : ndarray of shape (3, n_rows, hidden_size)
        The gates r and z, and hn.
    n : ndarray of shape (n_rows, hidden_size)
        The candidates.
    diff : ndarray of shape (n_rows, hidden_size)
        The hidden states before each step, less the candidates.
    by : ndarray of shape (4, rows of a block, hidden_size)
        Factors of ``d_h`` in the gradients of n, r, z and hn.
    d_z : ndarray of shape (rows of a block, 4 * hidden_size)
        These gradients.
    """

    def _allocate_forward(self, n_rows, n_kept):
        H = self.cell.hidden_size
        self.gate = self.empty(3, n_kept, H)
        self.n, self.diff = self.empty(2, n_kept, H)
        self.h = self.empty(n_rows, H)

    def _forward_views(self, at, held):
        gate = self.gate[:, held]
        return gate, gate[:2], *gate, self.diff[held], self.n[held], self.h[at]

    def _allocate_backward(self, n_rows):
        n, H = self.n_sequences, self.cell.hidden_size
        self.by = self.empty(4, n_rows, H)
        self.d_z = self.empty(n_rows, 4 * H)
        self.d_h, self.part = self.empty(2, n, H)

    def _backward_views(self, at, here):
        size, H = at.stop - at.start, self.cell.hidden_size
        d_z = self.d_z[here]
        d_gates = d_z.reshape(size, 4, H).swapaxes(0, 1)
        by, z = self.by[:, here], self.gate[1, at]
        return by, z, self.part[:size], d_gates, d_z[:, H:]
