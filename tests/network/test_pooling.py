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
    "last": lambda h, last: last,
    "mean": lambda h, last: sum(h) / len(h),
    "max": lambda h, last: np.array([max(unit) for unit in h.T]),
}


def first_largest(d_pooled, h):
    """Hand a gradient to the first step at which each unit was largest."""
    d_h = np.zeros_like(h)
    for unit, values in enumerate(h.T.tolist()):
        d_h[values.index(max(values)), unit] = d_pooled[unit]
    return d_h


WAYS_BACK = {
    "last": lambda d_pooled, h: np.zeros_like(h),
    "mean": lambda d_pooled, h: np.array([d_pooled / len(h) for _ in h]),
    "max": first_largest,
}


def ways_of(pooling):
    return ["last", "mean", "max"] if pooling == "concat" else [pooling]


def pool_alone(pooling, h, last):
    return np.concatenate([WAYS[way](h, last) for way in ways_of(pooling)])


def send_back_alone(pooling, d_pooled, h):
    """Give the gradients of the states of a sequence, and of its last state."""
    ways = ways_of(pooling)
    parts = dict(zip(ways, np.split(d_pooled, len(ways)), strict=True))
    d_h = sum(WAYS_BACK[way](part, h) for way, part in parts.items())
    return d_h, parts.get("last", np.zeros(WIDTH))


@pytest.fixture(params=LENGTHS)
def sequences(request):
    rng = np.random.default_rng(0)
    return [rng.normal(size=(length, WIDTH)) for length in LENGTHS[request.param]]


@pytest.fixture(params=list(POOLINGS))
def pooling(request):
    return request.param


def draw_last(sequences):
    """Draw last states that are in none of the steps: they are taken as they come."""
    rng = np.random.default_rng(3)
    return rng.normal(size=(len(sequences), WIDTH)).astype(sequences[0].dtype)


def send_back(pooling, h, seed=1):
    """Pool and send a random gradient back: pooled, its gradient, those of both."""
    way, x = POOLINGS[pooling], pack(h)
    pooled, tape = way.forward(x.data, x.sort(draw_last(h)), x)
    d_pooled = np.random.default_rng(seed).normal(size=pooled.shape).astype(h[0].dtype)
    d_h, d_last = way.backward(tape, d_pooled, x)
    d_h = np.zeros_like(x.data) if d_h is None else d_h
    d_last = np.zeros_like(d_pooled[:, :WIDTH]) if d_last is None else d_last
    d_h = x.replace(d_h).unpack()
    return x.unsort(pooled), x.unsort(d_pooled), d_h, x.unsort(d_last)


def test_forward_equals_a_loop(pooling, sequences):
    pooled, *_ = send_back(pooling, sequences)
    each = zip(sequences, draw_last(sequences), strict=True)
    expected = [pool_alone(pooling, h, last) for h, last in each]
    np.testing.assert_allclose(pooled, expected, rtol=1e-14, atol=1e-15)


def test_names_are_those_of_the_columns(pooling):
    assert list(POOLINGS[pooling].names) == ways_of(pooling)


@pytest.mark.parametrize("ties", [False, True])
def test_backward_equals_a_loop(pooling, sequences, ties):
    h = [np.floor(sequence) if ties else sequence for sequence in sequences]
    _, *gradients = send_back(pooling, h)
    for d_one, d_states, d_last, states in zip(*gradients, h, strict=True):
        expected, expected_last = send_back_alone(pooling, d_one, states)
        np.testing.assert_allclose(d_states, expected, rtol=1e-14, atol=1e-15)
        assert np.array_equal(d_last, expected_last)


def test_backward_against_central_differences(pooling, sequences):
    way, x = POOLINGS[pooling], pack(sequences)
    _, d_pooled, d_h, d_last = send_back(pooling, sequences)
    last, rng = x.sort(draw_last(sequences)), np.random.default_rng(2)

    def value(data, last):
        return float(np.sum(x.unsort(way.forward(data, last, x)[0]) * d_pooled))

    d_h = pack(d_h).data
    assert relative_error(lambda h: value(h, last), d_h, x.data, rng) < 1e-8
    d_last = x.sort(d_last)
    assert relative_error(lambda ends: value(x.data, ends), d_last, last, rng) < 1e-8


@pytest.mark.parametrize("lengths", LENGTHS.values(), ids=LENGTHS)
@pytest.mark.parametrize("level", [-1.0, 0.0, 1.0])
def test_where_all_steps_tie_the_first_has_the_whole_gradient(lengths, level):
    h = [np.full((length, WIDTH), level) for length in lengths]
    _, d_pooled, d_h, _ = send_back("max", h)
    for d_one, d_states in zip(d_pooled, d_h, strict=True):
        assert np.array_equal(d_states[0], d_one)
        assert not d_states[1:].any()


def test_states_are_only_read_and_a_tape_can_be_read_twice(pooling, sequences):
    way, x = POOLINGS[pooling], pack(sequences)
    last = x.sort(draw_last(sequences))
    before, last_before = x.data.copy(), last.copy()
    pooled, tape = way.forward(x.data, last, x)
    d_pooled = np.ones_like(pooled)
    first, second = (way.backward(tape, d_pooled, x) for _ in range(2))
    assert np.array_equal(x.data, before)
    assert np.array_equal(last, last_before)
    assert np.array_equal(d_pooled, np.ones_like(pooled))
    for one, other in zip(first, second, strict=True):
        assert (one is None) == (other is None)
        assert one is None or np.array_equal(one, other)


def test_float32_stays_float32(pooling, sequences):
    h = [sequence.astype("float32") for sequence in sequences]
    pooled, _, d_h, d_last = send_back(pooling, h)
    assert pooled.dtype == d_last.dtype == np.float32
    assert all(d_states.dtype == np.float32 for d_states in d_h)
