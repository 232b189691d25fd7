"""Sizes of one: every way to compute a network says the same as plain loops.

Where an axis has a size of one, what is a copy elsewhere may be a view, what broadcasts
may fit by accident, and what is squeezed may lose an axis too many.
"""

import copy
import warnings
from functools import cache
from itertools import product

import numpy as np
import onnxruntime
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skrnn import (
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    RNNClassifier,
    RNNRegressor,
)
from skrnn.cells import CELLS
from skrnn.fitting.fitted_state import fitted_network
from skrnn.interop import export_onnx, load_torch_state, torch_state
from skrnn.network.pooling import POOLINGS
from skrnn.sequences import pack
from skrnn.streaming import Stream
from tests import reference
from tests.estimators.problems import PLAIN

N, T = 5, 4
ESTIMATORS = {
    "rnn": (RNNClassifier, RNNRegressor),
    "lstm": (LSTMClassifier, LSTMRegressor),
    "gru": (GRUClassifier, GRURegressor),
}
HIDDEN_SIZES = [(1,), (1, 4), (3, 1)]
Y = {
    "2 classes": np.arange(N) % 2,
    "3 classes": np.arange(N) % 3,
    "numbers": 50.0 + 10.0 * np.arange(N),
    "a column": 50.0 - 10.0 * np.arange(N)[:, np.newaxis],
}
#: Lengths of the sequences that a network is asked about.
ASKED = {
    "block": ([T] * 3, [T], [1] * 3, [1]),
    "ragged": ([1, T, 2], [T], [1, 1], [1]),
}

every_kind = pytest.mark.parametrize("kind", reference.KINDS)
every_n_features = pytest.mark.parametrize("n_features", [1, 2])
every_hidden_size = pytest.mark.parametrize("hidden_size", HIDDEN_SIZES, ids=str)
every_direction = pytest.mark.parametrize(
    "bidirectional", [False, True], ids=["uni", "bi"]
)
every_pooling = pytest.mark.parametrize("pooling", POOLINGS)
every_layout = pytest.mark.parametrize("layout", ASKED)
every_target = pytest.mark.parametrize("target", Y)


def make_cell(kind, n_features, hidden_size):
    name, options, _ = reference.KINDS[kind]
    return CELLS[name](n_features, hidden_size, **options)


def draw_weights(kind, shape, rng):
    """Draw weights of which each makes a difference; no unit of relu is dead."""
    signs = [1] if kind == "rnn-relu" else [-1, 1]
    return rng.uniform(0.2, 0.9, shape) * rng.choice(signs, shape)


def draw_params(kind, cell, rng):
    return {name: draw_weights(kind, shape, rng) for name, shape in cell.shapes.items()}


def draw(lengths, n_features, layout="block", seed=1):
    rng = np.random.default_rng(seed)
    X = [5.0 + 3.0 * rng.standard_normal((n, n_features)) for n in lengths]
    return np.stack(X) if layout == "block" else X


def plain_states(kind, cell, params, X, masks=None):
    """Read sequences in plain loops."""
    step, gates = reference.KINDS[kind][2], reference.gates_of(cell, params)
    start = ([0.0] * cell.hidden_size,) * len(cell.state_names)
    masks = [None] * len(X) if masks is None else masks.tolist()
    return [
        [h for h, *_ in reference.run(step, gates, x.tolist(), start, mask)]
        for x, mask in zip(X, masks, strict=True)
    ]


def assert_states(found, expected):
    assert len(found) == len(expected)
    for states, values in zip(found, expected, strict=True):
        assert states.shape == np.shape(values)
        assert_allclose(states, values, rtol=0, atol=1e-12)


@every_kind
@pytest.mark.parametrize("hidden_size", [1, 2])
@every_n_features
@pytest.mark.parametrize("n_steps", [1, 3])
@pytest.mark.parametrize("n", [1, 2])
def test_a_cell_is_its_equations_along_every_way(
    kind, hidden_size, n_features, n_steps, n
):
    cell, rng = make_cell(kind, n_features, hidden_size), np.random.default_rng(0)
    params = draw_params(kind, cell, rng)
    X = 0.1 + np.abs(rng.standard_normal((n, n_steps, n_features)))
    expected = plain_states(kind, cell, params, X)
    assert np.all(expected)
    assert_states(cell.run(params, X), expected)
    assert_states(cell.run(params, list(X)), expected)

    state, stepped = cell.initial_state(n), []
    for t in range(n_steps):
        state = cell.step(params, X[:, t], state)
        stepped.append(state[0])
    assert_states(np.stack(stepped, axis=1), expected)

    masks = rng.choice([0.5, 1.0, 1.5], (n, hidden_size))
    x, masked = pack(X), plain_states(kind, cell, params, X, masks)
    for keep, mask, values in product([False, True], [None, masks], [expected, masked]):
        if (mask is None) != (values is expected):
            continue
        out, _ = cell.forward(params, x, keep=keep, mask=mask)
        assert_states(out.unpack(), values)
        out, _ = cell.forward(params, x, keep=keep, mask=mask, only=("last",))
        assert_states(out.last, [states[-1] for states in values])


@cache
def fitted(kind, target, layout="block", n_features=1, **parameters):
    """Give an estimator with weights of which each makes a difference."""
    cell, options, _ = reference.KINDS[kind]
    lengths = [T] * N if layout == "block" else [1, T, 2, T, 3]
    X, y = draw(lengths, n_features, layout, seed=0), Y[target]
    kinds, usual = ESTIMATORS[cell], {"max_iter": 1, "patch_size": 1, **PLAIN}
    estimator = kinds["classes" not in target](
        random_state=0, **{**usual, **options, **parameters}
    )
    with warnings.catch_warnings():
        # One epoch is not enough, and says so.
        warnings.simplefilter("ignore")
        estimator.fit(X, y)
    rng = np.random.default_rng(2)
    estimator.weights_ = draw_weights(kind, estimator.weights_.shape, rng)
    return estimator


def predicted(estimator, X):
    """Give the numbers that an estimator predicts."""
    if hasattr(estimator, "predict_proba"):
        return estimator.predict_proba(X)
    return estimator.predict(X)


def plain_predictions(kind, estimator, X):
    """Predict in plain loops, from the weights as PyTorch names them."""
    state, top = torch_state(estimator), estimator.architecture_["hidden_sizes"][-1]
    scores = np.array(
        [
            reference.network_scores(kind, state, estimator.pooling, top, x.tolist())
            for x in X
        ]
    )
    if not hasattr(estimator, "predict_proba"):
        y = scores * estimator.target_scale_ + estimator.target_mean_
        return y if estimator.target_ndim_ == 2 else y[:, 0]
    if scores.shape[1] == 1:
        scores = np.hstack([np.zeros_like(scores), scores])
    p = np.exp(scores)
    return p / p.sum(axis=1, keepdims=True)


def assert_predicted(found, expected, tolerance=1e-10):
    """Hold predictions against others: numbers of 50 or so are no worse than one."""
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape
    assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


#: Each network of ones: kind, target, layout, and the rest by name. Targets and
#: layouts take turns, so that each meets every cell, size, direction and pooling.
NETWORKS = [
    (
        kind,
        [*Y][(s + p) % 4],
        [*ASKED][(s + p + bidirectional) % 2],
        {
            "hidden_size": hidden_size,
            "bidirectional": bidirectional,
            "pooling": pooling,
        },
    )
    for kind in reference.KINDS
    for s, hidden_size in enumerate(HIDDEN_SIZES)
    for bidirectional in (False, True)
    for p, pooling in enumerate(POOLINGS)
]


def each_of(networks):
    names = "kind", "target", "layout", "parameters"
    ids = ["-".join(map(str, (*n[:3], *n[3].values()))) for n in networks]
    return pytest.mark.parametrize(names, networks, ids=ids)


every_network = each_of(NETWORKS)
#: One pooling for each of the others, in turns.
some_networks = each_of([n for i, n in enumerate(NETWORKS) if i % 4 == i // 4 % 4])


@every_network
def test_predictions_are_those_of_plain_loops(kind, target, layout, parameters):
    estimator = fitted(kind, target, layout, **parameters)
    for lengths in ASKED[layout]:
        X = draw(lengths, 1, layout)
        found = predicted(estimator, X)
        assert_predicted(found, plain_predictions(kind, estimator, X))
        alone = [predicted(estimator, X[i : i + 1]) for i in range(len(X))]
        assert_predicted(found, np.concatenate(alone))


@every_kind
@every_target
@every_layout
def test_every_target_and_layout(kind, target, layout):
    n_features = 1 + [*Y].index(target) % 2
    estimator = fitted(kind, target, layout, n_features, hidden_size=1)
    for lengths in ASKED[layout]:
        X = draw(lengths, n_features, layout)
        expected = plain_predictions(kind, estimator, X)
        assert_predicted(predicted(estimator, X), expected)
        if "classes" in target:
            labels, shape = estimator.predict(X), estimator.decision_function(X).shape
            assert_array_equal(labels, expected.argmax(axis=1))
            assert shape == ((len(X),) if target == "2 classes" else (len(X), 3))


@every_kind
@every_n_features
@pytest.mark.parametrize("n_steps", [1, T])
def test_rows_of_tables_are_sequences(kind, n_features, n_steps):
    X, asked = (draw([n_steps] * n, n_features, seed=n) for n in (N, 2))
    cell, options, _ = reference.KINDS[kind]
    target = [*Y][n_features + n_steps % 2]
    make, y = ESTIMATORS[cell]["classes" not in target], Y[target]
    quick = {"hidden_size": 1, "max_iter": 1, "random_state": 0, **options}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        block = make(**quick).fit(X, y)
        table = make(**quick, features_per_step=n_features).fit(X.reshape(N, -1), y)
    for rows in (slice(0, 2), slice(1, 2)):
        as_rows = asked[rows].reshape(-1, n_steps * n_features)
        assert_predicted(predicted(table, as_rows), predicted(block, asked[rows]))


@every_kind
@every_hidden_size
@pytest.mark.parametrize("patch_size", [1, 2])
def test_streams_say_what_prediction_says(kind, hidden_size, patch_size):
    target = [*Y][HIDDEN_SIZES.index(hidden_size) + patch_size - 1]
    sizes = {"hidden_size": hidden_size, "patch_size": patch_size}
    estimator = fitted(kind, target, "ragged", pooling="concat", **sizes)
    for n in (1, 3):
        X = draw([T] * n, 1)
        stream, at_once = Stream(estimator, n), Stream(estimator, n).run(X)
        for t in range(T):
            expected = predicted(estimator, list(X[:, : t + 1]))
            assert_predicted(stream.step(X[:, t]), expected)
            assert_predicted(at_once[:, t], expected)
    # Beside another that stands still: what is taken of one is put back.
    stream, before = Stream(estimator, 2), Stream(estimator, 2).get_state()
    for t in range(T):
        found = stream.step(X[0, t], streams=1)
        assert_predicted(found, predicted(estimator, [X[0, : t + 1]]))
    for name, values in stream.get_state().items():
        assert_array_equal(values[0], before[name][0])


@some_networks
@every_n_features
def test_hidden_states_are_those_of_steps(kind, target, layout, parameters, n_features):
    estimator = fitted(
        kind, target, n_features=n_features, standardize=False, **parameters
    )
    network = fitted_network(estimator)
    params = network.layout.views(estimator.weights_)
    for lengths in ASKED["block"]:
        x = X = draw(lengths, n_features)
        for k, (name, layer) in enumerate(network.layers.items()):
            states = []
            for one in layer.directions:
                way, stepped = slice(None, None, -1 if one.is_reverse else 1), []
                state, own = one.cell.initial_state(len(X)), one.params(params[name])
                for step in np.swapaxes(x, 0, 1)[way]:
                    state = one.cell.step(own, step, state)
                    stepped.append(state[0])
                states.append(np.stack(stepped[way], axis=1))
            x = np.concatenate(states, axis=2)
            found = estimator.hidden_states(X, layer=k)
            assert found.shape == x.shape
            assert_allclose(found, x, rtol=0, atol=1e-12)


@some_networks
def test_weights_go_out_and_in(kind, target, layout, parameters):
    estimator = fitted(kind, target, standardize=False, **parameters)
    state, again = torch_state(estimator), copy.copy(estimator)
    again.weights_ = np.zeros_like(estimator.weights_)
    load_torch_state(again, state)
    assert_array_equal(again.weights_, estimator.weights_, strict=True)
    assert len(state["head.bias"]) == (3 if target == "3 classes" else 1)


def run_onnx(model, X):
    """Give what a model says."""
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    inputs = {"X": X}
    if isinstance(X, list):
        lengths = np.array([len(x) for x in X])
        padded = np.full((len(X), lengths.max(), X[0].shape[1]), np.nan, np.float32)
        for row, x in zip(padded, X, strict=True):
            row[: len(x)] = x
        inputs = {"X": padded, "lengths": lengths}
    names = [output.name for output in session.get_outputs()]
    outputs = dict(zip(names, session.run(None, inputs), strict=True))
    return outputs.get("probabilities", outputs.get("variable"))


@some_networks
def test_onnx_models_say_what_estimators_say(kind, target, layout, parameters):
    estimator = fitted(kind, target, layout, **parameters)
    model = export_onnx(estimator)
    for lengths in ASKED[layout]:
        X = draw(lengths, 1, layout)
        X = X.astype("f4") if layout == "block" else [x.astype("f4") for x in X]
        expected, found = predicted(estimator, X), run_onnx(model, X)
        assert found.ndim == 2
        assert_predicted(found.reshape(expected.shape), expected, tolerance=2e-5)
