"""The windows from which to forecast what has not come yet."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_array_equal

from skrnn import GRURegressor
from skrnn.preprocessing import last_windows, sliding_windows
from tests import messages
from tests.preprocessing.series import FRAMES, LENGTHS, NAMES, SERIES

HORIZON = 2
#: What the series are without their last steps, and these.
PAST = [x[:-HORIZON] for x in SERIES]
COMING = [x[-HORIZON:] for x in SERIES]
OPTIONS = {"length": 3, "horizon": HORIZON}


def failure(X, **options):
    return messages.failure(ValueError, last_windows, X, **{**OPTIONS, **options})


@pytest.mark.parametrize("known", [None, [], 2, [2], [2, 1], [0, 1, 2]])
def test_they_are_what_training_windows_would_be(known):
    """Of the whole series, the window right before the end is the last one known."""
    target = None if known == [0, 1, 2] else 0
    y = None if target == 0 else [x[:, 0] for x in SERIES]
    whole = sliding_windows(SERIES, target=target, y=y, known_ahead=known, **OPTIONS)
    ends = np.flatnonzero(np.append(np.diff(whole.series), 1))
    columns = np.atleast_1d(known).astype(int) if known else []
    future = [x[:, columns] for x in COMING] if known else None
    found = last_windows(PAST, known_ahead=known, future=future, **OPTIONS)
    assert_array_equal(found.X, whole.X[ends])
    assert found.feature_names == whole.feature_names
    for name in ("series", "starts", "times"):
        assert_array_equal(found[name], whole[name][ends])
    assert_array_equal(found.target_times[:, 0], [len(x) for x in PAST])
    if target == 0:
        assert_array_equal(found.target_times, whole.target_times[ends])


def test_data_frames_find_their_columns():
    past = [frame[:-HORIZON] for frame in FRAMES]
    expected = last_windows(
        PAST, known_ahead=[2, 1], future=[x[:, [2, 1]] for x in COMING], **OPTIONS
    )
    known = ["holiday", "heat"]
    mixed = [frame[-HORIZON:] for frame in FRAMES]
    only = [frame[known] for frame in mixed]
    arrays = [frame.to_numpy() for frame in only]
    for future in (mixed, only, arrays, [list(x) for x in arrays]):
        found = last_windows(past, known_ahead=known, future=future, **OPTIONS)
        assert_array_equal(found.X, expected.X)
        assert found.feature_names == [*NAMES, "holiday_ahead2", "heat_ahead2"]
    found = last_windows(
        [pl.DataFrame(frame) for frame in past],
        known_ahead=known,
        future=[pl.DataFrame(frame) for frame in mixed],
        **OPTIONS,
    )
    assert_array_equal(found.X, expected.X)
    one = last_windows(past[0], known_ahead="heat", future=COMING[0][:, 1], **OPTIONS)
    assert_array_equal(one.X[0, :, 3], FRAMES[0]["heat"][-3:])


def test_types_stay():
    past = [x.astype(np.float32) for x in PAST]
    future = [x[:, 1:2] for x in COMING]
    found = last_windows(past, known_ahead=1, future=future, **OPTIONS)
    assert found.X.dtype == np.float32
    counts = np.arange(10).reshape(5, 2)
    found = last_windows(counts, known_ahead=1, future=[0.5, 1.5], **OPTIONS)
    assert found.X[0, :, 2].tolist() == [9, 0.5, 1.5]
    words = pd.DataFrame({"day": list("mtwtf"), "load": range(5)})
    found = last_windows(words, known_ahead="day", future=[["s"], ["u"]], **OPTIONS)
    assert found.X[0, :, 2].tolist() == ["f", "s", "u"]


def test_a_forecast_from_training_to_the_next_values():
    """A level that follows what is known ahead, for series that begin anywhere."""
    rng = np.random.default_rng(0)
    known = [rng.normal(size=n) for n in rng.integers(40, 60, 8)]
    series = [np.column_stack([np.append(0, x[:-1]) - x, x]) for x in known]
    past, coming = [x[:-2] for x in series], [x[-2:] for x in series]
    windows = sliding_windows(past, target=0, known_ahead=1, **OPTIONS)
    model = GRURegressor(8, max_iter=60, random_state=0).fit(windows.X, windows.y)
    future = [x[:, 1] for x in coming]
    last = last_windows(past, known_ahead=1, future=future, **OPTIONS)
    assert model.score(last.X, np.array([x[:, 0] for x in coming])) > 0.9


# Times


def test_times_go_on():
    days = pd.date_range("2024-02-27", periods=5)
    level = pd.Series(np.arange(5.0), days)
    found = last_windows(level, **OPTIONS)
    assert_array_equal(found.times, days[-1:].to_numpy())
    assert found.target_times.astype("M8[D]").astype(str).tolist() == [
        ["2024-03-03", "2024-03-04"]
    ]
    gap = level.drop(days[1])  # before the last window
    assert_array_equal(last_windows(gap, **OPTIONS).target_times, found.target_times)
    assert last_windows(level.drop(days[-2]), **OPTIONS).target_times is None
    tenth = last_windows(np.zeros(5), times=np.arange(5) / 10, **OPTIONS)
    np.testing.assert_allclose(tenth.target_times, [[0.5, 0.6]])
    small = last_windows(np.zeros(3), times=np.array([0, 60, 120], np.int8), **OPTIONS)
    assert small.target_times.tolist() == [[180, 240]]
    several = last_windows(SERIES, times=[3 * np.arange(n) for n in LENGTHS], **OPTIONS)
    assert several.target_times[:, 1].tolist() == [3 * (n + 1) for n in LENGTHS]
    single = last_windows(np.zeros(1), length=1, horizon=1)
    assert single.X.shape == (1, 1, 1)
    assert single.target_times is None


@pytest.mark.parametrize(
    "index",
    [
        pd.date_range("2024-01-31", periods=9, freq="ME"),
        pd.date_range("2024-03-30", periods=9, freq="h", tz="Europe/Paris"),
        pd.period_range("2024-03", periods=9, freq="M"),
    ],
)
def test_the_index_of_the_future_is_its_time(index):
    frame = FRAMES[0].set_index(index)
    options = {**OPTIONS, "known_ahead": "heat"}
    found = last_windows(frame[:-2], future=frame[-2:], **options)
    assert_array_equal(found.target_times[0], np.asarray(index[-2:]))
    bare = frame[-2:].reset_index(drop=True)  # whose index says nothing
    even = last_windows(frame[:-2], future=bare, **options)
    if index.freqstr == "ME":
        assert even.target_times is None
    else:
        assert_array_equal(even.target_times, found.target_times)
    wrong = failure(frame[:-2], future=frame[-3:-1], known_ahead="heat")
    last = np.asarray(index)[-3]
    assert wrong.startswith(
        f"The index of future of series 0 must go on after {last}, the last time of X, "
        f"but begins at {last}: The times of series 0 must increase"
    )


# What cannot be


def test_a_future_that_does_not_fit():
    assert failure(PAST, known_ahead=[1]) == (
        "known_ahead names ['x1']: pass in `future` the values that they have in the 2 "
        "step(s) after the last of each series."
    )
    assert failure(PAST, future=COMING) == (
        "future has values of features known ahead: name these features in "
        "`known_ahead`, as in sliding_windows."
    )
    assert failure(PAST, known_ahead=1, future=COMING[:3]) == (
        "X has 4 series, but future has 3 items: it must be a list with the values "
        "after the last step of each."
    )
    assert failure(PAST, known_ahead=1, future=3).startswith(
        "X has 4 series, but future has 0 items"
    )
    assert failure(PAST, known_ahead=[1], future=COMING) == (
        "future of series 0 must have shape (2, 1), (horizon, features known ahead), "
        "got (2, 3)."
    )
    frames = [frame[-HORIZON:] for frame in FRAMES]
    frames[2] = frames[2].drop(columns="heat")
    past = [frame[:-HORIZON] for frame in FRAMES]
    assert failure(past, known_ahead=["heat"], future=frames) == (
        "future of series 2 has no column 'heat', which is known ahead. It has: "
        "['load', 'holiday']."
    )
    words = [[["a"], ["b"]] for _ in PAST]
    assert failure(PAST, known_ahead=1, future=words).startswith(
        "future of series 0 has dtype <U1, but last_windows needs numbers."
    )


def test_what_sliding_windows_refuses_too():
    assert failure(PAST, length=4) == (
        "A window has 4 steps, and series 1 of X have fewer. Choose a smaller length, "
        "or short='drop' to leave them out."
    )
    found = last_windows(PAST, length=4, horizon=2, short="drop")
    assert found.series.tolist() == [0, 2, 3]
    assert failure(PAST, horizon=4, known_ahead=1) == (
        "Features known ahead are read in the last `horizon` steps of a window: "
        "horizon must be in the range [1, length=3], got 4."
    )
    assert failure(PAST, horizon=0) == (
        "The 'horizon' parameter of last_windows must be an int in the range [1, inf). "
        "Got 0."
    )
    assert failure(PAST, known_ahead="heat", future=COMING).startswith(
        "known_ahead of last_windows has names, ['heat'], but X has none"
    )
    assert failure(PAST, times=np.arange(4)) == (
        "Series 0 of X has 7 steps, but times of it has shape (): there must be one "
        "time for each step."
    )
    assert failure([]) == (
        "last_windows expected one series, (steps,) or (steps, features), or a list of "
        "several; got nothing."
    )
