"""What a token encoder says of what it cannot read."""

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError

from skrnn.preprocessing import TokenEncoder
from tests.messages import failure

EXPECTED = (
    "TokenEncoder expected a list of texts, or a list of sequences of tokens, such as "
    "[['a', 'b'], ['c']]; "
)
MISSING = (
    " Fill it in, for example with '', which becomes one unknown token, or leave it "
    "and its label out."
)
ONE_COLUMN = (
    " Pass one column of texts, or X.tolist() if each row is a sequence of tokens."
)
NUMBER = (
    " If each number is a token, put those of a sequence into a list of their own; if "
    "it is a text, pass str(number)."
)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ("abc", EXPECTED + "got a single str. Pass [X] if it is one text."),
        (b"abc", EXPECTED + "got a single bytes. Pass [X] if it is one text."),
        (None, EXPECTED + "got NoneType."),
        (5, EXPECTED + "got int."),
        ({"a": 1}, EXPECTED + "got dict. Pass list(X) if it yields texts."),
        ({"ab"}, EXPECTED + "got set. Pass list(X) if it yields texts."),
        ([], "X has no texts; TokenEncoder needs at least one."),
        (
            np.array([["a", "b"]]),
            EXPECTED + "got an array of shape (1, 2)." + ONE_COLUMN,
        ),
        (
            [b"ab"],
            EXPECTED
            + "item 0 of X is bytes. Decode it first, as [text.decode() for text in "
            "X].",
        ),
        (["ab", 5], EXPECTED + "item 1 of X is int." + NUMBER),
        (np.arange(3.0), EXPECTED + "item 0 of X is float." + NUMBER),
        ([{"ab"}], EXPECTED + "item 0 of X is set."),
        (["ab", None], "Text 1 of X is missing: it is None." + MISSING),
        (["ab", np.nan], "Text 1 of X is missing: it is nan." + MISSING),
        (
            pd.Series(["ab", None], dtype="string"),
            "Text 1 of X is missing: it is <NA>." + MISSING,
        ),
        (
            ["ab", ["ab"]],
            "TokenEncoder expected items of one kind, but item 0 of X is a text and "
            "item 1 is of type list. Pass texts alone, or sequences of tokens alone.",
        ),
        (
            [["ab"], ["ab", None]],
            "Token 1 of item 1 of X is missing: it is None. Fill it in, for example "
            "with a token of its own, such as '<missing>'.",
        ),
        (
            [np.zeros((3, 2))],
            "Item 0 of X is an array of shape (3, 2), but a sequence of tokens has "
            "shape (steps,) or (steps, 1): TokenEncoder reads one token a step.",
        ),
        (
            pd.DataFrame({"a": ["x"], "b": ["y"]}),
            "TokenEncoder reads one column, but X is a data frame with the columns "
            "['a', 'b']. Select one of them, as frame[[column]].",
        ),
    ],
)
def test_no_texts(X, message):
    assert failure(ValueError, TokenEncoder().fit, X) == message


def test_no_tokens():
    assert failure(TypeError, TokenEncoder().fit, [["a"], [["b"]]]) == (
        "Token 0 of item 1 of X is of type list. A token is a str, a number, or "
        "something else that is hashable: pass each sequence as a flat list of tokens."
    )
    assert failure(TypeError, TokenEncoder().fit, [[1, "a"]]) == (
        "The tokens cannot be sorted: they are of type int, str. Pass tokens of one "
        "type, such as [str(token) for token in tokens]."
    )
    assert failure(TypeError, TokenEncoder(analyzer=len).fit, ["abc"]) == (
        "The analyzer must return the tokens of a text, such as a list of str. It "
        "returned 3 for text 0 of X."
    )


def test_nothing_for_the_vocabulary():
    assert failure(ValueError, TokenEncoder().fit, ["a", "b!", ""]) == (
        "The vocabulary is empty: no text of X has a token. Single letters and "
        "punctuation are no words with the default token_pattern; analyzer='char' "
        "takes every character."
    )
    assert failure(ValueError, TokenEncoder(min_frequency=0.7).fit, ["ab ab cd"]) == (
        "The vocabulary is empty: no token is as frequent as min_frequency=0.7 asks "
        "for. The most frequent, 'ab', comes 2 time(s) among 3 tokens."
    )


def test_parameters():
    encoder = TokenEncoder(
        analyzer="chars", min_frequency=0, max_length=0, keep="begin", token_pattern="("
    )
    assert failure(ValueError, encoder.fit, ["ab"]).splitlines() == [
        "The 'analyzer' parameter of TokenEncoder must be one of 'word', 'char' or a "
        "callable. Got 'chars'. Did you mean 'char'?",
        "The 'keep' parameter of TokenEncoder must be one of 'first', 'last'. Got "
        "'begin'.",
        "The 'max_length' parameter of TokenEncoder must be an int in the range "
        "[1, inf) or None. Got 0.",
        "The 'min_frequency' parameter of TokenEncoder must be an int in the range "
        "[1, inf) or a float in the range (0, 1). Got 0.",
        "The 'token_pattern' parameter of TokenEncoder must be a regular expression "
        "with at most one group. Got '('.",
    ]
    assert not hasattr(encoder, "vocabulary_")


def test_codes():
    encoder = TokenEncoder().fit(["the cat"])
    for value in (3, -1, 0.5):
        code = np.array([[0], [value]])
        assert failure(ValueError, encoder.inverse_transform, [[[1]], code]) == (
            f"Codes are whole numbers from 0 to 2, but step 1 of sequence 1 of X has "
            f"{value}."
        )
    assert failure(ValueError, encoder.inverse_transform, np.zeros((1, 1, 2))) == (
        "A step has one code, but those of X have 2 features. Pass what transform of "
        "TokenEncoder gave."
    )


@pytest.mark.parametrize("method", ["transform", "inverse_transform"])
def test_before_fit(method):
    message = failure(NotFittedError, getattr(TokenEncoder(), method), ["a"])
    assert message.startswith("This TokenEncoder instance is not fitted yet.")
