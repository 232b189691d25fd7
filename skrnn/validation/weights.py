"""Validation of what comes with sequences: their weights and their groups."""

import numpy as np

from skrnn.validation.arrays import flat_array, is_missing, sentence
from skrnn.validation.labels import sorted_once
from skrnn.validation.values import within_float64


def check_weights(sample_weight, n):
    """Check the weights of n sequences; ones if there are none.

    Returns
    -------
    ndarray of float64 of shape (n,)
    """
    if sample_weight is None:
        return np.ones(n)
    weights = flat_array(sample_weight, "sample_weight")
    if weights.ndim == 0 and weights.dtype.kind in "biuf":
        weights = np.full(n, weights)
    if weights.dtype.kind not in "biufO":
        raise ValueError(f"sample_weight must be numbers, got {weights.dtype}.")
    weights = within_float64(weights, "sample_weight")
    try:
        weights = weights.astype(np.float64)
    except (OverflowError, TypeError, ValueError) as error:
        raise ValueError(
            f"sample_weight must be numbers, got {weights.dtype}: {sentence(error)}"
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
    """Check the groups of n sequences, and number them.

    Returns
    -------
    ndarray of int of shape (n,)
    """
    groups = flat_array(groups, "groups")
    if groups.shape != (n,):
        raise ValueError(
            f"groups must have one entry for each of the {n} sequences, got shape "
            f"{groups.shape}."
        )
    missing = np.array([is_missing(group) for group in groups.tolist()])
    if missing.any():
        raise ValueError(
            f"groups has no value for sequence {missing.argmax()} (counted from 0). "
            "Give one that belongs to no other a group of its own."
        )
    return sorted_once(groups, "Groups", "groups", return_inverse=True)[1]
