"""The convolution against plain loops, and backpropagation through it."""

from itertools import product

import numpy as np
import pytest

from skrnn.network import InputTransform, build_network
from skrnn.network.convolution import Convolution
from skrnn.sequences import pack
from tests.gradients import relative_error
from tests.network.problem import DIRECTIONS, HIDDEN_SIZES, LENGTHS, Problem
from tests.reference import KINDS

CLOSE = {"rtol": 1e-12, "atol": 1e-14}
#: Numbers of features of a patch and of filters, and steps in a patch.
SIZES = [(2, 3, 1), (1, 1, 1), (1, 3, 1), (2, 1, 2), (6, 2, 3), (5, 1, 5), (9, 2, 9)]

every_length = pytest.mark.parametrize("lengths", LENGTHS)
every_size = pytest.mark.parametrize("size", SIZES, ids=str)


def draw(lengths, n_features=2):
    rng = np.random.default_rng(0)
    return [rng.normal(size=(n, n_features)) for n in LENGTHS[lengths]]


def make(size):
    """Give a block, and parameters of which none is zero."""
    n_in, n_out, patch_size = size
    block = Convolution(n_in, n_out, patch_size=patch_size)
    params, rng = block.init(np.random.RandomState(0)), np.random.default_rng(1)
    return block, {
        name: p + 0.1 * rng.normal(size=p.shape) for name, p in params.items()
    }


#: The last step that is read at each place, by the number of steps in a patch.
PLACES = {1: [1], 2: [1, 2], 3: [1, 2, 3], 5: [1, 3, 5], 9: [3, 6, 9]}


def filter_by_hand(params, sequence, patch_size):
    """Filter one step after the other, (n_patches, n_places, n_filters)."""
    steps = sequence.reshape(len(sequence) * patch_size, -1)
    steps = np.vstack([np.zeros((2 * patch_size, steps.shape[1])), steps])
    rows = []
    for first in range(0, len(steps) - 2 * patch_size, patch_size):
        for place in PLACES[patch_size]:
            window = steps[first + place : first + place + 2 * patch_size]
            y = params["W"] @ window.ravel() + params["b"]
            rows.append([value if value > 0 else 0.0 for value in y])
    return np.reshape(rows, (len(sequence), len(PLACES[patch_size]), -1))


@every_length
@every_size
def test_forward_equals_a_loop(size, lengths):
    (block, params), samples = make(size), draw(lengths, size[0])
    x = pack(samples)
    below = np.random.default_rng(2).normal(size=(len(samples), 2))
    x.beside, before = below.copy(), x.data.copy()
    out, _ = block.forward(params, x)
    beside = x.unsort(out.beside)
    for found, row, sequence in zip(out.unpack(), beside, samples, strict=True):
        y = filter_by_hand(params, sequence, size[2])
        np.testing.assert_allclose(found, y.max(axis=1), **CLOSE)
        pooled = np.concatenate([y.mean(axis=(0, 1)), y.max(axis=(0, 1))])
        np.testing.assert_allclose(row[: 2 * size[1]], pooled, **CLOSE)
    # What came from below passes by, behind its own.
    assert np.array_equal(out.beside[:, 2 * size[1] :], below)
    assert np.array_equal(x.data, before)


@every_length
@every_size
def test_every_gradient_of_the_block(size, lengths):
    (block, params), x = make(size), pack(draw(lengths, size[0]))
    x.beside = np.random.default_rng(2).normal(size=(x.n_sequences, 2))
    out, tape = block.forward(params, x)
    rng = np.random.default_rng(3)
    d_out = out.replace(rng.normal(size=out.data.shape))
    d_out.beside = rng.normal(size=out.beside.shape)

    def value(data=x.data, **changed):
        again, _ = block.forward({**params, **changed}, x.replace(data))
        return float(
            (again.data * d_out.data).sum() + (again.beside * d_out.beside).sum()
        )

    d_x, grads = block.backward(params, tape, d_out)
    assert relative_error(value, d_x.data, x.data, rng) < 1e-8
    for name, gradient in grads.items():
        error = relative_error(
            lambda part, name=name: value(**{name: part}), gradient, params[name], rng
        )
        assert error < 1e-8
    assert np.array_equal(d_x.beside, d_out.beside[:, 2 * size[1] :])
    nothing, again = block.backward(params, tape, d_out, input_gradient=False)
    assert nothing is None
    assert all(np.array_equal(grads[name], again[name]) for name in grads)


#: Lengths and rates take turns.
COMBINATIONS = [
    (
        cell,
        n_layers,
        direction,
        ("ragged", "rectangular")[(i + j + k) % 2],
        [(0.0, 0.0), (0.3, 0.0), (0.3, 0.3)][(i + j) % 3],
        3 - 2 * ((i + k) % 2),
    )
    for (i, cell), (j, n_layers), (k, direction) in product(
        enumerate(KINDS), enumerate(HIDDEN_SIZES), enumerate(DIRECTIONS)
    )
]


@pytest.mark.parametrize(
    ("cell", "n_layers", "direction", "lengths", "rates", "patch_size"), COMBINATIONS
)
def test_gradients_through_a_network(
    cell, n_layers, direction, lengths, rates, patch_size
):
    parts = {"n_filters": 3, "input_transform": InputTransform(patch_size)}
    problem = Problem(cell, n_layers, direction, lengths=lengths, rates=rates, **parts)
    assert max(problem.errors()) < 1e-6
    d_weights, d_x = problem.gradients()
    for part in problem.network.layout.views(d_weights)["convolution"].values():
        assert np.count_nonzero(part) >= 0.5 * part.size
    assert np.count_nonzero(d_x) >= 0.5 * d_x.size


@pytest.mark.parametrize("patch_size", [1, 2])
def test_places_with_the_same_largest_value_share_its_gradient(patch_size):
    parts = {"n_filters": 4, "input_transform": InputTransform(patch_size)}
    problem = Problem("gru", lengths="long", **parts)
    constant = problem.x.broadcast(problem.x.data[: problem.x.n_sequences])
    problem.x = problem.x.replace(constant)
    tape = problem.network.forward(problem.weights, problem.x)[1]["convolution"]
    is_largest = (tape.y == tape.out.broadcast(tape.largest)) & (tape.y > 0)
    assert is_largest.sum(axis=0).max() == patch_size
    n_largest = tape.out.replace(is_largest.any(axis=0)).reduce(np.add, int)
    assert n_largest.max() > 1
    d_weights, _ = problem.gradients()
    error = relative_error(
        lambda weights: problem.value(weights, constant),
        d_weights,
        problem.weights,
        np.random.default_rng(1),
        n_coordinates=60,
    )
    assert error < 1e-6


@pytest.mark.parametrize("patch_size", [1, 2])
def test_a_batch_is_its_sequences_one_by_one(patch_size):
    # With all that passes by the layers.
    transform = InputTransform(patch_size, own_scale=True, linear_steps=3)
    parts = {"input_transform": transform, "n_filters": 4}
    network = build_network("lstm", 2, (3, 2), True, "concat", 3, **parts)
    weights = network.init(np.random.RandomState(0))
    rng = np.random.default_rng(0)
    samples = [rng.normal(size=(n, 2)) for n in (3, 8, 1, 8, 5, 1, 2)]
    d_scores = rng.normal(size=(len(samples), 3))
    alone, d_alone = [], 0.0
    for one, d_one in zip(samples, d_scores, strict=True):
        scores, tape = network.forward(weights, pack([one]))
        alone.append(scores[0])
        d_alone += network.backward(weights, tape, d_one[np.newaxis])[1]
    scores, tape = network.forward(weights, pack(samples))
    np.testing.assert_allclose(scores, alone, **CLOSE)
    _, d_weights = network.backward(weights, tape, d_scores)
    np.testing.assert_allclose(d_weights, d_alone, rtol=1e-10, atol=1e-12)


def test_float32_stays_float32():
    block, params = make((2, 3, 1))
    x = pack(draw("ragged"))
    params = {name: p.astype("f4") for name, p in params.items()}
    out, tape = block.forward(params, x.replace(x.data.astype("f4")))
    d_x, grads = block.backward(params, tape, out)
    results = (out.data, out.beside, d_x.data, d_x.beside, *grads.values())
    assert {result.dtype for result in results} == {np.dtype("f4")}


def test_weights_begin_within_the_bound_of_he_and_biases_at_zero():
    block = Convolution(50, 40)
    params = block.init(np.random.RandomState(0))
    bound = np.sqrt(6 / 100)
    assert 0.99 * bound < np.abs(params["W"]).max() <= bound
    assert not params["b"].any()
    assert block.biases(params)[0] is params["b"]


def test_names_of_what_goes_to_the_head():
    names = ("mean_filter0", "mean_filter1", "max_filter0", "max_filter1")
    assert Convolution(3, 2).beside() == names
