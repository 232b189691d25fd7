"""Groups, and classes that are announced."""

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


NONE = "classes[1] is {}, which stands for no label. Leave it out."
SHAPE = "classes must be a flat list of all labels that will ever come, got shape {}."
CLASSES = {
    "None": ([0, None], NONE.format(None)),
    "NaN": ([0, np.nan, 1], NONE.format("nan")),
    "NA": ([0, pd.NA], NONE.format("<NA>")),
    "NaT": (["a", pd.NaT], NONE.format("NaT")),
    "a masked one": (
        np.ma.array([0, 1, 2], mask=[False, False, True]),
        "classes is a masked array, and its mask hides 1 value(s), the first at index "
        "(2,). Masks are not read. Leave out of X, and of all that comes with it, what "
        "has no value.",
    ),
    "nested": ([[0, 1]], SHAPE.format((1, 2))),
    "nested, of objects": (np.array([[0, "a"]], object), SHAPE.format((1, 2))),
    "ragged": (
        [[0, 1], [2]],
        "classes must be a flat list, but some of its items are lists.",
    ),
    "their number": (2, SHAPE.format(())),
    "text": ("ab", SHAPE.format(())),
    "dict": ({0: "a", 1: "b"}, SHAPE.format(())),
    "of two types": (
        np.array([0, "a"], object),
        "Classes must be of one type, but classes has int and str.",
    ),
    "of no order": (
        np.array([{}, {}], object),
        "Classes must be numbers or texts, but classes has dict.",
    ),
    "none": (
        [],
        "RNNClassifier needs at least two classes, but classes has none: [].",
    ),
    "one": ([1], "RNNClassifier needs at least two classes, but classes has one: [1]."),
    "texts for numbers": (
        ["0", "1"],
        "y has labels [0, 1], which are not among the classes ['0', '1'] that "
        "RNNClassifier was told of. Announce all classes in the first call, or fit a "
        "new model.",
    ),
}


@pytest.mark.parametrize(("classes", "text"), CLASSES.values(), ids=CLASSES)
def test_classes_that_are_none(classes, text):
    assert failure(partial(network().partial_fit, X, Y, classes=classes)) == text


@pytest.mark.parametrize(
    "classes",
    [
        (2, 1, 0),
        {0, 1, 2},
        np.array([2, 0, 1, 1]),
        [0.0, 1.0, 2.0],
        np.array([0, 1, 2], object),
        pd.Series([0, 1, 2]),
        pd.Index([2, 1, 0]),
        pd.array([0, 1, 2], dtype="Int64"),
        pd.Categorical([0, 1, 2]),
        range(3),
    ],
    ids=lambda classes: type(classes).__name__,
)
def test_classes_of_any_kind(classes):
    model = network().partial_fit(X, Y, classes=classes)
    assert model.classes_.tolist() == [0, 1, 2]
    expected = network().partial_fit(X, Y, classes=[0, 1, 2])
    assert np.array_equal(model.weights_, expected.weights_)
    model.partial_fit(X, Y, classes=classes)


@pytest.mark.parametrize("kind", [str, object])
def test_texts_as_classes(kind):
    y = np.array(["down", "up"])[Y]
    model = network().partial_fit(X, y, classes=np.array(["up", "down"], kind))
    assert model.classes_.tolist() == ["down", "up"]
    assert set(model.predict(X)) <= {"down", "up"}


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
