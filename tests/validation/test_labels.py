"""Labels, and what is said of those that are not right.

The texts speak of LSTMClassifier; all kinds are held to them.
"""

import re

import numpy as np
import pytest
from scipy import sparse
from sklearn.exceptions import DataConversionWarning

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
        "of lists of labels.",
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
