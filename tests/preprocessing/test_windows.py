"""Windows, their labels, and splits in which no step is on both sides."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn import config_context
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    StratifiedGroupKFold,
    TimeSeriesSplit,
    cross_val_score,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skrnn import GRUClassifier, LSTMRegressor, RNNClassifier
from skrnn.preprocessing import PerStepTransformer, sliding_windows

#: Every value names its series and its step: 203 is step 3 of series 2.
LENGTHS = [9, 5, 12, 7]
SERIES = [
    np.column_stack([np.arange(n) + 100 * i, -np.arange(n)])
    for i, n in enumerate(LENGTHS)
]


@pytest.mark.parametrize("length", [1, 3, 5])
@pytest.mark.parametrize("stride", [1, 2, 7, 10**20])
def test_windows_against_a_plain_loop(length, stride):
    found = sliding_windows(SERIES, length=length, stride=stride)
    expected = [
        (i, start)
        for i, x in enumerate(SERIES)
        for start in range(0, len(x) - length + 1, stride)
    ]
    assert list(zip(found.series, found.starts, strict=True)) == expected
    assert_array_equal(found.groups, found.series)
    assert found.X.shape == (len(expected), length, 2)
    for window, (i, start) in zip(found.X, expected, strict=True):
        assert_array_equal(window, SERIES[i][start : start + length])


def test_one_series_in_every_form():
    x = SERIES[0]
    expected = sliding_windows([x], length=4, stride=3).X
    frame = pd.DataFrame(x, columns=["a", "b"])
    for form in (x, frame, x[np.newaxis]):
        assert_array_equal(sliding_windows(form, length=4, stride=3).X, expected)
    for form in (x[:, 0], frame["a"], x[:, 0].tolist(), [x[:, 0]]):
        found = sliding_windows(form, length=4, stride=3).X
        assert_array_equal(found, expected[:, :, :1])
    mixed = frame.astype({"b": object})  # one series, and not a list of its rows
    assert_array_equal(sliding_windows(mixed, length=4, stride=3).X, expected)
    block = np.stack([x, 2 * x])
    found = sliding_windows(block, length=4)
    assert_array_equal(found.X, sliding_windows(list(block), length=4).X)
    objects = np.empty(4, dtype=object)
    objects[:] = SERIES
    assert_array_equal(
        sliding_windows(objects, length=4).X, sliding_windows(SERIES, length=4).X
    )


def test_windows_of_one_series_are_no_copies():
    x = np.zeros((1000, 3), dtype=np.float32)
    for X in (x, [x], x[np.newaxis]):
        found = sliding_windows(X, length=100, stride=3).X
        assert np.shares_memory(found, x)
        assert found.dtype == np.float32
        assert not found.flags.writeable


# Labels

PHASES = [np.array(list("aabbbacca"))[: len(x)] for x in SERIES[:2]]


def windows_of_phases(**options):
    return sliding_windows(SERIES[:2], length=3, y=PHASES, **options)


def test_the_label_of_a_series_is_that_of_its_windows():
    found = sliding_windows(SERIES, length=4, stride=2, y=list("pqrs"))
    assert_array_equal(found.y, np.array(list("pqrs"))[found.series])
    targets = np.arange(8.0).reshape(4, 2)
    found = sliding_windows(SERIES, length=4, y=targets)
    assert_array_equal(found.y, targets[found.series])
    one = sliding_windows(SERIES[0], length=4, y="p")
    assert one.y.tolist() == ["p"] * 6


def test_labels_of_steps():
    assert "".join(windows_of_phases().y) == "bbbaccabbb"
    assert "".join(windows_of_phases(label="mode").y) == "abbbaccabb"
    changes = windows_of_phases(label=lambda y: len(set(y)))
    assert changes.y.tolist() == [2, 2, 1, 2, 3, 2, 2, 2, 2, 1]
    assert "".join(windows_of_phases(horizon=2).y) == "baccab"
    one = sliding_windows(SERIES[0], length=3, y=PHASES[0])
    assert "".join(one.y) == "bbbacca"


def test_the_most_frequent_label_against_a_count():
    y = np.random.default_rng(0).integers(3, size=200)
    found = sliding_windows(y, length=7, stride=2, y=y, label="mode")
    for window, label in zip(found.X, found.y, strict=True):
        counts = Counter(window.ravel().tolist())
        best = max(counts.values())
        assert label == min(code for code, count in counts.items() if count == best)


@pytest.mark.parametrize("horizon", [0, 1, 4])
def test_a_forecast_looks_so_many_steps_ahead(horizon):
    y = [x[:, 0] for x in SERIES]
    found = sliding_windows(
        SERIES, length=3, stride=2, y=y, horizon=horizon, short="drop"
    )
    assert_array_equal(found.y, found.X[:, -1, 0] + horizon)
    last = {i: found.y[found.series == i].max() for i in set(found.series)}
    assert all(int(last[i]) <= y[i][-1] for i in last)
    assert all(y[i][-1] - last[i] < 2 for i in last)
    both = sliding_windows(SERIES[0], length=3, y=SERIES[0], horizon=horizon)
    assert_array_equal(both.y, SERIES[0][2 + horizon :])


# Splits


def steps_of(windows, rows):
    return set(windows.X[rows][:, :, 0].ravel().tolist())


@pytest.mark.parametrize("splitter", [GroupKFold(2), StratifiedGroupKFold(2)])
def test_no_series_is_on_both_sides(splitter):
    people = ["ann", "bob", "ann", "cy"]
    windows = sliding_windows(SERIES, length=3, y=[0, 1, 0, 1], groups=people)
    assert_array_equal(windows.groups, np.array(people)[windows.series])
    for train, test in splitter.split(windows.X, windows.y, windows.groups):
        assert set(windows.groups[train]).isdisjoint(windows.groups[test])
        assert steps_of(windows, train).isdisjoint(steps_of(windows, test))
    leaks = [
        steps_of(windows, train) & steps_of(windows, test)
        for train, test in KFold(2, shuffle=True, random_state=0).split(windows.X)
    ]
    assert all(leaks)  # which is what the groups are for


@pytest.mark.filterwarnings("ignore:early_stopping holds out")
def test_nor_is_it_in_the_split_within_fit(splits):
    rng = np.random.default_rng(0)
    series = [rng.normal(size=(12, 1)) for _ in range(12)]
    windows = sliding_windows(series, length=4, y=np.arange(12) % 2)
    network = RNNClassifier(2, max_iter=2, early_stopping=True, random_state=0)
    with config_context(enable_metadata_routing=True):
        scaler = PerStepTransformer(StandardScaler())
        pipe = make_pipeline(scaler, network.set_fit_request(groups=True))
        grid = {"rnnclassifier__validation_fraction": [0.2, 0.4]}
        search = GridSearchCV(pipe, grid, cv=GroupKFold(3), error_score="raise")
        search.fit(windows.X, windows.y, groups=windows.groups)
    assert len(splits) == 2 * 3 + 1
    for learn, held_out in splits:
        X = held_out.problem.X.samples
        learnt, scored = X[learn].ravel().tolist(), X[held_out.rows].ravel().tolist()
        assert set(learnt).isdisjoint(scored)


@pytest.mark.parametrize("horizon", [0, 1, 3])
@pytest.mark.parametrize("stride", [1, 2, 5])
def test_the_gap_between_windows_of_one_series(stride, horizon):
    length, x = 6, np.arange(200)
    windows = sliding_windows(x, length=length, stride=stride, y=x, horizon=horizon)
    gap = (length - 1 + horizon) // stride
    for train, test in TimeSeriesSplit(3, gap=gap).split(windows.X):
        known = max(windows.X[train].max(), windows.y[train].max())
        assert 0 < windows.X[test].min() - known <= stride
    for train, test in TimeSeriesSplit(3, gap=gap - 1).split(windows.X):
        known = max(windows.X[train].max(), windows.y[train].max())
        assert windows.X[test].min() <= known


def test_groups_go_through_a_pipeline():
    rng = np.random.default_rng(0)
    series = [rng.normal(size=30) + i % 2 for i in range(6)]
    windows = sliding_windows(series, length=10, stride=5, y=[0, 1, 0, 1, 0, 1])
    pipe = make_pipeline(
        PerStepTransformer(StandardScaler()),
        GRUClassifier(4, max_iter=10, random_state=0),
    )
    scores = cross_val_score(
        pipe,
        windows.X,
        windows.y,
        groups=windows.groups,
        cv=StratifiedGroupKFold(3),
        error_score="raise",
    )
    assert scores.shape == (3,)
    one = sliding_windows(series[0], length=10, y=series[0], horizon=1)
    model = LSTMRegressor(4, max_iter=2, random_state=0)
    copied = LSTMRegressor(4, max_iter=2, random_state=0)
    assert_array_equal(
        model.fit(one.X, one.y).predict(one.X),
        copied.fit(one.X.copy(), one.y).predict(one.X.copy()),
    )


# What cannot be


def failure(X, error=ValueError, **options):
    with pytest.raises(error) as caught:
        sliding_windows(X, **{"length": 3, **options})
    assert type(caught.value) is error
    return str(caught.value)


def test_series_that_are_too_short():
    assert failure(SERIES, length=8) == (
        "A window and its horizon have 8 steps, and series 1, 3 of X have fewer. "
        "Choose a smaller length, or short='drop' to leave them out."
    )
    found = sliding_windows(SERIES, length=8, short="drop", groups=list("abcd"))
    assert sorted(set(found.groups)) == ["a", "c"]
    assert failure(SERIES[:2], length=10, short="drop") == (
        "A window and its horizon have 10 steps, and series 0, 1 of X have fewer. "
        "Choose a smaller length."
    )
    assert "have 11 steps" in failure(SERIES[0], length=9, horizon=2, y=SERIES[0])


PARAMETERS = [
    ("length", 0, "an int in the range [1, inf)"),
    ("stride", 1.5, "an int in the range [1, inf)"),
    ("horizon", -1, "an int in the range [0, inf)"),
    ("short", "pad", "one of 'error', 'drop'"),
    ("label", "first", "one of 'last', 'mode' or a callable"),
]


@pytest.mark.parametrize(("name", "value", "allowed"), PARAMETERS)
def test_parameters(name, value, allowed):
    assert failure(SERIES, **{name: value}) == (
        f"The {name!r} parameter of sliding_windows must be {allowed}. Got {value!r}."
    )


def test_labels_that_do_not_fit():
    assert failure(SERIES, y=[0, 1, 0]) == (
        "X has 4 series, but y has 3 items: it must have one label for each series, "
        "or be a list with the labels of the steps of each."
    )
    steps = [x[:, 0] for x in SERIES]
    steps[2] = steps[2][1:]
    assert failure(SERIES, y=steps) == (
        "Series 2 of X has 12 steps, but y of it has shape (11,): there must be one "
        "label for each step."
    )
    block = np.zeros((5, 8, 2))
    assert failure(block, y=np.zeros((5, 8))) == (
        "y of shape (5, 8) could be a label for each step or 8 targets for each "
        "series. Pass list(y) for the former; for the latter leave y out, and index "
        "it with `series` of the result."
    )
    assert sliding_windows(block, length=3, y=list(np.zeros((5, 8)))).y.shape == (30,)
    horizon = (
        "horizon=1 is for y with a label for each step, and label='last': it says how "
        "many steps after a window its label stands."
    )
    assert failure(SERIES, y=[0, 1, 0, 1], horizon=1) == horizon
    assert failure(SERIES[0], y=PHASES[0], label="mode", horizon=1) == horizon
    assert failure(SERIES[0], y=SERIES[0], label="mode") == (
        "label='mode' wants one label for each step, but y has shape (9, 2). Pass a "
        "callable that makes one of them."
    )


def test_groups_and_shapes_that_do_not_fit():
    assert failure(SERIES, groups=[0, 1]) == (
        "groups must have one group for each of the 4 series, got shape (2,)."
    )
    assert failure([SERIES[0], SERIES[1][:, :1]]) == (
        "All sequences must have the same features, but sequence 0 of X has 2 and "
        "sequence 1 has 1: expected shape (steps, 2), got (5, 1)."
    )
    assert failure(np.zeros((2, 3, 4, 5))) == (
        "Expected a list of (steps, features) arrays, but sequence 0 of X has shape "
        "(3, 4, 5). Reshape it to (steps, features): with one number a step that is "
        "x.reshape(-1, 1)."
    )


def test_integers_of_any_type_mean_what_they_say():
    X, y = np.arange(400.0), np.arange(400)
    expected = sliding_windows(X, length=100, stride=100, y=y, horizon=100)
    for kind in (np.int8, np.uint8, np.int64, np.uint64):
        found = sliding_windows(
            X, length=kind(100), stride=kind(100), y=y, horizon=kind(100)
        )
        for name, values in expected.items():
            np.testing.assert_array_equal(found[name], values)
