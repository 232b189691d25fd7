"""Backpropagation through time against central differences, in every combination."""

from itertools import product

import numpy as np
import pytest

from skrnn.cells import LSTMCell, RNNCell, base
from skrnn.losses import BinaryCrossEntropy, MultinomialCrossEntropy
from skrnn.network import Network
from skrnn.network.head import Head
from skrnn.network.pooling import POOLINGS
from skrnn.network.stack import Stack
from skrnn.sequences import pack
from skrnn.training import Objective
from tests.gradients import relative_error

N_FEATURES, HIDDEN_SIZE = 3, 4

CELLS = {
    "rnn-tanh": lambda n: RNNCell(n, HIDDEN_SIZE),
    "rnn-relu": lambda n: RNNCell(n, HIDDEN_SIZE, activation="relu"),
    "lstm": lambda n: LSTMCell(n, HIDDEN_SIZE),
}
LENGTHS = {"rectangular": [6] * 5, "ragged": [3, 7, 1, 7, 5], "long": [90, 20, 90]}
LOSSES = {
    "binary": (BinaryCrossEntropy(), 1),
    "multinomial": (MultinomialCrossEntropy(), 4),
}

COMBINATIONS = list(product(CELLS, [1, 2], LENGTHS, POOLINGS, LOSSES))


def build(cell, n_layers, pooling, n_outputs):
    cells = [
        CELLS[cell](N_FEATURES if k == 0 else HIDDEN_SIZE) for k in range(n_layers)
    ]
    way = POOLINGS[pooling]
    head = Head(way.width * HIDDEN_SIZE, n_outputs)
    return Network(Stack(tuple(cells)), way, head)


def make_problem(cell, n_layers, lengths, pooling, loss):
    rng = np.random.default_rng(0)
    loss, n_outputs = LOSSES[loss]
    network = build(cell, n_layers, pooling, n_outputs)
    weights = network.init(np.random.RandomState(0))
    weights += 0.1 * rng.normal(size=weights.shape)
    x = pack([rng.normal(size=(length, N_FEATURES)) for length in LENGTHS[lengths]])
    y = rng.integers(0, max(2, n_outputs), x.n_sequences)
    sample_weight = rng.uniform(0.5, 1.5, x.n_sequences)
    return Objective(network, loss, penalty=0.1), weights, x, y, sample_weight


@pytest.mark.parametrize(
    ("cell", "n_layers", "lengths", "pooling", "loss"), COMBINATIONS
)
def test_gradient_of_the_weights(cell, n_layers, lengths, pooling, loss):
    objective, weights, x, y, sample_weight = make_problem(
        cell, n_layers, lengths, pooling, loss
    )

    def value(weights):
        return objective.value_and_gradient(weights, x, y, sample_weight)[0]

    _, gradient, _ = objective.value_and_gradient(weights, x, y, sample_weight)
    rng = np.random.default_rng(1)
    assert relative_error(value, gradient, weights, rng) < 1e-6
    for block in objective.network.layout.views(gradient).values():
        for name, part in block.items():
            assert np.count_nonzero(part) > 0.5 * part.size, name


@pytest.mark.parametrize(
    ("cell", "n_layers", "lengths", "pooling", "loss"), COMBINATIONS
)
def test_gradient_of_the_input(cell, n_layers, lengths, pooling, loss):
    objective, weights, x, y, _ = make_problem(cell, n_layers, lengths, pooling, loss)
    network = objective.network

    def value(data):
        scores, _ = network.forward(weights, x.replace(data))
        return objective.loss.value_and_gradient(scores, y)[0].sum()

    scores, tape = network.forward(weights, x)
    _, d_scores = objective.loss.value_and_gradient(scores, y)
    d_x, _ = network.backward(weights, tape, d_scores, input_gradient=True)
    rng = np.random.default_rng(1)
    assert relative_error(value, d_x, x.data, rng) < 1e-6


@pytest.mark.parametrize("cell", CELLS)
def test_a_fault_in_a_backward_pass_is_found(cell, monkeypatch):
    objective, weights, x, y, sample_weight = make_problem(
        cell, 1, "ragged", "concat", "binary"
    )
    kind = type(objective.network.stack.cells[0])
    right = kind.backward

    def forgets_the_future(self, params, tape, d_h, d_last, **options):
        return right(self, params, tape, d_h, None, **options)

    monkeypatch.setattr(kind, "backward", forgets_the_future)
    _, gradient, _ = objective.value_and_gradient(weights, x, y, sample_weight)

    def value(weights):
        return objective.value_and_gradient(weights, x, y, sample_weight)[0]

    rng = np.random.default_rng(1)
    assert relative_error(value, gradient, weights, rng) > 1e-3


@pytest.mark.parametrize("cell", ["rnn-tanh", "lstm"])
@pytest.mark.parametrize(("dtype", "n_steps"), [("float32", 500), ("float64", 2500)])
def test_flushing_what_has_vanished_changes_no_bit(cell, dtype, n_steps, monkeypatch):
    rng = np.random.default_rng(0)
    kind = CELLS[cell](N_FEATURES)
    params = {"W": (0.2 * kind.init(0)["W"]).astype(dtype)}
    x = pack(rng.normal(size=(4, n_steps, N_FEATURES)).astype(dtype))
    d_last = rng.normal(size=(4, HIDDEN_SIZE)).astype(dtype)
    _, tape = kind.forward(params, x)
    d_x, grads = kind.backward(params, tape, None, d_last, input_gradient=True)
    assert not d_x[: 4 * 100].any()
    for module in ("rnn", "lstm"):
        monkeypatch.setattr(f"skrnn.cells.{module}.flush_denormals", lambda *_: True)
    d_x_slow, grads_slow = kind.backward(
        params, tape, None, d_last, input_gradient=True
    )
    assert np.array_equal(grads["W"], grads_slow["W"])
    tiny = np.finfo(dtype).tiny ** 0.5
    assert np.allclose(d_x, d_x_slow, rtol=1e-5, atol=tiny)


def test_flush_denormals_tells_whether_anything_is_left():
    left, gone = np.array([1e-3, 1e-40], "f4"), np.array([1e-40, 0.0], "f4")
    assert base.flush_denormals(left)
    assert left[0] == np.float32(1e-3)
    assert left[1] == 0.0
    assert not base.flush_denormals(gone)
    assert not gone.any()
