"""Early stream: early decisions while steps come in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skrnn.parameters.constraints import check_parameters
from skrnn.streaming.arrivals import choose_streams
from skrnn.streaming.early import EarlyClassifier
from skrnn.streaming.rule import lengthen
from skrnn.streaming.states import States
from skrnn.streaming.stream import Stream

if TYPE_CHECKING:
    from skrnn.utils.typing import Array, ArrayLike, DTypeLike, StreamsLike


class EarlyStream:
    """Decides for each of some streams as soon as a class is sure enough.

    The decisions are those of `EarlyClassifier.predict`. A stream that has been decided
    is read no further until it is `reset`. Nobody says when a stream has ended: call
    `end` then, which decides what is open. Rows of a table have an end that is known.
    A call that is interrupted, or fails, leaves all streams as they were before it or
    as they are after it.

    Read more in the :ref:`User Guide <guide_streaming>`.

    Parameters
    ----------
    early : EarlyClassifier
        A fitted one. Training it further, or setting its parameters, does not change
        the streams.
    n_streams : int, default=1
        How many streams are read side by side.
    dtype : {np.float32, np.float64}, default=None
        The type of the computation; None is float64, as in prediction of lists.

    Attributes
    ----------
    n_streams : int
        Number of streams.
    classes_ : ndarray of shape (n_classes,)
        The labels.

    Examples
    --------
    >>> from skrnn import GRUClassifier
    >>> from skrnn.datasets import load_japanese_vowels
    >>> from skrnn.streaming import EarlyClassifier, EarlyStream
    >>> X, y = load_japanese_vowels(subset="train", return_X_y=True)
    >>> network = GRUClassifier(hidden_size=8, max_iter=30, random_state=0)
    >>> early = EarlyClassifier(network, threshold=0.8).fit(X, y)
    >>> stream = EarlyStream(early)
    >>> for x in X[0]:
    ...     if stream.step(x).all():
    ...         break
    >>> bool(stream.end().labels[0] == early.predict(X[:1])[0])
    True
    >>> bool(stream.n_steps[0] == early.decision_times(X[:1])[0])
    True
    """

    n_streams: int
    classes_: Array

    def __init__(
        self, early: EarlyClassifier, n_streams: int = 1, dtype: DTypeLike = None
    ) -> None:
        if not isinstance(early, EarlyClassifier):
            raise TypeError(
                "EarlyStream expected a fitted EarlyClassifier, got "
                f"{type(early).__name__}. For a network that is trained already, pass "
                "EarlyClassifier(FrozenEstimator(network)).fit(X)."
            )
        check_is_fitted(early)
        check_parameters(early)
        self._stream = Stream(early.estimator_, n_streams, dtype)
        self.n_streams = self._stream.n_streams
        self.classes_ = early.classes_
        self._threshold, self._patience = early.threshold, early.patience
        # With those of the network, so that they are written in one stroke.
        self._stream._states = States(self._start(self.n_streams))

    def _start(self, n):
        """Return the states of n streams before their first step."""
        shape = n, len(self.classes_)
        return {
            **self._stream._stepper.start(n),
            "probabilities": np.full(shape, np.nan, self._stream.dtype),
            "decision_times": np.zeros(n, int),
            "runs": np.zeros(n, int),
        }

    @property
    def probabilities(self) -> Array:
        """What the last step that was read gave; NaN before the first.

        Returns
        -------
        ndarray of shape (n_streams, n_classes)
        """
        return self._stream._states.copy("probabilities")

    @property
    def decision_times(self) -> Array:
        """After how many steps each stream was decided; 0 for those that are open.

        Returns
        -------
        ndarray of int of shape (n_streams,)
        """
        return self._stream._states.copy("decision_times")

    @property
    def n_steps(self) -> Array:
        """How many steps of each stream were read, ndarray of shape (n_streams,)."""
        return self._stream.n_steps

    @property
    def decided(self) -> Array:
        """Which streams have been decided, ndarray of bool of shape (n_streams,)."""
        return self.decision_times > 0

    @property
    def labels(self) -> Array:
        """The label of each stream, None for those that are open.

        Returns
        -------
        ndarray of object of shape (n_streams,)
        """
        labels = np.full(self.n_streams, None, dtype=object)
        rows = np.flatnonzero(self.decided)
        labels[rows] = self.classes_[self.probabilities[rows].argmax(axis=1)]
        return labels

    def step(self, x: ArrayLike, streams: StreamsLike = None) -> Array:
        """Read the next step of the streams that are open, or of some of them.

        Parameters
        ----------
        x : array-like of shape (n_chosen, n_features), or (n_features,) for one stream
            The step of each of the streams; those of streams that have been decided
            are not used.
        streams : int, array-like of int, or mask of shape (n_streams,), default=None
            The streams that it is for, in its order; None is all of them.

        Returns
        -------
        ndarray of bool of shape (n_chosen,)
            Which of these streams have been decided, now or before.
        """
        chosen = self._choose(streams)
        x = self._stream.check_step(x, chosen)
        states = self._stream._states
        decided = states.rows(chosen, ["decision_times"])["decision_times"] > 0
        rows = chosen[~decided]
        before = states.rows(rows, ["probabilities", "runs"])
        proba, after = self._stream._read(rows, rows, x[~decided])
        runs = self._lengthen(before, after["steps"], proba)
        now = (runs >= self._patience) | (after["steps"] == self._stream.most_steps)
        after |= {
            "probabilities": proba,
            "runs": runs,
            "decision_times": np.where(now, after["steps"], 0),
        }
        states.write(rows, after)
        decided[~decided] = now
        return decided

    def _lengthen(self, before, steps, proba):
        """Count for how many steps each stream has been sure enough of one class."""
        label = np.where(steps > 1, before["probabilities"].argmax(axis=1), -1)
        top, labels = proba.max(axis=1), proba.argmax(axis=1)
        return lengthen(before["runs"], label, top, labels, self._threshold)

    def end(self, streams: StreamsLike = None) -> Self:
        """Decide what is open, since no further step will come.

        Parameters
        ----------
        streams : int, array-like of int, or mask of shape (n_streams,), default=None
            The streams that have ended; None is all of them.

        Returns
        -------
        self : EarlyStream
        """
        chosen = self._choose(streams)
        states = self._stream._states
        had = states.rows(chosen, ["steps", "decision_times"])
        steps, times = had["steps"], had["decision_times"]
        if not steps.all():
            raise ValueError(
                f"Stream {chosen[np.argmin(steps)]} has had no step, so that there is "
                "nothing to decide by. Name those that have ended: streams=[...]."
            )
        times = np.where(times > 0, times, steps)
        states.write(chosen, {"decision_times": times})
        return self

    def reset(self, streams: StreamsLike = None) -> Self:
        """Begin again with all streams, or with some, as if they had had no step.

        Parameters
        ----------
        streams : int, array-like of int, or mask of shape (n_streams,), default=None
            Which of them; None is all.

        Returns
        -------
        self : EarlyStream
        """
        chosen = self._choose(streams)
        self._stream._states.write(chosen, self._start(len(chosen)))
        return self

    def copy(self) -> Self:
        """Return a second one in the same state, which then goes its own way.

        Returns
        -------
        EarlyStream
        """
        twin = object.__new__(type(self))
        vars(twin).update(vars(self), _stream=self._stream.copy())
        return twin

    __copy__ = copy

    def _choose(self, streams):
        chosen = choose_streams(streams, self.n_streams)
        return np.arange(self.n_streams) if chosen is None else chosen
