"""Backpropagation through time against central differences."""

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest

from skrnn.cells import CELLS, GRUCell, LSTMCell, RNNCell
from skrnn.cells.arithmetic import flush_denormals
from skrnn.network.dropout import DropoutLayer
from skrnn.network.layer import RecurrentLayer
from skrnn.network.pooling import POOLINGS
from skrnn.sequences import Sequences, pack
from tests.network.problem import (
    DIRECTIONS,
    HIDDEN_SIZES,
    LOSSES,
    OF_NUMBERS,
    Problem,
)
from tests.reference import KINDS

#: Each cell, pooling and direction together; depths, lengths and losses take turns.
#: The backward pass is linear in the gradient of the scores, and knows no more of the
#: loss.
COMBINATIONS = [
    (
        cell,
        [*HIDDEN_SIZES][(i // 2 + k) % 2],
        direction,
        pooling,
        ("rectangular", "ragged")[(i + k) % 2],
        [*LOSSES][(i + j + k) % len(LOSSES)],
    )
    for (i, cell), (j, pooling), (k, direction) in product(
        enumerate(KINDS), enumerate(POOLINGS), enumerate(DIRECTIONS)
    )
]


def test_any_two_options_meet_in_a_combination():
    for a, b in combinations(zip(*COMBINATIONS, strict=True), 2):
        assert set(zip(a, b, strict=True)) == set(product(a, b))


def test_poolings_and_directions_meet_in_ragged_and_rectangular_batches():
    _, _, directions, poolings, lengths, _ = zip(*COMBINATIONS, strict=True)
    together = set(zip(directions, poolings, lengths, strict=True))
    assert together == set(product(directions, poolings, lengths))


@pytest.mark.parametrize(
    ("cell", "n_layers", "direction", "pooling", "lengths", "loss"), COMBINATIONS
)
def test_gradients(cell, n_layers, direction, pooling, lengths, loss):
    problem = Problem(cell, n_layers, direction, pooling, lengths, loss)
    assert max(problem.errors()) < 1e-6
    d_weights, d_x = problem.gradients()
    views = problem.network.layout.views(d_weights).values()
    for part in (d_x, *(part for block in views for part in block.values())):
        assert np.count_nonzero(part) >= 0.5 * part.size


@pytest.mark.parametrize("loss", OF_NUMBERS)
@pytest.mark.parametrize("lengths", ["ragged", "one sequence", "one"])
def test_gradients_of_other_losses(loss, lengths):
    problem = Problem("lstm", 3, "bi", "concat", lengths, loss)
    assert max(problem.errors()) < 1e-6
    assert np.count_nonzero(problem.gradients()[1]) > 0


@pytest.mark.parametrize(("cell", "direction"), list(product(KINDS, DIRECTIONS)))
def test_gradients_of_long_sequences(cell, direction):
    # Both poolings meet each cell and each direction.
    is_odd = ([*KINDS].index(cell) + [*DIRECTIONS].index(direction)) % 2
    problem = Problem(cell, 1, direction, ("last", "concat")[is_odd], "long")
    assert max(problem.errors(n_coordinates=40)) < 1e-6


@pytest.mark.parametrize(
    ("cell", "n_layers", "direction"), list(product(KINDS, HIDDEN_SIZES, DIRECTIONS))
)
def test_gradients_under_dropout(cell, n_layers, direction):
    # Rates take turns: each meets every cell, depth and direction.
    turn = [*KINDS].index(cell) + (n_layers > 1) + 2 * (direction == "bi")
    rates = [(0.3, 0.0), (0.0, 0.3), (0.3, 0.3)][turn % 3]
    problem = Problem(cell, n_layers, direction, rates=rates)
    assert max(problem.errors()) < 1e-6


#: Hidden sizes, number of features, and lengths.
ONES = [
    ((1,), 2, "ragged"),
    ((3,), 1, "rectangular"),
    ((1, 4), 1, "ragged"),
    ((3, 1), 2, "one sequence"),
    ((1, 1), 1, "one step"),
    ((2, 1), 2, "one"),
    ((1,), 1, "one"),
]


@pytest.mark.parametrize(
    ("cell", "k", "direction"), list(product(KINDS, range(7), DIRECTIONS))
)
def test_gradients_of_ones(cell, k, direction):
    # Poolings, losses and masks take turns: each meets every cell, size and direction.
    (sizes, n_features, lengths), turn = ONES[k], k + [*KINDS].index(cell)
    pooling = [*POOLINGS][(turn + 2 * (direction == "bi")) % 4]
    loss = ("binary", "squared", "multinomial")[turn % 3]
    rates = (0.0, 0.3) if turn % 2 else (0.0, 0.0)
    problem = Problem(cell, sizes, direction, pooling, lengths, loss, rates, n_features)
    if cell == "rnn-relu":
        # One unit alone must not be dead.
        problem.weights = 0.5 * np.abs(problem.weights)
        problem.x = problem.x.replace(np.abs(problem.x.data))
    assert max(problem.errors()) < 1e-6
    d_weights, d_x = problem.gradients()
    views = problem.network.layout.views(d_weights).values()
    for part in (d_x, *(part for block in views for part in block.values())):
        assert part.any()


def forget_the_last(right, cell, params, tape, d_out, **options):
    return right(cell, params, tape, d_out.replace(d_out.data), **options)


def forget_the_states(right, cell, params, tape, d_out, **options):
    d_last = Sequences(None, d_out.lengths, d_out.last)
    return right(cell, params, tape, d_last, **options)


def forget_a_bias(right, *args, **options):
    d_x, grads = right(*args, **options)
    return d_x, {**grads, "b_hn": 0.0}


def forget_the_mask(right, cell, params, tape, *args, **options):
    tape.masks = {size: np.ones_like(mask) for size, mask in tape.masks.items()}
    return right(cell, params, tape, *args, **options)


def forget_to_reverse(right, layer, *args, **options):
    return right(ForwardOnly(layer.cells, layer.only), *args, **options)


def be_a_little_off(right, cell, h, out):
    right(cell, h, out)
    out *= 1.001


class ForwardOnly(RecurrentLayer):
    """A layer whose second direction reads forwards too."""

    @property
    def directions(self):
        return [replace(one, is_reverse=False) for one in super().directions]


def plant(monkeypatch, kind, method, fault):
    """Let a fault take the place of a method, which it gets to call."""
    right = getattr(kind, method)
    monkeypatch.setattr(kind, method, lambda *args, **kw: fault(right, *args, **kw))


EVERY_CELL_FAULTS = list(
    product(KINDS, [forget_the_last, forget_the_states, forget_the_mask])
)


@pytest.mark.parametrize(("direction", "n_layers"), [("uni", 3), ("bi", 1)])
@pytest.mark.parametrize(
    ("cell", "fault"), [*EVERY_CELL_FAULTS, ("gru", forget_a_bias)]
)
def test_a_fault_in_a_cell_is_found(cell, fault, direction, n_layers, monkeypatch):
    problem = Problem(cell, n_layers, direction, rates=(0.0, 0.3))
    plant(monkeypatch, CELLS[KINDS[cell][0]], "backward", fault)
    assert max(problem.errors()) > 1e-3


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize(
    ("cell", "kind", "k"),
    [("lstm", LSTMCell, k) for k in range(5)] + [("gru", GRUCell, k) for k in range(4)],
)
def test_a_factor_that_is_nearly_right_is_found(cell, kind, k, direction, monkeypatch):
    problem, right = Problem(cell, 3, direction), kind._factors

    def a_little_off(block):
        right(block)
        H = block.h.shape[1]
        factors = block.backward_buffers[0]
        factors[:, k * H : (k + 1) * H] *= 1.001

    monkeypatch.setattr(kind, "_factors", staticmethod(a_little_off))
    assert max(problem.errors()) > 1e-5


@pytest.mark.parametrize("cell", ["rnn-tanh", "rnn-relu"])
def test_a_derivative_that_is_nearly_right_is_found(cell, monkeypatch):
    problem = Problem(cell, 3, "bi")
    plant(monkeypatch, RNNCell, "_derivative", be_a_little_off)
    assert max(problem.errors()) > 1e-5


@pytest.mark.parametrize("n_layers", HIDDEN_SIZES)
@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.parametrize("method", ["forward", "backward"])
def test_a_layer_that_forgets_to_reverse_is_found(
    method, pooling, n_layers, monkeypatch
):
    # Whatever the cell: they take turns.
    cell = [*KINDS][([*POOLINGS].index(pooling) + (n_layers > 1)) % 4]
    problem = Problem(cell, n_layers, "bi", pooling)
    plant(monkeypatch, RecurrentLayer, method, forget_to_reverse)
    assert max(problem.errors()) > 1e-3


@pytest.mark.parametrize("n_layers", HIDDEN_SIZES)
@pytest.mark.parametrize("cell", KINDS)
def test_dropout_that_lets_gradients_through_is_found(cell, n_layers, monkeypatch):
    problem = Problem(cell, n_layers, "bi", rates=(0.3, 0.0))
    monkeypatch.setattr(
        DropoutLayer,
        "backward",
        lambda layer, params, tape, d_out, **options: (d_out, {}),
    )
    assert max(problem.errors()) > 1e-3


@pytest.mark.parametrize("cell", ["rnn-tanh", "lstm", "gru"])
@pytest.mark.parametrize(("dtype", "n_steps"), [("float32", 500), ("float64", 2500)])
def test_flushing_what_has_vanished_changes_no_bit(cell, dtype, n_steps, monkeypatch):
    rng = np.random.default_rng(0)
    kind = CELLS[KINDS[cell][0]](2, 4)
    params = {
        name: (0.2 * values).astype(dtype) for name, values in kind.init(0).items()
    }
    x = pack(rng.normal(size=(4, n_steps, 2)).astype(dtype))
    d_out = Sequences(None, x.lengths, rng.normal(size=(4, 4)).astype(dtype))
    _, tape = kind.forward(params, x)
    d_x, grads = kind.backward(params, tape, d_out, input_gradient=True)
    assert not d_x.data[: 4 * 100].any()
    monkeypatch.setattr("skrnn.cells.tape.flush_denormals", lambda *_: True)
    d_x_slow, grads_slow = kind.backward(params, tape, d_out, input_gradient=True)
    for name, gradient in grads.items():
        assert np.array_equal(gradient, grads_slow[name])
    tiny = np.finfo(dtype).tiny ** 0.5
    assert np.allclose(d_x.data, d_x_slow.data, rtol=1e-5, atol=tiny)


def test_flush_denormals_tells_whether_anything_is_left():
    left, gone = np.array([1e-3, 1e-40], "f4"), np.array([1e-40, 0.0], "f4")
    assert flush_denormals(left)
    assert left[0] == np.float32(1e-3)
    assert left[1] == 0.0
    assert not flush_denormals(gone)
    assert not gone.any()
