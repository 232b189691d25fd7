"""Validated data of a committee."""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
from sklearn.utils import get_tags

from skrnn.ensemble.sampling import Population
from skrnn.validation.arrays import as_array, is_missing
from skrnn.validation.padding import reads_padding, without_padding
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


def _values_of(parameter, estimator):
    """Return the values of a parameter of a network, and of those within."""
    params = estimator.get_params(deep=True).items()
    return [value for name, value in params if name.split("__")[-1] == parameter]


def _digests_of(samples):
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


def numbers_of(samples, estimator, name):
    """Return sequences as numbers that tell which of them are copies of each other.

    Parameters
    ----------
    samples : ndarray of shape (n, n_steps, n_features) or list of 2-D arrays
        The sequences.
    estimator : estimator
        What is to read them: it says whether values may be missing, or text, and what
        is padding, which is left out.
    name : str
        Name of the committee, for messages.
    """
    gaps = get_tags(estimator).input_tags.allow_nan
    if any(map(reads_padding, _values_of("padding", estimator))):
        gaps = True
        if isinstance(samples, np.ndarray):
            # Of a table this is NaN at the end of a row, whatever a step is.
            samples = without_padding(samples, samples.shape[2])
    if any(it is not None for it in _values_of("categorical_features", estimator)):
        samples = _digests_of(samples)
    if not isinstance(samples, list):
        return as_numbers(samples, "X", name, gaps)
    names = [f"Sequence {i} of X" for i in range(len(samples))]
    return [
        as_numbers(as_array(sequence, of), of, name, gaps)
        for of, sequence in zip(names, samples, strict=True)
    ]
