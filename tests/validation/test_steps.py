"""What comes with every step: messages for what does not fit."""

import re

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from skrnn.validation.nested import read_steps
from skrnn.validation.steps import (
    check_step_labels,
    check_step_targets,
    check_step_weights,
)

RAGGED, BLOCK = np.array([3, 2]), np.array([3, 3])
EXPECTED = "y must be a list of arrays, one a sequence with one label a step, or an "
MARKS = "every step is marked as without one, by -1, NaN or None."


def raises(message, check, *given, kind=ValueError):
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        check(*given)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (None, "fit requires y to be passed, but the target y is None: give one label "
               "for each step of each sequence."),
        ("ab", EXPECTED + "array of shape (sequences, steps); got str."),
        ({0: [1]}, EXPECTED + "array of shape (sequences, steps); got dict."),
        (sparse.csr_array((2, 3)),
         EXPECTED + "array of shape (sequences, steps); got csr_array."),
        ([0, 1], "y must have one label for each step of each sequence: a list of "
                 "arrays of shape (steps,), or an array of shape (sequences, steps). "
                 "It has one label for each sequence; for that, use an estimator "
                 "without Step in its name."),
        ([[0, 1, 0]], "X has 2 sequences, but y has labels for 1: there must be one "
                      "label for each step of each sequence."),
        ([[0, 1, 0], [1]], "Sequence 1 of X has 2 steps, but y[1] has 1 labels: there "
                           "must be one for each step."),
        ([[0, 1, 0], 1], "y[1] must have one label for each step of sequence 1: shape "
                         "(2,). Got shape ()."),
        ([np.zeros((3, 2)), np.zeros((2, 2))],
         "y has 2 columns of labels for each step, but a step has one label. For "
         "several, fit one classifier for each column."),
        ([[0, 1, 0], ["a", "b"]], "All labels must be of one type, but y[0] has dtype "
                                  "int64 and y[1] has <U1."),
        ([[0, 1, 0], [np.inf, 1]],
         "y contains infinity: sequence 1, step 0 (counted from 0). NaN marks a step "
         "without a label."),
        ([[-1, -1, -1], [-1, -1]], "y has no label: " + MARKS),
        ([[None] * 3, [np.nan] * 2], "y has no label: " + MARKS),
    ],
)  # fmt: skip
def test_labels_that_do_not_fit(y, message):
    raises(message, check_step_labels, y, RAGGED)


def test_labels_that_are_numbers_of_a_scale():
    with pytest.raises(ValueError, match="Unknown label type: continuous"):
        check_step_labels([[0.5, 1, 0], [1, 0]], RAGGED)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([["a"] * 3, ["b"] * 2], "y has dtype <U1, but a regressor needs real numbers "
                                 "as targets. For labels, use a classifier."),
        ([np.zeros((3, 2)), np.zeros((2, 1))],
         "All steps must have as many targets, but y[0] has shape (3, 2) and y[1] has "
         "shape (2, 1)."),
        ([np.zeros((3, 2)), np.full((2, 2), np.inf)],
         "y contains infinity: sequence 1, step 0 (counted from 0). NaN marks a step "
         "without a target."),
        (np.full((2, 3), np.nan), None),
        ([[np.nan] * 3, [np.nan] * 2],
         "y has no target: every step has NaN, which marks it as without one."),
        ([[1, {}, 2], [1, 2]], None),
    ],
)  # fmt: skip
def test_targets_that_do_not_fit(y, message):
    if message:
        raises(message, check_step_targets, y, RAGGED)
    else:
        with pytest.raises((TypeError, ValueError), match="y"):
            check_step_targets(y, RAGGED)


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        ([[1, 2, 3], [1]], "Sequence 1 of X has 2 steps, but sample_weight[1] has 1 "
                           "weights: there must be one for each step."),
        ([[1, 2, 3], [1, -2]], "sample_weight[1][1] is -2.0; weights must not be "
                               "negative. Use 0 to leave a step out."),
        ([[1, np.nan, 3], [1, 2]], "sample_weight[0][1] is nan; it must be finite."),
        ([[0] * 3, [0] * 2], "All weights in sample_weight are zero: no step is left "
                             "to learn from."),
        ([1, -1], "sample_weight[1] is -1.0; weights must not be negative. Use 0 to "
                  "leave a sequence out."),
        ([1, 2, 3], "sample_weight must have one number for each of the 2 sequences, "
                    "got shape (3,)."),
        ([np.ones((3, 2)), np.ones((2, 2))],
         "sample_weight must have one number for each sequence, or one for each step, "
         "but has 2 for each step."),
    ],
)  # fmt: skip
def test_weights_that_do_not_fit(weight, message):
    raises(message, check_step_weights, weight, RAGGED)


@pytest.mark.parametrize("weight", [None, 2.0, [1, 2], np.array([1, 2])])
def test_weights_of_sequences(weight):
    expected = {None: [1, 1], 2.0: [2, 2]}.get(None if weight is None else 2.0)
    expected = [1, 2] if np.ndim(weight) else expected
    found = check_step_weights(weight, RAGGED)
    np.testing.assert_array_equal(found, np.repeat(expected, [3, 2]))


@pytest.mark.parametrize(
    "values",
    [
        np.arange(6).reshape(2, 3),
        np.arange(6).reshape(2, 3, 1),
        pd.DataFrame(np.arange(6).reshape(2, 3)),
        [[0, 1, 2], [3, 4, 5]],
        ([0, 1, 2], (3, 4, 5)),
        [pd.Series([0, 1, 2]), np.array([[3], [4], [5]])],
        pd.Series([[0, 1, 2], [3, 4, 5]]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_in_any_container(values):
    found = read_steps(values, BLOCK, "y", "label")
    np.testing.assert_array_equal(found.values, np.arange(6))
    np.testing.assert_array_equal(found.starts, [0, 3, 6])
    assert [found.place(at) for at in (0, 2, 3, 5)] == [(0, 0), (0, 2), (1, 0), (1, 2)]


def test_marks_of_steps_without_a_label():
    for y, expected in (
        ([[0, -1, 2], [1, 0]], [1, 0, 1, 1, 1]),
        ([[0.0, np.nan, -1.0], [1, 0]], [1, 0, 0, 1, 1]),
        ([["a", None, "b"], ["a", np.nan]], [1, 0, 1, 1, 0]),
        ([[True, False, True], [True, True]], [1, 1, 1, 1, 1]),
        ([["a", "-1", "b"], ["a", "b"]], [1, 1, 1, 1, 1]),
        ([np.array([1, -1, 2], object), [1, 2]], [1, 0, 1, 1, 1]),
        ([np.uint8([255, 0, 1]), np.uint8([0, 1])], [1, 1, 1, 1, 1]),
    ):
        _, has_label = check_step_labels(y, RAGGED)
        np.testing.assert_array_equal(has_label, np.array(expected, bool))
