"""Windows of long series, with the labels and the groups that they need."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from sklearn.utils import Bunch

from skrnn.parameters.constraints import AnyCallable, Interval, Options, check_options
from skrnn.utils.wording import some_of
from skrnn.validation.advice import MASKED
from skrnn.validation.arrays import as_array, flat_array
from skrnn.validation.layouts import depth_of
from skrnn.validation.names import are_frames
from skrnn.validation.sequences import check_ragged

if TYPE_CHECKING:
    from collections.abc import Callable

    from skrnn.utils.typing import Array, ArrayLike, SequencesLike

NAME = "sliding_windows"
OPTIONS = {
    "length": [Interval(Integral, 1)],
    "stride": [Interval(Integral, 1)],
    "label": [Options(("last", "mode")), AnyCallable()],
    "horizon": [Interval(Integral, 0)],
    "short": [Options(("error", "drop"))],
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
) -> Bunch:
    """Cut long series into windows of one length.

    Windows of one series overlap, or are near each other, and a model that has seen
    one knows much of the next. A random split into training and test part would make
    it look better than it is. The `groups` that come with the windows say which belong
    together: hand them to `GroupKFold` or `StratifiedGroupKFold`.

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
        For forecasts, with label="last": the label comes from so many steps after the
        last of the window.
    short : {"error", "drop"}, default="error"
        What is done with a series that has not a single window: it is an error, or it
        is left out.

    Returns
    -------
    windows : Bunch
        With these attributes:

        X : ndarray of shape (n_windows, length, n_features)
            Series after series, and in the order of time. For one series a view of it,
            which cannot be written to; for several a copy.
        y : ndarray of shape (n_windows,) or (n_windows, n_targets), or None
            The label of each window.
        groups : ndarray of shape (n_windows,)
            The group of each window.
        series : ndarray of int of shape (n_windows,)
            Which series each window is from.
        starts : ndarray of int of shape (n_windows,)
            Which step of the series is its first.

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

    To forecast the next value, the horizon is 1:

    >>> windows = sliding_windows(np.arange(5), length=3, y=np.arange(5), horizon=1)
    >>> windows.X[:, :, 0].tolist(), windows.y.tolist()
    ([[0, 1, 2], [1, 2, 3]], [3, 4])
    """
    check_options(
        NAME,
        OPTIONS,
        {
            "length": length,
            "stride": stride,
            "label": label,
            "horizon": horizon,
            "short": short,
        },
    )
    length, stride, horizon = int(length), int(stride), int(horizon)
    series, is_one = _read_series(X)
    labels, of_steps = _read_labels(y, series, is_one)
    if horizon and not (of_steps and label == "last"):
        raise ValueError(
            f"horizon={horizon} is for y with a label for each step, and label='last': "
            "it says how many steps after a window its label stands."
        )
    kept = _long_enough(series, length + horizon, short)
    starts = {
        i: np.arange(0, len(series[i]) - length - horizon + 1, stride) for i in kept
    }
    counts = [len(starts[i]) for i in kept]
    which = np.repeat(kept, counts)
    if of_steps:
        choose = _chooser(label, length, horizon)
        labels = np.concatenate([choose(labels[i], starts[i]) for i in kept])
    elif y is not None:
        labels = labels[which]
    return Bunch(
        X=_join([_cut(series[i], starts[i], length, stride) for i in kept]),
        y=labels,
        groups=_read_groups(groups, len(series))[which],
        series=which,
        starts=np.concatenate([starts[i] for i in kept]),
    )


def _read_series(X):
    """Return a list of arrays (n_steps, n_features), and whether X is one of them."""
    kind = type(X).__name__
    X = X if isinstance(X, list | tuple) else as_array(X, "X", MASKED)
    is_scalar = getattr(X, "ndim", 1) == 0
    if is_scalar or len(X) == 0:
        came = kind if is_scalar else "nothing"
        raise ValueError(
            f"{NAME} expected one series, (steps,) or (steps, features), or a list of "
            f"several; got {came}."
        )
    is_array = isinstance(X, np.ndarray) and X.dtype != object
    is_one = np.ndim(X) < 3 if is_array else not any(map(depth_of, X))
    X = [X] if is_one else X
    are_frames(X, NAME)
    series = [as_array(x, f"Series {i} of X", MASKED) for i, x in enumerate(X)]
    series = [x.reshape(-1, 1) if x.ndim == 1 else x for x in series]
    return check_ragged(series, NAME, numbers=False)[0], is_one


def _read_labels(y, series, is_one):
    """Return labels of series as an array, or of steps as a list; and which."""
    if y is None:
        return None, False
    n = len(series)
    y = y if isinstance(y, list | tuple) else as_array(y, "y")
    if is_one:
        of_steps, y = np.ndim(y) > 0, [y]
    else:
        of_steps = getattr(y, "ndim", 1) == 1 and any(map(depth_of, y))
    if of_steps:
        labels = [as_array(item, f"y of series {i}") for i, item in enumerate(y)]
    else:
        labels = as_array(y, "y")
    if not of_steps and labels.ndim == 0:
        raise ValueError(
            f"X has {n} series, but y is {y!r} alone: it must have one label for each "
            "series, or be a list with the labels of the steps of each."
        )
    if len(labels) != n:
        raise ValueError(
            f"X has {n} series, but y has {len(labels)} items: it must have one label "
            "for each series, or be a list with the labels of the steps of each."
        )
    if of_steps:
        _check_labels_of_steps(labels, series)
    elif labels.ndim == 2 and all(len(x) == labels.shape[1] for x in series):
        raise ValueError(
            f"y of shape {labels.shape} could be a label for each step or "
            f"{labels.shape[1]} targets for each series. Pass list(y) for the former; "
            "for the latter leave y out, and index it with `series` of the result."
        )
    return labels, of_steps


def _check_labels_of_steps(labels, series):
    for i, (of_steps, x) in enumerate(zip(labels, series, strict=True)):
        if of_steps.shape[:1] != (len(x),):
            raise ValueError(
                f"Series {i} of X has {len(x)} steps, but y of it has shape "
                f"{of_steps.shape}: there must be one label for each step."
            )


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


def _long_enough(series, n_steps, short):
    kept = [i for i, x in enumerate(series) if len(x) >= n_steps]
    if len(kept) == len(series) or (kept and short == "drop"):
        return kept
    too_short = sorted(set(range(len(series))) - set(kept))
    advice = ", or short='drop' to leave them out" if kept else ""
    raise ValueError(
        f"A window and its horizon have {n_steps} steps, and series "
        f"{some_of(too_short)} of X have fewer. Choose a smaller length{advice}."
    )


def _cut(x, starts, length, stride):
    windows = sliding_window_view(x, length, axis=0)[::stride][: len(starts)]
    return windows.transpose(0, 2, 1)


def _join(parts):
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


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
