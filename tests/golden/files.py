"""The golden files as tests read them.

What stands in them is described in ``make_golden.py``.
"""

from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
from numpy.testing import assert_allclose

from skrnn import (
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    RNNClassifier,
    RNNRegressor,
)
from skrnn.interop import load_torch_state
from skrnn.losses import (
    BinaryCrossEntropy,
    MultilabelCrossEntropy,
    MultinomialCrossEntropy,
    SquaredError,
)
from skrnn.network import build_network

FOLDER = Path(__file__).parent
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

FILES = list(product(CELLS, N_LAYERS, DIRECTIONS, LAYOUTS))


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
        """Return what stands under a path."""
        prefix = "/".join(path) + "/"
        return {
            name.removeprefix(prefix): array
            for name, array in self.arrays.items()
            if name.startswith(prefix)
        }

    def samples(self, rows="x", dtype=np.float64):
        """Return the sequences in the layout in which users hold them."""
        ends = np.cumsum(self["lengths"])[:-1]
        sequences = np.split(self[rows].astype(dtype), ends)
        return np.stack(sequences) if self.layout == "rectangular" else sequences

    def state(self, pooling, loss):
        """Return the weights of a case, as PyTorch names them."""
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
        """Make a fitted estimator that has the weights of a case.

        Its network is one that PyTorch has, with nothing that passes by the layers, and
        its loss is the plain one.
        """
        plain = {"n_filters": 0, "linear_steps": 0, "own_scale": False}
        if loss not in REGRESSION:
            plain["label_smoothing"] = 0
        y, classes = self[f"y/{loss}"], {}
        if loss in ("binary", "multinomial", "3-classes"):
            n_outputs = len(self[f"head/{pooling}/{loss}/head.bias"])
            classes = {"classes": np.arange(max(n_outputs, 2))}
        estimator = self.kinds[loss in REGRESSION](
            self.sizes,
            bidirectional=self.bidirectional,
            pooling=pooling,
            random_state=0,
            **plain,
            **self.options,
            **params,
        ).partial_fit(self.samples(), y, **classes)
        return load_torch_state(estimator, self.state(pooling, loss))

    def in_torch_order(self, network, vector):
        """Return views on a flat vector, one a gate, by PyTorch's names of the arrays.

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
        """Return the flat vector that has the weights of a PyTorch state."""
        weights = np.zeros(network.layout.size)
        for name, views in self.in_torch_order(network, weights).items():
            for view, part in zip(
                views, np.split(state[name], len(views)), strict=True
            ):
                view += part
        return weights.astype(dtype)

    def gradients(self, network, d_weights):
        """Return the gradients under the names of the golden files."""
        views = self.in_torch_order(network, d_weights)
        return {f"d_{name}": np.concatenate(parts) for name, parts in views.items()}


class GoldenOfOnes(Golden):
    """A golden file of sizes of one."""

    def __init__(self, cell, ones):
        self._read(f"ones-{cell}-{ones}", cell, *ONES[ones])


read, read_ones = cache(Golden), cache(GoldenOfOnes)


def assert_close(found, expected, dtype, about=""):
    for name, array in found.items():
        assert array.dtype == dtype, about + name
        assert array.shape == expected[name].shape, about + name
        assert_allclose(
            array, expected[name], rtol=0, atol=TOLERANCE[dtype], err_msg=about + name
        )


def paths(*parts):
    return {"/".join(path) for path in product(*parts)}
