"""Vocabularies of categorical features, and codes of their values.

A code is the index of a value in the vocabulary plus one, and 0 where it is not in it.
What is missing is a value too, the last of a vocabulary.
"""

from dataclasses import dataclass, replace
from itertools import repeat

import numpy as np

from skrnn.validation.arrays import is_missing

TEXT, NUMBERS = "text", "numbers"
#: Whole numbers up to this are exact in float64.
EXACT = 2**53
TYPES = "Categories are text, whole numbers, booleans or missing (None, NaN)."


@dataclass(frozen=True, eq=False)
class Categories:
    """Categorical features of a step, and their vocabularies.

    Attributes
    ----------
    columns : tuple of int
        Which features of a step are categorical.
    values : tuple of ndarray, or None
        The vocabulary of each, sorted; None before they are learnt.
    """

    columns: tuple[int, ...]
    values: tuple[np.ndarray, ...] | None = None

    @classmethod
    def of(cls, is_categorical, values):
        """Return those of a mask of features, or None if there are none."""
        columns = tuple(np.flatnonzero(is_categorical).tolist())
        return cls(columns, tuple(values)) if columns else None

    def mask(self, n_features):
        """Return which features are categorical, ndarray of bool."""
        return np.isin(np.arange(n_features), self.columns)

    def encode(self, tokens, where):
        """Return the codes of the values of each feature.

        Parameters
        ----------
        tokens : list of ndarray of shape (n,)
            The values.
        where : callable
            Returns text that says where a value stands, for its index.

        Returns
        -------
        codes : list of ndarray of int of shape (n,)
        categories : Categories
            With the vocabularies, which are learnt if they are not there.
        """
        if self.values is None:
            found = [
                learn(some, k, where)
                for k, some in zip(self.columns, tokens, strict=True)
            ]
            values, codes = zip(*found, strict=True)
            return list(codes), replace(self, values=values)
        each = zip(tokens, self.values, self.columns, strict=True)
        return [codes_of(some, known, k, where) for some, known, k in each], self


def learn(tokens, feature, where):
    """Return the vocabulary of values, and their codes.

    Parameters
    ----------
    tokens : ndarray of shape (n,)
        The values.
    feature : int
        Which feature they are of, for messages.
    where : callable
        Returns text that says where a value stands, for its index.

    Returns
    -------
    values : ndarray of shape (n_values,)
        Sorted: objects if they are text, with None for what is missing at the end; else
        numbers, with NaN at the end.
    codes : ndarray of int of shape (n,)
    """
    kind, tokens, missing = _read(tokens, feature, where)
    present = tokens if missing is None else tokens[~missing]
    if kind == TEXT:
        words = sorted(set(present.tolist()))
        values = np.array([*words, None][: len(words) + (missing is not None)], object)
    else:
        values = np.unique(present)
        if missing is not None:
            values = np.append(values.astype(np.float64), np.nan)
    return values, _look_up(tokens, values, missing)


def codes_of(tokens, values, feature, where):
    """Return the codes of values in a vocabulary, 0 for those that are not in it."""
    kind, tokens, missing = _read(tokens, feature, where)
    known = values[: len(values) - _ends_missing(values)]
    if len(known) and len(tokens):
        expected = TEXT if known.dtype == object else NUMBERS
        if kind is not None and kind != expected:
            raise ValueError(
                f"Categorical feature {feature} was fitted on {expected}, such as "
                f"{known[0].item() if expected == NUMBERS else known[0]!r}, but X has "
                f"{kind}. Pass the same type as in fit."
            )
    return _look_up(tokens, values, missing)


def keep_some(values, keep):
    """Return a vocabulary without some values, and the new code of each old one.

    Parameters
    ----------
    values : ndarray of shape (n_values,)
        The vocabulary.
    keep : ndarray of bool of shape (n_values,)
        Which values stay.

    Returns
    -------
    values : ndarray
        A vocabulary of numbers without NaN stays of the type that it has.
    codes : ndarray of int of shape (n_values + 1,)
    """
    codes = np.concatenate([[0], np.where(keep, np.cumsum(keep), 0)])
    return values[keep], codes


def _ends_missing(values):
    return bool(len(values)) and is_missing(values[-1])


def _look_up(tokens, values, missing):
    """Return codes of values that have been read."""
    last = _ends_missing(values)
    known = values[: len(values) - last]
    codes = np.zeros(len(tokens), np.int64)
    if len(known) and len(tokens):
        if tokens.dtype == object:
            codes = _look_up_text(tokens, known)
        elif known.dtype != object:
            at = np.minimum(np.searchsorted(known, tokens), len(known) - 1)
            codes = np.where(known[at] == tokens, at + 1, 0)
    if missing is not None:
        codes[missing] = len(values) if last else 0
    return codes


def _look_up_text(tokens, known):
    """Return codes of text: each word is searched for once."""
    tokens = tokens.tolist()
    words = [word for word in set(tokens) if isinstance(word, str)]
    if known.dtype != object or not words:
        return np.zeros(len(tokens), np.int64)
    at = np.searchsorted(known, np.array([*words, None], object)[:-1])
    at = np.minimum(at, len(known) - 1)
    pairs = zip(words, at.tolist(), strict=True)
    table = {word: k + 1 for word, k in pairs if known[k] == word}
    return np.fromiter(map(table.get, tokens, repeat(0)), np.int64, len(tokens))


def _read(tokens, feature, where):
    """Return the kind of values, the values, and which are missing (None for none)."""
    kind = tokens.dtype.kind
    if kind in "biu":
        return NUMBERS, tokens, None
    if kind == "f":
        return _read_floats(tokens, feature, where)
    if kind in "UT":
        return TEXT, tokens.astype(object), None
    if kind == "O":
        return _read_objects(tokens, feature, where)
    raise _wrong(feature, where, 0, tokens[:1].tolist(), f"of dtype {tokens.dtype}")


def _read_floats(tokens, feature, where):
    missing = np.isnan(tokens)
    present = np.where(missing, 0, tokens)
    wrong = (present != np.floor(present)) | (np.abs(present) > EXACT)
    if wrong.any():
        first = int(np.argmax(wrong))
        raise _wrong(feature, where, first, tokens, "no whole number up to 2**53")
    if not missing.any():
        return NUMBERS, tokens, None
    return (None if missing.all() else NUMBERS), tokens, missing


def _read_objects(tokens, feature, where):
    items = tokens.tolist()
    usual = str | int | np.integer | np.bool_
    if all(issubclass(kind, usual) for kind in set(map(type, items))):
        return _read_present(tokens, feature, where)
    missing = np.fromiter(map(is_missing, items), bool, len(items))
    rows = np.flatnonzero(~missing)
    if len(rows) == len(items):
        return _read_present(tokens, feature, where)
    if len(rows) == 0:
        return None, np.zeros(len(items)), missing
    kind, present, _ = _read_present(
        tokens[rows], feature, lambda row: where(rows[row])
    )
    whole = np.zeros(len(items), object if kind == TEXT else np.float64)
    whole[rows] = present
    if kind == NUMBERS:
        _read_floats(whole, feature, where)  # those that float64 cannot hold
    return kind, whole, missing


def _read_present(tokens, feature, where):
    """Read objects of which none is missing."""
    items = tokens.tolist()
    types = set(map(type, items))
    text = {kind for kind in types if issubclass(kind, str)}
    numbers = {kind for kind in types if issubclass(kind, float | int | np.number)}
    numbers |= types & {np.bool_}
    others = types - text - numbers
    if others:
        first = [type(item) in others for item in items].index(True)
        raise _wrong(feature, where, first, tokens, "of another type")
    if text and numbers:
        first = [type(item) in numbers for item in items].index(True)
        raise _wrong(feature, where, first, tokens, "a number among text")
    if text:
        return TEXT, tokens, None
    array = np.array(items)
    if array.dtype == object:
        first = [not -EXACT <= item <= EXACT for item in items].index(True)
        raise _wrong(feature, where, first, tokens, "beyond 64 bits")
    return _read(array, feature, where)


def _wrong(feature, where, k, tokens, what):
    value = tokens[k].item() if isinstance(tokens[k], np.generic) else tokens[k]
    return ValueError(
        f"Categorical feature {feature} of X has {value!r} at {where(k)} (counted from "
        f"0), which is {what}. {TYPES}"
    )
