"""Vocabularies and codes: of every type, in every layout, and errors."""

import re

import numpy as np
import pandas as pd
import polars as pl
import pytest

from skrnn import GRUClassifier
from skrnn.validation import check_sequences
from skrnn.validation.categories import codes_of, keep_some, learn
from skrnn.validation.format import SequenceFormat


def where(k):
    return f"row {k}"


LEARNT = {
    "text": (np.array(["b", "a", "b"]), ["a", "b"], [2, 1, 2]),
    "objects": (np.array(["b", "a", "b"], object), ["a", "b"], [2, 1, 2]),
    "missing text": (np.array(["b", None, np.nan], object), ["b", None], [1, 2, 2]),
    "NA": (np.array(["b", pd.NA, "c"], object), ["b", "c", None], [1, 3, 2]),
    "integers": (np.array([5, -1, 5]), [-1, 5], [2, 1, 2]),
    "unsigned": (np.array([5, 1], np.uint8), [1, 5], [2, 1]),
    "large": (np.array([2**62 + 1, 2**62]), [2**62, 2**62 + 1], [2, 1]),
    "booleans": (np.array([True, False]), [False, True], [2, 1]),
    "floats": (np.array([2.0, 1.0, 2.0]), [1.0, 2.0], [2, 1, 2]),
    "missing floats": (np.array([2.0, np.nan]), [2.0, np.nan], [1, 2]),
    "integers and None": (
        np.array([2, None, 1], object),
        [1.0, 2.0, np.nan],
        [2, 3, 1],
    ),
    "mixed numbers": (np.array([2, 1.0, True], object), [1.0, 2.0], [2, 1, 1]),
    "nothing but missing": (np.array([None, None], object), [np.nan], [1, 1]),
    "one": (np.array(["x"]), ["x"], [1]),
}


@pytest.mark.parametrize("name", LEARNT)
def test_vocabularies_are_sorted_and_codes_count_from_one(name):
    tokens, values, codes = LEARNT[name]
    found, own = learn(tokens, 0, where)
    assert [str(value) for value in found] == [str(value) for value in values]
    assert own.tolist() == codes
    assert codes_of(tokens, found, 0, where).tolist() == codes


@pytest.mark.parametrize(
    ("known", "tokens", "codes"),
    [
        (["a", "c"], ["b", "c", "d", ""], [0, 2, 0, 0]),
        (["a", None], [None, "b", "a"], [2, 0, 1]),
        (["a", "b"], [None, "b"], [0, 2]),
        ([1, 3], [0, 1, 2, 3, 4], [0, 1, 0, 2, 0]),
        ([1, 3], [3.0, np.nan], [2, 0]),
        ([1, 3], [True, 2], [1, 0]),
        ([None, None], ["a", None], [0, 1]),
        ([None, None], [3, None], [0, 1]),
    ],
)
def test_what_is_not_in_a_vocabulary_is_unknown(known, tokens, codes):
    values, _ = learn(np.array(known, object), 0, where)
    assert codes_of(np.array(tokens, object), values, 0, where).tolist() == codes


def test_values_that_are_left_out():
    values, codes = keep_some(
        np.array(["a", "b", "c"], object), np.array([1, 0, 1]) > 0
    )
    assert values.tolist() == ["a", "c"]
    assert codes.tolist() == [0, 1, 0, 2]
    assert codes_of(np.array(["a"]), values[:0], 0, where).tolist() == [0]


ADVICE = "Categories are text, whole numbers, booleans or missing (None, NaN)."
WRONG = {
    "a fraction": (np.array([1.0, 2.5]), "2.5 at row 1", "no whole number up to 2**53"),
    "infinity": (np.array([np.inf]), "inf at row 0", "no whole number up to 2**53"),
    "beyond float": (np.array([2.0**60]), "1.152921504606847e+18 at row 0",
                     "no whole number up to 2**53"),
    "beyond 64 bits": (np.array([1, 2**70], object), f"{2**70} at row 1",
                       "beyond 64 bits"),
    "mixed": (np.array(["a", None, 1], object), "1 at row 2", "a number among text"),
    "a list": (np.array(["a", (1,)], object), "(1,) at row 1", "of another type"),
    "bytes": (np.array([b"a"]), "b'a' at row 0", "of dtype |S1"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_category(name):
    tokens, value, what = WRONG[name]
    message = f"Categorical feature 3 of X has {value} (counted from 0), which is "
    with pytest.raises(ValueError, match=re.escape(f"{message}{what}. {ADVICE}")):
        learn(tokens, 3, where)


def test_another_type_than_in_fit():
    message = (
        "Categorical feature 1 was fitted on text, such as 'a', but X has numbers. "
        "Pass the same type as in fit."
    )
    with pytest.raises(ValueError, match=re.escape(message)):
        codes_of(np.array([1]), np.array(["a"], object), 1, where)
    message = "was fitted on numbers, such as 7, but X has text."
    with pytest.raises(ValueError, match=re.escape(message)):
        codes_of(np.array(["7"]), np.array([7]), 1, where)


# Layouts


def frames():
    one = pd.DataFrame({"kind": pd.Categorical(["b", "a"]), "x": [1.0, 2.0]})
    two = pd.DataFrame({"kind": pd.Categorical(["a"]), "x": [3.0]})
    return [one, two]


def objects():
    return [frame.to_numpy(object) for frame in frames()]


CODES = [[[2, 1.0], [1, 2.0]], [[1, 3.0]]]
ASKED = {
    "indices": ([0], objects),
    "a tuple": ((0,), objects),
    "an array": (np.array([0]), objects),
    "a mask": ([True, False], objects),
    "names": (["kind"], frames),
    "a mask of frames": (np.array([True, False]), frames),
    "types": ("from_dtype", frames),
    "lists": ([0], lambda: [x.tolist() for x in objects()]),
    "polars": (
        "from_dtype",
        lambda: [
            pl.DataFrame({"kind": list(f["kind"]), "x": list(f["x"])}).with_columns(
                pl.col("kind").cast(pl.Categorical)
            )
            for f in frames()
        ],
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_ragged_lists(name):
    asked, make = ASKED[name]
    checked = check_sequences(GRUClassifier(categorical_features=asked), make())
    assert [x.tolist() for x in checked.samples] == CODES
    assert checked.format.categories.values[0].tolist() == ["a", "b"]
    assert checked.dtype == np.float64


def table():
    return pd.DataFrame(
        {
            "kind 0": pd.Categorical(["b", "a"]),
            "x 0": [1.0, 2.0],
            "kind 1": pd.Categorical(["a", "c"]),
            "x 1": [3.0, 4.0],
        }
    )


OF_TABLES = {
    "indices of a step": [0],
    "mask of a step": [True, False],
    "mask of columns": [True, False, True, False],
    "names of columns": ["kind 1", "kind 0"],
    "types": "from_dtype",
}


@pytest.mark.parametrize(
    ("name", "kind"),
    [(name, "pandas") for name in OF_TABLES]
    + [(name, "array") for name in list(OF_TABLES)[:3]],
)
def test_tables(name, kind):
    X = table() if kind == "pandas" else table().to_numpy(object)
    network = GRUClassifier(categorical_features=OF_TABLES[name], features_per_step=2)
    checked = check_sequences(network, X)
    assert checked.samples.tolist() == [[[2, 1.0], [1, 3.0]], [[1, 2.0], [3, 4.0]]]
    assert checked.format.attributes_of_network["is_categorical_"].tolist() == [
        True,
        False,
    ]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, object])
def test_blocks_of_numbers(dtype):
    X = np.array([[[7, 2], [5, 1]], [[7, 0], [9, 3]]], dtype)
    checked = check_sequences(GRUClassifier(categorical_features=[0]), X)
    assert checked.samples.tolist() == [[[2, 2], [1, 1]], [[2, 0], [3, 3]]]
    assert checked.dtype == (np.float32 if dtype == np.float32 else np.float64)
    assert not np.shares_memory(checked.samples, X)


def test_nothing_is_categorical_by_type_in_arrays():
    checked = check_sequences(
        GRUClassifier(categorical_features="from_dtype"), np.zeros((2, 3, 1))
    )
    assert checked.format.categories is None


MESSAGES = {
    "index": ([2], objects, "categorical_features has 2, but a step of X has 2 "
              "feature(s), numbered from 0 to 1."),
    "negative": ([-1], objects, "categorical_features has -1, but a step of X has 2 "
                 "feature(s), numbered from 0 to 1."),
    "mask": ([True], objects, "categorical_features is a mask of 1 values; expected 2, "
             "the features of a step."),
    "no names": (["kind"], objects, "categorical_features=['kind'] are names, but X "
                 "has none. Pass data frames, or the indices of the features of a "
                 "step."),
    "names": (["kin"], frames, "categorical_features has ['kin'], but the columns of X "
              "are ['kind', 'x']."),
    "no number": ([1], objects, "Feature 0 of X has 'b' at sequence 0, step 0 (counted "
                  "from 0), which is no number. If the feature is categorical, name it "
                  "in categorical_features."),
}  # fmt: skip


@pytest.mark.parametrize("name", MESSAGES)
def test_messages(name):
    asked, make, message = MESSAGES[name]
    with pytest.raises(ValueError, match=re.escape(message)):
        check_sequences(GRUClassifier(categorical_features=asked), make())


def test_messages_of_tables():
    X, name = table(), "categorical_features"
    network = GRUClassifier(categorical_features=["kind 0"], features_per_step=2)
    message = (
        "Feature 0 of a step is categorical in some steps of X, but column 'kind 1' "
        "is not. A feature is the same at every step: name all of its columns, or give "
        "its index among the features of a step."
    )
    with pytest.raises(ValueError, match=re.escape(message)):
        check_sequences(network, X)
    message = (
        f"{name} is a mask of 3 values; expected 2, the features of a step, or 4, the "
        "columns of X."
    )
    with pytest.raises(ValueError, match=re.escape(message)):
        check_sequences(network.set_params(**{name: [True] * 3}), X)


def test_missing_numbers_are_refused_with_the_place_that_users_know():
    X = objects()
    X[0][1, 1] = np.nan
    with pytest.raises(ValueError, match="NaN: sequence 0, step 1, feature 1"):
        check_sequences(GRUClassifier(categorical_features=[0]), X)


def test_float32_numbers_a_limited_number_of_categories(monkeypatch):
    from skrnn.validation import mixed

    class Small:
        nmant = 1

    monkeypatch.setattr(mixed.np, "finfo", lambda dtype: Small)
    X = np.arange(4 * 2, dtype=np.float32).reshape(4, 1, 2)
    message = "A feature of X has 4 categories, more than float32 can number."
    with pytest.raises(ValueError, match=message):
        mixed.encode_columns(
            list(X[:, 0].T),
            mixed.Categories((0,)),
            where,
            "X",
            "GRUClassifier",
        )


def test_the_format_of_fitted_attributes():
    checked = check_sequences(GRUClassifier(categorical_features=[0]), objects())
    fitted = GRUClassifier()
    vars(fitted).update(checked.format.attributes_of_network)
    categories = SequenceFormat.of(fitted).categories
    assert categories.columns == (0,)
    assert categories.values[0].tolist() == ["a", "b"]
