"""What is known of the steps after the last of a series."""

import numpy as np

from skrnn.preprocessing.windows.series import check_increasing, index_of, one_for_each
from skrnn.validation.arrays import as_array
from skrnn.validation.names import columns_of, is_frame, named_columns
from skrnn.validation.values import as_numbers


def read_future(future, series, known, horizon):
    """Return the values of features known ahead, after the last step of each series.

    Parameters
    ----------
    future : array-like, data frame, list of n such, or None
        As they came.
    series : Series
        The series.
    known : ndarray of int of shape (n_known,)
        The features known ahead.
    horizon : int
        How many steps.

    Returns
    -------
    values : list of n ndarrays of shape (horizon, n_known)
    index : list of n ndarrays of shape (horizon,) or None
        The index of each, if it is a data frame of pandas.
    """
    n = len(series.arrays)
    if len(known) == 0:
        if future is not None:
            raise ValueError(
                "future has values of features known ahead: name these features in "
                "`known_ahead`, as in sliding_windows."
            )
        empty = [np.empty((horizon, 0), x.dtype) for x in series.arrays]
        return empty, [None] * n
    names = [series.feature_names[j] for j in known]
    if future is None:
        raise ValueError(
            f"known_ahead names {names}: pass in `future` the values that they have "
            f"in the {horizon} step(s) after the last of each series."
        )
    what = "the values after the last step of each"
    items = one_for_each(future, "future", series, what)
    values = [
        _read_one(item, i, series, known, horizon) for i, item in enumerate(items)
    ]
    return values, [index_of(item) for item in items]


def _read_one(item, i, series, known, horizon):
    what = f"future of series {i}"
    if is_frame(item) and series.names is not None:
        item = _columns(item, [series.feature_names[j] for j in known], what)
    values = as_array(item, what)
    values = values[:, np.newaxis] if values.ndim == 1 else values
    if values.shape != (horizon, len(known)):
        raise ValueError(
            f"{what} must have shape ({horizon}, {len(known)}), (horizon, features "
            f"known ahead), got {values.shape}."
        )
    kind = series.arrays[i].dtype
    if kind.kind != "O":
        values = as_numbers(values, what, "last_windows", gaps=True)
    return values.astype(kind) if kind.kind in "fO" else values


def _columns(frame, names, what):
    if missing := [name for name in names if name not in columns_of(frame)]:
        raise ValueError(
            f"{what} has no column {missing[0]!r}, which is known ahead. It has: "
            f"{columns_of(frame)}."
        )
    columns = dict(named_columns(frame))
    return np.column_stack([np.asarray(columns[name]) for name in names])


def times_ahead(times, index, horizon, length, i):
    """Return the times of the steps after the last of series i, or None.

    Parameters
    ----------
    times : ndarray of shape (n_steps,)
        The times of its steps.
    index : ndarray of shape (horizon,) or None
        The index of the future.
    horizon : int
        How many steps.
    length : int
        How many steps before show whether times are evenly spaced.
    i : int
        Which series, for messages.

    Returns
    -------
    ndarray of shape (horizon,), or None
        The index, if it has dates; else the times go on, if they are evenly spaced.
    """
    # Numbers are the index of frames that have none of their own.
    kind = times.dtype.kind
    if index is not None and kind in "mMO" and index.dtype.kind == kind:
        try:
            check_increasing(np.concatenate([times[-1:], index]), i)
        except ValueError as error:
            raise ValueError(
                f"The index of future of series {i} must go on after {times[-1]}, the "
                f"last time of X, but begins at {index[0]}: {error}"
            ) from error
        return index
    times = times[-max(length, 2) :]
    times = times.astype(np.int64) if kind in "iu" else times
    steps = np.diff(times)
    if len(steps) == 0:
        return None
    step = steps[0]
    # One by one: spans of calendar time do not compare as arrays.
    even = np.allclose(steps, step) if kind == "f" else all(x == step for x in steps)
    if not even:
        return None
    return np.array([times[-1] + k * step for k in range(1, horizon + 1)])
