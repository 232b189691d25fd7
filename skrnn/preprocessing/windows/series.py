"""Long series as they come: their values, the names of features, and times."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from skrnn.utils.wording import some_of
from skrnn.validation.advice import MASKED
from skrnn.validation.arrays import as_array, sentence
from skrnn.validation.layouts import depth_of
from skrnn.validation.names import are_frames, columns_of
from skrnn.validation.sequences import check_ragged

ADVICE = (
    "Sort the steps of a series by time, and make a series of its own of each that is "
    "in a long frame. Local times come twice when clocks are set back: use UTC."
)


@dataclass(frozen=True, eq=False)
class Series:
    """One long series, or several.

    Attributes
    ----------
    items : list of n arrays, data frames or lists
        As they came.
    arrays : list of n arrays of shape (n_steps_i, n_features)
    is_one : bool
        Whether one was passed, not in a list.
    names : ndarray of str objects of shape (n_features,), or None
        Names of the features, if all are strings.
    """

    items: list[Any]
    arrays: list[np.ndarray]
    is_one: bool
    names: np.ndarray | None

    @property
    def n_features(self):
        """Return the number of features of a step."""
        return self.arrays[0].shape[1]

    @property
    def feature_names(self):
        """Return a name for each feature, in its absence x0, x1, ..., as a list."""
        if self.names is None:
            return [f"x{j}" for j in range(self.n_features)]
        return self.names.tolist()


def read_series(X, caller):
    """Return one series, or a list of several, as a `Series`."""
    kind, item = type(X).__name__, X
    X = X if isinstance(X, list | tuple) else as_array(X, "X", MASKED)
    is_scalar = getattr(X, "ndim", 1) == 0
    if is_scalar or len(X) == 0:
        came = kind if is_scalar else "nothing"
        raise ValueError(
            f"{caller} expected one series, (steps,) or (steps, features), or a list "
            f"of several; got {came}."
        )
    # Objects may be series only in one dimension; in two they are values of one.
    is_array = isinstance(X, np.ndarray) and (X.dtype != object or X.ndim > 1)
    is_one = np.ndim(X) < 3 if is_array else not any(map(depth_of, X))
    items, X = ([item], [X]) if is_one else (list(X), X)
    named = are_frames(items, caller)
    arrays = [as_array(x, f"Series {i} of X", MASKED) for i, x in enumerate(X)]
    arrays = [x.reshape(-1, 1) if x.ndim == 1 else x for x in arrays]
    arrays = check_ragged(arrays, caller, numbers=False)[0]
    names = columns_of(items[0]) if named else _own_names(items)
    return Series(items, arrays, is_one, _all_text(names, arrays[0].shape[1]))


def _own_names(items):
    """Return the name that all series of pandas or polars have as a list."""
    names = [getattr(item, "name", None) for item in items]
    same = all(isinstance(name, str) and name == names[0] for name in names)
    return names[:1] if same and names[0] else []  # without a name it is "" in polars


def _all_text(names, n_features):
    are_names = len(names) == n_features and all(isinstance(x, str) for x in names)
    return np.array(names, object) if are_names else None


def long_enough(series, n_steps, short, need):
    """Return which series have at least so many steps, or raise ValueError.

    Parameters
    ----------
    series : list of n arrays of shape (n_steps_i, n_features)
        The series.
    n_steps : int
        How many steps.
    short : {"error", "drop"}
        Whether shorter ones are an error, or left out.
    need : str
        What has so many steps, for the message.

    Returns
    -------
    list of int
    """
    kept = [i for i, x in enumerate(series) if len(x) >= n_steps]
    if len(kept) == len(series) or (kept and short == "drop"):
        return kept
    too_short = sorted(set(range(len(series))) - set(kept))
    advice = ", or short='drop' to leave them out" if kept else ""
    raise ValueError(
        f"{need} {n_steps} steps, and series {some_of(too_short)} of X have fewer. "
        f"Choose a smaller length{advice}."
    )


def read_times(times, series, ordered):
    """Return the time of each step of each series.

    Parameters
    ----------
    times : array-like, list of array-likes, or None
        As they came; if None, the index of data frames, or the numbers of the steps.
    series : Series
        The series.
    ordered : bool
        Whether the times must increase, as those that came always must.

    Returns
    -------
    list of n ndarrays of shape (n_steps_i,)
    """
    arrays = series.arrays
    if times is None:
        found = [index_of(x) for x in series.items]
        steps = zip(found, arrays, strict=True)
        found = [np.arange(len(x)) if index is None else index for index, x in steps]
    else:
        found = _read_times(times, series)
    for i, (own, x) in enumerate(zip(found, arrays, strict=True)):
        if own.shape != (len(x),):
            raise ValueError(
                f"Series {i} of X has {len(x)} steps, but times of it has shape "
                f"{own.shape}: there must be one time for each step."
            )
    if ordered or times is not None:
        for i, own in enumerate(found):
            check_increasing(own, i)
        _check_one_kind(found)
    return found


def _read_times(times, series):
    is_list = series.is_one or isinstance(times, list | tuple)
    if not is_list and as_array(times, "times").ndim == 0:
        raise ValueError(
            "times must be a list with the times of the steps of each series, got "
            f"{type(times).__name__}."
        )
    items = one_for_each(times, "times", series, "the times of the steps of each")
    return [as_array(item, f"times of series {i}") for i, item in enumerate(items)]


def one_for_each(values, name, series, what):
    """Return what an argument has for each series, as a list.

    Parameters
    ----------
    values : array-like, or list of such
        As they came: for one series, that of it alone.
    name : str
        Name of the argument.
    series : Series
        The series.
    what : str
        What there must be of each, for the message.
    """
    items, n = [values] if series.is_one else values, len(series.arrays)
    if not isinstance(items, list | tuple):
        items = as_array(items, name)
        items = items if items.ndim else []
    if len(items) != n:
        raise ValueError(
            f"X has {n} series, but {name} has {len(items)} items: it must be a list "
            f"with {what}."
        )
    return list(items)


def index_of(item):
    """Return the index of a data frame or series of pandas as an array, or None."""
    index = getattr(item, "index", None)
    if index is None or callable(index):  # it is a method of lists
        return None
    return np.asarray(index)


def check_increasing(times, i):
    """Raise ValueError if the times of series i are no times, or do not increase."""
    if times.dtype.kind not in "iufMmO" or isinstance(times[0], str | tuple):
        raise ValueError(
            f"The times of series {i} must be numbers or dates, but the first is "
            f"{times[0]!r}. Pass them in `times`."
        )
    try:
        wrong = np.flatnonzero(~(times[1:] > times[:-1]).astype(bool))
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"The times of series {i} cannot be compared with each other: "
            f"{sentence(error)} Pass others in `times`."
        ) from error
    if len(wrong):
        step = int(wrong[0]) + 1
        raise ValueError(
            f"The times of series {i} must increase, but that of step {step} is "
            f"{times[step]} and the one before is {times[step - 1]}. {ADVICE}"
        )


def _check_one_kind(times):
    """Raise ValueError if times of one series cannot be compared with another's."""
    for i, own in enumerate(times):
        try:
            np.less(own[:1], times[0][:1])
        except TypeError as error:
            raise ValueError(
                f"The times of series 0 and {i} cannot be compared: {times[0][0]!r} "
                f"and {own[0]!r} are of different type."
            ) from error
