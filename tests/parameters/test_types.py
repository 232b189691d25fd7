"""A number or text of any type means what it says, in every parameter."""

import warnings
from fractions import Fraction
from numbers import Integral, Real

import numpy as np
import pytest

from skrnn import LSTMClassifier
from skrnn.inspection import permutation_importance
from skrnn.streaming import EarlyClassifier
from tests.platforms import WIDE

#: Where a longdouble is wider than a float64.
BEYOND = [np.longdouble("1e4000")] if WIDE else []


@pytest.mark.parametrize(
    ("name", "values"),
    {
        "max_iter": [np.int8(100), np.uint8(100), np.int64(100)],
        "batch_size": [np.uint8(8), np.int8(8)],
        "hidden_size": [np.int8(3), np.uint64(3), (np.int16(3),)],
        "n_layers": [np.int8(1)],
        "n_jobs": [np.int8(1), np.int8(-1)],
        "patch_size": [np.uint8(2)],
        "random_state": [np.int8(0), np.uint64(0)],
        "n_iter_no_change": [np.int8(100), np.float64(np.inf), np.float32(np.inf)],
        "alpha": [
            np.float64(0.25),
            np.float32(0.25),
            np.longdouble(0.25),
            Fraction(1, 4),
        ],
        "learning_rate_init": [np.float64(0.125), np.float16(0.125), Fraction(1, 8)],
        "momentum": [np.float32(0.5), Fraction(1, 2)],
        "max_grad_norm": [np.float32(0.5), np.float64(0.5)],
        "tol": [np.float64(0.5), np.longdouble(0.5), Fraction(1, 2)],
        "dropout": [np.float32(0.5), Fraction(1, 2)],
        "recurrent_dropout": [np.float64(0.5)],
        "validation_fraction": [np.float32(0.25), Fraction(1, 4)],
        "pooling": [np.str_("mean")],
        "solver": [np.str_("sgd")],
        "learning_rate": [np.str_("invscaling")],
        "standardize": [np.bool_(False)],
        "dtype": [np.str_("float32"), np.float32, np.dtype("float32")],
        "early_stopping": [np.True_],
    }.items(),
)
def test_a_value_of_any_type_means_what_it_says(name, values):
    rng = np.random.default_rng(0)
    # A number of float64 would make float64 of what is computed in float32.
    X = rng.normal(size=(300, 3, 2)).astype(np.float32)
    y = np.arange(300) % 2

    def fit(value):
        options = {"max_iter": 2, "random_state": 0, "solver": "sgd"}
        options |= {"n_jobs": 1, "early_stopping": name == "validation_fraction"}
        model = LSTMClassifier(**{"hidden_size": 3, **options, name: value})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(X, y)
            model.partial_fit(X, y) if not model.early_stopping else None
        return model

    plain = {np.str_: str, np.bool_: bool}
    for value in values:
        same = plain.get(type(value), lambda value: value)(value)
        if isinstance(value, Integral):
            same = int(value)
        elif isinstance(value, Real):
            same = float(value)
        one, other = fit(value), fit(same)
        assert one.weights_.dtype == other.weights_.dtype == np.float32
        assert np.array_equal(one.weights_, other.weights_)
        assert one.loss_curve_ == other.loss_curve_
        assert np.array_equal(one.predict_proba(X), other.predict_proba(X))


@pytest.mark.parametrize(
    "name", ["alpha", "tol", "learning_rate_init", "max_grad_norm", "momentum"]
)
@pytest.mark.parametrize("value", [10**400, Fraction(10**400), *BEYOND])
def test_numbers_that_no_float_can_hold(name, value):
    with pytest.raises(ValueError, match=f"The '{name}' parameter of LSTMClassifier"):
        LSTMClassifier(**{name: value}).fit(np.zeros((4, 2, 1)), [0, 1, 0, 1])


@pytest.mark.parametrize("name", ["max_iter", "batch_size", "n_iter_no_change"])
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_integers_larger_than_any_float(name, solver):
    X, y = np.random.default_rng(0).normal(size=(8, 2, 1)), np.arange(8) % 2
    options = {"max_iter": 3, "solver": solver, "random_state": 0, name: 10**400}
    options |= {"early_stopping": True, "validation_fraction": 0.25}
    model = LSTMClassifier(2, tol=1e9, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if name == "max_iter":
            model.set_params(n_iter_no_change=2)
        assert model.fit(X, y).n_iter_ <= 3


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int64, np.uint64])
def test_integers_of_any_type_in_tables_and_functions(kind):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 300)), np.arange(30) % 2
    one, other = (
        LSTMClassifier(3, max_iter=1, features_per_step=width, random_state=0).fit(X, y)
        for width in (100, kind(100))
    )
    assert np.array_equal(one.weights_, other.weights_)
    assert type(other.features_per_step_) is int
    early, twin = (
        EarlyClassifier(one, n_prefixes=n, patience=n).fit(X, y) for n in (2, kind(2))
    )
    assert np.array_equal(early.decision_times(X), twin.decision_times(X))
    for options in ({"n_blocks": kind(2)}, {"block_size": kind(2)}):
        plain = {name: int(value) for name, value in options.items()}
        found, expected = (
            permutation_importance(
                one, X, y, by="step", n_repeats=kind(2), random_state=0, **given
            )
            for given in (options, plain)
        )
        assert np.array_equal(found.importances, expected.importances)
