"""Two ways of saying the same thing lead to the same weights, to the bit."""

import copy
import io
import pickle

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone, is_classifier

from tests.attacks.configurations import N, draw, in_layout, quietly

#: What a fit leaves beside its weights, and what must be the same too.
SAME = (
    *("loss_curve_", "validation_scores_", "n_iter_"),
    *("patch_size_", "own_scale_", "n_filters_", "linear_steps_"),
)


def assert_same(found, expected, configuration, what):
    """Fail with the configuration, and say by how much the weights differ."""
    __tracebackhide__ = True
    where = f"{what}: {configuration}"
    assert found.weights_.dtype == expected.weights_.dtype, where
    assert found.weights_.shape == expected.weights_.shape, where
    off = np.abs(found.weights_ - expected.weights_).max()
    assert off == 0, f"weights_ differ by {off:.2g} for {where}"
    for name in SAME:
        assert getattr(found, name) == getattr(expected, name), f"{name} of {where}"
    memory = found.feature_memory_, expected.feature_memory_
    assert np.array_equal(*memory), f"feature_memory_ of {where}"


def outputs(model, X):
    """Give what a model says of sequences."""
    return model.predict_proba(X) if hasattr(model, "classes_") else model.predict(X)


# Weights, copies, orders


def _counts(rng):
    """Draw how often each sequence counts: most of them at least once, some never."""
    return np.r_[rng.randint(1, 10, N - 4), np.zeros(4, int)]


@pytest.mark.parametrize("seed", range(50))
def test_a_weight_is_so_many_copies_in_any_order(seed):
    configuration, rng = draw(seed), np.random.RandomState(seed)
    counts, unit = _counts(rng), [1, 0.5, 4][seed % 3]
    weighted = configuration.fit(weight=counts * unit)
    copies = rng.permutation(np.repeat(np.arange(N), counts))
    weight = None if unit == 1 else np.full(len(copies), unit)
    copied = configuration.fit(copies, weight)
    assert_same(copied, weighted, configuration, "copies")
    # A part of its weight on each of two rows, all in an order of its own, and the
    # sequences of weight zero absent.
    rows = np.r_[np.flatnonzero(counts), np.flatnonzero(counts > 1)]
    weight = np.r_[np.ones((counts > 0).sum()), counts[counts > 1] - 1] * unit
    order = rng.permutation(len(rows))
    parted = configuration.fit(rows[order], weight[order])
    assert_same(parted, weighted, configuration, "parts of a weight")


@pytest.mark.parametrize("seed", range(16))
def test_a_weight_is_so_many_copies_in_each_call_of_partial_fit(seed):
    solver = ["adam", "sgd"][seed % 2]
    configuration = draw(seed, solver=solver, early_stopping=False)
    counts = _counts(np.random.RandomState(seed))

    def in_two_calls(rows, weight):
        model, y = configuration.make(), configuration.y[rows]
        given = {"sample_weight": weight}
        if is_classifier(model):
            model.set_params(class_weight={0: 0.3, 1: 1.7} if y.ndim == 1 else None)
            if y.ndim == 1:
                given["classes"] = np.unique(configuration.y)
        for _ in range(2):
            quietly(model.partial_fit, configuration.laid_out(rows), y, **given)
        return model

    weighted = in_two_calls(np.arange(N), counts)
    copied = in_two_calls(np.repeat(np.arange(N), counts)[::-1], None)
    assert_same(copied, weighted, configuration, "copies in partial_fit")


@pytest.mark.parametrize("seed", range(16))
def test_a_weight_is_so_many_copies_among_the_sequences_held_out(seed):
    configuration, rng = draw(seed, early_stopping=True), np.random.RandomState(seed)
    counts = _counts(rng)

    def stopped_by(rows, weight):
        given = {"X_val": configuration.laid_out(rows), "y_val": configuration.y[rows]}
        X, y = configuration.laid_out(), configuration.y
        model = configuration.make(max_iter=4)
        return quietly(model.fit, X, y, sample_weight_val=weight, **given)

    weighted = stopped_by(np.arange(N), counts)
    copied = stopped_by(rng.permutation(np.repeat(np.arange(N), counts)), None)
    assert_same(copied, weighted, configuration, "copies in X_val")


# Layouts, types, signs of zero


@pytest.mark.parametrize("seed", range(25))
def test_every_layout_of_the_same_data_gives_the_same_weights(seed):
    configuration = draw(seed, layout="block")
    n_features = configuration.X[0].shape[1]
    block = configuration.laid_out()
    expected = configuration.fit()
    table = block.reshape(N, -1)
    objects = np.empty(N, object)
    objects[:] = list(block)
    layouts = {
        "list": (list(block), 1),
        "table": (table, n_features),
        "Fortran": (np.asfortranarray(block), 1),
        "strided": (np.repeat(block, 2, axis=2)[:, :, ::2], 1),
        "reversed twice": (block[:, ::-1].copy()[:, ::-1], 1),
        "tuple": (tuple(block.copy()), 1),
        "objects": (objects, 1),
        "frame": (pd.DataFrame(table).add_prefix("c"), n_features),
    }
    if configuration.dtype == np.float64:
        layouts["nested lists"] = [x.tolist() for x in block], 1
    some = np.random.RandomState(seed).permutation(sorted(layouts))[:1]
    for name in ("list", "table", *some):
        X, width = layouts[name]
        model = configuration.make(features_per_step=width)
        groups = configuration.groups
        given = {} if groups is None else {"groups": groups}
        found = quietly(model.fit, X, configuration.y, **given)
        assert_same(found, expected, configuration, f"as {name}")


#: All are computed in float64, and hold the integers that are drawn.
TYPES = ("i1", "i2", "i4", "i8", ">i2", "f2", ">f8", "g", object)


@pytest.mark.parametrize("seed", range(15))
def test_every_type_of_the_same_numbers_gives_the_same_weights(seed):
    configuration = draw(seed, dtype=np.float64)
    rng = np.random.RandomState(seed)
    integers = [rng.randint(-3, 4, x.shape) for x in configuration.X]
    configuration.X = integers
    expected = configuration.fit()
    for dtype in rng.permutation(np.array(TYPES, object))[:3]:
        configuration.dtype = dtype
        assert_same(configuration.fit(), expected, configuration, f"as {dtype}")
    configuration.dtype = np.float64
    configuration.X = [np.abs(x) for x in integers]
    expected, configuration.dtype = configuration.fit(), "u1"
    assert_same(configuration.fit(), expected, configuration, "as u1")


@pytest.mark.parametrize("seed", range(30))
def test_the_sign_of_a_zero_changes_nothing(seed):
    configuration, rng = draw(seed), np.random.RandomState(seed)
    counts = _counts(rng)
    configuration.X = [rng.randint(-1, 2, x.shape) * 1.0 for x in configuration.X]
    expected = configuration.fit(weight=counts)
    rows = rng.permutation(np.repeat(np.arange(N), counts))
    # Each copy has zeros of its own signs.
    plain, configuration.X = configuration.X, []
    for i in rows:
        sign = rng.choice([-1.0, 1.0], plain[i].shape)
        configuration.X.append(np.where(plain[i] == 0, np.copysign(0, sign), plain[i]))
    configuration.y = configuration.y[rows]
    if configuration.groups is not None:
        configuration.groups = configuration.groups[rows]
    assert_same(configuration.fit(), expected, configuration, "zeros of any sign")


@pytest.mark.parametrize("seed", range(8))
def test_the_sign_of_a_zero_among_the_targets_changes_nothing(seed):
    configuration = draw(seed, task="numbers", loss="squared_error")
    twice = np.r_[np.arange(N), np.arange(N)]
    y = np.where(configuration.y == 0, 0.0, configuration.y)
    y[::2] = 0.0
    configuration.y = y
    expected = configuration.fit(weight=np.full(N, 2))
    configuration.X = [configuration.X[i] for i in twice]
    configuration.y = np.r_[y, np.where(y == 0, -0.0, y)]
    if configuration.groups is not None:
        configuration.groups = configuration.groups[twice]
    assert_same(configuration.fit(), expected, configuration, "targets of -0.0")


@pytest.mark.parametrize("seed", range(15))
def test_float32_and_float64_learn_from_the_same_batches(seed):
    """Two epochs of small steps differ by rounding, other batches by far more."""
    small_steps = {
        "solver": "sgd",
        "learning_rate": "constant",
        "learning_rate_init": 0.05,
        "batch_size": 4,
        "max_iter": 2,
        "early_stopping": False,
    }
    configuration = draw(seed, **small_steps)
    models = []
    for configuration.dtype in (np.float32, np.float64):
        configuration.parameters["dtype"] = configuration.dtype
        models.append(configuration.fit())
    single, double = models
    assert (single.weights_.dtype, double.weights_.dtype) == (np.float32, np.float64)
    off = np.abs(single.weights_ - double.weights_).max()
    assert off < 2e-5, f"weights_ differ by {off:.2g} in float32: {configuration}"


@pytest.mark.parametrize("seed", range(12))
def test_float32_and_float64_hold_out_the_same_sequences(seed):
    """A share of one target in each sequence, so that a score tells who is in it."""
    configuration = draw(
        seed, task="numbers", dtype=np.float32, early_stopping=True, max_iter=1
    )
    configuration.parameters.update(solver="sgd", learning_rate_init=1e-4)
    rng = np.random.RandomState(seed)
    configuration.y = 10.0 ** rng.uniform(-2, 2, N)
    single, configuration.dtype = configuration.fit(), np.float64
    double = configuration.fit()
    np.testing.assert_allclose(
        single.validation_scores_,
        double.validation_scores_,
        rtol=1e-3,
        atol=1e-3,
        err_msg=str(configuration),
    )


# Numbers of every width as parameters


INTEGERS = (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64)
FLOATS = (np.float16, np.float32, np.float64, np.longdouble)


def _of_numpy(value, rng):
    """Give a value as a number of NumPy, of any type that holds it."""
    if isinstance(value, bool):
        return np.bool_(value)
    if isinstance(value, int):
        return INTEGERS[rng.randint(len(INTEGERS))](value)
    if isinstance(value, float):
        return FLOATS[rng.randint(len(FLOATS))](value)
    if isinstance(value, tuple):
        return tuple(_of_numpy(item, rng) for item in value)
    if isinstance(value, dict):
        return {key: _of_numpy(item, rng) for key, item in value.items()}
    return value


def _in_half(value):
    """Give a float of which every type has all digits; the rest as it is."""
    if isinstance(value, float):
        return float(np.float16(value))
    if isinstance(value, dict):
        return {key: _in_half(item) for key, item in value.items()}
    return value


@pytest.mark.parametrize("seed", range(30))
def test_numbers_of_numpy_mean_what_they_say(seed):
    configuration, rng = draw(seed), np.random.RandomState(seed)
    more = {
        "learning_rate_init": 0.02,
        "momentum": 0.9,
        "tol": 0.01,
        "n_iter_no_change": 2,
        "features_per_step": 1,
        "verbose": 0,
        "n_jobs": 1,
        **configuration.parameters,
    }
    plain = {name: _in_half(value) for name, value in more.items()}
    expected = configuration.fit(**plain)
    of_numpy = {name: _of_numpy(value, rng) for name, value in plain.items()}
    found = configuration.fit(**of_numpy)
    given = {name: f"{type(v).__name__}({v})" for name, v in of_numpy.items()}
    assert_same(found, expected, configuration, f"with {given}")
    again = pickle.loads(pickle.dumps(found))
    assert (outputs(again, X := configuration.laid_out()) == outputs(found, X)).all()


@pytest.mark.parametrize(
    ("name", "value", "more"),
    [
        ("max_iter", 120, {"batch_size": 8}),
        ("max_iter", 120, {"batch_size": 8, "solver": "sgd"}),
        ("max_iter", 60, {"solver": "lbfgs", "tol": 0.0}),
        ("max_iter", 60, {"early_stopping": True, "validation_fraction": 0.3}),
        ("batch_size", 120, {}),
        ("batch_size", 1, {}),
        ("hidden_size", 127, {"max_iter": 1}),
        ("n_iter_no_change", 100, {"learning_rate": "constant", "max_iter": 3}),
        ("random_state", 127, {}),
        ("features_per_step", 2, {}),
        ("patch_size", 100, {}),
        ("patch_size", 2, {}),
        ("n_layers", 2, {}),
        ("max_grad_norm", 1, {}),
        ("learning_rate_init", 1, {}),
        ("alpha", 1, {"solver": "lbfgs"}),
        ("momentum", 0, {"solver": "sgd"}),
        ("tol", 100, {"learning_rate": "constant"}),
    ],
)
def test_integers_of_eight_bits_do_not_overflow(name, value, more):
    configuration = draw(3, task="classes", layout="table", dtype=np.float64)
    more = {"solver": "adam", "features_per_step": 2, "max_iter": 2, **more}
    parameters = {
        "hidden_size": 2,
        "random_state": 0,
        **more,
        **({"recurrent_dropout": 0, "dropout": 0} if more["solver"] == "lbfgs" else {}),
    }
    rng = np.random.RandomState(0)
    configuration.X = [rng.normal(size=(4, 2)) for _ in range(N)]
    configuration.parameters = parameters
    expected = configuration.fit(**{name: value})
    for kind in (np.int8, np.uint64):
        found = configuration.fit(**{name: kind(value)})
        assert_same(found, expected, configuration, f"{name}={kind(value)!r}")


# Round trips


def _with_joblib(model):
    file = io.BytesIO()
    joblib.dump(model, file)
    file.seek(0)
    return joblib.load(file)


WAYS = {
    "pickle": lambda model: pickle.loads(pickle.dumps(model)),
    "joblib": _with_joblib,
    "deepcopy": copy.deepcopy,
    "copy": copy.copy,
}


@pytest.mark.parametrize("seed", range(20))
def test_a_model_that_has_travelled_is_the_same(seed):
    configuration = draw(seed)
    model, X = configuration.fit(), configuration.laid_out()
    expected = outputs(model, X)
    for name, travel in WAYS.items():
        found = outputs(travel(model), X)
        assert np.array_equal(found, expected), f"{name}: {configuration}"
        assert found.dtype == expected.dtype
    untrained = clone(model)
    refitted = quietly(untrained.fit, X, configuration.y, **_groups(configuration))
    assert_same(refitted, model, configuration, "clone and fit")
    before = model.weights_.copy()
    quietly(model.fit, X, configuration.y, **_groups(configuration))
    assert np.array_equal(model.weights_, before), f"fit again: {configuration}"


def _groups(configuration):
    return {} if configuration.groups is None else {"groups": configuration.groups}


@pytest.mark.parametrize("seed", range(15))
def test_a_model_that_has_travelled_goes_on_as_it_would_have(seed):
    configuration = draw(seed, early_stopping=False, warm_start=True)
    model, X = configuration.fit(), configuration.laid_out()
    ways = ["pickle", "copy"] if seed % 2 else ["joblib", "deepcopy"]
    travelled = [WAYS[name](model) for name in ways]
    in_parts = hasattr(model, "partial_fit") and seed % 3
    if in_parts and is_classifier(model) and model.class_weight == "balanced":
        in_parts = False
    for each in (model, *travelled):
        quietly(each.partial_fit if in_parts else each.fit, X, configuration.y)
    for name, twin in zip(ways, travelled, strict=True):
        assert_same(twin, model, configuration, f"{name}, then trained further")


@pytest.mark.parametrize("seed", range(10))
def test_answers_do_not_depend_on_the_layout_of_memory(seed):
    configuration = draw(seed, layout="block")
    model, block = configuration.fit(), configuration.laid_out()
    expected = outputs(model, block)
    read_only = block.copy()
    read_only.flags.writeable = False
    for X in (np.asfortranarray(block), block[::-1].copy()[::-1], read_only):
        assert np.array_equal(outputs(model, X), expected), str(configuration)
    ragged = in_layout(configuration.X, "ragged", configuration.dtype)
    as_list = quietly(configuration.make().fit, ragged, configuration.y)
    assert np.array_equal(outputs(as_list, ragged[::-1])[::-1].shape, expected.shape)
