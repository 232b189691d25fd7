"""Labels and classes, and the messages for those that are not valid.

The texts name LSTMClassifier; all kinds are held to them.
"""

import re

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.exceptions import DataConversionWarning

from skrnn import RNNClassifier
from tests.messages import BLOCK, LAYOUTS, N, Y, failure, text_for

WITHOUT_LABEL = (
    "y contains %s: label 1 (counted from 0). Leave sequences without a label out of X "
    "and y."
)
BAD_Y = {
    "None": (
        None,
        "fit requires y to be passed, but the target y is None: give one label for "
        "each sequence.",
    ),
    "too short": (
        Y[:5],
        "X has 8 sequences, but y has 5 labels: there must be one for each sequence.",
    ),
    "too long": (
        [0, 1] * 5,
        "X has 8 sequences, but y has 10 labels: there must be one for each sequence.",
    ),
    "NaN": (np.where(Y, np.nan, 1.0), WITHOUT_LABEL % "NaN"),
    "infinity": (np.where(Y, np.inf, 1.0), WITHOUT_LABEL % "infinity"),
    "NaN object": (np.array(["a", np.nan] * 4, object), WITHOUT_LABEL % "NaN"),
    "None object": (np.array(["a", None] * 4, object), WITHOUT_LABEL % "None"),
    "mixed": (
        np.array(["a", 1] * 4, object),
        "Labels must be of one type, but y has int and str.",
    ),
    "one class": (
        ["a"] * N,
        "LSTMClassifier needs at least two classes, but y has one class with weight: "
        "['a'].",
    ),
    "lists": (
        [[0], [0, 1]] * 4,
        "y has rows of different length. Give one label for each sequence, or an "
        "indicator matrix, such as sklearn.preprocessing.MultiLabelBinarizer() makes "
        "of lists of labels. For a label at each step, use LSTMStepClassifier or "
        "another of its kind.",
    ),
}


@pytest.mark.parametrize("case", BAD_Y)
@pytest.mark.parametrize("X", LAYOUTS.values(), ids=LAYOUTS)
def test_labels(small, X, case):
    y, text = BAD_Y[case]
    clf = small()
    assert failure(ValueError, clf.fit, X, y) == text_for(clf, text)


@pytest.mark.parametrize("case", ["too short", "too long", "NaN"])
def test_labels_in_partial_fit(small, case):
    y, text = BAD_Y[case]
    clf = small().fit(BLOCK, Y)
    assert failure(ValueError, clf.partial_fit, BLOCK, y) == text


@pytest.mark.parametrize(
    ("y", "error", "pattern"),
    [
        (np.ones((N, 2, 1)), ValueError, "Found array with dim 3"),
        (np.ones((N, 0)), ValueError, r"Found array with 0 feature\(s\)"),
        (0, ValueError, r"y should be a 1d array, got an array of shape \(\)"),
        (Y + 0.3, ValueError, "Unknown label type: continuous"),
        (sparse.csr_array(Y[:, None]), TypeError, "Sparse data was passed for y"),
    ],
    ids=["3-D", "no columns", "scalar", "continuous", "sparse column"],
)
def test_labels_in_the_words_of_sklearn(small, y, error, pattern):
    assert re.match(pattern, failure(error, small().fit, BLOCK, y))


def test_labels_in_a_column_are_taken_with_a_warning(small):
    with pytest.warns(DataConversionWarning, match="A column-vector y was passed"):
        clf = small().fit(BLOCK, Y[:, np.newaxis])
    np.testing.assert_array_equal(clf.weights_, small().fit(BLOCK, Y).weights_)


@pytest.mark.parametrize(
    ("parameters", "classes", "text"),
    [
        (
            {},
            None,
            "classes must be passed on the first call to partial_fit: all labels that "
            "will ever come.",
        ),
        (
            {},
            [0, 2],
            "y has labels [1], which are not among the classes [0, 2] that "
            "LSTMClassifier was told of. Announce all classes in the first call, or "
            "fit a new model.",
        ),
        (
            {},
            ["0", "1"],
            "y has labels [0, 1], which are not among the classes ['0', '1'] that "
            "LSTMClassifier was told of. Announce all classes in the first call, or "
            "fit a new model.",
        ),
        (
            {},
            [0],
            "LSTMClassifier needs at least two classes, but classes has one: [0].",
        ),
        (
            {"class_weight": "balanced"},
            [0, 1],
            "class_weight='balanced' needs all labels at once and cannot be used with "
            "partial_fit. Pass a dict, or sample_weight.",
        ),
    ],
    ids=["none", "unknown", "of another type", "one", "balanced"],
)
def test_first_partial_fit(small, parameters, classes, text):
    clf = small(**parameters)
    said = failure(ValueError, clf.partial_fit, BLOCK, Y, classes=classes)
    assert said == text_for(clf, text)


def test_later_partial_fit(small):
    clf = small().partial_fit(BLOCK, Y, classes=[0, 1])
    assert failure(ValueError, clf.partial_fit, BLOCK, Y + 1) == text_for(
        clf,
        "y has labels [2], which are not among the classes [0, 1] that LSTMClassifier "
        "was told of. Announce all classes in the first call, or fit a new model.",
    )
    assert failure(ValueError, clf.partial_fit, BLOCK, Y, [0, 1, 2]) == text_for(
        clf,
        "classes=[0, 1, 2] differs from those of the earlier fit, [0, 1]. Make a new "
        "LSTMClassifier for them.",
    )
    clf.partial_fit(BLOCK, Y, classes=[1, 0])
    clf.partial_fit(BLOCK, np.zeros(N, int))


def test_warm_start_with_new_labels(small):
    clf = small(warm_start=True).fit(BLOCK, Y)
    assert failure(ValueError, clf.fit, BLOCK, Y + 1) == text_for(
        clf,
        "y has labels [2], which are not among the classes [0, 1] that LSTMClassifier "
        "was told of. Announce all classes in the first call, or fit a new model.",
    )


# Classes that are announced


def network():
    return RNNClassifier(hidden_size=2, max_iter=2, random_state=0)


NONE = "classes[1] is {}, which stands for no label. Leave it out."
SHAPE = "classes must be a flat list of all labels that will ever come, got shape {}."
CLASSES = {
    "None": ([0, None], NONE.format(None)),
    "NaN": ([0, np.nan, 1], NONE.format("nan")),
    "NA": ([0, pd.NA], NONE.format("<NA>")),
    "NaT": (["a", pd.NaT], NONE.format("NaT")),
    "a masked one": (
        np.ma.array([0, 1, 2], mask=[False, False, True]),
        "classes is a masked array, and its mask hides 1 value(s), the first at index "
        "(2,). Masks are not read. Leave out of X, and of all that comes with it, what "
        "has no value.",
    ),
    "nested": ([[0, 1]], SHAPE.format((1, 2))),
    "nested, of objects": (np.array([[0, "a"]], object), SHAPE.format((1, 2))),
    "ragged": (
        [[0, 1], [2]],
        "classes must be a flat list, but some of its items are lists.",
    ),
    "their number": (2, SHAPE.format(())),
    "text": ("ab", SHAPE.format(())),
    "dict": ({0: "a", 1: "b"}, SHAPE.format(())),
    "of two types": (
        np.array([0, "a"], object),
        "Classes must be of one type, but classes has int and str.",
    ),
    "of no order": (
        np.array([{}, {}], object),
        "Classes must be numbers or texts, but classes has dict.",
    ),
    "none": (
        [],
        "RNNClassifier needs at least two classes, but classes has none: [].",
    ),
    "one": ([1], "RNNClassifier needs at least two classes, but classes has one: [1]."),
    "texts for numbers": (
        ["0", "1"],
        "y has labels [0, 1], which are not among the classes ['0', '1'] that "
        "RNNClassifier was told of. Announce all classes in the first call, or fit a "
        "new model.",
    ),
}


@pytest.mark.parametrize(("classes", "text"), CLASSES.values(), ids=CLASSES)
def test_classes_that_are_none(classes, text):
    partial_fit = network().partial_fit
    assert failure(ValueError, partial_fit, BLOCK, Y, classes=classes) == text


@pytest.mark.parametrize(
    "classes",
    [
        (2, 1, 0),
        {0, 1, 2},
        np.array([2, 0, 1, 1]),
        [0.0, 1.0, 2.0],
        np.array([0, 1, 2], object),
        pd.Series([0, 1, 2]),
        pd.Index([2, 1, 0]),
        pd.array([0, 1, 2], dtype="Int64"),
        pd.Categorical([0, 1, 2]),
        range(3),
    ],
    ids=lambda classes: type(classes).__name__,
)
def test_classes_of_any_kind(classes):
    model = network().partial_fit(BLOCK, Y, classes=classes)
    assert model.classes_.tolist() == [0, 1, 2]
    expected = network().partial_fit(BLOCK, Y, classes=[0, 1, 2])
    assert np.array_equal(model.weights_, expected.weights_)
    model.partial_fit(BLOCK, Y, classes=classes)


@pytest.mark.parametrize("kind", [str, object])
def test_texts_as_classes(kind):
    y = np.array(["down", "up"])[Y]
    model = network().partial_fit(BLOCK, y, classes=np.array(["up", "down"], kind))
    assert model.classes_.tolist() == ["down", "up"]
    assert set(model.predict(BLOCK)) <= {"down", "up"}
