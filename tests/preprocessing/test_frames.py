"""Rows of a long data frame go to the right sequence, in the right order."""

import datetime
import sys

import narwhals
import numpy as np
import pandas as pd
import polars
import pyarrow
import pytest
from numpy.testing import assert_array_equal
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder

from skrnn import LSTMClassifier, LSTMRegressor, RNNClassifier
from skrnn.preprocessing import PerStepTransformer, sequences_from_frame
from tests.preprocessing.logs import DATA, every_kind, with_categories


def frame_of(**columns):
    return pd.DataFrame({**DATA, **columns})


@every_kind
def test_sequences(kind):
    found = sequences_from_frame(kind(DATA), id="who", time="second", target="label")
    nan = np.nan
    assert [x.tolist() for x in found.X[:2]] == [
        [[10.0, 0.0, 0.1], [20.0, 0.0, 0.2], [30.0, 1.0, 0.3]],
        [[15.0, 1.0, 1.5], [17.0, 0.0, 1.7]],
    ]
    assert_array_equal(found.X[2], [[0.0, 1.0, nan]])
    assert found.X[0].dtype == np.float64
    assert found.ids.tolist() == ["b", "a", "c"]
    assert found.y.tolist() == ["x", "y", "y"]
    assert found.feature_names == ["count", "on", "speed"]
    assert [times.tolist() for times in found.times] == [[1, 2, 3], [5, 7], [0]]


@every_kind
def test_without_time_rows_stay_in_order(kind):
    found = sequences_from_frame(kind(DATA), id="who", features=["count", "second"])
    assert [x[:, 0].tolist() for x in found.X] == [[30, 10, 20], [17, 15], [0]]
    assert found.X[0][:, 1].tolist() == [3, 1, 2]
    assert found.y is None
    assert found.times is None


def test_against_a_plain_loop():
    rng = np.random.default_rng(0)
    n = 500
    frame = pd.DataFrame(
        {
            "id": rng.integers(0, 30, n),
            "time": rng.permutation(n) / 7,
            "a": rng.normal(size=n),
            "b": rng.normal(size=n),
        },
        index=rng.permutation(n),
    )
    found = sequences_from_frame(frame, id="id", time="time")
    by_hand = {}
    for _, row in frame.iterrows():
        by_hand.setdefault(row["id"], []).append((row["time"], row["a"], row["b"]))
    assert found.ids.tolist() == list(by_hand)
    for x, times, rows in zip(found.X, found.times, by_hand.values(), strict=True):
        assert_array_equal(np.column_stack([times, x]), sorted(rows))


def test_types():
    frame = frame_of().astype({"speed": "float32"})
    single = sequences_from_frame(frame, id="who", features="speed")
    assert single.X[0].dtype == np.float32
    both = sequences_from_frame(frame, id="who", features=["speed", "on"])
    assert both.X[0].dtype == np.float64
    base = both.X[0].base
    assert all(x.base is base for x in both.X)


def test_ids_and_times_of_other_types():
    day = datetime.datetime(2024, 5, 1, 12)
    times = [day + datetime.timedelta(minutes=m) for m in DATA["second"]]
    frame = frame_of(who=[1.5, 0.5, 1.5, 2.5, 0.5, 1.5], second=times)
    for kind in (frame, polars.DataFrame(frame.to_dict("list"))):
        found = sequences_from_frame(
            kind, id="who", time="second", features=["count"], target="label"
        )
        assert found.ids.tolist() == [1.5, 0.5, 2.5]
        assert [x.ravel().tolist() for x in found.X] == [[10, 20, 30], [15, 17], [0]]
        assert found.times[1][0] == np.datetime64("2024-05-01T12:05")
    aware = frame_of(second=pd.to_datetime(pd.Series(times)).dt.tz_localize("UTC"))
    found = sequences_from_frame(aware, id="who", time="second", features=["count"])
    assert found.X[0].ravel().tolist() == [10, 20, 30]


def test_several_targets():
    frame = frame_of(up=[1, 0, 1, 1, 0, 1], size=[2.5, 1, 2.5, 0, 1, 2.5])
    found = sequences_from_frame(
        frame, id="who", features=["count"], target=["up", "size"]
    )
    assert found.y.tolist() == [[1, 2.5], [0, 1], [1, 0]]
    one = sequences_from_frame(frame, id="who", features=["count"], target=["size"])
    assert one.y.tolist() == [[2.5], [1], [0]]


def test_sequences_are_ready_for_a_network():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"id": np.repeat(np.arange(20), 3), "x": rng.normal(size=60), "z": 1.0}
    )
    frame["label"] = np.where(frame["id"] % 2, "odd", "even")
    frame["size"] = frame["id"] * 2.5
    for target, kind in [("label", LSTMClassifier), ("size", LSTMRegressor)]:
        found = sequences_from_frame(frame, id="id", features=["x", "z"], target=target)
        model = kind(2, max_iter=2, random_state=0).fit(found.X, found.y)
        assert len(model.predict(found.X)) == 20
    scaled = PerStepTransformer("passthrough").fit_transform(found.X)
    assert_array_equal(scaled[3], found.X[3])


# What cannot be


def failure(frame, error=ValueError, **options):
    with pytest.raises(error) as caught:
        sequences_from_frame(frame, **{"id": "who", "features": ["count"], **options})
    assert type(caught.value) is error
    return str(caught.value)


@every_kind
def test_times_that_repeat(kind):
    data = {**DATA, "second": [3, 5, 1, 0, 5, 3]}
    assert failure(kind(data), time="second") == (
        "Column 'second', the time, has the same value twice in id 'b', 'a': the order "
        "of such rows is not known. Drop or average them, or leave `time` out if the "
        "rows are in order."
    )
    # The same time in two sequences is no repetition.
    kept = {**DATA, "second": [3, 3, 1, 3, 1, 2]}
    found = sequences_from_frame(
        kind(kept), id="who", time="second", features=["count"]
    )
    assert [x.ravel().tolist() for x in found.X] == [[10, 20, 30], [15, 17], [0]]


@every_kind
def test_ids_and_times_that_are_missing(kind):
    data = {**DATA, "who": ["b", "a", None, "c", "a", None]}
    assert failure(kind(data), time="second") == (
        "Column 'who', the id, has no value in 2 row(s), the first of them row 2 "
        "(counted from 0). Drop them, or say which sequence they belong to."
    )
    data = {**DATA, "second": [None, 7, 1, 0, None, 2]}
    assert failure(kind(data), time="second") == (
        "Column 'second', the time, has no value in some rows of id 'b', 'a'. Drop "
        "these rows, or fill the time in."
    )


def test_nan_of_polars_is_missing_too():
    frame = polars.DataFrame({**DATA, "second": [3.0, 7.0, np.nan, 0.0, 5.0, 2.0]})
    assert "rows of id 'b'." in failure(frame, time="second")


@every_kind
def test_targets_that_are_none(kind):
    data = {**DATA, "label": ["x", "y", "x", "y", "x", "z"]}
    assert failure(kind(data), target="label") == (
        "Column 'label', the target, changes within id 'b', 'a'. A sequence has one "
        "target: pass a column that is constant in it. For a label a step, pass it as "
        "`step_target`."
    )
    data = {**DATA, "label": ["x", "y", "x", None, "y", "x"]}
    assert failure(kind(data), target="label") == (
        "Column 'label', the target, has no value in some rows of id 'c'. Fill it in, "
        "or leave such sequences out."
    )


def test_features_that_are_no_numbers():
    for frame, text, category in [
        (with_categories({**DATA, "where": DATA["who"]}), "String", "Categorical"),
        (polars.DataFrame({**DATA, "where": DATA["who"]}), "String", "String"),
    ]:
        assert failure(frame, id="who", features=None) == (
            "Features must be numbers or booleans, but these columns are not: 'label' "
            f"({category}), 'where' ({text}). Pass as_frames=True, and name them in "
            "categorical_features of a network or encode them in a PerStepTransformer; "
            "or name the columns that you want in `features`."
        )


def test_columns_that_are_not_there():
    indexed = frame_of().set_index("who")
    columns = "'second', 'speed', 'count', 'on', 'label'"
    assert failure(indexed, target="labels") == (
        f"The frame has no column 'who', 'labels'. It has: {columns}. If it is in the "
        "index of a pandas frame, pass frame.reset_index()."
    )
    assert failure(frame_of(), features=["count", "label"], target="label") == (
        "Column 'label' is a feature as well as the target: the network would read "
        "what it is to predict."
    )
    assert failure(frame_of()[["who", "label"]], features=None, target="label") == (
        "No column is left for the features of a step: pass their names in `features`."
    )


def test_names_that_are_numbers():
    frame = pd.DataFrame({0: [1, 2, 1], 1: [1.0, 2.0, 3.0]})
    message = (
        "Columns are named by text, but %s is not. Pass frame.rename(columns=str), and "
        "the names as text."
    )
    assert failure(frame, id=0, features=None) == message % "0, 1"
    assert failure(frame.rename(columns={0: "who"}), features=None) == message % "1"
    found = sequences_from_frame(frame.rename(columns=str), id="0")
    assert [x.ravel().tolist() for x in found.X] == [[1.0, 3.0], [2.0]]


def test_times_that_are_text():
    frame = frame_of(second=[str(second) for second in DATA["second"]])
    assert failure(frame, time="second") == (
        "Column 'second', the time, must be numbers or dates, but is String. Text "
        "sorts '10' before '9': convert the column first."
    )


def test_long_lists_are_cut():
    frame = pd.DataFrame({"who": np.arange(20) // 2, "count": 0, "second": 0})
    assert "in id 0, 1, 2, 3, 4 and 5 more: the" in failure(frame, time="second")


def test_what_is_no_frame():
    assert failure([[1, 2]], error=TypeError) == (
        "sequences_from_frame expected a data frame with one row a step, got list."
    )
    assert failure(frame_of().iloc[:0]) == (
        "The frame has no rows: there is no sequence in it."
    )


def test_without_narwhals(monkeypatch):
    monkeypatch.setitem(sys.modules, "narwhals", None)
    assert failure(frame_of(), error=ImportError) == (
        "Reading data frames needs narwhals: pip install 'skrnn[frame]'."
    )


# The order of columns, and lists of data frames


@every_kind
def test_the_order_of_the_columns_changes_nothing(kind):
    first = sequences_from_frame(kind(DATA), id="who", time="second", target="label")
    turned = dict(reversed(DATA.items()))
    other = sequences_from_frame(kind(turned), id="who", time="second", target="label")
    assert other.feature_names == first.feature_names
    for a, b in zip(first.X, other.X, strict=True):
        assert_array_equal(a, b)
    chosen = ["speed", "count"]
    found = sequences_from_frame(kind(turned), id="who", features=chosen)
    assert found.feature_names == chosen


@every_kind
@pytest.mark.parametrize("features", [None, ["speed", "count"]])
def test_frames_hold_what_arrays_hold(kind, features):
    options = {"id": "who", "time": "second", "features": features, "target": "label"}
    arrays = sequences_from_frame(kind(DATA), **options)
    frames = sequences_from_frame(kind(DATA), **options, as_frames=True)
    collected = kind(DATA).collect() if kind is polars.LazyFrame else kind(DATA)
    for array, frame in zip(arrays.X, frames.X, strict=True):
        assert type(frame) is type(collected)
        names = frame.column_names if kind is pyarrow.table else list(frame.columns)
        assert names == frames.feature_names == arrays.feature_names
        values = narwhals.from_native(frame)
        for j, name in enumerate(names):
            column = values[name].cast(narwhals.Float64).to_numpy()
            assert_array_equal(column, array[:, j])
    for name in ("ids", "y"):
        assert_array_equal(frames[name], arrays[name])
    assert len(frames.times) == len(arrays.times)


@pytest.mark.parametrize("kind", [pd.DataFrame, polars.DataFrame, pyarrow.table])
def test_frames_keep_text(kind):
    data = kind({**DATA, "where": DATA["who"]})
    found = sequences_from_frame(data, id="who", time="second", as_frames=True)
    assert found.feature_names == ["count", "label", "on", "speed", "where"]
    encode = make_column_transformer(
        (OneHotEncoder(), ["label"]), (SimpleImputer(), ["speed"])
    )
    out = PerStepTransformer(encode).fit_transform(found.X)
    assert [x.shape for x in out] == [(3, 3), (2, 3), (1, 3)]


def test_a_network_sees_the_names():
    X = sequences_from_frame(
        frame_of(speed=1.0), id="who", features=["speed", "count"], as_frames=True
    ).X
    model = RNNClassifier(2, max_iter=1, random_state=0).fit(X, [0, 1, 1])
    assert model.feature_names_in_.tolist() == ["speed", "count"]


def test_as_frames_is_true_or_false():
    assert failure(frame_of(), id="who", as_frames="yes") == (
        "The 'as_frames' parameter of sequences_from_frame must be True or False. Got "
        "'yes'."
    )


@pytest.mark.parametrize("kind", [pd.DataFrame, polars.DataFrame, pyarrow.table])
def test_large_frames(kind):
    """More rows than a library works on at once: pyarrow's joins mix them up."""
    n, n_steps = 8000, 10
    rng = np.random.default_rng(0)
    who, second = np.divmod(rng.permutation(n * n_steps), n_steps)
    frame = kind({"who": who, "second": second, "value": who * n_steps + second})
    expected = np.arange(n * n_steps).reshape(n, n_steps)
    for _ in range(3):
        found = sequences_from_frame(frame, id="who", time="second")
        assert_array_equal(np.stack(found.X)[:, :, 0], expected[found.ids])
        assert found.ids.tolist() == list(dict.fromkeys(who.tolist()))
