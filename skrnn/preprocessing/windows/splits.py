"""Splits of windows into past and future."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from skrnn.parameters.constraints import Interval, Options, check_options

if TYPE_CHECKING:
    from skrnn.utils.typing import Array

NAME = "time_splits"
ADVICE = "Choose a smaller n_splits, test_size, or horizon."
OPTIONS = {
    "n_splits": [Interval(Integral, 1)],
    "test_size": [Interval(Integral, 1), Options((None,))],
}


def time_splits(
    windows: Any, n_splits: int = 5, *, test_size: int | None = None
) -> list[tuple[Array, Array]]:
    """Split windows into past and future, for `cv` of scikit-learn.

    In each split, all targets of the training part are earlier than the first target
    of the test part, in whatever series they are. This is how a forecast is used: what
    a model has learnt from was known when it predicts. Windows with targets on both
    sides are left out of the training part.

    The test parts follow each other and end with the last window, as those of
    `TimeSeriesSplit`, which counts samples where this counts times. For the windows of
    one series with stride 1, `TimeSeriesSplit(n_splits, gap=horizon - 1)` gives the
    same splits.

    Read more in the :ref:`User Guide <guide_forecasting>`.

    Parameters
    ----------
    windows : Bunch
        What `sliding_windows` returns for forecasts, with `target_times`. Series
        without times of their own are taken to begin together: their times are the
        numbers of their steps.
    n_splits : int, default=5
        How many splits.
    test_size : int, default=None
        For how many times, of all at which a forecast begins, a test part has the
        windows. If None, it is their number divided by `n_splits + 1`, rounded down.

    Returns
    -------
    splits : list of n_splits tuples (train, test) of ndarrays of int
        Rows of the windows.

    See Also
    --------
    sliding_windows : The windows, whose `groups` are for splits by series.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn.preprocessing import sliding_windows, time_splits
    >>> windows = sliding_windows(np.arange(12), length=3, horizon=2)
    >>> for train, test in time_splits(windows, n_splits=2):
    ...     print(windows.y[train].max(), windows.y[test].tolist())
    6 [[7, 8], [8, 9]]
    8 [[9, 10], [10, 11]]
    """
    given = {"n_splits": n_splits, "test_size": test_size}
    check_options(NAME, OPTIONS, given)
    times = getattr(windows, "target_times", None)
    if times is None:
        raise ValueError(
            f"{NAME} expected what sliding_windows returns for forecasts, with "
            f"target_times, got {type(windows).__name__} without. Pass `horizon` to "
            "sliding_windows, and `target` in place of y."
        )
    first, last = times[:, 0], times[:, -1]
    begins = np.unique(first)
    size = int(test_size or len(begins) // (n_splits + 1))
    start = len(begins) - int(n_splits) * size
    if size == 0 or start < 1:
        raise ValueError(
            f"The windows begin their forecasts at {len(begins)} different time(s), "
            f"which is too few for n_splits={n_splits} test parts with "
            f"{max(size, 1)} of them each, and one before. {ADVICE}"
        )
    splits = []
    for k in range(start, len(begins), size):
        train = np.flatnonzero(last < begins[k])
        test = np.flatnonzero((first >= begins[k]) & (first <= begins[k + size - 1]))
        splits.append((train, test))
    if len(splits[0][0]) == 0:
        raise ValueError(
            f"No window has all its targets before {begins[start]}, the first of the "
            f"{len(splits)} test part(s): there is nothing to train on. {ADVICE}"
        )
    return splits
