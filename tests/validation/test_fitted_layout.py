"""Sequences held against those of the fit.

The texts speak of LSTMClassifier; all kinds are held to them.
"""

from functools import partial

import numpy as np
import pytest

from tests.messages import (
    BLOCK,
    LAYOUTS,
    RAGGED,
    TABLE,
    N,
    Y,
    failure,
    methods_of,
    text_for,
)


@pytest.mark.parametrize(
    ("fitted", "came", "text"),
    [
        (
            "block",
            "ragged",
            "LSTMClassifier was fitted on a 3-D array (sequences, steps, features), "
            "but X is a list of (steps, features) arrays. Pass np.stack(X), or fit on "
            "a list.",
        ),
        (
            "block",
            "table",
            "LSTMClassifier was fitted on a 3-D array (sequences, steps, features), "
            "but X is a table, one row a sequence. Pass X.reshape(n, steps, features), "
            "or X[np.newaxis] if X is one sequence.",
        ),
        (
            "ragged",
            "block",
            "LSTMClassifier was fitted on a list of (steps, features) arrays, but X is "
            "a 3-D array (sequences, steps, features). Pass list(X).",
        ),
        (
            "ragged",
            "table",
            "LSTMClassifier was fitted on a list of (steps, features) arrays, but X is "
            "a table, one row a sequence. Pass a list of arrays, or [X] if X is one "
            "sequence.",
        ),
        (
            "table",
            "block",
            "LSTMClassifier was fitted on a table, one row a sequence, but X is a 3-D "
            "array (sequences, steps, features). Pass X.reshape(len(X), -1), or fit on "
            "a 3-D array.",
        ),
        (
            "table",
            "ragged",
            "LSTMClassifier was fitted on a table, one row a sequence, but X is a list "
            "of (steps, features) arrays. Pass an array with one row a sequence, or "
            "fit on a list.",
        ),
    ],
)
def test_another_layout(any_small, fitted, came, text):
    estimator = any_small().fit(LAYOUTS[fitted], Y)
    for call in (*methods_of(estimator), partial(estimator.partial_fit, y=Y)):
        assert failure(ValueError, call, LAYOUTS[came]) == text_for(estimator, text)


@pytest.mark.parametrize(
    ("fitted", "X", "text"),
    [
        (
            BLOCK,
            np.ones((N, 3, 5)),
            "X has 5 features, but LSTMClassifier is expecting 2 features as input: "
            "sequences must have shape (steps, 2), got (3, 5).",
        ),
        (
            BLOCK,
            BLOCK.transpose(0, 2, 1),
            "X has 3 features, but LSTMClassifier is expecting 2 features as input: "
            "sequences must have shape (steps, 2), got (2, 3). The axes look swapped: "
            "pass X.transpose(0, 2, 1).",
        ),
        (
            RAGGED,
            [np.ones((3 + i, 5)) for i in range(N)],
            "X has 5 features, but LSTMClassifier is expecting 2 features as input: "
            "sequences must have shape (steps, 2), got (3, 5).",
        ),
        (
            RAGGED,
            [np.ones((2, 3))] * N,
            "X has 3 features, but LSTMClassifier is expecting 2 features as input: "
            "sequences must have shape (steps, 2), got (2, 3). The axes look swapped: "
            "pass [x.T for x in X].",
        ),
        (
            TABLE,
            TABLE[:, :4],
            "X has 4 features, but LSTMClassifier is expecting 6 features as input.",
        ),
    ],
    ids=["block", "swapped block", "ragged", "swapped ragged", "table"],
)
def test_other_features_than_fitted(any_small, fitted, X, text):
    estimator = any_small().fit(fitted, Y)
    for call in (*methods_of(estimator), partial(estimator.partial_fit, y=Y)):
        assert failure(ValueError, call, X) == text_for(estimator, text)


@pytest.mark.parametrize(
    ("X", "text"),
    [
        (
            TABLE,
            "X has 6 columns, which is not a multiple of features_per_step=4: a row "
            "must be made of whole steps.",
        ),
        (
            BLOCK,
            "features_per_step=4 is for tables, but X is a 3-D array (sequences, "
            "steps, features) with 2 features a step. Leave it at 1.",
        ),
        (
            RAGGED,
            "features_per_step=4 is for tables, but X is a list of (steps, features) "
            "arrays with 2 features a step. Leave it at 1.",
        ),
    ],
    ids=["table", "block", "ragged"],
)
def test_features_per_step(any_small, X, text):
    assert failure(ValueError, any_small(features_per_step=4).fit, X, Y) == text
