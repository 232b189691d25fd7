import copy
import pickle
import unicodedata

import numpy as np
import pytest

from skrnn.datasets import load_words
from tests.messages import failure

LANGUAGES = ["English", "Finnish", "French", "German", "Italian", "Spanish"]


@pytest.fixture(scope="module")
def words():
    return load_words()


def test_what_is_in_the_bunch(words):
    assert set(words) == {
        *("data", "target", "target_names"),
        *("train_indices", "test_indices", "DESCR"),
    }
    assert type(words.data) is list
    assert {type(word) for word in words.data} == {str}
    assert words.target.dtype == np.int64
    assert words.target_names.tolist() == LANGUAGES
    assert "were written down for this library" in words.DESCR


def test_words_are_clean_and_have_one_answer(words):
    assert len(set(words.data)) == len(words.data) == 1920
    for word in words.data:
        assert word.isalpha()
        assert word == word.lower() == unicodedata.normalize("NFC", word)
    lengths = list(map(len, words.data))
    assert (min(lengths), max(lengths)) == (3, 16)


def test_words_are_of_their_language(words):
    named = dict(zip(words.data, words.target_names[words.target], strict=True))
    some = dict(
        zip(
            ["three", "kolme", "trois", "drei", "tre", "tres", "weiß", "mañana"],
            [*LANGUAGES, "German", "Spanish"],
            strict=True,
        )
    )
    assert {word: str(named[word]) for word in some} == some


def test_parts(words):
    assert np.bincount(words.target[words.train_indices]).tolist() == [240] * 6
    assert np.bincount(words.target[words.test_indices]).tolist() == [80] * 6
    start = 0
    for subset, n in [("train", 1440), ("test", 480), ("all", 1920)]:
        part = load_words(subset=subset)
        X, y = load_words(subset=subset, return_X_y=True)
        start = 0 if subset == "all" else start
        assert part.data == X == words.data[start : start + n]
        np.testing.assert_array_equal(part.target, y)
        np.testing.assert_array_equal(y, words.target[start : start + n])
        assert part.data == sorted(part.data) or subset == "all"
        start += n
    assert load_words(subset="test").train_indices.tolist() == []
    assert load_words(subset="test").test_indices.tolist() == list(range(480))


def test_survives_pickle_and_copy(words):
    for twin in (pickle.loads(pickle.dumps(words)), copy.deepcopy(words)):
        assert twin.data == words.data
        np.testing.assert_array_equal(twin.target, words.target)
    X, _ = load_words(return_X_y=True)
    X.clear()
    assert load_words().data == words.data


def test_messages():
    assert failure(ValueError, load_words, subset="tests", return_X_y=1) == (
        "The 'subset' parameter of load_words must be one of 'train', 'test', 'all'. "
        "Got 'tests'. Did you mean 'test'?\n"
        "The 'return_X_y' parameter of load_words must be True or False. Got 1."
    )
    with pytest.raises(TypeError, match="takes 0 positional arguments"):
        load_words("train")
