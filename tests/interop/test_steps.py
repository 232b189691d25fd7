"""Answers for every step in ONNX, in skops, and from weights of PyTorch."""

from itertools import product

import numpy as np
import onnx
import pytest
import skops.io
from numpy.testing import assert_allclose, assert_array_equal

from skrnn import (
    GRUStepClassifier,
    GRUStepRegressor,
    LSTMStepClassifier,
    LSTMStepRegressor,
    RNNStepClassifier,
    RNNStepRegressor,
)
from skrnn.interop import (
    SKOPS_TRUSTED,
    export_onnx,
    load_torch_state,
    torch_state,
)
from tests.estimators.test_steps import data, data_for, flat, make
from tests.golden.files import DIRECTIONS, LAYOUTS, N_LAYERS, Golden
from tests.interop.test_onnx import run

CELLS = {
    "rnn-tanh": (RNNStepClassifier, RNNStepRegressor, {"activation": "tanh"}),
    "rnn-relu": (RNNStepClassifier, RNNStepRegressor, {"activation": "relu"}),
    "lstm": (LSTMStepClassifier, LSTMStepRegressor, {}),
    "gru": (GRUStepClassifier, GRUStepRegressor, {}),
}
every_cell = pytest.mark.parametrize("cell", CELLS)
quick = pytest.mark.filterwarnings("ignore:The network gives all steps the same")


# PyTorch


@quick
@every_cell
@pytest.mark.parametrize("n_outputs", [1, 2])
def test_scores_are_those_of_a_linear_layer_on_states_of_pytorch(cell, n_outputs):
    """The golden files have the state of every step."""
    _, kind, options = CELLS[cell]
    rng = np.random.default_rng(0)
    for n_layers, direction, layout in product(N_LAYERS, DIRECTIONS, LAYOUTS):
        golden = Golden(cell, n_layers, direction, layout)
        X, h = golden.samples(), golden.samples("h")
        W, b = rng.normal(size=(n_outputs, h[0].shape[1])), rng.normal(size=n_outputs)
        y = [np.zeros((len(x), n_outputs)) for x in X]
        reg = kind(golden.sizes, bidirectional=golden.bidirectional, max_iter=1)
        reg.set_params(standardize=False, dtype="float64", own_scale=False, **options)
        reg.partial_fit(X, y)
        state = {name: golden[name] for name in golden.recurrent}
        load_torch_state(reg, {**state, "head.weight": W, "head.bias": b})
        for found, states in zip(reg.predict(X), h, strict=True):
            expected = (states @ W.T + b) * reg.target_scale_ + reg.target_mean_
            assert_allclose(found, expected, rtol=0, atol=1e-10)


@pytest.mark.parametrize("patch_size", [1, 3])
@pytest.mark.parametrize("kind", [LSTMStepClassifier, GRUStepRegressor])
def test_weights_travel(kind, patch_size):
    X, y = data_for(kind)
    model = make(kind, patch_size=patch_size, dtype="float64").fit(X, y)
    state = torch_state(model)
    n_outputs = 1 if kind is GRUStepRegressor else 3
    assert state["head.weight"].shape == (patch_size * n_outputs, 4)
    other = make(kind, patch_size=patch_size, dtype="float64", random_state=1)
    other.fit(X, y)
    load_torch_state(other, state)
    assert_allclose(flat(other.predict(X)), flat(model.predict(X)), atol=1e-10)


# ONNX


@every_cell
@pytest.mark.parametrize("layout", ["ragged", "block", "table"])
@pytest.mark.parametrize(
    "options",
    [{}, {"patch_size": 3}, {"bidirectional": True, "n_filters": 2, "patch_size": 2}],
    ids=["plain", "patches", "filters"],
)
@pytest.mark.parametrize("target", ["binary", "classes", "number", "numbers"])
def test_onnx_says_the_same(cell, layout, options, target):
    classifier, regressor, own = CELLS[cell]
    kind = classifier if target in ("binary", "classes") else regressor
    n_targets = {"number": 1, "numbers": 2}.get(target)
    X, y = data(layout, n_classes=2 + (target == "classes"), n_targets=n_targets)
    model = make(kind, **own, **options).fit(X, y)
    exported = export_onnx(model)
    onnx.checker.check_model(exported, full_check=True)
    if layout == "ragged":
        X = [x.astype(np.float32) for x in X]
        inputs = {"X": np.full((len(X), 7, 2), np.nan, np.float32)}
        for row, x in zip(inputs["X"], X, strict=True):
            row[: len(x)] = x
        inputs["lengths"] = np.array([len(x) for x in X])
    else:
        X = X.astype(np.float32)
        inputs = {"X": X}
    found = run(exported, inputs)
    if kind is regressor:
        answers = {"variable": model.predict(X)}
    else:
        answers = {"probabilities": model.predict_proba(X), "label": model.predict(X)}
    assert found.keys() == answers.keys()
    for name, expected in answers.items():
        for came, part in zip(found[name], expected, strict=True):
            part = part.reshape(len(part), -1) if name == "variable" else part
            if name == "label":
                assert_array_equal(came[: len(part)], part)
            else:
                assert_allclose(came[: len(part)], part, atol=2e-5, rtol=1e-4)


# skops


@every_cell
@pytest.mark.parametrize("k", [0, 1])
def test_skops_brings_back_what_it_saved(cell, k):
    kind, own = CELLS[cell][k], CELLS[cell][2]
    X, y = data_for(kind)
    model = make(kind, **own).fit(X, y)
    twin = skops.io.loads(skops.io.dumps(model), trusted=SKOPS_TRUSTED)
    assert_array_equal(flat(twin.predict(X)), flat(model.predict(X)))
