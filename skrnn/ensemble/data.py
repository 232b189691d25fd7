"""Validated data of a committee."""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np

from skrnn.ensemble.sampling import Population
from skrnn.validation.arrays import as_array, is_missing
from skrnn.validation.values import as_numbers


@dataclass(frozen=True, eq=False)
class Data:
    """Validated data of a fit.

    Attributes
    ----------
    X : 3-D array, list of 2-D arrays, or table
        The sequences, for the members.
    y : ndarray of shape (n,) or (n, n_targets)
        Labels or targets, for the members.
    weight : ndarray of shape (n,)
        Weights, for the score.
    population : Population
        What to draw from.
    fitted : dict of str to object
        Fitted attributes that they settle.
    """

    X: Any
    y: np.ndarray
    weight: np.ndarray
    population: Population
    fitted: dict


def wants_categories(estimator):
    """Return whether a network, or one within, is to read categorical features."""
    params = estimator.get_params(deep=True).items()
    names = "categorical_features", "__categorical_features"
    return any(value is not None for name, value in params if name.endswith(names))


def digests_of(samples):
    """Return sequences in which numbers stand for text, the same for the same text.

    They tell which sequences are copies of each other, and do not depend on what else
    there is.
    """
    if isinstance(samples, np.ndarray):
        return _with_digests(samples)
    return [_with_digests(as_array(one, "A sequence of X")) for one in samples]


def _with_digests(values):
    if values.dtype.kind not in "OUT":
        return values
    found = np.empty(values.shape, object)
    found.reshape(-1)[:] = [
        _digest(value) if isinstance(value, str) else value
        for value in values.reshape(-1).tolist()
    ]
    missing = [is_missing(value) for value in found.flat]
    found.reshape(-1)[missing] = np.nan
    return found


@lru_cache(maxsize=2**16)
def _digest(text):
    """Return a number that other text hardly has."""
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6)
    return float(int.from_bytes(digest.digest(), "big"))


def numbers_of(samples, name, gaps):
    """Return sequences as numbers, which may be missing.

    With `gaps`, objects that say that a value is missing become NaN.
    """
    if not isinstance(samples, list):
        return as_numbers(samples, "X", name, gaps)
    names = [f"Sequence {i} of X" for i in range(len(samples))]
    return [
        as_numbers(as_array(sequence, of), of, name, gaps)
        for of, sequence in zip(names, samples, strict=True)
    ]
