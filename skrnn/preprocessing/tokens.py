"""Tokens of texts, and tokens as they are, read from what users pass."""

import re
from collections.abc import Iterable
from itertools import chain
from numbers import Number

import numpy as np

from skrnn.preprocessing.padding import read_sequences
from skrnn.validation.arrays import as_array, is_missing
from skrnn.validation.names import columns_of, is_frame, named_columns

EXPECTED = (
    "a list of texts, or a list of sequences of tokens, such as [['a', 'b'], ['c']]"
)


class Pattern:
    """Constraint: a regular expression that finds tokens."""

    def is_satisfied_by(self, value):
        """Return whether a value is valid."""
        if not isinstance(value, str):
            return False
        try:
            return re.compile(value).groups <= 1
        except (re.error, OverflowError):
            return False

    def __str__(self):
        return "a regular expression with at most one group"


class Text:
    """Constraint: a str."""

    def is_satisfied_by(self, value):
        """Return whether a value is valid."""
        return isinstance(value, str)

    def __str__(self):
        return "a str"


def read_tokens(X, analyze, name):
    """Return the tokens of each text or sequence.

    Parameters
    ----------
    X : list of n str, list of n sequences of tokens, or column of texts
        What the user passed.
    analyze : callable
        Function that makes tokens of a text: str -> iterable.
    name : str
        Name of the estimator.

    Returns
    -------
    list of n lists
        Of tokens: hashable, and none missing.
    """
    items = _items_of(X, name)
    first_is_text = isinstance(items[0], str)
    tokens = []
    for i, item in enumerate(items):
        if isinstance(item, str):
            found = _analyzed(analyze, item, i)
        else:
            found = _tokens_of(item, i, name)
        if isinstance(item, str) != first_is_text:
            first, other = _kind(items[0]), _kind(item)
            raise ValueError(
                f"{name} expected items of one kind, but item 0 of X is {first} and "
                f"item {i} is {other}. Pass texts alone, or sequences of tokens alone."
            )
        tokens.append(found)
    _check_tokens(tokens)
    return tokens


def _kind(item):
    return "a text" if isinstance(item, str) else f"of type {type(item).__name__}"


def _items_of(X, name):
    """Return the texts or sequences in X as a list."""
    if type(X).__name__ == "LazyFrame":  # of polars
        X = X.collect()
    if isinstance(X, list | tuple):
        items = list(X)
    elif is_frame(X):
        items = _column_of(X, "X", name).tolist()
    else:
        items = _items_of_array(X, name)
    if not items:
        raise ValueError(f"X has no texts; {name} needs at least one.")
    return items


def _items_of_array(X, name):
    """Return the items of an array or series of any library."""
    if isinstance(X, str | bytes):
        raise ValueError(
            f"{name} expected {EXPECTED}; got a single {type(X).__name__}. Pass [X] if "
            "it is one text."
        )
    is_array = hasattr(X, "__array__") or hasattr(X, "__dlpack__")
    array = as_array(X, "X") if is_array else np.array(None)
    if array.ndim == 2 and array.shape[1] == 1:
        return array[:, 0].tolist()
    if array.ndim == 3 and array.shape[2] == 1:
        return list(array)
    if array.ndim != 1:
        advice = "Pass list(X) if it yields texts." if isinstance(X, Iterable) else ""
        came = type(X).__name__
        if array.ndim:
            came = f"an array of shape {array.shape}"
            advice = (
                "Pass one column of texts, or X.tolist() if each row is a sequence of "
                "tokens."
            )
        raise ValueError(f"{name} expected {EXPECTED}; got {came}. {advice}".rstrip())
    return array.tolist()


def _column_of(frame, what, name):
    """Return the only column of a data frame as an array."""
    columns = columns_of(frame)
    if len(columns) != 1:
        raise ValueError(
            f"{name} reads one column, but {what} is a data frame with the columns "
            f"{columns}. Select one of them, as frame[[column]]."
        )
    ((_, values),) = named_columns(frame)
    return as_array(values, what)


def _analyzed(analyze, text, i):
    tokens = analyze(text)
    if not isinstance(tokens, Iterable):
        raise TypeError(
            f"The analyzer must return the tokens of a text, such as a list of str. "
            f"It returned {tokens!r} for text {i} of X."
        )
    return list(tokens)


def _tokens_of(item, i, name):
    """Return a sequence of tokens, in any form, as a list."""
    if isinstance(item, list | tuple):
        return list(item)
    what = f"Item {i} of X"
    if is_frame(item):
        return _column_of(item, what, name).tolist()
    if not isinstance(item, np.generic) and hasattr(item, "__array__"):
        array = as_array(item, what)
        if array.ndim == 1:
            return array.tolist()
        if array.ndim == 2 and array.shape[1] == 1:
            return array[:, 0].tolist()
        raise ValueError(
            f"{what} is an array of shape {array.shape}, but a sequence of tokens has "
            f"shape (steps,) or (steps, 1): {name} reads one token a step."
        )
    raise ValueError(_no_text(item, i, name))


def _no_text(item, i, name):
    """Return the message for an item that is neither text nor sequence."""
    if is_missing(item):
        return (
            f"Text {i} of X is missing: it is {item!r}. Fill it in, for example with "
            "'', which becomes one unknown token, or leave it and its label out."
        )
    advice = ""
    if isinstance(item, bytes):
        advice = "Decode it first, as [text.decode() for text in X]."
    elif isinstance(item, Number):
        advice = (
            "If each number is a token, put those of a sequence into a list of their "
            "own; if it is a text, pass str(number)."
        )
    kind = type(item).__name__
    return f"{name} expected {EXPECTED}; item {i} of X is {kind}. {advice}".rstrip()


def _check_tokens(tokens):
    """Raise an error that names the first token which cannot be one."""
    try:
        distinct = set(chain.from_iterable(tokens))
    except TypeError:
        i, step, token = _first(tokens, lambda token: not _is_hashable(token))
        raise TypeError(
            f"Token {step} of item {i} of X is of type {type(token).__name__}. A token "
            "is a str, a number, or something else that is hashable: pass each "
            "sequence as a flat list of tokens."
        ) from None
    if any(map(is_missing, distinct)):
        i, step, token = _first(tokens, is_missing)
        raise ValueError(
            f"Token {step} of item {i} of X is missing: it is {token!r}. Fill it in, "
            "for example with a token of its own, such as '<missing>'."
        )


def _first(tokens, is_wrong):
    """Return where the first wrong token stands, and the token."""
    return next(
        (i, step, token)
        for i, sequence in enumerate(tokens)
        for step, token in enumerate(sequence)
        if is_wrong(token)
    )


def _is_hashable(token):
    try:
        hash(token)
    except TypeError:
        return False
    return True


def read_codes(X, largest, name):
    """Return the codes of each sequence.

    Parameters
    ----------
    X : list of n arrays of int of shape (n_steps_i, 1), or array of int of shape \
(n, n_steps, 1)
        What the user passed.
    largest : int
        The largest code.
    name : str
        Name of the estimator.

    Returns
    -------
    list of n ndarrays of int of shape (n_steps_i,)
    """
    sequences = read_sequences(X, name)
    width = sequences[0].shape[1]
    if width != 1:
        raise ValueError(
            f"A step has one code, but those of X have {width} features. Pass what "
            f"transform of {name} gave."
        )
    for i, sequence in enumerate(sequences):
        valid = (sequence >= 0) & (sequence <= largest) & (sequence == sequence // 1)
        if not valid.all():
            step = int(np.argmin(valid[:, 0]))
            raise ValueError(
                f"Codes are whole numbers from 0 to {largest}, but step {step} of "
                f"sequence {i} of X has {sequence[step, 0].item()!r}."
            )
    return [sequence[:, 0].astype(np.intp) for sequence in sequences]
