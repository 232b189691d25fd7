"""Validated data of a committee."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from skrnn.ensemble.sampling import Population
from skrnn.validation.arrays import as_array
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
