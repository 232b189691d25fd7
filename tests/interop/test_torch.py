"""Weights on their way out and in; the golden files say what PyTorch makes of them."""

from copy import deepcopy

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import is_regressor

from skrnn import (
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    RNNClassifier,
    RNNRegressor,
)
from skrnn.interop import load_torch_state, torch_state

N_GATES = {
    RNNClassifier: 1,
    RNNRegressor: 1,
    LSTMClassifier: 4,
    LSTMRegressor: 4,
    GRUClassifier: 3,
    GRURegressor: 3,
}
SMALL = {"hidden_size": (3, 2), "bidirectional": True, "max_iter": 3, "n_filters": 0}

every_kind = pytest.mark.parametrize("kind", N_GATES, ids=lambda kind: kind.__name__)


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    X = [rng.normal(size=(length, 4)) for length in rng.integers(2, 7, 30)]
    return X, np.arange(30) % 3


def small(kind, seed=0, **parameters):
    return kind(**{**SMALL, **parameters}, random_state=seed)


@every_kind
@pytest.mark.parametrize(("patch_size", "width"), [(1, 4), (3, 12)])
def test_names_and_shapes(kind, data, patch_size, width):
    # The head of a regressor reads all 6 steps of the longest sequence.
    g, n_outputs, n_read = N_GATES[kind], 3, 12
    if is_regressor(kind()):
        n_outputs, n_read = 1, 12 + 6 * 4
    state = torch_state(small(kind, patch_size=patch_size).fit(*data))
    there, back = "weight_ih_l0", "weight_ih_l0_reverse"
    assert [(name, array.shape) for name, array in state.items()] == [
        *((there, (3 * g, width)), ("weight_hh_l0", (3 * g, 3))),
        *(("bias_ih_l0", (3 * g,)), ("bias_hh_l0", (3 * g,))),
        *((back, (3 * g, width)), ("weight_hh_l0_reverse", (3 * g, 3))),
        *(("bias_ih_l0_reverse", (3 * g,)), ("bias_hh_l0_reverse", (3 * g,))),
        *(("weight_ih_l1", (2 * g, 6)), ("weight_hh_l1", (2 * g, 2))),
        *(("bias_ih_l1", (2 * g,)), ("bias_hh_l1", (2 * g,))),
        *(("weight_ih_l1_reverse", (2 * g, 6)), ("weight_hh_l1_reverse", (2 * g, 2))),
        *(("bias_ih_l1_reverse", (2 * g,)), ("bias_hh_l1_reverse", (2 * g,))),
        *(("head.weight", (n_outputs, n_read)), ("head.bias", (n_outputs,))),
    ]


@every_kind
def test_what_comes_out_is_a_copy(kind, data):
    model = small(kind).fit(*data)
    before = model.weights_.copy()
    for array in torch_state(model).values():
        array[...] = 7.0
    assert_array_equal(model.weights_, before)


@every_kind
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("patch_size", [1, 3])
def test_weights_travel_to_another_model(kind, data, dtype, patch_size):
    X, y = data
    read = {"patch_size": patch_size, "standardize": False, "dtype": dtype}
    model = small(kind, **read).fit(X, y)
    other = small(kind, seed=1, **read).fit(X, y)
    state = torch_state(model)
    assert {array.dtype for array in state.values()} == {np.dtype(dtype)}
    lists = {name: array.tolist() for name, array in state.items()}
    assert load_torch_state(other, lists) is other
    assert_array_equal(other.weights_, model.weights_, strict=True)
    assert_array_equal(other.predict(X), model.predict(X))
    other = small(kind, seed=1, **{**read, "dtype": "auto"}).fit(X, y)
    load_torch_state(other, state)
    assert_array_equal(other.weights_, model.weights_, strict=True)


@every_kind
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_come_back_to_rounding_from_raw_features(kind, data, dtype):
    X, y = [(3 * x + 5).astype(dtype) for x in data[0]], data[1]
    model = small(kind, dtype=dtype).fit(X, y)
    before, pooled = model.weights_, model.pooled_states(X)
    load_torch_state(model, torch_state(model))
    to_rounding = {"rtol": 0, "atol": 16 * np.finfo(dtype).eps}
    assert model.weights_.dtype == dtype
    assert_allclose(model.weights_, before, **to_rounding)
    assert_allclose(model.pooled_states(X), pooled, **to_rounding)


def folded(model):
    """Return the names of what the scale of the features is folded into."""
    kinds, ends = ("weight_ih", "bias_ih"), ("", "_reverse")
    lowest = {f"{kind}_l0{end}" for kind in kinds for end in ends}
    if model.n_filters_:
        lowest = {f"convolution.{name}" for name in ("W", "b")}
    head = {"head.weight", "head.bias"} if model.linear_steps_ else set()
    return lowest | head


@every_kind
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("standardize", [True, False])
def test_only_what_has_the_scale_in_it_is_wider(kind, data, dtype, standardize):
    model = small(kind, dtype=dtype, standardize=standardize).fit(*data)
    for name, array in torch_state(model).items():
        is_wide = standardize and name in folded(model)
        assert array.dtype == (np.float64 if is_wide else dtype)


@every_kind
@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("fitted", [np.float32, np.float64])
def test_the_type_is_that_of_what_has_no_scale_in_it(kind, data, fitted, standardize):
    model = small(kind, dtype=fitted, standardize=standardize).fit(*data)
    state, before = torch_state(model.set_params(dtype="auto")), model.weights_
    assert load_torch_state(model, state).weights_.dtype == fitted
    if not standardize:
        assert_array_equal(model.weights_, before, strict=True)
    wide = {name: array.astype(np.float64) for name, array in state.items()}
    wide["weight_hh_l0"] += 2.0**-40
    assert load_torch_state(model, wide).weights_.dtype == np.float64
    assert_array_equal(torch_state(model)["weight_hh_l0"], wide["weight_hh_l0"])
    # One array alone is enough, unless the scale is folded into it.
    single = small(kind, dtype=np.float32, max_iter=1).fit(*data)
    for name in state:
        one = {**state, name: state[name].astype(np.float64)}
        again = deepcopy(single)
        load_torch_state(again.set_params(dtype="auto"), one)
        is_wide = fitted == np.float64 or name not in folded(model)
        assert again.weights_.dtype == (np.float64 if is_wide else np.float32)


@every_kind
def test_the_two_biases_of_a_gate_add_up(kind, data):
    X, y = data
    model = small(kind, dtype="float64").fit(X, y)
    state, before = torch_state(model), model.pooled_states(X)
    for name in [name for name in state if name.startswith("bias_hh")]:
        # All rows but those of a GRU's candidate, whose second bias stands apart.
        rows = slice(2 * len(state[name]) // 3 if N_GATES[kind] == 3 else None)
        state[name][rows] += 0.25
        state[name.replace("hh", "ih")][rows] -= 0.25
    load_torch_state(model, state)
    assert_allclose(model.pooled_states(X), before, rtol=1e-12, atol=1e-14)
    if N_GATES[kind] == 3:
        state["bias_ih_l0"][6:] -= 0.25
        state["bias_hh_l0"][6:] += 0.25
        assert not np.allclose(load_torch_state(model, state).pooled_states(X), before)


@every_kind
def test_training_goes_on_from_the_weights(kind, data):
    X, y = data
    model = small(kind).fit(X, y)
    state = torch_state(small(kind, seed=1).fit(X, y))
    load_torch_state(model, state)
    assert model.optimizer_state_ == {}
    start = model.weights_.copy()
    model.partial_fit(X, y)
    # The learning rate, and what rounding adds.
    assert 0 < np.abs(model.weights_ - start).max() < 0.02 + 1e-6
    assert model.optimizer_state_["adam"]["n_steps"] == 1


@pytest.mark.parametrize("kind", [RNNRegressor, LSTMRegressor, GRURegressor])
def test_outputs_of_a_regressor_are_on_the_scale_of_its_training(kind, data):
    X, y = data
    near = small(kind).fit(X, y)
    far = small(kind, seed=1).fit(X, 1e3 * y + 5e4)
    load_torch_state(far, torch_state(near))
    assert_allclose(far.predict(X), 1e3 * near.predict(X) + 5e4, rtol=1e-12)
