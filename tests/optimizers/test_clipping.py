"""Clipping keeps the direction, at any size, and tells what is not finite."""

import math

import numpy as np
import pytest

from skrnn.optimizers import clip_by_norm


@pytest.fixture(autouse=True)
def as_in_training():
    """Let numbers overflow in silence, as the training loop does."""
    with np.errstate(over="ignore", invalid="ignore"):
        yield


@pytest.fixture(params=["float32", "float64"])
def gradient(request):
    return np.random.default_rng(0).normal(size=50).astype(request.param)


def true_norm(gradient):
    return math.hypot(*gradient.tolist())


@pytest.mark.parametrize("max_norm", [1e-3, 1.0, np.float64(2.0)])
def test_a_long_gradient_keeps_its_direction_and_gets_the_length(gradient, max_norm):
    before = gradient.copy()
    norm = clip_by_norm(gradient, max_norm)
    assert norm == pytest.approx(true_norm(before), rel=1e-6)
    assert gradient.dtype == before.dtype
    np.testing.assert_allclose(gradient, before * (max_norm / norm), rtol=1e-6)
    assert true_norm(gradient) == pytest.approx(max_norm, rel=1e-6)


@pytest.mark.parametrize("max_norm", [None, 8.0, 1e30])
def test_a_gradient_that_is_short_enough_is_left_as_it_is(gradient, max_norm):
    before = gradient.copy()
    assert true_norm(before) < 8.0
    norm = clip_by_norm(gradient, max_norm)
    assert norm == pytest.approx(true_norm(before), rel=1e-6)
    assert np.array_equal(gradient, before)


def test_no_gradient_at_all():
    gradient = np.zeros(3)
    assert clip_by_norm(gradient, 1.0) == 0.0
    assert not gradient.any()


@pytest.mark.parametrize(
    ("dtype", "size"),
    [("float32", 1e30), ("float32", 1e38), ("float64", 1e150), ("float64", 1e200)],
)
def test_a_huge_gradient_is_measured_and_clipped_all_the_same(dtype, size):
    direction = np.array([0.1, -0.7, 0.0, 0.7, 0.1])
    gradient = (size * direction).astype(dtype)
    norm = clip_by_norm(gradient, 2.0)
    assert norm == pytest.approx(size, rel=1e-6)
    np.testing.assert_allclose(gradient, 2.0 * direction, rtol=1e-5)


def test_a_huge_gradient_without_a_limit_is_measured_and_left():
    gradient = np.array([3e30, 4e30], np.float32)
    before = gradient.copy()
    assert clip_by_norm(gradient, None) == pytest.approx(5e30, rel=1e-6)
    assert np.array_equal(gradient, before)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("max_norm", [None, 1.0])
def test_what_is_not_finite_is_told_and_left(gradient, bad, max_norm):
    gradient[7] = bad
    before = gradient.copy()
    assert not np.isfinite(clip_by_norm(gradient, max_norm))
    assert np.array_equal(gradient, before, equal_nan=True)
