"""Weights of sequences and of classes, and what is said of them.

The texts speak of LSTMClassifier; all kinds are held to them.
"""

import re

import numpy as np
import pytest

from tests.messages import BLOCK, N, Y, failure, first_call, text_for, with_item

BAD_WEIGHTS = {
    "negative": (
        with_item([1.0] * N, 3, -1.0),
        "sample_weight[3] is -1.0; weights must not be negative. Use 0 to leave a "
        "sequence out.",
    ),
    "NaN": (
        with_item([1.0] * N, 3, np.nan),
        "sample_weight[3] is nan; it must be finite.",
    ),
    "infinite": (
        with_item([1.0] * N, 3, np.inf),
        "sample_weight[3] is inf; it must be finite.",
    ),
    "too short": (
        [1.0] * 5,
        "sample_weight must have one number for each of the 8 sequences, got shape "
        "(5,).",
    ),
    "2-D": (
        np.ones((N, 1)),
        "sample_weight must have one number for each of the 8 sequences, got shape "
        "(8, 1).",
    ),
    "all zero": (
        [0.0] * N,
        "All weights in sample_weight are zero: no sequence is left to learn from.",
    ),
    "strings": (["1"] * N, "sample_weight must be numbers, got <U1."),
    "string": ("balanced", "sample_weight must be numbers, got <U8."),
    "complex": ([1j] * N, "sample_weight must be numbers, got complex128."),
    "string objects": (
        np.array(["a"] * N, object),
        "sample_weight must be numbers, got object: could not convert string to "
        "float: 'a'.",
    ),
    "huge": (
        [1e308] * N,
        "The weights in sample_weight add up to more than a float can hold. Only "
        "their ratios matter: divide them by the largest.",
    ),
}


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize("case", BAD_WEIGHTS)
def test_sample_weight(any_small, case, method):
    weights, text = BAD_WEIGHTS[case]
    call = first_call(any_small(), method)
    assert failure(ValueError, call, BLOCK, Y, sample_weight=weights) == text


def test_sample_weight_that_leaves_one_class(small):
    clf = small()
    assert failure(ValueError, clf.fit, BLOCK, Y, 1.0 - Y) == text_for(
        clf,
        "LSTMClassifier needs at least two classes, but y has one class with weight: "
        "[0].",
    )
    clf.partial_fit(BLOCK, Y, [0, 1], 1.0 - Y)  # a batch need not have every class


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf, "a"])
def test_class_weight(small, bad, method):
    clf = small(class_weight={0: bad, 1: 1.0})
    args = (Y,) if method == "fit" else (Y, [0, 1])
    assert failure(ValueError, getattr(clf, method), BLOCK, *args) == (
        f"class_weight[0] is {bad!r}; it must be a finite number and not negative."
    )


def test_class_weight_that_leaves_nothing(small):
    assert failure(ValueError, small(class_weight={0: 0, 1: 0}).fit, BLOCK, Y) == (
        "class_weight gives every sequence a weight of zero: no sequence is left to "
        "learn from."
    )


def test_class_weight_for_a_class_that_is_not_there(small):
    said = failure(ValueError, small(class_weight={0: 1, 5: 1}).fit, BLOCK, Y)
    assert re.search(r"The classes, \[1\], are not in class_weight", said)
