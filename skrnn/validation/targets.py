"""The border to users' labels, targets and weights."""

from contextlib import suppress
from numbers import Real

import numpy as np
from scipy import sparse
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import check_classification_targets


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
    """Say whether labels have the form of an indicator matrix: several columns."""
    try:
        shape = y.shape if sparse.issparse(y) else np.asarray(y).shape
    except ValueError as error:
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
    return y


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
    _check_all_labelled(y)
    try:
        np.unique(y)
    except TypeError as error:
        kinds = sorted({type(label).__name__ for label in y})
        raise ValueError(
            f"Labels must be of one type, but y has {' and '.join(kinds)}."
        ) from error
    check_classification_targets(y)
    return y


def _check_all_labelled(y):
    """Refuse labels that stand for none: NaN, infinity and None."""
    suspect = y.dtype == object or (y.dtype.kind == "f" and not np.isfinite(y).all())
    for i, label in enumerate(y if suspect else ()):
        if label is None or (isinstance(label, float) and not np.isfinite(label)):
            what = "NaN" if label != label else "None" if label is None else "infinity"
            raise ValueError(
                f"y contains {what}: label {i} (counted from 0). Leave sequences "
                "without a label out of X and y."
            )


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
        y = np.asarray(y)
    except ValueError as error:
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
        return y.astype(np.float64)
    except (TypeError, ValueError) as error:
        reason = str(error).rstrip(".")
        raise ValueError(
            f"y has dtype object and cannot be read as numbers: {reason}. Give one "
            "number for each sequence, or as many as there are targets."
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


def check_weights(sample_weight, n):
    """Check the weights of n sequences; ones if there are none.

    Returns
    -------
    ndarray of float64 of shape (n,)
    """
    if sample_weight is None:
        return np.ones(n)
    weights = np.asarray(sample_weight)
    if weights.ndim == 0 and weights.dtype.kind in "biuf":
        weights = np.full(n, weights)
    if weights.dtype.kind not in "biufO":
        raise ValueError(f"sample_weight must be numbers, got {weights.dtype}.")
    try:
        weights = weights.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"sample_weight must be numbers, got {weights.dtype}: {error}."
        ) from error
    if weights.shape != (n,):
        raise ValueError(
            f"sample_weight must have one number for each of the {n} sequences, "
            f"got shape {weights.shape}."
        )
    if not np.isfinite(weights).all():
        at = int(np.argmin(np.isfinite(weights)))
        raise ValueError(f"sample_weight[{at}] is {weights[at]}; it must be finite.")
    if (weights < 0).any():
        at = int(np.argmax(weights < 0))
        raise ValueError(
            f"sample_weight[{at}] is {weights[at]}; weights must not be negative. "
            "Use 0 to leave a sequence out."
        )
    if not weights.any():
        raise ValueError(
            "All weights in sample_weight are zero: no sequence is left to learn from."
        )
    if weights.max() > np.finfo(np.float64).max / n:
        raise ValueError(
            "The weights in sample_weight add up to more than a float can hold. Only "
            "their ratios matter: divide them by the largest."
        )
    return weights


def check_groups(groups, n):
    """Number the groups of n sequences; None if there are none.

    Returns
    -------
    ndarray of int of shape (n,) or None
    """
    if groups is None:
        return None
    groups = np.asarray(groups)
    if groups.shape != (n,):
        raise ValueError(
            f"groups must have one entry for each of the {n} sequences, got shape "
            f"{groups.shape}."
        )
    missing = np.array([group is None or group != group for group in groups.tolist()])
    if missing.any():
        raise ValueError(
            f"groups has no value for sequence {missing.argmax()} (counted from 0). "
            "Give one that belongs to no other a group of its own."
        )
    try:
        return np.unique(groups, return_inverse=True)[1]
    except TypeError as error:
        kinds = sorted({type(group).__name__ for group in groups})
        raise ValueError(
            f"Groups must be of one type, but groups has {' and '.join(kinds)}."
        ) from error


def check_class_weight(class_weight, multilabel):
    """Check the weights that a dict gives to classes."""
    if multilabel and class_weight is not None:
        raise ValueError(
            "class_weight is for one label a sequence, but y is an indicator matrix. "
            "Set it to None, and weigh sequences with sample_weight."
        )
    if not isinstance(class_weight, dict):
        return
    for label, weight in class_weight.items():
        number = isinstance(weight, Real) and np.isfinite(weight)
        if not number or weight < 0:
            raise ValueError(
                f"class_weight[{label!r}] is {weight!r}; it must be a finite number "
                "and not negative."
            )
