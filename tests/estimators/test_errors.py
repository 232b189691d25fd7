"""What users are told, word for word, and that a failure changes nothing.

The texts speak of LSTMClassifier or LSTMRegressor; all kinds are held to them.
"""

import re
import warnings
from functools import partial

import joblib
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import is_classifier
from sklearn.exceptions import (
    ConvergenceWarning,
    DataConversionWarning,
    NotFittedError,
)
from sklearn.preprocessing import StandardScaler

from skrnn import (
    GRUClassifier,
    LSTMClassifier,
    RecurrentFeatures,
    RNNClassifier,
    RNNRegressor,
    losses,
)
from skrnn.interop import load_torch_state, torch_state
from skrnn.validation.advice import FLOATS, LONG, MASKED, TEXT, TIMES

N = 8
Y = np.arange(N) % 2
BLOCK = np.random.default_rng(0).normal(size=(N, 3, 2))
RAGGED = [sequence[: 2 + i % 2] for i, sequence in enumerate(BLOCK)]
TABLE = BLOCK.reshape(N, -1)
FRAME = pd.DataFrame(TABLE, columns=list("abcdef"))
LAYOUTS = {"block": BLOCK, "ragged": RAGGED, "table": TABLE}


def failure(error, call, *args, **kwargs):
    """Give the message of the failure of a call, of exactly this type of error."""
    with pytest.raises(error) as caught:
        call(*args, **kwargs)
    assert type(caught.value) is error
    return str(caught.value)


def told(estimator, text):
    """Put the name of the estimator into a text."""
    return re.sub("LSTM(Classifier|Regressor)", type(estimator).__name__, text)


def first_call(estimator, way):
    """Give `fit`, or a first `partial_fit` that is told of the classes 0 and 1."""
    if way == "partial_fit" and is_classifier(estimator):
        return partial(estimator.partial_fit, classes=[0, 1])
    return getattr(estimator, way)


def methods_of(estimator):
    """Give the methods that want sequences, and nothing else."""
    return [
        getattr(estimator, name)
        for name in (
            "predict",
            "predict_proba",
            "predict_log_proba",
            "decision_function",
            "hidden_states",
            "pooled_states",
        )
        if hasattr(estimator, name)
    ]


def with_item(items, i, item):
    return [*items[:i], item, *items[i + 1 :]]


def with_value(X, i, step, feature, value):
    """Put one value into a copy of X: a block, a ragged list, or a table of pairs."""
    if isinstance(X, list):
        sequence = X[i].copy()
        sequence[step, feature] = value
        return with_item(X, i, sequence)
    changed = np.array(X)
    changed.reshape(N, -1, 2)[i, step, feature] = value
    if isinstance(X, pd.DataFrame):
        return pd.DataFrame(changed, columns=X.columns)
    return changed


def as_type(X, dtype):
    return [x.astype(dtype) for x in X] if isinstance(X, list) else X.astype(dtype)


def as_objects(X, value):
    """Make X an array, or list of arrays, of objects, the second of which is given."""
    X = as_type(X, object)
    (X[0] if isinstance(X, list) else X).flat[1] = value
    return X


# X: what it is, and what it holds

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


@pytest.mark.parametrize("way", ["fit", "partial_fit", "predict"])
@pytest.mark.parametrize("case", BAD_X)
def test_sequences(any_small, case, way):
    layout, X, error, text = BAD_X[case]
    estimator = any_small()
    if way == "predict":
        fitted_on = FRAME if isinstance(X, pd.DataFrame) else LAYOUTS[layout]
        said = failure(error, estimator.fit(fitted_on, Y).predict, X)
    else:
        said = failure(error, first_call(estimator, way), X, Y)
    assert said == told(estimator, text)


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


@pytest.mark.parametrize("way", ["fit", "partial_fit", "predict"])
@pytest.mark.parametrize("X", [BLOCK, RAGGED, TABLE, FRAME], ids=[*LAYOUTS, "frame"])
@pytest.mark.parametrize(
    ("value", "what"), [(np.nan, "NaN"), (np.inf, "infinity"), (-np.inf, "infinity")]
)
def test_first_value_that_is_not_finite(any_small, X, value, what, way):
    estimator = any_small(features_per_step=2 if X is TABLE or X is FRAME else 1)
    bad = with_value(with_value(X, 5, 1, 1, value), 6, 0, 0, np.nan)
    advice = {
        "NaN": "takes no value for padding: cut sequences that were padded to their "
        "own length with skrnn.preprocessing.ragged_from_padded, and fill missing "
        "values in a pipeline with PerStepTransformer(SimpleImputer()).",
        "infinity": "needs finite numbers: bound such values, or make them NaN and "
        "fill them as missing values are, with PerStepTransformer(SimpleImputer()).",
    }
    if way == "predict":
        call = estimator.fit(X, Y).predict
    else:
        call = partial(first_call(estimator, way), y=Y)
    assert failure(ValueError, call, bad) == told(
        estimator,
        f"X contains {what}: sequence 5, step 1, feature 1 (counted from 0). "
        f"LSTMClassifier {advice[what]}",
    )


def test_mask_does_not_hide_what_is_not_finite(any_small):
    estimator = any_small()
    masked = np.ma.masked_invalid(with_value(BLOCK, 5, 1, 1, np.nan))
    assert failure(ValueError, estimator.fit, masked, Y) == told(
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


# X: held against what was fitted


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
        assert failure(ValueError, call, LAYOUTS[came]) == told(estimator, text)


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
        assert failure(ValueError, call, X) == told(estimator, text)


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


def test_before_fit(any_small):
    estimator = any_small()
    for call in (*methods_of(estimator), partial(estimator.score, y=Y)):
        said = failure(NotFittedError, call, BLOCK)
        assert said == told(
            estimator,
            "This LSTMClassifier instance is not fitted yet. Call 'fit' with "
            "appropriate arguments before using this estimator.",
        )


@pytest.mark.parametrize(
    ("layer", "shown"),
    [
        (2, "2"),
        (-3, "-3"),
        (0.0, "0.0"),
        (True, "True"),
        ("last", "'last'"),
        (None, "None"),
    ],
)
def test_layer_of_hidden_states(any_small, layer, shown):
    estimator = any_small(n_layers=2).fit(BLOCK, Y)
    assert failure(ValueError, estimator.hidden_states, BLOCK, layer) == told(
        estimator,
        "layer must be an int from -2 to 1: this LSTMClassifier has 2 layer(s). Got "
        f"{shown}.",
    )


# Labels

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
    assert failure(ValueError, clf.fit, X, y) == told(clf, text)


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


# Several labels

LABELS = np.c_[Y, 1 - Y, np.arange(N) // 4]
AT_ROW_1 = np.arange(LABELS.size).reshape(LABELS.shape) == 4  # column 1
NO_INDICATORS = (
    "y has shape (8, 3), and values other than 0 and 1. A classifier wants one label "
    "for each sequence, or an indicator matrix with a column of 0 and 1 for each "
    "label. For several classes a sequence, use "
    "sklearn.multioutput.MultiOutputClassifier."
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


@pytest.mark.parametrize("way", ["fit", "partial_fit"])
@pytest.mark.parametrize("case", BAD_LABELS)
def test_indicator_matrix(small, case, way):
    y, text = BAD_LABELS[case]
    assert failure(ValueError, getattr(small(), way), BLOCK, y) == text


@pytest.mark.parametrize("way", ["fit", "partial_fit"])
@pytest.mark.parametrize("class_weight", ["balanced", {0: 1, 1: 2}])
def test_class_weight_of_an_indicator_matrix(small, class_weight, way):
    if way == "partial_fit" and class_weight == "balanced":
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
    assert failure(ValueError, getattr(clf, way), BLOCK, LABELS) == text


@pytest.mark.parametrize("way", ["fit", "partial_fit"])
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
def test_going_on_with_other_labels(small, fitted, y, text, way):
    clf = small(warm_start=True).fit(BLOCK, fitted)
    assert failure(ValueError, getattr(clf, way), BLOCK, y) == told(clf, text)


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


# Targets of regressors

TARGETS = np.random.default_rng(1).normal(size=N)
WRONG_SHAPE = (
    "y must have shape (8,) or (8, n_targets): one number, or as many as there are "
    "targets, for each sequence. Got shape %s."
)
WRONG_LENGTH = (
    "X has 8 sequences, but y has %s targets: there must be one for each sequence."
)
WITHOUT_TARGET = (
    "y contains %s: target 3%s (counted from 0). Leave sequences without a target out "
    "of X and y."
)
NO_TARGETS = (
    "y has dtype %s, but a regressor needs numbers as targets. For labels, use a "
    "classifier."
)


def at_3(value, y=TARGETS):
    return np.array([*y[:3], value, *y[4:]])


def in_column_1(value):
    return np.c_[TARGETS, at_3(value)]


BAD_TARGETS = {
    "None": (
        None,
        ValueError,
        "fit requires y to be passed, but the target y is None: give one number for "
        "each sequence.",
    ),
    "scalar": (3.0, ValueError, WRONG_SHAPE % "()"),
    "3-D": (np.ones((N, 2, 1)), ValueError, WRONG_SHAPE % "(8, 2, 1)"),
    "empty": ([], ValueError, WRONG_SHAPE % "(0,)"),
    "no columns": (np.ones((N, 0)), ValueError, WRONG_SHAPE % "(8, 0)"),
    "too short": (TARGETS[:5], ValueError, WRONG_LENGTH % 5),
    "too long": ([0.5] * 10, ValueError, WRONG_LENGTH % 10),
    "2-D, too short": (np.ones((5, 2)), ValueError, WRONG_LENGTH % 5),
    "NaN": (at_3(np.nan), ValueError, WITHOUT_TARGET % ("NaN", "")),
    "infinity": (at_3(-np.inf), ValueError, WITHOUT_TARGET % ("infinity", "")),
    "NaN, 2-D": (
        in_column_1(np.nan),
        ValueError,
        WITHOUT_TARGET % ("NaN", ", column 1"),
    ),
    "infinity, 2-D": (
        in_column_1(np.inf),
        ValueError,
        WITHOUT_TARGET % ("infinity", ", column 1"),
    ),
    "None object": (at_3(None), ValueError, WITHOUT_TARGET % ("NaN", "")),
    "strings": (["a"] * N, ValueError, NO_TARGETS % "<U1"),
    "dates": (np.zeros(N, "M8[s]"), ValueError, NO_TARGETS % "datetime64[s]"),
    "complex": (
        TARGETS * 1j,
        ValueError,
        "Complex data not supported: y has dtype complex128. Give real and imaginary "
        "parts as two targets.",
    ),
    "string objects": (
        np.array(["a"] * N, object),
        ValueError,
        "y has dtype object and cannot be read as numbers: could not convert string "
        "to float: 'a'. Give one number for each sequence, or as many as there are "
        "targets.",
    ),
    "lists": (
        [[1.0], [1.0, 2.0]] * 4,
        ValueError,
        "y has rows of different length. Give one number for each sequence, or as many "
        "as there are targets.",
    ),
    "sparse": (
        sparse.csr_array(np.ones((N, 2))),
        TypeError,
        "Sparse data was passed for y, but dense data is required. Use '.toarray()' "
        "to convert to a dense numpy array.",
    ),
}


@pytest.mark.parametrize("way", ["fit", "partial_fit"])
@pytest.mark.parametrize("case", BAD_TARGETS)
def test_targets(small_regressor, case, way):
    y, error, text = BAD_TARGETS[case]
    reg = small_regressor()
    assert failure(error, getattr(reg, way), BLOCK, y) == told(reg, text)


@pytest.mark.parametrize("way", ["fit", "partial_fit"])
@pytest.mark.parametrize(
    ("n_targets", "kind", "others"),
    [
        (None, "(n,)", [(N, 1), (N, 2)]),
        (1, "(n, 1)", [(N,), (N, 2)]),
        (2, "(n, 2)", [(N,), (N, 1), (N, 3)]),
    ],
)
def test_going_on_with_targets_of_another_shape(
    small_regressor, n_targets, kind, others, way
):
    y = TARGETS if n_targets is None else np.repeat(TARGETS[:, None], n_targets, 1)
    reg = small_regressor(warm_start=True).fit(BLOCK, y)
    for shape in others:
        assert failure(ValueError, getattr(reg, way), BLOCK, np.ones(shape)) == told(
            reg,
            f"LSTMRegressor was fitted on targets of shape {kind}, but y has shape "
            f"{shape}. Fit a new model.",
        )


# Weights

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


@pytest.mark.parametrize("way", ["fit", "partial_fit"])
@pytest.mark.parametrize("case", BAD_WEIGHTS)
def test_sample_weight(any_small, case, way):
    weights, text = BAD_WEIGHTS[case]
    call = first_call(any_small(), way)
    assert failure(ValueError, call, BLOCK, Y, sample_weight=weights) == text


def test_sample_weight_that_leaves_one_class(small):
    clf = small()
    assert failure(ValueError, clf.fit, BLOCK, Y, 1.0 - Y) == told(
        clf,
        "LSTMClassifier needs at least two classes, but y has one class with weight: "
        "[0].",
    )
    clf.partial_fit(BLOCK, Y, [0, 1], 1.0 - Y)  # a batch need not have every class


@pytest.mark.parametrize("way", ["fit", "partial_fit"])
@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf, "a"])
def test_class_weight(small, bad, way):
    clf = small(class_weight={0: bad, 1: 1.0})
    args = (Y,) if way == "fit" else (Y, [0, 1])
    assert failure(ValueError, getattr(clf, way), BLOCK, *args) == (
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


# Going on


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
    assert said == told(clf, text)


def test_later_partial_fit(small):
    clf = small().partial_fit(BLOCK, Y, classes=[0, 1])
    assert failure(ValueError, clf.partial_fit, BLOCK, Y + 1) == told(
        clf,
        "y has labels [2], which are not among the classes [0, 1] that LSTMClassifier "
        "was told of. Announce all classes in the first call, or fit a new model.",
    )
    assert failure(ValueError, clf.partial_fit, BLOCK, Y, [0, 1, 2]) == told(
        clf,
        "classes=[0, 1, 2] differs from those of the earlier fit, [0, 1]. Make a new "
        "LSTMClassifier for them.",
    )
    clf.partial_fit(BLOCK, Y, classes=[1, 0])
    clf.partial_fit(BLOCK, np.zeros(N, int))


def test_partial_fit_holds_nothing_out(any_small):
    text = (
        "partial_fit does not support early_stopping=True: it holds nothing out. Set "
        "it to False and score on data of your own between calls."
    )
    estimator = any_small(early_stopping=True)
    call = first_call(estimator, "partial_fit")
    assert failure(ValueError, call, BLOCK, Y) == text
    assert vars(estimator) == vars(any_small(early_stopping=True))
    fitted = any_small().fit(BLOCK, Y).set_params(early_stopping=True)
    assert failure(ValueError, fitted.partial_fit, BLOCK, Y) == text


def test_lbfgs_has_no_partial_fit(any_small):
    estimator = any_small(solver="lbfgs")
    assert not hasattr(estimator, "partial_fit")
    with pytest.raises(AttributeError) as caught:
        estimator.partial_fit(BLOCK, Y)
    assert str(caught.value.__cause__) == (
        "partial_fit does not support solver='lbfgs', which reads all sequences at "
        "once. Use solver='adam' or 'sgd'."
    )
    assert hasattr(estimator.set_params(solver="sgd"), "partial_fit")


@pytest.mark.parametrize("way", ["fit", "partial_fit"])
@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({"hidden_size": 5}, "hidden_size or n_layers"),
        ({"hidden_size": (4, 3)}, "hidden_size or n_layers"),
        ({"n_layers": 2}, "hidden_size or n_layers"),
        ({"bidirectional": True}, "bidirectional"),
        ({"pooling": "last"}, "pooling"),
        (
            {"hidden_size": 5, "bidirectional": True, "pooling": "last"},
            "hidden_size or n_layers, bidirectional, pooling",
        ),
        ({"features_per_step": 3}, "features_per_step"),
    ],
)
def test_going_on_with_another_architecture(any_small, changed, names, way):
    estimator = any_small(warm_start=True, features_per_step=2).fit(TABLE, Y)
    estimator.set_params(**changed)
    assert failure(ValueError, getattr(estimator, way), TABLE, Y) == told(
        estimator,
        f"LSTMClassifier cannot go on training after a change of {names}. Restore the "
        "earlier value, or call fit with warm_start=False.",
    )


def test_going_on_with_the_same_sizes_in_other_words(any_small):
    estimator = any_small(warm_start=True).fit(BLOCK, Y)
    estimator.set_params(hidden_size=(4,)).fit(BLOCK, Y)
    deep = any_small(n_layers=2, warm_start=True).fit(BLOCK, Y)
    deep.set_params(hidden_size=[4, 4], n_layers=1).fit(BLOCK, Y)


def test_warm_start_with_new_labels(small):
    clf = small(warm_start=True).fit(BLOCK, Y)
    assert failure(ValueError, clf.fit, BLOCK, Y + 1) == told(
        clf,
        "y has labels [2], which are not among the classes [0, 1] that LSTMClassifier "
        "was told of. Announce all classes in the first call, or fit a new model.",
    )


@pytest.mark.parametrize(
    ("fraction", "y", "weights"),
    [(0.1, Y, None), (0.25, [0] * 7 + [1], None), (0.5, Y, [1] * 2 + [0] * 6)],
    ids=["too small a share", "a single one", "few with weight"],
)
def test_too_few_sequences_for_early_stopping(small, fraction, y, weights):
    clf = small(early_stopping=True, validation_fraction=fraction)
    n = int(np.sum(weights)) if weights else N
    said = failure(ValueError, clf.fit, BLOCK, y, weights)
    assert re.fullmatch(  # in the middle, the words of sklearn
        f"early_stopping=True cannot hold out validation_fraction={fraction} of {n} "
        r"sequences with every class on both sides: The [^.]+.*[^.]\. Give more data, "
        r"another fraction, or early_stopping=False\.",
        said,
    )


@pytest.mark.parametrize("n_targets", [None, 2])
@pytest.mark.parametrize(("fraction", "n"), [(0.1, N), (0.25, 4), (0.5, 2)])
def test_too_few_sequences_for_early_stopping_on_targets(
    small_regressor, fraction, n, n_targets
):
    y = TARGETS[:n] if n_targets is None else np.ones((n, n_targets))
    reg = small_regressor(early_stopping=True, validation_fraction=fraction)
    assert failure(ValueError, reg.fit, BLOCK[:n], y) == (
        f"early_stopping=True cannot hold out validation_fraction={fraction} of {n} "
        "sequences: R2 needs at least two sequences. Give more data, another fraction, "
        "or early_stopping=False."
    )


# L-BFGS


def all_warnings(fit, X, y):
    """Give category and text of each warning of a fit."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fit(X, y)
    assert {warning.filename for warning in caught} <= {__file__}
    return [(warning.category, str(warning.message)) for warning in caught]


def warned(fit, X, y, category=ConvergenceWarning):
    """Give the only warning of a fit, of exactly this category."""
    ((found, text),) = all_warnings(fit, X, y)
    assert found is category
    return text


def test_lbfgs_at_max_iter(any_small):
    estimator = any_small(solver="lbfgs", max_iter=2)
    assert warned(estimator.fit, BLOCK, Y) == (
        "L-BFGS stopped at max_iter=2 iterations while the loss was still falling. Try "
        "a larger max_iter, or scale the features."
    )
    assert estimator.stopping_reason_ == "max_iter was reached"


def test_lbfgs_that_finds_nothing_better(any_small, monkeypatch):
    estimator = any_small(solver="lbfgs")
    name = "BinaryCrossEntropy" if is_classifier(estimator) else "SquaredError"
    right = getattr(losses, name).value_and_gradient

    def wrong(self, scores, y):
        value, d_scores = right(self, scores, y)
        return value, -d_scores

    monkeypatch.setattr(f"skrnn.losses.{name}.value_and_gradient", wrong)
    assert warned(estimator.fit, BLOCK, Y) == (
        "L-BFGS found no better weights along its direction after 0 iterations. The "
        "model has the best so far, which may well do; if not, scale the features, or "
        "try a larger alpha, another random_state or solver='adam'."
    )
    assert estimator.stopping_reason_ == (
        "no better weights were found along the direction of descent"
    )


@pytest.mark.parametrize("kind", [RNNClassifier, RNNRegressor])
def test_lbfgs_that_overflows(kind):
    raw = {"activation": "relu", "solver": "lbfgs", "standardize": False}
    estimator, X = kind(4, random_state=0, **raw), 1e300 * BLOCK
    mean, scale = BLOCK[..., 0].mean(), BLOCK[..., 0].std()
    assert all_warnings(estimator.fit, X, Y) == [
        (
            ConvergenceWarning,
            "The loss or its gradient was not finite at the weights that training "
            "began with; the model has those. Try to scale the features.",
        ),
        (
            UserWarning,
            f"Feature 0 of X has mean {1e300 * mean:.3g} and standard deviation "
            f"{1e300 * scale:.3g}, which initial weights and learning rates are not "
            "made for. Try standardize=True, or scale the features.",
        ),
    ]
    assert estimator.stopping_reason_ == "the loss or its gradient was not finite"
    assert np.isfinite(estimator.weights_).all()


@pytest.mark.parametrize("fitted", [False, True])
def test_lbfgs_that_is_interrupted(any_small, fitted, monkeypatch):
    estimator = any_small(solver="lbfgs", tol=1e9)
    estimator = estimator.fit(BLOCK, Y) if fitted else estimator
    monkeypatch.setattr("skrnn.training.state.pack", interrupt)
    with pytest.raises(KeyboardInterrupt) as caught:
        estimator.fit(BLOCK, Y)
    assert caught.value.__notes__ == [
        "Training was interrupted in iteration 1; the model "
        + ("is as it was." if fitted else "has the weights so far.")
    ]


def interrupt(*args, **kwargs):
    raise KeyboardInterrupt


# Features


@pytest.mark.parametrize("wrong", [StandardScaler(), RecurrentFeatures(None), None, 3])
def test_features_of_what_is_no_network(wrong):
    said = failure(TypeError, RecurrentFeatures(wrong).fit, BLOCK, Y)
    assert said == (
        "RecurrentFeatures expected a classifier or regressor of skrnn as estimator, "
        f"got {type(wrong).__name__}. Put scalers and the like before it in a pipeline."
    )


def test_features_before_fit(any_small):
    features = RecurrentFeatures(any_small())
    for call in (partial(features.transform, BLOCK), features.get_feature_names_out):
        assert failure(NotFittedError, call) == (
            "This RecurrentFeatures instance is not fitted yet. Call 'fit' with "
            "appropriate arguments before using this estimator."
        )


def test_features_say_what_the_network_says(any_small):
    features, estimator = RecurrentFeatures(any_small()), any_small()
    for X, y in [(BLOCK[..., None], Y), (BLOCK, Y[:5]), (BLOCK, None)]:
        expected = failure(ValueError, estimator.fit, X, y)
        assert failure(ValueError, features.fit, X, y) == expected
        assert vars(features) == {"estimator": features.estimator}
    features.fit(BLOCK, Y)
    expected = failure(ValueError, estimator.fit(BLOCK, Y).pooled_states, RAGGED)
    assert failure(ValueError, features.transform, RAGGED) == expected


# Weights from elsewhere

NAMES = (
    "['weight_ih_l0', 'weight_hh_l0', 'bias_ih_l0', 'bias_hh_l0', 'head.weight', "
    "'head.bias']"
)
BAD_STATES = {
    "missing": (
        lambda state: state.pop("head.bias"),
        "The state does not fit this LSTMClassifier: missing ['head.bias'], unknown "
        f"[]. It must have exactly the names {NAMES}.",
    ),
    "unknown": (
        lambda state: state.update(bias=np.ones(1)),
        "The state does not fit this LSTMClassifier: missing [], unknown ['bias']. It "
        f"must have exactly the names {NAMES}.",
    ),
    "shape": (
        lambda state: state.update({"head.bias": np.ones(2)}),
        "'head.bias' must have shape (1,) for this LSTMClassifier, got (2,): "
        "the cell, a size or the pooling differs.",
    ),
    "not finite": (
        lambda state: state.update({"head.bias": [np.nan]}),
        "'head.bias' has values that are not finite.",
    ),
    "complex": (
        lambda state: state.update({"head.bias": [1j]}),
        "'head.bias' must have real numbers, got dtype complex128.",
    ),
    "strings": (
        lambda state: state.update({"head.bias": ["a"]}),
        "'head.bias' must have real numbers, got dtype <U1.",
    ),
}


@pytest.mark.parametrize("case", BAD_STATES)
def test_load_torch_state(any_small, case):
    spoil, text = BAD_STATES[case]
    estimator = any_small().fit(BLOCK, Y)
    before, state = joblib.hash(vars(estimator)), torch_state(estimator)
    state["weight_ih_l0"] += 1.0
    spoil(state)
    said = failure(ValueError, load_torch_state, estimator, state)
    assert said == told(estimator, text)
    assert joblib.hash(vars(estimator)) == before


@pytest.mark.parametrize(
    ("kind", "parameters", "text"),
    [
        (
            LSTMClassifier,
            {"n_layers": 2},
            "The state does not fit this LSTMClassifier: missing [], unknown "
            "['weight_ih_l1', 'weight_hh_l1', 'bias_ih_l1', 'bias_hh_l1']. It must "
            f"have exactly the names {NAMES}.",
        ),
        (
            LSTMClassifier,
            {"bidirectional": True},
            "The state does not fit this LSTMClassifier: missing [], unknown "
            "['weight_ih_l0_reverse', 'weight_hh_l0_reverse', 'bias_ih_l0_reverse', "
            f"'bias_hh_l0_reverse']. It must have exactly the names {NAMES}.",
        ),
        (
            LSTMClassifier,
            {"hidden_size": 5},
            "'weight_ih_l0' must have shape (16, 2) for this LSTMClassifier, got "
            "(20, 2): the cell, a size or the pooling differs.",
        ),
        (
            LSTMClassifier,
            {"pooling": "last"},
            "'head.weight' must have shape (1, 12) for this LSTMClassifier, got "
            "(1, 4): the cell, a size or the pooling differs.",
        ),
        (
            GRUClassifier,
            {},
            "'weight_ih_l0' must have shape (16, 2) for this LSTMClassifier, got "
            "(12, 2): the cell, a size or the pooling differs.",
        ),
    ],
    ids=["deeper", "bidirectional", "wider", "last", "gru"],
)
def test_torch_state_of_another_architecture(kind, parameters, text):
    small = {"hidden_size": 4, "max_iter": 1, "random_state": 0}
    state = torch_state(kind(**{**small, **parameters}).fit(BLOCK, Y))
    clf = LSTMClassifier(**small).fit(BLOCK, Y)
    assert failure(ValueError, load_torch_state, clf, state) == text


def test_torch_state_that_is_no_dict(any_small):
    estimator = any_small().fit(BLOCK, Y)
    assert failure(TypeError, load_torch_state, estimator, [1.0]) == (
        "The state must be a dict of arrays by name, got list."
    )


def test_torch_state_before_fit(any_small):
    state = torch_state(any_small().fit(BLOCK, Y))
    for call in [
        lambda: torch_state(any_small()),
        lambda: load_torch_state(any_small(), state),
    ]:
        name = type(any_small()).__name__
        said = failure(NotFittedError, call)
        assert said.startswith(f"This {name} instance is not fitted")


# Nothing is lost


def refit_on_nan(clf, X, y):
    if isinstance(X, pd.DataFrame):
        X = X.rename(columns=str.upper)[["B", "A"]]
    clf.fit([x * np.nan for x in X] if isinstance(X, list) else X * np.nan, y)


def refit_on_another_layout(clf, X, y):
    clf.fit(np.full((len(y), 2, 3), np.inf), y)


def refit_with_a_label_too_few(clf, X, y):
    clf.fit(X, y[1:])


def refit_on_one_class(clf, X, y):
    clf.fit(X, ["same"] * len(y))


def refit_with_bad_weights(clf, X, y):
    clf.fit(X, y, -np.ones(len(y)))


def refit_with_bad_parameters(clf, X, y):
    clf.fit(X, y)


def refit_with_nothing_to_hold_out(clf, X, y):
    clf.fit(X[:3], y[:3])


def refit_on_bad_indicators(clf, X, y):
    clf.fit(X, np.full((len(y), 2), 0.5))


def refit_on_a_target_that_is_not_finite(reg, X, y):
    reg.fit(X, y * np.inf)


def go_on_with_indicators(clf, X, y):
    clf.partial_fit(X, np.eye(2)[np.arange(len(y)) % 2])


def go_on_with_more_targets(reg, X, y):
    reg.partial_fit(X, np.c_[y, y])


def refit_with_more_targets(reg, X, y):
    reg.fit(X, np.c_[y, y])


def go_on_with_an_unknown_label(clf, X, y):
    clf.partial_fit(X, ["new"] * len(y))


def go_on_with_other_classes(clf, X, y):
    clf.partial_fit(X, y, classes=["down", "sideways", "up"])


def go_on_with_another_layout(clf, X, y):
    clf.partial_fit(np.ones((len(y), 3, 1, 1)), y)


# What is done, after which parameters were changed
FAILURES = [
    (refit_on_nan, {"hidden_size": 5}),
    (refit_on_nan, {"warm_start": True}),
    (refit_on_another_layout, {}),
    (refit_with_a_label_too_few, {}),
    (refit_on_one_class, {}),
    (refit_with_bad_weights, {"features_per_step": 2}),
    (refit_with_bad_parameters, {"hidden_size": 0}),
    (refit_with_bad_parameters, {"warm_start": True, "hidden_size": 5}),
    (refit_with_nothing_to_hold_out, {"early_stopping": True}),
    (go_on_with_an_unknown_label, {}),
    (go_on_with_other_classes, {}),
    (go_on_with_another_layout, {}),
    (go_on_with_an_unknown_label, {"early_stopping": True}),
    (refit_on_bad_indicators, {}),
    (go_on_with_indicators, {}),
    (refit_with_bad_parameters, {"solver": "lbfgs", "dropout": 0.5}),
]
FAILURES_ON_TARGETS = [
    (refit_on_nan, {"hidden_size": 5}),
    (refit_on_another_layout, {}),
    (refit_with_a_label_too_few, {}),
    (refit_with_bad_weights, {"features_per_step": 2}),
    (refit_with_bad_parameters, {"warm_start": True, "bidirectional": True}),
    (refit_with_nothing_to_hold_out, {"early_stopping": True}),
    (refit_on_a_target_that_is_not_finite, {}),
    (refit_with_more_targets, {"warm_start": True}),
    (go_on_with_more_targets, {}),
    (go_on_with_another_layout, {}),
]


def assert_failure_changes_nothing(estimator, X, y, fail, parameters):
    expected = estimator.fit(X, y).predict(X), estimator.pooled_states(X)
    before = joblib.hash(vars(estimator.set_params(**parameters)))
    with pytest.raises(ValueError):  # noqa: PT011
        fail(estimator, X, y)
    assert joblib.hash(vars(estimator)) == before
    np.testing.assert_array_equal(estimator.predict(X), expected[0])
    np.testing.assert_array_equal(estimator.pooled_states(X), expected[1])
    if isinstance(X, pd.DataFrame):
        assert estimator.feature_names_in_.tolist() == list("abcdefgh")


@pytest.mark.parametrize("layout", ["block", "ragged", "frame"])
@pytest.mark.parametrize(("fail", "parameters"), FAILURES)
def test_failure_changes_nothing(small, layouts, y, layout, fail, parameters):
    assert_failure_changes_nothing(small(), layouts[layout], y, fail, parameters)


@pytest.mark.parametrize("layout", ["block", "ragged", "frame"])
@pytest.mark.parametrize(("fail", "parameters"), FAILURES_ON_TARGETS)
def test_failure_on_targets_changes_nothing(
    small_regressor, layouts, targets, layout, fail, parameters
):
    X, reg = layouts[layout], small_regressor()
    assert_failure_changes_nothing(reg, X, targets, fail, parameters)


@pytest.mark.parametrize("way", ["fit", "warm fit", "partial_fit"])
def test_crash_in_training_changes_nothing(any_small, X, targets, way, monkeypatch):
    clf = any_small(warm_start=way == "warm fit", batch_size=16)
    y = targets > 50 if is_classifier(clf) else targets
    before, expected = joblib.hash(vars(clf.fit(X, y))), clf.pooled_states(X)

    def step(optimizer, weights, gradient, learning_rate):
        optimizer.state["n_steps"] += 1
        optimizer.state["m"] += gradient
        weights -= gradient
        if optimizer.state["n_steps"] % 3 != 1:
            raise MemoryError

    monkeypatch.setattr("skrnn.optimizers.adam.Adam.step", step)
    with pytest.raises(MemoryError):
        getattr(clf, way.removeprefix("warm "))(X, y)
    assert joblib.hash(vars(clf)) == before
    np.testing.assert_array_equal(clf.pooled_states(X), expected)


def test_first_fit_that_fails_leaves_nothing_behind(any_small, X, targets):
    estimator = any_small()
    failure(ValueError, estimator.fit, X, (targets > 50)[1:])
    assert vars(estimator) == vars(any_small())
