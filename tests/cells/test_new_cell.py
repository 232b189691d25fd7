"""A new cell is one file and one line in the registry: all the rest comes of itself."""

import pickle
import re
from dataclasses import dataclass
from itertools import product
from typing import ClassVar

import numpy as np
import pytest
from sklearn.base import clone

from skrnn.cells import CELLS, Cell
from skrnn.cells.arithmetic import sigmoid
from skrnn.cells.block import times
from skrnn.cells.tape import Tape
from skrnn.estimators.base_classifier import RecurrentClassifier
from skrnn.estimators.base_regressor import RecurrentRegressor
from skrnn.interop import load_torch_state, torch_state
from tests.network.problem import DIRECTIONS, HIDDEN_SIZES, Problem
from tests.reference import KINDS


@dataclass(frozen=True)
class UGRNNCell(Cell):
    """Update gate cell: ``h = g h + (1 - g) c`` of a sigmoid ``g`` and a tanh ``c``."""

    gates: ClassVar = ("g", "c")
    state_names: ClassVar = ("h",)

    def step(self, params, x, state):
        (h,) = state
        W_x, b, W_h = self.split(params)
        z_g, z_c = np.split(x @ W_x.T + b + h @ W_h.T, 2, axis=1)
        return (sigmoid(z_g) * (h - np.tanh(z_c)) + np.tanh(z_c),)

    def forward(self, params, x, *, keep=True, reuse=None, mask=None, only=None):
        tape = UGRNNTape.begin(self, x, keep, reuse, mask, only)
        for block, m in tape.forward_blocks(x):
            for (xh, h, h_in), (g, c, diff, before) in block.steps:
                z_g, z_c = np.split(params["W"] @ xh, 2)
                g[...], c[...] = sigmoid(z_g), np.tanh(z_c)
                diff[...] = before - c
                h[...] = g * diff + c
                h_in[...] = h * (1.0 if m is None else m)
        return tape.output(), (tape if keep else None)

    def backward(self, params, tape, d_out, *, input_gradient=False):
        W_x, _, W_h = self.split(params)
        d_W = np.zeros_like(params["W"])
        d_x = tape.zeros(self.n_features) if input_gradient else None
        for block, m, d_above, d_hs in tape.backward_blocks(d_out, 1):
            for (g, c, diff, d_z), d_new in zip(
                block.backward_buffers, d_above, strict=True
            ):
                d_hs += 0.0 if d_new is None else d_new
                d_z_g, d_z_c = np.split(d_z, 2)
                d_z_g[...] = d_hs * diff * g * (1 - g)
                d_z_c[...] = d_hs * (1 - g) * (1 - c * c)
                d_hs *= g
                d_hs += W_h.T @ d_z * (1.0 if m is None else m)
            d_z_block = np.array([d_z for *_, d_z in reversed(block.backward_buffers)])
            d_W += times(d_z_block, block.xh)
            if input_gradient:
                block.pack(W_x.T @ d_z_block, d_x)
        return tape.like_input(d_x), {"W": d_W}


class UGRNNTape(Tape):
    """Tape of the cell: ``g``, ``c`` and ``h - c`` of each step."""

    def slot_widths(self):
        return {"gates": 3 * self.cell.hidden_size}

    def states(self, slots):
        return (slots["h"],)

    def views(self, slots):
        return *np.split(slots["gates"][:-1], 3, axis=1), slots["h"][:-1]

    def backward_buffers(self, block):
        width = 2 * self.cell.hidden_size
        d_z = self.scratch("d_z", width, block.size, block.n_steps)
        return [
            (*views[:3], d)
            for (_, views), d in zip(block.steps[::-1], d_z[::-1], strict=True)
        ]


class UGRNNClassifier(RecurrentClassifier):
    """Classifier with the cell."""

    _cell: ClassVar = "ugrnn"


class UGRNNRegressor(RecurrentRegressor):
    """Regressor with the cell."""

    _cell: ClassVar = "ugrnn"


DEEP = {
    "hidden_size": (12, 8),
    "bidirectional": True,
    "dropout": 0.1,
    "recurrent_dropout": 0.1,
    "max_iter": 20,
    "random_state": 0,
}


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    """Write the line in the registry, and one in that of the tests."""
    monkeypatch.setitem(CELLS, "ugrnn", UGRNNCell)
    monkeypatch.setitem(KINDS, "ugrnn", ("ugrnn", {}, None))


def draw(n, seed):
    """Draw ragged sequences, and the sum of the first feature of each."""
    rng = np.random.default_rng(seed)
    X = [rng.normal(size=(length, 2)) for length in rng.integers(3, 10, n)]
    return X, np.array([sequence[:, 0].sum() for sequence in X])


@pytest.fixture(
    params=[UGRNNClassifier, UGRNNRegressor], ids=lambda kind: kind.__name__
)
def fitted(request):
    """Fit a small estimator to a few sequences; give these too."""
    X, y = draw(40, seed=0)
    y = y > 0 if request.param is UGRNNClassifier else y
    return request.param(**DEEP).set_params(max_iter=3).fit(X, y), X, y


@pytest.mark.parametrize(
    ("n_layers", "direction"), list(product(HIDDEN_SIZES, DIRECTIONS))
)
@pytest.mark.parametrize(
    ("pooling", "lengths", "rates"),
    [("last", "ragged", (0.0, 0.0)), ("concat", "rectangular", (0.3, 0.3))],
)
def test_its_gradients(n_layers, direction, pooling, lengths, rates):
    problem = Problem("ugrnn", n_layers, direction, pooling, lengths, rates=rates)
    assert max(problem.errors()) < 1e-6


def test_its_steps_in_a_row_are_a_run():
    cell, X = UGRNNCell(2, 5), draw(8, seed=0)[0]
    params = cell.init(0)
    for sequence, expected in zip(X, cell.run(params, X), strict=True):
        state = cell.initial_state()
        for x, h in zip(sequence, expected, strict=True):
            state = cell.step(params, x[np.newaxis], state)
            np.testing.assert_allclose(state[0][0], h, rtol=0, atol=1e-12)


def test_a_classifier_learns_with_it():
    (X, y), (X_new, y_new) = draw(200, seed=0), draw(300, seed=1)
    clf = UGRNNClassifier(**DEEP).fit(X, np.where(y > 0, "up", "down"))
    assert clf.score(X_new, np.where(y_new > 0, "up", "down")) > 0.9
    assert clf.pooled_states(X).shape == (200, 3 * 2 * 8)


def test_a_regressor_learns_with_it():
    (X, y), (X_new, y_new) = draw(200, seed=0), draw(300, seed=1)
    assert UGRNNRegressor(**DEEP).fit(X, 100 * y).score(X_new, 100 * y_new) > 0.9


def test_it_is_saved_and_loaded(fitted):
    estimator, X, y = fitted
    loaded = pickle.loads(pickle.dumps(estimator))
    assert np.array_equal(loaded.predict(X), estimator.predict(X))
    again, other = loaded.partial_fit(X, y), estimator.partial_fit(X, y)
    assert np.array_equal(again.weights_, other.weights_)


def test_a_clone_learns_the_same(fitted):
    estimator, X, y = fitted
    assert np.array_equal(clone(estimator).fit(X, y).weights_, estimator.weights_)


def test_pytorch_does_not_know_it(fitted):
    estimator, *_ = fitted
    message = (
        "PyTorch has no UGRNNCell: only the weights of RNNCell, LSTMCell, GRUCell have "
        "names there."
    )
    for ask in (torch_state, lambda one: load_torch_state(one, {})):
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            ask(estimator)
