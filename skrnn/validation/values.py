"""The numbers in X: their type, and whether they are finite."""

import numpy as np


def as_numbers(values, what, name):
    """Give an array of real numbers, or say what it is instead."""
    check_kind(values, what, name)
    if values.dtype != object:
        return values
    try:
        return values.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise type(error)(
            f"{what} has dtype object and cannot be read as numbers: {error}. Pass "
            "arrays of float."
        ) from error


def check_columns(frame, name):
    """Refuse columns of a data frame that are not numbers."""
    for column in frame.columns:
        values = np.asarray(frame[column])
        if values.dtype.kind not in "biufc":
            as_numbers(values, f"Column {column!r} of X", name)


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
            f"{what} has dtype {values.dtype}, but {name} needs numbers. Encode what "
            "is not a number first, for example with OneHotEncoder."
        )


def all_finite(values):
    """Say whether no value is NaN or infinite; quick where that is so."""
    if values.dtype.kind != "f":
        return True
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(values.sum()) or np.isfinite(values).all())


def check_finite_block(samples, name):
    """Refuse NaN and infinity, and say where the first stands."""
    for i, sequence in enumerate(samples if not all_finite(samples) else ()):
        bad = np.argwhere(~np.isfinite(sequence))
        if len(bad):
            step, feature = bad[0]
            raise ValueError(
                not_finite(sequence[step, feature], i, step, feature, name)
            )


def not_finite(value, i, step, feature, name):
    """Say which value is not finite, where it stands, and what to do."""
    what = "NaN" if np.isnan(value) else "infinity"
    return (
        f"X contains {what}: sequence {i}, step {step}, feature {feature} (counted "
        f"from 0). {name} takes no value for padding: impute what is missing, and cut "
        "sequences that were padded to their own length."
    )
