"""Collections that are not in memory: what is read together, ahead, and once."""

import threading
import time

import numpy as np
import pytest

from skrnn.sequences import Pieces, Unloaded, pack, read_in_groups, share_in_groups
from skrnn.sequences import sources as sources_module
from skrnn.sequences.read_ahead import ReadAhead
from skrnn.sequences.scaling import Scale
from skrnn.sequences.sources import Block, Items
from skrnn.utils.threads import ALONE
from tests.unloaded import Collection, Stored

RNG = np.random.default_rng(0)
BLOCK = RNG.normal(size=(40, 6, 2))
RAGGED = [x[: 1 + k % 6] for k, x in enumerate(BLOCK)]


class NoCheck:
    """Takes everything as it is."""

    def item(self, item, i):
        return np.array(item)

    def run(self, values, start, stop):
        return values

    def piece(self, item, i, start, stop, begin=0):
        return np.array(item[begin : begin + stop - start])


def block(edges=(), X=BLOCK):
    stored = Stored(X)
    source = Block(stored, np.array(edges, int))
    options = {"dtype": X.dtype, "n_features": X.shape[2], "n_steps": X.shape[1]}
    return stored, Unloaded(source, NoCheck(), **options)


def items(X=RAGGED, **options):
    found = Collection(X)
    source = Items(found, lambda item: False)
    options = {"dtype": np.dtype(float), "n_features": 2} | options
    return found, Unloaded(source, NoCheck(), **options)


EDGES = {
    "rows": (),
    "blocks": (*range(0, 40, 7), 40),
    "uneven": (0, 1, 1, 20, 40),
    "one": (0, 40),
}


@pytest.fixture(params=EDGES)
def edges(request):
    return EDGES[request.param]


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch):
    monkeypatch.setattr(sources_module, "PART", 5 * 6 * 2 * 8)
    monkeypatch.setattr(sources_module, "GAP", 6 * 2 * 8)


def test_any_rows_in_any_order(edges):
    stored, unloaded = block(edges)
    for n in (1, 3, 20, 40):
        rows = RNG.permutation(40)[:n]
        assert np.array_equal(unloaded.load(rows), BLOCK[rows])
    rows = np.array([5, 5, 2])
    assert np.array_equal(unloaded.load(rows), BLOCK[rows])
    assert np.array_equal(unloaded[39], BLOCK[39])
    assert stored.read
    _, unloaded = items()
    rows = RNG.permutation(40)
    for x, i in zip(unloaded.load(rows), rows, strict=True):
        assert np.array_equal(x, RAGGED[i])


def test_neighbours_are_read_at_once_and_far_rows_are_left_out():
    stored, unloaded = block()
    unloaded.load(np.array([0, 1, 3, 7, 12, 13, 39]))
    # A row between is read, three are not; a slice has five rows, as a part has.
    assert stored.read == [slice(0, 4), slice(7, 8), slice(12, 14), slice(39, 40)]


def test_a_block_is_read_once_for_all_its_rows():
    stored, unloaded = block((0, 20, 40))
    unloaded.load(np.array([0, 19, 25, 30]))
    assert stored.read == [slice(0, 20), slice(25, 31)]


def test_parts_have_all_sequences_in_their_order_once(edges):
    stored, unloaded = block(edges)
    with unloaded.parts() as parts:
        found = list(parts)
    assert np.concatenate([part.rows for part in found]).tolist() == list(range(40))
    assert np.array_equal(np.concatenate([part.values for part in found]), BLOCK)
    assert set(stored.n_reads.values()) == {1}
    # Whole blocks, or as many rows as fit.
    ends = {int(part.rows[-1]) + 1 for part in found}
    assert ends <= set(edges) if edges else max(len(x.rows) for x in found) == 5


def test_parts_of_items_end_where_they_are_large():
    found, unloaded = items()
    with unloaded.parts() as parts:
        sizes = [sum(x.nbytes for x in part.values) for part in parts]
    assert set(found.n_reads.values()) == {1}
    assert all(480 <= size < 480 + 96 for size in sizes[:-1])


def test_lengths_digests_and_facts_take_one_look(monkeypatch):
    found, unloaded = items(digest=lambda x: x.tobytes()[:16], static=np.array([1]))
    assert not unloaded.has_lengths
    assert unloaded.lengths.tolist() == [len(x) for x in RAGGED]
    facts = [[x[:, 1].max()] for x in RAGGED]
    assert np.array_equal(unloaded.facts, facts)
    digests = unloaded.take_digests()
    expected = np.array([x.tobytes()[:16] for x in RAGGED], "S16")
    assert np.array_equal(digests, expected)
    assert set(found.n_reads.values()) == {1}


def test_last_steps_are_read_once():
    found, unloaded = items()
    for rows in ([3, 1, 20], [1, 20, 7]):
        last = unloaded.last_steps(np.array(rows))
        assert np.array_equal(last, [RAGGED[i][-1] for i in rows])
    assert len(unloaded.last_steps(np.array([3, 7]))) == 2
    before = dict(found.n_reads)
    unloaded.last_steps(np.array([3, 7]))
    assert dict(found.n_reads) == before


def test_pieces(edges):
    of = np.repeat(np.arange(40), 2)
    starts, stops = np.tile([0, 4], 40), np.tile([4, 6], 40)
    for _, whole in (block(edges), items(BLOCK)):
        pieces = Pieces(whole, of, starts, stops)
        assert len(pieces) == 80
        rows = RNG.permutation(80)[:33]
        for x, k in zip(pieces.load(rows), rows, strict=True):
            assert np.array_equal(x, BLOCK[of[k], starts[k] : stops[k]])


def test_what_is_packed_is_the_same(edges):
    rows = RNG.permutation(40)[:9]
    _, unloaded = block(edges)
    assert np.array_equal(pack(unloaded, rows).data, pack(BLOCK, rows).data)
    _, unloaded = items()
    assert np.array_equal(pack(unloaded, rows).data, pack(RAGGED, rows).data)
    assert np.array_equal(pack(unloaded).data, pack(RAGGED).data)


@pytest.mark.parametrize("in_blocks", [False, True])
def test_groups_are_small_at_first_and_never_large(monkeypatch, in_blocks):
    monkeypatch.setattr("skrnn.sequences.read_ahead.FIRST", 200)
    monkeypatch.setattr("skrnn.sequences.read_ahead.MOST", 800)
    _, unloaded = block((0, 20, 40) if in_blocks else ())
    batches = np.split(RNG.permutation(40), 20)  # of 192 bytes
    with read_in_groups(unloaded, batches) as groups:
        found = list(groups)
    sizes = [len(some) for some, _ in found]
    assert sizes == ([4] * 5 if in_blocks else [1, 2, 4, 4, 4, 4, 1])
    assert np.array_equal(
        np.concatenate([b for some, _ in found for b in some]), np.concatenate(batches)
    )
    for some, loaded in found:
        for rows in some:
            assert np.array_equal(loaded.load(rows), BLOCK[rows])


def test_batches_may_be_places_in_rows():
    rows = RNG.permutation(40)[:10]
    for samples in (block()[1], BLOCK):
        batches = [np.array([1, 0]), np.array([9])]
        found = share_in_groups(
            ALONE, samples, batches, rows, lambda at, x: pack(x, rows[at]).data
        )
        for at, data in zip(batches, found, strict=True):
            assert np.array_equal(data, pack(BLOCK, rows[at]).data)


def test_the_scale_is_that_of_the_same_in_memory(edges, monkeypatch):
    monkeypatch.setattr("skrnn.sequences.scaling.BLOCK", 50)
    weight, rows = RNG.uniform(size=40), RNG.permutation(40)[:30]
    cases = (block(edges), BLOCK), (items(), RAGGED)
    for (found, unloaded), samples in cases:
        unloaded.survey()
        found.n_reads.clear()
        expected = Scale.of_steps(samples, rows, weight)
        scale = Scale.of_steps(unloaded, rows, weight)
        assert np.array_equal(scale.mean, expected.mean)
        assert np.array_equal(scale.scale, expected.scale)
        if found.n_reads and not edges:
            assert max(found.n_reads.values()) == 1


# Reading ahead.


def names_of_threads():
    return [thread.name for thread in threading.enumerate()]


def test_the_next_item_is_made_while_one_is_used():
    made = threading.Event()

    def make(over):
        yield 1
        made.set()
        yield 2

    with ReadAhead(make) as items:
        assert next(items) == 1
        assert made.wait(60)
        assert next(items) == 2
        assert list(items) == []


def test_no_more_is_made_than_one_ahead():
    n_made = []

    def make(over):
        for k in range(10):
            n_made.append(k)
            yield k

    with ReadAhead(make) as items:
        next(items)
        time.sleep(0.05)
        assert len(n_made) <= 2


def test_it_is_told_when_nobody_waits():
    def make(over):
        yield 1
        assert over.wait(60)
        yield 2

    def use():
        with ReadAhead(make) as items:
            assert next(items) == 1
            raise ValueError("enough")

    with pytest.raises(ValueError, match="enough"):
        use()
    assert not any("skrnn" in name for name in names_of_threads())


def test_what_is_raised_in_the_thread_is_raised_here():
    def make(over):
        yield 1
        raise LookupError("gone")

    with ReadAhead(make) as items:
        assert next(items) == 1
        with pytest.raises(LookupError, match="gone"):
            next(items)


def test_settings_of_numpy_hold_in_the_thread():
    def make(over):
        yield np.geterr()["over"]

    with np.errstate(over="raise"), ReadAhead(make) as items:
        assert next(items) == "raise"
