"""Layouts of X, recognised by type and never by value."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from skrnn.validation.advice import (
    GROUPS,
    MASKED,
    TEXT,
    advice_on_container,
    are_pairs,
    is_text,
)
from skrnn.validation.arrays import INHOMOGENEOUS, as_array
from skrnn.validation.categories import Categories
from skrnn.validation.names import is_frame

BLOCK = "3-D array"
RAGGED = "ragged list"
TABLE = "table"

SHAPES = {
    BLOCK: "a 3-D array (sequences, steps, features)",
    RAGGED: "a list of (steps, features) arrays",
    TABLE: "a table, one row a sequence",
}

ADVICE = {
    (BLOCK, RAGGED): "Pass np.stack(X), or fit on a list.",
    (BLOCK, TABLE): (
        "Pass X.reshape(n, steps, features), or X[np.newaxis] if X is one sequence."
    ),
    (RAGGED, BLOCK): "Pass list(X).",
    (RAGGED, TABLE): "Pass a list of arrays, or [X] if X is one sequence.",
    (TABLE, BLOCK): "Pass X.reshape(len(X), -1), or fit on a 3-D array.",
    (TABLE, RAGGED): "Pass an array with one row a sequence, or fit on a list.",
}


@dataclass(frozen=True, eq=False)
class SequenceFormat:
    """Layout and features of a collection of sequences.

    Attributes
    ----------
    layout : {"3-D array", "ragged list", "table"}
        Layout of the collection.
    n_features : int
        Number of features of a step.
    n_features_in : int
        Number of features of a step, or of columns of a table.
    names : ndarray of str objects of shape (n_features_in,), or None
        Names of these features, if data frames have them.
    categories : Categories or None
        The categorical features and their vocabularies, if there are some.
    """

    layout: str
    n_features: int
    n_features_in: int
    names: np.ndarray | None = None
    categories: Categories | None = None

    @classmethod
    def of(cls, estimator):
        """Return the format of the sequences that an estimator was fitted on."""
        n_features_in = estimator.n_features_in_
        n_features = getattr(estimator, "features_per_step_", n_features_in)
        names, categories = getattr(estimator, "feature_names_in_", None), None
        if hasattr(estimator, "categories_"):
            categories = Categories.of(estimator.is_categorical_, estimator.categories_)
        layout = estimator.input_layout_
        return cls(layout, n_features, n_features_in, names, categories)

    @property
    def attributes(self):
        """Fitted attributes of an estimator with this format, a dict."""
        found = {"n_features_in_": self.n_features_in, "input_layout_": self.layout}
        if self.names is not None:
            found["feature_names_in_"] = self.names
        if self.layout == TABLE:
            found["features_per_step_"] = self.n_features
        if self.categories is not None:
            found["is_categorical_"] = self.categories.mask(self.n_features)
            found["categories_"] = list(self.categories.values)
        return found


@dataclass(frozen=True, eq=False)
class CheckedSequences:
    """Sequences that have passed validation.

    Attributes
    ----------
    samples : ndarray of shape (n, n_steps, n_features) or list of 2-D arrays
        The sequences; not copied if they were arrays of numbers. A list of data
        frames, if those are left unchanged.
    dtype : dtype
        float32 for float32 input, else float64.
    format : SequenceFormat
        Their layout and features.
    has_new_categories : bool
        Whether the vocabularies are those of all of these sequences, not of others.
    """

    samples: object
    dtype: np.dtype
    format: SequenceFormat
    has_new_categories: bool = False

    @property
    def n_features(self):
        """Number of features of a step."""
        return self.samples[0].shape[1]

    def __len__(self):
        return len(self.samples)


def recognise(X, name):
    """Recognise the layout of X by its type.

    Returns
    -------
    X : ndarray, list, tuple or table
        Arrays of other libraries are converted to NumPy.
    layout : {"3-D array", "ragged list", "table"}
    """
    X = _computed(X)
    if not isinstance(X, list | tuple):
        if sparse.issparse(X):  # before the container check: some are dicts
            return X, TABLE
        _check_container(X, name)
        if is_frame(X):
            return X, TABLE
        original, X = X, as_array(X, "X", MASKED)
        if X.ndim == 0 and X.dtype == object:
            _refuse(original, type(original).__name__, name)
    if isinstance(X, list | tuple) or (X.ndim == 1 and X.dtype == object):
        if _is_ragged(X, name):
            return X, RAGGED
        X = _stacked(X, name)
    if X.ndim == 2:
        return X, TABLE
    if X.ndim == 3:
        return X, BLOCK
    if X.dtype.kind in "US":
        raise ValueError(f"{_expected(name)}; got text. {TEXT}")
    raise ValueError(
        f"{_expected(name)}; got an array of shape {X.shape}. Reshape your data: "
        "X.reshape(-1, steps, features) makes sequences of it, X.reshape(1, -1) a "
        "single row."
    )


def _check_container(X, name):
    """Raise ValueError if X has attributes of a table or array, but is neither."""
    if "GroupBy" in type(X).__name__ or isinstance(X, Mapping | str | bytes):
        _refuse(X, type(X).__name__, name)


def _refuse(X, kind, name):
    advice = advice_on_container(X)
    raise ValueError(f"{_expected(name)}; got {kind}. {advice}".rstrip())


def _stacked(X, name):
    """Return items that are not sequences as one array."""
    try:
        return as_array(list(X), "X", MASKED)
    except ValueError as error:
        if INHOMOGENEOUS not in str(error):
            raise
        raise ValueError(
            f"{_expected(name)}; got a list with items of different shape."
        ) from error


def _expected(name):
    return f"{name} expected {SHAPES[BLOCK]}, {SHAPES[RAGGED]} or {SHAPES[TABLE]}"


def _computed(X):
    """Return X with lazy collections of Dask or polars computed.

    The items of a list are computed together, so that work they share is done once.
    """
    if _is_lazy(X):
        return X.compute()
    if type(X).__name__ == "LazyFrame":  # of polars
        return X.collect()
    if isinstance(X, list | tuple) and any(map(_is_lazy, X)):
        from dask import compute

        return list(compute(*X))
    return X


def _is_lazy(X):
    return hasattr(X, "__dask_graph__")


def _is_ragged(X, name):
    """Return whether the items of X are sequences; if not, X may be an array."""
    if len(X) == 0:
        raise ValueError(f"X has no sequences; {name} needs at least one.")
    if are_pairs(X):
        raise ValueError(
            f"{_expected(name)}; got pairs of a key and a data frame, as groupby gives "
            f"them. {GROUPS}"
        )
    depths = {depth_of(item) for item in X}
    if depths == {1} and len({len(item) for item in X}) > 1:
        if is_text(X):
            raise ValueError(f"{_expected(name)}; got lists of text. {TEXT}")
        raise ValueError(
            f"Expected {SHAPES[RAGGED]}, but the sequences in X are 1-D and of "
            f"different length. {name} wants (steps, features) arrays: pass "
            "[np.reshape(x, (-1, 1)) for x in X] if each step is one number."
        )
    return 2 in depths


def depth_of(item):
    """Return the number of dimensions of an item, judged by its first elements."""
    if hasattr(item, "ndim"):
        return item.ndim
    if hasattr(item, "shape"):
        return len(item.shape)
    if isinstance(item, list | tuple):
        return 1 + (depth_of(item[0]) if len(item) else 0)
    if hasattr(item, "__array__") or hasattr(item, "__dlpack__"):
        return as_array(item, "An item of X", MASKED).ndim
    return 0
