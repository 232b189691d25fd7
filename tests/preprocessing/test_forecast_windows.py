"""Windows with a horizon: their targets, features known ahead, and times."""

import datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_array_equal
from sklearn.model_selection import GridSearchCV

from skrnn import GRURegressor
from skrnn.preprocessing import last_windows, sliding_windows, time_splits
from tests import messages
from tests.preprocessing.series import FRAMES, LENGTHS, NAMES, SERIES

nan = np.nan


def failure(X, **options):
    options = {"length": 3, **options}
    return messages.failure(ValueError, sliding_windows, X, **options)


# Targets


@pytest.mark.parametrize("length", [1, 3])
@pytest.mark.parametrize("horizon", [1, 2])
@pytest.mark.parametrize("stride", [1, 2, 7])
@pytest.mark.parametrize("target", [[0], [2, 0], [0, 1, 2]])
def test_targets_against_a_plain_loop(length, horizon, stride, target):
    found = sliding_windows(
        SERIES, length=length, horizon=horizon, stride=stride, target=target
    )
    row = 0
    for i, x in enumerate(SERIES):
        for start in range(0, len(x) - length - horizon + 1, stride):
            end = start + length
            expected = [x[end + k, j] for k in range(horizon) for j in target]
            assert np.atleast_1d(found.y[row]).tolist() == expected
            assert_array_equal(found.X[row], x[start:end])
            assert (found.series[row], found.starts[row]) == (i, start)
            assert found.times[row] == end - 1
            assert found.target_times[row].tolist() == list(range(end, end + horizon))
            row += 1
    assert row == len(found.X) == len(found.y) == len(found.groups)
    width = horizon * len(target)
    assert found.y.shape == ((row,) if width == 1 else (row, width))
    assert found.target_names == [
        f"x{j}_ahead{k + 1}" for k in range(horizon) for j in target
    ]


def test_a_target_in_every_form():
    options = {"length": 3, "horizon": 2}
    expected = sliding_windows(SERIES[0], target=[1], **options)
    mask = [False, True, False]
    for target in (1, np.int8(1), [1], (1,), np.array([1]), range(1, 2), mask):
        for X in (SERIES[0], FRAMES[0], SERIES[0][np.newaxis], [SERIES[0].tolist()]):
            found = sliding_windows(X, target=target, **options)
            assert_array_equal(found.y, expected.y)
    for kind in (pd.DataFrame, pl.DataFrame):
        frame = kind(dict(zip(NAMES, SERIES[0].T, strict=True)))
        for target in ("heat", ["heat"], np.array(["heat"])):
            found = sliding_windows(frame, target=target, **options)
            assert_array_equal(found.y, expected.y)
            assert found.target_names == ["heat_ahead1", "heat_ahead2"]
            assert found.feature_names == NAMES
    both = sliding_windows(FRAMES, target=["holiday", "load"], short="drop", **options)
    assert both.target_names == [
        *("holiday_ahead1", "load_ahead1", "holiday_ahead2", "load_ahead2")
    ]
    assert both.y[0].tolist() == [3.2, 3.0, 4.2, 4.0]


def test_the_only_feature_is_the_default():
    level = np.arange(9.0)
    expected = np.column_stack([level[3:-1], level[4:]])
    for X in (level, level[:, np.newaxis], level.tolist(), pl.Series(level)):
        found = sliding_windows(X, length=3, horizon=2)
        assert_array_equal(found.y, expected)
        assert found.feature_names == ["x0"]
    named = pd.Series(level, name="load")
    assert sliding_windows(named, length=3).feature_names == ["load"]
    # Names that differ are those of the series, and not of the feature.
    other = [named, named.rename("heat")]
    assert sliding_windows(other, length=3).feature_names == ["x0"]
    assert sliding_windows([named, named], length=3).feature_names == ["load"]


def test_without_a_forecast_nothing_is_forecast():
    found = sliding_windows(FRAMES, length=3, y=[0, 1, 0, 1])
    assert found.target_names is found.target_times is None
    assert found.times[:3].tolist() == [2, 3, 4]


def test_types_and_memory():
    x = np.arange(3000, dtype=np.float32).reshape(1000, 3)
    found = sliding_windows(x, length=100, stride=3, horizon=5, target=0)
    assert np.shares_memory(found.X, x)
    assert found.X.dtype == found.y.dtype == np.float32
    assert not np.shares_memory(found.y, x)
    found.y[0] = 0  # may be written to
    ahead = sliding_windows(x, length=100, horizon=5, target=0, known_ahead=[1, 2])
    assert ahead.X.dtype == np.float32
    assert np.shares_memory(ahead.X[0], ahead.X[1])
    counts = sliding_windows(np.arange(9), length=3, horizon=1)
    assert counts.y.dtype == np.arange(9).dtype
    mixed = pd.DataFrame({"load": np.arange(9.0), "open": [True, False, True] * 3})
    found = sliding_windows(mixed, length=3, horizon=2, target="load")
    assert found.X.dtype == object
    assert found.y.dtype == np.float64


# Features known ahead


@pytest.mark.parametrize("horizon", [1, 2, 3])
@pytest.mark.parametrize("known", [[2], [2, 1]])
def test_features_known_ahead_against_a_plain_loop(horizon, known):
    found = sliding_windows(
        SERIES, short="drop", length=3, horizon=horizon, target=0, known_ahead=known
    )
    for window, i, start in zip(found.X, found.series, found.starts, strict=True):
        x = SERIES[i]
        assert_array_equal(window[:, :3], x[start : start + 3])
        later = x[start + horizon : start + horizon + 3]
        assert_array_equal(window[:, 3:], later[:, known])
        # The last steps hold the values of the steps that are forecast.
        after = x[start + 3 : start + 3 + horizon]
        assert_array_equal(window[-horizon:, 3:], after[:, known])
    plain = sliding_windows(SERIES, length=3, horizon=horizon, target=0, short="drop")
    assert_array_equal(found.y, plain.y)
    names = ["x0", "x1", "x2", *(f"x{j}_ahead{horizon}" for j in known)]
    assert found.feature_names == names


def test_features_known_ahead_by_name_and_of_labels_outside():
    by_name = sliding_windows(
        FRAMES[0], length=3, horizon=2, target="load", known_ahead="holiday"
    )
    assert by_name.feature_names == [*NAMES, "holiday_ahead2"]
    labels = SERIES[0][:, 0]
    found = sliding_windows(SERIES[0], length=3, horizon=2, y=labels, known_ahead=2)
    assert_array_equal(found.X, by_name.X)
    assert_array_equal(found.y, by_name.y[:, 1])
    none = sliding_windows(SERIES[0], length=3, horizon=2, target=0, known_ahead=[])
    assert_array_equal(none.X, by_name.X[:, :, :3])


def test_a_network_learns_from_what_is_known_ahead():
    rng = np.random.default_rng(0)
    promotion = rng.integers(2, size=400).astype(float)
    series = np.column_stack([promotion + 0.01 * rng.normal(size=400), promotion])
    model = GRURegressor(8, max_iter=30, random_state=0)
    scores = []
    for known in (None, 1):
        windows = sliding_windows(
            series, length=4, horizon=2, target=0, known_ahead=known
        )
        train, test = time_splits(windows, 1, test_size=100)[0]
        model.fit(windows.X[train], windows.y[train])
        scores.append(model.score(windows.X[test], windows.y[test]))
    assert scores[0] < 0.1  # chance cannot be forecast
    assert scores[1] > 0.9


# Times


def test_times_of_steps():
    days = [
        np.datetime64("2024-03-01") + 7 * i + np.arange(n)
        for i, n in enumerate(LENGTHS)
    ]
    indexed = [
        x.set_index(pd.DatetimeIndex(t)) for x, t in zip(FRAMES, days, strict=True)
    ]
    options = {"length": 2, "horizon": 2, "target": 0, "stride": 2}
    given = sliding_windows(SERIES, times=days, **options)
    index = sliding_windows(indexed, **options)
    assert_array_equal(given.times, index.times)
    assert_array_equal(given.target_times, index.target_times)
    for row, (i, start) in enumerate(zip(given.series, given.starts, strict=True)):
        assert given.times[row] == days[i][start + 1]
        assert_array_equal(given.target_times[row], days[i][start + 2 : start + 4])
    one = sliding_windows(SERIES[0], times=days[0], **options)
    same = sliding_windows(indexed[0], **options)
    assert_array_equal(one.target_times, same.target_times)
    level = sliding_windows(indexed[0]["load"], length=2, horizon=2, stride=2)
    assert_array_equal(level.target_times, one.target_times)


@pytest.mark.parametrize(
    "times",
    [
        pd.date_range("2024-03-30", periods=9, freq="h", tz="Europe/Paris"),
        pd.period_range("2024-03", periods=9, freq="M"),
        [datetime.date(2024, 3, 1 + k) for k in range(9)],
        pd.timedelta_range("1h", periods=9),
        np.linspace(0, 1, 9),
        pd.Series(pd.date_range("2024", periods=9)),
    ],
)
def test_times_of_any_kind(times):
    expected = np.asarray(times)
    found = sliding_windows(SERIES[0], length=3, horizon=2, target=0, times=times)
    assert_array_equal(found.target_times[:, 0], expected[3:-1])
    assert_array_equal(found.times, expected[2:-2])
    train, test = time_splits(found, 1)[0]
    assert found.target_times[train].max() < found.target_times[test].min()


def test_an_index_is_no_matter_without_a_forecast():
    frame = FRAMES[0].set_index(pd.Index(list("abcdefihg")))
    found = sliding_windows(frame, length=3, y=0)
    assert "".join(found.times) == "cdefihg"
    levels = FRAMES[0].set_index([["x"] * 9, np.arange(9)])
    assert sliding_windows(levels, length=3, y=0).times[0] == ("x", 2)


# Gaps


def with_gaps(*at):
    changed = [x.copy() for x in SERIES]
    for i, step, feature in at:
        changed[i][step, feature] = nan
    return changed


def test_a_target_that_is_missing_is_an_error():
    options = {"length": 2, "horizon": 2, "target": [1, 0]}
    assert failure(with_gaps((2, 7, 0), (2, 9, 1)), **options) == (
        "Target 'x0' is missing (NaN) in step 7 of series 2 (counted from 0). Fill the "
        "gap, or pass missing='drop' to leave out the windows that would forecast it."
    )
    objects = [x.astype(object) for x in SERIES]
    objects[0][5, 1] = None
    assert "Target 'x1' is missing (NaN) in step 5 of series 0" in failure(
        objects, **options
    )
    # No window forecasts the first steps, nor another feature.
    untouched = with_gaps((0, 0, 0), (0, 1, 1), (3, 6, 2))
    found = sliding_windows(untouched, **options)
    assert_array_equal(found.y, sliding_windows(SERIES, **options).y)


def test_windows_with_missing_targets_are_left_out():
    options = {"length": 2, "horizon": 2, "target": [0, 1]}
    whole = sliding_windows(SERIES, **options)
    gaps = (1, 3, 1), (2, 7, 0)
    found = sliding_windows(with_gaps(*gaps), missing="drop", **options)
    reached = np.zeros(len(whole.y), bool)
    for i, step, _ in gaps:
        reached |= (whole.series == i) & (whole.target_times == step).any(axis=1)
    assert reached.sum() == 4
    for name in ("y", "series", "starts", "groups", "times", "target_times"):
        assert_array_equal(found[name], whole[name][~reached])
    filled = np.nan_to_num(found.X, nan=-1)
    assert_array_equal(
        filled[found.X == found.X], whole.X[~reached][found.X == found.X]
    )
    alone = sliding_windows(with_gaps((0, 5, 0))[0], missing="drop", **options)
    assert alone.starts.tolist() == [0, 1, 4, 5]
    first = sliding_windows(with_gaps((0, 2, 0))[0], missing="drop", **options)
    assert first.starts.tolist() == [1, 2, 3, 4, 5]
    assert first.X[0, 0, 0] == 1


def test_no_window_is_left():
    gaps = [x * nan for x in SERIES]
    assert failure(gaps, horizon=1, target=0, missing="drop") == (
        "A target is missing (NaN) to each of the windows: with missing='drop' none is "
        "left. Fill the gaps, or choose a smaller horizon."
    )


# Searches


def test_a_search_over_many_series():
    rng = np.random.default_rng(0)
    series = [
        np.sin(np.arange(n) / 2 + i) for i, n in enumerate(rng.integers(20, 40, 6))
    ]
    windows = sliding_windows(series, length=6, horizon=3)
    search = GridSearchCV(
        GRURegressor(max_iter=30, random_state=0),
        {"hidden_size": [2, 8]},
        cv=time_splits(windows, n_splits=2),
        error_score="raise",
    )
    search.fit(windows.X, windows.y)
    last = last_windows(series, length=6, horizon=3)
    assert search.predict(last.X).shape == (6, 3)
    true = [np.sin(np.arange(len(x), len(x) + 3) / 2 + i) for i, x in enumerate(series)]
    assert np.abs(search.predict(last.X) - true).mean() < 0.5
