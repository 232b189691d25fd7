"""Windows of long series, with the labels and the groups that they need."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from sklearn.utils import Bunch

from skrnn.parameters.constraints import AnyCallable, Interval, Options, check_options
from skrnn.preprocessing.windows.horizon import (
    Features,
    names_ahead,
    read_known_ahead,
    read_target,
    read_values_ahead,
    with_ahead,
)
from skrnn.preprocessing.windows.labels import read_labels
from skrnn.preprocessing.windows.series import long_enough, read_series, read_times
from skrnn.validation.arrays import flat_array, joined

if TYPE_CHECKING:
    from collections.abc import Callable

    from skrnn.utils.typing import (
        Array,
        ArrayLike,
        ColumnsLike,
        SequencesLike,
        StepsLike,
    )

NAME = "sliding_windows"
OPTIONS = {
    "length": [Interval(Integral, 1)],
    "stride": [Interval(Integral, 1)],
    "label": [Options(("last", "mode")), AnyCallable()],
    "horizon": [Interval(Integral, 0)],
    "short": [Options(("error", "drop"))],
    "target": [Features(), Options((None,))],
    "known_ahead": [Features(), Options((None,))],
    "missing": [Options(("error", "drop"))],
}


def sliding_windows(
    X: SequencesLike,
    *,
    length: int,
    stride: int = 1,
    y: Any = None,
    groups: ArrayLike | None = None,
    label: Literal["last", "mode"] | Callable[[Array], Any] = "last",
    horizon: int = 0,
    short: Literal["error", "drop"] = "error",
    target: int | str | ColumnsLike | None = None,
    known_ahead: int | str | ColumnsLike | None = None,
    times: StepsLike | None = None,
    missing: Literal["error", "drop"] = "error",
) -> Bunch:
    """Cut long series into windows of one length.

    Windows of one series overlap, or are near each other, and a model that has seen
    one knows much of the next. A random split into training and test part would make
    it look better than it is. The `groups` that come with the windows say which belong
    together: hand them to `GroupKFold` or `StratifiedGroupKFold`.

    Read more in the :ref:`User Guide <guide_windows>`.

    Parameters
    ----------
    X : array of shape (n_steps,) or (n_steps, n_features), array of shape (n_series, \
n_steps, n_features), or list of n_series arrays of shape (n_steps_i,) or (n_steps_i, \
n_features)
        One series, as a 1-D or 2-D array or data frame, or several.
    length : int
        How many steps a window has.
    stride : int, default=1
        How many steps a window begins after the one before it.
    y : array-like, default=None
        For one series, a label or target for each step, (n_steps,) or (n_steps, \
n_targets), or a single one. For several, one label or row of targets for each, \
(n_series,) or (n_series, n_targets), or a list with an array for each series, that has
        a label or target for each of its steps.
    groups : array-like of shape (n_series,), default=None
        The group of each series, such as the person that it is from. Without it each
        series is a group.
    label : {"last", "mode"} or callable, default="last"
        Which of the labels of its steps a window gets: the last, or the most frequent,
        and of several such ones the smallest. A callable makes one of them,
        (length,) or (length, n_targets) -> label.
    horizon : int, default=0
        For forecasts: how many of the next steps are targets. With y, the label comes
        from so many steps after the last of the window; this needs label="last".
    short : {"error", "drop"}, default="error"
        What is done with a series that has not a single window: it is an error, or it
        is left out.
    target : int, str or sequence of such, default=None
        In place of y, the features of X to forecast: indices, or names if the series
        are data frames, or a mask. With a horizon and without y, the only feature is
        the default. Windows read the past of the targets too.
    known_ahead : int, str or sequence of such, default=None
        The features whose values are known `horizon` steps ahead, such as the calendar.
        For each of them a step gets a further feature, its value `horizon` steps later,
        so that the last `horizon` steps of a window hold those of the steps to
        forecast. `horizon` must not be more than `length`.
    times : array-like of shape (n_steps,) or list of n_series such, default=None
        The time of each step, numbers or dates. If None, it is the index of data frames
        of pandas, and otherwise the number of the step.
    missing : {"error", "drop"}, default="error"
        What is done with a window to which a target is missing (NaN): it is an error,
        or it is left out. Values that are missing in the window itself stay.

    Returns
    -------
    windows : Bunch
        With these attributes:

        X : ndarray of shape (n_windows, length, n_features)
            Series after series, and in the order of time. For one series a view of it,
            which cannot be written to; for several, or if windows in the midst of it
            are left out, a copy. Features known ahead come last, in the order of
            `known_ahead`.
        y : ndarray of shape (n_windows,) or (n_windows, n_targets), or None
            The label of each window. For forecasts the next values, (n_windows, horizon
            * n_targets): all targets of the first step, then of the second, and so on;
            (n_windows,) if that is one number.
        groups : ndarray of shape (n_windows,)
            The group of each window.
        series : ndarray of int of shape (n_windows,)
            Which series each window is from.
        starts : ndarray of int of shape (n_windows,)
            Which step of the series is its first.
        times : ndarray of shape (n_windows,)
            The time of the last step of each window.
        target_times : ndarray of shape (n_windows, horizon), or None
            For forecasts, the times of the targets. `time_splits` reads them.
        feature_names : list of str
            The names of the features of X, "x0", "x1", ... if they have none; a feature
            known 24 steps ahead is called as "load_ahead24".
        target_names : list of str, or None
            For forecasts, the names of the columns of y, as "load_ahead1".

    See Also
    --------
    last_windows : The windows from which to forecast what has not come yet.
    time_splits : Splits of windows into past and future.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn.preprocessing import sliding_windows
    >>> series = [np.arange(5), np.arange(10, 13)]
    >>> windows = sliding_windows(series, length=3, stride=2, y=["a", "b"])
    >>> windows.X[:, :, 0].tolist()
    [[0, 1, 2], [2, 3, 4], [10, 11, 12]]
    >>> windows.y.tolist(), windows.groups.tolist(), windows.starts.tolist()
    (['a', 'a', 'b'], [0, 0, 1], [0, 2, 0])

    To forecast the next two values, the horizon is 2:

    >>> windows = sliding_windows(np.arange(6), length=3, horizon=2)
    >>> windows.X[:, :, 0].tolist(), windows.y.tolist()
    ([[0, 1, 2], [1, 2, 3]], [[3, 4], [4, 5]])
    >>> windows.target_names, windows.target_times.tolist()
    (['x0_ahead1', 'x0_ahead2'], [[3, 4], [4, 5]])
    """
    given = {"length": length, "stride": stride, "label": label, "horizon": horizon}
    given |= {"short": short, "target": target, "known_ahead": known_ahead}
    check_options(NAME, OPTIONS, {**given, "missing": missing})
    length, stride, horizon = int(length), int(stride), int(horizon)
    series = read_series(X, NAME)
    arrays = series.arrays
    labels, of_steps = read_labels(y, arrays, series.is_one)
    targets = read_target(target, series, y, label, horizon, NAME)
    forecasts = len(targets) > 0
    if horizon and not forecasts and not (of_steps and label == "last"):
        raise ValueError(
            f"horizon={horizon} is for y with a label for each step, and label='last': "
            "it says how many steps after a window its label stands."
        )
    known = read_known_ahead(known_ahead, series, targets, length, horizon, NAME)
    groups = _read_groups(groups, len(arrays))
    times = read_times(times, series, ordered=forecasts)
    kept = long_enough(arrays, length + horizon, short, "A window and its horizon have")
    starts = {
        i: np.arange(len(arrays[i]) - length - horizon + 1)[::stride] for i in kept
    }
    if forecasts:
        labels = _read_targets(series, targets, starts, length, horizon, missing)
    elif of_steps:
        choose = _chooser(label, length, horizon)
        labels = np.concatenate([choose(labels[i], starts[i]) for i in kept])
    which = np.repeat(kept, [len(starts[i]) for i in kept])
    if y is not None and not of_steps:
        labels = labels[which]

    def join(cut):
        return _join([cut(i, starts[i]) for i in kept])

    def steps(i):
        return with_ahead(arrays[i], arrays[i][:, known], horizon)

    ahead = range(1, horizon + 1)
    return Bunch(
        X=join(lambda i, first: _cut(steps(i), first, length)),
        y=labels,
        groups=groups[which],
        series=which,
        starts=join(lambda i, first: first),
        times=join(lambda i, first: times[i][first + length - 1]),
        target_times=join(lambda i, first: _cut(times[i], first + length, horizon))
        if forecasts
        else None,
        feature_names=series.feature_names + names_ahead(series, known, [horizon]),
        target_names=names_ahead(series, targets, ahead) if forecasts else None,
    )


def _read_targets(series, targets, starts, length, horizon, missing):
    """Return the targets of all windows; leave out starts of those without some."""
    y = {}
    for i, own in starts.items():
        y[i], kept = read_values_ahead(
            series, i, targets, own + length, horizon, missing, NAME
        )
        starts[i] = own[kept]
    y = _join(list(y.values()))
    if len(y) == 0:
        raise ValueError(
            "A target is missing (NaN) to each of the windows: with missing='drop' "
            "none is left. Fill the gaps, or choose a smaller horizon."
        )
    return y[:, 0] if y.shape[1] == 1 else y


def _read_groups(groups, n):
    if groups is None:
        return np.arange(n)
    groups = flat_array(groups, "groups")
    if groups.shape != (n,):
        raise ValueError(
            f"groups must have one group for each of the {n} series, got shape "
            f"{groups.shape}."
        )
    return groups


def _cut(x, starts, length):
    """Return windows, (n, length) or (n, length, n_features): views if possible."""
    windows = sliding_window_view(x, length, axis=0)
    windows = windows if x.ndim == 1 else windows.transpose(0, 2, 1)
    strides = np.unique(np.diff(starts))
    if len(starts) == 0 or len(strides) > 1:
        return windows[starts]
    stride = int(strides[0]) if len(strides) else 1
    return windows[starts[0] : starts[-1] + 1 : stride]


def _join(parts):
    return parts[0] if len(parts) == 1 else joined(parts)


def _chooser(label, length, horizon):
    """Make a function that labels windows: (labels of steps, starts) -> labels."""
    if label == "last":
        return lambda y, starts: y[starts + length - 1 + horizon]
    if label == "mode":
        return lambda y, starts: _most_frequent(y, starts, length)
    return lambda y, starts: np.asarray([label(y[s : s + length]) for s in starts])


def _most_frequent(y, starts, length):
    if y.ndim != 1:
        raise ValueError(
            f"label='mode' wants one label for each step, but y has shape {y.shape}. "
            "Pass a callable that makes one of them."
        )
    labels, codes = np.unique(y, return_inverse=True)
    seen = np.cumsum(codes[:, np.newaxis] == np.arange(len(labels)), axis=0)
    seen = np.concatenate([np.zeros((1, len(labels)), seen.dtype), seen])
    return labels[np.argmax(seen[starts + length] - seen[starts], axis=1)]
