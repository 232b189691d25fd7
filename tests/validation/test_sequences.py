"""Sequences that cannot be read, and what is said of them.

The texts speak of LSTMClassifier; all kinds are held to them.
"""

import re
from functools import partial

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from skrnn.validation.advice import FLOATS, LONG, MASKED, TEXT, TIMES
from tests.messages import (
    BLOCK,
    FRAME,
    LAYOUTS,
    RAGGED,
    TABLE,
    N,
    Y,
    as_objects,
    as_type,
    failure,
    first_call,
    text_for,
    with_item,
    with_value,
)

NO_LAYOUT = (
    "LSTMClassifier expected a 3-D array (sequences, steps, features), a list of "
    "(steps, features) arrays or a table, one row a sequence; got an array of shape "
    "%s. Reshape your data: X.reshape(-1, steps, features) makes sequences of it, "
    "X.reshape(1, -1) a single row."
)
NO_SEQUENCES = "X has no sequences; LSTMClassifier needs at least one."
ONE_DIMENSION = (
    "Expected a list of (steps, features) arrays, but the sequences in X are 1-D and "
    "of different length. LSTMClassifier wants (steps, features) arrays: pass "
    "[np.reshape(x, (-1, 1)) for x in X] if each step is one number."
)
ONE_ELEMENT = (
    "Expected a list of (steps, features) arrays, but sequence %s of X has shape %s. "
    "Reshape it to (steps, features): with one number a step that is x.reshape(-1, 1)."
)
NO_NUMBERS = " has dtype %s, but LSTMClassifier needs numbers. "
IS_COMPLEX = " has dtype complex128. Pass real and imaginary parts as two features."
UNEVEN_LENGTHS = [np.ones(2 + i % 2) for i in range(N)]
OBJECTS_OF_ONE_DIMENSION = np.empty(N, object)
OBJECTS_OF_ONE_DIMENSION[:] = UNEVEN_LENGTHS

# id: (layout of the model at predict, X, type of the error, text)
BAD_X = {
    "0-D": ("block", np.float64(3.0), ValueError, NO_LAYOUT % "()"),
    "1-D": ("block", np.ones(N), ValueError, NO_LAYOUT % "(8,)"),
    "1-D list": ("ragged", [1.0] * N, ValueError, NO_LAYOUT % "(8,)"),
    "1-D for table": ("table", np.ones(N), ValueError, NO_LAYOUT % "(8,)"),
    "4-D": ("block", BLOCK[..., None], ValueError, NO_LAYOUT % "(8, 3, 2, 1)"),
    "None": (
        "block",
        None,
        ValueError,
        "LSTMClassifier expected a 3-D array (sequences, steps, features), a list of "
        "(steps, features) arrays or a table, one row a sequence; got NoneType.",
    ),
    "generator": (
        "ragged",
        (x for x in RAGGED),
        ValueError,
        "LSTMClassifier expected a 3-D array (sequences, steps, features), a list of "
        "(steps, features) arrays or a table, one row a sequence; got generator. Pass "
        "list(X).",
    ),
    "empty block": (
        "block",
        BLOCK[:0],
        ValueError,
        "X has no sequences (shape (0, 3, 2)); LSTMClassifier needs at least one.",
    ),
    "empty list": ("ragged", [], ValueError, NO_SEQUENCES),
    "empty objects": ("ragged", np.empty(0, object), ValueError, NO_SEQUENCES),
    "no steps": (
        "block",
        BLOCK[:, :0],
        ValueError,
        "The sequences in X have no steps (shape (8, 0, 2)); LSTMClassifier needs at "
        "least one.",
    ),
    "one without steps": (
        "ragged",
        with_item(RAGGED, 5, np.empty((0, 2))),
        ValueError,
        "Sequence 5 of X has no steps (shape (0, 2)); LSTMClassifier needs at least "
        "one. Leave empty sequences out.",
    ),
    "no features": (
        "block",
        BLOCK[:, :, :0],
        ValueError,
        "The steps in X have 0 feature(s) (shape=(8, 3, 0)) while a minimum of 1 is "
        "required by LSTMClassifier.",
    ),
    "ragged, no features": (
        "ragged",
        [x[:, :0] for x in RAGGED],
        ValueError,
        "Sequence 0 of X has 0 feature(s) (shape=(2, 0)) while a minimum of 1 is "
        "required by LSTMClassifier.",
    ),
    "features differ": (
        "ragged",
        with_item(RAGGED, 3, np.ones((4, 5))),
        ValueError,
        "All sequences must have the same features, but sequence 0 of X has 2 and "
        "sequence 3 has 5: expected shape (steps, 2), got (4, 5).",
    ),
    "swapped axes differ": (
        "ragged",
        [x.T for x in RAGGED],
        ValueError,
        "All sequences must have the same features, but sequence 0 of X has 2 and "
        "sequence 1 has 3: expected shape (steps, 2), got (2, 3). All have 2 rows: if "
        "those are the features, the axes are swapped; pass [x.T for x in X].",
    ),
    "1-D sequences": ("ragged", UNEVEN_LENGTHS, ValueError, ONE_DIMENSION),
    "1-D lists": ("ragged", [[1.0], [1.0, 2.0]] * 4, ValueError, ONE_DIMENSION),
    "1-D objects": ("ragged", OBJECTS_OF_ONE_DIMENSION, ValueError, ONE_DIMENSION),
    "one is 1-D": (
        "ragged",
        with_item(RAGGED, 3, np.ones(3)),
        ValueError,
        ONE_ELEMENT % (3, "(3,)"),
    ),
    "the first is 1-D": (
        "ragged",
        with_item(RAGGED, 0, np.ones(3)),
        ValueError,
        ONE_ELEMENT % (0, "(3,)"),
    ),
    "one is 3-D": (
        "ragged",
        with_item(RAGGED, 3, np.ones((1, 3, 2))),
        ValueError,
        ONE_ELEMENT % (3, "(1, 3, 2)"),
    ),
    "one is None": (
        "ragged",
        with_item(RAGGED, 3, None),
        ValueError,
        ONE_ELEMENT % (3, "()"),
    ),
    "the first is None": (
        "ragged",
        with_item(RAGGED, 0, None),
        ValueError,
        ONE_ELEMENT % (0, "()"),
    ),
    "one is ragged itself": (
        "ragged",
        with_item(RAGGED, 3, [[1.0, 2.0], [1.0]]),
        ValueError,
        "Expected a list of (steps, features) arrays, but the steps of sequence 3 of X "
        "have different numbers of features.",
    ),
    **{
        f"{kind}, {layout}": (layout, as_type(X, dtype), ValueError, text)
        for layout, X, what in [
            ("block", BLOCK, "X"),
            ("ragged", RAGGED, "Sequence 0 of X"),
            ("table", TABLE, "X"),
        ]
        for kind, dtype, text in [
            ("strings", "U5", what + NO_NUMBERS % "<U5" + TEXT),
            ("bytes", "S5", what + NO_NUMBERS % "|S5" + TEXT),
            ("dates", "M8[s]", what + NO_NUMBERS % "datetime64[s]" + TIMES),
            ("durations", "m8[s]", what + NO_NUMBERS % "timedelta64[s]" + TIMES),
            (
                "complex",
                complex,
                f"Complex data not supported: {what}{IS_COMPLEX}",
            ),
        ]
    },
    **{
        f"{kind}, {layout}": (
            layout,
            as_objects(X, value),
            error,
            f"{what} has dtype object and cannot be read as numbers: {reason}. "
            f"{TEXT if value == 'abc' else FLOATS}",
        )
        for layout, X, what in [
            ("block", BLOCK, "X"),
            ("ragged", RAGGED, "Sequence 0 of X"),
            ("table", TABLE, "X"),
        ]
        for kind, value, error, reason in [
            (
                "string object",
                "abc",
                ValueError,
                "could not convert string to float: 'abc'",
            ),
            (
                "dict object",
                {},
                TypeError,
                "float() argument must be a string or a real number, not 'dict'",
            ),
        ]
    },
    "dates, frame": (
        "table",
        FRAME.astype({"c": "datetime64[s]"}),
        ValueError,
        "Column 'c' of X" + NO_NUMBERS % "datetime64[s]" + TIMES,
    ),
    "only dates, frame": (
        "table",
        FRAME.astype("datetime64[s]"),
        ValueError,
        "Column 'a' of X" + NO_NUMBERS % "datetime64[s]" + TIMES,
    ),
    "words, frame": (
        "table",
        FRAME.assign(c="abc").astype({"c": object}),
        ValueError,
        "Column 'c' of X has dtype object and cannot be read as numbers: could not "
        f"convert string to float: 'abc'. {TEXT} {LONG}",
    ),
}


@pytest.mark.parametrize("method", ["fit", "partial_fit", "predict"])
@pytest.mark.parametrize("case", BAD_X)
def test_sequences(any_small, case, method):
    layout, X, error, text = BAD_X[case]
    estimator = any_small()
    if method == "predict":
        fitted_on = FRAME if isinstance(X, pd.DataFrame) else LAYOUTS[layout]
        said = failure(error, estimator.fit(fitted_on, Y).predict, X)
    else:
        said = failure(error, first_call(estimator, method), X, Y)
    assert said == text_for(estimator, text)


@pytest.mark.parametrize(
    ("X", "error", "pattern"),
    [
        (TABLE[:0], ValueError, r"Found array with 0 sample\(s\) \(shape=\(0, 6\)\)"),
        (
            TABLE[:, :0],
            ValueError,
            r"0 feature\(s\) \(shape=\(8, 0\)\) while a minimum",
        ),
        (FRAME.astype(complex), ValueError, "Complex data not supported"),
        (sparse.csr_array(TABLE), TypeError, "[Ss]parse data was passed"),
    ],
    ids=["empty", "no columns", "complex frame", "sparse"],
)
def test_tables_in_the_words_of_sklearn(any_small, X, error, pattern):
    assert re.search(pattern, failure(error, any_small().fit, X, Y))
    fitted_on = FRAME if isinstance(X, pd.DataFrame) else TABLE
    estimator = any_small().fit(fitted_on, Y)
    assert re.search(pattern, failure(error, estimator.predict, X))


@pytest.mark.parametrize("method", ["fit", "partial_fit", "predict"])
@pytest.mark.parametrize("X", [BLOCK, RAGGED, TABLE, FRAME], ids=[*LAYOUTS, "frame"])
@pytest.mark.parametrize(
    ("value", "what"), [(np.nan, "NaN"), (np.inf, "infinity"), (-np.inf, "infinity")]
)
def test_first_value_that_is_not_finite(any_small, X, value, what, method):
    estimator = any_small(features_per_step=2 if X is TABLE or X is FRAME else 1)
    bad = with_value(with_value(X, 5, 1, 1, value), 6, 0, 0, np.nan)
    advice = {
        "NaN": "takes no value for padding: cut sequences that were padded to their "
        "own length with skrnn.preprocessing.ragged_from_padded. Where values are "
        "missing, let the network read the gaps with missing_values='forward_fill', or "
        "fill them in a pipeline with PerStepTransformer(SimpleImputer()).",
        "infinity": "needs finite numbers: bound such values, or make them NaN and let "
        "the network read the gaps with missing_values='forward_fill', or fill them in "
        "a pipeline with PerStepTransformer(SimpleImputer()).",
    }
    if method == "predict":
        call = estimator.fit(X, Y).predict
    else:
        call = partial(first_call(estimator, method), y=Y)
    assert failure(ValueError, call, bad) == text_for(
        estimator,
        f"X contains {what}: sequence 5, step 1, feature 1 (counted from 0). "
        f"LSTMClassifier {advice[what]}",
    )


def test_mask_does_not_hide_what_is_not_finite(any_small):
    estimator = any_small()
    masked = np.ma.masked_invalid(with_value(BLOCK, 5, 1, 1, np.nan))
    assert failure(ValueError, estimator.fit, masked, Y) == text_for(
        estimator,
        "X is a masked array, and its mask hides 1 value(s), the first at index (5, 1, "
        f"1). Masks are not read. {MASKED}",
    )


@pytest.mark.parametrize("X", LAYOUTS.values(), ids=LAYOUTS)
def test_objects_and_words_that_are_numbers_are_read(any_small, X):
    expected = any_small().fit(X, Y).pooled_states(X)
    estimator = any_small().fit(as_type(X, object), Y)
    np.testing.assert_array_equal(estimator.pooled_states(X), expected)
    read = as_objects(X, str((X[0] if X is RAGGED else X).flat[1]))
    np.testing.assert_array_equal(estimator.pooled_states(read), expected)
