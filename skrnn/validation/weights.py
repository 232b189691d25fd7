"""The border to users' weights of sequences and of classes."""

from numbers import Real

import numpy as np

from skrnn.validation.arrays import flat_array, sentence
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
        if not _is_weight(weight):
            raise ValueError(
                f"class_weight[{label!r}] is {weight!r:.60}; it must be a finite "
                "number and not negative."
            )


def _is_weight(value):
    try:
        with np.errstate(over="ignore"):
            return isinstance(value, Real) and 0 <= float(value) < np.inf
    except OverflowError:
        return False
