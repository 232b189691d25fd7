"""Networks of all that may stand in front: categories, gaps and facts together."""

from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skrnn import GRUClassifier, LSTMStepClassifier, RNNRegressor
from skrnn.fitting.fitted_state import fitted_network
from skrnn.inspection import saliency
from skrnn.interop import export_onnx, load_torch_state, torch_state
from skrnn.streaming import Stream
from tests.interop.test_onnx import run

N, T = 24, 5
#: Features: a number, a category, a number, and facts: a category and a number.
CATEGORIES, FACTS = [1, 3], [3, 4]
NAMES = "categorical_features", "missing_values", "static_features"
OPTIONS = [
    dict(zip(NAMES, one, strict=True))
    for one in product((None, CATEGORIES), ("error", "forward_fill"), (None, FACTS))
]
each_option = pytest.mark.parametrize("options", OPTIONS, ids=str)
KINDS = [GRUClassifier, LSTMStepClassifier, RNNRegressor]
each_kind = pytest.mark.parametrize("kind", KINDS)


def data(kind, options, layout="ragged"):
    rng = np.random.default_rng(0)
    lengths = [T] * N if layout == "block" else rng.integers(2, T + 1, N)
    X = []
    for n in lengths:
        x = rng.normal(size=(n, 5))
        x[:, 1], x[:, 3] = rng.integers(0, 3, n), rng.integers(0, 3)
        x[:, 4] = rng.normal()
        if options["missing_values"] != "error":
            gaps = rng.random((n, 5)) < 0.3
            gaps[:, [1, 3]] = False
            x[gaps] = np.nan
        X.append(x)
    y = np.arange(N) % 2
    if kind is LSTMStepClassifier:
        y = [(np.arange(len(x)) + i) % 2 for i, x in enumerate(X)]
    if kind is RNNRegressor:
        y = rng.normal(size=N)
    return (np.stack(X) if layout == "block" else X), y


def fitted(kind, options, layout="ragged", **others):
    X, y = data(kind, options, layout)
    given = {"hidden_size": 3, "max_iter": 3, "random_state": 0, "own_scale": False}
    return kind(**{**given, **options, **others}).fit(X, y), X


def answer(model):
    return getattr(model, "predict_proba", model.predict)


@each_option
@each_kind
@pytest.mark.parametrize("layout", ["ragged", "block"])
def test_company_and_layout_change_nothing(kind, options, layout):
    model, X = fitted(kind, options, layout)
    together = answer(model)(X)
    for x, one in zip(X, together, strict=True):
        alone = answer(model)([x] if layout == "ragged" else x[np.newaxis])
        assert_allclose(alone[0], one, atol=1e-12)


@each_option
@each_kind
@pytest.mark.parametrize("patch_size", [1, 2])
def test_streams_say_what_predictions_say(kind, options, patch_size):
    model, X = fitted(kind, options, patch_size=patch_size)
    stream = Stream(model)
    for x in X[:6]:
        stream.reset()
        for t, step in enumerate(x):
            expected = answer(model)([x[: t + 1]])[0]
            expected = expected[-1] if kind is LSTMStepClassifier else expected
            assert_allclose(stream.step(step)[0], expected, atol=1e-12)


@each_option
@each_kind
def test_onnx_says_the_same(kind, options):
    model, X = fitted(kind, options)
    coded = [x.copy() for x in X]
    if options["categorical_features"]:
        for x in coded:
            for k, values in zip(CATEGORIES, model.categories_, strict=True):
                at = np.searchsorted(values, x[:, k]).clip(0, len(values) - 1)
                x[:, k] = np.where(values[at] == x[:, k], at + 1, 0)
    inputs = {"X": np.full((N, T, 5), np.nan, np.float32)}
    for row, x in zip(inputs["X"], coded, strict=True):
        row[: len(x)] = x
    inputs["lengths"] = np.array([len(x) for x in X])
    found = run(export_onnx(model), inputs)
    name = "variable" if kind is RNNRegressor else "probabilities"
    expected = answer(model)([x.astype(np.float32) for x in X])
    for came, one in zip(found[name], expected, strict=True):
        came = came[: len(one)] if np.ndim(one) > 1 else came
        assert_allclose(came.squeeze(), np.squeeze(one), atol=2e-5)


@each_option
@each_kind
def test_integrated_gradients_add_up(kind, options):
    model, X = fitted(kind, options)
    given = {"method": "integrated_gradients", "n_steps": 32}
    given |= {} if kind is RNNRegressor else {"target": 1}
    found = saliency(model, X, **given)
    assert [one.shape for one in found] == [x.shape for x in X]
    score = model.predict if kind is RNNRegressor else model.decision_function
    mean = model.feature_mean_
    nothing = [np.where(np.isnan(x), np.nan, mean) for x in X]
    if options["categorical_features"]:
        for x in nothing:
            x[:, CATEGORIES] = -1  # unknown
    ends = [
        np.array([np.ravel(one)[-1] for one in score(some)]) for some in (X, nothing)
    ]
    sums = np.array([one.sum() for one in found])
    sizes = np.array([np.abs(one).sum() for one in found])
    assert (np.abs(sums - (ends[0] - ends[1])) <= 5e-3 * sizes + 1e-9).all()
    assert not any(one[np.isnan(x)].any() for one, x in zip(found, X, strict=True))


@each_option
@each_kind
def test_weights_travel(kind, options):
    model, X = fitted(kind, options, dtype="float64")
    other, _ = fitted(kind, options, dtype="float64", random_state=1)
    load_torch_state(other, torch_state(model))
    for one, same in zip(answer(model)(X), answer(other)(X), strict=True):
        assert_allclose(one, same, atol=1e-9)


@each_option
@each_kind
def test_a_weight_is_so_many_copies(kind, options):
    X, y = data(kind, options)
    times = np.random.default_rng(1).integers(0, 3, N)
    rows = np.repeat(np.arange(N), times)
    given = {"hidden_size": 3, "max_iter": 3, "random_state": 0, "batch_size": 8}
    weighted = kind(**given, **options).fit(X, y, times)
    copied = kind(**given, **options).fit([X[i] for i in rows], [y[i] for i in rows])
    assert_array_equal(weighted.weights_, copied.weights_)


def test_facts_have_their_names():
    model, _ = fitted(GRUClassifier, OPTIONS[-1], n_filters=0)
    sizes = model.embedding_sizes_
    expected = [f"fact_3_{k}" for k in range(sizes[1])] + ["fact_4", "fact_4_missing"]
    assert fitted_network(model).pooled_names[-len(expected) :] == expected
