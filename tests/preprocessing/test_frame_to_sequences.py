"""Data frames as the first step of a pipeline: one way or the other."""

import pickle

import narwhals
import numpy as np
import pandas as pd
import polars
import pyarrow
import pytest
import skops.io
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.utils import estimator_checks

from skrnn import GRUClassifier
from skrnn.interop import SKOPS_TRUSTED
from skrnn.preprocessing import (
    FrameToSequences,
    PerStepTransformer,
    TokenEncoder,
    sequences_from_frame,
)
from tests.messages import failure
from tests.preprocessing.logs import DATA, every_kind

FEATURES = ["speed", "count"]


def make_log(n=24, random_state=0):
    """Make a log of runs, which fall if they slow down; three users have eight each."""
    rng = np.random.default_rng(random_state)
    runs = []
    for run in range(n):
        steps = rng.integers(4, 8)
        speed = np.linspace(0, (-1) ** run, steps) + rng.normal(scale=0.1, size=steps)
        columns = {"second": np.cumsum(rng.integers(1, 9, steps)), "speed": speed}
        columns |= {"run": f"run {run}", "user": run // 8, "fell": run % 2 == 1}
        runs.append(pd.DataFrame(columns))
    return pd.concat(runs).sample(frac=1, random_state=random_state)


def cut(frame, id):
    """Cut a frame into one for each id, in the order in which these appear."""
    return [group for _, group in frame.groupby(id, sort=False)]


def assert_same(found, expected):
    for x, other in zip(found, expected, strict=True):
        assert_array_equal(x, other, strict=True)


@every_kind
@pytest.mark.parametrize("time_since", [None, "pause"])
def test_long_frames_and_lists_become_the_same_sequences(kind, time_since):
    options = {"time": "second", "features": FEATURES, "time_since": time_since}
    expected = sequences_from_frame(kind(DATA), id="who", **options)
    reader = FrameToSequences(id="who", **options)
    assert_same(reader.fit_transform(kind(DATA)), expected.X)
    assert reader.get_feature_names_out().tolist() == expected.feature_names
    whole = narwhals.from_native(kind(DATA)).lazy().collect()
    rows = [i for i, who in enumerate(DATA["who"]) if who == "a"], [3], [5, 0, 2]
    frames = [whole[some].to_native() for some in rows]
    found = reader.fit_transform(frames)
    assert_same(found, [expected.X[1], expected.X[2], expected.X[0]])
    assert_same(reader.transform(kind(DATA)), expected.X)
    assert_same(reader.set_params(id=None).transform(frames[:1]), [expected.X[1]])


@every_kind
def test_frames_for_what_comes_next(kind):
    reader = FrameToSequences(
        id="who", time="second", features=["label", "on"], time_since="gap"
    ).set_params(as_frames=True)
    expected = sequences_from_frame(
        kind(DATA),
        id="who",
        time="second",
        features=["label", "on"],
        time_since="gap",
        as_frames=True,
    )
    found = reader.fit_transform(kind(DATA))
    for frame, other in zip(found, expected.X, strict=True):
        assert type(frame) is type(other)
        assert frame.equals(other)


def test_features_are_learnt_and_other_columns_are_not_looked_at():
    log = make_log()
    reader = FrameToSequences(id="run", time="second").fit(
        log.drop(columns=["fell", "user"])
    )
    assert reader.feature_names_in_.tolist() == ["speed"]
    assert reader.n_features_in_ == 1
    expected = sequences_from_frame(log, id="run", time="second", features=["speed"]).X
    assert_same(reader.transform(log[log.columns[::-1]]), expected)
    assert_same(reader.transform(log.assign(speed=log["speed"], note="x")), expected)


def test_whole_numbers_in_some_frames_alone():
    """pandas makes integers of a column without gaps, and floats of one with them."""
    frames = [pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [1.5, None]})]
    x, y = FrameToSequences().fit_transform(frames)
    assert_array_equal(x, [[1.0], [2.0]])
    assert_array_equal(y, [[1.5], [np.nan]])


def test_lazy_frames():
    frames = [polars.LazyFrame({"a": [1]}), polars.LazyFrame({"a": [2, 3]})]
    found = FrameToSequences().fit_transform(frames)
    assert [x.tolist() for x in found] == [[[1]], [[2], [3]]]


# As a part of scikit-learn


def make_pipe(**options):
    model = GRUClassifier(4, max_iter=15, learning_rate_init=0.02, random_state=0)
    return make_pipeline(
        FrameToSequences(time="second", features=["speed"], **options), model
    )


def test_a_search_by_group():
    log = make_log()
    X, y = cut(log, "run"), [frame["fell"].iloc[0] for frame in cut(log, "run")]
    groups = [frame["user"].iloc[0] for frame in X]
    grid = {
        "frametosequences__time_since": [None, "pause"],
        "frametosequences__features": [["speed"], ["second"]],
    }
    search = GridSearchCV(make_pipe(), grid, cv=GroupKFold(3), error_score="raise")
    search.fit(X, y, groups=groups)
    assert search.best_params_["frametosequences__features"] == ["speed"]
    assert search.best_score_ > 0.9
    best = search.best_estimator_
    scores = cross_val_score(best, X, y, groups=groups, cv=GroupKFold(3))
    assert scores.mean() == search.best_score_
    # The next log comes as it is.
    later = make_log(random_state=1)
    best.set_params(frametosequences__id="run")
    assert_array_equal(best.predict(later), best.predict(cut(later, "run")))
    assert best.score(later, later.groupby("run", sort=False)["fell"].first()) > 0.9


def test_it_sees_no_sequence_but_those_of_its_part():
    log = make_log()
    X = cut(log.drop(columns=["fell", "user"]), "run")
    seen = FrameToSequences(time="second", features=["speed"]).fit(X[:3])
    spoilt = [*X[:3], *(frame.assign(speed=np.inf) for frame in X[3:])]
    assert_same(seen.transform(spoilt[:3]), seen.transform(X[:3]))


def test_clones_hold_no_data():
    log = make_log(200)
    reader = FrameToSequences(id="run", time="second", features=["speed"]).fit(log)
    assert len(pickle.dumps(reader)) < 1000
    assert clone(reader).get_params() == reader.get_params()


def test_before_other_transformers():
    visits = [
        pd.DataFrame({"page": ["home", "shop"], "second": [4, 9]}),
        pd.DataFrame({"page": ["help"], "second": [1]}),
    ]
    encode = make_column_transformer(
        (OneHotEncoder(), ["page"]), ("passthrough", ["pause"])
    )
    reader = FrameToSequences(
        time="second", features=["page"], time_since="pause", as_frames=True
    )
    pipe = make_pipeline(reader, PerStepTransformer(encode))
    pipe.set_output(transform="pandas")
    x, y = pipe.fit_transform(visits)
    assert_array_equal(x, [[0, 1, 0, 0], [0, 0, 1, 5]])
    assert_array_equal(y, [[1, 0, 0, 0]])
    tokens = make_pipeline(clone(reader).set_params(time_since=None), TokenEncoder())
    assert [x.ravel().tolist() for x in tokens.fit_transform(visits)] == [[2, 3], [1]]


def test_stored():
    log = make_log()
    reader = FrameToSequences(id="run", time="second", features=["speed"]).fit(log)
    saved = skops.io.dumps(reader)
    for twin in (
        pickle.loads(pickle.dumps(reader)),
        skops.io.loads(saved, trusted=list(SKOPS_TRUSTED)),
    ):
        assert_same(twin.transform(log), reader.transform(log))


@pytest.mark.parametrize(
    "check",
    [
        estimator_checks.check_estimator_cloneable,
        estimator_checks.check_estimator_repr,
        estimator_checks.check_estimator_tags_renamed,
        estimator_checks.check_valid_tag_types,
        estimator_checks.check_no_attributes_set_in_init,
        estimator_checks.check_do_not_raise_errors_in_init_or_set_params,
        estimator_checks.check_mixin_order,
        estimator_checks.check_parameters_default_constructible,
        estimator_checks.check_get_params_invariance,
        estimator_checks.check_set_params,
    ],
    ids=lambda check: check.__name__,
)
def test_stock_checks(check):
    check("FrameToSequences", FrameToSequences())


# What cannot be


def message(X, error=ValueError, y=None, **options):
    return failure(error, FrameToSequences(**options).fit, X, y)


def test_what_is_no_frame():
    expected = (
        "FrameToSequences expected a list with a data frame for each sequence, or one "
        "long data frame; got "
    )
    log = make_log(3)
    for X, came in [
        (np.zeros((3, 2)), "ndarray."),
        ([], "an empty list."),
        ([log, np.zeros((3, 2))], "a list in which item 1 is ndarray."),
        (
            log.groupby("run"),
            "what groupby gives. Pass [frame for _, frame in X].",
        ),
        (
            list(log.groupby("run")),
            "what groupby gives. Pass [frame for _, frame in X].",
        ),
    ]:
        assert message(X, TypeError) == expected + came


def test_frames_that_are_no_sequences():
    log = make_log(4)
    assert message(log) == (
        "FrameToSequences got one data frame, but has no `id`, the column that says "
        "which sequence a row belongs to. Set it, or pass a list with a data frame for "
        "each sequence."
    )
    assert message([log[:5], log[5:]], id="run", features=["speed"]) == (
        "Column 'run', the id, changes within sequence 0, 1 of X. In a list each data "
        "frame is one sequence: pass a single long data frame, or cut it by id."
    )
    assert message([log, log[:0]]) == (
        "Sequence 1 of X has no steps. Leave it and its label out."
    )
    twice = pd.DataFrame({"second": [1, 1], "a": 0})
    assert message([twice], time="second").startswith(
        "Column 'second', the time, has the same value twice in sequence 0:"
    )
    assert message([twice[["a"]]], time="second").startswith(
        "The frame has no column 'second'. It has: 'a'."
    )
    assert message([twice, twice[["a"]]]) == (
        "All sequences must have the same columns, in the same order, but sequence 0 "
        "of X has ['second', 'a'] and sequence 1 has ['a']."
    )


@pytest.mark.parametrize("kind", [polars.DataFrame, pyarrow.table])
def test_types_that_differ(kind):
    assert message([kind({"a": [1]}), kind({"a": [1.5]})]) == (
        "Column 'a' is Int64 in sequence 0 of X and Float64 in sequence 1: cast it to "
        "one type."
    )


def test_labels_among_the_features():
    log = make_log().drop(columns="user")
    X, y = cut(log, "run"), [frame["fell"].iloc[0] for frame in cut(log, "run")]
    expected = (
        "Column 'fell' is y, in each row of each sequence: the network would read what "
        "it is to predict. Name the columns that you want in `features`."
    )
    options = {"id": "run", "time": "second"}
    for labels in (y, np.array(y), np.array(y, dtype=int), pd.Series(y)):
        assert message(X, y=labels, **options) == expected
        assert message(log, y=labels, **options) == expected
    for labels in (None, y[::-1], y[1:], np.column_stack([y, y]), [None, *y[1:]]):
        FrameToSequences(**options).fit(X, labels)
    FrameToSequences(**options, features=["fell"]).fit(X, y)


def test_parameters_and_columns():
    log = make_log(3)
    assert message(log, id=[1]) == "id must be the name of a column, got list."
    assert message(log, id="run", as_frames=1) == (
        "The 'as_frames' parameter of FrameToSequences must be True or False. Got 1."
    )
    assert message(log, id="run", time_since="gap") == (
        "time_since='gap' needs `time`, the column from which it is computed."
    )
    reader = FrameToSequences(id="run", features=["speed"])
    assert failure(NotFittedError, reader.transform, log)
    assert failure(NotFittedError, reader.get_feature_names_out)
    reader.fit(log)
    lacking = log.drop(columns="speed")
    assert failure(ValueError, reader.transform, lacking).startswith(
        "The frame has no column 'speed'."
    )
    text = log.assign(speed="slow")
    assert failure(ValueError, reader.transform, text).startswith(
        "Features must be numbers or booleans, but these columns are not: 'speed' "
    )
