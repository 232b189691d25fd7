"""Validation of the numbers in X: types, range and finiteness."""

import numpy as np

from skrnn.validation.advice import LONG, READ_OR_FILL, TEXT, advice_on_values
from skrnn.validation.arrays import is_missing, not_finite, sentence
from skrnn.validation.names import named_columns

#: About so many numbers of X are checked at a time.
PART = 2**16


def as_numbers(values, what, name, gaps=False):
    """Return values as real numbers within float64; raise an error if they are not.

    With `gaps`, objects that say that a value is missing become NaN.
    """
    check_kind(values, what, name)
    if values.dtype != object:
        return within_float64(values, what)
    if gaps:
        absent = [is_missing(value) for value in values.flat]
        values = np.where(np.reshape(absent, values.shape), np.nan, values)
    try:
        return values.astype(np.float64)
    except (OverflowError, TypeError, ValueError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(
            f"{what} has dtype object and cannot be read as numbers: "
            f"{sentence(error)} {advice_on_values(values)}"
        ) from error


def within_float64(values, what):
    """Return numbers in a type within float64; raise ValueError if some are beyond."""
    if values.dtype.kind != "f" or values.dtype.itemsize <= np.dtype(float).itemsize:
        return values
    with np.errstate(over="ignore", under="ignore"):
        numbers = values.astype(np.float64)
    beyond = np.isinf(numbers) & np.isfinite(values)
    if beyond.any():
        at = tuple(np.argwhere(beyond)[0].tolist())
        raise ValueError(
            f"{what} has {values[at]!s} at index {at}, which is beyond float64, in "
            "which we compute. Divide the values by a constant."
        )
    return numbers


def check_columns(frame, name, gaps=False):
    """Raise an error if a column of a data frame does not hold numbers."""
    for column, values in named_columns(frame):
        values = np.asarray(values)
        if values.dtype.kind == "c":
            continue  # scikit-learn refuses these itself
        try:
            as_numbers(values, f"Column {column!r} of X", name, gaps)
        except (TypeError, ValueError) as error:
            if TEXT not in str(error):
                raise
            raise type(error)(f"{error} {LONG}") from error


def with_nan(frame):
    """Return a data frame of pandas with NaN in its columns of objects and None or NA.

    Other libraries have columns of numbers that may be missing.
    """
    if not hasattr(frame, "isetitem"):
        return frame
    changed = frame.copy(deep=False)
    for k, kind in enumerate(frame.dtypes):
        if isinstance(kind, np.dtype) and kind.hasobject:
            values = as_numbers(frame.iloc[:, k].to_numpy(), "X", "", gaps=True)
            changed.isetitem(k, values)
    return changed


def has_single_dtype(table):
    """Return whether a table has numbers of one type, which float64 can hold.

    They can be converted batch by batch; others are converted at once.
    """
    types = {getattr(table, "dtype", None), *getattr(table, "dtypes", ())} - {None}
    if len(types) != 1 or not isinstance(kind := types.pop(), np.dtype):
        return False
    return np.can_cast(kind, np.float64)


def check_kind(values, what, name):
    """Raise ValueError if the dtype is not one of real numbers."""
    kind = values.dtype.kind
    if kind == "c":
        raise ValueError(
            f"Complex data not supported: {what} has dtype {values.dtype}. Pass real "
            "and imaginary parts as two features."
        )
    if kind not in "biufO":
        raise ValueError(
            f"{what} has dtype {values.dtype}, but {name} needs numbers. "
            f"{advice_on_values(values)}"
        )


def check_finite(samples, name, gaps, at_nan, first=0, step=0):
    """Raise ValueError if sequences have infinity, or NaN that is no gap.

    `at_nan` gives advice for a sequence with NaN; `first` and `step` are the numbers of
    the first sequence in X, and of its first step.
    """
    for at, part in parts_of(samples):
        if not _all_finite(part, gaps):
            place = first + at, step
            raise ValueError(_first_not_finite(part, place, name, gaps, at_nan))


def _all_finite(part, gaps):
    """Return whether no value is NaN or infinite; fast where that is so."""
    values = np.concatenate(part) if isinstance(part, list) else part
    if values.dtype.kind != "f":
        return True
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(values.sum()):
            return True
    return not np.isinf(values).any() if gaps else bool(np.isfinite(values).all())


def parts_of(samples):
    """Yield the sequences in parts of about `PART` numbers, and where each begins."""
    if isinstance(samples, np.ndarray):
        n = max(1, PART // samples[0].size)
        for first in range(0, len(samples), n):
            yield first, samples[first : first + n]
        return
    first = size = 0
    for last, sequence in enumerate(samples, 1):
        size += sequence.size
        if size >= PART or last == len(samples):
            yield first, samples[first:last]
            first, size = last, 0


def _first_not_finite(samples, place, name, gaps, at_nan):
    """Return the message for the first value that is NaN or infinite.

    Parameters
    ----------
    samples : ndarray of shape (n, n_steps, n_features) or list of 2-D arrays
        Some of the sequences, at least one of which has such a value.
    place : tuple of int
        Number of the first of them in X, and of its first step.
    name : str
        Name of the estimator.
    gaps : bool
        Whether NaN is a gap, and no mistake.
    at_nan : callable
        Gives advice for a sequence with NaN.
    """

    def wrong(values):
        return np.isinf(values) if gaps else ~np.isfinite(values)

    i = next(i for i, values in enumerate(samples) if wrong(values).any())
    step, feature = np.argwhere(wrong(samples[i]))[0]
    value, (first, before) = samples[i][step, feature], place
    where = f"sequence {first + i}, step {before + step}, feature {feature}"
    if np.isinf(value):
        advice = (
            f"{name} needs finite numbers: bound such values, or make them NaN and "
            f"{READ_OR_FILL}."
        )
    else:
        advice = at_nan(samples[i])
    return not_finite("X", value, where, advice)
