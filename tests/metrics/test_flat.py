"""Flat labels and predictions: every form of them, and what has no label."""

from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import pytest
from matplotlib import pyplot
from numpy.testing import assert_array_equal
from sklearn.metrics import (
    ConfusionMatrixDisplay,
    accuracy_score,
    classification_report,
    confusion_matrix,
    log_loss,
    mean_squared_error,
)

from skrnn.metrics import (
    flatten_steps,
    step_classification_report,
    step_confusion_matrix,
)
from tests.metrics.problems import random_labels


def objects(items):
    """Make a 1-D array of objects."""
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array


FORMS = {
    "list of arrays": list,
    "list of lists": lambda y: [item.tolist() for item in y],
    "tuple": tuple,
    "objects": objects,
    "series": lambda y: [pd.Series(item, index=range(7, 7 + len(item))) for item in y],
    "categories": lambda y: [pd.Series(pd.Categorical(item)) for item in y],
    "series of arrays": lambda y: pd.Series(y, index=range(3, 3 + len(y))),
    "polars": lambda y: [pl.Series(item) for item in y],
}
KINDS = {
    "int": lambda y: y,
    "small": lambda y: y.astype(np.uint8),
    "float": lambda y: y.astype(float),
    "bool": lambda y: y > 0,
    "text": lambda y: np.array(["a", "b", "cc"])[y],
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_made_flat(form, kind):
    y = [KINDS[kind](item) for item in random_labels(np.random.default_rng(0))]
    flat = flatten_steps(FORMS[form](y))
    assert_array_equal(flat, np.concatenate(y))
    kinds = "iu" if kind == "small" else y[0].dtype.kind  # lists have no small numbers
    assert flat.dtype.kind in kinds


@pytest.mark.parametrize("shape", [(1, 1), (3, 1), (1, 4), (3, 4)])
def test_arrays_and_tables(shape):
    y = np.arange(np.prod(shape)).reshape(shape)
    for form in (y, list(y), pd.DataFrame(y), pl.DataFrame(y), y.astype(object)):
        found = flatten_steps(form)
        assert_array_equal(found, y.ravel())
        assert found.dtype.kind == "i"
    texts = y.astype(str)
    for form in (texts, texts.astype(object), texts.tolist(), pd.DataFrame(texts)):
        assert flatten_steps(form).tolist() == texts.ravel().tolist()


UNLABELLED = {
    "minus one": np.array([0, 1, -1, 0]),
    "minus one, a float": np.array([0.0, 1, -1, 0]),
    "minus one among objects": np.array([0, 1, -1, 0], dtype=object),
    "NaN": np.array([0, 1, np.nan, 0]),
    "float32": np.array([0, 1, np.nan, 0], dtype=np.float32),
    "None": [0, 1, None, 0],
    "NaN among objects": np.array([0, 1, np.nan, 0], dtype=object),
    "nullable": pd.Series([0, 1, None, 0], dtype="Int64"),
    "of polars": pl.Series([0, 1, None, 0]),
}
NO_TEXT = {
    "None": ["b", "a", None, "b"],
    "NaN": ["b", "a", np.nan, "b"],
    "NA": ["b", "a", pd.NA, "b"],
    "objects": np.array(["b", "a", None, "b"], dtype=object),
    "series": pd.Series(["b", "a", None, "b"]),
    "strings": pd.Series(["b", "a", None, "b"], dtype="string"),
    "categories": pd.Series(pd.Categorical(["b", "a", None, "b"])),
    "of polars": pl.Series(["b", "a", None, "b"]),
}


@pytest.mark.parametrize("name", UNLABELLED)
def test_steps_without_a_label_are_left_out(name):
    y_pred = [np.array([0, 0, 1]), np.array([5, 6, 7, 8])]
    for first in ([1, 1, 0], np.array([1, 1, 0]), [True, True, False]):
        labels, answers, weights = flatten_steps(
            [first, UNLABELLED[name]], y_pred, sample_weight=[2, 3]
        )
        assert labels.tolist() == [1, 1, 0, 0, 1, 0]
        assert labels.dtype.kind in "if"
        assert answers.tolist() == [0, 0, 1, 5, 6, 8]
        assert weights.tolist() == [2, 2, 2, 3, 3, 3]


@pytest.mark.parametrize("name", NO_TEXT)
def test_texts_that_are_missing(name):
    labels, answers = flatten_steps([["c"], NO_TEXT[name]], [["a"], list("wxyz")])
    assert labels.tolist() == ["c", "b", "a", "b"]
    assert answers.tolist() == ["a", "w", "x", "z"]
    assert labels.dtype.kind == answers.dtype.kind == "U"
    block = np.array([["a", None], ["b", "-1"], ["", np.nan]], dtype=object)
    assert flatten_steps(block).tolist() == ["a", "b", "-1", ""]


def test_truth_values_have_no_mark():
    assert flatten_steps([[True, False], [None, True]]).tolist() == [True, False, True]
    assert flatten_steps([np.array([True])], unlabelled=1).tolist() == [True]


def test_sequences_without_steps_or_labels_say_nothing():
    labels, answers = flatten_steps(
        [[], ["a"], [None, None]], [[], ["a"], ["b", "c"]], unlabelled=None
    )
    assert labels.tolist() == answers.tolist() == ["a"]
    assert labels.dtype.kind == "U"


@pytest.mark.parametrize("k", [1, 2])
def test_several_targets_a_step(k):
    rng = np.random.default_rng(0)
    y = [rng.normal(size=(n, k)) for n in (3, 1, 4)]
    y[2][1, k - 1] = np.nan
    answers = [item + 1 for item in y]
    answers[2][1] = 7
    true, found = flatten_steps(y, answers, unlabelled=None)
    assert true.shape == (7, k)
    assert mean_squared_error(true, found) == pytest.approx(1)
    block = np.array([y[0], y[2][[0, 2, 3]]])
    assert_array_equal(
        flatten_steps(block, unlabelled=None), block.reshape(-1, block.shape[2])
    )


def test_other_marks():
    y = [[0, -1, 255]]
    assert flatten_steps(y).tolist() == [0, 255]
    assert flatten_steps(y, unlabelled=255).tolist() == [0, -1]
    assert flatten_steps(y, unlabelled=None).tolist() == [0, -1, 255]
    assert flatten_steps([[0.5, -1.0, np.nan]], unlabelled=None).tolist() == [0.5, -1]
    fractions = [[Fraction(1, 2), Fraction(-1), None]]
    assert flatten_steps(fractions).tolist() == [Fraction(1, 2)]


def test_probabilities():
    proba = [np.array([[0.8, 0.2], [0.4, 0.6]]), np.array([[0.1, 0.9]])]
    labels, flat = flatten_steps([[0, -1], [1]], proba)
    assert log_loss(labels, flat) == pytest.approx(-np.log([0.8, 0.9]).mean())
    labels, flat = flatten_steps([[0, 1]], np.array([proba[0]]))
    assert_array_equal(flat, proba[0])


@pytest.mark.parametrize("seed", range(3))
def test_weights_of_sequences_are_those_of_their_steps(seed):
    rng = np.random.default_rng(seed)
    y, answers = random_labels(rng), random_labels(rng)
    of_sequences = rng.uniform(size=len(y))
    of_steps = [np.full(len(item), w) for item, w in zip(y, of_sequences, strict=True)]
    of_frames = [pd.Series(item) for item in of_steps]
    given = (of_sequences, of_sequences.tolist(), of_steps, tuple(of_frames))
    for weights in (*given, objects(of_steps), pd.Series(of_sequences)):
        found = flatten_steps(y, answers, sample_weight=weights)
        assert_array_equal(found[2], np.concatenate(of_steps))
        assert_array_equal(
            step_confusion_matrix(y, answers, sample_weight=weights),
            confusion_matrix(*found[:2], sample_weight=found[2]),
        )
    assert flatten_steps(y, sample_weight=of_sequences)[1].shape == (17,)


def test_weights_of_unlabelled_steps_may_be_none():
    weights = [[1, np.nan], [2, 3]]
    assert flatten_steps([[0, -1], [1, 1]], sample_weight=weights)[1].tolist() == [
        *(1, 2, 3),
    ]


def test_nothing_is_changed():
    y = [np.array([0.0, np.nan]), np.array([-1.0])]
    kept = [item.copy() for item in y]
    flatten_steps(y, y)[0][:] = 9
    for before, after in zip(kept, y, strict=True):
        assert_array_equal(before, after)


# The two that scikit-learn has under other names


def test_confusion_matrix_and_report_are_those_of_flat_labels():
    rng = np.random.default_rng(3)
    y, answers = random_labels(rng), random_labels(rng)
    y[2][:3] = -1
    true, found = flatten_steps(y, answers)
    given = {"labels": [2, 0], "normalize": "true"}
    assert_array_equal(
        step_confusion_matrix(y, answers, **given),
        confusion_matrix(true, found, **given),
    )
    names = {"labels": [2, 0], "target_names": ["x", "y"], "digits": 3}
    more = {"zero_division": 0, "output_dict": True}
    for options in ({}, names, more):
        assert step_classification_report(
            y, answers, **options
        ) == classification_report(true, found, **options)


def test_a_display_takes_flat_labels():
    y, answers = [["a", "b"], ["b", None]], [["a", "a"], ["b", "b"]]
    display = ConfusionMatrixDisplay.from_predictions(*flatten_steps(y, answers))
    assert_array_equal(display.confusion_matrix, step_confusion_matrix(y, answers))
    pyplot.close("all")


def test_accuracy_by_hand():
    y, answers = [[0, 1, -1], [1]], [[0, 0, 1], [1]]
    assert accuracy_score(*flatten_steps(y, answers)) == pytest.approx(2 / 3)
    assert step_confusion_matrix([[1]], [[0]]).tolist() == [[0, 0], [1, 0]]
