"""Splits of windows into past and future, in which nothing leaks."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.model_selection import GroupKFold, TimeSeriesSplit, cross_val_score

from skrnn import RNNRegressor
from skrnn.preprocessing import sliding_windows, time_splits
from tests import messages

EPOCH = np.datetime64("2024-01-01T00", "h")


def check_no_leak(windows, splits):
    """Check that all that is learnt was known before the first value forecast."""
    for train, test in splits:
        assert len(train)
        assert len(test)
        assert windows.target_times[train].max() < windows.target_times[test].min()


def rows_tested(splits):
    return np.concatenate([test for _, test in splits])


@pytest.mark.parametrize("horizon", [1, 2, 5])
@pytest.mark.parametrize("n_splits", [1, 3, 7])
def test_one_series_is_split_as_by_time_series_split(horizon, n_splits):
    windows = sliding_windows(np.arange(60), length=6, horizon=horizon)
    usual = None
    if n_splits > 1:  # the fewest that it makes
        usual = list(TimeSeriesSplit(n_splits, gap=horizon - 1).split(windows.X))
    found = time_splits(windows, n_splits)
    check_no_leak(windows, found)
    for one, other in zip(found, usual or found, strict=True):
        assert_array_equal(one[0], other[0])
        assert_array_equal(one[1], other[1])


@pytest.mark.parametrize("horizon", [2, 5])
def test_the_gap_of_one_series_is_the_smallest(horizon):
    windows = sliding_windows(np.arange(60), length=6, horizon=horizon)
    check_no_leak(windows, TimeSeriesSplit(3, gap=horizon - 1).split(windows.X))
    for train, test in TimeSeriesSplit(3, gap=horizon - 2).split(windows.X):
        # The values of the series are its times.
        assert windows.y[train].max() == windows.y[test].min()


@pytest.mark.parametrize("seed", range(30))
def test_random_series_with_odd_strides(seed):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(20, 80, rng.integers(1, 7))
    begin = rng.integers(-20, 20, len(lengths))
    # Times with gaps, in some calendars.
    both = zip(begin, lengths, strict=True)
    times = [start + np.cumsum(rng.integers(1, 3, n)) for start, n in both]
    times = [EPOCH + own for own in times] if seed % 2 else times
    length, horizon, stride = rng.integers(1, (6, 6, 12)).tolist()
    series = [rng.normal(size=(n, 2)) for n in lengths]
    windows = sliding_windows(
        series, length=length, horizon=horizon, stride=stride, target=1, times=times
    )
    begins = len(np.unique(windows.target_times[:, 0]))
    n_splits = int(rng.integers(1, 4))
    size = int(rng.integers(1, 1 + begins // (n_splits + 1)))
    for test_size in (None, size):
        splits = time_splits(windows, n_splits, test_size=test_size)
        check_no_leak(windows, splits)
        # Each window from the first test part on is tested once, and all that
        # leaks nothing is trained on.
        tested = rows_tested(splits)
        first = windows.target_times[splits[0][1], 0].min()
        late = np.flatnonzero(windows.target_times[:, 0] >= first)
        assert_array_equal(np.sort(tested), late)
        for train, test in splits:
            opens = windows.target_times[test].min()
            known = windows.target_times[:, -1] < opens
            assert_array_equal(train, np.flatnonzero(known))
            if test_size:
                assert len(np.unique(windows.target_times[test, 0])) == test_size


def test_series_on_one_calendar_are_tested_at_the_same_times():
    hours = pd.date_range("2024-01-01", periods=100, freq="h", tz="Europe/Paris")
    frames = [pd.DataFrame({"load": np.arange(100.0)}, hours) for _ in range(3)]
    windows = sliding_windows(frames, length=10, horizon=4)
    splits = time_splits(windows, 2, test_size=24)
    check_no_leak(windows, splits)
    for train, test in splits:
        assert len(test) == 3 * 24
        assert set(windows.series[test]) == set(windows.series[train]) == {0, 1, 2}
    assert windows.target_times[splits[-1][1]].max() == hours[-1]


def test_new_series_are_for_groups():
    rng = np.random.default_rng(0)
    windows = sliding_windows(
        [rng.normal(size=20) for _ in range(4)],
        length=5,
        horizon=2,
        groups=list("abab"),
    )
    for train, test in GroupKFold(2).split(windows.X, windows.y, windows.groups):
        assert {*windows.series[train]} ^ {*windows.series[test]} == {0, 1, 2, 3}


def test_cross_validation():
    level = np.sin(np.arange(200) / 3)
    windows = sliding_windows(level, length=8, horizon=3, stride=2)
    model = RNNRegressor(4, max_iter=20, random_state=0)
    scores = cross_val_score(
        model, windows.X, windows.y, cv=time_splits(windows, 3), error_score="raise"
    )
    assert scores.shape == (3,)
    assert scores.min() > 0.5


def failure(windows, *args, **kwargs):
    return messages.failure(ValueError, time_splits, windows, *args, **kwargs)


def test_too_few_windows():
    windows = sliding_windows(np.arange(10), length=4, horizon=2)
    assert failure(windows) == (
        "The windows begin their forecasts at 5 different time(s), which is too few "
        "for n_splits=5 test parts with 1 of them each, and one before. Choose a "
        "smaller n_splits, test_size, or horizon."
    )
    assert "n_splits=2 test parts with 3 of them each" in failure(
        windows, 2, test_size=3
    )
    assert failure(windows, 4) == (
        "No window has all its targets before 5, the first of the 4 test part(s): "
        "there is nothing to train on. Choose a smaller n_splits, test_size, or "
        "horizon."
    )
    assert len(time_splits(windows, 3)) == 3


def test_windows_that_forecast_nothing():
    windows = sliding_windows(np.arange(10), length=4, y=np.arange(10), horizon=1)
    for other, kind in ((windows, "Bunch"), (windows.X, "ndarray"), (None, "NoneType")):
        assert failure(other) == (
            "time_splits expected what sliding_windows returns for forecasts, with "
            f"target_times, got {kind} without. Pass `horizon` to sliding_windows, and "
            "`target` in place of y."
        )


@pytest.mark.parametrize("value", [0, 1.5, True, "2"])
@pytest.mark.parametrize("name", ["n_splits", "test_size"])
def test_parameters(name, value):
    windows = sliding_windows(np.arange(20), length=4, horizon=2)
    more = " or None" if name == "test_size" else ""
    assert failure(windows, **{name: value}) == (
        f"The {name!r} parameter of time_splits must be an int in the range [1, inf)"
        f"{more}. Got {value!r}."
    )
