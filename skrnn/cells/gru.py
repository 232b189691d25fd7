"""The gated recurrent unit."""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from skrnn.cells.base import HALF, Cell, sigmoid
from skrnn.cells.block import times
from skrnn.cells.checks import check_step
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
    bounded: ClassVar = True

    @property
    def shapes(self):
        """Shape of each parameter, by name."""
        return {**super().shapes, "b_hn": (self.hidden_size,)}

    def biases(self, params):
        """Give the biases, as views: ``b`` and ``b_hn``."""
        return (*super().biases(params), params["b_hn"])

    def step(self, params, x, state):
        """Read one step: the equations above, as `Cell.step` says."""
        check_step(self, params, x, state)
        (h,) = state
        W_x, b, W_h = self.split(params)
        x_r, x_z, x_n = self.by_gate(x @ W_x.T + b)
        h_r, h_z, h_n = self.by_gate(h @ W_h.T)
        r, z = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
        n = np.tanh(x_n + r * (h_n + params["b_hn"]))
        return ((1 - z) * n + z * h,)

    def forward(self, params, x, *, keep=True, reuse=None, mask=None, only_last=False):
        """Read whole sequences, as `Cell.forward` says."""
        tape = GRUTape.begin(self, x, keep, reuse, mask, only_last)
        H, d, half = self.hidden_size, self.n_features, HALF[x.data.dtype]
        W = params["W"].copy()
        # One tanh serves both sigmoids: see `LSTMCell`.
        W[: 2 * H] *= half
        # The candidate sees x at once, and h through the reset gate. A copy also where
        # one row is contiguous as it is: the next line writes into W.
        W_n = W[2 * H :, : d + 1].copy()
        W[2 * H :, :d], W[2 * H :, d] = 0.0, params["b_hn"]
        for block, m in tape.read(x):
            np.matmul(W_n, block.xh[:, : d + 1], block.slots["n"][:-1])
            for (xh, h, h_in), views in block.steps:
                gate, sigmoids, r, z, hn, n, diff, before = views
                W.dot(xh, gate)
                np.tanh(sigmoids, sigmoids)
                np.multiply(sigmoids, half, sigmoids)
                np.add(sigmoids, half, sigmoids)
                np.multiply(r, hn, h)
                np.add(n, h, n)
                np.tanh(n, n)
                np.subtract(before, n, diff)
                np.multiply(z, diff, h)
                np.add(h, n, h)
                if m is not None:
                    np.multiply(h, m, h_in)
        return tape.output(), (tape if keep else None)

    def backward(self, params, tape, d_out, *, input_gradient=False):
        """Send a gradient back through time, as `Cell.backward` says.

        Only ``d_h`` runs from step to step: the gradients of all that is added up
        before a nonlinearity are multiples of it, ``d_z = [by_n, by_r, by_z, by_hn] *
        d_h``, with factors that depend on the stored values alone and are computed for
        a block of steps at once. Of these four the first three reach the input, and
        the last three the hidden state.
        """
        H, d = self.hidden_size, self.n_features
        W_x, _, W_h = self.split(params)
        W_h = np.ascontiguousarray(W_h.T)
        d_W = np.zeros_like(params["W"])
        d_W_x, d_W_h = d_W[:, : d + 1].copy(), d_W[:, d:].copy()
        d_x = tape.zeros(d) if input_gradient else None
        W_x = np.roll(W_x, H, axis=0) if input_gradient else None
        for block, m, d_above, d_hs in tape.read_back(d_out, 1):
            self._factors(block)
            by, part, steps = block.way_back
            for views, d_new in zip(steps, d_above, strict=True):
                by_n, by_r, by_z, by_hn, z, d_z_h = views
                if d_new is not None:
                    np.add(d_hs, d_new, d_hs)
                np.multiply(by_n, d_hs, by_n)
                np.multiply(by_r, d_hs, by_r)
                np.multiply(by_z, d_hs, by_z)
                np.multiply(by_hn, d_hs, by_hn)
                np.multiply(z, d_hs, part)
                W_h.dot(d_z_h, d_hs)
                if m is not None:
                    np.multiply(d_hs, m, d_hs)
                np.add(d_hs, part, d_hs)
            d_W_x += times(by[:, : 3 * H], block.xh[:, : d + 1])
            d_W_h += times(by[:, H:], block.xh[:, d:])
            if input_gradient:
                block.pack(np.matmul(W_x.T, by[:, : 3 * H]), d_x)
        d_W[:, d:] = d_W_h
        d_W[: 2 * H, : d + 1], d_W[2 * H :, : d + 1] = d_W_x[H:], d_W_x[:H]
        return tape.like_input(d_x), {"W": d_W, "b_hn": d_W_h[2 * H :, 0]}

    @staticmethod
    def _factors(block):
        """Derivatives of a block of steps, from the values that forward stored.

        ``by_n = (1 - z) (1 - n^2)``, ``by_z = (h - n) z (1 - z)``, ``by_hn = by_n r``
        and ``by_r = by_hn hn (1 - r)``, with ``h`` the hidden state before the step.
        """
        gate, n, diff = (block.slots[name][:-1] for name in ("gate", "n", "diff"))
        H, by, one = n.shape[1], block.way_back.by, n.dtype.type(1.0)
        r, z, hn = gate[:, :H], gate[:, H : 2 * H], gate[:, 2 * H :]
        by_n, by_r = by[:, :H], by[:, H : 2 * H]
        by_z, by_hn = by[:, 2 * H : 3 * H], by[:, 3 * H :]
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

    That is the gates r and z with hn below them, the candidates n, and the hidden state
    before each step less its candidate.
    """

    def kept(self):
        """Name what is written down of a step beside ``[x, 1, h]``, with its rows."""
        H = self.cell.hidden_size
        return {"gate": 3 * H, "n": H, "diff": H}

    def states(self, slots):
        """Give the arrays of the state."""
        return (slots["h"],)

    def views(self, slots, k):
        """Give what a step needs, going forward."""
        H, gate = self.cell.hidden_size, slots["gate"][k]
        r, z, hn = gate[:H], gate[H : 2 * H], gate[2 * H :]
        n, diff, before = slots["n"][k], slots["diff"][k], slots["h"][k]
        return gate, gate[: 2 * H], r, z, hn, n, diff, before

    def on_the_way_back(self, block):
        """Make room for the way back."""
        H, size, n_steps = self.cell.hidden_size, block.size, block.n_steps
        by = self.scratch("by", 4 * H, size, n_steps)
        z = block.slots["gate"][:, H : 2 * H]
        steps = [
            (*by[k].reshape(4, H, size), z[k], by[k, H:])
            for k in reversed(range(n_steps))
        ]
        return GRUWayBack(by, self.scratch("part", H, size), steps)


class GRUWayBack(NamedTuple):
    """What a gated recurrent unit computes for a block of steps on its way back.

    Attributes
    ----------
    by : ndarray of shape (n_steps, 4 * hidden_size, size)
        Factors of ``d_h`` in the gradients of n, r, z and hn; in the end these.
    part : ndarray of shape (hidden_size, size)
        What reaches the hidden state before through the update gate.
    steps : list of tuple
        Views of each step, the last first.
    """

    by: np.ndarray
    part: np.ndarray
    steps: list
