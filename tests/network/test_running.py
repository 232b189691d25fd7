"""Running poolings against the poolings of all states at once."""

import numpy as np
import pytest

from skrnn.network.pooling import POOLINGS
from skrnn.network.running import RUNNING
from skrnn.sequences import pack

N, T, WIDTH = 3, 9, 4


@pytest.fixture(params=RUNNING)
def name(request):
    return request.param


def states(dtype=np.float64):
    return np.random.default_rng(0).normal(size=(N, T, WIDTH)).astype(dtype) - 3


def run(name, h):
    """Give what is pooled after each step, and what is remembered in the end."""
    way, pooled = RUNNING[name], []
    memory = way.start(N, WIDTH, h.dtype)
    for t in range(h.shape[1]):
        count = np.full((N, 1), t + 1)
        part, memory = way.step(memory, h[:, t], count)
        pooled.append(part)
    return pooled, memory


def test_every_part_of_every_pooling_has_a_running_form():
    assert {name for way in POOLINGS.values() for name in way.names} == set(RUNNING)


def test_after_each_step_it_is_the_pooling_of_what_was_read(name):
    h = states()
    for t, pooled in enumerate(run(name, h)[0], 1):
        x = pack(h[:, :t])
        expected, _ = POOLINGS[name].forward(x.data, h[:, t - 1], x)
        np.testing.assert_allclose(pooled, expected, rtol=1e-14)


def test_memory_is_as_at_the_start_and_only_read(name):
    way, h = RUNNING[name], states()
    start = way.start(N, WIDTH, h.dtype)
    before = {part: values.copy() for part, values in start.items()}
    _, after = way.step(start, h[:, 0], np.ones((N, 1), int))
    for part, values in start.items():
        assert np.array_equal(values, before[part])
        assert (after[part].shape, after[part].dtype) == (values.shape, values.dtype)
    assert after.keys() == start.keys()


def test_float32_stays_float32_and_a_mean_does_not_drift():
    h = np.repeat(states(np.float32)[:, :1], 20_000, axis=1)
    for name in RUNNING:
        pooled, _ = run(name, h)
        assert pooled[-1].dtype == np.float32
        np.testing.assert_allclose(pooled[-1], h[:, 0], rtol=2e-7)
