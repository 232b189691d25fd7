"""Several labels a sequence: what is said of an indicator matrix.

The texts speak of LSTMClassifier; all kinds are held to them.
"""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from tests.messages import BLOCK, N, Y, failure, text_for

LABELS = np.c_[Y, 1 - Y, np.arange(N) // 4]
AT_ROW_1 = np.arange(LABELS.size).reshape(LABELS.shape) == 4  # column 1
NO_INDICATORS = (
    "y has shape (8, 3), and values other than 0 and 1. A classifier wants one label "
    "for each sequence, or an indicator matrix with a column of 0 and 1 for each "
    "label. For several classes a sequence, use "
    "sklearn.multioutput.MultiOutputClassifier. For a label at each step, use "
    "LSTMStepClassifier or another of its kind."
)
NOT_FINITE = (
    "y contains %s: label 1, column 1 (counted from 0). Leave sequences without a "
    "label out of X and y."
)
BAD_LABELS = {
    "three values": (LABELS + LABELS[:, [2]], NO_INDICATORS),
    "1 and 2": (LABELS + 1, NO_INDICATORS),
    "-1 and 1": (2 * LABELS - 1, NO_INDICATORS),
    "0 and 2": (2.0 * LABELS, NO_INDICATORS),
    "all 2": (np.full_like(LABELS, 2), NO_INDICATORS),
    "sparse 2": (sparse.csr_array(2 * LABELS), NO_INDICATORS),
    "halves": (LABELS / 2, NO_INDICATORS),
    "words": (LABELS.astype(str), NO_INDICATORS),
    "NaN": (np.where(AT_ROW_1, np.nan, LABELS), NOT_FINITE % "NaN"),
    "infinity": (np.where(AT_ROW_1, -np.inf, LABELS), NOT_FINITE % "infinity"),
    "sparse NaN": (
        sparse.csr_array(np.where(AT_ROW_1, np.nan, LABELS)),
        NOT_FINITE % "NaN",
    ),
    "None": (np.where(AT_ROW_1, None, LABELS), NOT_FINITE % "NaN"),
    "too short": (
        LABELS[:5],
        "X has 8 sequences, but y has 5 rows: there must be one for each sequence.",
    ),
}


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize("case", BAD_LABELS)
def test_indicator_matrix(small, case, method):
    y, text = BAD_LABELS[case]
    assert failure(ValueError, getattr(small(), method), BLOCK, y) == text


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize("class_weight", ["balanced", {0: 1, 1: 2}])
def test_class_weight_of_an_indicator_matrix(small, class_weight, method):
    if method == "partial_fit" and class_weight == "balanced":
        text = (
            "class_weight='balanced' needs all labels at once and cannot be used with "
            "partial_fit. Pass a dict, or sample_weight."
        )
    else:
        text = (
            "class_weight is for one label a sequence, but y is an indicator matrix. "
            "Set it to None, and weigh sequences with sample_weight."
        )
    clf = small(class_weight=class_weight)
    assert failure(ValueError, getattr(clf, method), BLOCK, LABELS) == text


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize(
    ("fitted", "y", "text"),
    [
        (
            LABELS,
            LABELS[:, :2],
            "y has 2 labels, one a column, but LSTMClassifier was fitted on 3. Give a "
            "column for each of them, or fit a new model.",
        ),
        (
            LABELS,
            np.c_[LABELS, Y],
            "y has 4 labels, one a column, but LSTMClassifier was fitted on 3. Give a "
            "column for each of them, or fit a new model.",
        ),
        (
            LABELS,
            Y,
            "LSTMClassifier was fitted on an indicator matrix of several labels, but y "
            "is one label a sequence. Fit a new model.",
        ),
        (
            Y,
            LABELS,
            "LSTMClassifier was fitted on one label a sequence, but y is an indicator "
            "matrix of several labels. Fit a new model.",
        ),
    ],
    ids=["fewer", "more", "one at last", "one at first"],
)
def test_going_on_with_other_labels(small, fitted, y, text, method):
    clf = small(warm_start=True).fit(BLOCK, fitted)
    assert failure(ValueError, getattr(clf, method), BLOCK, y) == text_for(clf, text)


@pytest.mark.parametrize("classes", [[0, 1], [1], ["a", "b", "c"], [0, 1, 2, 3]])
def test_classes_of_an_indicator_matrix(small, classes):
    clf = small()
    assert failure(ValueError, clf.partial_fit, BLOCK, LABELS, classes) == (
        "y has 3 labels, one a column, so that classes must be [0, 1, 2] or None; got "
        f"{classes}."
    )
    clf.partial_fit(BLOCK, LABELS, [2, 1, 0]).partial_fit(BLOCK, LABELS)


@pytest.mark.parametrize(
    "form",
    [
        np.ndarray.tolist,
        sparse.csr_array,
        pd.DataFrame,
        partial(np.asarray, dtype=bool),
        partial(np.asarray, dtype="float32"),
        partial(np.asarray, dtype=object),
    ],
    ids=["list", "sparse", "frame", "bool", "float", "object"],
)
def test_indicators_of_any_form_are_read(small, form):
    expected = small().fit(BLOCK, LABELS)
    clf = small().fit(BLOCK, form(LABELS))
    np.testing.assert_array_equal(clf.weights_, expected.weights_)
    np.testing.assert_array_equal(clf.predict(BLOCK), expected.predict(BLOCK))
