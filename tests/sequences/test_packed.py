"""Packing loses nothing, and what follows from the lengths follows from plain loops."""

import pickle

import numpy as np
import pytest

from skrnn.sequences import Lengths, pack

N_FEATURES = 3

LENGTHS = {
    "random": np.random.default_rng(0).integers(1, 15, 20),
    "rectangular": np.full(6, 5),
    "all different": np.array([2, 9, 1, 4]),
    "one step": np.ones(4, int),
    "one sequence": np.array([7]),
}


def draw(lengths):
    rng = np.random.default_rng(1)
    return [rng.normal(size=(length, N_FEATURES)) for length in lengths]


def assert_same(sequences, expected):
    assert len(sequences) == len(expected)
    assert all(map(np.array_equal, sequences, expected))


@pytest.fixture(params=LENGTHS)
def samples(request):
    return draw(LENGTHS[request.param])


def test_unpacking_gives_back_what_was_packed(samples):
    assert_same(pack(samples).unpack(), samples)


def test_rows_are_time_major_with_the_longest_first(samples):
    ranked = sorted(samples, key=len, reverse=True)
    rows = [
        sequence[t]
        for t in range(len(ranked[0]))
        for sequence in ranked
        if t < len(sequence)
    ]
    assert np.array_equal(pack(samples).data, rows)


@pytest.mark.parametrize("rows", [[0], [3, 0, 2], [1, 1, 3]])
@pytest.mark.parametrize("layout", [list, np.array])
def test_rows_are_taken_in_the_order_asked_for(rows, layout):
    samples = draw([5] * 4 if layout is np.array else [5, 2, 5, 8])
    batch = pack(layout(samples), np.array(rows))
    assert_same(batch.unpack(), [samples[i] for i in rows])


def test_a_block_and_the_list_of_its_sequences_are_packed_alike():
    block = np.array(draw([4] * 5))
    one, other = pack(block), pack(list(block))
    assert np.array_equal(one.data, other.data)
    assert np.array_equal(one.lengths.longest_first, other.lengths.longest_first)
    assert np.array_equal(one.lengths.order, other.lengths.order)


@pytest.mark.parametrize("layout", [list, np.array])
@pytest.mark.parametrize("kept", ["int32", "float32", "float64"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_numbers_are_cast_as_they_are_packed(layout, kept, dtype):
    samples = [(8 * sequence).astype(kept) for sequence in draw([3, 3])]
    batch = pack(layout(samples), dtype=dtype)
    assert batch.data.dtype == dtype
    assert_same(batch.unpack(), [sequence.astype(dtype) for sequence in samples])
    assert pack(layout(samples)).data.dtype == kept


@pytest.mark.parametrize("layout", [list, np.array])
def test_a_batch_is_a_copy(layout):
    samples = layout(draw([4, 4]))
    before = np.array(samples)
    pack(samples).data[...] = 0.0
    assert np.array_equal(samples, before)


def test_lengths_against_plain_loops(samples):
    lengths = pack(samples).lengths
    ranked = sorted(map(len, samples), reverse=True)
    alive = [sum(length > t for length in ranked) for t in range(ranked[0])]
    starts = [sum(alive[:t]) for t in range(len(alive) + 1)]
    final_rows = [starts[length - 1] + rank for rank, length in enumerate(ranked)]
    ranks = [rank for size in alive for rank in range(size)]
    assert lengths.longest_first.tolist() == ranked
    assert [len(samples[i]) for i in lengths.order] == ranked
    assert lengths.sizes.tolist() == alive
    assert lengths.starts.tolist() == starts
    assert lengths.final_rows.tolist() == final_rows
    assert lengths.ranks.tolist() == ranks


def test_runs_are_the_longest_stretches_with_the_same_sequences_alive(samples):
    lengths = pack(samples).lengths
    sizes, step = lengths.sizes.tolist(), 0
    for first, last, n_steps, n_alive in lengths.segments:
        assert first == lengths.starts[step]
        assert sizes[step : step + n_steps] == [n_alive] * n_steps
        step += n_steps
        assert last == lengths.starts[step]
        assert step == len(sizes) or sizes[step] != n_alive
    assert step == len(sizes)


def test_equal_lengths_keep_their_order():
    assert pack(draw([2, 5, 2, 5, 2])).lengths.order.tolist() == [1, 3, 0, 2, 4]


def test_sort_and_unsort_undo_each_other(samples):
    batch, rows = pack(samples), np.arange(len(samples))
    assert np.array_equal(batch.sort(rows), batch.lengths.order)
    assert np.array_equal(batch.unsort(batch.sort(rows)), rows)


def test_unsort_brings_rows_back_to_the_order_given(samples):
    batch = pack(samples)
    last = batch.unsort(batch.data[batch.lengths.final_rows])
    assert np.array_equal(last, [sequence[-1] for sequence in samples])


def test_replace_keeps_the_places_of_the_rows(samples):
    batch = pack(samples)
    doubled = batch.replace(2 * batch.data)
    assert_same(doubled.unpack(), [2 * sequence for sequence in samples])
    assert_same(batch.unpack(), samples)


def test_turning_reads_each_sequence_backwards_in_its_own_steps(samples):
    batch = pack(samples)
    turned = batch.reverse(batch.data)
    assert_same(batch.replace(turned).unpack(), [one[::-1] for one in samples])
    assert np.array_equal(batch.reverse(turned), batch.data)


def test_turning_brings_the_first_step_of_each_sequence_to_its_last(samples):
    batch = pack(samples)
    last = batch.reverse(batch.data)[batch.lengths.final_rows]
    assert np.array_equal(batch.unsort(last), [one[0] for one in samples])


def test_turning_and_spreading_leave_what_they_are_given(samples):
    batch = pack(samples)
    before = batch.data.copy()
    batch.reverse(batch.data)[...] = 0.0
    batch.broadcast(batch.data[: len(samples)])[...] = 0.0
    assert np.array_equal(batch.data, before)


@pytest.mark.parametrize("ufunc", [np.add, np.maximum])
def test_reducing_gives_each_sequence_a_row_of_its_own_steps(samples, ufunc):
    batch = pack(samples)
    before = batch.data.copy()
    found = batch.unsort(batch.reduce(ufunc))
    expected = np.array([ufunc.reduce(one, axis=0) for one in samples])
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-15)
    found[...] = 0.0
    assert np.array_equal(batch.data, before)


def test_sums_of_truths_are_counts(samples):
    x = pack(samples)
    counts = x.replace(x.data > 0).reduce(np.add, dtype=np.float32)
    expected = [np.sum(sample > 0, axis=0) for sample in samples]
    assert np.array_equal(x.unsort(counts), expected)
    assert counts.dtype == np.float32


def test_the_row_before_is_of_the_same_sequence_a_step_earlier(samples):
    x = pack(samples)
    before = np.zeros_like(x.data)
    before[x.n_sequences :] = x.data[x.lengths.rows_before]
    expected = [np.vstack([0 * sample[:1], sample[:-1]]) for sample in samples]
    assert_same(x.replace(before).unpack(), expected)


def test_what_passes_by_is_kept_whatever_becomes_of_the_rows(samples):
    x = pack(samples)
    assert x.beside is None
    x.beside = np.ones((x.n_sequences, 2))
    assert x.replace(x.data + 1).beside is x.beside


def test_spreading_gives_each_step_the_row_of_its_sequence(samples):
    batch, rows = pack(samples), np.arange(5.0 * len(samples)).reshape(-1, 5)
    spread = batch.replace(batch.broadcast(batch.sort(rows))).unpack()
    assert_same(
        spread,
        [np.tile(row, (len(s), 1)) for s, row in zip(samples, rows, strict=True)],
    )


def test_lengths_stand_on_their_own():
    lengths = Lengths(np.array([3, 1, 1]), np.array([1, 0, 2]))
    assert lengths.segments == [(0, 3, 1, 3), (3, 5, 2, 1)]
    assert lengths.ranks.tolist() == [0, 1, 2, 0, 0]
    assert lengths.reversed_rows.tolist() == [4, 1, 2, 3, 0]
    assert not lengths.in_order


def test_a_rectangle_is_one_run_and_in_order():
    lengths = pack(np.zeros((3, 4, 1))).lengths
    assert lengths.segments == [(0, 12, 4, 3)]
    assert lengths.in_order
    assert lengths is pack(np.ones((3, 4, 2))).lengths


@pytest.mark.parametrize("lengths", [[3, 3, 3], [1], [2, 4, 4, 1], [4, 3, 1], [2, 2]])
def test_lengths_travel_without_what_follows_from_them(lengths):
    batch = pack([np.ones((n, 2)) for n in lengths])
    plain = len(pickle.dumps(batch.lengths))
    for name in ("sizes", "starts", "ranks", "segments", "in_order"):
        getattr(batch.lengths, name)
    assert len(pickle.dumps(batch.lengths)) == plain
    found = pickle.loads(pickle.dumps(batch.lengths))
    assert np.array_equal(found.longest_first, batch.lengths.longest_first)
    assert np.array_equal(found.order, batch.lengths.order)
    # One of a block, of which some tools know that it is the same as the last.
    if len(set(lengths)) == 1:
        assert found is pickle.loads(pickle.dumps(batch.lengths))
