"""Pooling against loops over the sequences, and state by state against itself."""

import numpy as np
import pytest

from skrnn.network.pooling import POOLINGS
from skrnn.sequences import Sequences, pack
from tests.gradients import relative_error

WIDTH = 4
LENGTHS = {
    "ragged": [3, 8, 1, 8, 5, 1],
    "rectangular": [6] * 5,
    "one step": [1] * 3,
    "one sequence": [7],
}

N_STREAMS, N_STATES = 3, 9

METHODS = {
    "last": lambda h, last: last,
    "mean": lambda h, last: sum(h) / len(h),
    "max": lambda h, last: np.array([max(unit) for unit in h.T]),
}


def first_largest(d_pooled, h):
    """Return the gradient of the states: that of the first of the largest ones."""
    d_h = np.zeros_like(h)
    for unit, values in enumerate(h.T.tolist()):
        d_h[values.index(max(values)), unit] = d_pooled[unit]
    return d_h


GRADIENTS = {
    "last": lambda d_pooled, h: np.zeros_like(h),
    "mean": lambda d_pooled, h: np.array([d_pooled / len(h) for _ in h]),
    "max": first_largest,
}


def methods_of(pooling):
    return ["last", "mean", "max"] if pooling == "concat" else [pooling]


def pool_alone(pooling, h, last):
    return np.concatenate([METHODS[name](h, last) for name in methods_of(pooling)])


def backpropagate_alone(pooling, d_pooled, h):
    """Return the gradients of the states of a sequence, and of its last state."""
    methods = methods_of(pooling)
    parts = dict(zip(methods, np.split(d_pooled, len(methods)), strict=True))
    d_h = sum(GRADIENTS[name](part, h) for name, part in parts.items())
    return d_h, parts.get("last", np.zeros(WIDTH))


@pytest.fixture(params=LENGTHS)
def sequences(request):
    rng = np.random.default_rng(0)
    return [rng.normal(size=(length, WIDTH)) for length in LENGTHS[request.param]]


@pytest.fixture(params=list(POOLINGS))
def pooling(request):
    return request.param


def draw_last(sequences):
    """Draw last states that are in none of the steps: they are pooled as they are."""
    rng = np.random.default_rng(3)
    return rng.normal(size=(len(sequences), WIDTH)).astype(sequences[0].dtype)


def pack_states(sequences):
    """Return what a layer hands to the pooling: states, and last states."""
    x = pack(sequences)
    return Sequences(x.data, x.lengths, x.sort(draw_last(sequences)))


def backpropagate(name, h, seed=1):
    """Return what is pooled, a random gradient of it, those of states and last ones."""
    pooling, x = POOLINGS[name](WIDTH), pack_states(h)
    pooled, tape = pooling.forward({}, x)
    d_pooled = np.random.default_rng(seed).normal(size=pooled.shape).astype(h[0].dtype)
    d_x, grads = pooling.backward({}, tape, d_pooled)
    assert grads == {}
    assert d_x.lengths is x.lengths
    d_h = np.zeros_like(x.data) if d_x.data is None else d_x.data
    d_last = np.zeros_like(d_pooled[:, :WIDTH]) if d_x.last is None else d_x.last
    d_h = x.replace(d_h).unpack()
    return x.unsort(pooled), x.unsort(d_pooled), d_h, x.unsort(d_last)


def test_forward_equals_a_loop(pooling, sequences):
    pooled, *_ = backpropagate(pooling, sequences)
    each = zip(sequences, draw_last(sequences), strict=True)
    expected = [pool_alone(pooling, h, last) for h, last in each]
    np.testing.assert_allclose(pooled, expected, rtol=1e-14, atol=1e-15)


def test_names_are_those_of_the_columns(pooling):
    kind = POOLINGS[pooling]
    assert list(kind.names) == methods_of(pooling)
    assert kind(WIDTH).n_out == WIDTH * len(kind.names)


@pytest.mark.parametrize("ties", [False, True])
def test_backward_equals_a_loop(pooling, sequences, ties):
    h = [np.floor(sequence) if ties else sequence for sequence in sequences]
    _, *gradients = backpropagate(pooling, h)
    for d_one, d_states, d_last, states in zip(*gradients, h, strict=True):
        expected, expected_last = backpropagate_alone(pooling, d_one, states)
        np.testing.assert_allclose(d_states, expected, rtol=1e-14, atol=1e-15)
        assert np.array_equal(d_last, expected_last)


def test_backward_against_central_differences(pooling, sequences):
    block, x = POOLINGS[pooling](WIDTH), pack_states(sequences)
    _, d_pooled, d_h, d_last = backpropagate(pooling, sequences)
    last, rng = x.last, np.random.default_rng(2)

    def value(data, last):
        pooled, _ = block.forward({}, Sequences(data, x.lengths, last))
        return float(np.sum(x.unsort(pooled) * d_pooled))

    d_h = pack(d_h).data
    assert relative_error(lambda h: value(h, last), d_h, x.data, rng) < 1e-8
    d_last = x.sort(d_last)
    assert relative_error(lambda ends: value(x.data, ends), d_last, last, rng) < 1e-8


@pytest.mark.parametrize("lengths", LENGTHS.values(), ids=LENGTHS)
@pytest.mark.parametrize("level", [-1.0, 0.0, 1.0])
def test_where_all_steps_tie_the_first_has_the_whole_gradient(lengths, level):
    h = [np.full((length, WIDTH), level) for length in lengths]
    _, d_pooled, d_h, _ = backpropagate("max", h)
    for d_one, d_states in zip(d_pooled, d_h, strict=True):
        assert np.array_equal(d_states[0], d_one)
        assert not d_states[1:].any()


def test_states_are_only_read_and_a_tape_can_be_read_twice(pooling, sequences):
    block, x = POOLINGS[pooling](WIDTH), pack_states(sequences)
    before, last_before = x.data.copy(), x.last.copy()
    pooled, tape = block.forward({}, x)
    d_pooled = np.ones_like(pooled)
    first, second = (block.backward({}, tape, d_pooled)[0] for _ in range(2))
    assert np.array_equal(x.data, before)
    assert np.array_equal(x.last, last_before)
    assert np.array_equal(d_pooled, np.ones_like(pooled))
    for one, other in ((first.data, second.data), (first.last, second.last)):
        assert (one is None) == (other is None)
        assert one is None or np.array_equal(one, other)


def test_float32_stays_float32(pooling, sequences):
    h = [sequence.astype("float32") for sequence in sequences]
    pooled, _, d_h, d_last = backpropagate(pooling, h)
    assert pooled.dtype == d_last.dtype == np.float32
    assert all(d_states.dtype == np.float32 for d_states in d_h)


# State by state, as streams are pooled


def draw_streams(dtype=np.float64):
    shape = N_STREAMS, N_STATES, WIDTH
    return np.random.default_rng(0).normal(size=shape).astype(dtype) - 3


def pool_state_by_state(pooling, h):
    """Return what is pooled after each state."""
    block, each = POOLINGS[pooling](WIDTH), []
    memory = block.start(N_STREAMS, h.dtype)
    for t in range(h.shape[1]):
        count = np.full((N_STREAMS, 1), t + 1)
        pooled, memory = block.step({}, memory, h[:, t], count)
        each.append(pooled)
    return each


def test_after_each_state_it_is_the_pooling_of_those_so_far(pooling):
    h = draw_streams()
    for t, pooled in enumerate(pool_state_by_state(pooling, h), 1):
        x = pack(h[:, :t])
        x = Sequences(x.data, x.lengths, h[:, t - 1])
        expected, _ = POOLINGS[pooling](WIDTH).forward({}, x)
        np.testing.assert_allclose(pooled, expected, rtol=1e-14)


def test_memory_is_as_at_the_start_and_only_read(pooling):
    block, h = POOLINGS[pooling](WIDTH), draw_streams()
    start = block.start(N_STREAMS, h.dtype)
    before = {name: values.copy() for name, values in start.items()}
    _, after = block.step({}, start, h[:, 0], np.ones((N_STREAMS, 1), int))
    for name, values in start.items():
        assert np.array_equal(values, before[name])
        assert (after[name].shape, after[name].dtype) == (values.shape, values.dtype)
    assert after.keys() == start.keys()


def test_float32_stays_float32_and_a_mean_does_not_drift(pooling):
    h = np.repeat(draw_streams(np.float32)[:, :1], 20_000, axis=1)
    *_, pooled = pool_state_by_state(pooling, h)
    assert pooled.dtype == np.float32
    n_methods = len(methods_of(pooling))
    np.testing.assert_allclose(pooled, np.tile(h[:, 0], n_methods), rtol=2e-7)
