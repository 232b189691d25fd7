"""Gradients of outputs: held against differences, and against PyTorch."""

from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skrnn import GRUClassifier, GRURegressor, LSTMClassifier, RNNClassifier
from skrnn.inspection import saliency
from tests.golden.files import HIDDEN_SIZE, LOSSES, POOLINGS, REGRESSION, read
from tests.golden.test_golden import every_file
from tests.gradients import relative_error
from tests.inspection.problems import (
    CELLS,
    LENGTHS,
    THREE,
    UNITS,
    chosen,
    joined,
    sequences,
    small,
)

#: Every pooling, with and without patches, scale, own scale and filters, in another
#: pairing each time.
READINGS = [
    (1, True, False, 0),
    (3, False, True, 2),
    (1, False, False, 2),
    (3, True, True, 0),
    (3, True, False, 2),
    (1, True, True, 2),
    (3, False, False, 0),
    (1, False, True, 0),
]


def error_of(claimed, X, output, units=UNITS):
    """Hold attributions against differences of the sum of an output, (X) -> (n,)."""
    ends = np.cumsum([len(x) for x in X])[:-1]

    def value(point):
        moved = np.split(point * units, ends)
        return output(np.stack(moved) if isinstance(X, np.ndarray) else moved).sum()

    return relative_error(
        value,
        joined(claimed) * units,
        joined(X) / units,
        np.random.default_rng(0),
        n_coordinates=6,
        n_directions=2,
    )


def output_of(method, codes):
    """Give (X) -> (n,), of the outputs of a method the one that a code stands for."""
    return lambda X: chosen(method(X), codes)


@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("n_layers", [1, 3])
@pytest.mark.parametrize("cell", CELLS)
def test_equals_differences(cell, n_layers, bidirectional, lengths):
    raw = sequences(LENGTHS[lengths])
    turn = n_layers + bidirectional + (lengths == "ragged")
    for k, pooling in enumerate(POOLINGS):
        patch_size, standardize, own_scale, n_filters = READINGS[(2 * k + turn) % 8]
        units = UNITS if standardize else 1.0
        X = [x * units / UNITS for x in raw]
        X = np.stack(X) if lengths == "rectangular" else X
        model = CELLS[cell](
            4,
            n_layers=n_layers,
            bidirectional=bidirectional,
            pooling=pooling,
            patch_size=patch_size,
            standardize=standardize,
            own_scale=own_scale,
            n_filters=n_filters,
            linear_steps=3 * (k % 2),
            random_state=1,
        ).partial_fit(X, THREE, classes=range(3))
        found = saliency(model, X, target=THREE)
        error = error_of(found, X, output_of(model.decision_function, THREE), units)
        assert error < 1e-6, (pooling, READINGS[(2 * k + turn) % 8])
        assert joined(found).any()


@every_file
def test_equals_what_pytorch_computed(cell, n_layers, direction, layout):
    golden = read(cell, n_layers, direction, layout)
    X, lengths = golden.samples(), golden["lengths"]
    share = golden["sample_weight"] / len(lengths)
    for loss, pooling in zip(LOSSES, [*POOLINGS, "concat"], strict=True):
        expected = golden.part("case", pooling, loss)
        scores, y = expected["scores"], golden[f"y/{loss}"]
        _, d_scores = LOSSES[loss].value_and_gradient(scores, y)
        model = golden.estimator(pooling, loss)
        found = 0.0
        for k in range(scores.shape[1]):
            target = 1 if loss == "binary" else k
            gradients = np.concatenate(list(saliency(model, X, target=target)))
            if loss in REGRESSION:
                gradients = gradients / model.target_scale_[k]
            found += np.repeat(share * d_scores[:, k], lengths)[:, None] * gradients
        assert_allclose(found, expected["d_x"], rtol=0, atol=1e-10)
    assert HIDDEN_SIZE in model.architecture_["hidden_sizes"]


def test_takes_the_predicted_class_by_default():
    X = sequences(LENGTHS["ragged"])
    for y in (THREE, THREE % 2, np.array(list("abcabcabc"))):
        model = small(LSTMClassifier, X, y, max_iter=60)
        predicted = model.predict(X)
        assert len(set(predicted.tolist())) > 1
        by_default, asked = saliency(model, X), saliency(model, X, target=predicted)
        assert_array_equal(joined(by_default), joined(asked))
        one = saliency(model, X, target=predicted[0])
        assert_array_equal(one[0], asked[0])


def test_the_first_of_two_classes_has_the_opposite_sign():
    X = sequences(LENGTHS["ragged"])
    model = small(GRUClassifier, X, np.where(THREE == 1, "up", "down"))
    up = saliency(model, X, target="up")
    assert error_of(up, X, model.decision_function) < 1e-6
    assert_array_equal(joined(saliency(model, X, target="down")), -joined(up))


def test_labels_that_exclude_nothing():
    X = sequences(LENGTHS["ragged"])
    y = np.stack([THREE > 0, THREE == 1, THREE < 2], axis=1).astype(int)
    model = small(GRUClassifier, X, y)
    for label in range(3):
        found = saliency(model, X, target=label)
        assert error_of(found, X, output_of(model.decision_function, label)) < 1e-6
    assert_array_equal(saliency(model, X, target=THREE)[5], found[5])


@pytest.mark.parametrize("shape", [(9,), (9, 1), (9, 2)])
def test_regressors_speak_in_the_units_of_their_targets(shape):
    X = sequences(LENGTHS["ragged"])
    y = 1e5 + 1e4 * np.random.default_rng(0).normal(size=shape)
    model = small(GRURegressor, X, y)
    for target in range(y.reshape(9, -1).shape[1]):
        found = saliency(model, X, target=target)
        assert error_of(found, X, output_of(model.predict, target)) < 1e-6
    if shape != (9, 2):
        assert_array_equal(joined(saliency(model, X)), joined(found))


@pytest.mark.parametrize("kind", ["two", "three", "labels"])
def test_probability(kind):
    X = sequences(LENGTHS["ragged"])
    labels = np.stack([THREE > 0, THREE == 1, THREE < 2], axis=1).astype(int)
    y = {"two": THREE % 2, "three": THREE, "labels": labels}[kind]
    model = small(RNNClassifier, X, y)
    for code in range(2 if kind == "two" else 3):
        found = saliency(model, X, target=code, output="probability")
        assert error_of(found, X, output_of(model.predict_proba, code)) < 1e-6


def test_cases_cover_each_pooling_with_each_reading():
    cases = product((1, 3), (0, 1), (0, 1))
    met = {(k, (k + sum(case)) % 4) for case in cases for k in range(4)}
    assert len(met) == 16
