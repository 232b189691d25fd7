"""Segments and their scores: examples by hand, plain loops, what must not matter."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import make_scorer
from sklearn.model_selection import cross_val_score

from skrnn.metrics import find_segments, segment_edit_score, segment_f1_score
from tests.messages import failure
from tests.metrics import reference
from tests.metrics.problems import StepClassifier, random_labels, toy


def steps(text):
    """Make labels of a text: a letter a step; "." has none."""
    return [None if letter == "." else letter for letter in text]


def both(true, found, **options):
    """Return edit score and F1 of texts, a sequence a word."""
    y_true, y_pred = ([steps(word) for word in text.split()] for text in (true, found))
    return (
        segment_edit_score(y_true, y_pred, **options),
        segment_f1_score(y_true, y_pred, **options),
    )


# Segments


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ("", []),
        ("a", [("a", 0, 1)]),
        ("aab", [("a", 0, 2), ("b", 2, 3)]),
        ("aba", [("a", 0, 1), ("b", 1, 2), ("a", 2, 3)]),
        (".a.ab..", [("a", 1, 2), ("a", 3, 4), ("b", 4, 5)]),
        ("...", []),
    ],
)
def test_segments_of_texts(labels, expected):
    found = find_segments(steps(labels))
    assert found == expected
    assert [len(steps(labels)[start:stop]) for _, start, stop in found] == [
        one.stop - one.start for one in found
    ]


def test_segments_of_other_labels():
    expected = [(2, 0, 2), (0, 2, 3), (2, 4, 5)]
    y = np.array([2, 2, 0, -1, 2])
    for form in (y, y.tolist(), y.astype(float), pd.Series(y), y.astype(object)):
        assert find_segments(form) == expected
    assert find_segments([True, False, False]) == [(True, 0, 1), (False, 1, 3)]
    assert find_segments([1, "a", "a", None]) == [(1, 0, 1), ("a", 1, 3)]
    label, start, stop = find_segments(y)[0]
    assert (type(label), type(start), type(stop)) == (int, int, int)


@pytest.mark.parametrize("seed", range(5))
def test_segments_put_together_are_the_labels(seed):
    (labels,) = random_labels(np.random.default_rng(seed), lengths=(30,))
    found = find_segments(labels)
    again = [one.label for one in found for _ in range(one.start, one.stop)]
    assert again == labels.tolist()
    assert all(a.label != b.label for a, b in pairwise(found))


# Scores by hand


@pytest.mark.parametrize(
    ("true", "found", "edit", "f1"),
    [
        ("a", "a", 1, 1),
        ("a", "b", 0, 0),
        ("aabb", "aabb", 1, 1),
        ("aaabbb", "abbbbb", 1, 0.5),  # a: 1 of 3 steps, b: 3 of 5
        ("aaaabb", "aabaab", 0.5, 2 / 3),  # abab for ab; 1 hit (b), 1 hit (a: half)
        ("aaaaaa", "aababb", 1 / 4, 0),
        ("aabbcc", "aaaccc", 2 / 3, 4 / 5),  # a and c: 2 of 3
        ("aabb", "bbaa", 0, 0),
        ("aabb cc", "aabb dd", 0.5, 2 / 3),
    ],
)
def test_examples_by_hand(true, found, edit, f1):
    assert both(true, found) == (pytest.approx(edit), pytest.approx(f1))


def test_thresholds():
    y_true, y_pred = [list("aaaabbbbbb")], [list("aabbbbbbbb")]
    # a: 2 of 4 steps; b: 6 of 8.
    found = segment_f1_score(y_true, y_pred, threshold=[0.1, 0.5, 0.51, 0.75, 0.76, 1])
    assert found.tolist() == [1, 1, 0.5, 0.5, 0, 0]
    assert segment_f1_score(y_true, y_pred) == 1
    one = segment_f1_score(y_true, y_pred, threshold=(0.75,))
    assert (one.shape, one.tolist()) == ((1,), [0.5])
    assert isinstance(segment_f1_score(y_true, y_pred, threshold=1), float)


def test_a_true_segment_is_found_once():
    # Both fragments of a overlap the one true segment enough; the second is too many.
    found = segment_f1_score([list("aaaaa")], [list("aabaa")], threshold=0.25)
    assert found == pytest.approx(2 / (2 + 2))


def test_ignored_classes():
    assert both("-aa-bb", "aaa-b-")[0] == pytest.approx(1 - 2 / 4)
    assert both("-aa-bb", "aaa-b-", ignore="-") == (1, 1)
    for ignore in (["-", "b"], ("-", "b"), {"-", "b"}, np.array(["b", "-"])):
        assert both("-aa-bb", "aaa-bb", ignore=ignore) == (1, 1)
    assert both("-aa-", "-bb-", ignore="-") == (0, 0)
    # Between two of a class an ignored one still lies: they are two segments.
    assert both("a-a", "aaa", ignore="-")[0] == 0.5
    assert both("--", "--", ignore="-") == (1, 1)
    assert both("--", "-a", ignore="-") == (0, 0)
    assert both("aa", "aa", ignore="z") == (1, 1)
    assert segment_edit_score([[0, 1, 0]], [[1, 1, 1]], ignore=0) == 1


def test_steps_without_a_label():
    # A gap does not break a segment, and what is predicted in it does not matter.
    assert both("aa.a..bb", "aabacdbb") == (1, 1)
    assert both("aa.a..bb", "aaaaaabb") == (1, 1)
    assert both("aa..", "aabb") == (1, 1)
    # A sequence without labels is none.
    assert both("ab ...", "ab cde") == (1, 1)
    assert both("ab ...", "ac cde") == both("ab", "ac")
    numbers = [[0, 0, -1, 1]]
    assert segment_edit_score(numbers, [[0, 0, 2, 1]]) == 1


def test_weights_are_copies():
    y_true = [list("aab"), list("ab"), ["b"]]
    y_pred = [list("abb"), list("ba"), ["b"]]
    copies = [0, 0, 1, 2, 2, 2]
    for score in (segment_edit_score, segment_f1_score):
        weighted = score(y_true, y_pred, sample_weight=[2, 1, 3])
        repeated = score([y_true[i] for i in copies], [y_pred[i] for i in copies])
        assert weighted == pytest.approx(repeated)
        assert score(y_true, y_pred, sample_weight=[0, 0, 1]) == 1


# Against plain loops


@pytest.mark.parametrize("seed", range(20))
def test_scores_are_those_of_plain_loops(seed):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 40, size=5)
    y_true, y_pred = (random_labels(rng, lengths=lengths) for _ in range(2))
    for true, found in zip(y_true, y_pred, strict=True):
        same = rng.uniform(size=len(true)) < 0.7
        found[same] = true[same]
    for ignore in ((), (0,), (0, 2), (0, 1, 2)):
        given = {"ignore": list(ignore)}
        assert segment_edit_score(y_true, y_pred, **given) == pytest.approx(
            reference.edit_score(y_true, y_pred, ignore)
        )
        for threshold in (0.01, 0.1, 0.25, 0.5, 0.6, 1):
            found = segment_f1_score(y_true, y_pred, threshold=threshold, **given)
            expected = reference.f1_score(y_true, y_pred, threshold, ignore)
            assert found == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(5))
def test_what_must_not_matter(seed):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 40, size=4)
    y_true, y_pred = (random_labels(rng, lengths=lengths) for _ in range(2))
    edit, f1 = segment_edit_score(y_true, y_pred), segment_f1_score(y_true, y_pred)
    assert segment_edit_score(y_pred, y_true) == pytest.approx(edit)
    # Above one half, no two segments overlap the same so much.
    assert segment_f1_score(y_pred, y_true, threshold=0.51) == segment_f1_score(
        y_true, y_pred, threshold=0.51
    )
    assert segment_edit_score(y_true, y_true) == 1
    assert segment_f1_score(y_true, y_true, threshold=1) == 1
    stretched = [[np.repeat(item, 3) for item in y] for y in (y_true, y_pred)]
    assert segment_edit_score(*stretched) == pytest.approx(edit)
    assert segment_f1_score(*stretched) == pytest.approx(f1)
    names = np.array(["x", "y", "z"])
    named = [[names[item] for item in y] for y in (y_true, y_pred)]
    assert segment_edit_score(*named) == edit
    assert segment_f1_score(*named) == f1


def test_long_sequences_do_not_take_long():
    rng = np.random.default_rng(0)
    y = rng.integers(5, size=(2, 4000))
    assert 0 < segment_edit_score(y[:1], y[1:]) < 1
    assert 0 < segment_f1_score(y[:1], y[1:], threshold=0.1) < 1


def test_scikit_learn_makes_scorers_of_them():
    X, y = toy()
    y[0] = np.full_like(y[0], -1)
    for score in (segment_edit_score, segment_f1_score):
        found = cross_val_score(
            StepClassifier(),
            X,
            y,
            cv=3,
            scoring=make_scorer(score),
            error_score="raise",
        )
        assert found.tolist() == [1, 1, 1]
    scorer = make_scorer(segment_f1_score, threshold=0.25, ignore=0)
    fitted = StepClassifier(borders=(0.5,)).fit(X, y)
    expected = segment_f1_score(y, fitted.predict(X), threshold=0.25, ignore=0)
    assert 0 < scorer(fitted, X, y) == expected < 1


# What cannot be


def test_labels_that_are_none():
    y = [["a", "b"]]
    for score in (segment_edit_score, segment_f1_score):
        assert failure(ValueError, score, y, [[0, 1]]) == (
            "The labels of y_true are texts, and those of y_pred are numbers, so that "
            "none is equal to another. Give both the same labels."
        )
        assert failure(ValueError, score, y, [np.zeros((2, 3))]) == (
            "y_pred must have one label for each step, as predict returns, but has 3 "
            "values."
        )
        assert failure(ValueError, score, y, [["a"]]) == (
            "Sequence 0 of y_true has 2 step(s), but that of y_pred has 1: there must "
            "be one value for each step."
        )
        for weights in ([0], [-1]):
            assert failure(ValueError, score, y, y, sample_weight=weights) == (
                "sample_weight must not be negative, and some sequence with labels "
                "must have a weight above zero."
            )
        assert failure(ValueError, score, y, y, sample_weight=[[1, 1]]) == (
            "sample_weight must have one number for each of the 1 sequence(s) of "
            "y_true, or be nested like it, with one for each step; got shape (1, 2)."
        )
        assert failure(ValueError, score, y, y, ignore=[["a"]]) == (
            "ignore has values that cannot be labels: unhashable type: 'list'. Labels "
            "are texts, numbers or booleans."
        )
    assert failure(ValueError, find_segments, [[1, 2]]) == (
        "labels must have one label for each step, as predict returns, but has 2 "
        "values."
    )


@pytest.mark.parametrize("threshold", [0, -0.1, 1.1, "a", None, [], [0.5, 2], True])
def test_thresholds_that_are_none(threshold):
    message = failure(
        ValueError, segment_f1_score, [["a"]], [["a"]], threshold=threshold
    )
    assert message == (
        "The 'threshold' parameter of segment_f1_score must be a float in the range "
        f"(0, 1], or several of them. Got {threshold!r}."
    )
