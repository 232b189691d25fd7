"""Steps that are rows of data frames, and sequences that cannot be transformed."""

import numpy as np
import pandas as pd
import polars
import pyarrow
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from skrnn.preprocessing import PerStepTransformer
from tests.preprocessing.problems import assert_equal_sequences


@pytest.fixture
def frames():
    rng = np.random.default_rng(0)
    return [
        pd.DataFrame(
            {"load": rng.normal(size=n), "state": rng.choice(["on", "off"], n)},
            index=np.arange(n) * 2,
        )
        for n in (3, 1, 4)
    ]


def by_name():
    return ColumnTransformer(
        [("load", StandardScaler(), ["load"]), ("state", OneHotEncoder(), ["state"])]
    )


def test_columns_by_name(frames):
    coder = PerStepTransformer(by_name())
    out = coder.fit_transform(frames)
    together = by_name().fit(pd.concat(frames))
    assert_equal_sequences(out, [together.transform(frame) for frame in frames])
    assert coder.feature_names_in_.tolist() == ["load", "state"]
    names = ["load__load", "state__state_off", "state__state_on"]
    assert coder.get_feature_names_out().tolist() == names
    assert_equal_sequences(coder.transform(frames[:1]), out[:1])


def test_frames_of_polars_and_pyarrow(frames):
    ours = PerStepTransformer(by_name()).fit_transform(frames)
    for kind in (polars.DataFrame, pyarrow.table):
        theirs = [kind(frame.to_dict("list")) for frame in frames]
        out = PerStepTransformer(by_name()).fit_transform(theirs)
        assert_equal_sequences(out, ours)


def test_frames_without_names_are_frames_too(frames):
    numbered = [frame.set_axis([0, 1], axis=1)[[0]] for frame in frames]
    scaler = PerStepTransformer(StandardScaler())
    out = scaler.fit_transform(numbered)
    arrays = [frame.to_numpy() for frame in numbered]
    assert_equal_sequences(
        out, PerStepTransformer(StandardScaler()).fit_transform(arrays)
    )
    assert not hasattr(scaler, "feature_names_in_")


def failure(call, *args, error=ValueError, **kwargs):
    with pytest.raises(error) as caught:
        call(*args, **kwargs)
    return str(caught.value)


def test_rows_must_stay_rows(layouts):
    drop = FunctionTransformer(lambda x: x[1:])
    flat = FunctionTransformer(lambda x: x[:, 0])
    advice = " A transformer that drops, adds or mixes rows cannot work step by step."
    for inner, shape in [(drop, (159, 2)), (flat, (160,))]:
        message = failure(PerStepTransformer(inner).fit_transform, layouts["block"])
        assert message == (
            "FunctionTransformer must give one row of features for each step: expected "
            f"shape (160, n_features_out), got {shape}." + advice
        )
    scaler = PerStepTransformer(StandardScaler()).fit(layouts["block"])
    before = scaler.transform(layouts["block"])
    failure(scaler.set_params(transformer=drop).fit_transform, layouts["block"])
    assert_equal_sequences(scaler.transform(layouts["block"]), before)


def test_other_features_or_another_layout(layouts):
    block, ragged = layouts["block"], layouts["ragged"]
    scaler = PerStepTransformer(StandardScaler()).fit(ragged)
    assert failure(scaler.transform, [x[:, :1] for x in ragged]) == (
        "X has 1 features, but PerStepTransformer is expecting 2 features as input: "
        "sequences must have shape (steps, 2), got (2, 1)."
    )
    assert failure(scaler.transform, block) == (
        "PerStepTransformer was fitted on a list of (steps, features) arrays, but X is "
        "a 3-D array (sequences, steps, features). Pass list(X)."
    )
    assert failure(scaler.inverse_transform, [x[:, [0, 1, 1]] for x in ragged]) == (
        "X has 3 features, but PerStepTransformer is expecting 2 features as input: "
        "sequences must have shape (steps, 2), got (2, 3)."
    )
    assert failure(scaler.inverse_transform, block).startswith(
        "PerStepTransformer was fitted on a list"
    )
    assert failure(
        PerStepTransformer(PCA()).transform, X := ragged, error=NotFittedError
    )
    assert failure(scaler.fit, [*X[:3], np.zeros((0, 2))]) == (
        "Sequence 3 of X has no steps (shape (0, 2)); PerStepTransformer needs at "
        "least one. Leave empty sequences out."
    )
    table = PerStepTransformer(FunctionTransformer(), features_per_step=2)
    table.fit(layouts["table"])
    assert failure(table.inverse_transform, ragged) == (
        "PerStepTransformer was fitted on a table, one row a sequence, but X is a list "
        "of (steps, features) arrays. Pass an array with one row a sequence, or fit on "
        "a list."
    )
    assert failure(table.inverse_transform, np.zeros((1, 9))) == (
        "X has 9 features, but PerStepTransformer is expecting 8 features as input."
    )
    table = PerStepTransformer(StandardScaler(), features_per_step=3)
    assert failure(table.fit, layouts["table"]) == (
        "X has 8 columns, which is not a multiple of features_per_step=3: a row must "
        "be made of whole steps."
    )


def test_labels_and_weights_that_do_not_fit(layouts):
    scaler, X = PerStepTransformer(StandardScaler()), layouts["ragged"]
    assert failure(scaler.fit, X, np.zeros(39)) == (
        "X has 40 sequences, but y has shape (39,): there must be one label or target "
        "for each sequence. Each of its steps gets it."
    )
    assert failure(scaler.fit, X, sample_weight=np.ones(160)) == (
        "sample_weight must have one number for each of the 40 sequences, got shape "
        "(160,)."
    )


def test_parameters(layouts):
    for value in (StandardScaler, "drop", 3):
        scaler = PerStepTransformer(value, features_per_step=0)
        assert failure(scaler.fit, layouts["block"]) == (
            "The 'features_per_step' parameter of PerStepTransformer must be an int in "
            "the range [1, inf). Got 0.\n"
            "The 'transformer' parameter of PerStepTransformer must be a transformer, "
            f"with fit and transform, or 'passthrough'. Got {value!r}."
        )


def test_frames_that_differ(frames):
    scaler = PerStepTransformer(by_name())
    assert failure(scaler.fit, [frames[0], frames[1][["state", "load"]]]) == (
        "All sequences must have the same columns, in the same order, but sequence 0 "
        "of X has ['load', 'state'] and sequence 1 has ['state', 'load']."
    )
    assert failure(scaler.fit, [frames[0], frames[1].to_numpy()]) == (
        "PerStepTransformer expected sequences of one kind, but sequence 0 of X is a "
        "data frame and sequence 1 is ndarray. Pass data frames with the same columns, "
        "or arrays of shape (steps, features)."
    )
    assert failure(scaler.fit, [frames[0], frames[1].iloc[:0]]) == (
        "Sequence 1 of X has no steps (shape (0, 2)); PerStepTransformer needs at "
        "least one. Leave empty sequences out."
    )
    scaler = PerStepTransformer(StandardScaler()).fit([x[["load"]] for x in frames])
    with pytest.warns(UserWarning, match="valid feature names"):
        scaler.transform([x[["load"]].to_numpy() for x in frames])
    message = failure(scaler.transform, [x[["state"]] for x in frames])
    assert message.startswith("The feature names should match")


def test_without_narwhals(frames, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "narwhals", None)
    assert failure(PerStepTransformer(by_name()).fit, frames, error=ImportError) == (
        "Reading data frames needs narwhals: pip install 'skrnn[frame]'."
    )
