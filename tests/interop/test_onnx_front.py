"""ONNX models of networks with blocks in front, against their estimators."""

from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skrnn.interop import export_onnx
from tests.interop.test_onnx import BLOCK, LAYOUTS, TARGETS, fitted, padded, run

OPTIONS = [
    {"n_filters": n_filters, "own_scale": own_scale, "linear_steps": n_last}
    for n_filters, own_scale, n_last in product((0, 4), (False, True), (0, 3))
]


def without_some(X, share=0.4):
    """Take out values at random, all of the first sequence and of one feature."""
    rng = np.random.default_rng(3)
    X = [np.where(rng.random(np.shape(x)) < share, np.nan, x) for x in X]
    X[0][...] = np.nan
    return [x.astype(np.float32) for x in X]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_gaps(layout, options):
    X = without_some(LAYOUTS[layout])
    X = X if layout == "ragged" else np.stack(X)
    width = {"features_per_step": 2} if layout == "table" else {}
    model = fitted(
        "gru",
        X,
        TARGETS["multiclass"],
        missing_values="forward_fill",
        **{**options, **width, "patch_size": 2},
    )
    inputs = padded(X) if layout == "ragged" else {"X": X}
    found = run(export_onnx(model), inputs)
    assert_allclose(found["probabilities"], model.predict_proba(X), rtol=0, atol=2e-6)


def with_facts(X):
    """Make the second feature a fact; of a table, the fourth column is one."""
    X = [np.array(x) for x in X]
    for x in X:
        x[:, 1] = x[0, 1]
    return X


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("gaps", [False, True])
def test_facts(layout, options, gaps):
    options = {**options, "patch_size": 2, "static_features": [1]}
    if layout == "table":
        options |= {"features_per_step": 2, "static_features": [3, 4]}
        X = LAYOUTS[layout]
    else:
        X = with_facts(LAYOUTS[layout])
    if gaps:
        options["missing_values"] = "forward_fill"
        X = without_some(X)
    X = X if layout == "ragged" else np.stack(X)
    model = fitted("lstm", X, TARGETS["multiclass"], **options)
    inputs = padded(X) if layout == "ragged" else {"X": X}
    found = run(export_onnx(model), inputs)
    assert_allclose(found["probabilities"], model.predict_proba(X), rtol=0, atol=2e-6)


def test_gaps_of_any_length_and_number():
    X = np.stack(without_some(BLOCK))
    y = TARGETS["binary"]
    model = fitted("lstm", X, y, missing_values="forward_fill", standardize=False)
    exported = export_onnx(model)
    for part in (X[:1], X[:5, :1], X[:, :4]):
        found = run(exported, {"X": part})["probabilities"]
        assert_allclose(found, model.predict_proba(part), rtol=0, atol=2e-6)


def with_tails(X):
    """Put NaN after the end of sequences, the first of which is whole."""
    X = np.array(X, np.float32)
    for i, x in enumerate(X):
        x[len(x) - i % len(x) :] = np.nan
    return X


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("layout", ["block", "table"])
@pytest.mark.parametrize("gaps", [False, True])
def test_rows_that_end_in_padding(layout, options, gaps):
    """The model finds the ends, also where there are facts, gaps and categories."""
    X = with_tails(BLOCK)
    X[:, :, 1] = np.where(np.isnan(X[:, :, 1]), np.nan, X[:, :, 1] > 0)
    options = {**options, "patch_size": 2, "padding": "nan"}
    if gaps:
        options["missing_values"] = "forward_fill"
        X[::2, 0, 0] = np.nan
    if layout == "table":
        X = np.column_stack([np.arange(len(X)), X.reshape(len(X), -1)])
        X = X.astype(np.float32)
        options |= {"features_per_step": 2, "static_features": [0]}
    y = TARGETS["multiclass"]
    model = fitted("lstm", X, y, categorical_features=[1], **options)
    codes = X.copy()
    columns = codes[:, 2::2] if layout == "table" else codes[:, :, 1]
    columns += 1 - np.nanmin(columns)
    assert (
        model.categories_[0].tolist() == np.arange(len(model.categories_[0])).tolist()
    )
    exported = export_onnx(model)
    assert [value.name for value in exported.graph.input] == ["X"]
    found = run(exported, {"X": codes})["probabilities"]
    assert_allclose(found, model.predict_proba(X), rtol=0, atol=2e-6)
    alone = run(exported, {"X": codes[3:4]})["probabilities"]
    assert_allclose(alone, found[3:4], rtol=0, atol=2e-6)
