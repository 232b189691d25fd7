"""Validation of the weights and groups of sequences."""

import numpy as np

from skrnn.validation.arrays import flat_array, is_missing, sentence
from skrnn.validation.labels import sorted_once
from skrnn.validation.values import within_float64


def check_weights(sample_weight, n):
    """Check the weights of n sequences; return ones if there are none.

    Returns
    -------
    ndarray of float64 of shape (n,)
    """
    if sample_weight is None:
        return np.ones(n)
    weights = flat_array(sample_weight, "sample_weight")
    if weights.ndim == 0 and weights.dtype.kind in "biuf":
        weights = np.full(n, weights)
    weights = as_floats(weights)
    if weights.shape != (n,):
        raise ValueError(
            f"sample_weight must have one number for each of the {n} sequences, "
            f"got shape {weights.shape}."
        )
    check_values(weights, lambda at: f"sample_weight[{at}]", "sequence")
    return weights


def as_floats(weights):
    """Return weights in float64; raise ValueError if they are not numbers."""
    if weights.dtype.kind not in "biufO":
        raise ValueError(f"sample_weight must be numbers, got {weights.dtype}.")
    weights = within_float64(weights, "sample_weight")
    try:
        return weights.astype(np.float64)
    except (OverflowError, TypeError, ValueError) as error:
        raise ValueError(
            f"sample_weight must be numbers, got {weights.dtype}: {sentence(error)}"
        ) from error


def check_values(weights, name_of, what):
    """Raise ValueError unless weights are finite, not negative and not all zero.

    Parameters
    ----------
    weights : ndarray of float64 of shape (n,)
        The weights.
    name_of : callable
        From the index of a weight to its name in messages.
    what : str
        What each of them is of.
    """
    if not np.isfinite(weights).all():
        at = int(np.argmin(np.isfinite(weights)))
        raise ValueError(f"{name_of(at)} is {weights[at]}; it must be finite.")
    if (weights < 0).any():
        at = int(np.argmax(weights < 0))
        raise ValueError(
            f"{name_of(at)} is {weights[at]}; weights must not be negative. "
            f"Use 0 to leave a {what} out."
        )
    if not weights.any():
        raise ValueError(
            f"All weights in sample_weight are zero: no {what} is left to learn from."
        )
    if weights.max() > np.finfo(np.float64).max / len(weights):
        raise ValueError(
            "The weights in sample_weight add up to more than a float can hold. Only "
            "their ratios matter: divide them by the largest."
        )


def check_groups(groups, n):
    """Check the groups of n sequences; return them as numbers from 0.

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
