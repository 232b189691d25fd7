"""Validation of what streams bring: which of them, and which numbers."""

import numpy as np

from skrnn.validation.arrays import as_array, not_finite
from skrnn.validation.mixed import encode_columns
from skrnn.validation.values import as_numbers

#: What to do with values that a mask hides.
HIDDEN = "Impute what is missing, or leave such a stream out with streams=[...]."


def choose_streams(streams, n_streams):
    """Return which of n streams are meant: some, a mask, or all of them.

    Parameters
    ----------
    streams : int, array-like of int, mask of shape (n_streams,), or None
        What the user gave; None is all.
    n_streams : int
        How many there are.

    Returns
    -------
    ndarray of int or None
        None where all are meant.
    """
    if streams is None:
        return None
    chosen = np.atleast_1d(as_array(streams, "streams"))
    if chosen.dtype == bool and chosen.shape == (n_streams,):
        return np.flatnonzero(chosen)
    if chosen.size == 0 and chosen.ndim == 1:
        return np.empty(0, np.intp)
    if chosen.ndim != 1 or chosen.dtype.kind not in "iu":
        raise ValueError(
            f"streams must be ints from 0 to {n_streams - 1}, or a mask of shape "
            f"({n_streams},). Got {chosen.dtype} of shape {np.shape(streams)}."
        )
    outside = chosen[(chosen < 0) | (chosen >= n_streams)]
    if len(outside):
        raise ValueError(
            f"streams has {outside[0]}, but the {n_streams} stream(s) are numbered "
            f"from 0 to {n_streams - 1}."
        )
    numbers, counts = np.unique(chosen, return_counts=True)
    if (counts > 1).any():
        raise ValueError(
            f"streams has {numbers[counts > 1][0]} more than once: one call brings "
            "each stream one arrival. Make a call for each."
        )
    return chosen.astype(np.intp)


def check_arrival(x, rows, shape, dtype, name, *, gaps=False, categories=None):
    """Check what came for some streams, and give it in the type of the computation.

    Parameters
    ----------
    x : array-like
        What the user gave.
    rows : ndarray of int
        The streams that it is for.
    shape : tuple of int
        What each stream gets: (n_features,), or (None, n_features) for any number of
        steps.
    dtype : dtype
        The type of the computation.
    name : str
        What asks, for messages.
    gaps : bool, default=False
        Whether NaN is a gap, and no mistake.
    categories : Categories, optional
        The categorical features, whose values become codes.

    Returns
    -------
    ndarray of shape (len(rows), n_features) or (len(rows), n_steps, n_features)
    """
    came = as_array(x, "x", HIDDEN)
    if categories is None:
        came = as_numbers(came, "x", name, gaps)
    elif came.shape[-1:] == shape[-1:] and came.size:
        came = _encoded(came, rows, categories, name, gaps)
    values = came[np.newaxis] if came.ndim == len(shape) and len(rows) == 1 else came
    if not _fits(values.shape, (len(rows), *shape)):
        raise ValueError(_wrong_shape(came.shape, len(rows), shape, name))
    checked = values
    if values.dtype != dtype:
        with np.errstate(over="ignore"):
            checked = values.astype(dtype)
    wrong = np.isinf(checked) if gaps else ~np.isfinite(checked)
    if wrong.any():
        raise ValueError(_not_finite(values, checked, wrong, rows, name))
    return checked


def _encoded(came, rows, categories, name, gaps):
    """Return what came as numbers, in its shape."""

    def where(row):
        n_steps = came.shape[1] if came.ndim == 3 else 1
        stream, step = divmod(int(row), n_steps) if len(rows) > 1 else (0, int(row))
        text = f"stream {rows[stream]}" if stream < len(rows) else "x"
        return f"{text}, step {step}" if came.ndim == 3 else text

    columns = list(came.reshape(-1, came.shape[-1]).T)
    values, _ = encode_columns(columns, categories, where, "x", name, gaps)
    return values.reshape(came.shape)


def _fits(shape, expected):
    return len(shape) == len(expected) and all(
        want in (None, have) for have, want in zip(shape, expected, strict=True)
    )


def _wrong_shape(came, n, shape, name):
    words = ", ".join("n_steps" if size is None else str(size) for size in shape)
    one = f"({words}{',' * (len(shape) == 1)})"
    many = f"({n}, {words})"
    expected = f"{one} or {many}" if n == 1 else many
    message = (
        f"{name} expected x of shape {expected} for {n} stream(s) of {shape[-1]} "
        f"feature(s) a step, got shape {came}."
    )
    if came == (n,) and shape == (1,):
        message += " Pass x[:, np.newaxis]: one number a stream."
    elif came == shape and n > 1:
        message += " For one of them, say which: streams=0, for example."
    return message


def _not_finite(values, checked, wrong, rows, name):
    """Return which number is not finite, and for which stream it came."""
    first = tuple(np.argwhere(wrong)[0].tolist())
    value, (row, *step, feature) = values[first], first
    where = f"stream {rows[row]}, "
    where += f"step {step[0]}, " if step else ""
    where += f"feature {feature}"
    if np.isfinite(value):
        return (
            f"x has {value} at {where} (counted from 0), which {checked.dtype} cannot "
            f"hold. Make the {name} with dtype=np.float64."
        )
    advice = (
        "The state of the streams is as it was: impute what is missing, or leave this "
        "stream out with streams=[...]."
    )
    if np.isnan(value):
        advice += " A network with missing_values='forward_fill' reads gaps."
    return not_finite("x", value, where, advice)
