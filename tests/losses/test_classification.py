"""Losses of labels against the mathematics in plain loops, at any size of scores."""

import math

import numpy as np
import pytest

from skrnn.losses import (
    BinaryCrossEntropy,
    MultilabelCrossEntropy,
    MultinomialCrossEntropy,
    classification_loss,
)
from tests.gradients import relative_error

N_CLASSES = [2, 3, 5]
DTYPES = ["float32", "float64"]


def draw(n_classes, size=1.0, dtype="float64", n=12):
    rng = np.random.default_rng(0)
    n_outputs = 1 if n_classes == 2 else n_classes
    scores = size * rng.choice([-1.0, -0.3, 0.2, 1.0], (n, n_outputs))
    scores += rng.normal(size=scores.shape)
    return scores.astype(dtype), rng.permutation(np.arange(n) % n_classes)


def draw_labels(n_labels, size=1.0, dtype="float64", n=12):
    rng = np.random.default_rng(0)
    scores = size * rng.choice([-1.0, -0.3, 0.2, 1.0], (n, n_labels))
    scores += rng.normal(size=scores.shape)
    return scores.astype(dtype), rng.integers(0, 2, (n, n_labels))


def all_scores(row):
    """Give one score a class: a single one is the log-odds of the second class."""
    return [float(s) for s in ([0.0, *row] if len(row) == 1 else row)]


def log_softmax(row):
    top = max(row)
    total = top + math.log(math.fsum(math.exp(s - top) for s in row))
    return [s - total for s in row]


@pytest.mark.parametrize("n_classes", N_CLASSES)
@pytest.mark.parametrize("size", [0.0, 1.0, 30.0, 1e4])
@pytest.mark.parametrize("dtype", DTYPES)
def test_value_gradient_and_probabilities_are_those_of_the_equations(
    n_classes, size, dtype
):
    scores, y = draw(n_classes, size, dtype)
    loss = classification_loss(n_classes)
    expected = np.array([log_softmax(all_scores(row)) for row in scores])
    value, d_scores = loss.value_and_gradient(scores, y)
    eps = float(np.finfo(dtype).eps)
    close = {"rtol": 8 * eps, "atol": 4 * eps * max(size, 1.0)}
    picked = expected[np.arange(len(y)), y]
    np.testing.assert_allclose(value, -picked, **close)
    d_expected = np.exp(expected) - np.eye(n_classes)[y]
    close["rtol"] *= max(size, 1.0)  # what rounding a score does to its exponential
    np.testing.assert_allclose(d_scores, d_expected[:, -d_scores.shape[1] :], **close)
    np.testing.assert_allclose(loss.log_probabilities(scores), expected, **close)
    p = loss.probabilities(scores)
    np.testing.assert_allclose(p, np.exp(expected), **close)
    np.testing.assert_allclose(p.sum(axis=1), 1.0, rtol=8 * eps)
    for result in (value, d_scores, p, loss.log_probabilities(scores)):
        assert np.isfinite(result).all()
        assert result.dtype == dtype


@pytest.mark.parametrize("n_labels", [2, 3, 5])
@pytest.mark.parametrize("size", [0.0, 1.0, 30.0, 1e4])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", [int, bool, "float64"])
def test_several_labels_are_as_many_binary_problems(n_labels, size, dtype, kind):
    scores, y = draw_labels(n_labels, size, dtype)
    loss, binary = MultilabelCrossEntropy(), BinaryCrossEntropy()
    value, d_scores = loss.value_and_gradient(scores, y.astype(kind))
    eps = float(np.finfo(dtype).eps)
    total = np.zeros(len(y))
    for k, label in enumerate(y.T):
        one = scores[:, [k]]
        value_k, d_one = binary.value_and_gradient(one, label)
        total += value_k
        np.testing.assert_array_equal(d_scores[:, [k]], d_one)
        for name in ("probabilities", "log_probabilities"):
            each = getattr(loss, name)(scores)[:, k]
            np.testing.assert_array_equal(each, getattr(binary, name)(one)[:, 1])
    np.testing.assert_allclose(value, total, rtol=n_labels * eps)
    assert value.dtype == d_scores.dtype == dtype
    assert loss.probabilities(scores).dtype == dtype


CASES = {
    **{f"{n} classes": (classification_loss(n), draw(n)) for n in N_CLASSES},
    "labels": (MultilabelCrossEntropy(), draw_labels(4)),
}


@pytest.mark.parametrize(("loss", "drawn"), CASES.values(), ids=CASES)
def test_gradient_against_central_differences(loss, drawn):
    scores, y = drawn

    def total(scores):
        return loss.value_and_gradient(scores, y)[0].sum()

    _, d_scores = loss.value_and_gradient(scores, y)
    rng = np.random.default_rng(1)
    assert relative_error(total, d_scores, scores, rng) < 1e-8


@pytest.mark.parametrize(("loss", "drawn"), CASES.values(), ids=CASES)
def test_scores_and_targets_are_left_as_they_are(loss, drawn):
    scores, y = drawn
    before = scores.copy(), y.copy()
    loss.value_and_gradient(scores, y)
    loss.decide(scores)
    loss.probabilities(scores)
    assert np.array_equal(scores, before[0])
    assert np.array_equal(y, before[1])


@pytest.mark.parametrize(("loss", "drawn"), CASES.values(), ids=CASES)
def test_what_is_decided_for_costs_least(loss, drawn):
    scores, y = drawn
    decided = loss.decide(scores)
    least, _ = loss.value_and_gradient(scores, decided)
    assert decided.reshape(len(y), -1).shape == y.reshape(len(y), -1).shape
    for other in np.unique(y):
        value, _ = loss.value_and_gradient(scores, np.full_like(decided, other))
        assert (least <= value).all()


def test_decisions_by_hand():
    for dtype in DTYPES:
        one = np.array([[-0.1], [0.0], [0.1]], dtype)
        assert BinaryCrossEntropy().decide(one).tolist() == [0, 0, 1]
        three = np.array([[3, 1, 2], [-3, -1, -2], [0, 0, 0], [1, 2, 2]], dtype)
        assert MultinomialCrossEntropy().decide(three).tolist() == [0, 1, 0, 1]
        labels = MultilabelCrossEntropy().decide(three - 1)
        assert labels.tolist() == [[1, 0, 1], [0, 0, 0], [0, 0, 0], [0, 1, 1]]
        assert labels.dtype == np.intp


@pytest.mark.parametrize(("dtype", "score"), [("float32", 120.0), ("float64", 900.0)])
def test_the_logarithm_of_a_probability_that_underflows_is_exact(dtype, score):
    dtype = np.dtype(dtype)
    binary, multinomial = BinaryCrossEntropy(), MultinomialCrossEntropy()
    one = np.array([[score], [-score]], dtype)
    assert np.array_equal(binary.probabilities(one), [[0, 1], [1, 0]])
    assert np.array_equal(binary.log_probabilities(one), [[-score, 0], [0, -score]])
    three = np.array([[score, 0.0, -score]], dtype)
    log_p = MultilabelCrossEntropy().log_probabilities(three)
    assert np.array_equal(log_p, [[0, np.log(dtype.type(0.5)), -score]])
    assert np.array_equal(multinomial.probabilities(three), [[1, 0, 0]])
    log_p = multinomial.log_probabilities(three)
    assert np.array_equal(log_p, [[0, -score, -2 * score]])


@pytest.mark.parametrize("size", [1.0, 1e4])
def test_two_classes_are_the_same_with_one_score_as_with_two(size):
    scores, y = draw(2, size)
    both = np.concatenate([np.zeros_like(scores), scores], axis=1)
    binary, multinomial = BinaryCrossEntropy(), MultinomialCrossEntropy()
    value, d_scores = binary.value_and_gradient(scores, y)
    value_2, d_scores_2 = multinomial.value_and_gradient(both, y)
    close = {"rtol": 1e-12, "atol": 1e-15 * size}
    np.testing.assert_allclose(value, value_2, **close)
    np.testing.assert_allclose(d_scores, d_scores_2[:, 1:], **close)
    np.testing.assert_allclose(d_scores_2.sum(axis=1), 0.0, atol=1e-15)
    for name in ("probabilities", "log_probabilities"):
        one, two = getattr(binary, name)(scores), getattr(multinomial, name)(both)
        np.testing.assert_allclose(one, two, **close)


def test_adding_the_same_to_all_scores_changes_nothing():
    scores, y = draw(4)
    loss = MultinomialCrossEntropy()
    value, d_scores = loss.value_and_gradient(scores, y)
    shifted, d_shifted = loss.value_and_gradient(scores + 100.0, y)
    np.testing.assert_allclose(shifted, value, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(d_shifted, d_scores, rtol=1e-12, atol=1e-13)


# Labels that are smoothed

SMOOTHED = {name: (type(loss), drawn) for name, (loss, drawn) in CASES.items()}
each_smoothed = pytest.mark.parametrize(
    ("kind", "drawn"), SMOOTHED.values(), ids=SMOOTHED
)


def every_class(kind, scores):
    """Return the loss of each sequence for each class, or for none and all labels."""
    n, shape = max(2, scores.shape[1]), len(scores)
    if kind is MultilabelCrossEntropy:
        n, shape = 2, scores.shape
    targets = [np.full(shape, k) for k in range(n)]
    return np.array([kind().value_and_gradient(scores, y)[0] for y in targets])


@each_smoothed
@pytest.mark.parametrize("smoothing", [0.05, 0.3, 0.99])
def test_a_share_of_the_label_is_given_to_all_classes(kind, drawn, smoothing):
    scores, y = drawn
    plain, _ = kind().value_and_gradient(scores, y)
    value, d_scores = kind(smoothing).value_and_gradient(scores, y)
    mean = every_class(kind, scores).mean(axis=0)
    expected = (1 - smoothing) * plain + smoothing * mean
    np.testing.assert_allclose(value, expected, rtol=1e-13)

    def total(scores):
        return kind(smoothing).value_and_gradient(scores, y)[0].sum()

    error = relative_error(total, d_scores, scores, np.random.default_rng(1))
    assert error < 1e-8


@each_smoothed
def test_without_smoothing_no_bit_differs(kind, drawn):
    scores, y = drawn
    for dtype in DTYPES:
        few = scores.astype(dtype)
        for one, other in zip(
            kind().value_and_gradient(few, y),
            kind(0.0).value_and_gradient(few, y),
            strict=True,
        ):
            np.testing.assert_array_equal(one, other, strict=True)


@each_smoothed
@pytest.mark.parametrize("dtype", DTYPES)
def test_smoothed_losses_of_extreme_scores_are_finite(kind, drawn, dtype):
    scores, y = drawn
    far = (1e4 * np.sign(scores)).astype(dtype)
    before = far.copy(), y.copy()
    value, d_scores = kind(0.1).value_and_gradient(far, y)
    expected = 0.9 * kind().value_and_gradient(far, y)[0]
    expected = expected + 0.1 * every_class(kind, far).mean(axis=0)
    np.testing.assert_allclose(value, expected, rtol=1e-6)
    # Scores as large as that are too sure, and are drawn back.
    assert (value > 0).all()
    assert np.isfinite(d_scores).all()
    assert value.dtype == d_scores.dtype == dtype
    assert np.array_equal(far, before[0])
    assert np.array_equal(y, before[1])


@pytest.mark.parametrize("smoothing", [0.1, 0.5])
def test_two_smoothed_classes_are_the_same_with_one_score_as_with_two(smoothing):
    scores, y = draw(2)
    both = np.concatenate([np.zeros_like(scores), scores], axis=1)
    one, d_one = BinaryCrossEntropy(smoothing).value_and_gradient(scores, y)
    two, d_two = MultinomialCrossEntropy(smoothing).value_and_gradient(both, y)
    np.testing.assert_allclose(one, two, rtol=1e-12)
    np.testing.assert_allclose(d_one, d_two[:, 1:], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("n_classes", N_CLASSES)
def test_the_best_probability_of_a_smoothed_label_is_its_share(n_classes):
    loss, y = type(classification_loss(n_classes))(0.3), np.array([1])
    share = 0.7 + 0.3 / n_classes
    log_odds = np.log(share / (0.3 / n_classes))
    scores = log_odds * np.eye(n_classes)[[1]]
    scores = scores[:, 1:] if n_classes == 2 else scores
    assert loss.probabilities(scores)[0, 1] == pytest.approx(share)
    _, d_scores = loss.value_and_gradient(scores, y)
    np.testing.assert_allclose(d_scores, 0.0, atol=1e-15)


@pytest.mark.parametrize("n_classes", N_CLASSES)
def test_the_loss_for_a_number_of_classes(n_classes):
    kind = BinaryCrossEntropy if n_classes == 2 else MultinomialCrossEntropy
    assert type(classification_loss(n_classes)) is kind


@pytest.mark.parametrize("n_labels", N_CLASSES)
def test_the_loss_for_a_number_of_labels(n_labels):
    loss = classification_loss(n_labels, multilabel=True)
    assert type(loss) is MultilabelCrossEntropy
