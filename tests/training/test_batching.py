"""Batches cover the rows once, in almost equal parts."""

import numpy as np
import pytest

from skrnn.training import count_batches
from skrnn.training.batching import minibatches

ROWS = np.arange(100, 123)


def cut(batch_size, seed=0, rows=ROWS):
    return minibatches(rows, batch_size, np.random.RandomState(seed))


@pytest.mark.parametrize("batch_size", [1, 2, 5, 11, 22, 23, 24, 1000])
def test_each_row_is_in_one_batch_and_sizes_are_almost_equal(batch_size):
    batches = cut(batch_size)
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


def test_rows_are_shuffled_anew_each_time_and_only_read():
    rng, before = np.random.RandomState(0), ROWS.copy()
    first, second = (np.concatenate(minibatches(ROWS, 5, rng)) for _ in range(2))
    assert not np.array_equal(first, ROWS)
    assert not np.array_equal(first, second)
    assert np.array_equal(ROWS, before)


def test_the_order_depends_on_the_seed_alone():
    one, other = np.concatenate(cut(5)), np.concatenate(cut(5))
    assert np.array_equal(one, other)
    assert not np.array_equal(one, np.concatenate(cut(5, seed=1)))


def test_a_single_batch_keeps_its_order():
    (batch,) = cut(len(ROWS))
    assert np.array_equal(batch, ROWS)
