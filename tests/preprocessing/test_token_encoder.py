"""Texts and sequences of tokens become sequences of codes, and come back."""

import pickle
import re
from collections import Counter

import numpy as np
import pandas as pd
import polars
import pyarrow
import pytest
import skops.io
from numpy.testing import assert_array_equal
from sklearn import config_context
from sklearn.base import clone
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.utils import estimator_checks, get_tags

from skrnn import GRUClassifier
from skrnn.interop import SKOPS_TRUSTED
from skrnn.preprocessing import (
    PerStepTransformer,
    TokenEncoder,
    sequences_from_frame,
)

TEXTS = ["The cat sat", "a dog, the cat; the END", "", "Über-größe naïve"]
VISITS = [["home", "shop", "pay"], ["home", "help"], ["shop"]]


def flat(codes):
    return [x.ravel().tolist() for x in codes]


# Codes


def test_tokens_have_codes_in_sorted_order():
    encoder = TokenEncoder()
    codes = encoder.fit_transform(TEXTS)
    assert encoder.vocabulary_ == {
        **{"cat": 1, "dog": 2, "end": 3, "größe": 4},
        **{"naïve": 5, "sat": 6, "the": 7, "über": 8},
    }
    assert flat(codes) == [[7, 1, 6], [2, 7, 1, 7, 3], [0], [8, 4, 5]]
    assert encoder.tokens_.tolist() == [None, *encoder.vocabulary_]
    for x in codes:
        assert (x.dtype, x.shape[1:]) == (np.int64, (1,))


def test_fit_transform_is_fit_and_transform():
    encoder = TokenEncoder(max_features=3, max_length=2)
    codes = encoder.fit_transform(TEXTS)
    again = clone(encoder).fit(TEXTS).transform(TEXTS)
    assert flat(codes) == flat(again)
    assert flat(encoder.transform(TEXTS[1:2])) == flat(codes[1:2])


@pytest.mark.parametrize("analyzer", ["word", "char", str.split])
@pytest.mark.parametrize("lowercase", [True, False])
@pytest.mark.parametrize("strip_accents", [None, "unicode", "ascii"])
def test_texts_are_analyzed_as_for_counts(analyzer, lowercase, strip_accents):
    options = {
        "analyzer": analyzer,
        "lowercase": lowercase,
        "strip_accents": strip_accents,
    }
    counter = CountVectorizer(**options)
    counts = counter.fit_transform(TEXTS).toarray()
    encoder = TokenEncoder(**options)
    codes = encoder.fit_transform(TEXTS)
    assert encoder.tokens_[1:].tolist() == counter.get_feature_names_out().tolist()
    for x, row in zip(codes, counts, strict=True):
        assert_array_equal(np.bincount(x.ravel(), minlength=len(row) + 1)[1:], row)


def test_functions_for_words():
    words = TokenEncoder(
        token_pattern=r"\b(\w)\w*", preprocessor=lambda text: text.replace("cat", "CAT")
    ).fit(TEXTS[:2])
    assert list(words.vocabulary_) == ["C", "E", "T", "a", "d", "s", "t"]
    commas = TokenEncoder(tokenizer=re.compile("[,;]").split).fit(TEXTS[:2])
    assert list(commas.vocabulary_) == [" the cat", " the end", "a dog", "the cat sat"]


def test_characters_keep_their_order():
    encoder = TokenEncoder(analyzer="char")
    (code,) = encoder.fit_transform(["abcab"])
    assert code.ravel().tolist() == [1, 2, 3, 1, 2]


def test_unknown_tokens():
    encoder = TokenEncoder(unknown_token="<?>").fit(["the cat"])
    codes = encoder.transform(["the bird", "", "!"])
    assert flat(codes) == [[2, 0], [0], [0]]
    assert encoder.inverse_transform(codes) == [["the", "<?>"], ["<?>"], ["<?>"]]
    assert TokenEncoder().fit(["the cat"]).inverse_transform(codes)[1] == [None]


def test_rare_tokens_are_unknown():
    visits = [list("aabbbcd"), list("aad")]
    counts = Counter("".join(map("".join, visits)))
    assert counts == {"a": 4, "b": 3, "d": 2, "c": 1}
    for min_frequency, known in [(1, "abcd"), (2, "abd"), (4, "a"), (0.3, "ab")]:
        encoder = TokenEncoder(min_frequency=min_frequency).fit(visits)
        assert "".join(encoder.vocabulary_) == known
    assert flat(encoder.transform(visits)) == [[1, 1, 2, 2, 2, 0, 0], [1, 1, 0]]
    # One of the two that come twice: the first in order.
    most = TokenEncoder(max_features=2).fit([list("ccbbaaa")])
    assert list(most.vocabulary_) == ["a", "b"]


def test_long_texts_are_cut():
    X = ["one two three", "four"]
    first = TokenEncoder(max_length=2).fit(X)
    assert list(first.vocabulary_) == ["four", "one", "two"]
    last = TokenEncoder(max_length=np.uint8(2), keep="last")
    assert last.inverse_transform(last.fit_transform(X)) == [["two", "three"], ["four"]]


# What comes in


COLUMNS = {
    "array": np.array,
    "objects": lambda texts: np.array(texts, dtype=object),
    "column of an array": lambda texts: np.array(texts)[:, np.newaxis],
    "tuple": tuple,
    "pandas": pd.Series,
    "pandas, string": lambda texts: pd.Series(texts, dtype="string"),
    "pandas, categories": lambda texts: pd.Series(texts, dtype="category"),
    "pandas, frame": lambda texts: pd.DataFrame({"text": texts}),
    "polars": polars.Series,
    "polars, frame": lambda texts: polars.DataFrame({"text": texts}),
    "polars, lazy": lambda texts: polars.LazyFrame({"text": texts}),
    "pyarrow": lambda texts: pyarrow.chunked_array([texts]),
    "pyarrow, frame": lambda texts: pyarrow.table({"text": texts}),
}


@pytest.mark.parametrize("kind", COLUMNS.values(), ids=COLUMNS)
def test_columns_of_texts(kind):
    codes = TokenEncoder().fit_transform(kind(TEXTS))
    assert flat(codes) == flat(TokenEncoder().fit_transform(TEXTS))


SEQUENCES = {
    "tuples": tuple,
    "arrays": np.array,
    "objects": lambda tokens: np.array(tokens, dtype=object),
    "columns": lambda tokens: np.array(tokens)[:, np.newaxis],
    "pandas": pd.Series,
    "pandas, frames": lambda tokens: pd.DataFrame({"page": tokens}),
    "polars": polars.Series,
    "polars, frames": lambda tokens: polars.DataFrame({"page": tokens}),
    "pyarrow, frames": lambda tokens: pyarrow.table({"page": tokens}),
}


@pytest.mark.parametrize("kind", SEQUENCES.values(), ids=SEQUENCES)
def test_sequences_of_tokens(kind):
    encoder = TokenEncoder()
    codes = encoder.fit_transform(list(map(kind, VISITS)))
    assert encoder.vocabulary_ == {"help": 1, "home": 2, "pay": 3, "shop": 4}
    assert {type(token) for token in encoder.vocabulary_} == {str}
    assert flat(codes) == [[2, 4, 3], [2, 1], [4]]
    assert encoder.inverse_transform(codes) == VISITS


def test_sequences_in_other_containers():
    square = [["a", "b"], ["b", "a"]]
    for X in (
        np.array(square)[:, :, np.newaxis],
        pd.Series(square),
        polars.Series(square),
        tuple(square),
    ):
        assert flat(TokenEncoder().fit_transform(X)) == [[1, 2], [2, 1]]


def test_tokens_need_not_be_text():
    for tokens, expected in [
        ([[30, 7], np.array([7])], [[2, 1], [1]]),
        ([[0.5, -0.5], [2]], [[2, 1], [3]]),
        ([[("b", 1), ("a", 2)], [("b", 1)]], [[2, 1], [2]]),
    ]:
        encoder = TokenEncoder()
        codes = encoder.fit_transform(tokens)
        assert flat(codes) == expected
        assert encoder.inverse_transform(codes) == [list(one) for one in tokens]


def test_tokens_are_taken_as_they_are():
    encoder = TokenEncoder(analyzer="char", lowercase=True).fit([["Add To Cart", "x"]])
    assert list(encoder.vocabulary_) == ["Add To Cart", "x"]


def test_a_column_of_a_long_frame():
    log = pd.DataFrame({"who": [1, 2, 1], "page": ["home", "shop", "help"]})
    X = sequences_from_frame(log, id="who", as_frames=True).X
    assert flat(TokenEncoder().fit_transform(X)) == [[2, 1], [3]]


def test_codes_in_a_block_come_back():
    encoder = TokenEncoder().fit(VISITS)
    block = np.array([[[1], [2]], [[0], [4]]])
    expected = [["help", "home"], [None, "shop"]]
    assert encoder.inverse_transform(block) == expected
    assert encoder.inverse_transform(list(block.astype(float))) == expected


# As a part of scikit-learn


def words_of_two_kinds():
    rng = np.random.default_rng(0)
    X = ["".join(rng.choice(list(kind), 6)) for kind in ["abcd", "cdef"] * 20]
    return X, np.array(["left", "right"] * 20)


def make_pipe():
    one_hot = PerStepTransformer(OneHotEncoder(handle_unknown="ignore"))
    model = GRUClassifier(8, max_iter=20, random_state=0)
    return make_pipeline(TokenEncoder(analyzer="char"), one_hot, model)


def test_a_search_in_a_pipeline():
    X, y = words_of_two_kinds()
    grid = {"tokenencoder__max_features": [2, None]}
    search = GridSearchCV(make_pipe(), grid, cv=2, error_score="raise").fit(X, y)
    assert search.best_params_ == {"tokenencoder__max_features": None}
    assert search.score(X, y) > 0.9
    assert list(search.best_estimator_[0].vocabulary_) == list("abcdef")


def test_set_output_leaves_sequences_as_they_are():
    X, y = words_of_two_kinds()
    pipe = make_pipe().set_output(transform="pandas").fit(X, y)
    assert type(pipe[0].transform(X)) is list
    assert pipe[0].get_feature_names_out().tolist() == ["token"]
    with config_context(transform_output="pandas"):
        assert type(TokenEncoder(analyzer="char").fit_transform(X)) is list


def test_fitted_again_it_forgets():
    encoder = TokenEncoder().fit(VISITS)
    assert list(encoder.fit(["other words"]).vocabulary_) == ["other", "words"]
    with pytest.raises(ValueError, match="no texts"):
        encoder.fit([])
    assert list(encoder.vocabulary_) == ["other", "words"]


@pytest.mark.parametrize("X", [TEXTS, VISITS, [[3, 5], [5]], [[("a", 1)]]])
def test_stored(X):
    encoder = TokenEncoder().fit(X)
    twins = [pickle.loads(pickle.dumps(encoder))]
    if not isinstance(X[0][0], tuple):  # JSON, which skops writes, has no tuples
        saved = skops.io.dumps(encoder)
        twins.append(skops.io.loads(saved, trusted=list(SKOPS_TRUSTED)))
    for twin in twins:
        assert twin.vocabulary_ == encoder.vocabulary_
        codes = twin.transform(X)
        assert flat(codes) == flat(encoder.transform(X))
        assert twin.inverse_transform(codes) == encoder.inverse_transform(codes)


def test_tags_are_those_of_a_vectorizer():
    ours, theirs = get_tags(TokenEncoder()), get_tags(CountVectorizer())
    assert ours.input_tags == theirs.input_tags
    assert ours.requires_fit
    skipped = estimator_checks.SkipTestWarning
    with pytest.warns(skipped, match="Can't test estimator TokenEncoder"):
        estimator_checks.check_estimator(TokenEncoder())


#: The checks that need no X, which for every other one is numbers.
CHECKS = [
    estimator_checks.check_estimator_cloneable,
    estimator_checks.check_estimator_repr,
    estimator_checks.check_estimator_tags_renamed,
    estimator_checks.check_valid_tag_types,
    estimator_checks.check_no_attributes_set_in_init,
    estimator_checks.check_do_not_raise_errors_in_init_or_set_params,
    estimator_checks.check_mixin_order,
    estimator_checks.check_parameters_default_constructible,
    estimator_checks.check_get_params_invariance,
    estimator_checks.check_set_params,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_stock_checks(check):
    check("TokenEncoder", TokenEncoder())
