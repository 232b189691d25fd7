"""The whole network against what PyTorch computed.

The golden files and what stands in them are described in ``golden/make_golden.py``.
"""

from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skrnn import LSTMClassifier, RNNClassifier
from skrnn.interop import load_torch_state, torch_state
from skrnn.losses import BinaryCrossEntropy, MultinomialCrossEntropy
from skrnn.network import build_network
from skrnn.sequences import pack
from skrnn.training.objective import Objective

FOLDER = Path(__file__).with_name("golden")
CELLS = {
    "rnn-tanh": (RNNClassifier, "rnn", {"activation": "tanh"}),
    "rnn-relu": (RNNClassifier, "rnn", {"activation": "relu"}),
    "lstm": (LSTMClassifier, "lstm", {}),
}
LAYOUTS = ("rectangular", "ragged")
POOLINGS = ("last", "mean", "max", "concat")
LOSSES = {"binary": BinaryCrossEntropy(), "multinomial": MultinomialCrossEntropy()}
MEANS = ("plain", "weighted")
#: Gates in the order of PyTorch, by their number.
TORCH_GATES = {1: "h", 4: "ifgo"}
HIDDEN_SIZE = 5

RECURRENT = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
HEAD = ("head.weight", "head.bias")
OUTPUTS = ("scores", "probabilities", "loss", "d_x")
SHARED = ("x", "lengths", "sample_weight", "learning_rate", "h", *RECURRENT)

TOLERANCE = {np.float64: 1e-10, np.float32: 1e-5}

every_cell = pytest.mark.parametrize("cell", CELLS)
every_layout = pytest.mark.parametrize("layout", LAYOUTS)
every_pooling = pytest.mark.parametrize("pooling", POOLINGS)
every_loss = pytest.mark.parametrize("loss", LOSSES)
every_dtype = pytest.mark.parametrize("dtype", TOLERANCE)


@cache
def read(cell, layout):
    with np.load(FOLDER / f"{cell}-{layout}.npz") as file:
        return dict(file)


def part(golden, *path):
    """Give what stands under a path of a golden file."""
    prefix = "/".join(path) + "/"
    return {
        name.removeprefix(prefix): array
        for name, array in golden.items()
        if name.startswith(prefix)
    }


def samples_of(golden, layout, rows="x"):
    """Give the sequences in the layout in which users hold them."""
    sequences = np.split(golden[rows], np.cumsum(golden["lengths"])[:-1])
    return np.stack(sequences) if layout == "rectangular" else sequences


def state_of(golden, pooling, loss):
    """Give the weights of a case, as PyTorch names them."""
    recurrent = {name: golden[name] for name in RECURRENT}
    return recurrent | part(golden, "head", pooling, loss)


def network_of(cell, golden, pooling, state):
    _, kind, options = CELLS[cell]
    n_features, n_outputs = golden["x"].shape[1], len(state["head.bias"])
    return build_network(kind, n_features, HIDDEN_SIZE, pooling, n_outputs, **options)


def in_torch_order(network, vector):
    """Give views on a flat vector, one for each gate, as PyTorch orders them."""
    (cell,) = network.stack.cells
    views = network.layout.views(vector)
    order = [cell.gates.index(gate) for gate in TORCH_GATES[len(cell.gates)]]
    gates = [
        [array[k * HIDDEN_SIZE : (k + 1) * HIDDEN_SIZE] for k in order]
        for array in cell.split(views["layer0"])
    ]
    return *gates, views["head"]["W"], views["head"]["b"]


def flat_weights(network, state, dtype):
    """Give the flat vector that has the weights of a PyTorch state."""
    weights = np.full(network.layout.size, np.nan)
    W_x, b, W_h, head_W, head_b = in_torch_order(network, weights)
    bias = state["bias_ih_l0"] + state["bias_hh_l0"]
    torch_arrays = (state["weight_ih_l0"], bias, state["weight_hh_l0"])
    for views, array in zip((W_x, b, W_h), torch_arrays, strict=True):
        for view, rows in zip(views, np.split(array, len(views)), strict=True):
            view[...] = rows
    head_W[...], head_b[...] = state["head.weight"], state["head.bias"]
    assert np.isfinite(weights).all()
    return weights.astype(dtype)


def gradients_of(network, d_weights):
    """Give the gradients under the names of the golden files."""
    W_x, b, W_h, head_W, head_b = in_torch_order(network, d_weights)
    return {
        "d_weight_ih_l0": np.concatenate(W_x),
        "d_weight_hh_l0": np.concatenate(W_h),
        "d_bias_ih_l0": np.concatenate(b),
        "d_bias_hh_l0": np.concatenate(b),
        "d_head.weight": head_W,
        "d_head.bias": head_b,
    }


def estimator_of(cell, golden, layout, pooling, loss, **params):
    """Make a fitted estimator that has the weights of a case."""
    make, _, options = CELLS[cell]
    estimator = make(
        HIDDEN_SIZE, pooling=pooling, random_state=0, **options, **params
    ).partial_fit(
        samples_of(golden, layout),
        golden[f"y/{loss}"],
        classes=np.arange(2 if loss == "binary" else 4),
    )
    return load_torch_state(estimator, state_of(golden, pooling, loss))


def assert_close(found, expected, dtype):
    for name, array in found.items():
        assert array.dtype == dtype, name
        assert array.shape == expected[name].shape, name
        assert_allclose(
            array, expected[name], rtol=0, atol=TOLERANCE[dtype], err_msg=name
        )


def test_the_golden_files_cover_every_case():
    states = (*RECURRENT, *HEAD)
    names = {
        *SHARED,
        *(f"y/{loss}" for loss in LOSSES),
        *("/".join(case) for case in product(["head"], POOLINGS, LOSSES, HEAD)),
        *(
            "/".join(case)
            for case in product(
                ["case"],
                POOLINGS,
                LOSSES,
                [*OUTPUTS, *(f"d_{name}" for name in states)],
            )
        ),
        *("/".join(case) for case in product(["sgd"], LOSSES, MEANS, states)),
    }
    files = {path.name for path in FOLDER.glob("*.npz")}
    assert files == {f"{cell}-{layout}.npz" for cell, layout in product(CELLS, LAYOUTS)}
    for cell, layout in product(CELLS, LAYOUTS):
        golden = read(cell, layout)
        assert set(golden) == names
        assert (len(set(golden["lengths"])) == 1) == (layout == "rectangular")
        floats = {name: a for name, a in golden.items() if a.dtype.kind == "f"}
        assert {array.dtype for array in floats.values()} == {np.dtype(np.float64)}
        frozen = {f"sgd/{'/'.join(case)}/bias_hh_l0" for case in product(LOSSES, MEANS)}
        assert {name for name, array in floats.items() if not array.any()} == frozen


@every_cell
@every_layout
@every_dtype
def test_hidden_states(cell, layout, dtype):
    golden = read(cell, layout)
    state = state_of(golden, "last", "binary")
    network = network_of(cell, golden, "last", state)
    params = network.layout.views(flat_weights(network, state, dtype))
    (layer,) = network.stack.cells
    found = layer.run(params["layer0"], samples_of(golden, layout))
    expected = samples_of(golden, layout, rows="h")
    for h, golden_h in zip(found, expected, strict=True):
        assert h.dtype == dtype
        assert_allclose(h, golden_h, rtol=0, atol=TOLERANCE[dtype])


@every_cell
@every_layout
@every_pooling
@every_loss
@every_dtype
def test_outputs_and_gradients(cell, layout, pooling, loss, dtype):
    golden = read(cell, layout)
    state, y = state_of(golden, pooling, loss), golden[f"y/{loss}"]
    network = network_of(cell, golden, pooling, state)
    weights = flat_weights(network, state, dtype)
    x = pack(samples_of(golden, layout), dtype=dtype)
    share = golden["sample_weight"].astype(dtype) / len(y)

    scores, tape = network.forward(weights, x)
    losses, d_scores = LOSSES[loss].value_and_gradient(scores, y)
    d_x, d_weights = network.backward(
        weights, tape, d_scores * share[:, np.newaxis], input_gradient=True
    )
    found = {
        "scores": scores,
        "probabilities": LOSSES[loss].probabilities(scores),
        "loss": np.dot(share, losses),
        "d_x": np.concatenate(x.replace(d_x).unpack()),
        **gradients_of(network, d_weights),
    }

    expected = part(golden, "case", pooling, loss)
    assert set(found) == set(expected)
    assert_close(found, expected, dtype)


@every_cell
@every_layout
@every_pooling
@every_loss
@every_dtype
def test_objective(cell, layout, pooling, loss, dtype):
    golden = read(cell, layout)
    state = state_of(golden, pooling, loss)
    network = network_of(cell, golden, pooling, state)
    value, gradient, _ = Objective(network, LOSSES[loss]).value_and_gradient(
        flat_weights(network, state, dtype),
        pack(samples_of(golden, layout), dtype=dtype),
        golden[f"y/{loss}"],
        golden["sample_weight"].astype(dtype),
    )
    expected = part(golden, "case", pooling, loss)
    assert value == pytest.approx(expected["loss"], rel=0, abs=TOLERANCE[dtype])
    assert_close(gradients_of(network, gradient), expected, dtype)


@every_cell
@every_layout
@every_pooling
@every_loss
@every_dtype
def test_predict_proba_of_loaded_weights(cell, layout, pooling, loss, dtype):
    golden = read(cell, layout)
    estimator = estimator_of(cell, golden, layout, pooling, loss)
    X = samples_of({**golden, "x": golden["x"].astype(dtype)}, layout)
    found = estimator.predict_proba(X)
    expected = part(golden, "case", pooling, loss)["probabilities"]
    assert found.dtype == dtype
    assert_allclose(found, expected, rtol=0, atol=TOLERANCE[dtype])
    assert_array_equal(estimator.predict(X), expected.argmax(axis=1))


@every_cell
@every_pooling
@every_loss
def test_weights_go_in_and_out_to_the_bit(cell, pooling, loss):
    golden = read(cell, "rectangular")
    estimator = estimator_of(cell, golden, "rectangular", pooling, loss)
    state, found = state_of(golden, pooling, loss), torch_state(estimator)
    state["bias_ih_l0"] = state["bias_ih_l0"] + state["bias_hh_l0"]
    state["bias_hh_l0"] = np.zeros_like(state["bias_hh_l0"])
    assert list(found) == list(state)
    for name, array in state.items():
        assert_array_equal(found[name], array, err_msg=name, strict=True)

    weights = estimator.weights_
    load_torch_state(estimator, found)
    assert estimator.weights_ is not weights
    assert_array_equal(estimator.weights_, weights, strict=True)


@every_cell
@every_layout
@every_loss
@pytest.mark.parametrize("mean", MEANS)
def test_one_step_of_gradient_descent(cell, layout, loss, mean):
    golden = read(cell, layout)
    y = golden[f"y/{loss}"]
    estimator = estimator_of(
        cell,
        golden,
        layout,
        "concat",
        loss,
        solver="sgd",
        learning_rate_init=float(golden["learning_rate"]),
        momentum=0,
        alpha=0,
        max_grad_norm=None,
        batch_size=len(y),
    )
    # Only the proportions of the weights count.
    weights = {"plain": None, "weighted": 10 * golden["sample_weight"]}
    estimator.partial_fit(samples_of(golden, layout), y, sample_weight=weights[mean])

    found, expected = torch_state(estimator), part(golden, "sgd", loss, mean)
    assert set(found) == set(expected)
    assert_close(found, expected, np.float64)
    if mean == "weighted":
        value = part(golden, "case", "concat", loss)["loss"]
        assert estimator.loss_ == pytest.approx(value, rel=0, abs=1e-10)
