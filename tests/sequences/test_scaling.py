"""The scale of columns and of steps against NumPy, for numbers of any size and type."""

import tracemalloc
from functools import partial

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skrnn.sequences.scaling import Scale

TO_ROUNDING = {"rtol": 1e-13, "atol": 1e-14}
N_FEATURES = 3


def draw(ragged=True, n=40):
    rng = np.random.default_rng(0)
    lengths = rng.integers(1, 12, n) if ragged else [6] * n
    apart = np.array([0.0, -5.0, 100.0]), np.array([1.0, 0.01, 30.0])
    samples = [apart[0] + apart[1] * rng.normal(size=(n, N_FEATURES)) for n in lengths]
    return samples if ragged else np.array(samples)


def measured(samples, rows=None, weight=None):
    rows = np.arange(len(samples)) if rows is None else rows
    weight = np.ones(len(samples)) if weight is None else weight
    return Scale.of_steps(samples, rows, weight)


def assert_same(scale, expected):
    assert_array_equal(scale.mean, expected.mean, strict=True)
    assert_array_equal(scale.scale, expected.scale, strict=True)


def by_numpy(values, weight):
    mean = np.average(values, axis=0, weights=weight)
    return mean, np.sqrt(np.average((values - mean) ** 2, axis=0, weights=weight))


@pytest.fixture(params=["ragged", "rectangular"])
def samples(request):
    return draw(request.param == "ragged")


@pytest.fixture
def weight():
    return np.random.default_rng(1).uniform(0.1, 3.0, 40)


@pytest.fixture
def small_blocks(monkeypatch):
    """Let a block have no more than a few steps."""
    monkeypatch.setattr("skrnn.sequences.scaling.BLOCK", 40)


def test_columns_equal_numpy(weight):
    values = np.random.default_rng(0).normal(
        [1.0, 50.0, 0.0], [2.0, 0.5, 1e-3], (40, 3)
    )
    scale = Scale.of(values, weight)
    assert scale.mean.dtype == scale.scale.dtype == np.float64
    assert_allclose((scale.mean, scale.scale), by_numpy(values, weight), **TO_ROUNDING)


def check_steps(samples, weight):
    rows = np.random.default_rng(2).permutation(40)[:30]
    each = np.repeat(weight[rows], [len(samples[i]) for i in rows])
    expected = by_numpy(np.concatenate([samples[i] for i in rows]), each)
    scale = measured(samples, rows, weight)
    assert scale.mean.dtype == scale.scale.dtype == np.float64
    assert_allclose((scale.mean, scale.scale), expected, **TO_ROUNDING)


def test_steps_equal_numpy(samples, weight):
    check_steps(samples, weight)


@pytest.mark.usefixtures("small_blocks")
def test_steps_in_several_blocks_equal_numpy(samples, weight):
    check_steps(samples, weight)


def test_a_block_and_a_list_of_its_sequences_are_one(weight):
    block = draw(ragged=False)
    assert_same(measured(block, None, weight), measured(list(block), None, weight))


def test_a_weight_is_a_number_of_copies(samples):
    times = np.random.default_rng(1).integers(0, 4, 40)
    there, copies = np.flatnonzero(times), np.repeat(np.arange(40), times)
    scale = measured(samples, there, times.astype(float))
    assert_allclose(scale.mean, measured(samples, copies).mean, **TO_ROUNDING)
    assert_allclose(scale.scale, measured(samples, copies).scale, **TO_ROUNDING)


@pytest.mark.parametrize("unit", [1e-300, 1e-200, 0.1, 1e200, 1e300], ids=str)
def test_only_the_ratios_of_weights_matter(samples, weight, small_blocks, unit):
    expected = measured(samples, None, weight)
    scale = measured(samples, None, unit * weight)
    assert_allclose(scale.mean, expected.mean, **TO_ROUNDING)
    assert_allclose(scale.scale, expected.scale, **TO_ROUNDING)


@pytest.mark.parametrize("kind", ["columns", "steps", "steps in blocks"])
@pytest.mark.parametrize("magnitude", [-1000, -500, 0, 500, 1000])
def test_the_unit_changes_the_unit_alone(magnitude, kind, weight, request):
    """A power of two is exact, so that all but the exponent is the same to the bit."""
    values = draw(ragged=False)
    if kind == "steps in blocks":
        request.getfixturevalue("small_blocks")
    if kind == "columns":
        values = values[:, 0]
    of = Scale.of if kind == "columns" else partial(Scale.of_steps, rows=np.arange(40))
    unit = 2.0**magnitude
    scale, expected = of(unit * values, weight=weight), of(values, weight=weight)
    assert_same(scale, Scale(unit * expected.mean, unit * expected.scale))
    encoded = scale.encode(unit * values)
    assert_array_equal(encoded, expected.encode(values))
    assert_allclose(scale.decode(encoded), unit * values, rtol=1e-12)


@pytest.mark.parametrize("magnitude", [1e-300, 1e-100, 1.0, 1e100, 1e300, 8e307])
def test_what_is_encoded_has_mean_zero_and_deviation_one(magnitude, weight):
    """Also where the difference of two numbers is more than a float can hold."""
    values = magnitude * (
        2.0 - 4.0 * np.random.default_rng(0).uniform(size=(40, 2)) ** 4
    )
    scale = Scale.of(values, weight)
    encoded = scale.encode(values)
    mean, deviation = by_numpy(encoded, weight)
    assert_allclose(mean, 0.0, atol=1e-14)
    assert_allclose(deviation, 1.0, rtol=1e-13)


@pytest.mark.parametrize("magnitude", [1e-300, 1e-100, 1.0, 1e100, 1e300])
def test_decoding_is_the_way_back(magnitude, weight):
    values = magnitude * np.random.default_rng(0).normal(
        [0.0, 20.0], [1.0, 0.1], (40, 2)
    )
    scale = Scale.of(values, weight)
    back = scale.decode(scale.encode(values))
    assert_allclose(back / magnitude, values / magnitude, rtol=1e-13, atol=1e-14)
    single = scale.decode(np.ones((1, 2), "float32"))
    assert_array_equal(single, [scale.scale + scale.mean], strict=True)


def test_what_is_no_number_of_normal_size_can_still_be_divided_by():
    values = np.array([[-5e-324], [5e-324], [0.0]])
    scale = Scale.of(values, np.ones(3))
    assert scale.scale >= np.finfo(float).tiny
    assert np.isfinite(scale.encode(values)).all()


CONSTANTS = [0.0, 5.1, -22.5, 0.1, 1e9 + 0.1, 1e-300, -1e300]


@pytest.mark.parametrize("weights", ["even", "uneven"])
@pytest.mark.parametrize("n", [1, 7, 900])
def test_constant_features_keep_their_scale(weights, n):
    """They say nothing; rounding must not be taken for something that they say."""
    rng = np.random.default_rng(3)
    weight = np.ones(n) if weights == "even" else rng.uniform(0.1, 3.0, n)
    samples = np.full((n, 150, len(CONSTANTS)), CONSTANTS)
    for scale in (measured(samples, None, weight), Scale.of(samples[:, 0], weight)):
        assert_array_equal(scale.scale, 1.0)
        assert_allclose(scale.mean, CONSTANTS, rtol=1e-12)


def test_a_constant_feature_leaves_the_others_alone(samples):
    wider = [np.insert(sequence, 1, 7.0, axis=1) for sequence in samples]
    scale, expected = measured(wider), measured(samples)
    assert_allclose(np.delete(scale.mean, 1), expected.mean, **TO_ROUNDING)
    assert_allclose(np.delete(scale.scale, 1), expected.scale, **TO_ROUNDING)


def test_a_small_deviation_is_not_taken_for_rounding():
    values = 1e6 + 1e-5 * np.random.default_rng(0).choice([-1.0, 1.0], (1000, 1))
    assert_allclose(Scale.of(values, np.ones(1000)).scale, 1e-5, rtol=1e-2)


@pytest.mark.parametrize(
    "dtype", ["float16", "float32", "int8", "uint8", "int64", "bool"]
)
def test_all_types_are_measured_in_float64(samples, dtype):
    if dtype == "bool":
        short = [sequence > 0 for sequence in samples]
    else:
        limits = (0, 255) if dtype == "uint8" else (-128, 127)
        short = [np.clip(sequence, *limits).astype(dtype) for sequence in samples]
        short[0][0] = limits[0]  # whose absolute value is no int8
    long = [sequence.astype(float) for sequence in short]
    if isinstance(samples, np.ndarray):
        short, long = np.array(short), np.array(long)
    assert_same(measured(short), measured(long))


def test_a_memory_map_is_read_a_block_at_a_time(tmp_path):
    shape = (8000, 40, 4)
    mapped = np.memmap(tmp_path / "X", "float32", mode="w+", shape=shape)
    mapped[...] = np.arange(8000)[:, np.newaxis, np.newaxis]
    tracemalloc.start()
    try:
        scale = measured(mapped)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < mapped.nbytes
    assert_allclose(scale.mean, 3999.5, rtol=1e-12)
    assert_allclose(scale.scale, np.arange(8000.0).std(), rtol=1e-12)


@pytest.mark.parametrize("factors", [(1e-300, 1.0, 1e300), (1e300, 1.0, 1e-300)])
def test_the_unit_may_grow_on_the_way(factors, monkeypatch):
    monkeypatch.setattr("skrnn.sequences.scaling.BLOCK", 8)
    x = np.random.default_rng(0).normal(size=(30, 4, 1))
    x *= np.repeat(factors, 10)[:, np.newaxis, np.newaxis]
    found = Scale.of_steps(x, np.arange(30), np.ones(30))
    largest = np.abs(x).max()
    scaled = (x / largest).ravel()
    np.testing.assert_allclose(found.mean / largest, scaled.mean(), rtol=1e-12)
    np.testing.assert_allclose(found.scale / largest, scaled.std(), rtol=1e-12)


def test_the_blocks_change_nothing_but_rounding(monkeypatch):
    x = np.random.default_rng(0).normal(size=(30, 4, 3)) * (1.0, 1e-200, 1e200)
    x[:20, :, 2] = 0.0  # its first blocks have no unit
    x[:9, :, 1] = np.nan
    args = np.arange(30), np.random.default_rng(1).uniform(size=30)
    expected = Scale.of_steps(x, *args)
    monkeypatch.setattr("skrnn.sequences.scaling.BLOCK", 8)
    found = Scale.of_steps(x, *args)
    np.testing.assert_allclose(found.mean, expected.mean, rtol=1e-12)
    np.testing.assert_allclose(found.scale, expected.scale, rtol=1e-12)
