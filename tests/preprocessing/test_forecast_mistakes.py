"""Forecasts that windows cannot make, and what the messages say."""

import datetime

import numpy as np
import pandas as pd
import pytest

from skrnn.preprocessing import sliding_windows
from tests import messages
from tests.preprocessing.series import FRAMES, LENGTHS, SERIES


def failure(X, **options):
    options = {"length": 3, **options}
    return messages.failure(ValueError, sliding_windows, X, **options)


def test_targets_that_cannot_be():
    assert failure(SERIES, horizon=2) == (
        "horizon=2 without y is for a forecast: say in `target` which of the 3 "
        "features of X is to be forecast."
    )
    assert failure(SERIES, target=0) == (
        "target names what is forecast: horizon, the number of steps to forecast, must "
        "be at least 1. Got 0."
    )
    assert failure(SERIES, target=0, horizon=1, y=[0, 1, 0, 1]) == (
        "target and y exclude each other: `target` names the features of X whose next "
        "values are forecast; `y` has labels or targets that are not in X. Pass one of "
        "them."
    )
    assert failure(SERIES, target=0, horizon=1, label="mode") == (
        "label='mode' is for labels in y. With `target`, the targets of a window are "
        "the next values of features: leave label at 'last'."
    )
    assert failure(SERIES, target=[], horizon=1) == (
        "target names no feature: there is nothing to forecast."
    )
    assert failure(SERIES, target=3, horizon=1) == (
        "target of sliding_windows has 3, but the 3 feature(s) of X are numbered from "
        "0 to 2."
    )
    assert failure(FRAMES, target="laod", horizon=1) == (
        "target of sliding_windows has 'laod', but X has no such column. Did you mean "
        "'load'?"
    )
    assert failure(SERIES, target=["load"], horizon=1) == (
        "target of sliding_windows has names, ['load'], but X has none: its columns, "
        "or those of its data frames, have no names that are all strings. Give indices "
        "or a mask."
    )
    assert failure(SERIES, target=[0, 0], horizon=1) == (
        "target of sliding_windows has a feature more than once: [0, 0]."
    )
    words = pd.DataFrame({"load": range(5), "state": list("abaab")})
    assert failure(words, target="state", horizon=1).startswith(
        "The target in series 0 has dtype object and cannot be read as numbers: could "
        "not convert string to float: 'a'."
    )


def test_features_known_ahead_that_cannot_be():
    known = {"known_ahead": [1], "target": 0}
    horizon = (
        "Features known ahead are read in the last `horizon` steps of a window: "
        "horizon must be in the range [1, length=3], got {}."
    )
    assert failure(SERIES, horizon=4, **known) == horizon.format(4)
    assert failure(SERIES, known_ahead=1, y=[0, 1, 0, 1]) == horizon.format(0)
    assert failure(FRAMES, known_ahead=["heat"], target=[1, 0], horizon=2) == (
        "Feature 'heat' is in target and in known_ahead: the network would read what "
        "it is to forecast."
    )
    assert failure(SERIES, known_ahead="heat", target=0, horizon=1).startswith(
        "known_ahead of sliding_windows has names, ['heat'], but X has none"
    )


@pytest.mark.parametrize("value", [1.5, True, -1, {}, object, b"load", [[0]]])
@pytest.mark.parametrize("name", ["target", "known_ahead"])
def test_no_features(name, value):
    assert failure(SERIES, horizon=1, **{name: value}) == (
        f"The {name!r} parameter of sliding_windows must be an index, a name, a list "
        f"of indices, names or bools, or a slice or None. Got {value!r}."
    )
    assert failure(SERIES, missing="skip") == (
        "The 'missing' parameter of sliding_windows must be one of 'error', 'drop'. "
        "Got 'skip'."
    )


ORDER = (
    " Sort the steps of a series by time, and make a series of its own of each that is "
    "in a long frame. Local times come twice when clocks are set back: use UTC."
)


def test_times_that_do_not_increase():
    steps = [np.arange(n) for n in LENGTHS]
    steps[2][5] = 4
    assert failure(SERIES, times=steps, target=0, horizon=1) == (
        "The times of series 2 must increase, but that of step 5 is 4 and the one "
        "before is 4." + ORDER
    )
    # Those that are passed are checked without a forecast too.
    assert "The times of series 2 must increase" in failure(SERIES, times=steps)
    long = pd.concat(FRAMES[:2])
    assert failure(long, target=0, horizon=1) == (
        "The times of series 0 must increase, but that of step 9 is 0 and the one "
        "before is 8." + ORDER
    )
    dates = pd.date_range("2024", periods=9).to_series()
    dates.iloc[4] = pd.NaT
    assert "that of step 4 is NaT" in failure(SERIES[0], times=dates)
    autumn = pd.to_datetime(
        [f"2024-10-27 0{h}:30" for h in (0, 1, 2, 2, 3, 4, 5, 6, 7)]
    )
    assert "that of step 3 is 2024-10-27T02:30" in failure(SERIES[0], times=autumn)


def test_times_that_do_not_fit():
    steps = [np.arange(n) for n in LENGTHS]
    assert failure(SERIES, times=steps[:3]) == (
        "X has 4 series, but times has 3 items: it must be a list with the times of "
        "the steps of each."
    )
    assert failure(SERIES, times=[*steps[:3], steps[0]]) == (
        "Series 3 of X has 7 steps, but times of it has shape (9,): there must be one "
        "time for each step."
    )
    assert failure(SERIES, times=3) == (
        "times must be a list with the times of the steps of each series, got int."
    )
    assert failure(SERIES[0], times=3) == (
        "Series 0 of X has 9 steps, but times of it has shape (): there must be one "
        "time for each step."
    )
    words = FRAMES[0].set_index(pd.Index([f"day {k}" for k in range(9)]))
    assert failure(words, target=0, horizon=1) == (
        "The times of series 0 must be numbers or dates, but the first is 'day 0'. "
        "Pass them in `times`."
    )
    levels = FRAMES[0].set_index([["x"] * 9, np.arange(9)])
    assert failure(levels, target=0, horizon=1) == (
        "The times of series 0 must be numbers or dates, but the first is ('x', 0). "
        "Pass them in `times`."
    )
    dates = pd.date_range("2024", periods=5).to_numpy("M8[s]")
    steps[1] = dates
    assert failure(SERIES, times=steps) == (
        "The times of series 0 and 1 cannot be compared: np.int64(0) and "
        "np.datetime64('2024-01-01T00:00:00') are of different type."
    )
    mixed = [*range(8), datetime.date(2024, 1, 1)]
    assert failure(SERIES[0], times=mixed).startswith(
        "The times of series 0 cannot be compared with each other: '>' not supported"
    )
