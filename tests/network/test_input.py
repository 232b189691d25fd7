"""The input transform against its definition, and backpropagation through it."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from skrnn.network import InputTransform, build_network
from skrnn.network.folding import fold, unfold
from skrnn.sequences import pack
from skrnn.training import Objective
from tests.network.problem import DIRECTIONS, LENGTHS, N_FEATURES, Problem
from tests.reference import KINDS

MEAN, SCALE = np.array([3.0, -200.0]), np.array([0.5, 40.0])
#: Of sequences of up to 5 steps: 4 is more than some have, 7 more than any.
PATCH_SIZES = (1, 2, 3, 4, 7)
CLOSE = {"rtol": 1e-11, "atol": 1e-13}


def make_transform(size, standardised=True):
    return InputTransform(size, *((MEAN, SCALE) if standardised else ()))


def transform_batch(transform, x):
    return transform.forward({}, x)[0]


def backpropagate(transform, x, d_data):
    """Return the gradient of the rows of a batch; `d_data` is that of its patches."""
    out, tape = transform.forward({}, x)
    d_x, grads = transform.backward({}, tape, out.replace(d_data))
    assert grads == {}
    assert d_x.lengths is x.lengths
    return d_x.data


def draw(lengths, dtype="float64"):
    rng = np.random.default_rng(0)
    return [rng.normal(MEAN, SCALE, (n, N_FEATURES)).astype(dtype) for n in lengths]


def completed(sequence, size, value):
    """Put rows of a value after a sequence until its last patch is full."""
    missing = -len(sequence) % size
    return np.concatenate([sequence, np.tile(value, (missing, 1))])


every_size = pytest.mark.parametrize("size", PATCH_SIZES)
every_length = pytest.mark.parametrize("lengths", ["ragged", "rectangular"])
scaled_or_not = pytest.mark.parametrize(
    "standardised", [True, False], ids=["scaled", "raw"]
)


@every_size
@every_length
@scaled_or_not
def test_every_sequence_is_scaled_and_then_cut(standardised, lengths, size):
    samples = draw(LENGTHS[lengths])
    x = pack(samples)
    before = x.data.copy()
    read = transform_batch(make_transform(size, standardised), x)
    for found, sequence in zip(read.unpack(), samples, strict=True):
        scaled = (sequence - MEAN) / SCALE if standardised else sequence
        expected = completed(scaled, size, np.zeros(2)).reshape(-1, 2 * size)
        np.testing.assert_allclose(found, expected, **CLOSE)
    assert np.array_equal(x.data, before)


@every_size
def test_what_is_missing_is_the_mean(size):
    samples, transform = draw(LENGTHS["ragged"]), make_transform(size)
    whole = [completed(sequence, size, MEAN) for sequence in samples]
    short, full = (
        transform_batch(transform, pack(X)).unpack() for X in (samples, whole)
    )
    assert all(map(np.array_equal, short, full))


@every_size
@scaled_or_not
def test_float32_stays(standardised, size):
    transform = make_transform(size, standardised)
    x = pack(draw([5, 2, 4], "float32"))
    single, double = (
        transform_batch(transform, x),
        transform_batch(transform, x.replace(x.data.astype(float))),
    )
    assert single.data.dtype == "float32"
    np.testing.assert_allclose(single.data, double.data, rtol=1e-5, atol=1e-6)
    d_x = backpropagate(transform, x, single.data)
    assert d_x.dtype == "float32"
    assert d_x.shape == x.data.shape


@every_size
@scaled_or_not
def test_features_are_scaled_before_they_are_converted(standardised, size):
    scale = (MEAN + 1e9, SCALE) if standardised else ()
    x = pack(draw([5, 2, 4]))
    x = x.replace(x.data + 1e9)
    transform = InputTransform(size, *scale)
    single, _ = transform.forward({}, x, dtype=np.dtype("float32"))
    double = transform_batch(transform, x)
    np.testing.assert_array_equal(single.data, double.data.astype("float32"))
    assert single.data.dtype == "float32"
    assert transform.forward({}, x, dtype=np.dtype("float64"))[0].data.dtype == float


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_number_that_float32_cannot_hold_is_the_largest(dtype):
    x = pack([np.array([[1e300, -1e300], [1e30, 0.0]])])
    with np.errstate(over="ignore"):
        out, _ = InputTransform().forward({}, x, dtype=np.dtype(dtype))
    most = np.sqrt(np.finfo(dtype).max)
    bounds = np.array([[most, -most], [min(1e30, most), 0.0]], dtype)
    np.testing.assert_array_equal(out.data, bounds)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_scale_that_a_type_does_not_have_divides_all_the_same(dtype):
    x = pack([np.array([[1e-45, 1e-40], [-1e-45, 0.0]], dtype)])
    transform = InputTransform(2, np.zeros(2), np.array([1e-45, 1e-60]))
    assert np.isfinite(transform_batch(transform, x).data).all()
    d_x = backpropagate(transform, x, np.zeros((1, 4), dtype))
    assert np.isfinite(d_x).all()


#: Numbers of features, around as many as are scaled at a time, and of rows.
SHAPES = list(product((1, 2, 3, 100, 511, 512, 513, 2000), (1, 2, 13, 557)))


@pytest.mark.parametrize(("d", "n"), SHAPES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_scaling_is_row_by_row_to_the_bit(d, n, dtype):
    rng = np.random.default_rng(0)
    mean, scale = rng.normal(size=d), rng.uniform(0.1, 9.0, d)
    data = (1e3 * rng.normal(size=(n, d))).astype(dtype)
    transform, before = InputTransform(1, mean, scale), data.copy()
    of_type = mean.astype(dtype), scale.astype(dtype)
    expected = np.array([(row - of_type[0]) / of_type[1] for row in data])
    layouts = (data, np.asfortranarray(data), np.repeat(data, 2, axis=0)[::2])
    layouts += (np.hstack([data, data])[:, :d], data[::-1].copy()[::-1])
    for layout in layouts:
        found = transform.scaled(layout)
        np.testing.assert_array_equal(found, expected, strict=True)
        for other in ("float32", "float64"):
            found = transform.scaled(layout, np.dtype(other))
            np.testing.assert_array_equal(found, expected.astype(other), strict=True)
    assert np.array_equal(data, before)
    assert transform.scaled(data[:0]).shape == (0, d)


@pytest.mark.parametrize("d", [1, 2, 511, 513])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_gradients_are_divided_row_by_row_to_the_bit(d, dtype):
    rng = np.random.default_rng(0)
    transform = InputTransform(1, rng.normal(size=d), rng.uniform(0.1, 9.0, d))
    x = pack([rng.normal(size=(n, d)).astype(dtype) for n in (3, 5, 1)])
    d_data = rng.normal(size=x.data.shape).astype(dtype)
    found = backpropagate(transform, x, d_data)
    expected = d_data / transform.scale.astype(dtype)
    np.testing.assert_array_equal(found, expected, strict=True)


# Backpropagation


class InputProblem(Problem):
    """A problem whose network reads raw steps."""

    def __init__(self, cell, direction, lengths, transform):
        super().__init__(cell, direction=direction, lengths=lengths)
        name, options, _ = KINDS[cell]
        self.network = build_network(
            name, 2, (3,), DIRECTIONS[direction], "concat", 4, transform, **options
        )
        self.objective = Objective(self.network, self.objective.loss, penalty=0.1)
        rng = np.random.default_rng(0)
        self.weights = self.network.init(np.random.RandomState(0))
        self.weights += 0.1 * rng.normal(size=self.weights.shape)
        if transform.mean is not None:
            self.x = self.x.replace(MEAN + SCALE * self.x.data)


#: Each three of cell, lengths and size; directions and scales take turns among them.
COMBINATIONS = [
    (cell, list(DIRECTIONS)[(i + k) % 2], lengths, size, (i // 2 + j + k) % 2 == 0)
    for (i, cell), (j, lengths), (k, size) in product(
        enumerate(KINDS), enumerate(list(LENGTHS)[:2]), enumerate(PATCH_SIZES)
    )
]


@pytest.mark.parametrize(
    ("cell", "direction", "lengths", "size", "standardised"), COMBINATIONS
)
def test_gradients(cell, direction, lengths, size, standardised):
    transform = make_transform(size, standardised)
    problem = InputProblem(cell, direction, lengths, transform)
    assert max(problem.errors()) < 1e-6
    d_weights, d_x = problem.gradients()
    assert d_x.shape == problem.x.data.shape
    assert np.count_nonzero(d_x) >= 0.5 * d_x.size
    assert np.count_nonzero(d_weights) >= 0.5 * d_weights.size


def forget_the_scale(right, transform, params, tape, d_out, **options):
    without = replace(transform, mean=None, scale=None)
    return right(without, params, tape, d_out, **options)


def scale_too_much(right, transform, *args, **options):
    d_x, grads = right(transform, *args, **options)
    return d_x.replace(d_x.data / transform.scale), grads


def mix_up_the_steps(right, transform, params, tape, d_out, **options):
    steps = d_out.data.reshape(len(d_out.data), transform.patch_size, -1)
    reversed_steps = d_out.replace(steps[:, ::-1].reshape(d_out.data.shape))
    return right(transform, params, tape, reversed_steps, **options)


@pytest.mark.parametrize("fault", [forget_the_scale, scale_too_much, mix_up_the_steps])
@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("cell", KINDS)
def test_a_fault_in_the_backward_pass_is_found(cell, direction, fault, monkeypatch):
    problem = InputProblem(cell, direction, "ragged", make_transform(3))
    right = InputTransform.backward
    monkeypatch.setattr(
        InputTransform,
        "backward",
        lambda *args, **options: fault(right, *args, **options),
    )
    assert max(problem.errors()) > 1e-3


# The scale in the weights


def build(cell, direction, transform):
    name, options, _ = KINDS[cell]
    both = DIRECTIONS[direction]
    return build_network(name, 2, (4, 3), both, "concat", 3, transform, **options)


def draw_weights(network):
    """Draw weights of which no bias is zero."""
    weights = network.init(np.random.RandomState(0))
    return weights + 0.1 * np.random.default_rng(1).normal(size=weights.shape)


each_network = pytest.mark.parametrize(
    ("cell", "direction"), list(product(KINDS, DIRECTIONS))
)


@each_network
@every_size
def test_folded_weights_do_the_same_to_raw_patches(cell, direction, size):
    network = build(cell, direction, make_transform(size))
    raw = build(cell, direction, InputTransform(size))
    weights, samples = draw_weights(network), draw([5, 1, 9, 7, 2, 9])
    folded = fold(network, weights)
    whole = [completed(sequence, size, MEAN) for sequence in samples]
    np.testing.assert_allclose(
        raw.scores(folded, whole), network.scores(weights, samples), rtol=1e-10
    )
    assert not np.allclose(raw.scores(weights, whole), raw.scores(folded, whole))


@each_network
@every_size
def test_unfolding_is_the_inverse_of_folding(cell, direction, size):
    network = build(cell, direction, make_transform(size))
    weights = draw_weights(network)
    before = weights.copy()
    for there, back in ((fold, unfold), (unfold, fold)):
        again = back(network, there(network, weights))
        np.testing.assert_allclose(again, weights, rtol=1e-9, atol=1e-12)
    assert np.array_equal(weights, before)


@each_network
def test_only_input_weights_and_biases_of_the_lowest_layer_are_changed(cell, direction):
    network = build(cell, direction, make_transform(3))
    weights = draw_weights(network)
    differ = (fold(network, weights) != weights).astype(int)
    head, differ = network.layout.views(differ)["head"], network.cell_params(differ)
    for name, kind in network.cells.items():
        W_x, b, W_h = kind.split(differ[name])
        assert not W_h.any()
        assert not differ[name].get("b_hn", W_h).any()
        for part in (W_x, b):
            assert part.all() if name.startswith("layer0") else not part.any()
    assert not any(part.any() for part in head.values())


@each_network
@every_size
def test_without_a_scale_nothing_is_folded(cell, direction, size):
    network = build(cell, direction, InputTransform(size))
    weights = draw_weights(network)
    for change in (fold, unfold):
        changed = change(network, weights)
        assert np.array_equal(changed, weights)
        assert not np.shares_memory(changed, weights)


@each_network
def test_float32_weights_are_folded_in_float64(cell, direction):
    network = build(cell, direction, make_transform(2))
    single = draw_weights(network).astype("float32")
    for change in (fold, unfold):
        changed = change(network, single)
        assert changed.dtype == "float64"
        assert np.array_equal(changed, change(network, single.astype(float)))
    samples = draw([5, 1, 9], "float32")
    assert network.scores(single, samples).dtype == "float32"
