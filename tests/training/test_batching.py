"""Batches cover the rows once, gather like lengths, and leave the rest to chance."""

from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from skrnn.training.minibatch import SPREAD, count_batches, minibatches

ROWS = np.arange(100, 123)
#: Lengths of sequences 0 to 199, of which those in ROWS are asked for.
LENGTHS = {
    "equal": np.full(200, 7),
    "ragged": np.random.default_rng(0).integers(1, 60, 200),
}


@pytest.fixture(params=LENGTHS.values(), ids=LENGTHS)
def lengths(request):
    return request.param


def cut(lengths, batch_size, seed=0, rows=ROWS):
    return minibatches(rows, lengths, batch_size, np.random.RandomState(seed))


@pytest.mark.parametrize("batch_size", [1, 2, 5, 11, 22, 23, 24, 1000])
def test_each_row_is_in_one_batch_and_sizes_are_almost_equal(lengths, batch_size):
    batches = cut(lengths, batch_size)
    assert sorted(np.concatenate(batches)) == ROWS.tolist()
    sizes = [len(batch) for batch in batches]
    assert max(sizes) <= batch_size
    assert max(sizes) - min(sizes) <= 1
    assert len(batches) == count_batches(len(ROWS), batch_size)
    assert (len(batches) - 1) * batch_size < len(ROWS)


@pytest.mark.parametrize(
    ("n", "batch_size", "expected"), [(1, 1, 1), (8, 4, 2), (9, 4, 3), (3, 64, 1)]
)
def test_the_number_of_batches(n, batch_size, expected):
    assert count_batches(n, batch_size) == expected


def test_rows_are_shuffled_anew_each_time_and_only_read(lengths):
    rng, rows, kept = np.random.RandomState(0), ROWS.copy(), lengths.copy()
    first, second = (
        np.concatenate(minibatches(rows, lengths, 5, rng)) for _ in range(2)
    )
    assert not np.array_equal(first, ROWS)
    assert not np.array_equal(first, second)
    assert np.array_equal(rows, ROWS)
    assert np.array_equal(lengths, kept)


def test_the_order_depends_on_the_seed_alone(lengths):
    one, other = np.concatenate(cut(lengths, 5)), np.concatenate(cut(lengths, 5))
    assert np.array_equal(one, other)
    assert not np.array_equal(one, np.concatenate(cut(lengths, 5, seed=1)))


def test_a_single_batch_keeps_its_order(lengths):
    (batch,) = cut(lengths, len(ROWS))
    assert np.array_equal(batch, ROWS)


# Who is read with whom


def steps_of_an_epoch(batches, lengths):
    """Count steps: a batch takes as many as its longest sequence has."""
    return sum(lengths[batch].max() for batch in batches)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("batch_size", [4, 32])
def test_an_epoch_takes_hardly_more_steps_than_if_it_were_sorted(seed, batch_size):
    rng = np.random.RandomState(seed)
    lengths = rng.lognormal(4, 1, 1024).astype(int) + 1
    rows = rng.permutation(1024)
    longest_first = np.sort(lengths)[::-1]
    least = longest_first[::batch_size].sum()
    steps = steps_of_an_epoch(cut(lengths, batch_size, seed, rows), lengths)
    # The k-th largest of lengths times factors is at most SPREAD times the k-th length.
    assert least <= steps <= SPREAD**2 * least
    shuffled = rows.reshape(-1, batch_size)
    assert steps < 0.6 * steps_of_an_epoch(shuffled, lengths)


def meetings(lengths, batch_size, n_epochs):
    """Count in how many epochs each pair of rows is in one batch."""
    rng, pairs, rows = np.random.RandomState(0), Counter(), np.arange(len(lengths))
    for _ in range(n_epochs):
        for batch in minibatches(rows, lengths, batch_size, rng):
            pairs.update(combinations(sorted(batch.tolist()), 2))
    return pairs


def test_all_equally_long_meet_equally_often():
    n, batch_size, n_epochs = 12, 4, 600
    pairs = meetings(np.full(n, 9), batch_size, n_epochs)
    chance = (batch_size - 1) / (n - 1)
    spread = np.sqrt(n_epochs * chance * (1 - chance))
    counts = [pairs[pair] for pair in combinations(range(n), 2)]
    assert np.abs(np.subtract(counts, n_epochs * chance)).max() < 5 * spread


def test_near_lengths_meet_in_changing_company_and_far_ones_never():
    near, far = np.arange(40, 52), np.arange(140, 152)
    n, n_epochs = len(near), 300
    pairs = meetings(np.concatenate([near, far]), 4, n_epochs)
    each = [pairs[pair] for pair in combinations(range(n), 2)]
    assert min(each) > 0.05 * n_epochs
    assert max(each) < 0.6 * n_epochs
    assert not any(pairs[i, j] for i in range(n) for j in range(n, 2 * n))


def test_the_longest_are_read_at_any_time_of_an_epoch(lengths):
    n_batches, n_epochs, lengths = 5, 500, lengths + np.arange(200) % 2
    longest = ROWS[np.argmax(lengths[ROWS])]
    at = Counter()
    for seed in range(n_epochs):
        batches = cut(lengths, 5, seed)
        at.update(k for k, batch in enumerate(batches) if longest in batch)
    chance = 1 / n_batches
    spread = np.sqrt(n_epochs * chance * (1 - chance))
    assert sorted(at) == list(range(n_batches))
    counts = np.array(list(at.values()))
    assert np.abs(counts - n_epochs * chance).max() < 5 * spread
