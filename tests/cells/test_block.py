"""Blocks in which sequences end, and that nothing leaks from one to another."""

from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skrnn import cells
from skrnn.cells.block import StepBlock, stretches
from skrnn.sequences import Sequences, pack
from tests.cells.test_reductions import EVERY, KINDS, Case

WIDTH = 3
#: Longest first.
LENGTHS = [(7, 5, 5, 2, 1), (4, 4, 4), (6, 1), (3, 2, 1), (5,), (1, 1)]
#: All steps of a batch from one to another, with all columns of the first of them.
WINDOWS = [
    (lengths, first, last)
    for lengths in LENGTHS
    for first in range(lengths[0])
    for last in range(first + 1, lengths[0] + 1)
]
every_window = pytest.mark.parametrize(("lengths", "first", "last"), WINDOWS, ids=str)


def make_block(lengths, first, last, dtype="float64"):
    """Return a block of some steps, a batch, and each of its sequences."""
    rng = np.random.default_rng(0)
    samples = [rng.normal(size=(n, WIDTH)).astype(dtype) for n in lengths]
    x = pack(samples)
    starts, sizes = x.lengths.starts.tolist(), [*x.lengths.sizes.tolist(), 0]
    rows = slice(starts[first], starts[last])
    block = StepBlock(rows, last - first, sizes[first], {}, [])
    block.set_alive(sizes[first : last + 1])
    return block, x, samples


def steps_of(block, lengths, first):
    """Yield step, column and the step of its sequence, where there is one."""
    for k, column in product(range(block.n_steps), range(block.size)):
        if first + k < lengths[column]:
            yield k, column, first + k


@every_window
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_unpacked_is_each_step_of_each_sequence(lengths, first, last, dtype):
    block, x, samples = make_block(lengths, first, last, dtype)
    out = np.full((block.n_steps, WIDTH, block.size), np.nan, dtype)
    block.unpack(x.data, out)
    for k, column, step in steps_of(block, lengths, first):
        assert_array_equal(out[k, :, column], samples[column][step])
    assert np.isfinite(out).all()


@every_window
def test_packed_is_what_has_not_ended_and_nothing_else(lengths, first, last):
    block, x, _ = make_block(lengths, first, last)
    values = np.full((block.n_steps, WIDTH, block.size), np.nan)
    expected = [np.full((n, WIDTH), 7.0) for n in lengths]
    for k, column, step in steps_of(block, lengths, first):
        values[k, :, column] = expected[column][step] = 100 * column + step
    out = np.full_like(x.data, 7.0)
    block.pack(values, out)
    assert_array_equal(out, pack(expected).data)
    again = np.empty_like(values)
    block.unpack(out, again)
    for k, column, _ in steps_of(block, lengths, first):
        assert_array_equal(again[k, :, column], values[k, :, column])


@every_window
def test_where_sequences_end(lengths, first, last):
    block, _, _ = make_block(lengths, first, last)
    places = {
        (column, n - 1 - first) for column, n in enumerate(lengths) if first < n <= last
    }
    columns, steps = block.last_places
    assert len(columns) == len(steps) == len(places)
    assert set(zip(columns.tolist(), steps.tolist(), strict=True)) == places
    ends = [(k, c) for k, part in block.ends for c in range(part.start, part.stop)]
    assert sorted(ends) == sorted((k, column) for column, k in places)
    ended = np.ones((block.n_steps, block.size), bool)
    for k, column, _ in steps_of(block, lengths, first):
        ended[k, column] = False
    assert_array_equal(
        np.zeros_like(ended) if block.ended is None else block.ended, ended
    )


@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize("least_share", [0.0, 0.5, 0.75, 1.0])
def test_stretches_are_all_steps_with_enough_columns(lengths, least_share):
    sizes, at = pack([np.ones((n, 1)) for n in lengths]).lengths.sizes, 0
    cut = stretches(pack([np.ones((n, 1)) for n in lengths]).lengths, least_share)
    for first, n_steps, size in cut:
        assert first == at
        assert n_steps > 0
        assert size == sizes[first]
        assert (sizes[first : first + n_steps] >= least_share * size).all()
        at += n_steps
        assert at == len(sizes) or sizes[at] < least_share * size
    assert at == len(sizes)


# What a longer sequence has never reaches a shorter one

#: The one in the middle is looked at.
MIXED = (9, 8, 5, 9, 3)
SHORT = 2
without_relu = pytest.mark.parametrize("kind", [k for k in KINDS if k != "rnn-relu"])
few_steps = pytest.mark.parametrize("n_steps", [None, 1, 2, 4])
masked_or_not = pytest.mark.parametrize("masked", [False, True], ids=["free", "masked"])


def shorten(case, n_steps, monkeypatch):
    """Make blocks of so few steps, if it is a number."""
    if n_steps:
        _, tape = case.forward(EVERY)
        per_step = tape.n_sequences * sum(tape.widths.values())
        monkeypatch.setattr(cells.memory, "CACHED", n_steps * per_step)


def plant(case, value):
    """Put a value into all other sequences; return which rows are the short one's."""
    is_short = case.x.lengths.order[case.x.lengths.ranks] == SHORT
    case.x.data[~is_short] = value
    return is_short


def look(case, only, is_short):
    """Return results of the short sequence, and gradients of these alone."""
    out, tape = case.forward(only)
    row = case.x.lengths.order == SHORT
    names = only or ("data", "last")
    found = [getattr(out, k)[is_short if k == "data" else row].copy() for k in names]
    d = {name: getattr(case.d_out, name) * row[:, np.newaxis] for name in only or ()}
    d_h = np.random.default_rng(5).normal(size=(len(case.x.data), 3))
    d_h = None if only else d_h * is_short[:, np.newaxis]
    grads = case.gradients(tape, Sequences(d_h, case.x.lengths, **d))
    assert not grads["x"][~is_short].any()
    grads["x"] = grads["x"][is_short]
    return [*found, *grads.values()]


@without_relu
@few_steps
@masked_or_not
def test_nothing_leaks_from_another_sequence(kind, n_steps, masked, monkeypatch):
    case = Case(kind, MIXED, masked=masked)
    shorten(case, n_steps, monkeypatch)
    for only in (None, *((name,) for name in EVERY), EVERY):
        is_short = plant(case, 0.5)
        expected = look(case, only, is_short)
        for value in (1e30, -1e30, 1e200):
            plant(case, value)
            found = look(case, only, is_short)
            for one, other in zip(found, expected, strict=True):
                assert_array_equal(one, other, strict=True)
                assert one.any()


@pytest.mark.parametrize("kind", KINDS)
@few_steps
@masked_or_not
def test_a_batch_is_its_sequences_one_by_one(kind, n_steps, masked, monkeypatch):
    case = Case(kind, MIXED, masked=masked)
    shorten(case, n_steps, monkeypatch)
    for only in (EVERY, ("last",), ("largest",)):
        out, tape = case.forward(only)
        batch = {name: getattr(out, name) for name in only}
        grads, total = case.gradients(tape, case.of(only)), {}
        samples, d_x = case.x.unpack(), case.x.replace(grads.pop("x")).unpack()
        for row, place in enumerate(case.x.lengths.order.tolist()):
            alone = Case(kind, (MIXED[place],))
            alone.x = pack([samples[place]])
            alone.mask = None if case.mask is None else case.mask[[row]]
            parts = {k: getattr(case.d_out, k)[[row]] for k in only}
            one, tape = alone.forward(only)
            for name in only:
                found = getattr(one, name)[0]
                assert_allclose(batch[name][row], found, rtol=1e-12, atol=1e-14)
            d_one = alone.gradients(tape, Sequences(None, alone.x.lengths, **parts))
            d_sample = d_one.pop("x")
            assert_allclose(d_x[place], d_sample, rtol=1e-12, atol=1e-14)
            for name, values in d_one.items():
                total[name] = total.get(name, 0.0) + values
        for name, values in grads.items():
            assert_allclose(values, total[name], rtol=1e-11, atol=1e-13)
