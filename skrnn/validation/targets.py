"""Validation of targets."""

from collections.abc import Iterator, Mapping, Set

import numpy as np
from scipy import sparse

from skrnn.losses import LOSSES
from skrnn.validation.arrays import (
    INHOMOGENEOUS,
    as_array,
    as_plain,
    not_finite,
    sentence,
)
from skrnn.validation.names import columns_of, is_frame
from skrnn.validation.values import within_float64


def check_targets(y, n):
    """Check the targets of n sequences, for a regressor.

    Returns
    -------
    ndarray of float64 of shape (n,) or (n, n_targets)
    """
    if sparse.issparse(y):
        raise TypeError(
            "Sparse data was passed for y, but dense data is required. Use "
            "'.toarray()' to convert to a dense numpy array."
        )
    y = read_y(y, "number")
    try:
        y = as_array(y, "y")
    except ValueError as error:
        if INHOMOGENEOUS not in str(error):
            raise
        raise ValueError(
            "y has rows of different length. Give one number for each sequence, or as "
            "many as there are targets. For one at each step, use LSTMStepRegressor or "
            "another of its kind."
        ) from error
    if y.ndim not in (1, 2) or y.size == 0:
        raise ValueError(
            f"y must have shape ({n},) or ({n}, n_targets): one number, or as many as "
            f"there are targets, for each sequence. Got shape {y.shape}."
        )
    check_length(y, n, "targets")
    y = as_real_numbers(y, "sequence")
    check_all_finite(y, "target")
    return y


def as_real_numbers(y, each):
    """Return targets in float64, of which there is one for each sequence or step."""
    if y.dtype.kind == "c":
        raise ValueError(
            f"Complex data not supported: y has dtype {y.dtype}. Give real and "
            "imaginary parts as two targets."
        )
    if y.dtype.kind not in "biufO":
        raise ValueError(
            f"y has dtype {y.dtype}, but a regressor needs numbers as targets. For "
            "labels, use a classifier."
        )
    try:
        return within_float64(y, "y").astype(np.float64)
    except (OverflowError, TypeError, ValueError) as error:
        if y.dtype != object:
            raise
        raise ValueError(
            f"y has dtype object and cannot be read as numbers: {sentence(error)} Give "
            f"one number for each {each}, or as many as there are targets."
        ) from error


def read_y(y, what):
    """Return y as an array, or a sparse matrix, with one `what` a sequence."""
    if y is None:
        raise ValueError(
            f"fit requires y to be passed, but the target y is None: give one {what} "
            "for each sequence."
        )
    if sparse.issparse(y):
        return y
    if isinstance(y, Iterator | Mapping | Set | str):
        raise ValueError(
            f"y must be a list or an array with one {what} for each sequence, in the "
            f"order of X; got {type(y).__name__}."
        )
    if is_frame(y) and not columns_of(y):
        raise ValueError(f"y is a data frame without columns: give one {what} a row.")
    return as_plain(y, "y")


def check_range(columns, loss, name_of, counts=None):
    """Raise ValueError if a loss cannot take some of the targets.

    Parameters
    ----------
    columns : ndarray of float64 of shape (n, n_targets)
        The targets.
    loss : str
        Name of the loss.
    name_of : callable
        From the number of a row to what the message calls it.
    counts : ndarray of bool of shape (n,), optional
        Which rows are targets; by default, all.
    """
    kind = LOSSES[loss]
    fits = columns >= kind.least if kind.allows_least else columns > kind.least
    if counts is not None:
        fits |= ~counts[:, np.newaxis]
    if fits.all():
        return
    at, column = np.argwhere(~fits)[0]
    where = name_of(at) + (f", column {column}" if columns.shape[1] > 1 else "")
    wants = "zero or more" if kind.allows_least else "more than zero"
    raise ValueError(
        f"loss={loss!r} is for targets of {wants}, but y has {columns[at, column]} at "
        f"{where}. Use loss='squared_error', or another that takes all numbers."
    )


def check_length(y, n, what):
    """Raise ValueError unless y has as many labels or targets as X has sequences."""
    if len(y) != n:
        raise ValueError(
            f"X has {n} sequences, but y has {len(y)} {what}: there must be one for "
            "each sequence."
        )


def check_all_finite(y, what):
    """Raise ValueError if numbers have NaN or infinity."""
    if y.dtype.kind == "f" and not np.isfinite(y).all():
        at = np.argwhere(~np.isfinite(y))[0]
        where = f"{what} {at[0]}" + (f", column {at[1]}" if y.ndim == 2 else "")
        advice = f"Leave sequences without a {what} out of X and y."
        raise ValueError(not_finite("y", y[tuple(at)], where, advice))
