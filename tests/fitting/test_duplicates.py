"""Copies are told by values and target, whatever the order of the rows."""

import numpy as np
import pytest

from skrnn.fitting.duplicates import merge_duplicates

CHOICE = np.array([0, 1, 2, 1, 0, 3, 1, 2, 0, 4])
Y = np.array([0, 1, 0, 1, 0, 1, 0, 0, 1, 1])  # rows 6 and 8 differ in the target
PAIRS = list(zip(CHOICE.tolist(), Y.tolist(), strict=True))


@pytest.fixture(params=["block", "list"])
def samples(request):
    rng = np.random.default_rng(0)
    lengths = [4] * 5 if request.param == "block" else [4, 2, 4, 3, 1]
    kinds = [rng.normal(size=(length, 2)) for length in lengths]
    chosen = [kinds[k].copy() for k in CHOICE]
    return np.array(chosen) if request.param == "block" else chosen


def merge(samples, y=Y, rows=None):
    rows = np.arange(len(samples)) if rows is None else rows
    distinct, group, _ = merge_duplicates(samples, y, rows)
    return distinct, group


def test_copies_are_equal_in_values_and_target(samples):
    distinct, group = merge(samples)
    assert len(distinct) == len(set(PAIRS)) == 7
    assert {PAIRS[i] for i in distinct} == set(PAIRS)
    assert [PAIRS[distinct[k]] for k in group] == PAIRS


def test_weights_of_copies_add_up(samples):
    weight = np.random.default_rng(1).uniform(size=len(samples))
    distinct, group = merge(samples)
    total = np.bincount(group, weights=weight)
    for row, sum_of_weights in zip(distinct, total, strict=True):
        copies = [i for i, pair in enumerate(PAIRS) if pair == PAIRS[row]]
        assert sum_of_weights == pytest.approx(weight[copies].sum())


def test_the_order_of_the_rows_does_not_matter(samples):
    expected = [PAIRS[i] for i in merge(samples)[0]]
    rng = np.random.default_rng(1)
    for _ in range(5):
        distinct, _ = merge(samples, rows=rng.permutation(len(samples)))
        assert [PAIRS[i] for i in distinct] == expected


def test_how_often_a_pair_occurs_does_not_matter(samples):
    whole = [PAIRS[i] for i in merge(samples)[0]]
    once, _ = merge(samples, rows=merge(samples)[0])
    assert [PAIRS[i] for i in once] == whole


def test_only_the_rows_asked_for_count(samples):
    rows = np.array([4, 0, 5])
    distinct, group = merge(samples, rows=rows)
    assert set(distinct) < set(rows)
    assert group[0] == group[1] != group[2]


def test_a_block_and_a_list_are_told_alike():
    block = np.random.default_rng(0).normal(size=(5, 3, 2))[[0, 1, 1, 2, 0]]
    y = np.zeros(5, int)
    one, other = merge(block, y), merge(list(block), y)
    assert all(map(np.array_equal, one, other))


@pytest.mark.parametrize("as_list", [False, True], ids=["block", "list"])
@pytest.mark.parametrize("shape", [(12, 3, 2), (12, 1, 1), (12, 1, 3), (12, 4, 1)])
def test_values_count_and_not_their_type_order_or_sign_of_zero(shape, as_list):
    whole = np.random.default_rng(0).integers(-1, 2, shape)
    whole[6:] = whole[:6]
    y, floats = np.zeros(12, int), whole.astype(np.float64)
    negative = np.where(
        (floats == 0) & (np.arange(12) % 2)[:, None, None], -0.0, floats
    )
    expected = merge(list(whole) if as_list else whole, y)
    assert len(expected[0]) <= 6
    for same in (
        *(whole.astype(kind) for kind in ("f2", "f4", "f8", "g", "i1", "i8", ">f8")),
        np.asfortranarray(floats),
        np.repeat(floats, 2, axis=1)[:, ::2],
        negative,
    ):
        found = merge(list(same) if as_list else same, y)
        assert all(map(np.array_equal, found, expected))


def test_the_last_digit_counts():
    block = np.ones((2, 3, 1))
    block[1, 2] += 2e-16
    assert len(merge(block, np.zeros(2, int))[0]) == 2


def test_one_step_more_is_another_sequence():
    samples = [np.zeros((length, 2)) for length in (1, 2, 3, 2)]
    distinct, group = merge(samples, np.zeros(4, int))
    assert len(distinct) == 3
    assert group[1] == group[3]


@pytest.mark.parametrize("dtype", [int, float])
def test_targets_of_several_columns_are_told_as_a_whole(samples, dtype):
    y = np.c_[Y, np.zeros_like(Y)].astype(dtype)
    distinct, group = merge(samples, y)
    assert [PAIRS[distinct[k]] for k in group] == PAIRS
    y[4, 1] = 1  # rows 0 and 4 were copies
    assert len(merge(samples, y)[0]) == len(distinct) + 1
