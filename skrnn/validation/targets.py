"""The border to users' labels and weights."""

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
    if y.dtype.kind == "f" and not np.isfinite(y).all():
        at = int(np.argmin(np.isfinite(y)))
        raise ValueError(
            f"Input y contains {y[at]} at position {at}; every sequence needs a label. "
            "Leave out those that have none."
        )
    check_classification_targets(y)
    return y


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
    weights = weights.astype(np.float64)
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
    return weights
