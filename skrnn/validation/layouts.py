"""The layouts of X, told apart by type and never by value."""

import numpy as np
from scipy import sparse

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


def recognise(X, name):
    """Tell the layout of X by its type; give X, as an array where it is one.

    Returns
    -------
    X : ndarray, list, tuple or table
    layout : {"3-D array", "ragged list", "table"}
    """
    X = _computed(X)
    if sparse.issparse(X) or is_frame(X):
        return X, TABLE
    if not isinstance(X, list | tuple):
        kind, X = type(X).__name__, np.asarray(X)
        if X.ndim == 0 and X.dtype == object:
            raise ValueError(f"{_expected(name)}; got {kind}.")
    if isinstance(X, list | tuple) or (X.ndim == 1 and X.dtype == object):
        if _is_ragged(X, name):
            return X, RAGGED
        X = np.asarray(list(X))
    if X.ndim == 2:
        return X, TABLE
    if X.ndim == 3:
        return X, BLOCK
    raise ValueError(
        f"{_expected(name)}; got an array of shape {X.shape}. Reshape your data: "
        "X.reshape(-1, steps, features) makes sequences of it, X.reshape(1, -1) a "
        "single row."
    )


def _expected(name):
    return f"{name} expected {SHAPES[BLOCK]}, {SHAPES[RAGGED]} or {SHAPES[TABLE]}"


def _computed(X):
    """Give what a collection of Dask stands for, or a list of them; the rest as it is.

    A list is computed at once, so that what several of its items need is computed once.
    """
    if _is_lazy(X):
        return X.compute()
    if isinstance(X, list | tuple) and any(map(_is_lazy, X)):
        from dask import compute

        return list(compute(*X))
    return X


def _is_lazy(X):
    return hasattr(X, "__dask_graph__")


def _is_ragged(X, name):
    """Say whether the items of X are sequences; if not, X may be read as an array."""
    if len(X) == 0:
        raise ValueError(f"X has no sequences; {name} needs at least one.")
    depths = {_depth(item) for item in X}
    if depths == {1} and len({len(item) for item in X}) > 1:
        raise ValueError(
            f"Expected {SHAPES[RAGGED]}, but the sequences in X are 1-D and of "
            f"different length. {name} wants (steps, features) arrays: pass "
            "[np.reshape(x, (-1, 1)) for x in X] if each step is one number."
        )
    return 2 in depths


def _depth(item):
    """How many times an item can be indexed, seen from its first element."""
    if hasattr(item, "ndim"):
        return item.ndim
    if hasattr(item, "shape"):
        return len(item.shape)
    if isinstance(item, list | tuple):
        return 1 + (_depth(item[0]) if len(item) else 0)
    return 0
