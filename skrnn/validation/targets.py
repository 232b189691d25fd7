"""Validation of labels and targets."""

from collections.abc import Iterator, Mapping, Set
from contextlib import suppress

import numpy as np
from scipy import sparse
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import check_classification_targets

from skrnn.validation.arrays import (
    INHOMOGENEOUS,
    as_array,
    as_plain,
    is_missing,
    sentence,
)
from skrnn.validation.classes import sorted_once
from skrnn.validation.names import columns_of, is_frame
from skrnn.validation.values import within_float64


def check_labels(y, n):
    """Check the labels of n sequences.

    Returns
    -------
    y : ndarray of shape (n,), or of int of shape (n, n_labels)
    multilabel : bool
        Whether it is the latter, an indicator matrix.
    """
    y = _given(y, "label")
    if is_indicator_matrix(y):
        y = y.toarray() if sparse.issparse(y) else np.asarray(y)
        return _check_indicators(y, n), True
    return _check_single_labels(y, n), False


def is_indicator_matrix(y):
    """Return whether labels have the form of an indicator matrix: several columns."""
    has_shape = type(y) is np.ndarray or sparse.issparse(y)
    try:
        shape = y.shape if has_shape else as_array(y, "y").shape
    except ValueError as error:
        if INHOMOGENEOUS not in str(error):
            raise
        raise ValueError(
            "y has rows of different length. Give one label for each sequence, or an "
            "indicator matrix, such as sklearn.preprocessing.MultiLabelBinarizer() "
            "makes of lists of labels."
        ) from error
    return len(shape) == 2 and shape[1] > 1


def _given(y, what):
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
    if type(y) is np.ndarray:
        return y
    if is_frame(y) and not columns_of(y):
        raise ValueError(f"y is a data frame without columns: give one {what} a row.")
    return as_plain(y, "y")


def _check_length(y, n, what):
    if len(y) != n:
        raise ValueError(
            f"X has {n} sequences, but y has {len(y)} {what}: there must be one for "
            "each sequence."
        )


def _check_indicators(y, n):
    _check_length(y, n, "rows")
    if y.dtype == object:
        with suppress(TypeError, ValueError):
            y = y.astype(np.float64)
    _check_all_finite(y, "label")
    if y.dtype.kind not in "biuf" or not np.isin(y, (0, 1)).all():
        raise ValueError(
            f"y has shape {y.shape}, and values other than 0 and 1. A classifier wants "
            "one label for each sequence, or an indicator matrix with a column of 0 "
            "and 1 for each label. For several classes a sequence, use "
            "sklearn.multioutput.MultiOutputClassifier."
        )
    return y.astype(np.intp)


def _check_single_labels(y, n):
    y = column_or_1d(y, warn=True)
    _check_length(y, n, "labels")
    if y.dtype.kind == "f":
        y = within_float64(y, "y")
    _check_all_labelled(y)
    sorted_once(y, "Labels", "y")
    check_classification_targets(y)
    return y


def _check_all_labelled(y):
    """Refuse labels that stand for none: NaN, infinity and None."""
    suspect = y.dtype == object or (y.dtype.kind == "f" and not np.isfinite(y).all())
    for i, label in enumerate(y if suspect else ()):
        infinite = isinstance(label, float | np.floating) and np.isinf(label)
        if infinite or is_missing(label):
            what = "infinity" if infinite else _name_of_missing(label)
            raise ValueError(
                f"y contains {what}: label {i} (counted from 0). Leave sequences "
                "without a label out of X and y."
            )


def _name_of_missing(value):
    return "NaN" if isinstance(value, float | np.floating) else str(value)


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
    y = _given(y, "number")
    try:
        y = as_array(y, "y")
    except ValueError as error:
        if INHOMOGENEOUS not in str(error):
            raise
        raise ValueError(
            "y has rows of different length. Give one number for each sequence, or as "
            "many as there are targets."
        ) from error
    if y.ndim not in (1, 2) or y.size == 0:
        raise ValueError(
            f"y must have shape ({n},) or ({n}, n_targets): one number, or as many as "
            f"there are targets, for each sequence. Got shape {y.shape}."
        )
    _check_length(y, n, "targets")
    y = _as_real_numbers(y)
    _check_all_finite(y, "target")
    return y


def _as_real_numbers(y):
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
            "one number for each sequence, or as many as there are targets."
        ) from error


def _check_all_finite(y, what):
    """Refuse NaN and infinity in numbers."""
    if y.dtype.kind == "f" and not np.isfinite(y).all():
        at = np.argwhere(~np.isfinite(y))[0]
        value = "NaN" if np.isnan(y[tuple(at)]) else "infinity"
        where = f"{what} {at[0]}" + (f", column {at[1]}" if y.ndim == 2 else "")
        raise ValueError(
            f"y contains {value}: {where} (counted from 0). Leave sequences without a "
            f"{what} out of X and y."
        )
