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
#: And those of the files of ones.
EVERY_LOSS = {**LOSSES, "3-classes": MultinomialCrossEntropy()}
REGRESSION = ("squared", "squared-multi")
SEVERAL_SCORES = ("multinomial", "3-classes", "multilabel", "squared-multi")
STEPPED = ("binary", "squared-multi")
MEANS = ("plain", "weighted")
HIDDEN_SIZE = 3

#: Of the files of ones hidden sizes, direction and layout; their poolings and losses,
#: and their steps of gradient descent.
ONES = {
    "unit": ((1,), "uni", "ragged"),
    "feature": ((2,), "bi", "rectangular"),
    "1-4": ((1, 4), "bi", "ragged"),
    "3-1": ((3, 1), "bi", "rectangular"),
    "step": ((1,), "uni", "rectangular"),
    "all": ((1,), "bi", "rectangular"),
}
CASES_OF_ONES = (
    ("last", "squared"),
    ("mean", "binary"),
    ("max", "binary"),
    ("concat", "binary"),
    ("concat", "3-classes"),
    ("concat", "squared"),
)
STEPS_OF_ONES = (("binary", "plain"), ("squared", "weighted"))

ARRAYS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
HEAD = ("head.weight", "head.bias")
SHARED = ("x", "lengths", "sample_weight", "learning_rate", "h")

TOLERANCE = {np.float64: 1e-10, np.float32: 1e-5}

FILE, CASE = ("cell", "n_layers", "direction", "layout"), ("pooling", "loss")
FILES = list(product(CELLS, N_LAYERS, DIRECTIONS, LAYOUTS))
#: Every pooling of every file, each with one of the losses in turn. The recurrent
#: weights are the same in all of them.
IN_TURN = [
    (*file, pooling, list(LOSSES)[(k + 2 * i) % len(LOSSES)])
    for k, file in enumerate(FILES)
    for i, pooling in enumerate(POOLINGS)
]
every_file = pytest.mark.parametrize(FILE, FILES)
every_pooling = pytest.mark.parametrize((*FILE, *CASE), IN_TURN)
every_dtype = pytest.mark.parametrize("dtype", TOLERANCE)
every_file_of_ones = pytest.mark.parametrize(
    ("cell", "ones"), list(product(CELLS, ONES))
)


class Golden:
    """A golden file, by the path of each array.

    What stands in it are the numbers of one kind of recurrent network, under every
    pooling and every loss.
    """

    def __init__(self, cell, n_layers, direction, layout):
        name = f"{cell}-{n_layers}-{direction}-{layout}"
        self._read(name, cell, (HIDDEN_SIZE,) * n_layers, direction, layout)

    def _read(self, name, cell, sizes, direction, layout):
        self.kinds, self.cell, self.options, self.gates = CELLS[cell]
        self.sizes, self.layout = sizes, layout
        self.bidirectional, self.arrays = DIRECTIONS[direction], {}
        with np.load(FOLDER / f"{name}.npz") as file:
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
        state = {name: array.copy() for name, array in state.items()}
        for name, second in state.items():
            if name.startswith("bias_hh"):
                n_folded = 2 * len(second) // 3 if self.cell == "gru" else None
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
        y, classes = self[f"y/{loss}"], {}
        if loss in ("binary", "multinomial", "3-classes"):
            n_outputs = len(self[f"head/{pooling}/{loss}/head.bias"])
            classes = {"classes": np.arange(max(n_outputs, 2))}
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
        views, named = network.cell_params(vector), {}
        for name, cell in network.cells.items():
            H = cell.hidden_size
            order = [cell.gates.index(gate) for gate in self.gates]
            W_x, b, W_h = (
                [array[k * H : (k + 1) * H] for k in order]
                for array in cell.split(views[name])
            )
            second = [*b[:2], views[name]["b_hn"]] if self.cell == "gru" else b
            arrays = zip(ARRAYS, (W_x, W_h, b, second), strict=True)
            named |= {f"{a}_{name.replace('layer', 'l')}": parts for a, parts in arrays}
        head = network.layout.views(vector)["head"]
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


class GoldenOfOnes(Golden):
    """A golden file of sizes of one."""

    def __init__(self, cell, ones):
        self._read(f"ones-{cell}-{ones}", cell, *ONES[ones])


read, read_ones = cache(Golden), cache(GoldenOfOnes)


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
    expected |= {f"ones-{cell}-{ones}.npz" for cell, ones in product(CELLS, ONES)}
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
    check_hidden_states(read(cell, n_layers, direction, layout), "binary", dtype)


def check_hidden_states(golden, loss, dtype):
    estimator = golden.estimator("last", loss)
    found = estimator.hidden_states(golden.samples(dtype=dtype))
    assert type(found) is type(golden.samples())
    for h, expected in zip(found, golden.samples("h"), strict=True):
        assert h.dtype == dtype
        assert_allclose(h, expected, rtol=0, atol=TOLERANCE[dtype])


@pytest.mark.parametrize(
    (*FILE, *CASE, "dtype"),
    [
        *(
            (*file, *case, np.float64)
            for file, case in product(FILES, product(POOLINGS, LOSSES))
        ),
        *((*case, np.float32) for case in IN_TURN),
    ],
)
def test_outputs_and_gradients(cell, n_layers, direction, layout, pooling, loss, dtype):
    golden = read(cell, n_layers, direction, layout)
    check_outputs_and_gradients(golden, pooling, loss, dtype)


def check_outputs_and_gradients(golden, pooling, loss, dtype):
    network, y = golden.network(pooling, loss), golden[f"y/{loss}"]
    weights = golden.weights(network, golden.state(pooling, loss), dtype)
    x = pack(golden.samples(dtype=dtype))
    sample_weight = golden["sample_weight"].astype(dtype)

    scores, tape = network.forward(weights, x)
    losses, d_scores = EVERY_LOSS[loss].value_and_gradient(scores, y)
    share = sample_weight / len(y)
    d_x, d_weights = network.backward(
        weights, tape, d_scores * share[:, np.newaxis], input_gradient=True
    )
    found = {
        "scores": scores,
        "loss": np.dot(share, losses),
        "d_x": np.concatenate(d_x.unpack()),
        **golden.gradients(network, d_weights),
    }
    if loss not in REGRESSION:
        found["probabilities"] = EVERY_LOSS[loss].probabilities(scores)

    expected = golden.part("case", pooling, loss)
    assert set(found) == set(expected)
    assert_close(found, expected, dtype)

    value, gradient, _ = Objective(network, EVERY_LOSS[loss]).value_and_gradient(
        weights, x, y, sample_weight
    )
    assert value == pytest.approx(expected["loss"], rel=0, abs=TOLERANCE[dtype])
    assert_close(golden.gradients(network, gradient), expected, dtype)


@every_pooling
def test_estimators_with_loaded_weights(
    cell, n_layers, direction, layout, pooling, loss
):
    check_predictions(read(cell, n_layers, direction, layout), pooling, loss)


def check_predictions(golden, pooling, loss):
    estimator = golden.estimator(pooling, loss)
    expected = golden.part("case", pooling, loss)
    several = loss in SEVERAL_SCORES
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


@every_pooling
def test_weights_go_in_and_out_to_the_bit(
    cell, n_layers, direction, layout, pooling, loss
):
    check_weights_to_the_bit(read(cell, n_layers, direction, layout), pooling, loss)


def check_weights_to_the_bit(golden, pooling, loss):
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
    check_one_step(read(cell, n_layers, direction, layout), loss, mean)


def check_one_step(golden, loss, mean):
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


@every_file_of_ones
def test_a_golden_file_of_ones_covers_every_case(cell, ones):
    golden = read_ones(cell, ones)
    states = [*golden.recurrent, *HEAD]
    results = ["scores", "loss", "d_x", *(f"d_{name}" for name in states)]
    cases = [[*case, name] for case in CASES_OF_ONES for name in results]
    cases += [
        [*case, "probabilities"] for case in CASES_OF_ONES if case[1] != "squared"
    ]
    losses = {loss for _, loss in CASES_OF_ONES}
    heads = [[*case, name] for case in CASES_OF_ONES for name in HEAD]
    steps = [[*step, name] for step in STEPS_OF_ONES for name in states]
    assert set(golden.arrays) == {
        *SHARED,
        *golden.recurrent,
        *paths(["y"], losses),
        *("/".join(["head", *head]) for head in heads),
        *("/".join(["case", *case]) for case in cases),
        *("/".join(["sgd", *step]) for step in steps),
    }
    one_step = golden["lengths"].max() == 1
    assert one_step == (ones in ("step", "all"))
    for pooling, loss in CASES_OF_ONES:
        for name, gradient in golden.part("case", pooling, loss).items():
            # What a single step does not reach.
            unreached = one_step and name.startswith("d_weight_hh")
            assert gradient.any() != unreached, name
    assert golden["h"].any(axis=0).all()


def test_the_golden_files_of_ones_have_all_of_them():
    golden = {ones: read_ones("gru", ones) for ones in ONES}
    assert {size for g in golden.values() for size in g.sizes} == {1, 2, 3, 4}
    assert {g["x"].shape[1] for g in golden.values()} == {1, 2}
    assert {len(g["lengths"]) for g in golden.values()} == {1, 2, 3}
    assert {int(g["lengths"].max()) for g in golden.values()} == {1, 3, 4}


@every_file_of_ones
@every_dtype
def test_hidden_states_of_ones(cell, ones, dtype):
    check_hidden_states(read_ones(cell, ones), "squared", dtype)


@every_file_of_ones
@every_dtype
@pytest.mark.parametrize(("pooling", "loss"), CASES_OF_ONES)
def test_outputs_and_gradients_of_ones(cell, ones, pooling, loss, dtype):
    check_outputs_and_gradients(read_ones(cell, ones), pooling, loss, dtype)


@every_file_of_ones
@pytest.mark.parametrize(("pooling", "loss"), CASES_OF_ONES)
def test_estimators_of_ones_with_loaded_weights(cell, ones, pooling, loss):
    check_predictions(read_ones(cell, ones), pooling, loss)


@every_file_of_ones
@pytest.mark.parametrize("loss", ["binary", "3-classes", "squared"])
def test_weights_of_ones_go_in_and_out_to_the_bit(cell, ones, loss):
    check_weights_to_the_bit(read_ones(cell, ones), "concat", loss)


@every_file_of_ones
@pytest.mark.parametrize(("loss", "mean"), STEPS_OF_ONES)
def test_one_step_of_gradient_descent_of_ones(cell, ones, loss, mean):
    check_one_step(read_ones(cell, ones), loss, mean)
