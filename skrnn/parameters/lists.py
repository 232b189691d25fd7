"""Constraints of parameters that are lists of numbers."""

from itertools import pairwise
from numbers import Integral, Real

import numpy as np

from skrnn.parameters.constraints import Interval


class Sizes:
    """Constraint: a tuple or list of positive integers."""

    def is_satisfied_by(self, value):
        """Return whether a value is valid."""
        size = Interval(Integral, 1)
        return (
            isinstance(value, tuple | list)
            and len(value) > 0
            and all(size.is_satisfied_by(item) for item in value)
        )

    def __str__(self):
        return "a tuple of such ints, one for each layer"


class Quantiles:
    """Constraint: several numbers between 0 and 1, each larger than the last."""

    def is_satisfied_by(self, value):
        """Return whether a value is valid."""
        if not isinstance(value, list | tuple) and np.ndim(value) != 1:
            return False
        part = Interval(Real, 0, 1, closed="neither")
        return (
            len(value) > 0
            and all(part.is_satisfied_by(item) for item in value)
            and all(low < high for low, high in pairwise(map(float, value)))
        )

    def __str__(self):
        return "a list of such floats in ascending order"
