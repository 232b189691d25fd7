"""Padding goes by lengths or by NaN at the end, and by no other value."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skrnn import GRUClassifier
from skrnn.preprocessing import channels_last, padded_from_ragged, ragged_from_padded
from skrnn.validation.advice import TEXT

NAN = np.nan
RAGGED = [
    np.array([[1.0, NAN], [NAN, NAN], [0.0, 5.0]]),
    np.array([[0.0, 0.0]]),
    np.array([[2.0, 3.0], [0.0, 0.0]]),
]


def assert_equal_sequences(found, expected):
    for x, other in zip(found, expected, strict=True):
        assert_array_equal(x, other)
        assert x.dtype == np.asarray(other).dtype


def failure(call, *args, **kwargs):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        call(*args, **kwargs)
    return str(caught.value)


@pytest.mark.parametrize("n_steps", [None, 3, 7])
@pytest.mark.parametrize("fill_value", [NAN, 0.0, -1.0, 2])
def test_there_and_back(fill_value, n_steps):
    block, lengths = padded_from_ragged(RAGGED, fill_value=fill_value, n_steps=n_steps)
    assert block.shape == (3, n_steps or 3, 2)
    assert lengths.tolist() == [3, 1, 2]
    assert_array_equal(block[1, 1:], np.full((block.shape[1] - 1, 2), fill_value))
    assert_equal_sequences(ragged_from_padded(block, lengths), RAGGED)
    again, same = padded_from_ragged(list(block))
    assert_array_equal(again, block)
    assert same.tolist() == [block.shape[1]] * 3


def test_nan_at_the_end_is_cut_and_no_other():
    block, _ = padded_from_ragged(RAGGED, n_steps=6)
    assert_equal_sequences(ragged_from_padded(block), RAGGED)
    half = np.array([[[1.0, 2.0], [NAN, 4.0], [5.0, NAN], [NAN, NAN]]])
    assert_equal_sequences(ragged_from_padded(half), [half[0, :3]])


def test_zeros_are_never_taken_for_padding():
    block, _ = padded_from_ragged(RAGGED[1:], fill_value=0)
    assert [len(x) for x in ragged_from_padded(block)] == [2, 2]
    whole = np.zeros((2, 3, 1), dtype=int)
    assert [len(x) for x in ragged_from_padded(whole)] == [3, 3]


def test_given_lengths_overrule_what_stands_there():
    block = np.arange(12.0).reshape(2, 3, 2)
    block[0, 1:] = NAN
    found = ragged_from_padded(block, [3, 1])
    assert_equal_sequences(found, [block[0], block[1, :1]])


def test_nothing_is_copied_that_was_an_array():
    block = np.ones((2, 3, 2), dtype=np.float32)
    assert all(np.shares_memory(x, block) for x in ragged_from_padded(block, [1, 2]))
    first = np.zeros((2, 4, 9))
    assert np.shares_memory(channels_last(first), first)
    assert np.shares_memory(channels_last(list(first))[1], first)


TYPES = [
    (np.float32, NAN, np.float32),
    (np.float32, np.float64(0.5), np.float32),
    (np.float16, NAN, np.float16),
    (np.int64, NAN, np.float64),
    (np.int16, 0, np.int16),
    (np.int16, 0.5, np.float64),
    (bool, NAN, np.float64),
    (object, NAN, np.float64),
]


@pytest.mark.parametrize(("came", "fill_value", "expected"), TYPES)
def test_types(came, fill_value, expected):
    X = [np.array([[1], [0]]).astype(came), np.array([[1]]).astype(came)]
    block, lengths = padded_from_ragged(X, fill_value=fill_value)
    assert block.dtype == expected
    assert_array_equal(block[:, :, 0], [[1, 0], [1, fill_value]])
    assert [x.ravel().tolist() for x in ragged_from_padded(block, lengths)] == [
        [1, 0],
        [1],
    ]


def test_mixed_types_take_the_wider():
    X = [np.ones((1, 1), np.float32), np.ones((2, 1), np.float64)]
    assert padded_from_ragged(X)[0].dtype == np.float64


def test_features_last():
    X = np.arange(24).reshape(2, 3, 4)
    found = channels_last(X)
    assert found.shape == (2, 4, 3)
    assert found[1, 3, 0] == X[1, 0, 3]
    ragged = [X[0], X[1][:, :2]]
    assert_equal_sequences(channels_last(ragged), [X[0].T, X[1][:, :2].T])
    nested = [[[1, 2, 3], [4, 5, 6]], [[7], [8]]]
    assert channels_last(nested)[0].tolist() == [[1, 4], [2, 5], [3, 6]]


def test_padding_changes_no_model():
    rng = np.random.default_rng(0)
    X = [rng.normal(size=(2 + i % 4, 2)) for i in range(20)]
    y = np.arange(20) % 2
    model = GRUClassifier(4, max_iter=2, random_state=0).fit(X, y)
    for fill_value, n_steps in [(NAN, None), (0.0, 9)]:
        padded = padded_from_ragged(X, fill_value=fill_value, n_steps=n_steps)
        cut = GRUClassifier(4, max_iter=2, random_state=0)
        cut.fit(ragged_from_padded(*padded), y)
        assert_array_equal(cut.weights_, model.weights_)


BLOCK = np.zeros((3, 4, 2))
SHAPES = "a 3-D array (sequences, steps, features)"
RAGGED_SHAPE = "a list of (steps, features) arrays"


def test_sequences_without_a_number():
    block = np.zeros((9, 4, 2))
    block[[1, 3, 4, 5, 6, 8]] = NAN
    assert failure(ragged_from_padded, block) == (
        "All values are NaN in sequence(s) 1, 3, 4, 5, 6 and 1 more of X: nothing "
        "would be left. Leave such sequences and their labels out."
    )


def test_lengths_that_cannot_be():
    for length in (0, 5, -1):
        assert failure(ragged_from_padded, BLOCK, [4, length, 1]) == (
            "lengths must be in the range [1, 4], as X has 4 steps, but lengths[1] is "
            f"{length}. Leave sequences without steps, and their labels, out."
        )
    for lengths, came in [
        ([1, 2], "int64 of shape (2,)"),
        ([1.0, 2.0, 3.0], "float64 of shape (3,)"),
        (3, "int64 of shape ()"),
    ]:
        assert failure(ragged_from_padded, BLOCK, lengths) == (
            f"lengths must be one int for each of the 3 sequences, got {came}."
        )
    assert failure(padded_from_ragged, RAGGED, n_steps=2) == (
        "n_steps=2 is less than the 3 steps of sequence 0 of X. Nothing is cut off: "
        "pass at least 3, or cut the sequences first, as [x[-2:] for x in X]."
    )


def test_other_layouts():
    assert failure(ragged_from_padded, BLOCK[0]) == (
        f"ragged_from_padded expected {SHAPES}, got a table, one row a sequence. Pass "
        "X[:, :, np.newaxis] if each column is a step of one number."
    )
    assert failure(ragged_from_padded, RAGGED) == (
        f"ragged_from_padded expected {SHAPES}, got {RAGGED_SHAPE}. A list is ragged "
        "already."
    )
    assert failure(padded_from_ragged, BLOCK[0]) == (
        f"padded_from_ragged expected {RAGGED_SHAPE}, got a table, one row a sequence "
        "of shape (4, 2). ragged_from_table makes sequences of its rows."
    )
    assert failure(channels_last, BLOCK[0]) == (
        "channels_last expected an array of shape (sequences, features, steps) or a "
        "list of (features, steps) arrays, got a table of shape (4, 2). Pass "
        "X[np.newaxis] if it is one sequence."
    )


def test_values_and_shapes_that_cannot_be():
    assert failure(ragged_from_padded, BLOCK[:, :0]) == (
        "The sequences in X have no steps (shape (3, 0, 2)); ragged_from_padded needs "
        "at least one."
    )
    assert failure(padded_from_ragged, [RAGGED[0], np.zeros((0, 2))]) == (
        "Sequence 1 of X has no steps (shape (0, 2)); padded_from_ragged needs at "
        "least one. Leave empty sequences out."
    )
    assert failure(padded_from_ragged, [RAGGED[0], RAGGED[1].astype(str)]) == (
        f"Sequence 1 of X has dtype <U32, but padded_from_ragged needs numbers. {TEXT}"
    )
    assert failure(channels_last, [np.zeros((2, 5)), np.zeros((3, 5))]) == (
        "All sequences must have the same features, but sequence 0 of X has shape "
        "(2, 5) and sequence 1 has shape (3, 5): channels_last expected shape "
        "(features, steps). If the steps come first, X is in our order as it is."
    )
