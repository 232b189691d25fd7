"""The checker of gradients finds what it must, and nothing else."""

import numpy as np
import pytest

from tests.gradients import relative_error


def function(x):
    return float(np.sum(np.sin(x) * np.arange(1, x.size + 1).reshape(x.shape)))


def gradient(x):
    return np.cos(x) * np.arange(1, x.size + 1).reshape(x.shape)


@pytest.fixture
def point():
    return np.random.default_rng(0).normal(size=(4, 5))


def test_a_right_gradient_passes(point):
    rng = np.random.default_rng(1)
    assert relative_error(function, gradient(point), point, rng) < 1e-9


@pytest.mark.parametrize(
    "fault",
    [
        lambda g: np.zeros_like(g),
        lambda g: -g,
        lambda g: g * (1 + 1e-5),
        lambda g: g.T.reshape(g.shape),
        lambda g: g + 1e-3 * (np.arange(g.size).reshape(g.shape) == 7),
    ],
    ids=["zero", "sign", "scale", "transposed", "one entry"],
)
def test_a_planted_fault_is_found(point, fault):
    rng = np.random.default_rng(1)
    assert relative_error(function, fault(gradient(point)), point, rng) > 1e-6
