"""The long short-term memory cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import numpy as np

from skrnn.cells.arithmetic import sigmoid
from skrnn.cells.base import Cell
from skrnn.cells.block import times
from skrnn.cells.checks import check_step
from skrnn.cells.sigmoids import EXTREMES_QUIETLY, SIGMOIDS
from skrnn.cells.tape import Tape

if TYPE_CHECKING:
    from skrnn.sequences import Sequences
    from skrnn.utils.typing import Array, Params, State


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

    Read more in the :ref:`User Guide <guide_cells>`.

    Parameters
    ----------
    n_features : int
        Number of features of a step of the input.
    hidden_size : int
        Number of hidden units.

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

    gates: ClassVar[tuple[str, ...]] = ("o", "i", "f", "g")
    state_names: ClassVar[tuple[str, ...]] = ("h", "c")
    memory_gate: ClassVar[str | None] = "f"
    bounded: ClassVar[bool] = True

    def step(self, params: Params, x: Array, state: State) -> State:
        """Compute one step by the equations above: see `Cell.step`."""
        check_step(self, params, x, state)
        h, c = state
        W_x, b, W_h = self.split(params)
        z = x @ W_x.T + b + h @ W_h.T
        z_o, z_i, z_f, z_g = self.by_gate(z)
        c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
        h = sigmoid(z_o) * np.tanh(c)
        return h, c

    @EXTREMES_QUIETLY
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
        tape = LSTMTape.begin(self, x, keep, reuse, mask, only)
        gates = SIGMOIDS[x.data.dtype]
        W = params["W"].copy()
        W[: 3 * self.hidden_size] *= gates.factor
        for block, m in tape.forward_blocks(x):
            passed, ig, fc = tape.passed(block.size)
            for (xh, h, h_in), (z, sigmoids, g, o, i_f, g_c, c, tanh_c) in block.steps:
                W.dot(xh, z)
                gates.compute_gates(z, sigmoids, g)
                np.multiply(i_f, g_c, passed)
                np.add(ig, fc, c)
                np.tanh(c, tanh_c)
                np.multiply(o, tanh_c, h)
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

        Only ``d_h`` and ``d_c`` run from step to step. What multiplies them depends
        on the stored values alone, and is computed for a block of steps at once:
        ``d_z = [factor_o * d_h, factor_i * d_c, factor_f * d_c, factor_g * d_c]`` takes
        the place of the factors, and ``factor_c * d_h`` is the part of ``d_c`` that
        comes from ``d_h``.
        """
        W_x, _, W_h = self.split(params)
        W_h = np.ascontiguousarray(W_h.T)
        d_W = np.zeros_like(params["W"])
        d_x = tape.zeros(self.n_features) if input_gradient else None
        for block, m, d_above, d_hs, d_c in tape.backward_blocks(d_out, 2):
            self._factors(block)
            buffers = block.backward_buffers
            d_z_block, dc_from_h = buffers.d_z, buffers.dc_from_h
            for views, d_new in zip(buffers.steps, d_above, strict=True):
                factor_o, factor_i, factor_f, factor_g, factor_c, f, d_z = views
                if d_new is not None:
                    np.add(d_hs, d_new, d_hs)
                np.multiply(factor_c, d_hs, dc_from_h)
                np.add(d_c, dc_from_h, d_c)
                np.multiply(factor_o, d_hs, factor_o)
                np.multiply(factor_i, d_c, factor_i)
                np.multiply(factor_f, d_c, factor_f)
                np.multiply(factor_g, d_c, factor_g)
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
        """Compute the derivatives of a block of steps from the values of `forward`.

        With s a sigmoid gate and p what it let through, the derivative is p (1 - s):
        h for o, i * g for i, f * c for f.
        """
        h, buffers = block.h, block.backward_buffers
        H, factors, passed = h.shape[1], buffers.factors, buffers.passed
        gate, tanh_c = block.slots["gate"][:-1], block.slots["tanh_c"][:-1]
        o, i, g = gate[:, :H], gate[:, H : 2 * H], gate[:, 3 * H : 4 * H]
        i_f, factor_i_f = gate[:, H : 3 * H], factors[:, H : 3 * H]
        factor_o, factor_c = factors[:, :H], factors[:, 4 * H :]
        factor_g = factors[:, 3 * H : 4 * H]
        np.multiply(h, o, factor_o)
        np.subtract(h, factor_o, factor_o)
        np.multiply(i_f, gate[:, 3 * H :], passed)
        np.multiply(i_f, passed, factor_i_f)
        np.subtract(passed, factor_i_f, factor_i_f)
        np.multiply(passed[:, :H], g, factor_g)
        np.subtract(i, factor_g, factor_g)
        np.multiply(h, tanh_c, factor_c)
        np.subtract(o, factor_c, factor_c)


class LSTMTape(Tape):
    """Tape of an LSTM.

    A slot of ``gate`` has the gates o, i, f and g of its step, and below them the cell
    state before it: so ``[i, f] * [g, c]`` is one call.
    """

    def __init__(self, *args):
        super().__init__(*args)
        self._passed = {}

    def slot_widths(self):
        """Return which arrays a slot has beside ``[x, 1, h]``, with their rows."""
        return {"gate": 5 * self.cell.hidden_size, "tanh_c": self.cell.hidden_size}

    def states(self, slots):
        """Return the arrays of the state."""
        return slots["h"], slots["gate"][:, 4 * self.cell.hidden_size :]

    def views(self, slots):
        """Return what the forward pass works on beside ``[x, 1, h]`` and h.

        Returns
        -------
        z : ndarray of shape (n_steps, 4 * hidden_size, size)
            ``W [x, 1, h]``, then the gates ``[o, i, f, g]``.
        sigmoids : ndarray of shape (n_steps, 3 * hidden_size, size)
            The gates ``[o, i, f]``.
        g, o : ndarray of shape (n_steps, hidden_size, size)
            The candidate, and the output gate.
        i_f, g_c : ndarray of shape (n_steps, 2 * hidden_size, size)
            ``[i, f]`` and ``[g, c]``, with c before the step: their product is
            ``[i g, f c]``.
        c, tanh_c : ndarray of shape (n_steps, hidden_size, size)
            The cell state after the step, and its tanh.
        """
        H, gate, after = self.cell.hidden_size, slots["gate"][:-1], slots["gate"][1:]
        z, sigmoids = gate[:, : 4 * H], gate[:, : 3 * H]
        g, o = gate[:, 3 * H : 4 * H], gate[:, :H]
        i_f, g_c = gate[:, H : 3 * H], gate[:, 3 * H :]
        c, tanh_c = after[:, 4 * H :], slots["tanh_c"][:-1]
        return z, sigmoids, g, o, i_f, g_c, c, tanh_c

    def passed(self, size):
        """Return memory for what the gates let through: ``[i g, f c]``, and each."""
        if size not in self._passed:
            H = self.cell.hidden_size
            passed = self.scratch("passed", 2 * H, size)
            self._passed[size] = passed, passed[:H], passed[H:]
        return self._passed[size]

    def backward_buffers(self, block):
        """Return memory for the factors and gradients of a block of steps."""
        H, size, n_steps = self.cell.hidden_size, block.size, block.n_steps
        factors = self.scratch("factors", 5 * H, size, n_steps)
        f, d_z = block.slots["gate"][:-1, 2 * H : 3 * H], factors[:, : 4 * H]
        views = (*factors.reshape(n_steps, 5, H, size).swapaxes(0, 1), f, d_z)
        return LSTMBackwardBuffers(
            factors,
            passed=self.scratch("passed_back", 2 * H, size, n_steps),
            d_z=d_z,
            dc_from_h=self.scratch("dc_from_h", H, size),
            steps=list(zip(*(array[::-1] for array in views), strict=True)),
        )


class LSTMBackwardBuffers(NamedTuple):
    """Buffers of the backward pass of an LSTM, for a block of steps.

    Attributes
    ----------
    factors : ndarray of shape (n_steps, 5 * hidden_size, size)
        Factors of the gradients: ``factor_o``, ``factor_i``, ``factor_f`` and
        ``factor_g``, by which they reach the gates, and ``factor_c``, by which ``d_h``
        reaches c.
    passed : ndarray of shape (n_steps, 2 * hidden_size, size)
        What the gates let through: ``i * g`` and ``f * c``.
    d_z : ndarray of shape (n_steps, 4 * hidden_size, size)
        The first four of `factors`, and in the end the gradients of the gates.
    dc_from_h : ndarray of shape (hidden_size, size)
        The part of ``d_c`` that comes from ``d_h``.
    steps : list of tuple
        For each step, the last first, views of the five factors, of the gate f, and of
        `d_z`.
    """

    factors: np.ndarray
    passed: np.ndarray
    d_z: np.ndarray
    dc_from_h: np.ndarray
    steps: list
