"""The own scale of sequences against its definition, and backpropagation through it."""

from itertools import product

import numpy as np
import pytest

from skrnn.network import InputTransform
from skrnn.network.own_scale import from_own_scale, to_own_scale
from skrnn.sequences import pack
from tests.gradients import relative_error
from tests.network.problem import LENGTHS, Problem
from tests.reference import KINDS

#: Any size, and any distance from zero.
SCALES = {
    "usual": (0.0, 1.0),
    "far": (1e6, 3.0),
    "huge": (0, 1e307),
    "tiny": (0, 1e-306),
}


def draw(lengths, mean=0.0, scale=1.0):
    rng = np.random.default_rng(0)
    return [mean + scale * rng.uniform(-9, 9, (n, 2)) for n in LENGTHS[lengths]]


def by_hand(sequence):
    """Bring a sequence to its own scale, in units in which nothing overflows."""
    unit = np.abs(sequence).max(axis=0)
    z = sequence / np.where(unit == 0, 1.0, unit)
    away = z - z.mean(axis=0)
    deviation = np.sqrt(np.mean(away**2, axis=0))
    is_constant = np.ptp(z, axis=0) == 0
    return np.where(is_constant, 0.0, away / np.where(is_constant, 1.0, deviation))


@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize(("mean", "scale"), SCALES.values(), ids=SCALES)
def test_each_sequence_has_its_own_mean_and_deviation(lengths, mean, scale):
    samples = draw(lengths, mean, scale)
    x = pack(samples)
    before = x.data.copy()
    own = to_own_scale(x)
    for found, sequence in zip(x.replace(own.values).unpack(), samples, strict=True):
        np.testing.assert_allclose(found, by_hand(sequence), rtol=1e-9, atol=1e-9)
    assert np.array_equal(x.data, before)


@pytest.mark.parametrize("value", [0.0, 0.1, -7.3, 1e300, 1e-300, 5e-324])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_is_constant_is_zero_and_has_no_gradient(value, dtype):
    with np.errstate(over="ignore"):
        value = np.nan_to_num(np.array(value).astype(dtype))
    moving = np.random.default_rng(0).normal(size=(1000, 1)).astype(dtype)
    x = pack(
        [np.hstack([moving, np.full_like(moving, value)]), moving[:3].repeat(2, 1)]
    )
    own = to_own_scale(x)
    (first, second), d_z = x.replace(own.values).unpack(), np.ones_like(x.data)
    assert not first[:, 1].any()
    assert first[:, 0].any()
    assert second.any(axis=0).all()
    d_x = x.replace(from_own_scale(x.lengths, own, d_z)).unpack()[0]
    assert not d_x[:, 1].any()
    assert own.values.dtype == d_x.dtype == dtype


def test_a_deviation_of_the_size_of_rounding_is_none():
    eps, turn = np.finfo(float).eps, np.arange(10) % 2
    for size, is_constant in ((1, True), (1000, False)):
        own = to_own_scale(pack([(1 + size * eps * turn)[:, np.newaxis]]))
        assert own.values.any() != is_constant


@pytest.mark.parametrize("lengths", LENGTHS)
def test_every_gradient_of_the_raw_steps(lengths):
    x, rng = pack(draw(lengths)), np.random.default_rng(1)
    d_z = rng.normal(size=x.data.shape)
    d_x = from_own_scale(x.lengths, to_own_scale(x), d_z)
    error = relative_error(
        lambda data: float((to_own_scale(x.replace(data)).values * d_z).sum()),
        d_x,
        x.data,
        rng,
    )
    # Of a sequence of one step nothing is left.
    assert error < (1e-7 if x.lengths.longest_first[0] > 1 else 1e-300)


@pytest.mark.parametrize("patch_size", [1, 2, 3])
def test_steps_have_their_features_and_then_those_of_their_own_scale(patch_size):
    samples, mean, scale = draw("ragged"), np.array([1.0, 2.0]), np.array([3.0, 0.5])
    transform = InputTransform(patch_size, mean, scale, own_scale=True)
    out, _ = transform.forward({}, pack(samples))
    assert out.data.shape[1] == transform.n_out(2) == 4 * patch_size
    for found, sequence in zip(out.unpack(), samples, strict=True):
        steps = np.hstack([(sequence - mean) / scale, by_hand(sequence)])
        missing = np.zeros((-len(steps) % patch_size, 4))
        expected = np.vstack([steps, missing]).reshape(-1, 4 * patch_size)
        np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-13)


#: Cells and directions take turns.
COMBINATIONS = [
    ([*KINDS][(i + j) % 4], ("uni", "bi")[(i // 2 + j) % 2], size, is_scaled, n_filters)
    for (i, (size, is_scaled)), (j, n_filters) in product(
        enumerate(product((1, 2, 3), (True, False))), enumerate((0, 3))
    )
]


@pytest.mark.parametrize(
    ("cell", "direction", "patch_size", "is_scaled", "n_filters"), COMBINATIONS
)
def test_gradients_through_a_network(cell, direction, patch_size, is_scaled, n_filters):
    scale = (np.array([0.5, -1.0]), np.array([2.0, 0.3])) if is_scaled else ()
    transform = InputTransform(patch_size, *scale, own_scale=True, linear_steps=2)
    parts = {"input_transform": transform, "n_filters": n_filters}
    problem = Problem(cell, direction=direction, **parts)
    assert max(problem.errors()) < 1e-6


@pytest.mark.parametrize("patch_size", [1, 3])
def test_the_place_and_size_of_a_sequence_change_nothing(patch_size):
    transform = InputTransform(patch_size, own_scale=True)
    samples = draw("ragged")
    moved = [300.0 * k + 2.0 ** (10 * k) * x for k, x in enumerate(samples, -1)]
    (raw, own), (moved_raw, moved_own) = (
        np.split(transform.forward({}, pack(X))[0].data.reshape(-1, 4), 2, axis=1)
        for X in (samples, moved)
    )
    np.testing.assert_allclose(moved_own, own, rtol=1e-8, atol=1e-8)
    assert not np.allclose(moved_raw, raw)
