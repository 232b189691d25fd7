"""Base class of the recurrent cells."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from skrnn.cells.arithmetic import orthogonal
from skrnn.cells.checks import (
    check_params,
    check_sequences,
    check_size,
    float_type,
)
from skrnn.sequences import pack

if TYPE_CHECKING:
    from skrnn.cells.tape import Tape
    from skrnn.sequences import Sequences
    from skrnn.utils.typing import Array, DTypeLike, Params, SequencesLike, State


@dataclass(frozen=True)
class Cell(ABC):
    """One recurrent layer in one direction.

    A cell holds sizes and no numbers: its parameters are a dict of arrays that is
    passed to each method, so that they may be views on one flat vector. The input, a
    one for the bias and the hidden state of a step stand side by side,
    ``[x, 1, h]``, and each gate has a row of ``W = [W_x | b | W_h]`` for each hidden
    unit: a single matrix product gives the pre-activations of all gates.

    Read more in the :ref:`User Guide <guide_cells>`.

    Parameters
    ----------
    n_features : int
        Number of features of a step of the input.
    hidden_size : int
        Number of hidden units.
    """

    n_features: int
    hidden_size: int

    #: Names of the gates, in the order of their rows in ``W``.
    gates: ClassVar[tuple[str, ...]]
    #: Names of the arrays of the state, the hidden state first.
    state_names: ClassVar[tuple[str, ...]]
    #: The gate that keeps the past when it is open: it is almost open to begin with.
    memory_gate: ClassVar[str | None] = None
    #: Whether hidden states are bounded, whatever is read.
    bounded: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Check the sizes, and keep them as plain ints."""
        kind = type(self).__name__
        for name in ("n_features", "hidden_size"):
            size = check_size(kind, name, getattr(self, name))
            # A frozen dataclass can still set its own fields like this.
            object.__setattr__(self, name, size)

    @abstractmethod
    def step(self, params: Params, x: Array, state: State) -> State:
        """Compute one step: ``(params, x, state) -> state``.

        Parameters
        ----------
        params : dict of str to ndarray
            The parameters, as from `init`.
        x : ndarray of shape (n, n_features)
            One step of n sequences.
        state : tuple of ndarray of shape (n, hidden_size)
            The state that the step before it left.

        Returns
        -------
        tuple of ndarray of shape (n, hidden_size)
        """

    @abstractmethod
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
        """Compute whole sequences from a zero state: ``(params, x) -> (out, tape)``.

        Parameters
        ----------
        params : dict of str to ndarray
            The parameters.
        x : Sequences of n_features features
            The batch.
        keep : bool, default=True
            Keep what `backward` needs.
        reuse : Tape, optional
            A tape of an earlier call that is no longer needed: where its shapes fit,
            it is written over.
        mask : ndarray of shape (n_sequences, hidden_size), optional
            What the hidden state of each sorted sequence is multiplied with before
            the matrix product of the next step.
        only : tuple of {"last", "total", "largest"}, optional
            Return these alone: of the hidden states of each sequence the last, the sum
            and the largest.

        Returns
        -------
        out : Sequences of hidden_size features
            The hidden state after each step, packed as `x` is, and the last one of each
            sorted sequence; or what `only` names. It is good until the tape is used
            again.
        tape : Tape or None
        """

    @abstractmethod
    def backward(
        self,
        params: Params,
        tape: Tape,
        d_out: Sequences,
        *,
        input_gradient: bool = False,
    ) -> tuple[Sequences | None, Params]:
        """Backpropagate through time: ``(params, tape, d_out) -> (d_x, grads)``.

        Parameters
        ----------
        params : dict of str to ndarray
            The parameters.
        tape : Tape
            What `forward` kept.
        d_out : Sequences of hidden_size features
            Gradient of what `forward` returned: of every hidden state, and beyond that
            of the last one of each sequence, or of what else it was; each may be None.
        input_gradient : bool, default=False
            Also compute the gradient of the input.

        Returns
        -------
        d_x : Sequences of n_features features, or None
        grads : dict of str to ndarray
        """

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of each parameter, by name."""
        rows = len(self.gates) * self.hidden_size
        return {"W": (rows, self.n_features + 1 + self.hidden_size)}

    @cached_property
    def param_shapes(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """Name and shape of each parameter: `shapes`, but made only once."""
        return tuple(self.shapes.items())

    def biases(self, params: Params) -> State:
        """Return the biases, as views: they are not penalised.

        Parameters
        ----------
        params : dict of str to ndarray
            The parameters.

        Returns
        -------
        tuple of ndarray
        """
        return (self.split(params)[1],)

    def split(self, params: Params) -> tuple[Array, Array, Array]:
        """Return ``W_x``, ``b`` and ``W_h``, the three parts of ``W``, as views.

        Parameters
        ----------
        params : dict of str to ndarray
            The parameters.

        Returns
        -------
        W_x : ndarray of shape (n_gates * hidden_size, n_features)
        b : ndarray of shape (n_gates * hidden_size,)
        W_h : ndarray of shape (n_gates * hidden_size, hidden_size)
        """
        W, d = params["W"], self.n_features
        return W[:, :d], W[:, d], W[:, d + 1 :]

    def by_gate(self, z: Array) -> list[Array]:
        """Return the columns of each gate, as views.

        Parameters
        ----------
        z : ndarray of shape (n, n_gates * hidden_size)
            What `W` has made of some rows.

        Returns
        -------
        list of ndarray of shape (n, hidden_size)
        """
        H = self.hidden_size
        return [z[:, k : k + H] for k in range(0, z.shape[1], H)]

    def init(self, random_state: int | np.random.RandomState | None = None) -> Params:
        """Draw initial parameters.

        Input weights are Glorot uniform, recurrent weights orthogonal, gate by gate,
        biases zero, and one for the gate that keeps the past: so it is not forgotten
        before there is anything to learn from it. Further parameters are zero.

        Parameters
        ----------
        random_state : int, numpy.random.RandomState or None
            Where the numbers come from.

        Returns
        -------
        dict of str to ndarray
        """
        rng = random_state
        if not isinstance(rng, np.random.RandomState):
            is_int = isinstance(rng, Integral) and not isinstance(rng, np.timedelta64)
            if not (rng is None or is_int):
                raise TypeError(
                    f"random_state of {self} must be an int, a "
                    f"numpy.random.RandomState or None, got {type(rng).__name__}."
                )
            if rng is not None and not 0 <= rng < 2**32:
                raise ValueError(
                    f"random_state of {self} must be an int from 0 to {2**32 - 1}, got "
                    f"{rng}."
                )
            rng = np.random.RandomState(random_state)
        params = {name: np.zeros(shape) for name, shape in self.shapes.items()}
        W_x, b, W_h = self.split(params)
        bound = np.sqrt(6.0 / (self.n_features + self.hidden_size))
        W_x[...] = rng.uniform(-bound, bound, W_x.shape)
        for k, gate in enumerate(self.gates):
            rows = slice(k * self.hidden_size, (k + 1) * self.hidden_size)
            W_h[rows] = orthogonal(self.hidden_size, rng)
            b[rows] = 1.0 if gate == self.memory_gate else 0.0
        return params

    def initial_state(
        self, n_sequences: int = 1, dtype: DTypeLike = np.float64
    ) -> State:
        """Return the state before the first step: zeros.

        Parameters
        ----------
        n_sequences : int, default=1
            Number of sequences.
        dtype : {np.float32, np.float64}, default=np.float64
            The type of the computation.

        Returns
        -------
        tuple of ndarray of shape (n_sequences, hidden_size)
        """
        n_sequences = check_size(self, "n_sequences", n_sequences, least=0)
        kind = float_type(dtype)
        if kind is None:
            raise ValueError(
                f"dtype of {self} must be np.float32 or np.float64, got {dtype!r}."
            )
        shape = (n_sequences, self.hidden_size)
        return tuple(np.zeros(shape, kind) for _ in self.state_names)

    def run(self, params: Params, X: SequencesLike) -> Array | list[Array]:
        """Compute every hidden state of whole sequences, from a zero state.

        Parameters
        ----------
        params : dict of str to ndarray
            The parameters, as from `init`.
        X : ndarray of shape (n, n_steps, n_features) or list of 2-D arrays
            The sequences; in a list their lengths may differ.

        Returns
        -------
        ndarray of shape (n, n_steps, hidden_size) or list of 2-D arrays
            The hidden state after each step, in the layout of `X`.
        """
        check_params(self, params)
        samples = check_sequences(self, X)
        x = pack(samples, dtype=params["W"].dtype)
        out, _ = self.forward(params, x, keep=False)
        states = out.unpack()
        return np.stack(states) if isinstance(X, np.ndarray) else states
