"""Selection of features by index, name or mask."""

import difflib

import numpy as np


def select_features(value, parameter, n, names, what="feature"):
    """Return the indices of the features that a parameter selects.

    Parameters
    ----------
    value : sequence of int, str or bool
        Indices, names or a mask.
    parameter : str
        The parameter, and whose it is, for messages.
    n : int
        Number of features of a step, or of columns of a table.
    names : ndarray of str objects of shape (n,) or None
        Their names.
    what : str, default="feature"
        What messages call one of them.

    Returns
    -------
    ndarray of int
        In the order of `value`.

    Raises
    ------
    ValueError
        If there is no such feature, or it is selected more than once.
    """
    if isinstance(value, slice):
        value = range(n)[value]
    values = np.asarray(value, dtype=None if len(value) else np.intp)
    if values.dtype.kind == "b":
        if len(values) != n:
            raise ValueError(
                f"{parameter} is a mask of {len(values)} {what}(s), but X has {n}. "
                "Give one value for each."
            )
        return np.flatnonzero(values)
    if values.dtype.kind in "iu":
        found = values.astype(np.intp)
        outside = found[(found < 0) | (found >= n)]
        if len(outside):
            raise ValueError(
                f"{parameter} has {outside[0]}, but the {n} {what}(s) of X are "
                f"numbered from 0 to {n - 1}."
            )
    else:
        found = _by_name(parameter, values.tolist(), names)
    if len(np.unique(found)) < len(found):
        raise ValueError(f"{parameter} has a {what} more than once: {list(value)}.")
    return found


def _by_name(parameter, values, names):
    if names is None:
        raise ValueError(
            f"{parameter} has names, {values}, but X has none: its columns, or those "
            "of its data frames, have no names that are all strings. Give indices or "
            "a mask."
        )
    known = names.tolist()
    for value in values:
        if value not in known:
            close = difflib.get_close_matches(value, known, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            raise ValueError(
                f"{parameter} has {value!r}, but X has no such column."
                f"{hint or f' It has: {known}.'}"
            )
    return np.array([known.index(value) for value in values], np.intp)
