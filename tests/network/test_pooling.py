"""Pooling of what the layer below has computed, and state by state of streams."""

import numpy as np
import pytest

from skrnn.network.pooling import POOLINGS, PoolingBeside
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

#: Of each method, what it reads, and what it makes of it for so many steps.
METHODS = {
    "last": ("last", lambda values, n_steps: values),
    "mean": ("total", lambda values, n_steps: values / n_steps),
    "max": ("largest", lambda values, n_steps: values),
}
PARTS = {name: part for name, (part, _) in METHODS.items()}


def methods_of(pooling):
    return ["last", "mean", "max"] if pooling == "concat" else [pooling]


@pytest.fixture(params=LENGTHS)
def lengths(request):
    return LENGTHS[request.param]


@pytest.fixture(params=list(POOLINGS))
def pooling(request):
    return request.param


def draw_states(pooling, lengths, dtype=np.float64):
    """Draw what a layer hands to a pooling: what that reads, and nothing else."""
    rng, shape = np.random.default_rng(0), (len(lengths), WIDTH)
    parts = {name: rng.normal(size=shape).astype(dtype) for name in PARTS.values()}
    parts = {name: parts[name] for name in POOLINGS[pooling].reads}
    return Sequences(None, pack([np.ones((n, 1)) for n in lengths]).lengths, **parts)


def draw_gradient(pooled, seed=1):
    rng = np.random.default_rng(seed)
    return rng.normal(size=pooled.shape).astype(pooled.dtype)


def apply_alone(pooling, parts, lengths):
    """Return each method on its part of one sequence after the other, side by side."""
    rows = [
        [METHODS[name][1](part[row], n) for name, part in parts.items()]
        for row, n in enumerate(lengths.longest_first)
    ]
    return np.array(rows).reshape(len(rows), -1)


def test_names_are_those_of_the_columns(pooling):
    kind = POOLINGS[pooling]
    assert list(kind.names) == methods_of(pooling)
    assert kind(WIDTH).n_out == WIDTH * len(kind.names)


def test_it_reads_what_its_methods_need(pooling):
    assert POOLINGS[pooling].reads == tuple(PARTS[name] for name in methods_of(pooling))


def test_forward_equals_a_loop(pooling, lengths):
    x = draw_states(pooling, lengths)
    pooled, _ = POOLINGS[pooling](WIDTH).forward({}, x)
    parts = {name: getattr(x, PARTS[name]) for name in methods_of(pooling)}
    expected = apply_alone(pooling, parts, x.lengths)
    np.testing.assert_allclose(pooled, expected, rtol=1e-15, strict=True)


def test_backward_equals_a_loop(pooling, lengths):
    block, x = POOLINGS[pooling](WIDTH), draw_states(pooling, lengths)
    pooled, tape = block.forward({}, x)
    d_pooled = draw_gradient(pooled)
    d_x, grads = block.backward({}, tape, d_pooled)
    assert grads == {}
    assert d_x.lengths is x.lengths
    methods = methods_of(pooling)
    # Each method is linear in what it reads, with the same factor both ways.
    d_parts = dict(zip(methods, np.hsplit(d_pooled, len(methods)), strict=True))
    expected = np.hsplit(apply_alone(pooling, d_parts, x.lengths), len(methods))
    for name, values in zip(methods, expected, strict=True):
        found = getattr(d_x, PARTS[name])
        np.testing.assert_allclose(found, values, rtol=1e-15, strict=True)
    for part in {"data", *PARTS.values()} - {*block.reads}:
        assert getattr(d_x, part) is None


def test_backward_against_central_differences(pooling, lengths):
    block, x = POOLINGS[pooling](WIDTH), draw_states(pooling, lengths)
    pooled, tape = block.forward({}, x)
    d_pooled = draw_gradient(pooled)
    d_x, _ = block.backward({}, tape, d_pooled)
    parts = {name: getattr(x, name) for name in block.reads}

    def value(changed):
        changed = Sequences(None, x.lengths, **(parts | changed))
        return float(np.sum(block.forward({}, changed)[0] * d_pooled))

    for name, values in parts.items():
        gradient, rng = getattr(d_x, name), np.random.default_rng(2)
        error = relative_error(
            lambda part, name=name: value({name: part}), gradient, values, rng
        )
        assert error < 1e-8


def test_states_are_only_read_and_a_tape_can_be_read_twice(pooling, lengths):
    block, x = POOLINGS[pooling](WIDTH), draw_states(pooling, lengths)
    for name in block.reads:
        getattr(x, name).flags.writeable = False
    pooled, tape = block.forward({}, x)
    d_pooled = draw_gradient(pooled)
    d_pooled.flags.writeable = False
    first, second = (block.backward({}, tape, d_pooled)[0] for _ in range(2))
    for name in block.reads:
        assert np.array_equal(getattr(first, name), getattr(second, name))


def test_float32_stays_float32(pooling, lengths):
    block, x = POOLINGS[pooling](WIDTH), draw_states(pooling, lengths, np.float32)
    pooled, tape = block.forward({}, x)
    d_x, _ = block.backward({}, tape, draw_gradient(pooled))
    assert pooled.dtype == np.float32
    assert {getattr(d_x, name).dtype for name in block.reads} == {np.dtype("float32")}


# Beside what passed by the layers


def test_what_passed_by_stands_behind_and_keeps_its_gradient(pooling, lengths):
    method, x = POOLINGS[pooling](WIDTH), draw_states(pooling, lengths)
    block = PoolingBeside(method, ("a", "b"))
    assert block.n_out == method.n_out + 2
    pooled, _ = method.forward({}, x)
    x.beside = np.random.default_rng(3).normal(size=(len(lengths), 2))
    out, tape = block.forward({}, x)
    assert np.array_equal(out, np.hstack([pooled, x.beside]))
    d_out = draw_gradient(out)
    d_x, grads = block.backward({}, tape, d_out)
    assert grads == {}
    assert np.array_equal(d_x.beside, d_out[:, -2:])
    d_alone, _ = method.backward({}, tape, d_out[:, :-2])
    for name in block.method.reads:
        assert np.array_equal(getattr(d_x, name), getattr(d_alone, name))


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
        so_far = h[:, :t]
        x = Sequences(
            None,
            pack(so_far).lengths,
            last=so_far[:, -1],
            total=so_far.sum(axis=1),
            largest=so_far.max(axis=1),
        )
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
