"""Groups, and the messages for those that are not valid."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from skrnn import RNNClassifier

N = 8
X = np.random.default_rng(0).normal(size=(N, 3, 2))
Y = np.arange(N) % 2


def network(**parameters):
    return RNNClassifier(hidden_size=2, max_iter=2, random_state=0, **parameters)


def failure(call):
    with pytest.raises(ValueError, match=r"\.$") as caught:
        call()
    assert type(caught.value) is ValueError
    return str(caught.value)


MISSING = (
    "groups has no value for sequence 2 (counted from 0). Give one that belongs to no "
    "other a group of its own."
)


@pytest.mark.parametrize("value", [None, np.nan, pd.NA, pd.NaT, float("nan")], ids=str)
@pytest.mark.parametrize("others", [1, "a", 1.5])
def test_groups_that_are_missing(value, others):
    groups = [others] * N
    groups[2] = value
    split = network(early_stopping=True)
    in_objects = pd.Series(groups, dtype=object)
    for some in (groups, in_objects) if not isinstance(others, str) else (in_objects,):
        assert failure(partial(split.fit, X, Y, groups=some)) == MISSING


@pytest.mark.parametrize("dtype", ["Int64", "string", "category"])
def test_groups_of_pandas_that_are_missing(dtype):
    groups = pd.Series([1, 2, None, 4] * 2, dtype="Int64").astype(dtype)
    split = network(early_stopping=True)
    assert failure(partial(split.fit, X, Y, groups=groups)) == MISSING


GROUPS = {
    "masked": (
        np.ma.array(Y, mask=Y > 0),
        "groups is a masked array, and its mask hides 4 value(s), the first at index "
        "(1,). Masks are not read. Leave out of X, and of all that comes with it, what "
        "has no value.",
    ),
    "pairs": (
        [(1, 2)] * N,
        "groups must have one entry for each of the 8 sequences, got shape (8, 2).",
    ),
    "ragged": (
        [[1], [1, 2]] * 4,
        "groups must be a flat list, but some of its items are lists.",
    ),
    "text": (
        "abcdefgh",
        "groups must have one entry for each of the 8 sequences, got shape ().",
    ),
    "of two types": (
        np.array([1, "a"] * 4, object),
        "Groups must be of one type, but groups has int and str.",
    ),
    "of no order": (
        [{}] * N,
        "Groups must be numbers or texts, but groups has dict.",
    ),
}


@pytest.mark.parametrize(("groups", "text"), GROUPS.values(), ids=GROUPS)
def test_groups_that_are_none(groups, text):
    split = network(early_stopping=True)
    assert failure(partial(split.fit, X, Y, groups=groups)) == text
