"""Constraints on parameters of estimators and functions."""

import difflib
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from inspect import signature
from numbers import Integral, Real

import numpy as np
from sklearn.utils import check_random_state

from skrnn.cells.checks import float_type


@dataclass(frozen=True)
class Interval:
    """Constraint: a number in an interval.

    Parameters
    ----------
    kind : type
        `Integral` or `Real`.
    low, high : float
        The bounds.
    closed : {"left", "right", "both", "neither"}
        Which of the bounds belong to it.
    """

    kind: type
    low: float
    high: float = np.inf
    closed: str = "left"

    def is_satisfied_by(self, value):
        """Return whether a value is valid."""
        # A span of time is an integer to NumPy.
        if isinstance(value, bool | np.bool_ | np.timedelta64):
            return False
        if not isinstance(value, self.kind):
            return False
        if self.kind is not Integral:
            try:
                value = float(value)
            except OverflowError:  # an int, or a fraction, larger than any float
                return False
        from_left, to_right = self._closed
        above = value >= self.low if from_left else value > self.low
        below = value <= self.high if to_right else value < self.high
        return bool(above and below)

    def __str__(self):
        name = "an int" if self.kind is Integral else "a float"
        from_left, to_right = self._closed
        opening, closing = "[" if from_left else "(", "]" if to_right else ")"
        return f"{name} in the range {opening}{self.low}, {self.high}{closing}"

    @property
    def _closed(self):
        return self.closed in ("left", "both"), self.closed in ("right", "both")


@dataclass(frozen=True)
class Options:
    """Constraint: one of some values, which are strings, None or infinity.

    Parameters
    ----------
    values : collection
        The values. Of a registry, a dict, they are its keys at the time of the check.
    """

    values: Collection

    def is_satisfied_by(self, value):
        """Return whether a value is valid."""
        # Compare strings and numbers, also those of NumPy, by value; an array would be
        # compared item by item.
        if not isinstance(value, str | Real):
            return any(value is option for option in self.values)
        return any(value == option for option in self.values)

    def __str__(self):
        if len(self.values) == 1:
            return repr(*self.values)
        return "one of " + ", ".join(repr(value) for value in self.values)


class Boolean:
    """Constraint: True or False."""

    def is_satisfied_by(self, value):
        """Return whether a value is valid."""
        return isinstance(value, bool | np.bool_)

    def __str__(self):
        return "True or False"


class Dict:
    """Constraint: a dict."""

    def is_satisfied_by(self, value):
        """Return whether a value is valid."""
        return isinstance(value, dict)

    def __str__(self):
        return "a dict from class labels to weights"


class AnyCallable:
    """Constraint: a callable."""

    def is_satisfied_by(self, value):
        """Return whether a value is valid."""
        return callable(value)

    def __str__(self):
        return "a callable"


class Transformer:
    """Constraint: a transformer of scikit-learn."""

    def is_satisfied_by(self, value):
        """Return whether a value is valid."""
        methods = "fit", "transform", "get_params"
        has_methods = all(hasattr(value, method) for method in methods)
        return has_methods and not isinstance(value, type)

    def __str__(self):
        return "a transformer, with fit and transform,"


class FloatType:
    """Constraint: a type in which networks compute."""

    def is_satisfied_by(self, value):
        """Return whether a value is valid."""
        return value is not None and float_type(value) is not None

    def __str__(self):
        return "np.float32 or np.float64"


class RandomState:
    """Constraint: a `random_state` that scikit-learn accepts."""

    def is_satisfied_by(self, value):
        """Return whether a value is valid."""
        if isinstance(value, np.timedelta64):
            return False
        try:
            check_random_state(value)
        except (TypeError, ValueError):
            return False
        return True

    def __str__(self):
        return (
            f"an int in the range [0, {2**32 - 1}], a numpy.random.RandomState or None"
        )


def check_parameters(estimator):
    """Check every parameter of an estimator against its constraints.

    Raises
    ------
    ValueError
        With one line for each invalid parameter.
    """
    name, parameters = type(estimator).__name__, estimator.get_params(deep=False)
    check_options(name, estimator._parameter_constraints, parameters)


def check_names(kind, values, names):
    """Check the arguments of a constructor against its signature.

    Python's own error names the base class that has the constructor, which users need
    not know, and suggests no spelling.

    Parameters
    ----------
    kind : type
        Class of the estimator.
    values : tuple
        Positional arguments.
    names : iterable of str
        Names of the keyword arguments.

    Raises
    ------
    TypeError
        If a name is unknown, or there are too many positional arguments.
    """
    by_place, by_name = _parameters_of(kind)
    if by_name is None:
        return
    if len(values) > len(by_place):
        raise TypeError(
            f"{kind.__name__} takes {len(by_place)} parameter(s) without a name, "
            f"{', '.join(by_place)}, but got {len(values)} values: name the others."
        )
    for name in names:
        if name not in by_name:
            raise TypeError(
                f"{kind.__name__} has no parameter {name!r}."
                + (_likely(name, by_name) or f" It has: {', '.join(by_name)}.")
            )


@lru_cache(maxsize=64)
def _parameters_of(kind):
    """Return positional and all names of a constructor; None if any are valid."""
    parameters = list(signature(kind.__init__).parameters.values())[1:]
    if any(p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL) for p in parameters):
        return None, None
    by_place = [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY]
    return by_place, [p.name for p in parameters]


def check_options(name, constraints, values):
    """Check arguments of a function, or parameters of an estimator.

    Parameters
    ----------
    name : str
        Name of the function or estimator.
    constraints : dict of str to list
        For each parameter its constraints, one of which must be satisfied.
    values : dict of str to object
        The arguments.

    Raises
    ------
    ValueError
        With one line for each invalid argument.
    """
    faults = [
        _fault(name, parameter, value, constraints[parameter])
        for parameter, value in values.items()
    ]
    faults = [fault for fault in faults if fault]
    if faults:
        raise ValueError("\n".join(faults))


def _fault(name, parameter, value, constraints):
    if any(constraint.is_satisfied_by(value) for constraint in constraints):
        return None
    allowed = " or ".join(str(constraint) for constraint in constraints)
    fault = f"The {parameter!r} parameter of {name} must be {allowed}. Got {value!r}."
    options = [
        option
        for constraint in constraints
        for option in getattr(constraint, "values", ())
        if isinstance(option, str)
    ]
    return fault + (_likely(value, options) if isinstance(value, str) else "")


def _likely(word, words):
    """Return a hint at the likely spelling of a word, or an empty string."""
    close = difflib.get_close_matches(word, words, n=1)
    return f" Did you mean {close[0]!r}?" if close else ""
