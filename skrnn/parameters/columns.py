"""Constraints of parameters that name columns."""

import re
from numbers import Integral

import numpy as np


class Columns:
    """Constraint: which columns, by indices, names, a mask or a slice."""

    def is_satisfied_by(self, value):
        """Return whether a value is valid."""
        if isinstance(value, slice):
            return _has_ints(value)
        if not isinstance(value, list | tuple | range) and np.ndim(value) != 1:
            return False
        kinds = {bool if isinstance(x, np.bool_) else type(x) for x in value}
        if bool in kinds:
            return len(kinds) == 1
        return any(all(issubclass(x, of) for x in kinds) for of in (str, Integral))

    def __str__(self):
        return "a list of indices, names or bools, or a slice"


def _has_ints(value):
    """Return whether a slice is one that arrays can be indexed with."""
    bounds = value.start, value.stop, value.step
    are_ints = all(x is None or isinstance(x, Integral) for x in bounds)
    return are_ints and value.step != 0


class StepPattern:
    """Constraint: a pattern of names with a group for their place in time."""

    def is_satisfied_by(self, value):
        """Return whether a value is valid."""
        if not isinstance(value, str):
            return False
        try:
            groups = re.compile(value).groupindex.keys()
        except re.error:
            return False
        return groups - {"feature"} in ({"lag"}, {"step"})

    def __str__(self):
        return (
            "a regular expression with a group named 'lag' or 'step', and perhaps one "
            "named 'feature',"
        )
