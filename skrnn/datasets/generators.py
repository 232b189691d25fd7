"""Synthetic sequence problems, each of which asks one thing of a network's memory."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING

import numpy as np
from sklearn.utils import check_random_state

from skrnn.parameters.constraints import Boolean, RandomState, check_options

if TYPE_CHECKING:
    from skrnn.utils.typing import Array, RandomStateLike

OPTIONS = {"random_state": [RandomState()], "regression": [Boolean()]}


def make_sign_of_sum(
    n_samples: int = 1000,
    n_steps: int = 10,
    *,
    n_features: int = 1,
    random_state: RandomStateLike = None,
) -> tuple[Array, Array]:
    """Make sequences of noise, labelled by the sign of their sum.

    Every step counts the same, so a network has to accumulate over the whole
    sequence. The one decision is linear in the inputs: a first thing to try.

    Parameters
    ----------
    n_samples : int, default=1000
        Number of sequences.
    n_steps : int, default=10
        Number of steps of each sequence.
    n_features : int, default=1
        Number of features of each step.
    random_state : int, RandomState instance or None, default=None
        Source of the random numbers. Pass an int for the same data at every call.

    Returns
    -------
    X : ndarray of shape (n_samples, n_steps, n_features)
        Independent standard normal values.
    y : ndarray of shape (n_samples,)
        1 where the sum over all steps and features is above zero, else 0.

    Examples
    --------
    >>> from skrnn.datasets import make_sign_of_sum
    >>> X, y = make_sign_of_sum(n_samples=6, n_steps=20, random_state=0)
    >>> X.shape
    (6, 20, 1)
    >>> [int(sequence.sum() > 0) for sequence in X] == y.tolist()
    True
    """
    n_samples = _check_count("make_sign_of_sum", "n_samples", n_samples, 1)
    n_steps = _check_count("make_sign_of_sum", "n_steps", n_steps, 1)
    n_features = _check_count("make_sign_of_sum", "n_features", n_features, 1)
    check_options("make_sign_of_sum", OPTIONS, {"random_state": random_state})
    rng = check_random_state(random_state)
    X = rng.standard_normal((n_samples, n_steps, n_features))
    y = (X.sum(axis=(1, 2)) > 0).astype(np.int64)
    return X, y


def make_adding_problem(
    n_samples: int = 1000,
    n_steps: int = 50,
    *,
    regression: bool = False,
    random_state: RandomStateLike = None,
) -> tuple[Array, Array]:
    """Make the adding problem: add two marked values of a long sequence.

    A network has to store two values exactly, whenever their marks come by, and to
    ignore all others. The first marked step is in the first half of the sequence and
    the second in the second half (which has the middle step when `n_steps` is odd).

    Parameters
    ----------
    n_samples : int, default=1000
        Number of sequences.
    n_steps : int, default=50
        Number of steps of each sequence, at least 2.
    regression : bool, default=False
        If True, the target is the sum itself. If False, it is the class that says
        whether the sum is above 1, which half of all sums are on average.
    random_state : int, RandomState instance or None, default=None
        Source of the random numbers. Pass an int for the same data at every call.
        `X` does not depend on `regression`.

    Returns
    -------
    X : ndarray of shape (n_samples, n_steps, 2)
        Feature 0 is uniform in [0, 1). Feature 1 is the mark: 1 at two steps of each
        sequence, 0 elsewhere.
    y : ndarray of shape (n_samples,)
        The sum of the two marked values as float64 if `regression`, else 1 where
        that sum is above 1 and 0 elsewhere.

    Notes
    -----
    The original draws values from [-1, 1], rescales the sum and varies the length;
    this is the plainer form that is now common.

    References
    ----------
    S. Hochreiter and J. Schmidhuber (1997). Long Short-Term Memory. Neural
    Computation, 9(8), 1735-1780.

    Examples
    --------
    >>> from skrnn.datasets import make_adding_problem
    >>> X, y = make_adding_problem(
    ...     n_samples=4, n_steps=30, regression=True, random_state=0
    ... )
    >>> X.shape
    (4, 30, 2)
    >>> values, marks = X[0, :, 0], X[0, :, 1]
    >>> bool(y[0] == values[marks == 1].sum())
    True
    """
    n_samples = _check_count("make_adding_problem", "n_samples", n_samples, 1)
    n_steps = _check_count("make_adding_problem", "n_steps", n_steps, 2)
    options = {"random_state": random_state, "regression": regression}
    check_options("make_adding_problem", OPTIONS, options)
    rng = check_random_state(random_state)
    values = rng.uniform(size=(n_samples, n_steps))
    first = _draw_integers(rng, 0, n_steps // 2, n_samples)
    second = _draw_integers(rng, n_steps // 2, n_steps, n_samples)
    rows = np.arange(n_samples)
    marks = np.zeros_like(values)
    marks[rows, first] = marks[rows, second] = 1.0
    total = values[rows, first] + values[rows, second]
    y = total if regression else (total > 1.0).astype(np.int64)
    return np.stack([values, marks], axis=2), y


def make_first_symbol_recall(
    n_samples: int = 1000,
    n_steps: int = 50,
    *,
    n_symbols: int = 4,
    random_state: RandomStateLike = None,
) -> tuple[Array, Array]:
    """Make sequences of random symbols, labelled by the first of them.

    The symbols that follow come from the same alphabet and say nothing about the
    class, so a network has to store the first one and keep it from being overwritten.

    Parameters
    ----------
    n_samples : int, default=1000
        Number of sequences.
    n_steps : int, default=50
        Number of steps of each sequence, that of the first symbol included.
    n_symbols : int, default=4
        Size of the alphabet and number of classes, at least 2.
    random_state : int, RandomState instance or None, default=None
        Source of the random numbers. Pass an int for the same data at every call.

    Returns
    -------
    X : ndarray of shape (n_samples, n_steps, n_symbols)
        One symbol a step, one-hot: 1 at the feature of the symbol, 0 elsewhere.
    y : ndarray of shape (n_samples,)
        The first symbol of each sequence, an integer from 0 to ``n_symbols - 1``.

    Examples
    --------
    >>> from skrnn.datasets import make_first_symbol_recall
    >>> X, y = make_first_symbol_recall(n_samples=5, n_steps=30, random_state=0)
    >>> X.shape
    (5, 30, 4)
    >>> X[:, 0].argmax(axis=1).tolist() == y.tolist()
    True
    """
    n_samples = _check_count("make_first_symbol_recall", "n_samples", n_samples, 1)
    n_steps = _check_count("make_first_symbol_recall", "n_steps", n_steps, 1)
    n_symbols = _check_count("make_first_symbol_recall", "n_symbols", n_symbols, 2)
    check_options("make_first_symbol_recall", OPTIONS, {"random_state": random_state})
    rng = check_random_state(random_state)
    symbols = _draw_integers(rng, 0, n_symbols, (n_samples, n_steps))
    return np.eye(n_symbols)[symbols], symbols[:, 0].copy()


def make_temporal_order(
    n_samples: int = 1000, n_steps: int = 50, *, random_state: RandomStateLike = None
) -> tuple[Array, Array]:
    """Make the temporal order problem: which of X and Y came, and in which order.

    Two steps of a sequence hold an X or a Y each and all others hold distractors.
    A network has to recognise the two among the rest and to remember their order.

    Parameters
    ----------
    n_samples : int, default=1000
        Number of sequences.
    n_steps : int, default=50
        Number of steps T of each sequence, at least 6, from where on both stretches
        below contain a step.
    random_state : int, RandomState instance or None, default=None
        Source of the random numbers. Pass an int for the same data at every call.

    Returns
    -------
    X : ndarray of shape (n_samples, n_steps, 6)
        One symbol a step, one-hot. Features 0 and 1 are X and Y, features 2 to 5 the
        four distractors. Counting steps from 0, the first relevant symbol is at a
        step t with ``0.1 * T <= t < 0.2 * T`` and the second at one with
        ``0.5 * T <= t < 0.6 * T``.
    y : ndarray of shape (n_samples,)
        The class: 0 for XX, 1 for XY, 2 for YX and 3 for YY.

    Notes
    -----
    The original also has a symbol for the beginning and one for the end, and varies
    the length.

    References
    ----------
    S. Hochreiter and J. Schmidhuber (1997). Long Short-Term Memory. Neural
    Computation, 9(8), 1735-1780.

    Examples
    --------
    >>> from skrnn.datasets import make_temporal_order
    >>> X, y = make_temporal_order(n_samples=3, n_steps=40, random_state=0)
    >>> X.shape
    (3, 40, 6)
    >>> symbols = X[0].argmax(axis=1)
    >>> first, second = symbols[symbols < 2]
    >>> bool(y[0] == 2 * first + second)
    True
    """
    n_samples = _check_count("make_temporal_order", "n_samples", n_samples, 1)
    n_steps = _check_count("make_temporal_order", "n_steps", n_steps, 6)
    check_options("make_temporal_order", OPTIONS, {"random_state": random_state})
    rng = check_random_state(random_state)
    symbols = _draw_integers(rng, 2, 6, (n_samples, n_steps))
    # Tenths of the length in integer arithmetic: a float 0.1 * T can round past a step.
    start = [-(-n_steps * tenths // 10) for tenths in (1, 2, 5, 6)]
    first = _draw_integers(rng, start[0], start[1], n_samples)
    second = _draw_integers(rng, start[2], start[3], n_samples)
    relevant = _draw_integers(rng, 0, 2, (n_samples, 2))
    rows = np.arange(n_samples)
    symbols[rows, first] = relevant[:, 0]
    symbols[rows, second] = relevant[:, 1]
    return np.eye(6)[symbols], 2 * relevant[:, 0] + relevant[:, 1]


def _draw_integers(rng, low, high, size):
    """Draw integers from [low, high) with a width that no platform changes."""
    return rng.randint(low, high, size=size, dtype=np.int64)


def _check_count(function, name, value, minimum):
    """Return an int; raise unless the value is one that is not below the minimum."""
    is_other = isinstance(value, bool | np.bool_ | np.timedelta64)
    is_integer = isinstance(value, Integral) and not is_other
    if is_integer and value >= minimum:
        return int(value)
    error = ValueError if is_integer else TypeError
    remedy = f"{name}={minimum} or more" if is_integer else f"an int such as {minimum}"
    raise error(
        f"{function}: {name} must be an integer of at least {minimum}, but got "
        f"{value!r} of type {type(value).__name__}. Pass {remedy}."
    )
