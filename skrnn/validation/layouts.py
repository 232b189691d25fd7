"""The layouts of X, told apart by type and never by value."""

import numpy as np
from scipy import sparse

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
    (
        BLOCK,
        TABLE,
    ): "Pass X.reshape(n, steps, features), or X[np.newaxis] if X is one sequence.",
    (RAGGED, BLOCK): "Pass list(X).",
    (RAGGED, TABLE): "Pass a list of arrays, or [X] if X is one sequence.",
    (TABLE, BLOCK): "Pass X.reshape(len(X), -1), or fit on a 3-D array.",
    (TABLE, RAGGED): "Pass an array with one row a sequence, or fit on a list.",
}


def recognise(X, name):
    """Tell the layout of X by its type; give X, as an array where it is one.

    Returns
    -------
    X : ndarray, list or table
    layout : {"3-D array", "ragged list", "table"}
    """
    if sparse.issparse(X) or _is_frame(X):
        return X, TABLE
    if isinstance(X, list | tuple) and len(X) == 0:
        raise ValueError(f"X has no sequences; {name} needs at least one.")
    if isinstance(X, list | tuple):
        depth = 1 + _depth(X[0])
        if depth == 2 and _widths_differ(X):
            raise ValueError(
                f"Expected {SHAPES[RAGGED]}, but the sequences in X are 1-D and of "
                f"different length. {name} wants (steps, features) arrays: pass "
                "[np.reshape(x, (-1, 1)) for x in X] if each step is one number."
            )
        if depth == 3:
            return list(X), RAGGED
    X = X if isinstance(X, np.ndarray) else np.asarray(X)
    if X.ndim == 1 and X.dtype == object and len(X) and _depth(X[0]) == 2:
        return list(X), RAGGED
    if X.ndim == 2:
        return X, TABLE
    if X.ndim == 3:
        return X, BLOCK
    raise ValueError(
        f"{name} expected {', '.join(SHAPES.values())}; got an array of shape "
        f"{X.shape}. Reshape your data: X.reshape(-1, steps, features) makes sequences "
        "of it, X.reshape(1, -1) a single row."
    )


def _is_frame(X):
    return hasattr(X, "columns") or hasattr(X, "__dataframe__")


def _depth(item):
    """How many times an item can be indexed, seen from its first element."""
    if hasattr(item, "ndim"):
        return item.ndim
    if hasattr(item, "shape"):
        return len(item.shape)
    if isinstance(item, list | tuple):
        return 1 + (_depth(item[0]) if len(item) else 0)
    return 0


def _widths_differ(X):
    return len({len(row) if hasattr(row, "__len__") else 0 for row in X}) > 1
