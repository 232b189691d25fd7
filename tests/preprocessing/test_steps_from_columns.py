"""Tables whose columns come in any order become sequences in the order of time."""

import pickle
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skrnn import GRURegressor
from skrnn.preprocessing import StepsFromColumns
from tests.messages import failure

N, T, D, FACTS = 5, 4, 2, 3
RNG = np.random.default_rng(0)
#: Sequences as a network reads them, and facts beside them.
STEPS, OF_ALL = RNG.normal(size=(N, T, D)), RNG.normal(size=(N, FACTS))
X = np.concatenate([STEPS, np.repeat(OF_ALL[:, np.newaxis], T, axis=1)], axis=2)
LAGS = r"(?P<feature>[a-z]+)_lag_(?P<lag>\d+)"


def frame(names=(), facts=("f0", "f1", "f2"), kind=pd.DataFrame):
    """Return a table with the columns in the order of some names."""
    by_name = {
        f"{'ab'[k]}_lag_{T - t}": STEPS[:, t, k] for t in range(T) for k in (0, 1)
    }
    by_name |= {f"f{k}": OF_ALL[:, k] for k in range(FACTS)}
    names = list(names) or [n for n in by_name if "lag" in n]
    return kind({name: by_name[name] for name in [*names, *facts]})


def flat(newest_first, grouped_by):
    """Return the columns of the steps alone, in one of four orders."""
    steps = STEPS[:, ::-1] if newest_first else STEPS
    axes = (0, 2, 1) if grouped_by == "feature" else (0, 1, 2)
    return steps.transpose(axes).reshape(N, -1)


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("grouped_by", ["step", "feature"])
def test_columns_in_a_known_order(newest_first, grouped_by):
    order = {"newest_first": newest_first, "grouped_by": grouped_by}
    table = flat(newest_first, grouped_by)
    whole = StepsFromColumns(features_per_step=D, **order).fit_transform(table)
    assert_array_equal(whole, STEPS)
    # Between facts, and found by a slice, indices, a mask and names.
    table = np.hstack([OF_ALL[:, :1], table, OF_ALL[:, 1:]])
    names = [f"c{k}" for k in range(table.shape[1])]
    some = range(1, 1 + T * D)
    for columns in (
        slice(1, 1 + T * D),
        some,
        np.array(some),
        [k in some for k in range(len(names))],
        [names[k] for k in some],
    ):
        steps = StepsFromColumns(columns, features_per_step=D, **order)
        assert_array_equal(steps.fit_transform(pd.DataFrame(table, columns=names)), X)
        assert steps.fact_columns_.tolist() == [0, 9, 10]
        assert steps.step_columns_.shape == (T, D)
        assert_array_equal(table[:, steps.step_columns_], STEPS)


def test_indices_say_the_order_themselves():
    table = np.hstack([flat(True, "feature"), OF_ALL])
    columns = [3, 7, 2, 6, 1, 5, 0, 4]
    assert_array_equal(
        StepsFromColumns(columns, features_per_step=D).fit_transform(table), X
    )
    every_second = StepsFromColumns(slice(None, None, -2), remainder="drop")
    assert every_second.fit_transform(np.arange(5.0)[np.newaxis]).tolist() == [
        [[4.0], [2.0], [0.0]]
    ]


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame])
def test_names_say_the_order_wherever_columns_stand(kind):
    names = list(frame().columns)[: T * D]
    for seed in range(5):
        mixed = np.random.default_rng(seed).permutation([*names, "f0", "f1", "f2"])
        table = frame(mixed.tolist(), (), kind)
        steps = StepsFromColumns(LAGS).fit(table)
        values = steps.transform(table)
        # Features and facts keep the order in which they first come.
        initials = [name[0] for name in names_of(table)]
        order = [k for k in dict.fromkeys(initials) if k in "ab"]
        expected = STEPS[:, :, ["ab".index(k) for k in order]]
        assert_array_equal(values[:, :, :D], expected)
        facts = [name for name in names_of(table) if name.startswith("f")]
        expected = OF_ALL[:, [int(name[1]) for name in facts]]
        assert_array_equal(values[:, 0, D:], expected)
        assert_array_equal(values[:, -1, D:], expected)


def names_of(table):
    return list(table.columns)


def test_larger_steps_are_newer_and_larger_lags_are_older():
    table = pd.DataFrame([[1.0, 2.0, 3.0]], columns=["x9", "x10", "x1"])
    by_lag = StepsFromColumns(r"x(?P<lag>\d+)").fit_transform(table)
    by_step = StepsFromColumns(r"x(?P<step>\d+)").fit_transform(table)
    assert by_lag.ravel().tolist() == [2.0, 1.0, 3.0]
    assert_array_equal(by_step, by_lag[:, ::-1])


def test_one_column_one_row_and_no_facts():
    table = pd.DataFrame({"lag_1": [5]})
    for columns in (None, [0], ["lag_1"], slice(1), r"lag_(?P<lag>\d+)"):
        values = StepsFromColumns(columns).fit_transform(table)
        assert values.tolist() == [[[5]]]


def test_what_belongs_to_no_step_may_be_dropped():
    steps = StepsFromColumns(LAGS, remainder="drop").fit(frame())
    assert_array_equal(steps.transform(frame()), STEPS)
    assert steps.fact_columns_.tolist() == []


def test_values_pass_through_as_they_are():
    table = frame().astype(np.float32)
    table.iloc[0, 0] = np.nan
    values = StepsFromColumns(LAGS).fit_transform(table)
    assert values.dtype == np.float32
    assert np.isnan(values[0, 0, 0])
    mixed = frame().assign(f0=["x", "y", "x", "y", "x"])
    values = StepsFromColumns(LAGS).fit_transform(mixed)
    assert values[:, 0, D].tolist() == ["x", "y", "x", "y", "x"]


def test_what_comes_out_is_a_copy():
    table = np.arange(4.0).reshape(1, 4)
    StepsFromColumns().fit_transform(table)[:] = 9
    assert table.ravel().tolist() == [0, 1, 2, 3]


def test_arrays_after_a_fit_on_frames_have_the_positions_of_fit():
    names = [f"{k}_lag_{lag}" for k in "ab" for lag in range(1, T + 1)]
    steps = StepsFromColumns(LAGS).fit(frame(names))
    with pytest.warns(UserWarning, match="X does not have valid feature names"):
        values = steps.transform(frame(names).to_numpy())
    assert_array_equal(values, X)


def test_clone_pickle_and_output_of_a_table():
    steps = StepsFromColumns(LAGS, remainder="drop").set_output(transform="pandas")
    again = pickle.loads(pickle.dumps(clone(steps).fit(frame())))
    assert_array_equal(again.transform(frame()), STEPS)
    assert clone(steps).get_params() == steps.get_params()
    assert again.n_features_in_ == T * D + FACTS
    assert again.feature_names_in_.tolist() == names_of(frame())
    again.set_params(columns=slice(T * D), features_per_step=D).fit(frame().to_numpy())
    assert_array_equal(again.transform(frame().to_numpy()), STEPS)
    assert not hasattr(again, "feature_names_in_")


def test_a_fit_that_fails_changes_nothing():
    steps = StepsFromColumns(LAGS).fit(frame())
    before = vars(steps).copy()
    failure(ValueError, steps.fit, frame(["a_lag_1"]).to_numpy())
    assert vars(steps) == before


def test_a_network_behind_it_reads_facts_as_such():
    rng = np.random.default_rng(1)
    sequences, facts = rng.normal(size=(40, T, 1)), rng.normal(size=(40, 2))
    y = sequences[:, -1, 0] + facts[:, 0]
    names = [*(f"lag_{lag}" for lag in range(1, T + 1)), "temp", "promo"]
    values = np.hstack([sequences[:, ::-1, 0], facts])
    table = pd.DataFrame(values, columns=names)
    network = GRURegressor(
        3, max_iter=3, static_features=slice(1, None), random_state=0
    )
    model = make_pipeline(StepsFromColumns(r"lag_(?P<lag>\d+)"), network)
    spread = np.repeat(facts[:, np.newaxis], T, axis=1)
    own = np.concatenate([sequences, spread], axis=2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(table, y)
        expected = clone(network).fit(own, y)
        search = GridSearchCV(model, {"stepsfromcolumns__remainder": ["drop"]}, cv=2)
        search.fit(table, y)
    assert_array_equal(model.predict(table), expected.predict(own))
    assert model[-1].static_features_.tolist() == [1, 2]
    assert search.best_estimator_[-1].static_features_.tolist() == []


NAME = "StepsFromColumns"


def message_of(columns, table, **parameters):
    return failure(ValueError, StepsFromColumns(columns, **parameters).fit, table)


def test_messages_on_positions():
    table = frame().to_numpy()
    assert message_of(None, table, features_per_step=2) == (
        f"columns of {NAME} has 11 columns, which is not a multiple of "
        "features_per_step=2: all features must have all steps. Columns that belong to "
        "no step are left out of columns."
    )
    assert message_of(slice(99, None), table) == (
        f"columns of {NAME} is empty: it needs at least one column for a step."
    )
    assert message_of([0, 0], table) == (
        f"columns of {NAME} has a column more than once: [0, 0]."
    )
    assert message_of([11], table) == (
        f"columns of {NAME} has 11, but the 11 column(s) of X are numbered from 0 to "
        "10."
    )
    assert message_of([True], table) == (
        f"columns of {NAME} is a mask of 1 column(s), but X has 11. Give one value for "
        "each."
    )
    assert message_of(["a_lag_1"], table) == (
        f"columns of {NAME} has names, ['a_lag_1'], but X has none: its columns, or "
        "those of its data frames, have no names that are all strings. Give indices or "
        "a mask."
    )
    assert message_of(["a_lag_9"], frame()) == (
        f"columns of {NAME} has 'a_lag_9', but X has no such column. Did you mean "
        "'a_lag_4'?"
    )


@pytest.mark.parametrize("columns", [None, ["a"], [0], r"(?P<feature>.)(?P<lag>)"])
def test_a_column_that_is_there_twice(columns):
    twice = pd.DataFrame([[1.0, 2.0, 3.0]], columns=["a", "b", "a"])
    assert message_of(columns, twice) == (
        f"{NAME} expected columns of different names, but X has more than one column "
        "'a'. Rename them, or pass an array."
    )


def test_messages_on_patterns():
    pattern = r"lag_(?P<lag>\d+)"
    assert message_of(pattern, frame().to_numpy()) == (
        f"columns of {NAME} is a pattern of names, {pattern!r}, but X has none: its "
        "columns have no names that are all strings. Pass a data frame, or positions "
        "in columns."
    )
    none = f"No column of X has a name that the pattern of {NAME}, "
    assert message_of(pattern, frame()) == (
        f"{none}{pattern!r}, matches as a whole. It matches a part of 'a_lag_4'."
    )
    misspelt = r"a_lagg_(?P<lag>\d+)"
    assert message_of(misspelt, frame()) == (
        f"{none}{misspelt!r}, matches as a whole. Did you mean 'a_lag_1'?"
    )
    other = r"zzz(?P<step>\d+)"
    assert message_of(other, frame(["a_lag_1"])) == (
        f"{none}{other!r}, matches as a whole. X has: 'a_lag_1', 'f0', 'f1', 'f2'."
    )
    without_feature = r"[ab]_lag_(?P<lag>\d+)"
    assert message_of(without_feature, frame()) == (
        "Columns 0 and 1 of X, 'a_lag_4' and 'b_lag_4', are both lag 4 of one feature "
        f"by the pattern of {NAME}. Rename one, or give the pattern a group named "
        "'feature' that tells them apart."
    )
    twice = pd.DataFrame([[1.0, 2.0]], columns=["lag_1", "lag_01"])
    assert message_of(pattern, twice) == (
        "Columns 0 and 1 of X, 'lag_1' and 'lag_01', are both lag 1 of one feature by "
        f"the pattern of {NAME}. Rename one, or give the pattern a group named "
        "'feature' that tells them apart."
    )
    anything = r"(?P<feature>.)_lag_(?P<lag>.*)"
    table = frame().rename(columns={"a_lag_4": "a_lag_x"})
    assert message_of(anything, table) == (
        f"The pattern of {NAME} finds lag 'x' in the name 'a_lag_x', which is no whole "
        r"number. Write the group as (?P<lag>\d+)."
    )


def test_messages_on_features_with_different_steps():
    missing = [
        name for name in names_of(frame()) if "lag" in name and name != "b_lag_2"
    ]
    assert message_of(LAGS, frame(missing)) == (
        f"All features must have the same steps, but by the pattern of {NAME} feature "
        "'a' has 'a_lag_2' and feature 'b' has no such column: feature 'a' has 4 "
        "step(s), feature 'b' has 3 step(s)."
    )
    missing = [
        name for name in names_of(frame()) if "lag" in name and name != "a_lag_4"
    ]
    assert message_of(LAGS, frame(missing)) == (
        f"All features must have the same steps, but by the pattern of {NAME} feature "
        "'b' has 'b_lag_4' and feature 'a' has no such column: feature 'b' has 4 "
        "step(s), feature 'a' has 3 step(s)."
    )


@pytest.mark.parametrize(
    ("parameter", "value", "default"),
    [
        ("newest_first", True, "False"),
        ("grouped_by", "feature", "'step'"),
        ("features_per_step", 2, "1"),
    ],
)
def test_a_pattern_and_another_order(parameter, value, default):
    assert message_of(LAGS, frame(), **{parameter: value}) == (
        f"{parameter} of {NAME} is for columns in a known order, but columns is a "
        f"pattern, {LAGS!r}, which says the order itself. Leave {parameter} at "
        f"{default}."
    )


@pytest.mark.parametrize(
    "columns",
    ["lag", "(?P<lag>", r"(?P<lag>\d)(?P<step>\d)", r"(?P<lag>\d)(?P<x>.)", 3, [0.5]],
)
def test_columns_that_are_none(columns):
    assert message_of(columns, frame()) == (
        f"The 'columns' parameter of {NAME} must be a regular expression with a group "
        "named 'lag' or 'step', and perhaps one named 'feature', or a list of indices, "
        f"names or bools, or a slice or None. Got {columns!r}."
    )


def test_messages_on_tables_that_are_none():
    for X, kind in (
        (STEPS, "a 3-D array (sequences, steps, features)"),
        (list(STEPS), "a list of (steps, features) arrays"),
    ):
        assert message_of(None, X) == (
            f"{NAME} expected a table, one row a sequence, got {kind}: the steps of "
            "those have an axis of their own, and the network reads them as they are. "
            "Features before steps are put right by skrnn.preprocessing.channels_last."
        )
    with pytest.raises(NotFittedError):
        StepsFromColumns().transform(frame())


def test_other_columns_than_those_of_fit():
    steps = StepsFromColumns(LAGS).fit(frame())
    text = failure(ValueError, steps.transform, frame(facts=("f1", "f0", "f2")))
    assert "must be in the same order as they were in fit" in text
    text = failure(ValueError, steps.transform, frame(facts=("f0",)))
    assert "The feature names should match those that were passed during fit" in text
    text = failure(ValueError, StepsFromColumns().fit(STEPS[0]).transform, STEPS[0].T)
    assert text == (
        f"X has {T} features, but {NAME} is expecting {D} features as input."
    )


SERIES, NEXT = np.random.default_rng(2).normal(size=(2, 60))
#: lag_1, lag_2, lag_3 of a series, and a column that is none.
LAGGED = np.column_stack([*(SERIES[3 - lag : 60 - lag] for lag in (1, 2, 3)), NEXT[3:]])
DOUBT = (
    f"The parameters of {NAME} do not seem to say what the columns of X are: {{}}. Are "
    "all lags named, and are they in this order?"
)


@pytest.mark.parametrize(
    ("columns", "parameters", "evidence"),
    [
        (
            [0, 1, 2],
            {},
            "column 0 is to be the step before column 1, but has its values 1 row(s) "
            "earlier",
        ),
        (
            [0, 1, 2, 3],
            {"newest_first": True},
            "column 3 is to be the step before column 2, but shares no values",
        ),
        (
            [0, 1],
            {"newest_first": True},
            "column 2 is to belong to no step, but has the values of column 1, the "
            "oldest step, 1 row(s) later",
        ),
        (
            [0, 1],
            {"newest_first": True, "remainder": "drop"},
            "column 2 is to belong to no step, but has the values of column 1, the "
            "oldest step, 1 row(s) later",
        ),
    ],
)
def test_values_that_speak_against_what_is_said(columns, parameters, evidence):
    steps = StepsFromColumns(columns, **parameters)
    with pytest.warns(UserWarning, match="do not seem to say") as caught:
        steps.fit(LAGGED)
    assert [str(w.message) for w in caught] == [DOUBT.format(evidence)]
    assert caught[0].filename == __file__
    assert steps.step_columns_.shape == (len(columns), 1)
    # Rows in another order, text and few rows tell nothing, and are no reason to warn.
    for X in (np.random.default_rng(0).permutation(LAGGED), LAGGED[:20]):
        steps.fit(X)
    steps.fit(np.where(np.arange(4) == 3, "x", LAGGED.astype(object)))


def test_values_that_bear_out_what_is_said():
    for kind in (float, np.float32):
        StepsFromColumns(slice(3), newest_first=True).fit(LAGGED.astype(kind))
    StepsFromColumns([2, 1, 0]).fit((LAGGED * 1000).astype(int))
    StepsFromColumns(features_per_step=3).fit(LAGGED[:, :3])
    by_feature = np.hstack([LAGGED[:, :3], LAGGED[:, :3] ** 2])
    StepsFromColumns(features_per_step=2, grouped_by="feature", newest_first=True).fit(
        by_feature
    )
