"""Numbers that float64 cannot hold, wherever they come in."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import StandardScaler

from skrnn import LSTMClassifier, RNNClassifier, RNNRegressor
from skrnn.preprocessing import (
    PerStepTransformer,
    padded_from_ragged,
    ragged_from_padded,
)
from tests.platforms import WIDE

N = 8
X = np.random.default_rng(0).normal(size=(N, 3, 2))
Y = np.arange(N) % 2

BEYOND = np.longdouble(10) ** 400 if WIDE else None
HUGE = 10**400


def network(kind=RNNClassifier, **parameters):
    return kind(hidden_size=2, max_iter=2, random_state=0, **parameters)


def failure(call, error=ValueError):
    with pytest.raises(error) as caught:
        call()
    assert type(caught.value) is error
    return str(caught.value)


def with_value(dtype, value):
    changed = X.astype(dtype)
    changed[3, 1, 1] = value
    return changed


def in_objects(X):
    objects = np.empty(len(X), object)
    objects[:] = list(X)
    return objects


#: X in each layout, what a message calls the part of it, and where the value stands.
LAYOUTS = {
    "block": (lambda X: X, "X", (3, 1, 1)),
    "list": (list, "Sequence 3 of X", (1, 1)),
    "object array": (in_objects, "Sequence 3 of X", (1, 1)),
    "table": (lambda X: X.reshape(N, -1), "X", (3, 3)),
    "frame": (lambda X: pd.DataFrame(X.reshape(N, -1)), "Column 3 of X", (3,)),
    "frames": (lambda X: [pd.DataFrame(x) for x in X], "Sequence 3 of X", (1, 1)),
}
each_layout = pytest.mark.parametrize(
    ("layout", "what", "at"), LAYOUTS.values(), ids=LAYOUTS
)


def values_too_large():
    """Give pairs of values and what is said of them, in the order of the message."""
    pairs = [(object, HUGE)]
    return pairs + [(np.longdouble, BEYOND)] * WIDE


@each_layout
@pytest.mark.parametrize(("dtype", "value"), values_too_large(), ids=str)
def test_sequences(layout, what, at, dtype, value):
    bad = layout(with_value(dtype, value))
    expected = {
        object: f"{what} has dtype object and cannot be read as numbers: int too large "
        "to convert to float. Pass arrays of float.",
        np.longdouble: f"{what} has 1e+400 at index {at}, which is beyond float64, in "
        "which we compute. Divide the values by a constant.",
    }[dtype]
    model = network().fit(layout(X), Y)
    for call in (partial(network().fit, y=Y), model.predict):
        assert failure(partial(call, bad)) == expected


@each_layout
def test_longdouble_within_float64_is_computed_in_it(layout, what, at):
    wide = layout(X.astype(np.longdouble))
    model, same = (network(dtype="float64").fit(x, Y) for x in (wide, layout(X)))
    assert model.predict_proba(wide).dtype == np.float64
    assert np.array_equal(model.weights_, same.weights_)
    assert np.array_equal(model.predict_proba(wide), model.predict_proba(layout(X)))


@pytest.mark.parametrize(("dtype", "value"), values_too_large(), ids=str)
def test_targets_labels_and_weights(dtype, value):
    column = with_value(dtype, value)[:, 1, 1]
    regress, classify = network(RNNRegressor), network(LSTMClassifier)
    for call, what in [
        (partial(regress.fit, X, column), "y"),
        (partial(regress.fit, X, column[:, np.newaxis]), "y"),
        (partial(classify.fit, X, Y, np.abs(column)), "sample_weight"),
        (
            partial(PerStepTransformer(StandardScaler()).fit, X, sample_weight=column),
            "sample_weight",
        ),
    ]:
        message = failure(call)
        if dtype is object:
            assert message.startswith((f"{what} has dtype", f"{what} must be numbers"))
            assert "int too large to convert to float" in message
        else:
            assert message.startswith(f"{what} has 1e+400 at index (3,")


def test_infinite_labels_of_any_type_of_float():
    for dtype in (np.float32, np.float64, np.longdouble, object):
        for value, what in [(np.nan, "NaN"), (np.inf, "infinity")]:
            y = Y.astype(dtype)
            y[2] = value
            assert failure(partial(network().fit, X, y)) == (
                f"y contains {what}: label 2 (counted from 0). Leave sequences without "
                "a label out of X and y."
            )


def test_labels_that_stand_for_none():
    for value in (None, pd.NA, pd.NaT, np.datetime64("NaT")):
        y = Y.astype(object)
        y[2] = value
        assert failure(partial(network().fit, X, y)) == (
            f"y contains {value}: label 2 (counted from 0). Leave sequences without a "
            "label out of X and y."
        )


@pytest.mark.parametrize(
    "weight",
    [HUGE, -HUGE, np.inf, np.nan, -1, -0.5, "2", None, pd.NA, 1j, [1]]
    + [BEYOND] * WIDE,
)
def test_weights_of_classes(weight):
    model = network(class_weight={0: 1.0, 1: weight})
    assert failure(partial(model.fit, X, Y)) == (
        f"class_weight[1] is {weight!r:.60}; it must be a finite number and not "
        "negative."
    )


@pytest.mark.parametrize("weight", [2, 2.0, np.float32(2), np.int8(2), True])
def test_weights_of_classes_of_any_type(weight):
    weighed = network(class_weight={0: 1.0, 1: weight}).fit(X, Y)
    plain = network(class_weight={0: 1.0, 1: float(weight)}).fit(X, Y)
    assert np.array_equal(weighed.weights_, plain.weights_)


def test_weights_that_are_no_flat_list():
    for weights in ([[1.0], [1.0, 2.0]] * 4, [1.0, [2.0]] * 4):
        assert failure(partial(network().fit, X, Y, weights)) == (
            "sample_weight must be a flat list, but some of its items are lists."
        )


def test_padding_of_wide_numbers():
    wide = X.astype(np.longdouble)
    padded, lengths = padded_from_ragged(list(wide))
    assert padded.dtype == np.float64
    assert np.array_equal(padded, X)
    for x, expected in zip(ragged_from_padded(wide, lengths), X, strict=True):
        assert np.array_equal(x, expected)
