"""Chunks of a collection have every row once, and are bounded."""

import numpy as np
import pytest

from skrnn.sequences import blocks_by_length, lengths_of


def test_lengths_of_a_block_and_of_a_list():
    assert lengths_of(np.zeros((3, 4, 2))).tolist() == [4, 4, 4]
    assert lengths_of([np.zeros((n, 2)) for n in (2, 7, 1)]).tolist() == [2, 7, 1]


@pytest.mark.parametrize(("max_steps", "max_sequences"), [(40, 5), (64, 512), (1, 3)])
def test_blocks_cover_each_row_once_and_are_bounded(max_steps, max_sequences):
    lengths = np.random.default_rng(0).integers(1, 30, 100)
    blocks = list(blocks_by_length(lengths, max_steps, max_sequences))
    together = np.concatenate(blocks)
    assert sorted(together) == list(range(100))
    assert np.all(np.diff(lengths[together]) <= 0)
    for block in blocks:
        assert len(block) <= max_sequences
        assert len(block) == 1 or lengths[block].sum() <= max_steps


def test_blocks_are_as_large_as_they_may_be():
    blocks = blocks_by_length(np.full(10, 3), max_steps=12, max_sequences=8)
    assert [len(block) for block in blocks] == [4, 4, 2]


def test_one_huge_sequence_is_a_block_of_its_own():
    lengths = np.array([2, 1000, 3, 2])
    blocks = [block.tolist() for block in blocks_by_length(lengths, max_steps=9)]
    assert blocks == [[1], [2, 0, 3]]


def test_an_empty_collection_has_no_blocks():
    assert list(blocks_by_length(np.array([], int), max_steps=9)) == []
