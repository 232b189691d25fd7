"""What users are told, word for word, and that a failure changes nothing.

The texts speak of LSTMClassifier; both classifiers are held to them.
"""

import re

import joblib
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.exceptions import DataConversionWarning, NotFittedError

from skrnn import RNNClassifier
from skrnn.interop import load_torch_state, torch_state

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
    return text.replace("LSTMClassifier", type(estimator).__name__)


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
NO_NUMBERS = (
    " has dtype %s, but LSTMClassifier needs numbers. Encode what is not a number "
    "first, for example with OneHotEncoder."
)
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
        "(steps, features) arrays or a table, one row a sequence; got generator.",
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
            ("strings", "U5", what + NO_NUMBERS % "<U5"),
            ("bytes", "S5", what + NO_NUMBERS % "|S5"),
            ("dates", "M8[s]", what + NO_NUMBERS % "datetime64[s]"),
            ("durations", "m8[s]", what + NO_NUMBERS % "timedelta64[s]"),
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
            f"{what} has dtype object and cannot be read as numbers: {reason}. Pass "
            "arrays of float.",
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
        "Column 'c' of X" + NO_NUMBERS % "datetime64[s]",
    ),
    "only dates, frame": (
        "table",
        FRAME.astype("datetime64[s]"),
        ValueError,
        "Column 'a' of X" + NO_NUMBERS % "datetime64[s]",
    ),
    "words, frame": (
        "table",
        FRAME.assign(c="abc").astype({"c": object}),
        ValueError,
        "Column 'c' of X has dtype object and cannot be read as numbers: could not "
        "convert string to float: 'abc'. Pass arrays of float.",
    ),
}


@pytest.mark.parametrize("way", ["fit", "partial_fit", "predict"])
@pytest.mark.parametrize("case", BAD_X)
def test_sequences(small, case, way):
    layout, X, error, text = BAD_X[case]
    clf = small()
    if way == "predict":
        fitted_on = FRAME if isinstance(X, pd.DataFrame) else LAYOUTS[layout]
        said = failure(error, clf.fit(fitted_on, Y).predict, X)
    elif way == "partial_fit":
        said = failure(error, clf.partial_fit, X, Y, classes=[0, 1])
    else:
        said = failure(error, clf.fit, X, Y)
    assert said == told(clf, text)


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
def test_tables_in_the_words_of_sklearn(small, X, error, pattern):
    assert re.search(pattern, failure(error, small().fit, X, Y))
    fitted_on = FRAME if isinstance(X, pd.DataFrame) else TABLE
    assert re.search(pattern, failure(error, small().fit(fitted_on, Y).predict, X))


@pytest.mark.parametrize("way", ["fit", "partial_fit", "predict"])
@pytest.mark.parametrize("X", [BLOCK, RAGGED, TABLE, FRAME], ids=[*LAYOUTS, "frame"])
@pytest.mark.parametrize(
    ("value", "what"), [(np.nan, "NaN"), (np.inf, "infinity"), (-np.inf, "infinity")]
)
def test_first_value_that_is_not_finite(small, X, value, what, way):
    clf = small(features_per_step=2 if X is TABLE or X is FRAME else 1)
    clf = clf.fit(X, Y) if way == "predict" else clf
    bad = with_value(with_value(X, 5, 1, 1, value), 6, 0, 0, np.nan)
    args = {"fit": (Y,), "partial_fit": (Y, [0, 1]), "predict": ()}[way]
    assert failure(ValueError, getattr(clf, way), bad, *args) == told(
        clf,
        f"X contains {what}: sequence 5, step 1, feature 1 (counted from 0). "
        "LSTMClassifier takes no value for padding: impute what is missing, and cut "
        "sequences that were padded to their own length.",
    )


def test_mask_does_not_hide_what_is_not_finite(small):
    clf = small()
    masked = np.ma.masked_invalid(with_value(BLOCK, 5, 1, 1, np.nan))
    assert failure(ValueError, clf.fit, masked, Y) == told(
        clf,
        "X contains NaN: sequence 5, step 1, feature 1 (counted from 0). "
        "LSTMClassifier takes no value for padding: impute what is missing, and cut "
        "sequences that were padded to their own length.",
    )


@pytest.mark.parametrize("X", LAYOUTS.values(), ids=LAYOUTS)
def test_objects_and_words_that_are_numbers_are_read(small, X):
    expected = small().fit(X, Y).predict_proba(X)
    clf = small().fit(as_type(X, object), Y)
    np.testing.assert_array_equal(clf.predict_proba(X), expected)
    read = as_objects(X, str((X[0] if X is RAGGED else X).flat[1]))
    np.testing.assert_array_equal(clf.predict_proba(read), expected)


# X: held against what was fitted


@pytest.mark.parametrize("way", ["predict", "predict_proba", "partial_fit"])
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
def test_another_layout(small, fitted, came, text, way):
    clf = small().fit(LAYOUTS[fitted], Y)
    args = (Y,) if way == "partial_fit" else ()
    said = failure(ValueError, getattr(clf, way), LAYOUTS[came], *args)
    assert said == told(clf, text)


@pytest.mark.parametrize("way", ["predict", "partial_fit"])
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
def test_other_features_than_fitted(small, fitted, X, text, way):
    clf = small().fit(fitted, Y)
    args = (Y,) if way == "partial_fit" else ()
    assert failure(ValueError, getattr(clf, way), X, *args) == told(clf, text)


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
def test_features_per_step(small, X, text):
    assert failure(ValueError, small(features_per_step=4).fit, X, Y) == text


@pytest.mark.parametrize(
    "method",
    ["predict", "predict_proba", "predict_log_proba", "decision_function", "score"],
)
def test_before_fit(small, method):
    clf = small()
    args = (BLOCK, Y) if method == "score" else (BLOCK,)
    said = failure(NotFittedError, getattr(clf, method), *args)
    assert said.startswith(f"This {type(clf).__name__} instance is not fitted yet.")


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
    ("y", "pattern"),
    [
        (np.c_[Y, Y], r"y should be a 1d array, got an array of shape \(8, 2\)"),
        (Y + 0.3, "Unknown label type: continuous"),
    ],
    ids=["2-D", "continuous"],
)
def test_labels_in_the_words_of_sklearn(small, y, pattern):
    assert re.match(pattern, failure(ValueError, small().fit, BLOCK, y))


def test_labels_in_a_column_are_taken_with_a_warning(small):
    with pytest.warns(DataConversionWarning, match="A column-vector y was passed"):
        clf = small().fit(BLOCK, Y[:, np.newaxis])
    np.testing.assert_array_equal(clf.weights_, small().fit(BLOCK, Y).weights_)


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
}


@pytest.mark.parametrize("way", ["fit", "partial_fit"])
@pytest.mark.parametrize("case", BAD_WEIGHTS)
def test_sample_weight(small, case, way):
    weights, text = BAD_WEIGHTS[case]
    clf = small().fit(BLOCK, Y) if way == "partial_fit" else small()
    said = failure(ValueError, getattr(clf, way), BLOCK, Y, sample_weight=weights)
    assert said == told(clf, text)


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
        (
            {"early_stopping": True},
            [0, 1],
            "partial_fit does not support early_stopping=True: it holds nothing out. "
            "Set it to False and score on data of your own between calls.",
        ),
    ],
    ids=["none", "unknown", "of another type", "one", "balanced", "early stopping"],
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


@pytest.mark.parametrize("way", ["fit", "partial_fit"])
@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({"hidden_size": 5}, "hidden_size"),
        ({"pooling": "last"}, "pooling"),
        ({"hidden_size": 5, "pooling": "last"}, "hidden_size, pooling"),
        ({"features_per_step": 3}, "features_per_step"),
    ],
)
def test_going_on_with_another_architecture(small, changed, names, way):
    clf = small(warm_start=True, features_per_step=2).fit(TABLE, Y)
    clf.set_params(**changed)
    assert failure(ValueError, getattr(clf, way), TABLE, Y) == told(
        clf,
        f"LSTMClassifier cannot go on training after a change of {names}. Restore the "
        "earlier value, or call fit with warm_start=False.",
    )


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


# Constructor parameters

# parameter, what it must be, {what was given: the likely spelling}
BAD_PARAMETERS = [
    ("hidden_size", "an int in the range [1, inf)", {0: "", 2.5: "", "8": ""}),
    ("hidden_size", "an int in the range [1, inf)", {True: ""}),
    (
        "pooling",
        "one of 'last', 'mean', 'max', 'concat'",
        {"lst": "last", "men": "mean", "first": "", None: ""},
    ),
    ("activation", "one of 'tanh', 'relu'", {"tan": "tanh", "sigmoid": "", None: ""}),
    ("solver", "one of 'adam', 'sgd'", {"Adam": "adam", "lbfgs": "", None: ""}),
    ("alpha", "a float in the range [0, inf)", {-1: "", "auto": "", np.inf: ""}),
    (
        "batch_size",
        "'auto' or an int in the range [1, inf)",
        {"aut": "auto", 0: "", 2.5: ""},
    ),
    (
        "learning_rate",
        "one of 'constant', 'invscaling', 'adaptive', 'cosine'",
        {"cosin": "cosine", 0.1: "", None: ""},
    ),
    (
        "learning_rate_init",
        "a float in the range (0, inf)",
        {0: "", "a": "", np.nan: ""},
    ),
    ("momentum", "a float in the range [0, 1)", {-0.1: "", 1.0: "", None: ""}),
    ("max_grad_norm", "a float in the range (0, inf) or None", {0: "", "none": ""}),
    ("max_iter", "an int in the range [1, inf)", {0: "", 10.0: ""}),
    ("tol", "a float in the range [0, inf)", {-1e-3: "", None: ""}),
    ("n_iter_no_change", "an int in the range [1, inf) or inf", {0: "", 2.5: ""}),
    ("early_stopping", "True or False", {"yes": "", 1: ""}),
    ("validation_fraction", "a float in the range (0, 1)", {0.0: "", 1: "", "0.1": ""}),
    (
        "class_weight",
        "one of 'balanced', None or a dict from class labels to weights",
        {"balance": "balanced", 3: ""},
    ),
    ("features_per_step", "an int in the range [1, inf)", {0: "", "auto": ""}),
    ("warm_start", "True or False", {1: "", "True": ""}),
    ("verbose", "True or False or an int in the range [0, inf)", {-1: "", "on": ""}),
    (
        "random_state",
        "an int in the range [0, 4294967295], a numpy.random.RandomState or None",
        {"seed": "", -1: "", 1.5: ""},
    ),
]


@pytest.mark.parametrize("way", ["fit", "partial_fit"])
@pytest.mark.parametrize(
    ("parameter", "allowed", "value", "likely"),
    [
        pytest.param(parameter, allowed, value, likely, id=f"{parameter}={value!r}")
        for parameter, allowed, values in BAD_PARAMETERS
        for value, likely in values.items()
    ],
)
def test_parameters(small, parameter, allowed, value, likely, way):
    clf = RNNClassifier() if parameter == "activation" else small()
    clf.set_params(**{parameter: value})
    args = (Y,) if way == "fit" else (Y, [0, 1])
    text = f"The {parameter!r} parameter of LSTMClassifier must be {allowed}. Got "
    text += f"{value!r}. Did you mean {likely!r}?" if likely else f"{value!r}."
    assert failure(ValueError, getattr(clf, way), BLOCK, *args) == told(clf, text)


def test_every_parameter_has_a_bad_case():
    assert {case[0] for case in BAD_PARAMETERS} == set(RNNClassifier().get_params())


def test_all_parameters_are_reported_at_once(small):
    clf = small(hidden_size=0, solver="sdg")
    assert failure(ValueError, clf.fit, BLOCK, Y) == told(
        clf,
        "The 'hidden_size' parameter of LSTMClassifier must be an int in the range "
        "[1, inf). Got 0.\n"
        "The 'solver' parameter of LSTMClassifier must be one of 'adam', 'sgd'. Got "
        "'sdg'. Did you mean 'sgd'?",
    )


@pytest.mark.parametrize(
    "good",
    [
        {"hidden_size": np.int64(3), "max_iter": np.int32(2)},
        {"alpha": np.float32(0.1), "tol": 0, "momentum": 0},
        {"n_iter_no_change": np.inf, "max_grad_norm": None, "verbose": np.False_},
        {"random_state": np.random.RandomState(0), "class_weight": {}},
    ],
    ids=lambda good: ", ".join(good),
)
def test_numbers_of_numpy_and_ends_of_ranges_are_taken(small, good):
    small(**good).fit(BLOCK, Y)


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
        "'head.bias' must have shape (1,) for this LSTMClassifier, got (2,).",
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
def test_load_torch_state(small, case):
    spoil, text = BAD_STATES[case]
    clf = small().fit(BLOCK, Y)
    before, state = joblib.hash(vars(clf)), torch_state(clf)
    state["weight_ih_l0"] += 1.0
    spoil(state)
    assert failure(ValueError, load_torch_state, clf, state) == told(clf, text)
    assert joblib.hash(vars(clf)) == before


def test_torch_state_before_fit(small):
    state = torch_state(small().fit(BLOCK, Y))
    for call in [
        lambda: torch_state(small()),
        lambda: load_torch_state(small(), state),
    ]:
        said = failure(NotFittedError, call)
        assert said.startswith(f"This {type(small()).__name__} instance is not fitted")


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
]


@pytest.mark.parametrize("layout", ["block", "ragged", "frame"])
@pytest.mark.parametrize(("fail", "parameters"), FAILURES)
def test_failure_changes_nothing(small, layouts, y, layout, fail, parameters):
    X = layouts[layout]
    clf = small().fit(X, y)
    expected = clf.predict_proba(X)
    before = joblib.hash(vars(clf.set_params(**parameters)))
    with pytest.raises(ValueError):  # noqa: PT011
        fail(clf, X, y)
    assert joblib.hash(vars(clf)) == before
    np.testing.assert_array_equal(clf.predict_proba(X), expected)
    if layout == "frame":
        assert clf.feature_names_in_.tolist() == list("abcdefgh")


@pytest.mark.parametrize("way", ["fit", "warm fit", "partial_fit"])
def test_crash_in_training_changes_nothing(small, X, y, way, monkeypatch):
    clf = small(warm_start=way == "warm fit", batch_size=16).fit(X, y)
    before, expected = joblib.hash(vars(clf)), clf.predict_proba(X)

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
    np.testing.assert_array_equal(clf.predict_proba(X), expected)


def test_first_fit_that_fails_leaves_nothing_behind(small, X, y):
    clf = small()
    failure(ValueError, clf.fit, X, y[1:])
    assert vars(clf) == vars(small())
