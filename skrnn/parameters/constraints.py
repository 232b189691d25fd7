"""What the parameters of an estimator may be, and what is said where they are not."""

import difflib
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from inspect import signature
from numbers import Integral, Real

import numpy as np
from sklearn.utils import check_random_state


@dataclass(frozen=True)
class Interval:
    """A number in a range.

    Parameters
    ----------
    kind : type
        `Integral` or `Real`.
    low, high : float
        The ends of the range.
    closed : {"left", "right", "both", "neither"}
        Which of the ends belong to it.
    """

    kind: type
    low: float
    high: float = np.inf
    closed: str = "left"

    def is_satisfied_by(self, value):
        """Say whether a value will do."""
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
    """One of some values: strings, None or infinity.

    Parameters
    ----------
    values : collection
        The values. Of a registry, a dict, they are the keys that it has when asked.
    """

    values: Collection

    def is_satisfied_by(self, value):
        """Say whether a value will do."""
        # Texts and numbers of NumPy too; an array would be compared item by item.
        if not isinstance(value, str | Real):
            return any(value is option for option in self.values)
        return any(value == option for option in self.values)

    def __str__(self):
        if len(self.values) == 1:
            return repr(*self.values)
        return "one of " + ", ".join(repr(value) for value in self.values)


class Boolean:
    """True or False."""

    def is_satisfied_by(self, value):
        """Say whether a value will do."""
        return isinstance(value, bool | np.bool_)

    def __str__(self):
        return "True or False"


class Sizes:
    """A tuple or list of positive integers."""

    def is_satisfied_by(self, value):
        """Say whether a value will do."""
        size = Interval(Integral, 1)
        return (
            isinstance(value, tuple | list)
            and len(value) > 0
            and all(size.is_satisfied_by(item) for item in value)
        )

    def __str__(self):
        return "a tuple of such ints, one for each layer"


class Dict:
    """A dict."""

    def is_satisfied_by(self, value):
        """Say whether a value will do."""
        return isinstance(value, dict)

    def __str__(self):
        return "a dict from class labels to weights"


class AnyCallable:
    """Whatever can be called."""

    def is_satisfied_by(self, value):
        """Say whether a value will do."""
        return callable(value)

    def __str__(self):
        return "a callable"


class Transformer:
    """A transformer of scikit-learn."""

    def is_satisfied_by(self, value):
        """Say whether a value will do."""
        methods = "fit", "transform", "get_params"
        is_one = all(hasattr(value, method) for method in methods)
        return is_one and not isinstance(value, type)

    def __str__(self):
        return "a transformer, with fit and transform,"


class RandomState:
    """Whatever scikit-learn takes for a source of random numbers."""

    def is_satisfied_by(self, value):
        """Say whether a value will do."""
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
    """Hold every parameter of an estimator against its constraints.

    Raises
    ------
    ValueError
        With one line for each parameter that will not do.
    """
    name, given = type(estimator).__name__, estimator.get_params(deep=False)
    check_options(name, estimator._parameter_constraints, given)


def check_names(kind, values, names):
    """Check what a constructor got against its signature.

    Python's own error names the base class that has the constructor, which is none of
    the user's business, and knows no likely spelling.

    Parameters
    ----------
    kind : type
        The estimator.
    values : tuple
        What came without a name.
    names : iterable of str
        Names of the rest.

    Raises
    ------
    TypeError
        If a name is unknown, or a value has none and needs one.
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
    """Return the names that may be left out, and all names; None if any will do."""
    parameters = list(signature(kind.__init__).parameters.values())[1:]
    if any(p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL) for p in parameters):
        return None, None
    by_place = [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY]
    return by_place, [p.name for p in parameters]


def check_options(name, constraints, given):
    """Hold what a function, or an estimator, was given against its constraints.

    Parameters
    ----------
    name : str
        Of the function.
    constraints : dict of str to list
        For each parameter, one of which its value must meet.
    given : dict of str to object
        The values.
    """
    faults = [
        _fault(name, parameter, value, constraints[parameter])
        for parameter, value in given.items()
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
    """Return a question after the likely spelling of a word, or nothing."""
    close = difflib.get_close_matches(word, words, n=1)
    return f" Did you mean {close[0]!r}?" if close else ""
