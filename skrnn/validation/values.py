"""The numbers in X: their type, and whether they are finite."""

import numpy as np

from skrnn.validation.advice import LONG, TEXT, advice_on_values
from skrnn.validation.arrays import sentence
from skrnn.validation.names import named_columns

#: About so many numbers of X are looked at at once.
PART = 2**16


def as_numbers(values, what, name):
    """Give an array of real numbers that float64 holds, or say what it is instead."""
    check_kind(values, what, name)
    if values.dtype != object:
        return within_float64(values, what)
    try:
        return values.astype(np.float64)
    except (OverflowError, TypeError, ValueError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(
            f"{what} has dtype object and cannot be read as numbers: "
            f"{sentence(error)} {advice_on_values(values)}"
        ) from error


def within_float64(values, what):
    """Return numbers in a type that float64 holds; refuse those that are beyond it."""
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


def check_columns(frame, name):
    """Refuse columns of a data frame that are not numbers."""
    for column, values in named_columns(frame):
        values = np.asarray(values)
        if values.dtype.kind == "c":
            continue  # scikit-learn refuses these itself
        try:
            as_numbers(values, f"Column {column!r} of X", name)
        except (TypeError, ValueError) as error:
            if TEXT not in str(error):
                raise
            raise type(error)(f"{error} {LONG}") from error


def read_as_they_are(table):
    """Say whether a table has numbers of one type, all of which float64 can hold.

    They can be converted batch by batch; others are converted at once.
    """
    types = {getattr(table, "dtype", None), *getattr(table, "dtypes", ())} - {None}
    if len(types) != 1 or not isinstance(kind := types.pop(), np.dtype):
        return False
    return np.can_cast(kind, np.float64)


def check_kind(values, what, name):
    """Refuse types that are not numbers."""
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


def check_finite(samples, name):
    """Refuse NaN and infinity in sequences, and say where the first stands."""
    for first, part in _parts(samples):
        if _all_finite(part):
            continue
        for i, sequence in enumerate(part, first):
            bad = np.argwhere(~np.isfinite(sequence))
            if len(bad):
                step, feature = bad[0]
                raise ValueError(
                    not_finite(sequence[step, feature], i, step, feature, name)
                )


def _all_finite(part):
    """Say whether no value is NaN or infinite; quick where that is so."""
    values = np.concatenate(part) if isinstance(part, list) else part
    if values.dtype.kind != "f":
        return True
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(values.sum()) or np.isfinite(values).all())


def _parts(samples):
    """Give the sequences part by part, and where each begins."""
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


def not_finite(value, i, step, feature, name):
    """Say which value is not finite, where it stands, and what to do."""
    where = f"sequence {i}, step {step}, feature {feature} (counted from 0)"
    if not np.isnan(value):
        return (
            f"X contains infinity: {where}. {name} needs finite numbers: bound such "
            "values, or make them NaN and fill them as missing values are, with "
            "PerStepTransformer(SimpleImputer())."
        )
    return (
        f"X contains NaN: {where}. {name} takes no value for padding: cut sequences "
        "that were padded to their own length with skrnn.preprocessing."
        "ragged_from_padded, and fill missing values in a pipeline with "
        "PerStepTransformer(SimpleImputer())."
    )
