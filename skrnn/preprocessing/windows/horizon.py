"""What windows forecast, and what they know of the time that is forecast."""

from numbers import Integral

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from skrnn.parameters.columns import Columns
from skrnn.parameters.constraints import Interval
from skrnn.validation.columns import resolve_columns
from skrnn.validation.values import as_numbers

NONE = np.empty(0, np.intp)


class Features:
    """Constraint: a feature or several, by index or name, or a mask."""

    def is_satisfied_by(self, value):
        """Return whether a value is valid."""
        return _is_one(value) or Columns().is_satisfied_by(value)

    def __str__(self):
        return f"an index, a name, {Columns()}"


def _is_one(value):
    return isinstance(value, str) or Interval(Integral, 0).is_satisfied_by(value)


def _select(value, parameter, caller, series):
    """Return the indices of the features that a parameter names, one or several."""
    values = [value] if _is_one(value) else value
    names = series.names
    what, n = f"{parameter} of {caller}", series.n_features
    return resolve_columns(what, values, n, names, "feature")


def read_target(target, series, y, label, horizon, caller):
    """Return the indices of the features to forecast, of which there may be none.

    Parameters
    ----------
    target : int, str, sequence of such, or None
        As it came. With a horizon and no y, the only feature is the default.
    series : Series
        The series.
    y, label, horizon
        As passed to `sliding_windows`.
    caller : str
        Name of the function, for messages.

    Returns
    -------
    ndarray of int
    """
    if target is None and (y is not None or not horizon or label != "last"):
        return NONE
    if y is not None:
        raise ValueError(
            "target and y exclude each other: `target` names the features of X whose "
            "next values are forecast; `y` has labels or targets that are not in X. "
            "Pass one of them."
        )
    if label != "last":
        raise ValueError(
            f"label={label!r} is for labels in y. With `target`, the targets of a "
            "window are the next values of features: leave label at 'last'."
        )
    if not horizon:
        raise ValueError(
            "target names what is forecast: horizon, the number of steps to forecast, "
            "must be at least 1. Got 0."
        )
    if target is None and series.n_features > 1:
        raise ValueError(
            f"horizon={horizon} without y is for a forecast: say in `target` which of "
            f"the {series.n_features} features of X is to be forecast."
        )
    found = _select(0 if target is None else target, "target", caller, series)
    if len(found) == 0:
        raise ValueError("target names no feature: there is nothing to forecast.")
    return found


def read_known_ahead(known_ahead, series, targets, length, horizon, caller):
    """Return the indices of the features known ahead, of which there may be none."""
    if known_ahead is None:
        return NONE
    found = _select(known_ahead, "known_ahead", caller, series)
    if len(found) == 0:
        return NONE
    if not 1 <= horizon <= length:
        raise ValueError(
            "Features known ahead are read in the last `horizon` steps of a window: "
            f"horizon must be in the range [1, length={length}], got {horizon}."
        )
    both = np.intersect1d(found, targets)
    if len(both):
        name = series.feature_names[both[0]]
        raise ValueError(
            f"Feature {name!r} is in target and in known_ahead: the network would "
            "read what it is to forecast."
        )
    return found


def with_ahead(x, ahead, horizon):
    """Return steps with further features, each as it is `horizon` steps later.

    Parameters
    ----------
    x : ndarray of shape (n_steps, n_features)
        The steps.
    ahead : ndarray of shape (n_steps_known, n_known)
        Features known ahead, from the first of these steps on.
    horizon : int
        How many steps later.

    Returns
    -------
    ndarray of shape (n_steps_known - horizon, n_features + n_known)
    """
    if ahead.shape[1] == 0:
        return x
    return np.concatenate([x[: len(ahead) - horizon], ahead[horizon:]], axis=1)


def names_ahead(series, features, steps):
    """Return the names of features so many steps ahead: by step, then by feature."""
    names = series.feature_names
    return [f"{names[j]}_ahead{k}" for k in steps for j in features]


def read_values_ahead(series, i, targets, starts, horizon, missing, caller):
    """Return the targets of windows of series i, and which windows to keep.

    Parameters
    ----------
    series : Series
        The series.
    i : int
        Which of them.
    targets : ndarray of int of shape (n_targets,)
        The features.
    starts : ndarray of int of shape (n,)
        The first step after each window.
    horizon : int
        How many steps to take.
    missing : {"error", "drop"}
        What is done with windows to which a target is missing.
    caller : str
        Name of the function, for messages.

    Returns
    -------
    y : ndarray of shape (n_kept, horizon * n_targets)
        By step, then by target.
    kept : ndarray of bool of shape (n,)
    """
    values = series.arrays[i][:, targets]
    values = as_numbers(values, f"The target in series {i}", caller, gaps=True)
    windows = sliding_window_view(values, horizon, axis=0)
    y = windows[starts].transpose(0, 2, 1).reshape(len(starts), -1)
    gaps = np.isnan(y)
    kept = ~gaps.any(axis=1)
    if missing == "error" and not kept.all():
        row, column = np.argwhere(gaps)[0]
        after, which = divmod(int(column), len(targets))
        raise ValueError(
            f"Target {series.feature_names[targets[which]]!r} is missing (NaN) in step "
            f"{starts[row] + after} of series {i} (counted from 0). Fill the gap, or "
            "pass missing='drop' to leave out the windows that would forecast it."
        )
    return y if kept.all() else y[kept], kept
