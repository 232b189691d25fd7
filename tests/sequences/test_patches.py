"""Patches against plain loops, one sequence after the other."""

import numpy as np
import pytest

from skrnn.sequences import pack
from skrnn.sequences.patches import patches_of, put_in_patches, take_from_patches

N_FEATURES = 2
LENGTHS = {
    "ragged": [3, 9, 1, 4, 9, 6, 8, 2],
    "rectangular": [7] * 5,
    "one step": [1] * 3,
    "one sequence": [5],
}

every_length = pytest.mark.parametrize("lengths", LENGTHS.values(), ids=LENGTHS)
#: From one step to more than the longest sequence has.
every_size = pytest.mark.parametrize("size", [1, 2, 3, 4, 8, 9, 10, 25])


def draw(lengths, dtype="float64"):
    rng = np.random.default_rng(0)
    return [rng.normal(size=(n, N_FEATURES)).astype(dtype) for n in lengths]


def cut(sequence, size):
    """Cut a sequence into patches by the definition, one number at a time."""
    patches = []
    for first in range(0, len(sequence), size):
        patch = [0.0] * (size * N_FEATURES)
        for step in range(first, min(first + size, len(sequence))):
            for k in range(N_FEATURES):
                patch[(step - first) * N_FEATURES + k] = sequence[step][k]
        patches.append(patch)
    return patches


@every_size
@every_length
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_sequence_is_cut_from_its_beginning(lengths, size, dtype):
    samples = draw(lengths, dtype)
    before = pack(samples)
    patches = put_in_patches(before, size)
    assert patches.data.dtype == dtype
    for found, sequence in zip(patches.unpack(), samples, strict=True):
        assert np.array_equal(found, cut(sequence, size))
    assert np.array_equal(before.data, pack(samples).data)


@every_size
@every_length
def test_the_batch_keeps_its_order(lengths, size):
    before = pack(draw(lengths))
    after = put_in_patches(before, size)
    assert np.array_equal(after.lengths.order, before.lengths.order)
    assert (np.diff(after.lengths.longest_first) <= 0).all()
    each = np.arange(len(lengths))
    assert np.array_equal(after.unsort(before.sort(each)), each)


@every_size
@every_length
def test_taking_from_patches_gives_back_the_steps(lengths, size):
    x = pack(draw(lengths))
    patches = put_in_patches(x, size).data
    assert np.array_equal(take_from_patches(patches, x.lengths, size), x.data)


@every_size
@every_length
def test_what_stands_where_no_step_was_is_left_behind(lengths, size):
    x = pack(draw(lengths))
    patches = put_in_patches(x, size)
    full = patches.replace(np.random.default_rng(1).normal(size=patches.data.shape))
    taken = take_from_patches(full.data, x.lengths, size)
    assert taken.shape == x.data.shape
    each = zip(x.replace(taken).unpack(), full.unpack(), lengths, strict=True)
    for found, given, length in each:
        assert np.array_equal(found, given.reshape(-1, N_FEATURES)[:length])


@every_length
def test_the_same_lengths_are_worked_out_once(lengths):
    x = pack(draw(lengths))
    once, again = put_in_patches(x, 3), put_in_patches(x.replace(-x.data), np.int64(3))
    assert again.lengths is once.lengths
    assert put_in_patches(x, 2).lengths is not once.lengths


def test_rectangles_of_the_same_shape_share_their_lengths():
    one, other = (put_in_patches(pack(np.full((4, 7, 2), k)), 3) for k in (1.0, 2.0))
    assert one.lengths is other.lengths


def test_places_and_rows_are_inverse():
    patches = patches_of(pack(draw(LENGTHS["ragged"])).lengths, 4)
    n_rows = sum(LENGTHS["ragged"])
    assert np.array_equal(patches.rows[patches.places], np.arange(n_rows))
    assert np.count_nonzero(patches.rows < n_rows) == n_rows
    assert len(patches.rows) == 4 * patches.lengths.starts[-1]
