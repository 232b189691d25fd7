"""Nothing, in each of its forms, is an error with a sentence."""

from functools import partial

import numpy as np
import pandas as pd
import polars
import pyarrow
import pytest
from sklearn.preprocessing import StandardScaler

from skrnn import RNNClassifier
from skrnn.preprocessing import (
    PerStepTransformer,
    channels_last,
    padded_from_ragged,
    ragged_from_padded,
    sequences_from_frame,
    sliding_windows,
)

X = np.random.default_rng(0).normal(size=(8, 3, 2))
Y = np.arange(8) % 2

NOTHING = {
    "[]": [],
    "()": (),
    "{}": {},
    "None": None,
    "empty text": "",
    "empty set": set(),
    "generator of nothing": (x for x in ()),
    "(0,)": np.empty(0),
    "(0,) of objects": np.empty(0, object),
    "(0,) masked": np.ma.empty(0),
    "(0, 3)": np.empty((0, 3)),
    "(3, 0)": np.empty((3, 0)),
    "(0, 3, 2)": np.empty((0, 3, 2)),
    "(3, 0, 2)": np.empty((3, 0, 2)),
    "(3, 2, 0)": np.empty((3, 2, 0)),
    "[[]]": [[]],
    "[[], []]": [[], []],
    "[[[]]]": [[[]]],
    "[(0,)]": [np.empty(0)],
    "[(0, 2)]": [np.empty((0, 2))],
    "[(2, 0)]": [np.empty((2, 0))],
    "one that is empty": [np.ones((2, 2)), np.empty((0, 2))],
    "[None]": [None],
    "frame": pd.DataFrame(),
    "frame without rows": pd.DataFrame({0: [], 1: []}),
    "frame of polars": polars.DataFrame(),
    "table of pyarrow": pyarrow.table({}),
    "[frame]": [pd.DataFrame()],
    "[frame of polars]": [polars.DataFrame()],
}

scaler = partial(PerStepTransformer, StandardScaler())
FITTED = {name: scaler().fit(fitted) for name, fitted in {"list": list(X)}.items()}
FITTED |= {"block": scaler().fit(X), "table": scaler().fit(X[:, 0])}
CALLS = {
    "sliding_windows": partial(sliding_windows, length=2),
    "padded_from_ragged": padded_from_ragged,
    "ragged_from_padded": ragged_from_padded,
    "channels_last": channels_last,
    "fit": lambda X: scaler().fit(X),
    "fit_transform": lambda X: scaler().fit_transform(X),
    "partial_fit": lambda X: scaler().partial_fit(X),
    **{f"transform {name}": model.transform for name, model in FITTED.items()},
    **{f"inverse {name}": model.inverse_transform for name, model in FITTED.items()},
    "fit of a network": lambda X: RNNClassifier(max_iter=1).fit(X, Y),
    "labels": lambda y: RNNClassifier(max_iter=1).fit(X, y),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("nothing", NOTHING.values(), ids=NOTHING)
def test_nothing(call, nothing):
    with pytest.raises(ValueError, match=r"[a-z] ") as caught:
        call(nothing)
    assert type(caught.value) is ValueError
    assert not str(caught.value).startswith(("setting an", "at least one array"))


def failure(call, *args, **kwargs):
    with pytest.raises(ValueError, match=r"\.$") as caught:
        call(*args, **kwargs)
    return str(caught.value)


@pytest.mark.parametrize("nothing", [[], (), np.empty(0), np.empty((0, 3, 2))])
def test_windows_of_nothing(nothing):
    assert failure(sliding_windows, nothing, length=2) == (
        "sliding_windows expected one series, (steps,) or (steps, features), or a list "
        "of several; got nothing."
    )


def test_windows_of_what_is_no_series():
    for kind in (None, {}, "", {1}, (x for x in X), 3.0):
        assert failure(sliding_windows, kind, length=2) == (
            "sliding_windows expected one series, (steps,) or (steps, features), or a "
            f"list of several; got {type(kind).__name__}."
        )


@pytest.mark.parametrize(
    ("function", "who"),
    [
        (padded_from_ragged, "padded_from_ragged"),
        (ragged_from_padded, "ragged_from_padded"),
        (channels_last, "channels_last"),
        (FITTED["list"].transform, "PerStepTransformer"),
        (FITTED["list"].inverse_transform, "PerStepTransformer"),
    ],
    ids=["pad", "cut", "channels_last", "transform", "inverse_transform"],
)
def test_functions_of_nothing(function, who):
    for nothing in ([], (), np.empty(0, object)):
        assert failure(function, nothing) == (
            f"X has no sequences; {who} needs at least one."
        )


def test_features_before_steps_of_nothing():
    assert failure(channels_last, np.empty((0, 3, 2))) == (
        "X has no sequences (shape (0, 2, 3)); channels_last needs at least one."
    )
    assert failure(channels_last, np.empty((3, 2, 0))) == (
        "The sequences in X have no steps (shape (3, 0, 2)); channels_last needs at "
        "least one."
    )


LOG = pd.DataFrame({"who": [1], "speed": [2.0]})


@pytest.mark.parametrize("parameter", ["features", "target"])
@pytest.mark.parametrize(
    "value",
    [[[]], [np.empty(0)], np.empty((0, 3)), [{}], [LOG], np.array([["speed"]])],
)
def test_names_of_columns_that_are_none(parameter, value):
    assert failure(sequences_from_frame, LOG, id="who", **{parameter: value}) == (
        f"{parameter} must be the name of a column, or a list of names, got "
        f"{type(value).__name__}."
    )


@pytest.mark.parametrize("parameter", ["id", "time"])
def test_a_list_is_no_name_of_a_column(parameter):
    names = {"id": "who", parameter: ["who"]}
    assert failure(sequences_from_frame, LOG, **names) == (
        f"{parameter} must be the name of a column, got list."
    )


def test_features_that_are_none():
    for nothing in ([], (), np.empty(0, object)):
        assert failure(sequences_from_frame, LOG, id="who", features=nothing) == (
            "No column is left for the features of a step: pass their names in "
            "`features`."
        )
    for nothing in ([], (), np.empty(0, object), None):
        assert sequences_from_frame(LOG, id="who", target=nothing).y is None
