"""The last windows of long series, from which to forecast."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Literal

import numpy as np
from sklearn.utils import Bunch

from skrnn.parameters.constraints import Interval, Options, check_options
from skrnn.preprocessing.windows.future import read_future, times_ahead
from skrnn.preprocessing.windows.horizon import (
    NONE,
    Features,
    names_ahead,
    read_known_ahead,
    with_ahead,
)
from skrnn.preprocessing.windows.series import long_enough, read_series, read_times
from skrnn.validation.arrays import joined

if TYPE_CHECKING:
    from skrnn.utils.typing import ColumnsLike, SequencesLike, StepsLike

NAME = "last_windows"
OPTIONS = {
    "length": [Interval(Integral, 1)],
    "horizon": [Interval(Integral, 1)],
    "known_ahead": [Features(), Options((None,))],
    "short": [Options(("error", "drop"))],
}


def last_windows(
    X: SequencesLike,
    *,
    length: int,
    horizon: int,
    known_ahead: int | str | ColumnsLike | None = None,
    future: SequencesLike | None = None,
    times: StepsLike | None = None,
    short: Literal["error", "drop"] = "error",
) -> Bunch:
    """Return the last window of each series, from which to forecast.

    They are what a model predicts from that was fitted on the windows of
    `sliding_windows`, with the same `length`, `horizon` and `known_ahead`: their
    features are the same, in the same order. What is forecast begins right after the
    last step of a series.

    Read more in the :ref:`User Guide <guide_forecasting>`.

    Parameters
    ----------
    X : array, data frame or list of such
        One series, or several, as in `sliding_windows`.
    length : int
        How many steps a window has.
    horizon : int
        How many steps are forecast.
    known_ahead : int, str or sequence of such, default=None
        The features of X that are known ahead, as in `sliding_windows`.
    future : array-like of shape (horizon, n_known) or list of n_series such, \
default=None
        The values of the features known ahead in the steps after the last of each
        series, in the order of `known_ahead`. Data frames may have more columns, if X
        is data frames too; theirs are found by name.
    times : array-like of shape (n_steps,) or list of n_series such, default=None
        The time of each step, as in `sliding_windows`.
    short : {"error", "drop"}, default="error"
        What is done with a series that is shorter than a window: it is an error, or it
        is left out.

    Returns
    -------
    windows : Bunch
        With these attributes:

        X : ndarray of shape (n_windows, length, n_features)
            One window for each series, with the features known ahead behind the others.
        series : ndarray of int of shape (n_windows,)
            Which series each window is from.
        starts : ndarray of int of shape (n_windows,)
            Which step of the series is its first.
        times : ndarray of shape (n_windows,)
            The time of the last step of each series.
        target_times : ndarray of shape (n_windows, horizon), or None
            The times of what is forecast: the index of `future`, if it has dates; else
            the times of the window go on, if they are evenly spaced. Otherwise they
            are not known, and this is None.
        feature_names : list of str
            The names of the features of X.

    See Also
    --------
    sliding_windows : The windows that a model is fitted on.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn.preprocessing import last_windows
    >>> windows = last_windows([np.arange(5), np.arange(10, 13)], length=3, horizon=2)
    >>> windows.X[:, :, 0].tolist(), windows.target_times.tolist()
    ([[2, 3, 4], [10, 11, 12]], [[5, 6], [3, 4]])

    With the day of the week, which is known ahead:

    >>> sales, weekday = [7, 9, 8, 3, 2], [3, 4, 5, 6, 0]
    >>> series = np.column_stack([sales, weekday])
    >>> windows = last_windows(
    ...     series, length=3, horizon=2, known_ahead=1, future=[[1], [2]]
    ... )
    >>> windows.feature_names, windows.X[0].tolist()
    (['x0', 'x1', 'x1_ahead2'], [[8, 5, 0], [3, 6, 1], [2, 0, 2]])
    """
    given = {"length": length, "horizon": horizon, "known_ahead": known_ahead}
    check_options(NAME, OPTIONS, {**given, "short": short})
    length, horizon = int(length), int(horizon)
    series = read_series(X, NAME)
    known = read_known_ahead(known_ahead, series, NONE, length, horizon, NAME)
    values, index = read_future(future, series, known, horizon)
    times = read_times(times, series, ordered=True)
    kept = long_enough(series.arrays, length, short, "A window has")
    windows, target_times = [], []
    for i in kept:
        x = series.arrays[i]
        ahead = joined([x[-length:, known], values[i]])
        windows.append(with_ahead(x[-length:], ahead, horizon))
        target_times.append(times_ahead(times[i], index[i], horizon, length, i))
    unknown = any(ahead is None for ahead in target_times)
    return Bunch(
        X=joined([window[np.newaxis] for window in windows]),
        series=np.array(kept),
        starts=np.array([len(series.arrays[i]) - length for i in kept]),
        times=joined([times[i][-1:] for i in kept]),
        target_times=None if unknown else np.stack(target_times),
        feature_names=series.feature_names + names_ahead(series, known, [horizon]),
    )
