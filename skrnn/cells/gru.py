"""The gated recurrent unit."""

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
    >>> cell = GRUCell(n_features=3, hidden_size=5)
    >>> params = cell.init(random_state=0)
    >>> state = cell.initial_state(n_sequences=2)
    >>> (h,) = cell.step(params, np.ones((2, 3)), state)
    >>> h.shape
    (2, 5)
    >>> cell.run(params, np.ones((2, 7, 3))).shape
    (2, 7, 5)
    """

    gates: ClassVar[tuple[str, ...]] = ("r", "z", "n")
    state_names: ClassVar[tuple[str, ...]] = ("h",)
    memory_gate: ClassVar[str | None] = "z"
    bounded: ClassVar[bool] = True

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of each parameter, by name."""
        return {**super().shapes, "b_hn": (self.hidden_size,)}

    def biases(self, params: Params) -> State:
        """Return the biases, as views, ``b`` and ``b_hn``: see `Cell.biases`."""
        return (*super().biases(params), params["b_hn"])

    def step(self, params: Params, x: Array, state: State) -> State:
        """Compute one step by the equations above: see `Cell.step`."""
        check_step(self, params, x, state)
        (h,) = state
        W_x, b, W_h = self.split(params)
        x_r, x_z, x_n = self.by_gate(x @ W_x.T + b)
        h_r, h_z, h_n = self.by_gate(h @ W_h.T)
        r, z = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
        n = np.tanh(x_n + r * (h_n + params["b_hn"]))
        return ((1 - z) * n + z * h,)

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
        tape = GRUTape.begin(self, x, keep, reuse, mask, only)
        H, d, gates = self.hidden_size, self.n_features, SIGMOIDS[x.data.dtype]
        W = params["W"].copy()
        W[: 2 * H] *= gates.factor
        # The candidate sees x at once, and h through the reset gate. A copy also where
        # one row is contiguous as it is: the next line writes into W.
        W_n = W[2 * H :, : d + 1].copy()
        W[2 * H :, :d], W[2 * H :, d] = 0.0, params["b_hn"]
        for block, m in tape.forward_blocks(x):
            np.matmul(W_n, block.xh[:, : d + 1], block.slots["n"][:-1])
            for (xh, h, h_in), views in block.steps:
                product, sigmoids, r, z, hn, n, diff, h_before = views
                W.dot(xh, product)
                gates.compute(sigmoids)
                np.multiply(r, hn, h)
                np.add(n, h, n)
                np.tanh(n, n)
                np.subtract(h_before, n, diff)
                np.multiply(z, diff, h)
                np.add(h, n, h)
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

        Only ``d_h`` runs from step to step: the gradients of all that is added up
        before a nonlinearity are multiples of it, ``d_z = [factor_n, factor_r,
        factor_z, factor_hn] * d_h``, with factors that depend on the stored values
        alone and are computed for a block of steps at once. Of these four the first
        three reach the input, and the last three the hidden state.
        """
        H, d = self.hidden_size, self.n_features
        W_x, _, W_h = self.split(params)
        W_h = np.ascontiguousarray(W_h.T)
        d_W = np.zeros_like(params["W"])
        d_W_x, d_W_h = d_W[:, : d + 1].copy(), d_W[:, d:].copy()
        d_x = tape.zeros(d) if input_gradient else None
        W_x = np.roll(W_x, H, axis=0) if input_gradient else None
        for block, m, d_above, d_hs in tape.backward_blocks(d_out, 1):
            self._factors(block)
            d_z, dh_through_z, steps = block.backward_buffers
            for views, d_new in zip(steps, d_above, strict=True):
                factor_n, factor_r, factor_z, factor_hn, z, d_z_h = views
                if d_new is not None:
                    np.add(d_hs, d_new, d_hs)
                np.multiply(factor_n, d_hs, factor_n)
                np.multiply(factor_r, d_hs, factor_r)
                np.multiply(factor_z, d_hs, factor_z)
                np.multiply(factor_hn, d_hs, factor_hn)
                np.multiply(z, d_hs, dh_through_z)
                W_h.dot(d_z_h, d_hs)
                if m is not None:
                    np.multiply(d_hs, m, d_hs)
                np.add(d_hs, dh_through_z, d_hs)
            d_W_x += times(d_z[:, : 3 * H], block.xh[:, : d + 1])
            d_W_h += times(d_z[:, H:], block.xh[:, d:])
            if input_gradient:
                block.pack(np.matmul(W_x.T, d_z[:, : 3 * H]), d_x)
        d_W[:, d:] = d_W_h
        d_W[: 2 * H, : d + 1], d_W[2 * H :, : d + 1] = d_W_x[H:], d_W_x[:H]
        return tape.like_input(d_x), {"W": d_W, "b_hn": d_W_h[2 * H :, 0]}

    @staticmethod
    def _factors(block):
        """Compute the derivatives of a block of steps from the values of `forward`.

        ``factor_n = (1 - z) (1 - n^2)``, ``factor_z = (h - n) z (1 - z)``, ``factor_hn
        = factor_n r`` and ``factor_r = factor_hn hn (1 - r)``, with ``h`` the hidden
        state before the step.
        """
        gate, n, diff = (block.slots[name][:-1] for name in ("gate", "n", "diff"))
        H, factors, one = n.shape[1], block.backward_buffers.d_z, n.dtype.type(1.0)
        r, z, hn = gate[:, :H], gate[:, H : 2 * H], gate[:, 2 * H :]
        factor_n, factor_r = factors[:, :H], factors[:, H : 2 * H]
        factor_z, factor_hn = factors[:, 2 * H : 3 * H], factors[:, 3 * H :]
        np.multiply(n, n, factor_n)
        np.subtract(one, factor_n, factor_n)
        np.subtract(one, z, factor_r)
        np.multiply(factor_n, factor_r, factor_n)
        np.multiply(diff, z, factor_z)
        np.multiply(factor_z, factor_r, factor_z)
        np.multiply(factor_n, r, factor_hn)
        np.subtract(one, r, factor_r)
        np.multiply(factor_r, hn, factor_r)
        np.multiply(factor_r, factor_hn, factor_r)


class GRUTape(Tape):
    """Tape of a GRU.

    A slot of ``gate`` has the gates r and z of its step with hn below them. Beside it
    there are the candidate n and ``diff``, the hidden state before the step less n.
    """

    def slot_widths(self):
        """Return which arrays a slot has beside ``[x, 1, h]``, with their rows."""
        H = self.cell.hidden_size
        return {"gate": 3 * H, "n": H, "diff": H}

    def states(self, slots):
        """Return the arrays of the state."""
        return (slots["h"],)

    def views(self, slots):
        """Return what the forward pass works on beside ``[x, 1, h]`` and h.

        Returns
        -------
        product : ndarray of shape (n_steps, 3 * hidden_size, size)
            ``[r, z, hn]``, of r and z first what is before the sigmoids.
        sigmoids : ndarray of shape (n_steps, 2 * hidden_size, size)
            The gates ``[r, z]``.
        r, z, hn : ndarray of shape (n_steps, hidden_size, size)
            Reset gate, update gate, and the past as the candidate sees it.
        n : ndarray of shape (n_steps, hidden_size, size)
            ``W_xn x + b_n``, then the candidate.
        diff : ndarray of shape (n_steps, hidden_size, size)
            ``h - n``, with h before the step: the step ends with ``n + z * diff``.
        h_before : ndarray of shape (n_steps, hidden_size, size)
            The hidden state before the step.
        """
        H, gates = self.cell.hidden_size, slots["gate"][:-1]
        sigmoids, r = gates[:, : 2 * H], gates[:, :H]
        z, hn = gates[:, H : 2 * H], gates[:, 2 * H :]
        n, diff, h_before = (slots[name][:-1] for name in ("n", "diff", "h"))
        return gates, sigmoids, r, z, hn, n, diff, h_before

    def backward_buffers(self, block):
        """Return memory for the factors and gradients of a block of steps."""
        H, size, n_steps = self.cell.hidden_size, block.size, block.n_steps
        d_z = self.scratch("d_z", 4 * H, size, n_steps)
        z = block.slots["gate"][:-1, H : 2 * H]
        views = (*d_z.reshape(n_steps, 4, H, size).swapaxes(0, 1), z, d_z[:, H:])
        return GRUBackwardBuffers(
            d_z,
            dh_through_z=self.scratch("dh_through_z", H, size),
            steps=list(zip(*(array[::-1] for array in views), strict=True)),
        )


class GRUBackwardBuffers(NamedTuple):
    """Buffers of the backward pass of a GRU, for a block of steps.

    Attributes
    ----------
    d_z : ndarray of shape (n_steps, 4 * hidden_size, size)
        ``factor_n``, ``factor_r``, ``factor_z`` and ``factor_hn``, by which ``d_h``
        reaches n, r, z and hn; in the end the gradients of these.
    dh_through_z : ndarray of shape (hidden_size, size)
        What reaches the hidden state before the step through the update gate.
    steps : list of tuple
        For each step, the last first, views of the four factors, of the gate z, and of
        the three gradients in `d_z` that reach the hidden state.
    """

    d_z: np.ndarray
    dh_through_z: np.ndarray
    steps: list
