"""Long data frames as the first step of a pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from skrnn.fitting.fitted_state import publish
from skrnn.parameters.constraints import Boolean, check_options
from skrnn.preprocessing.columns import (
    check_columns,
    check_features,
    name_in,
    names_in,
    steps_of,
)
from skrnn.preprocessing.output import SequenceOutput
from skrnn.preprocessing.rows import is_missing
from skrnn.preprocessing.stacking import stack
from skrnn.utils.documentation import DocumentationLink
from skrnn.validation import arrays

if TYPE_CHECKING:
    from collections.abc import Sequence

    from skrnn.utils.typing import Array, ArrayLike


class FrameToSequences(DocumentationLink, SequenceOutput, BaseEstimator):
    """Makes sequences of data frames with a row for each step, in a pipeline.

    It does what `sequences_from_frame` does, and remembers which columns are features.
    X is a list with a data frame for each sequence, or one long data frame.

    A list is what cross-validation can split: its items are the samples, one for each
    label. The rows of a long frame are no samples, and a split of them would tear
    sequences apart; and as a parameter of the transformer, a frame would be copied by
    each `clone` and stored with each model. For predictions, a long frame is fine.

    Read more in the :ref:`User Guide <guide_long_frames>`.

    Parameters
    ----------
    id : str, default=None
        For a long data frame, the column that says which sequence a row belongs to.
    time : str, default=None
        The column by which the steps of a sequence are sorted: numbers or dates. If
        None, they stay in the order of the rows.
    features : list of str, default=None
        The columns that make a step, in this order. If None, all others in `fit` but
        `id` and `time`, sorted by name. Name them if the frames hold labels too.
    time_since : str, default=None
        The name of a new feature, the last: the time since the step before, in seconds
        if `time` is dates, and otherwise in its unit. It is 0 at the first step.
    as_frames : bool, default=False
        Whether sequences are data frames of the kind of X, in which columns keep their
        names and types, instead of arrays of numbers.

    Attributes
    ----------
    feature_names_in_ : ndarray of str objects of shape (`n_features_in_`,)
        The columns of X that are features.
    n_features_in_ : int
        How many they are.

    See Also
    --------
    skrnn.preprocessing.sequences_from_frame : Gives labels and groups as well.

    Examples
    --------
    >>> import pandas as pd
    >>> from skrnn.preprocessing import FrameToSequences
    >>> log = pd.DataFrame({
    ...     "trial": ["b", "a", "b", "a", "b"],
    ...     "second": [2, 0, 1, 1, 0],
    ...     "speed": [0.5, 1.0, 0.3, 1.5, 0.1],
    ... })
    >>> reader = FrameToSequences(id="trial", time="second")
    >>> trials = [trial for _, trial in log.groupby("trial")]  # in order: a, b
    >>> [x.ravel().tolist() for x in reader.fit_transform(trials)]
    [[1.0, 1.5], [0.1, 0.3, 0.5]]

    Of a long data frame, sequences come in the order in which their ids first appear:

    >>> [x.ravel().tolist() for x in reader.transform(log)]
    [[0.1, 0.3, 0.5], [1.0, 1.5]]
    """

    _parameter_constraints: ClassVar[dict] = {"as_frames": [Boolean()]}

    def __init__(
        self,
        *,
        id: str | None = None,
        time: str | None = None,
        features: Sequence[str] | None = None,
        time_since: str | None = None,
        as_frames: bool = False,
    ) -> None:
        self.id = id
        self.time = time
        self.features = features
        self.time_since = time_since
        self.as_frames = as_frames

    def fit(self, X: Any, y: ArrayLike | None = None) -> Self:
        """Learn which columns are features.

        Parameters
        ----------
        X : list of n data frames of shape (n_steps_i, n_columns), or data frame of \
shape (n_rows, n_columns)
            The sequences. Data frames of pandas, polars, pyarrow, or another library
            that narwhals reads.
        y : array-like of shape (n,), default=None
            Their labels or targets. Without `features`, a column that holds them is an
            error.

        Returns
        -------
        self : object
            The fitted transformer.
        """
        self._fit(X, y)
        return self

    def fit_transform(self, X: Any, y: ArrayLike | None = None) -> list[Any]:
        """Learn which columns are features, and make sequences.

        Parameters
        ----------
        X : list of n data frames of shape (n_steps_i, n_columns), or data frame of \
shape (n_rows, n_columns)
            The sequences.
        y : array-like of shape (n,), default=None
            Their labels or targets, as for `fit`.

        Returns
        -------
        list of n arrays or data frames of shape (n_steps_i, n_features)
            The sequences.
        """
        return self._sequences(*self._fit(X, y))

    def transform(self, X: Any) -> list[Any]:
        """Make sequences.

        Parameters
        ----------
        X : list of n data frames of shape (n_steps_i, n_columns), or data frame of \
shape (n_rows, n_columns)
            The sequences. Columns that are no features are not looked at.

        Returns
        -------
        list of n arrays or data frames of shape (n_steps_i, n_features)
            The sequences, in the order of the list, or in which their ids first appear.
        """
        check_is_fitted(self)
        frame, rows = self._read(X)
        self._check(frame, self.feature_names_in_.tolist())
        return self._sequences(frame, rows)

    def get_feature_names_out(self, input_features: Any = None) -> Array:
        """Name the features of a step.

        Parameters
        ----------
        input_features : None
            Not used.

        Returns
        -------
        ndarray of str objects of shape (n_features,)
            The columns that are features, and `time_since`.
        """
        check_is_fitted(self)
        more = [] if self.time_since is None else [self.time_since]
        return np.array([*self.feature_names_in_, *more], dtype=object)

    def _fit(self, X, y):
        """Publish the features, and return all rows and their sequences."""
        given = {"as_frames": self.as_frames}
        check_options(type(self).__name__, self._parameter_constraints, given)
        frame, rows = self._read(X)
        if self.features is None:
            others = {self.id, self.time}
            features = sorted((c for c in frame.columns if c not in others), key=str)
        else:
            features = names_in(self.features, "features")
        self._check(frame, features)
        if self.features is None and y is not None:
            _check_no_target(frame, rows, features, y)
        names = np.array(features, dtype=object)
        fitted = {"feature_names_in_": names, "n_features_in_": len(names)}
        publish(self, fitted)
        return frame, rows

    def _read(self, X):
        for parameter in ("id", "time"):
            if getattr(self, parameter) is not None:
                name_in(getattr(self, parameter), parameter)
        return stack(X, self.id, self.time, type(self).__name__)

    def _check(self, frame, features):
        check_columns(frame, [], features, [])
        check_features(frame, features, self.time, self.time_since, self.as_frames)

    def _sequences(self, frame, rows):
        more = {}
        if self.time_since is not None:
            times = frame[self.time].to_numpy()[rows.order]
            more[self.time_since] = rows.since_last(times)
        features = self.feature_names_in_.tolist()
        return steps_of(frame, features, rows, more, self.as_frames)

    def __sklearn_tags__(self) -> Any:
        """Return the tags of the transformer: it reads data frames alone."""
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.input_tags.allow_nan = True
        return tags


def _check_no_target(frame, rows, features, y):
    """Raise ValueError if a column has the labels of the sequences, in every row."""
    is_flat = hasattr(y, "__len__") and getattr(y, "ndim", 1) == 1
    labels = list(y) if is_flat else []
    if len(labels) != len(rows.starts) or any(map(np.ndim, labels)):
        return
    if any(map(arrays.is_missing, labels)) or len(set(map(repr, labels))) < 2:
        return
    expected = np.repeat(np.array(labels, dtype=object), rows.lengths).tolist()
    for name in features:
        if is_missing(frame[name]).any():
            continue
        if frame[name].to_numpy()[rows.order].tolist() == expected:
            raise ValueError(
                f"Column {name!r} is y, in each row of each sequence: the network "
                "would read what it is to predict. Name the columns that you want in "
                "`features`."
            )
