"""What is no sequence of numbers gets advice that helps: it is followed here."""

import datetime
from functools import partial

import numpy as np
import pandas as pd
import polars
import pyarrow
import pytest
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

from skrnn import RNNClassifier
from skrnn.preprocessing import (
    PerStepTransformer,
    ragged_from_padded,
    sequences_from_frame,
)

N = 8
X = np.random.default_rng(0).normal(size=(N, 3, 2))
Y = np.arange(N) % 2

EXPECTED = (
    "RNNClassifier expected a 3-D array (sequences, steps, features), a list of "
    "(steps, features) arrays or a table, one row a sequence; got "
)
TEXT = (
    "Name features of text in categorical_features of a network, or encode text in a "
    "pipeline, with PerStepTransformer(OneHotEncoder()) or an OrdinalEncoder in it. A "
    "sequence of characters or words x becomes an array of shape (steps, 1) by "
    "np.reshape(list(x), (-1, 1))."
)
TIMES = (
    "Make numbers of dates and times, such as the seconds since the first one: "
    "(t - t[0]) / np.timedelta64(1, 's')."
)
MISSING = (
    "Pass np.nan for what is missing, and let the network read the gaps with "
    "missing_values='forward_fill', or fill them in a pipeline with "
    "PerStepTransformer(SimpleImputer())."
)
NESTED = (
    "If each cell holds a whole series, as in nested frames of sktime, make a list of "
    "arrays of them: [np.column_stack([np.asarray(cell) for cell in row]) for row in "
    "np.asarray(X)]."
)
LONG = (
    "If a row is a step, and a column says of which sequence, gather the rows first "
    "with skrnn.preprocessing.sequences_from_frame."
)
GROUPS = (
    "For one sequence a group, pass the X of skrnn.preprocessing.sequences_from_frame, "
    "which takes the frame itself and the column of the groups as its id."
)


def network(**options):
    return RNNClassifier(hidden_size=2, max_iter=2, random_state=0, **options)


def failure(X, error=ValueError):
    with pytest.raises(error) as caught:
        network().fit(X, Y)
    assert type(caught.value) is error
    return str(caught.value)


def in_objects(items):
    objects = np.empty(len(items), object)
    objects[:] = items
    return objects


# Text

WORDS = ["abc", "abd"] * 4
UNEVEN = ["abc", "ab"] * 4


@pytest.mark.parametrize(
    "words", [WORDS, tuple(WORDS), np.array(WORDS), in_objects(WORDS), UNEVEN]
)
def test_texts(words):
    assert failure(words) == f"{EXPECTED}text. {TEXT}"


@pytest.mark.parametrize(
    "characters",
    [
        [list(word) for word in UNEVEN],
        [tuple(word) for word in UNEVEN],
        [np.array(list(word)) for word in UNEVEN],
        in_objects([list(word) for word in UNEVEN]),
    ],
    ids=["lists", "tuples", "arrays", "objects"],
)
def test_lists_of_characters_of_different_length(characters):
    assert failure(characters) == f"{EXPECTED}lists of text. {TEXT}"


@pytest.mark.parametrize("kind", [list, np.array, lambda x: np.array(x, "S1")])
def test_lists_of_characters_of_one_length(kind):
    characters = kind([list(word) for word in WORDS])
    dtype = np.asarray(characters).dtype
    message = f"X has dtype {dtype}, but RNNClassifier needs numbers. {TEXT}"
    assert failure(characters) == message


@pytest.mark.parametrize("words", [WORDS, UNEVEN])
def test_what_is_said_of_text_works(words):
    sequences = [np.reshape(list(x), (-1, 1)) for x in words]
    assert failure(sequences) == (
        f"Sequence 0 of X has dtype <U1, but RNNClassifier needs numbers. {TEXT}"
    )
    for encoder in (OneHotEncoder(), OrdinalEncoder()):
        model = make_pipeline(PerStepTransformer(encoder), network())
        assert model.fit(sequences, Y).predict(sequences).shape == (N,)


# Dates and times

DAYS = np.arange(N).astype("M8[D]")
STAMPS = pd.Series(pd.to_datetime(DAYS.astype("M8[s]")))


def needs_numbers(what, dtype):
    return f"{what} has dtype {dtype}, but RNNClassifier needs numbers. {TIMES}"


def no_number(what, kind):
    return (
        f"{what} has dtype object and cannot be read as numbers: float() argument must "
        f"be a string or a real number, not '{kind}'. {TIMES}"
    )


DATES = {
    "array": (X.astype("M8[s]"), needs_numbers("X", "datetime64[s]")),
    "durations": (
        list(X.astype("m8[s]")),
        needs_numbers("Sequence 0 of X", "timedelta64[s]"),
    ),
    "column": (
        pd.DataFrame({"at": STAMPS.astype("M8[s]")}),
        needs_numbers("Column 'at' of X", "datetime64[s]"),
    ),
    "column of polars": (
        polars.DataFrame({"at": DAYS}),
        needs_numbers("Column 'at' of X", "datetime64[D]"),
    ),
    "column of pyarrow": (
        pyarrow.table({"at": DAYS}),
        needs_numbers("Column 'at' of X", "datetime64[D]"),
    ),
    "zone": (
        pd.DataFrame({"at": STAMPS.dt.tz_localize("UTC")}),
        no_number("Column 'at' of X", "Timestamp"),
    ),
    "days": (
        [[[datetime.date(2020, 1, 1)]] * 3] * N,
        no_number("Sequence 0 of X", "datetime.date"),
    ),
    "objects": (
        np.full((N, 3), datetime.datetime(2020, 1, 1)),
        no_number("X", "datetime.datetime"),
    ),
}


@pytest.mark.parametrize(("dates", "text"), DATES.values(), ids=DATES)
def test_dates(dates, text):
    error = TypeError if "float() argument" in text else ValueError
    assert failure(dates, error) == text


def test_what_is_said_of_dates_works():
    t = np.array([0, 1, 5, 9]).astype("M8[m]")
    seconds = (t - t[0]) / np.timedelta64(1, "s")
    assert seconds.tolist() == [0.0, 60.0, 300.0, 540.0]
    sequences = [np.column_stack([seconds, x[0, 0] * seconds]) for x in X]
    network().fit(sequences, Y)


# Whole series in cells

NESTED_FRAME = pd.DataFrame(
    {f"dim_{k}": [pd.Series(x[:, k]) for x in X] for k in range(2)}
)


@pytest.mark.parametrize(
    ("nested", "what"),
    [
        (NESTED_FRAME, "Column 'dim_0' of X"),
        (NESTED_FRAME[["dim_1"]], "Column 'dim_1' of X"),
        (NESTED_FRAME.to_numpy(), "X"),
        (NESTED_FRAME.map(np.asarray), "Column 'dim_0' of X"),
        (NESTED_FRAME.map(list), "Column 'dim_0' of X"),
    ],
    ids=["frame", "one column", "array", "arrays", "lists"],
)
def test_nested_frames(nested, what):
    assert failure(nested) == (
        f"{what} has dtype object and cannot be read as numbers: setting an array "
        f"element with a sequence. {NESTED}"
    )


@pytest.mark.parametrize("kind", [pd.DataFrame, np.asarray])
def test_what_is_said_of_nested_frames_works(kind):
    nested = kind(NESTED_FRAME)
    sequences = [
        np.column_stack([np.asarray(cell) for cell in row])
        for row in np.asarray(nested)
    ]
    assert np.array_equal(np.stack(sequences), X)


# Long frames and their groups

FRAME = pd.DataFrame({"id": np.repeat(list("abcdefgh"), 3), "v": np.arange(3 * N)})
COLLECTED = {
    "pandas": FRAME.groupby("id"),
    "column of pandas": FRAME.groupby("id")["v"],
    "polars": polars.from_pandas(FRAME).group_by("id"),
    "pyarrow": pyarrow.Table.from_pandas(FRAME).group_by("id"),
}


@pytest.mark.parametrize("groups", COLLECTED.values(), ids=COLLECTED)
def test_groupby(groups):
    assert failure(groups) == f"{EXPECTED}{type(groups).__name__}. {GROUPS}"


def test_groups_as_a_list():
    assert failure(list(FRAME.groupby("id"))) == (
        f"{EXPECTED}pairs of a key and a data frame, as groupby gives them. {GROUPS}"
    )


def test_a_long_frame_with_an_id_of_text():
    assert failure(FRAME) == (
        "Column 'id' of X has dtype object and cannot be read as numbers: could not "
        f"convert string to float: 'a'. {TEXT} {LONG}"
    )


def test_what_is_said_of_groups_works():
    sequences = sequences_from_frame(FRAME, id="id").X
    assert len(sequences) == N
    network().fit(sequences, Y)


# Collections that are no lists

CONTAINERS = {
    "dict": (
        lambda: dict(enumerate(X)),
        "dict. If its values are the sequences, pass list(X.values()).",
    ),
    "values": (lambda: dict(enumerate(X)).values(), "dict_values. Pass list(X)."),
    "generator": (lambda: (x for x in X), "generator. Pass list(X)."),
    "map": (lambda: map(np.asarray, X), "map. Pass list(X)."),
    "zip": (lambda: zip(X, Y, strict=True), "zip. Pass list(X)."),
    "set": (
        lambda: {1, 2},
        "set. It has no order, so that y could not belong to it: make a list.",
    ),
    "frozenset": (
        lambda: frozenset({1}),
        "frozenset. It has no order, so that y could not belong to it: make a list.",
    ),
    "str": (lambda: "abc", f"str. {TEXT}"),
    "bytes": (lambda: b"abc", f"bytes. {TEXT}"),
    "None": (lambda: None, "NoneType."),
    "function": (lambda: len, "builtin_function_or_method."),
    "items of different shape": (
        lambda: [np.ones(3), 3.0],
        "a list with items of different shape.",
    ),
    "arrays of three axes": (
        lambda: [X, X[:, :2]],
        "a list with items of different shape.",
    ),
}


@pytest.mark.parametrize(("make", "text"), CONTAINERS.values(), ids=CONTAINERS)
def test_containers(make, text):
    assert failure(make()) == EXPECTED + text


def test_fields():
    fields = np.zeros((N, 3), dtype=[("a", float), ("b", float)])
    assert failure(fields) == (
        "X has dtype [('a', '<f8'), ('b', '<f8')], but RNNClassifier needs numbers. Of "
        "fields, numpy.lib.recfunctions.structured_to_unstructured makes features."
    )


@pytest.mark.parametrize(
    ("y", "kind"),
    [
        ({0: 1}, "dict"),
        ({0, 1}, "set"),
        ((k for k in Y), "generator"),
        ("abab", "str"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_labels_that_are_no_list(y, kind):
    with pytest.raises(ValueError, match="y must be a list") as caught:
        network().fit(X, y)
    assert str(caught.value) == (
        "y must be a list or an array with one label for each sequence, in the order "
        f"of X; got {kind}."
    )


# Missing values


@pytest.mark.parametrize(
    ("layout", "what"),
    [
        (lambda x: x, "X"),
        (list, "Sequence 4 of X"),
        (lambda x: pd.DataFrame(x[:, 0]), "Column 1 of X"),
    ],
    ids=["block", "list", "frame"],
)
def test_na_of_pandas(layout, what):
    missing = X.astype(object)
    missing[4, 0, 1] = pd.NA
    assert failure(layout(missing), TypeError) == (
        f"{what} has dtype object and cannot be read as numbers: float() argument must "
        f"be a string or a real number, not 'NAType'. {MISSING}"
    )


def test_what_is_said_of_nan_works():
    """Of the two ways one is for padding, and the other for missing values."""
    padded = X.copy()
    padded[4, 2:] = np.nan
    missing = X.copy()
    missing[4, 1, 0] = np.nan
    for bad in (padded, missing):
        message = failure(bad)
        for tool in ("ragged_from_padded", "PerStepTransformer(SimpleImputer())"):
            assert tool in message
        assert ("padding='nan'" in message) == (bad is padded)
    network().fit(ragged_from_padded(padded), Y)
    network(padding="nan").fit(padded, Y)
    fill = partial(make_pipeline, PerStepTransformer(SimpleImputer()))
    fill(network()).fit(missing, Y)
