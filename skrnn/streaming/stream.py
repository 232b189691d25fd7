"""Stream: predictions step by step."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral
from typing import TYPE_CHECKING, Self

import numpy as np

from skrnn.cells.checks import float_type
from skrnn.estimators.introspection import (
    check_forward_network,
    make_stepper,
    snapshot,
)
from skrnn.parameters.constraints import Interval, check_options
from skrnn.streaming.arrivals import check_arrival, choose_streams
from skrnn.streaming.states import States, as_own_array
from skrnn.validation import SequenceFormat

if TYPE_CHECKING:
    from skrnn.estimators.base import BaseRecurrent
    from skrnn.utils.typing import Array, ArrayLike, DTypeLike, StreamsLike

OPTIONS = {"n_streams": [Interval(Integral, 1)]}


class Stream:
    """Predicts streams: a measurement comes in, and what does the network say now.

    Every step gives what `predict_proba`, or `predict` of a regressor, says of all
    steps that the stream has had, to rounding, and costs the same however many these
    are. The network is that of the time at which the `Stream` was made: training the
    estimator further does not change it. A call that is interrupted, or fails, leaves
    all streams as they were before it or as they are after it.

    Static features come with every step, those of a table behind the features of the
    step, and the latest count. With ``missing_values="forward_fill"`` any value may be
    NaN.

    Read more in the :ref:`User Guide <guide_streaming>`.

    Parameters
    ----------
    estimator : estimator
        A fitted classifier or regressor of skrnn, not `bidirectional`.
    n_streams : int, default=1
        How many streams are read side by side, each with a state of its own.
    dtype : {np.float32, np.float64}, default=None
        The type of the computation; None is float64, as in prediction of lists.

    Attributes
    ----------
    n_streams : int
        Number of streams.
    dtype : dtype
        The type of the computation.
    most_steps : int or None
        How many steps the row of a table has; None if length is free.

    Examples
    --------
    >>> from skrnn import GRUClassifier
    >>> from skrnn.datasets import load_japanese_vowels
    >>> from skrnn.streaming import Stream
    >>> X, y = load_japanese_vowels(subset="train", return_X_y=True)
    >>> clf = GRUClassifier(hidden_size=8, max_iter=30, random_state=0).fit(X, y)
    >>> stream = Stream(clf)
    >>> for x in X[0]:
    ...     proba = stream.step(x)
    >>> proba.shape
    (1, 9)
    >>> bool(abs(proba - clf.predict_proba(X[:1])).max() < 1e-12)
    True
    """

    def __init__(
        self, estimator: BaseRecurrent, n_streams: int = 1, dtype: DTypeLike = None
    ) -> None:
        estimator = check_forward_network(estimator, type(self).__name__)
        check_options(type(self).__name__, OPTIONS, {"n_streams": n_streams})
        self.n_streams: int = int(n_streams)
        kind = float_type(np.float64 if dtype is None else dtype)
        if kind is None:
            raise ValueError(
                f"The 'dtype' parameter of {type(self).__name__} must be np.float32, "
                f"np.float64 or None. Got {dtype!r}."
            )
        self.dtype = kind
        self._estimator = snapshot(estimator)
        self._build()
        self._states = States(self._stepper.start(self.n_streams))

    def _build(self):
        self._stepper = make_stepper(self._estimator, self.dtype)
        self._every = np.arange(self.n_streams)
        self._form = SequenceFormat.of(self._estimator)
        self.most_steps = self._form.n_steps

    @property
    def n_steps(self) -> Array:
        """How many steps each stream has had, ndarray of shape (n_streams,)."""
        return self._states.copy("steps")

    @property
    def classes_(self) -> Array:
        """The labels of a classifier, in the order of the probabilities."""
        return self._estimator.classes_

    def step(self, x: ArrayLike, streams: StreamsLike = None) -> Array:
        """Read the next step of the streams, or of some of them.

        Parameters
        ----------
        x : array-like of shape (n_chosen, n_features), or (n_features,) for one stream
            The step of each of the streams.
        streams : int, array-like of int, or mask of shape (n_streams,), default=None
            The streams that it is for, in its order; None is all of them.

        Returns
        -------
        ndarray of shape (n_chosen, n_classes), (n_chosen,) or (n_chosen, n_targets)
            Of a classifier the probabilities, as `predict_proba` has them, of a
            regressor the numbers, as `predict` has them.
        """
        chosen = choose_streams(streams, self.n_streams)
        rows = self._every if chosen is None else chosen
        x = self.check_step(x, rows)
        answers, states = self._read(chosen, rows, x)
        self._states.write(chosen, states)
        return answers

    def check_step(self, x: ArrayLike, rows: Array) -> Array:
        """Check a step for some streams, and give it in the type of the computation.

        `step` does so itself.

        Parameters
        ----------
        x : array-like of shape (n_rows, n_features), or (n_features,) for one stream
            The step of each of the streams.
        rows : ndarray of int of shape (n_rows,)
            The streams that it is for.

        Returns
        -------
        ndarray of shape (n_rows, n_features)
        """
        return self._check(x, rows, (self._stepper.n_features,))

    def run(self, X: ArrayLike, streams: StreamsLike = None) -> Array:
        """Read several steps of the streams, or of some of them.

        Parameters
        ----------
        X : array-like of shape (n_chosen, n_steps, n_features), or (n_steps, \
n_features) for one stream
            The steps of each of the streams.
        streams : int, array-like of int, or mask of shape (n_streams,), default=None
            The streams that they are for, in their order; None is all of them.

        Returns
        -------
        ndarray of shape (n_chosen, n_steps, n_classes), (n_chosen, n_steps) or \
(n_chosen, n_steps, n_targets)
            What `step` says after each of the steps.
        """
        chosen = choose_streams(streams, self.n_streams)
        rows = self._every if chosen is None else chosen
        X = self._check(X, rows, (None, self._stepper.n_features))
        n, n_steps = X.shape[:2]
        memory = self._states.rows(chosen)
        self._check_room(memory["steps"], rows, n_steps)
        n_outputs = self._stepper.head.n_outputs
        scores = np.empty((n, n_steps, n_outputs), self.dtype)
        for t in range(n_steps):
            scores[:, t], memory = self._stepper.step(memory, X[:, t])
        answers = self._estimator._outputs(scores.reshape(n * n_steps, n_outputs))
        answers = answers.reshape(n, n_steps, *answers.shape[1:])
        self._states.write(chosen, memory)
        return answers

    def reset(self, streams: StreamsLike = None) -> Self:
        """Begin again with all streams, or with some, as if they had had no step.

        Parameters
        ----------
        streams : int, array-like of int, or mask of shape (n_streams,), default=None
            Which of them; None is all.

        Returns
        -------
        self : Stream
        """
        chosen = choose_streams(streams, self.n_streams)
        n = self.n_streams if chosen is None else len(chosen)
        self._states.write(chosen, self._stepper.start(n))
        return self

    def copy(self) -> Self:
        """Return a second `Stream` in the same state, which then goes its own way."""
        twin = object.__new__(type(self))
        vars(twin).update(vars(self), _states=States(self._states.copies()))
        return twin

    __copy__ = copy

    def get_state(self) -> dict[str, Array]:
        """Return the state of all streams, a dict of arrays that may be stored.

        Returns
        -------
        dict of str to ndarray of shape (n_streams, ...)
            Copies. ``steps`` counts the steps of each stream; the rest is what the
            network remembers of them.
        """
        return self._states.copies()

    def set_state(self, state: Mapping[str, ArrayLike]) -> Self:
        """Go on from a state that `get_state` gave, of the same network.

        Parameters
        ----------
        state : dict of str to array-like of shape (n_streams, ...)
            The state; it is copied.

        Returns
        -------
        self : Stream
        """
        if not isinstance(state, Mapping):
            raise TypeError(
                "The state must be a dict of arrays by name, as from get_state, got "
                f"{type(state).__name__}."
            )
        expected = self._stepper.start(self.n_streams)
        if set(state) != set(expected):
            raise ValueError(
                f"The state has {sorted(state, key=str)}, but the network of this "
                f"{type(self).__name__} remembers {sorted(expected)}: it is of another "
                "network."
            )
        arrays = {name: as_own_array(name, state[name]) for name in expected}
        for name, values in arrays.items():
            wanted = expected[name]
            if (values.shape, values.dtype) != (wanted.shape, wanted.dtype):
                raise ValueError(
                    f"{name!r} of the state must be {wanted.dtype} of shape "
                    f"{wanted.shape} for this {type(self).__name__}, got "
                    f"{values.dtype} of shape {values.shape}: the network, the type or "
                    "the number of streams differs."
                )
        self._states.write(None, arrays)
        return self

    def _check(self, x, rows, shape):
        """Check what came for some streams, of a shape for each."""
        name = type(self).__name__
        form = {"gaps": self._form.gaps, "categories": self._form.categories}
        return check_arrival(x, rows, shape, self.dtype, name, **form)

    def _read(self, chosen, rows, x):
        """Read a step: give the answers, and the states to be written."""
        memory = self._states.rows(chosen)
        self._check_room(memory["steps"], rows, 1)
        scores, memory = self._stepper.step(memory, x)
        return self._estimator._outputs(scores), memory

    def _check_room(self, had, rows, n_steps):
        """Refuse more steps than the rows of a table have."""
        if self.most_steps is None:
            return
        over = had + n_steps > self.most_steps
        if over.any():
            k = int(np.argmax(over))
            raise ValueError(
                f"Stream {rows[k]} has had {had[k]} step(s), and {n_steps} more would "
                f"exceed the {self.most_steps} of a row of the table that the "
                "estimator was fitted on. Begin the next row with "
                f"reset({rows[k]}), or fit on a 3-D array: then length is free."
            )

    def __getstate__(self) -> dict[str, object]:
        state = vars(self).copy()
        for name in ("_stepper", "_every", "_form", "most_steps"):
            del state[name]
        return state

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__ = state
        self._build()
