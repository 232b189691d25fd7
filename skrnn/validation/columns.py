"""Columns that a parameter names: by indices, names, a mask or a slice."""

import difflib
from numbers import Integral

import numpy as np


def resolve_columns(what, value, n, names, kind="column"):
    """Return the indices of the columns that a parameter names, in its order.

    Parameters
    ----------
    what : str
        Parameter and its owner in messages, as "static_features of LSTMClassifier".
    value : array-like of int, str or bool, or slice
        Its value.
    n : int
        Number of columns.
    names : ndarray of str objects of shape (n,) or None
        Their names.
    kind : str, default="column"
        What they are called in messages.

    Returns
    -------
    ndarray of int

    Raises
    ------
    ValueError
        If there is no such column, or one is named twice.
    """
    if isinstance(value, slice):
        value = range(n)[value]
    items = list(value)
    if items and all(isinstance(x, bool | np.bool_) for x in items):
        if len(items) != n:
            raise ValueError(
                f"{what} is a mask of {len(items)} {kind}(s), but X has {n}. Give one "
                "value for each."
            )
        found = np.flatnonzero(items)
    elif all(isinstance(x, Integral) for x in items):
        outside = [x for x in items if not 0 <= x < n]
        if outside:
            raise ValueError(
                f"{what} has {outside[0]}, but the {n} {kind}(s) of X are numbered "
                f"from 0 to {n - 1}."
            )
        found = np.array(items, np.intp)
    else:
        found = _by_name(what, [str(x) for x in items], names)
    if len(np.unique(found)) < len(found):
        raise ValueError(f"{what} has a {kind} more than once: {items}.")
    return found


def _by_name(what, values, names):
    if names is None:
        raise ValueError(
            f"{what} has names, {values}, but X has none: its columns, or those of its "
            "data frames, have no names that are all strings. Give indices or a mask."
        )
    known = names.tolist()
    for value in values:
        if value not in known:
            raise ValueError(
                f"{what} has {value!r}, but X has no such column."
                f"{close_to(value, known) or f' It has: {known}.'}"
            )
    return np.array([known.index(value) for value in values], np.intp)


def close_to(word, names):
    """Return a hint at the name that is close to a word, or an empty string."""
    close = difflib.get_close_matches(word, names, n=1)
    return f" Did you mean {close[0]!r}?" if close else ""
