"""Layouts of X, recognised by type and never by value."""

from collections.abc import Mapping

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
from skrnn.validation.names import is_frame

BLOCK = "3-D array"
RAGGED = "ragged list"
TABLE = "table"

#: The value of the parameter `missing_values` with which NaN is a gap.
FORWARD_FILL = "forward_fill"

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


def reads_gaps(missing_values):
    """Return whether a value of the parameter `missing_values` allows NaN."""
    return isinstance(missing_values, str) and missing_values == FORWARD_FILL


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
        check_container(X, name)
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


def check_container(X, name):
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
    if is_lazy(X):
        return X.compute()
    if type(X).__name__ == "LazyFrame":  # of polars
        return X.collect()
    if isinstance(X, list | tuple) and any(map(is_lazy, X)):
        from dask import compute

        return list(compute(*X))
    return X


def is_lazy(X):
    """Return whether X is a collection of Dask."""
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
