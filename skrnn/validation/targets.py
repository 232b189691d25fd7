"""The border to users' labels and weights."""

from numbers import Real

import numpy as np
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import check_classification_targets


def check_labels(y, n):
    """Check the labels of n sequences.

    Returns
    -------
    ndarray of shape (n,)
    """
    if y is None:
        raise ValueError(
            "fit requires y to be passed, but the target y is None: give one label for "
            "each sequence."
        )
    y = column_or_1d(y, warn=True)
    if len(y) != n:
        raise ValueError(
            f"X has {n} sequences, but y has {len(y)} labels: there must be one for "
            "each sequence."
        )
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
    for i, label in enumerate(y if y.dtype.kind in "fO" else ()):
        if label is None or (isinstance(label, float) and not np.isfinite(label)):
            what = "NaN" if label != label else "None" if label is None else "infinity"
            raise ValueError(
                f"y contains {what}: label {i} (counted from 0). Leave sequences "
                "without a label out of X and y."
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


def check_class_weight(class_weight):
    """Check the weights that a dict gives to classes."""
    if not isinstance(class_weight, dict):
        return
    for label, weight in class_weight.items():
        number = isinstance(weight, Real) and np.isfinite(weight)
        if not number or weight < 0:
            raise ValueError(
                f"class_weight[{label!r}] is {weight!r}; it must be a finite number "
                "and not negative."
            )
