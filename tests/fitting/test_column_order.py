"""Tables whose columns are no steps in our order are pointed out; others are not."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits, load_iris
from sklearn.preprocessing import StandardScaler

from skrnn import GRURegressor, LSTMClassifier, LSTMStepRegressor
from skrnn.fitting.column_order import (
    MISTAKEN,
    NEWEST_FIRST,
    NOT_STEPS,
    look_out_of_order,
)
from skrnn.preprocessing import make_skforecast_pipeline, sliding_windows
from skrnn.validation import check_sequences

N, T = 80, 4
RNG = np.random.default_rng(0)
Y, OTHER = RNG.normal(size=(2, N)).cumsum(axis=1)
PROMOTION = RNG.integers(2, size=N).astype(float)


def windows(*series, length=T):
    """Return the windows of some series, (n, length, n_series), in our order."""
    return np.asarray(sliding_windows([np.column_stack(series)], length=length).X)


def table(X, newest_first=False, by_feature=False):
    """Return windows as a table, in one of four orders."""
    X = X[:, ::-1] if newest_first else X
    return (X.transpose(0, 2, 1) if by_feature else X).reshape(len(X), -1)


def look(X, names=None, **parameters):
    """Return what is said of a table."""
    X = X if names is None else pd.DataFrame(X, columns=names)
    checked = check_sequences(GRURegressor(**parameters), X)
    return look_out_of_order(checked.samples, checked.format)


ONE, TWO = windows(Y), windows(Y, OTHER)
FACTS = np.column_stack([OTHER, PROMOTION])[T - 1 :]
READ_TOO = ", and column(s) {} are read as steps as well"
SHIFT = "column 1 has what column 0 had 1 row(s) before"


def test_values_with_the_newest_step_first():
    newest = table(ONE, newest_first=True)
    assert look(newest) == (NEWEST_FIRST, SHIFT)
    assert look(np.hstack([newest, FACTS])) == (
        NEWEST_FIRST,
        SHIFT + READ_TOO.format("4, 5"),
    )
    assert look(np.hstack([FACTS, newest])) == (
        NEWEST_FIRST,
        "column 3 has what column 2 had 1 row(s) before" + READ_TOO.format("0, 1"),
    )
    both = look(table(TWO, newest_first=True), features_per_step=2)
    assert both == (NEWEST_FIRST, "column 2 has what column 0 had 1 row(s) before")
    both = look(table(TWO, newest_first=True, by_feature=True), features_per_step=2)
    assert both[0] == NEWEST_FIRST
    # Lags 1, 2 and 24, and lags that are all far apart
    lags = np.column_stack([Y[24 - lag : N - lag] for lag in (1, 2, 24)])
    assert look(lags) == (NEWEST_FIRST, SHIFT)
    assert look(lags[:, 1:]) == (
        NEWEST_FIRST,
        "column 1 has what column 0 had 22 row(s) before",
    )


def test_values_that_are_ordered_by_feature():
    grouped = table(TWO, by_feature=True)
    assert look(grouped) == (
        MISTAKEN,
        "column 3 and column 4 are two features, and are read as two steps",
    )
    assert look(grouped, features_per_step=2) == (
        MISTAKEN,
        "column 0 and column 1 are two steps of one feature, and are read as two "
        "features",
    )
    # By step, and the width of a step forgotten
    assert look(table(TWO)) is None
    # One feature after three steps another, beside one that goes on
    long = windows(Y * OTHER, length=2 * T)
    some = np.concatenate([ONE[T:], windows(OTHER)[T:]], axis=1)
    assert look(table(np.concatenate([some, long], axis=2)), features_per_step=2) == (
        MISTAKEN,
        "column 6 and column 8 are two features, and are read as two steps",
    )
    three = table(windows(Y, OTHER, Y[::-1] ** 2), by_feature=True)
    assert look(three, features_per_step=3)[0] == MISTAKEN
    assert look(three)[0] == MISTAKEN


def test_values_with_facts_among_the_steps():
    assert look(np.hstack([table(ONE), FACTS])) == (
        NOT_STEPS,
        "column 0 has what column 1 had 1 row(s) before, but not so column(s) 4, 5",
    )
    assert look(np.hstack([FACTS[:, :1], table(ONE)])) == (
        NOT_STEPS,
        "column 1 has what column 2 had 1 row(s) before, but not so column(s) 0",
    )
    assert look(np.hstack([table(TWO), FACTS]), features_per_step=2) == (
        NOT_STEPS,
        "column 0 has what column 2 had 1 row(s) before, but not so column(s) 8, 9",
    )


def test_values_of_columns_in_our_order():
    facts = {"static_features": slice(T, None)}
    assert look(table(ONE)) is None
    assert look(np.hstack([table(ONE), FACTS]), **facts) is None
    assert look(table(TWO), features_per_step=2) is None
    assert look(table(windows(Y, OTHER, PROMOTION)), features_per_step=3) is None
    # Two steps in one, one step, steps that are far apart, windows that jump
    assert look(table(ONE), features_per_step=2) is None
    assert look(table(ONE), features_per_step=T) is None
    assert look(table(ONE)[:, :1]) is None
    wide = windows(np.random.default_rng(3).normal(size=400), length=300)[:, :, 0]
    assert look(np.hstack([wide, wide**2]), features_per_step=300) is None
    assert look(np.column_stack([Y[24 - lag : N - lag] for lag in (24, 2, 1)])) is None
    jumping = sliding_windows([Y[:, np.newaxis]], length=T, stride=2).X
    assert look(np.asarray(jumping)[:, :, 0]) is None
    # Windows of several series, of series that repeat themselves, and with gaps
    assert look(np.vstack([windows(s)[:, :, 0] for s in (Y, OTHER, -Y)])) is None
    assert look(windows(np.tile(Y[:20], 4))[:, :, 0]) is None
    gaps = table(ONE).copy()
    gaps[::3, 1] = np.nan
    assert look(gaps, missing_values="forward_fill") is None


def test_what_hardly_changes_agrees_with_no_shift():
    rare = np.zeros((397, 2))
    rare[:12] = RNG.normal(size=(12, 2))
    X = np.hstack([windows(RNG.normal(size=400))[:, :, 0], rare])
    assert look(X) == (
        NOT_STEPS,
        "column 0 has what column 1 had 1 row(s) before, but not so column(s) 4, 5",
    )


def test_half_a_period_later_and_half_a_period_earlier_are_the_same():
    series = np.tile(RNG.normal(size=20), 5)
    both = [series[:-10], series[10:]]
    assert look(np.column_stack(both)) is None
    assert look(np.column_stack([*both, RNG.normal(size=90)])) is None


def test_features_of_a_step_that_are_shifts_of_each_other():
    """The days of the week, one by one, follow each other, as lags do."""
    days = np.eye(7)[np.arange(N) % 7]
    X = windows(Y, *days.T)
    assert look(table(X), features_per_step=8) is None
    embedded = windows(Y[2:], Y[1:-1], Y[:-2])
    assert look(table(embedded), features_per_step=3) is None
    place = np.repeat([np.arange(T)], len(ONE), axis=0)[..., np.newaxis]
    X = np.concatenate([ONE, place], axis=2)
    assert look(table(X), features_per_step=2) is None


@pytest.mark.parametrize("seed", range(20))
def test_values_that_have_nothing_to_do_with_each_other(seed):
    rng = np.random.default_rng(seed)
    n, k = rng.integers(2, 300), rng.integers(2, 30)
    for X in (
        rng.normal(size=(n, k)),
        rng.integers(3, size=(n, k)),
        rng.poisson(4, (n, k)),
        rng.integers(60, size=(n, k)),
        rng.normal(size=(n, k)).cumsum(axis=1),
        rng.normal(size=(n, k)).cumsum(axis=0).round(1),
        np.zeros((n, k)),
        np.repeat(rng.normal(size=(n, 1)), k, axis=1),
        np.arange(n * k).reshape(n, k),
        np.eye(max(n, k))[:n, :k],
        np.sort(rng.normal(size=(n, k)), axis=1),
        np.arange(n)[:, np.newaxis] % rng.integers(2, 9, k),
    ):
        assert look(X.astype(float)) is None
        some = X[:, : k // 2 * 2].astype(float)
        assert look(some, features_per_step=2) is None


def test_rows_in_any_other_order_say_nothing():
    newest = table(ONE, newest_first=True)
    assert look(RNG.permutation(newest)) is None
    assert look(newest[:20]) is None
    assert look(StandardScaler().fit_transform(newest)) is None


def test_tables_of_scikit_learn():
    for load in (load_digits, load_iris):
        frame = load(as_frame=True).data
        assert look(frame.to_numpy(), frame.columns) is None
        assert look(frame.to_numpy()) is None
    digits = load_digits(as_frame=True).data
    assert look(digits.to_numpy(), digits.columns, features_per_step=8) is None


def rows(n_columns, n=6):
    """Return rows in which values tell nothing."""
    return np.random.default_rng(1).normal(size=(n, n_columns))


def by_name(*names, **parameters):
    return look(rows(len(names)), list(names), **parameters)


@pytest.mark.parametrize("name", [
    "lag_{}", "lag{}", "y_lag_{}", "lag_{}_y", "0_lag_{}", "lag_1__lag_{}__y", "Lag {}",
    "lags.{}", "y(t-{})", "y_t-{}", "t - {}", "sales LAG-{}",
])  # fmt: skip
def test_names_with_the_newest_lag_first(name):
    names = [name.format(lag) for lag in (1, 2, 7, 11)]
    evidence = f"{names[0]!r} stands before {names[1]!r}"
    assert by_name(*names) == (NEWEST_FIRST, evidence)
    assert by_name(*names[::-1]) is None
    assert by_name(*names, "promo", "temp") == (
        NEWEST_FIRST,
        f"{evidence}, and column(s) 'promo', 'temp' are read as steps as well",
    )
    assert by_name(*names, "promo", static_features=["promo"]) == (
        NEWEST_FIRST,
        evidence,
    )
    assert by_name(*names[::-1], "promo", static_features=["promo"]) is None
    assert by_name(*names[::-1], "promo") == (
        NOT_STEPS,
        f"{names[0]!r} is a lag, but not so column(s) 'promo'",
    )


def test_names_of_several_features():
    by_step = [f"{k}_lag_{lag}" for lag in (3, 2, 1) for k in "ab"]
    by_feature = [f"{k}_lag_{lag}" for k in "ab" for lag in (3, 2, 1)]
    assert by_name(*by_step, features_per_step=2) is None
    assert by_name(*by_step, features_per_step=6) is None
    assert by_name(*by_step) == (
        MISTAKEN,
        "'a_lag_3' and 'b_lag_3' are two features, and are read as two steps",
    )
    assert by_name(*by_feature) == (
        MISTAKEN,
        "'a_lag_1' and 'b_lag_3' are two features, and are read as two steps",
    )
    assert by_name(*by_feature, features_per_step=2) == (
        MISTAKEN,
        "'a_lag_3' and 'a_lag_2' are two steps of one feature, and are read as two "
        "features",
    )
    assert by_name(*by_step[::-1], features_per_step=2)[0] == NEWEST_FIRST
    three = [f"{k}_lag_{lag}" for lag in (4, 3, 2, 1) for k in "abc"]
    assert by_name(*three, features_per_step=2) == (
        MISTAKEN,
        "'a_lag_4' and 'c_lag_4' are two features, and are read as two steps",
    )
    # A feature of each step whose names say nothing of lags
    hours = [n for lag in (3, 2, 1) for n in (f"lag_{lag}", f"hour {'abc'[lag - 1]}")]
    assert by_name(*hours, features_per_step=2) is None


def test_names_that_end_in_numbers():
    by_feature = [f"{k}_{t}" for k in "ab" for t in range(3)]
    by_step = [f"{k}_{t}" for t in range(3) for k in "ab"]
    assert by_name(*by_feature, features_per_step=2) == (
        MISTAKEN,
        "'a_0' and 'a_1' are two steps of one feature, and are read as two features",
    )
    assert by_name(*by_step, features_per_step=2) is None
    # A long row, and one of as many features as steps, may be as it is meant.
    assert by_name(*by_feature) is None
    square = [f"{k}_{t}" for k in "ab" for t in range(2)]
    assert by_name(*square, features_per_step=2) is None
    assert by_name("a1", "a2", "a3", "a4", "a5", "a6", features_per_step=2) is None


@pytest.mark.parametrize("names", [
    ["flag_1", "flag_2", "flag_3"],
    ["lagoon_1", "lagoon_2"],
    ["T-1", "T-2", "T-3"],
    ["part-1", "part-2", "out-3"],
    ["lag_1", "promo", "temp"],
    ["lag_a", "lag_b"],
    ["lag_1h", "lag_2h"],
    ["x1", "x2", "x10"],
    ["a", "b", "c"],
    ["t1", "t2", "t3"],
    ["set-1", "set-2"],
])  # fmt: skip
def test_names_that_say_nothing_of_lags(names):
    assert by_name(*names) is None


NEWEST_FIRST_TEXT = (
    "The columns of X look like lags with the newest first: {}. A row of a table is "
    "read from left to right, from the oldest step to the newest: the network reads it "
    "backwards. Begin the pipeline with StepsFromColumns of skrnn.preprocessing, where "
    "newest_first=True; for skforecast, make_skforecast_pipeline does so."
)
MISTAKEN_TEXT = (
    "The columns of X do not look like steps of {} feature(s) each: {}. A row of a "
    "table is read step by step, features_per_step columns at a time. Set "
    "features_per_step, or, if all steps of a feature stand side by side, begin the "
    "pipeline with StepsFromColumns of skrnn.preprocessing, where "
    "grouped_by='feature'; for sktime, make_sktime_pipeline does so."
)
NOT_STEPS_TEXT = (
    "Some columns of X look like steps of a series, and others do not: {}. All are "
    "read as steps. Name those that belong to no step in static_features, or begin the "
    "pipeline with StepsFromColumns of skrnn.preprocessing."
)


def warned(model, X, y):
    """Return the messages about columns when a model is fitted."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X, y)
    about = [w for w in caught if "columns of X" in str(w.message)]
    assert all(w.category is UserWarning for w in about)
    assert all(w.filename == __file__ for w in about)
    return [str(w.message) for w in about]


SMALL = {"hidden_size": 2, "max_iter": 1, "random_state": 0}


def test_fit_says_so():
    model = GRURegressor(**SMALL)
    newest, y = table(ONE, newest_first=True)[:-1], Y[T:]
    names = [f"lag_{lag}" for lag in range(1, T + 1)]
    evidence = "'lag_1' stands before 'lag_2'"
    text = NEWEST_FIRST_TEXT.format(evidence)
    frame = pd.DataFrame(newest, columns=names)
    assert warned(model, newest, y) == [NEWEST_FIRST_TEXT.format(SHIFT)]
    assert warned(model, frame, y) == [text]
    assert warned(LSTMClassifier(**SMALL), frame, y > 0) == [text]
    assert warned(LSTMStepRegressor(**SMALL), frame, newest) == [text]
    assert warned(model, frame[names[::-1]], y) == []
    assert warned(make_skforecast_pipeline(model, lags=T), frame, y) == []
    exogenous = frame.assign(temp=OTHER[T:], promo=PROMOTION[T:])
    assert warned(model, exogenous, y) == [
        NEWEST_FIRST_TEXT.format(
            f"{evidence}, and column(s) 'temp', 'promo' are read as steps as well"
        )
    ]
    assert warned(make_skforecast_pipeline(model, lags=T), exogenous, y) == []
    in_order = exogenous[[*names[::-1], "temp", "promo"]]
    assert warned(model, in_order, y) == [
        NOT_STEPS_TEXT.format("'lag_1' is a lag, but not so column(s) 'temp', 'promo'")
    ]
    assert warned(model.set_params(static_features=[4, 5]), in_order, y) == []
    grouped = table(TWO, by_feature=True)[:-1]
    assert warned(GRURegressor(**SMALL), grouped, y) == [
        MISTAKEN_TEXT.format(
            1, "column 3 and column 4 are two features, and are read as two steps"
        )
    ]
    # 3-D arrays and lists have steps of their own.
    assert warned(GRURegressor(**SMALL), newest[..., np.newaxis], y) == []
    assert warned(GRURegressor(**SMALL), list(newest[..., np.newaxis]), y) == []


def test_partial_fit_says_so_once():
    model, X = GRURegressor(**SMALL), table(ONE, newest_first=True)[:-1]
    with pytest.warns(UserWarning, match="newest first"):
        model.partial_fit(X, Y[T:])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.partial_fit(X, Y[T:])


def test_rows_that_end_in_padding():
    series = np.random.default_rng(0).normal(size=80).cumsum()
    windows = np.lib.stride_tricks.sliding_window_view(series, 6)[:, ::-1].copy()
    windows[:20, 4:] = np.nan
    model = GRURegressor(2, max_iter=1, padding="nan")
    with pytest.warns(UserWarning, match="look like lags with the newest first"):
        model.fit(windows, series[:75])
