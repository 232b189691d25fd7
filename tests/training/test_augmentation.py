"""Augmentation against plain interpolation, one sequence at a time."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skrnn.sequences import pack
from skrnn.training import Augmentation

#: Numbers of steps, rectangular and ragged, and of one.
LENGTHS = {
    "rectangular": [7] * 3,
    "ragged": [3, 9, 1, 9, 2],
    "one sequence": [6],
    "one step": [1, 1],
}
NUMBERS = np.zeros(2, bool)

every_length = pytest.mark.parametrize("lengths", LENGTHS.values(), ids=LENGTHS)


def draw(lengths, n_features=2):
    rng = np.random.default_rng(0)
    return [rng.normal(size=(n, n_features)) for n in lengths]


def places(lengths, most):
    """Return where each new step lies, drawn in the order of the sorted batch."""
    x = pack([np.zeros((n, 1)) for n in lengths])
    n_steps, rng = x.lengths.longest_first, np.random.default_rng(5)
    first, last = most * rng.random((2, len(n_steps)))
    is_left = rng.random(len(n_steps)) >= 0.5
    first[is_left] = last[is_left] = 0.0
    found = [None] * len(lengths)
    for rank, i in enumerate(x.lengths.order):
        end = n_steps[rank] - 1
        found[i] = np.linspace(first[rank] * end, end - last[rank] * end, end + 1)
    return found


@every_length
@pytest.mark.parametrize("most", [0.1, 0.45])
def test_numbers_lie_on_the_lines_between_steps(lengths, most):
    samples = draw(lengths)
    x = pack(samples)
    before = x.data.copy()
    new = Augmentation(most, NUMBERS)(x, np.random.default_rng(5))
    for found, old, at in zip(
        new.unpack(), samples, places(lengths, most), strict=True
    ):
        expected = [np.interp(at, np.arange(len(old)), column) for column in old.T]
        assert_allclose(found, np.transpose(expected), atol=1e-12)
    assert np.array_equal(x.data, before)
    assert new.lengths is x.lengths


@every_length
def test_codes_are_those_of_the_nearest_steps(lengths):
    samples = [np.column_stack([x[:, 0], np.arange(len(x))]) for x in draw(lengths)]
    exact = np.array([False, True])
    new = Augmentation(0.3, exact)(pack(samples), np.random.default_rng(5))
    moved = places(lengths, 0.3)
    for found, old, at in zip(new.unpack(), samples, moved, strict=True):
        assert_allclose(found[:, 0], np.interp(at, old[:, 1], old[:, 0]), atol=1e-12)
        assert np.array_equal(found[:, 1], np.floor(at + 0.5))


def test_steps_with_gaps_are_never_mixed():
    samples = draw([12, 5])
    samples[0][[3, 4, 8], 0] = np.nan
    x = pack(samples)
    new = Augmentation(0.3, ~NUMBERS)(x, np.random.default_rng(0))
    for found, old in zip(new.unpack(), samples, strict=True):
        rows = [[np.array_equal(a, b, equal_nan=True) for b in old] for a in found]
        assert np.any(rows, axis=1).all()
    assert np.isnan(new.data).any()


def test_no_more_is_cut_off_than_asked_for():
    steps = np.tile(np.arange(101.0)[:, np.newaxis], (500, 1, 1))
    new = Augmentation(0.2, NUMBERS[:1])(pack(steps), np.random.default_rng(0))
    new = np.array(new.unpack())[:, :, 0]
    is_left = (new == np.arange(101.0)).all(axis=1)
    assert 200 < is_left.sum() < 300
    first, last = new[~is_left, 0], new[~is_left, -1]
    assert 0 <= first.min() < 1
    assert 19 < first.max() <= 20
    assert 80 <= last.min() < 81
    assert 99 < last.max() <= 100
    assert abs(np.corrcoef(first, last)[0, 1]) < 0.2
    assert_allclose(np.diff(new, n=2), 0, atol=1e-10)  # evenly spaced


def test_what_is_constant_stays_so():
    x = pack(np.full((4, 9, 2), 3.7))
    new = Augmentation(0.4, NUMBERS)(x, np.random.default_rng(0))
    assert_allclose(new.data, 3.7, rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_type_stays(dtype):
    x = pack(draw([4, 2]), dtype=dtype)
    assert Augmentation(0.1, NUMBERS)(x, np.random.default_rng(0)).data.dtype == dtype
