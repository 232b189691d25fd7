"""The whole network against what PyTorch computed.

The golden files and what stands in them are described in ``golden/make_golden.py``.
"""

from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
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
from skrnn.interop import load_torch_state, torch_state
from skrnn.losses import (
    BinaryCrossEntropy,
    MultilabelCrossEntropy,
    MultinomialCrossEntropy,
    SquaredError,
)
from skrnn.network import build_network
from skrnn.sequences import pack
from skrnn.training.objective import Objective

FOLDER = Path(__file__).with_name("golden")
RNN, LSTM = (RNNClassifier, RNNRegressor), (LSTMClassifier, LSTMRegressor)
#: For each cell classifier and regressor, name, options and gates as PyTorch orders
#: them.
CELLS = {
    "rnn-tanh": (RNN, "rnn", {"activation": "tanh"}, "h"),
    "rnn-relu": (RNN, "rnn", {"activation": "relu"}, "h"),
    "lstm": (LSTM, "lstm", {}, "ifgo"),
    "gru": ((GRUClassifier, GRURegressor), "gru", {}, "rzn"),
}
N_LAYERS = (1, 3)
DIRECTIONS = {"uni": False, "bi": True}
LAYOUTS = ("rectangular", "ragged")
POOLINGS = ("last", "mean", "max", "concat")
LOSSES = {
    "binary": BinaryCrossEntropy(),
    "multinomial": MultinomialCrossEntropy(),
    "multilabel": MultilabelCrossEntropy(),
    "squared": SquaredError(),
    "squared-multi": SquaredError(),
}
REGRESSION = ("squared", "squared-multi")
STEPPED = ("binary", "squared-multi")
MEANS = ("plain", "weighted")
HIDDEN_SIZE = 3

ARRAYS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
HEAD = ("head.weight", "head.bias")
SHARED = ("x", "lengths", "sample_weight", "learning_rate", "h")

TOLERANCE = {np.float64: 1e-10, np.float32: 1e-5}

every_file = pytest.mark.parametrize(
    ("cell", "n_layers", "direction", "layout"),
    list(product(CELLS, N_LAYERS, DIRECTIONS, LAYOUTS)),
)
every_pooling = pytest.mark.parametrize("pooling", POOLINGS)
every_loss = pytest.mark.parametrize("loss", LOSSES)
every_dtype = pytest.mark.parametrize("dtype", TOLERANCE)


class Golden:
    """A golden file, by the path of each array.

    What stands in it are the numbers of one kind of recurrent network, under every
    pooling and every loss.
    """

    def __init__(self, cell, n_layers, direction, layout):
        self.kinds, self.cell, self.options, self.gates = CELLS[cell]
        self.sizes = (HIDDEN_SIZE,) * n_layers
        self.bidirectional, self.layout = DIRECTIONS[direction], layout
        self.arrays = {}
        with np.load(FOLDER / f"{cell}-{n_layers}-{direction}-{layout}.npz") as file:
            for name, array in file.items():
                fields = array.dtype.names
                self.arrays |= (
                    {f"{name}/{field}": array[field] for field in fields}
                    if fields
                    else {name: array}
                )

    def __getitem__(self, name):
        return self.arrays[name]

    @property
    def recurrent(self):
        """Names of the recurrent weights, in the order of PyTorch."""
        suffixes = ("", "_reverse") if self.bidirectional else ("",)
        layers = product(range(len(self.sizes)), suffixes, ARRAYS)
        return [f"{name}_l{k}{suffix}" for k, suffix, name in layers]

    def part(self, *path):
        """Give what stands under a path."""
        prefix = "/".join(path) + "/"
        return {
            name.removeprefix(prefix): array
            for name, array in self.arrays.items()
            if name.startswith(prefix)
        }

    def samples(self, rows="x", dtype=np.float64):
        """Give the sequences in the layout in which users hold them."""
        ends = np.cumsum(self["lengths"])[:-1]
        sequences = np.split(self[rows].astype(dtype), ends)
        return np.stack(sequences) if self.layout == "rectangular" else sequences

    def state(self, pooling, loss):
        """Give the weights of a case, as PyTorch names them."""
        return {name: self[name] for name in self.recurrent} | self.part(
            "head", pooling, loss
        )

    def folded(self, state):
        """Add up the two biases of each gate, but for those of a GRU's candidate."""
        n_folded = 2 * HIDDEN_SIZE if self.cell == "gru" else None
        state = {name: array.copy() for name, array in state.items()}
        for name, second in state.items():
            if name.startswith("bias_hh"):
                state[name.replace("hh", "ih")][:n_folded] += second[:n_folded]
                second[:n_folded] = 0.0
        return state

    def network(self, pooling, loss):
        return build_network(
            self.cell,
            self["x"].shape[1],
            self.sizes,
            self.bidirectional,
            pooling,
            len(self[f"head/{pooling}/{loss}/head.bias"]),
            **self.options,
        )

    def estimator(self, pooling, loss, **params):
        """Make a fitted estimator that has the weights of a case."""
        y = self[f"y/{loss}"]
        classes = {"classes": np.unique(y)} if loss in ("binary", "multinomial") else {}
        estimator = self.kinds[loss in REGRESSION](
            self.sizes,
            bidirectional=self.bidirectional,
            pooling=pooling,
            random_state=0,
            **self.options,
            **params,
        ).partial_fit(self.samples(), y, **classes)
        return load_torch_state(estimator, self.state(pooling, loss))

    def in_torch_order(self, network, vector):
        """Give views on a flat vector, one a gate, by PyTorch's names of the arrays.

        Where there is one bias a gate, it stands under both names.
        """
        views, named, H = network.layout.views(vector), {}, HIDDEN_SIZE
        for name, cell in network.stack.cells.items():
            order = [cell.gates.index(gate) for gate in self.gates]
            W_x, b, W_h = (
                [array[k * H : (k + 1) * H] for k in order]
                for array in cell.split(views[name])
            )
            second = [*b[:2], views[name]["b_hn"]] if self.cell == "gru" else b
            arrays = zip(ARRAYS, (W_x, W_h, b, second), strict=True)
            named |= {f"{a}_{name.replace('layer', 'l')}": parts for a, parts in arrays}
        head = views["head"]
        return {**named, "head.weight": [head["W"]], "head.bias": [head["b"]]}

    def weights(self, network, state, dtype):
        """Give the flat vector that has the weights of a PyTorch state."""
        weights = np.zeros(network.layout.size)
        for name, views in self.in_torch_order(network, weights).items():
            for view, part in zip(
                views, np.split(state[name], len(views)), strict=True
            ):
                view += part
        return weights.astype(dtype)

    def gradients(self, network, d_weights):
        """Give the gradients under the names of the golden files."""
        views = self.in_torch_order(network, d_weights)
        return {f"d_{name}": np.concatenate(parts) for name, parts in views.items()}


read = cache(Golden)


def assert_close(found, expected, dtype):
    for name, array in found.items():
        assert array.dtype == dtype, name
        assert array.shape == expected[name].shape, name
        assert_allclose(
            array, expected[name], rtol=0, atol=TOLERANCE[dtype], err_msg=name
        )


def paths(*parts):
    return {"/".join(path) for path in product(*parts)}


def test_there_is_a_golden_file_for_every_case():
    files = product(CELLS, map(str, N_LAYERS), DIRECTIONS, LAYOUTS)
    expected = {"-".join(parts) + ".npz" for parts in files}
    assert {path.name for path in FOLDER.glob("*.npz")} == expected


@every_file
def test_a_golden_file_covers_every_case(cell, n_layers, direction, layout):
    golden = read(cell, n_layers, direction, layout)
    states = [*golden.recurrent, *HEAD]
    results = ["scores", "loss", "d_x", *(f"d_{name}" for name in states)]
    assert set(golden.arrays) == {
        *SHARED,
        *golden.recurrent,
        *paths(["y"], LOSSES),
        *paths(["head"], POOLINGS, LOSSES, HEAD),
        *paths(["case"], POOLINGS, LOSSES, results),
        *paths(["case"], POOLINGS, set(LOSSES) - set(REGRESSION), ["probabilities"]),
        *paths(["sgd"], STEPPED, MEANS, states),
    }
    assert (len(set(golden["lengths"])) == 1) == (layout == "rectangular")
    floats = {name: a for name, a in golden.arrays.items() if a.dtype.kind == "f"}
    assert {array.dtype for array in floats.values()} == {np.dtype(np.float64)}
    frozen = {name for name in golden.recurrent if name.startswith("bias_hh")}
    frozen = paths(["sgd"], STEPPED, MEANS, frozen)
    n_frozen = 2 * HIDDEN_SIZE if cell == "gru" else None
    assert not any(golden[name][:n_frozen].any() for name in frozen)
    trained = floats if cell == "gru" else set(floats) - frozen
    assert all(golden[name].any() for name in trained)


@every_file
@every_dtype
def test_hidden_states(cell, n_layers, direction, layout, dtype):
    golden = read(cell, n_layers, direction, layout)
    estimator = golden.estimator("last", "binary")
    found = estimator.hidden_states(golden.samples(dtype=dtype))
    assert type(found) is type(golden.samples())
    for h, expected in zip(found, golden.samples("h"), strict=True):
        assert h.dtype == dtype
        assert_allclose(h, expected, rtol=0, atol=TOLERANCE[dtype])


@every_file
@every_pooling
@every_loss
@every_dtype
def test_outputs_and_gradients(cell, n_layers, direction, layout, pooling, loss, dtype):
    golden = read(cell, n_layers, direction, layout)
    network, y = golden.network(pooling, loss), golden[f"y/{loss}"]
    weights = golden.weights(network, golden.state(pooling, loss), dtype)
    x = pack(golden.samples(dtype=dtype))
    sample_weight = golden["sample_weight"].astype(dtype)

    scores, tape = network.forward(weights, x)
    losses, d_scores = LOSSES[loss].value_and_gradient(scores, y)
    share = sample_weight / len(y)
    d_x, d_weights = network.backward(
        weights, tape, d_scores * share[:, np.newaxis], input_gradient=True
    )
    found = {
        "scores": scores,
        "loss": np.dot(share, losses),
        "d_x": np.concatenate(x.replace(d_x).unpack()),
        **golden.gradients(network, d_weights),
    }
    if loss not in REGRESSION:
        found["probabilities"] = LOSSES[loss].probabilities(scores)

    expected = golden.part("case", pooling, loss)
    assert set(found) == set(expected)
    assert_close(found, expected, dtype)

    value, gradient, _ = Objective(network, LOSSES[loss]).value_and_gradient(
        weights, x, y, sample_weight
    )
    assert value == pytest.approx(expected["loss"], rel=0, abs=TOLERANCE[dtype])
    assert_close(golden.gradients(network, gradient), expected, dtype)


@every_file
@every_pooling
@every_loss
def test_estimators_with_loaded_weights(
    cell, n_layers, direction, layout, pooling, loss
):
    golden = read(cell, n_layers, direction, layout)
    estimator = golden.estimator(pooling, loss)
    expected = golden.part("case", pooling, loss)
    several = loss in ("multinomial", "multilabel", "squared-multi")
    scores = expected["scores"] if several else expected["scores"][:, 0]
    for dtype, tolerance in TOLERANCE.items():
        X, close = golden.samples(dtype=dtype), {"rtol": 0, "atol": tolerance}
        if loss in REGRESSION:
            found = estimator.predict(X)
            assert found.dtype == np.float64
            assert_allclose(found, scores, **close)
            continue
        p = estimator.predict_proba(X)
        assert p.dtype == dtype
        assert_allclose(p, expected["probabilities"], **close)
        assert_allclose(estimator.decision_function(X), scores, **close)
        likeliest = p > 0.5 if loss == "multilabel" else p.argmax(axis=1)
        assert_array_equal(estimator.predict(X), likeliest)


@every_file
@every_pooling
@every_loss
def test_weights_go_in_and_out_to_the_bit(
    cell, n_layers, direction, layout, pooling, loss
):
    golden = read(cell, n_layers, direction, layout)
    estimator = golden.estimator(pooling, loss, standardize=False)
    expected, found = golden.folded(golden.state(pooling, loss)), torch_state(estimator)
    assert list(found) == list(expected)
    for name, array in expected.items():
        assert_array_equal(found[name], array, err_msg=name, strict=True)

    weights = estimator.weights_
    load_torch_state(estimator, found)
    assert estimator.weights_ is not weights
    assert_array_equal(estimator.weights_, weights, strict=True)


@every_file
def test_weights_go_in_and_out_of_a_scale_to_rounding(
    cell, n_layers, direction, layout
):
    golden = read(cell, n_layers, direction, layout)
    estimator = golden.estimator("concat", "multinomial")
    weights, found = estimator.weights_, torch_state(estimator)
    expected = golden.folded(golden.state("concat", "multinomial"))
    assert list(found) == list(expected)
    assert_close(found, expected, np.float64)
    load_torch_state(estimator, found)
    assert_allclose(estimator.weights_, weights, rtol=1e-12, atol=1e-14)


@every_file
@pytest.mark.parametrize("loss", STEPPED)
@pytest.mark.parametrize("mean", MEANS)
def test_one_step_of_gradient_descent(cell, n_layers, direction, layout, loss, mean):
    golden = read(cell, n_layers, direction, layout)
    y = golden[f"y/{loss}"]
    estimator = golden.estimator(
        "concat",
        loss,
        solver="sgd",
        learning_rate_init=float(golden["learning_rate"]),
        momentum=0,
        alpha=0,
        max_grad_norm=None,
        batch_size=len(y),
        dropout=0,
        recurrent_dropout=0,
        standardize=False,
    )
    # Only the proportions of the weights count.
    weights = {"plain": None, "weighted": 10 * golden["sample_weight"]}
    estimator.partial_fit(golden.samples(), y, sample_weight=weights[mean])

    found, expected = torch_state(estimator), golden.part("sgd", loss, mean)
    assert set(found) == set(expected)
    assert_close(found, expected, np.float64)
    if mean == "weighted":
        value = golden[f"case/concat/{loss}/loss"]
        assert estimator.loss_ == pytest.approx(value, rel=0, abs=1e-10)
