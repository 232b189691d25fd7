"""Nothing that is handed in is ever written to: all of it may be read-only.

An array that is meant to be a copy may be a view on what came in, above all where an
axis has a size of one. A write into a read-only array raises, so that each of these
tests finds any that happens, whatever its effect.
"""

import warnings
from copy import copy
from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skrnn import (
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    RNNClassifier,
    RNNRegressor,
)
from skrnn.cells import CELLS
from skrnn.interop import load_torch_state, torch_state
from skrnn.losses import (
    BinaryCrossEntropy,
    MultilabelCrossEntropy,
    MultinomialCrossEntropy,
    SquaredError,
)
from skrnn.network import Dropout, InputTransform, build_network
from skrnn.network.folding import fold, unfold
from skrnn.network.pooling import POOLINGS
from skrnn.network.stepper import Stepper
from skrnn.sequences import Sequences, pack
from skrnn.streaming import Stream
from skrnn.training.objective import Objective
from tests.reference import KINDS

KIND_OF = {
    "rnn-tanh": (RNNClassifier, RNNRegressor),
    "rnn-relu": (RNNClassifier, RNNRegressor),
    "lstm": (LSTMClassifier, LSTMRegressor),
    "gru": (GRUClassifier, GRURegressor),
}
LENGTHS = {
    "one": (1,),
    "one step": (1, 1),
    "one sequence": (3,),
    "block": (3, 3),
    "ragged": (1, 3, 2),
    "longest first": (3, 2, 1),
}
LOSSES = {
    "binary": (BinaryCrossEntropy(), 1),
    "multinomial": (MultinomialCrossEntropy(), 3),
    "multilabel": (MultilabelCrossEntropy(), 1),
    "squared": (SquaredError(), 1),
}

every_kind = pytest.mark.parametrize("kind", KINDS)
every_length = pytest.mark.parametrize("lengths", LENGTHS)
every_size = pytest.mark.parametrize("hidden_size", [1, 2])


def frozen(values):
    """Make an array read-only, or all arrays of a collection."""
    if isinstance(values, dict):
        return {name: frozen(value) for name, value in values.items()}
    if isinstance(values, list | tuple):
        return type(values)(frozen(value) for value in values)
    if isinstance(values, np.ndarray):
        values = values.copy()
        values.flags.writeable = False
    return values


def draw(lengths, n_features, rng):
    X = [rng.standard_normal((n, n_features)) for n in LENGTHS[lengths]]
    return frozen(np.stack(X) if len(set(LENGTHS[lengths])) == 1 else X)


def packed(X):
    x = pack(X)
    return x.replace(frozen(x.data))


def draw_targets(loss, n, n_outputs, rng):
    if loss == "squared":
        return frozen(rng.normal(size=(n, n_outputs)))
    if loss == "multilabel":
        return frozen(rng.integers(0, 2, (n, n_outputs)))
    return frozen(rng.integers(0, 2 if loss == "binary" else 3, n))


@every_kind
@every_length
@every_size
@pytest.mark.parametrize("n_features", [1, 2])
def test_cells(kind, lengths, hidden_size, n_features):
    name, options, _ = KINDS[kind]
    rng, cell = (
        np.random.RandomState(0),
        CELLS[name](n_features, hidden_size, **options),
    )
    params = frozen(cell.init(rng))
    X = draw(lengths, n_features, rng)
    x, n = packed(X), len(X)

    cell.run(params, X)
    state, step = (
        frozen(cell.initial_state(n)),
        frozen(rng.normal(size=(n, n_features))),
    )
    after = cell.step(params, step, state)
    for array in after:
        for given in (step, *state, *params.values()):
            assert not np.shares_memory(array, given)

    d_h = frozen(rng.normal(size=(len(x.data), hidden_size)))
    d_last, mask = (frozen(rng.normal(size=(n, hidden_size))) for _ in range(2))
    every, tape = ("last", "total", "largest"), None
    for m, (only, *gradients) in product(
        [None, mask],
        [
            (None, d_h, None),
            (None, None, d_last),
            (("last",), None, d_last),
            (None, d_h, d_last),
            (every, None, d_last, d_last, d_last),
        ],
    ):
        d_out = Sequences(gradients[0], x.lengths, *gradients[1:])
        cell.forward(params, x, keep=False, mask=m, only=only)
        _, tape = cell.forward(params, x, mask=m, reuse=tape, only=only)
        found = cell.backward(params, tape, d_out, input_gradient=True)
        again = cell.backward(params, tape, d_out, input_gradient=True)
        assert_array_equal(found[0].data, again[0].data)
        for name, gradient in found[1].items():
            assert_array_equal(gradient, again[1][name])
            assert not np.shares_memory(gradient, params[name])


@every_kind
@every_length
@pytest.mark.parametrize("bidirectional", [False, True], ids=["uni", "bi"])
@pytest.mark.parametrize("pooling", POOLINGS)
def test_networks(kind, lengths, bidirectional, pooling):
    name, options, _ = KINDS[kind]
    # Losses and sizes take turns, so that each meets every cell, length and pooling.
    case = [*LENGTHS].index(lengths) + [*POOLINGS].index(pooling) + 2 * bidirectional
    loss, sizes = [*LOSSES][case % 4], [(1,), (1, 2), (2, 1), (1, 1)][case % 4]
    of_scores, n_outputs = LOSSES[loss]
    rng = np.random.RandomState(0)
    scale = frozen(np.array([0.5])), frozen(np.array([2.0]))
    transform = InputTransform(1 + case % 2, *scale)
    network = build_network(
        name, 1, sizes, bidirectional, pooling, n_outputs, transform, **options
    )
    weights, X = frozen(network.init(rng)), draw(lengths, 1, rng)
    x, n = packed(X), len(X)
    y = draw_targets(loss, n, n_outputs, np.random.default_rng(0))
    weight = frozen(rng.uniform(0.5, 1.5, n))

    for rate in (0.0, 0.5):
        noise = Dropout(np.random.default_rng(0), rate, rate)
        objective = Objective(network, of_scores, 0.1, noise)
        _, gradient, tape = objective.value_and_gradient(weights, x, y, weight)
        assert not np.shares_memory(gradient, weights)
        objective.value_and_gradient(weights, x, y, weight, reuse=tape)
    objective.value(weights, x, y, weight)

    scores, tape = network.forward(weights, x)
    _, d_scores = of_scores.value_and_gradient(frozen(scores), y)
    network.backward(weights, tape, frozen(d_scores), input_gradient=True)
    network.scores(weights, X)
    network.pooled(weights, X)
    network.states(weights, X, len(sizes) - 1)
    for view in (fold(network, weights), unfold(network, weights)):
        assert not np.shares_memory(view, weights)
    if not bidirectional:
        stepper = Stepper(network, weights)
        memory = frozen(stepper.start(n))
        for step in frozen(rng.normal(size=(3, n, 1))):
            _, memory = stepper.step(memory, step)
            memory = frozen(memory)


X = np.random.default_rng(0).normal(size=(6, 3, 1))
CONTAINERS = {
    "block": lambda X: frozen(X),
    "one step": lambda X: frozen(X[:, :1]),
    "list": lambda X: frozen(list(X)),
    "ragged": lambda X: frozen([x[: 1 + i % 3] for i, x in enumerate(X)]),
    "table": lambda X: frozen(X.reshape(len(X), -1)),
    "one column": lambda X: frozen(X[:, 0]),
    "transposed": lambda X: frozen(X).transpose(1, 0, 2)[:, ::-1].swapaxes(0, 1),
}
SOLVERS = {
    "adam": {},
    "sgd": {"momentum": 0.0, "max_grad_norm": 1e-3},
    "lbfgs": {},
    "held out": {"early_stopping": True, "validation_fraction": 0.34},
}
#: Each is for a classifier, or for a regressor.
TARGETS = {
    "two classes": np.arange(6) % 2,
    "three classes": np.arange(6) % 3,
    "one label": np.arange(6)[:, np.newaxis] % 2,
    "numbers": np.linspace(-1e3, 1e3, 6),
    "a column": np.linspace(-1, 1, 6)[:, np.newaxis],
}


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("container", CONTAINERS)
def test_estimators(solver, container):
    case = [*CONTAINERS].index(container) + [*SOLVERS].index(solver)
    kind, target = [*KINDS][case % 4], [*TARGETS][case % 5]
    _, options, _ = KINDS[kind]
    is_regressor = target in ("numbers", "a column")
    parameters = {"hidden_size": 1, "max_iter": 2, "random_state": 0, **SOLVERS[solver]}
    if solver in ("sgd", "lbfgs"):
        parameters["solver"] = solver
    model = KIND_OF[kind][is_regressor](**parameters, **options)
    seen, y = CONTAINERS[container](X), frozen(TARGETS[target])
    weight = frozen(np.array([1.0, 2.0, 0.5, 1.0, 1.0, 3.0]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(seen, y, sample_weight=weight)
        vars(model).update(frozen(vars(model)))
        if solver in ("adam", "sgd"):
            model.partial_fit(seen, y, sample_weight=weight)
    # As a model is that was loaded from a memory map.
    vars(model).update(frozen(vars(model)))
    model.predict(seen)
    model.score(seen, y, sample_weight=weight)
    model.hidden_states(seen)
    model.pooled_states(seen)
    if not is_regressor:
        model.predict_proba(seen)
    other, state = copy(model), frozen(torch_state(model))
    load_torch_state(other, state)
    assert not np.shares_memory(other.weights_, model.weights_)
    stream = Stream(model)
    stream.set_state(frozen(stream.get_state()))
    stream.step(frozen(np.ones(1)))
