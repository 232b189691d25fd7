import math
import pickle
import re

import numpy as np
import pytest
from sklearn.utils import check_random_state

from skrnn.datasets import (
    make_adding_problem,
    make_first_symbol_recall,
    make_sign_of_sum,
    make_temporal_order,
)

GENERATORS = [
    make_sign_of_sum,
    make_adding_problem,
    make_first_symbol_recall,
    make_temporal_order,
]


def read_symbols(sequence):
    """Name the symbol of each step, and fail on a step that is not one-hot."""
    symbols = []
    for step in sequence:
        assert sorted(step) == [0.0] * (len(step) - 1) + [1.0]
        symbols.append(list(step).index(1.0))
    return symbols


def marked_steps(sequence):
    assert set(sequence[:, 1]) <= {0.0, 1.0}
    return [t for t, (_, mark) in enumerate(sequence) if mark == 1.0]


# What every generator promises


@pytest.mark.parametrize("make", GENERATORS)
def test_shapes_and_types(make):
    X, y = make(n_samples=7, n_steps=12, random_state=0)
    assert X.shape[:2] == (7, 12)
    assert X.ndim == 3
    assert X.dtype == np.float64
    assert y.shape == (7,)
    assert y.dtype == np.int64


@pytest.mark.parametrize("make", GENERATORS)
def test_same_seed_gives_same_data(make):
    X, y = make(n_samples=30, random_state=3)
    X_again, y_again = make(n_samples=30, random_state=3)
    np.testing.assert_array_equal(X, X_again)
    np.testing.assert_array_equal(y, y_again)


@pytest.mark.parametrize("make", GENERATORS)
def test_another_seed_gives_other_data(make):
    X, _ = make(n_samples=30, random_state=3)
    X_other, _ = make(n_samples=30, random_state=4)
    assert not np.array_equal(X, X_other)


@pytest.mark.parametrize("make", GENERATORS)
def test_random_state_instance_is_drawn_from(make):
    rng = np.random.RandomState(3)
    X, _ = make(n_samples=30, random_state=rng)
    X_next, _ = make(n_samples=30, random_state=rng)
    np.testing.assert_array_equal(X, make(n_samples=30, random_state=3)[0])
    assert not np.array_equal(X, X_next)


@pytest.mark.parametrize("make", GENERATORS)
def test_global_seed_is_neither_read_nor_set(make):
    global_rng = check_random_state(None)
    before = pickle.dumps(global_rng)
    X, _ = make(n_samples=30, random_state=3)
    assert pickle.dumps(global_rng) == before
    global_rng.uniform(size=7)
    np.testing.assert_array_equal(X, make(n_samples=30, random_state=3)[0])


@pytest.mark.parametrize("make", GENERATORS)
def test_classes_are_balanced(make):
    _, y = make(n_samples=4000, random_state=0)
    shares = np.bincount(y) / len(y)
    np.testing.assert_allclose(shares, 1 / len(shares), atol=0.03)


@pytest.mark.parametrize("make", GENERATORS)
def test_options_are_keyword_only(make):
    with pytest.raises(TypeError, match="takes from 0 to 2 positional arguments"):
        make(10, 10, 1)


# Sign of the sum


@pytest.mark.parametrize("n_features", [1, 3])
def test_sign_of_sum_labels(n_features):
    X, y = make_sign_of_sum(200, 9, n_features=n_features, random_state=1)
    assert X.shape == (200, 9, n_features)
    for sequence, label in zip(X, y, strict=True):
        total = math.fsum(value for step in sequence for value in step)
        assert label == (1 if total > 0 else 0)


def test_sign_of_sum_values_are_standard_normal():
    X, _ = make_sign_of_sum(2000, 10, n_features=2, random_state=0)
    assert abs(X.mean()) < 0.02
    assert abs(X.std() - 1) < 0.02


# Adding problem


@pytest.mark.parametrize("n_steps", [2, 3, 10, 51])
def test_adding_problem_marks_one_step_in_each_half(n_steps):
    X, _ = make_adding_problem(300, n_steps, random_state=1)
    assert X.shape == (300, n_steps, 2)
    pairs = [marked_steps(sequence) for sequence in X]
    for first, second in pairs:
        assert first < n_steps // 2 <= second
    assert {first for first, _ in pairs} == set(range(n_steps // 2))
    assert {second for _, second in pairs} == set(range(n_steps // 2, n_steps))


def test_adding_problem_target_is_the_sum_of_the_marked_values():
    X, y = make_adding_problem(200, 20, regression=True, random_state=1)
    assert y.dtype == np.float64
    for sequence, target in zip(X, y, strict=True):
        first, second = marked_steps(sequence)
        assert target == sequence[first, 0] + sequence[second, 0]


def test_adding_problem_class_says_whether_the_sum_is_above_one():
    X, y = make_adding_problem(3000, 5, random_state=1)
    for sequence, label in zip(X, y, strict=True):
        first, second = marked_steps(sequence)
        total = sequence[first, 0] + sequence[second, 0]
        assert label == (1 if total > 1 else 0)


def test_adding_problem_values_are_uniform():
    X, _ = make_adding_problem(1000, 20, random_state=0)
    values = X[:, :, 0]
    assert values.min() >= 0
    assert values.max() < 1
    counts, _ = np.histogram(values, bins=10, range=(0, 1))
    np.testing.assert_allclose(counts / values.size, 0.1, atol=0.01)


def test_adding_problem_inputs_do_not_depend_on_the_kind_of_target():
    X, _ = make_adding_problem(50, 20, random_state=1)
    X_regression, _ = make_adding_problem(50, 20, regression=True, random_state=1)
    np.testing.assert_array_equal(X, X_regression)


# Recall of the first symbol


@pytest.mark.parametrize(("n_steps", "n_symbols"), [(1, 2), (5, 2), (12, 4), (8, 7)])
def test_first_symbol_recall_labels(n_steps, n_symbols):
    X, y = make_first_symbol_recall(200, n_steps, n_symbols=n_symbols, random_state=1)
    assert X.shape == (200, n_steps, n_symbols)
    assert set(y) == set(range(n_symbols))
    for sequence, label in zip(X, y, strict=True):
        assert read_symbols(sequence)[0] == label


def test_first_symbol_recall_distractors_say_nothing_about_the_class():
    X, y = make_first_symbol_recall(8000, 6, random_state=0)
    for label in range(4):
        shares = X[y == label, 1:].mean(axis=0)
        np.testing.assert_allclose(shares, 0.25, atol=0.04)


def test_first_symbol_recall_labels_share_no_memory_with_a_larger_array():
    _, y = make_first_symbol_recall(10, 20, random_state=0)
    assert y.base is None


# Temporal order


@pytest.mark.parametrize(
    ("n_steps", "first_steps", "second_steps"),
    [
        (6, {1}, {3}),
        (7, {1}, {4}),
        (10, {1}, {5}),
        (12, {2}, {6, 7}),
        (25, {3, 4}, {13, 14}),
        (30, {3, 4, 5}, {15, 16, 17}),
        (50, {5, 6, 7, 8, 9}, {25, 26, 27, 28, 29}),
    ],
)
def test_temporal_order_positions(n_steps, first_steps, second_steps):
    X, _ = make_temporal_order(300, n_steps, random_state=1)
    assert X.shape == (300, n_steps, 6)
    seen_first, seen_second = set(), set()
    for sequence in X:
        symbols = read_symbols(sequence)
        first, second = [t for t in range(n_steps) if symbols[t] < 2]
        seen_first.add(first)
        seen_second.add(second)
    assert seen_first == first_steps
    assert seen_second == second_steps


def test_temporal_order_labels():
    X, y = make_temporal_order(300, 20, random_state=1)
    classes = ["XX", "XY", "YX", "YY"]
    for sequence, label in zip(X, y, strict=True):
        word = "".join("XYabcd"[symbol] for symbol in read_symbols(sequence))
        relevant = "".join(letter for letter in word if letter in "XY")
        assert classes[label] == relevant


def test_temporal_order_distractors_say_nothing_about_the_class():
    X, y = make_temporal_order(8000, 10, random_state=0)
    distractor_steps = [0, 2, 3, 4, 6, 7, 8, 9]
    for label in range(4):
        shares = X[y == label][:, distractor_steps].mean(axis=0)
        np.testing.assert_allclose(shares[:, 2:], 0.25, atol=0.04)


# Arguments that cannot be used


def too_small(function, name, minimum, value):
    return (
        f"{function}: {name} must be an integer of at least {minimum}, but got "
        f"{value} of type int. Pass {name}={minimum} or more."
    )


@pytest.mark.parametrize(
    ("make", "name", "minimum"),
    [
        (make_sign_of_sum, "n_samples", 1),
        (make_sign_of_sum, "n_steps", 1),
        (make_sign_of_sum, "n_features", 1),
        (make_adding_problem, "n_samples", 1),
        (make_adding_problem, "n_steps", 2),
        (make_first_symbol_recall, "n_samples", 1),
        (make_first_symbol_recall, "n_steps", 1),
        (make_first_symbol_recall, "n_symbols", 2),
        (make_temporal_order, "n_samples", 1),
        (make_temporal_order, "n_steps", 6),
    ],
)
def test_counts_have_a_minimum(make, name, minimum):
    X, y = make(**{"n_samples": 3, "random_state": 0, name: minimum})
    assert len(X) == len(y)
    message = too_small(make.__name__, name, minimum, minimum - 1)
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        make(**{name: minimum - 1})


@pytest.mark.parametrize(
    ("value", "came"),
    [
        (10.0, "10.0 of type float"),
        ("10", "'10' of type str"),
        (None, "None of type NoneType"),
        (True, "True of type bool"),
    ],
)
@pytest.mark.parametrize("make", GENERATORS)
def test_counts_are_integers(make, value, came):
    message = (
        f"{make.__name__}: n_samples must be an integer of at least 1, but got "
        f"{came}. Pass an int such as 1."
    )
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        make(n_samples=value)


@pytest.mark.parametrize("make", GENERATORS)
def test_numpy_integers_are_integers(make):
    X, _ = make(np.int32(4), np.int64(8), random_state=0)
    np.testing.assert_array_equal(X, make(4, 8, random_state=0)[0])
