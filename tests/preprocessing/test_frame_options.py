"""Time since the last step, groups, and targets of steps, from long data frames."""

import datetime

import narwhals
import numpy as np
import pandas as pd
import polars
import pyarrow
import pytest
from numpy.testing import assert_array_equal
from sklearn.model_selection import GroupKFold, cross_val_score

from skrnn import GRUClassifier
from skrnn.preprocessing import sequences_from_frame
from tests.messages import failure
from tests.preprocessing.logs import DATA, every_kind

USERS = {"user": ["ann", "bob", "ann", "ann", "bob", "ann"]}
BY_TIME = {"id": "who", "time": "second"}


def column(frames, name):
    return [narwhals.from_native(frame)[name].to_list() for frame in frames]


# The time since the last step


@every_kind
@pytest.mark.parametrize("as_frames", [False, True])
def test_time_since_the_last_step(kind, as_frames):
    data = {**DATA, "second": [9, 7, 1, 0, 5, 4]}
    found = sequences_from_frame(
        kind(data),
        **BY_TIME,
        features=["speed", "count"],
        time_since="pause",
        as_frames=as_frames,
    )
    assert found.feature_names == ["speed", "count", "pause"]
    if as_frames:
        assert column(found.X, "count") == [[10, 20, 30], [15, 17], [0]]
        assert column(found.X, "pause") == [[0, 3, 5], [0, 2], [0]]
    else:
        assert_array_equal(found.X[0], [[0.1, 10, 0], [0.2, 20, 3], [0.3, 30, 5]])
        assert found.X[1][:, 2].tolist() == [0, 2]
        assert_array_equal(found.X[2], [[np.nan, 0, 0]])


def test_time_since_is_in_seconds_for_dates():
    start = datetime.datetime(2024, 2, 28, 23, 59, 59, 500_000)
    moments = [start + datetime.timedelta(hours=s) for s in DATA["second"]]
    day = 24 * 3600
    frames = {
        "dates": pd.DataFrame({**DATA, "second": moments}),
        "aware": polars.DataFrame({**DATA, "second": moments}).with_columns(
            polars.col("second").dt.replace_time_zone("UTC")
        ),
        "arrow": pyarrow.table({**DATA, "second": moments}),
        "spans": pd.DataFrame({**DATA, "second": [m - start for m in moments]}),
    }
    for frame in frames.values():
        x, y, z = sequences_from_frame(
            frame, **BY_TIME, features=[], time_since="gap"
        ).X
        assert (x.dtype, x.shape) == (np.float64, (3, 1))
        assert [x.ravel().tolist(), y.ravel().tolist()] == [[0, 3600, 3600], [0, 7200]]
        assert z.tolist() == [[0]]
    days = [datetime.date(2024, 2, 20) + datetime.timedelta(s) for s in DATA["second"]]
    for frame in (
        polars.DataFrame({**DATA, "second": days}),
        pyarrow.table({**DATA, "second": days}),
        pd.DataFrame({**DATA}).assign(
            second=pd.Series(days, dtype=pd.ArrowDtype(pyarrow.date32()))
        ),
    ):
        found = sequences_from_frame(frame, **BY_TIME, features=[], time_since="gap")
        assert found.X[1].ravel().tolist() == [0, 2 * day]


def test_time_since_of_other_numbers():
    for dtype in ("uint8", "float32", "int64"):
        frame = pd.DataFrame(DATA).astype({"second": dtype})
        found = sequences_from_frame(frame, **BY_TIME, features=[], time_since="gap")
        assert [x.ravel().tolist() for x in found.X] == [[0, 1, 1], [0, 2], [0]]
    # Nanoseconds since 1970, which float64 cannot tell apart.
    large = [2**60 + second for second in DATA["second"]]
    frame = polars.DataFrame({**DATA, "second": large})
    found = sequences_from_frame(frame, **BY_TIME, features=[], time_since="gap")
    assert found.X[0].ravel().tolist() == [0, 1, 1]
    frame = polars.DataFrame(DATA).with_columns(
        polars.col("second").cast(polars.Decimal(10, 2)) / 4
    )
    found = sequences_from_frame(frame, **BY_TIME, features=[], time_since="gap")
    assert found.X[0].ravel().tolist() == [0, 0.25, 0.25]


def test_time_since_keeps_single_precision():
    frame = pd.DataFrame(DATA).astype({"speed": "float32"})
    options = {**BY_TIME, "features": ["speed"], "time_since": "gap"}
    assert sequences_from_frame(frame, **options).X[0].dtype == np.float32


def test_time_since_stands_in_its_own_row():
    """Also where the index of a frame is in disorder, or has a label twice."""
    for index in ([4, 2, 0, 5, 1, 3], [1, 1, 1, 0, 0, 0]):
        found = sequences_from_frame(
            pd.DataFrame(DATA, index=index),
            **BY_TIME,
            features=["count"],
            time_since="gap",
            as_frames=True,
        )
        assert column(found.X, "count") == [[10, 20, 30], [15, 17], [0]]
        assert column(found.X, "gap") == [[0, 1, 1], [0, 2], [0]]


@every_kind
def test_time_since_alone_is_a_feature(kind):
    data = {name: DATA[name] for name in ("who", "second", "label")}
    options = {**BY_TIME, "target": "label", "time_since": "gap"}
    for as_frames in (False, True):
        found = sequences_from_frame(kind(data), **options, as_frames=as_frames)
        assert found.feature_names == ["gap"]
        values = column(found.X, "gap") if as_frames else [x[:, 0] for x in found.X]
        assert [list(x) for x in values] == [[0, 1, 1], [0, 2], [0]]


# Groups


@every_kind
def test_groups_stand_beside_the_sequences(kind):
    found = sequences_from_frame(
        kind({**DATA, **USERS}), **BY_TIME, target="label", groups="user"
    )
    assert found.groups.tolist() == ["ann", "bob", "ann"]
    assert found.feature_names == ["count", "on", "speed"]
    assert sequences_from_frame(kind(DATA), id="who", features="on").groups is None


def test_groups_are_ready_for_a_splitter():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"id": np.repeat(np.arange(12), 3), "x": rng.normal(size=36)})
    frame["label"], frame["user"] = frame["id"] % 2, frame["id"] // 4
    found = sequences_from_frame(frame, id="id", target="label", groups="user")
    for train, test in GroupKFold(3).split(found.X, found.y, found.groups):
        assert set(found.ids[train] // 4).isdisjoint(found.ids[test] // 4)
    model = GRUClassifier(2, max_iter=1, random_state=0)
    cv = GroupKFold(3)
    scores = cross_val_score(model, found.X, found.y, groups=found.groups, cv=cv)
    assert len(scores) == 3


# Targets of steps


@every_kind
@pytest.mark.parametrize("as_frames", [False, True])
def test_targets_of_steps(kind, as_frames):
    data = {**DATA, "label": list("pqrstu")}
    found = sequences_from_frame(
        kind(data), **BY_TIME, step_target="label", as_frames=as_frames
    )
    assert [y.tolist() for y in found.y] == [["r", "u", "p"], ["t", "q"], ["s"]]
    assert found.feature_names == ["count", "on", "speed"]
    assert [len(x) for x in found.X] == [3, 2, 1]


def test_several_targets_of_steps():
    found = sequences_from_frame(
        pd.DataFrame(DATA), id="who", features="on", step_target=["count", "second"]
    )
    assert found.y[1].tolist() == [[17, 7], [15, 5]]
    one = sequences_from_frame(
        pd.DataFrame(DATA), id="who", features="on", step_target=["count"]
    )
    assert one.y[1].tolist() == [[17], [15]]


# What cannot be


def message(data, **options):
    frame = pd.DataFrame({**DATA, **data})
    options = {**BY_TIME, "features": ["count"], **options}
    return failure(ValueError, sequences_from_frame, frame, **options)


def test_messages_of_time_since():
    assert message({}, time=None, time_since="gap") == (
        "time_since='gap' needs `time`, the column from which it is computed."
    )
    assert message({}, time_since="speed") == (
        "time_since='speed' names the new feature, but the frame has such a column "
        "already. Choose another name."
    )
    assert message({}, time_since=True) == (
        "time_since must be the name of the new feature, a str, got bool."
    )
    clock = [datetime.time(second) for second in DATA["second"]]
    frame = polars.DataFrame({**DATA, "second": clock})
    options = {**BY_TIME, "time_since": "gap"}
    assert failure(ValueError, sequences_from_frame, frame, **options) == (
        "Column 'second', the time, holds times of day: whether midnight lies between "
        "two of them is not known. Make dates of them for time_since."
    )


def test_messages_of_groups():
    assert message({"user": list("abbcdd")}, groups="user") == (
        "Column 'user', the group, changes within id 'b', 'a'. A sequence has one "
        "group: pass a column that is constant in it."
    )
    assert message({"user": ["a", None, "a", "b", "c", "a"]}, groups="user") == (
        "Column 'user', the group, has no value in some rows of id 'a'. Fill it in, or "
        "leave such sequences out."
    )
    assert message({}, groups=["user", "device"]) == (
        "groups must be the name of a column, got list."
    )
    assert message({}, groups="user").startswith("The frame has no column 'user'.")


def test_messages_of_targets_of_steps():
    assert message({}, target="label", step_target="on") == (
        "target='label' makes one y for each sequence and step_target='on' one for "
        "each step: pass one of the two."
    )
    assert message({"label": ["x", None, *"xyyx"]}, step_target="label") == (
        "Column 'label', the target, has no value in some rows of id 'a'. Fill it in, "
        "or leave such sequences out."
    )
    assert message({}, step_target="count").startswith(
        "Column 'count' is a feature as well as the target"
    )
