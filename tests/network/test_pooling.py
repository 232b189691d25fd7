"""Pooling against loops over the sequences, one by one."""

import numpy as np
import pytest

from skrnn.network.pooling import POOLINGS
from skrnn.sequences import pack
from tests.gradients import relative_error

WIDTH = 4
LENGTHS = {
    "ragged": [3, 8, 1, 8, 5, 1],
    "rectangular": [6] * 5,
    "one step": [1] * 3,
    "one sequence": [7],
}

WAYS = {
    "last": lambda h: h[-1],
    "mean": lambda h: sum(h) / len(h),
    "max": lambda h: np.array([max(unit) for unit in h.T]),
}


def first_largest(d_pooled, h):
    """Hand a gradient to the first step at which each unit was largest."""
    d_h = np.zeros_like(h)
    for unit, values in enumerate(h.T.tolist()):
        d_h[values.index(max(values)), unit] = d_pooled[unit]
    return d_h


def last_step(d_pooled, h):
    d_h = np.zeros_like(h)
    d_h[-1] = d_pooled
    return d_h


WAYS_BACK = {
    "last": last_step,
    "mean": lambda d_pooled, h: np.array([d_pooled / len(h) for _ in h]),
    "max": first_largest,
}
CONCAT = ["last", "mean", "max"]


def pool_alone(pooling, h):
    names = CONCAT if pooling == "concat" else [pooling]
    return np.concatenate([WAYS[name](h) for name in names])


def send_back_alone(pooling, d_pooled, h):
    names = CONCAT if pooling == "concat" else [pooling]
    parts = np.split(d_pooled, len(names))
    return sum(
        WAYS_BACK[name](part, h) for name, part in zip(names, parts, strict=True)
    )


@pytest.fixture(params=LENGTHS)
def sequences(request):
    rng = np.random.default_rng(0)
    return [rng.normal(size=(length, WIDTH)) for length in LENGTHS[request.param]]


@pytest.fixture(params=list(POOLINGS))
def pooling(request):
    return request.param


def send_back(pooling, h, seed=1):
    """Pool and send a random gradient back: pooled, its gradient, that of h."""
    way, x = POOLINGS[pooling], pack(h)
    pooled, tape = way.forward(x.data, x)
    d_pooled = np.random.default_rng(seed).normal(size=pooled.shape).astype(h[0].dtype)
    d_h, d_last = way.backward(tape, d_pooled, x)
    whole = np.zeros_like(x.data) if d_h is None else d_h.copy()
    if d_last is not None:
        whole[x.lengths.final_rows] += d_last
    return x.unsort(pooled), x.unsort(d_pooled), x.replace(whole).unpack()


def test_forward_equals_a_loop(pooling, sequences):
    pooled, _, _ = send_back(pooling, sequences)
    expected = [pool_alone(pooling, h) for h in sequences]
    np.testing.assert_allclose(pooled, expected, rtol=1e-14, atol=1e-15)
    assert pooled.shape[1] == POOLINGS[pooling].width * WIDTH


@pytest.mark.parametrize("ties", [False, True])
def test_backward_equals_a_loop(pooling, sequences, ties):
    h = [np.floor(sequence) if ties else sequence for sequence in sequences]
    _, d_pooled, d_h = send_back(pooling, h)
    for d_one, d_states, states in zip(d_pooled, d_h, h, strict=True):
        expected = send_back_alone(pooling, d_one, states)
        np.testing.assert_allclose(d_states, expected, rtol=1e-14, atol=1e-15)


def test_backward_against_central_differences(pooling, sequences):
    way, x = POOLINGS[pooling], pack(sequences)
    _, d_pooled, d_h = send_back(pooling, sequences)

    def value(data):
        return float(np.sum(x.unsort(way.forward(data, x)[0]) * d_pooled))

    rng = np.random.default_rng(2)
    assert relative_error(value, pack(d_h).data, x.data, rng) < 1e-8


@pytest.mark.parametrize("lengths", LENGTHS.values(), ids=LENGTHS)
@pytest.mark.parametrize("level", [-1.0, 0.0, 1.0])
def test_where_all_steps_tie_the_first_has_the_whole_gradient(lengths, level):
    h = [np.full((length, WIDTH), level) for length in lengths]
    _, d_pooled, d_h = send_back("max", h)
    for d_one, d_states in zip(d_pooled, d_h, strict=True):
        assert np.array_equal(d_states[0], d_one)
        assert not d_states[1:].any()


def test_states_are_only_read_and_a_tape_can_be_read_twice(pooling, sequences):
    way, x = POOLINGS[pooling], pack(sequences)
    before = x.data.copy()
    pooled, tape = way.forward(x.data, x)
    d_pooled = np.ones_like(pooled)
    first, second = (way.backward(tape, d_pooled, x) for _ in range(2))
    assert np.array_equal(x.data, before)
    assert np.array_equal(d_pooled, np.ones_like(pooled))
    for one, other in zip(first, second, strict=True):
        assert (one is None) == (other is None)
        assert one is None or np.array_equal(one, other)


def test_float32_stays_float32(pooling, sequences):
    h = [sequence.astype("float32") for sequence in sequences]
    pooled, _, d_h = send_back(pooling, h)
    assert pooled.dtype == np.float32
    assert all(d_states.dtype == np.float32 for d_states in d_h)
