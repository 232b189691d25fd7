"""Networks computed from nothing but their state, in plain NumPy on raw features."""

from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skrnn import (
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    RNNClassifier,
    RNNRegressor,
)
from skrnn.interop import load_torch_state, torch_state
from tests.interop.test_torch import folded

D, N = 2, 24
KINDS = {
    "rnn": (RNNClassifier, RNNRegressor),
    "lstm": (LSTMClassifier, LSTMRegressor),
    "gru": (GRUClassifier, GRURegressor),
}
MEAN, SCALE = np.array([3.0, -200.0]), np.array([0.5, 40.0])


def draw():
    rng = np.random.default_rng(0)
    return [rng.normal(MEAN, SCALE, (1 + i % 8, D)) for i in range(N)]


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def run_layer(cell, state, end, x):
    """Return the states after each step, by the equations of PyTorch."""
    W_x, W_h, b_x, b_h = (
        state[f"{kind}_{end}"]
        for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    h = c = np.zeros(W_h.shape[1])
    states = []
    for step in x:
        from_x, from_h = W_x @ step + b_x, W_h @ h + b_h
        if cell == "rnn":
            h = np.tanh(from_x + from_h)
        elif cell == "lstm":
            i, f, g, o = np.split(from_x + from_h, 4)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
        else:
            r, z, n = zip(np.split(from_x, 3), np.split(from_h, 3), strict=True)
            r, z = sigmoid(sum(r)), sigmoid(sum(z))
            h = (1 - z) * np.tanh(n[0] + r * n[1]) + z * h
        states.append(h)
    return np.array(states)


def score(model, cell, state, x):
    """Return the scores of one sequence, as the docstring of `torch_state` says."""
    mean, size, n_last = model.feature_mean_, model.patch_size_, model.linear_steps_
    missing = np.tile(mean, (n_last, 1))
    last = np.vstack([x[::-1], missing])[:n_last].ravel()
    if model.own_scale_:
        deviation = x.std(axis=0) if len(x) > 1 else np.inf
        x = np.hstack([x, (x - x.mean(axis=0)) / deviation])
        mean = np.concatenate([mean, np.zeros(D)])
    x = np.vstack([x, np.tile(mean, (-len(x) % size, 1))]).reshape(
        -1, x.shape[1] * size
    )
    beside = [last]
    if model.n_filters_:
        before = np.tile(mean, (2 * size, 1))
        steps = np.vstack([before, x.reshape(-1, len(mean))])
        rows = [
            steps[k : k + 2 * size].ravel() for k in range(1, len(steps) - 2 * size + 1)
        ]
        y = np.array(rows) @ state["convolution.W"].T + state["convolution.b"]
        y = np.maximum(y, 0)
        x = y.reshape(len(x), size, -1).max(axis=1)
        beside = [y.mean(axis=0), x.max(axis=0), last]
    there = run_layer(cell, state, "l0", x)
    back = run_layer(cell, state, "l0_reverse", x[::-1])
    h = np.hstack([there, back[::-1]])
    pooled = [there[-1], back[-1], h.mean(axis=0), h.max(axis=0), *beside]
    return state["head.weight"] @ np.concatenate(pooled) + state["head.bias"]


#: Each two of cell, task, patch size, filters, own scale and last steps meet.
COMBINATIONS = [
    (cell, task, 1 + (i + k + m) % 3, n_filters, own_scale, n_last)
    for (i, cell), (j, task), (k, n_filters), (m, own_scale), n_last in product(
        enumerate(KINDS),
        enumerate((0, 1)),
        enumerate((0, 4)),
        enumerate((0, 1)),
        (0, 3),
    )
]
each_network = pytest.mark.parametrize(
    ("cell", "task", "patch_size", "n_filters", "own_scale", "n_last"), COMBINATIONS
)


def fitted(cell, task, patch_size, n_filters, own_scale, n_last, dtype="float64"):
    """Give an estimator with weights of which each makes a difference."""
    y, kwargs = np.arange(N) % 3, {}
    if task == 0:
        kwargs = {"classes": [0, 1, 2]}
    parts = {"n_filters": n_filters, "own_scale": bool(own_scale)}
    parts |= {"linear_steps": n_last, "patch_size": patch_size, "dtype": dtype}
    model = KINDS[cell][task](3, bidirectional=True, random_state=0, **parts)
    model.partial_fit(draw(), y + 0.5 * task, **kwargs)
    weights = np.random.default_rng(1).normal(scale=0.5, size=model.weights_.shape)
    model.weights_ = weights.astype(dtype)
    return model


@each_network
def test_the_state_is_all_that_there_is_to_know(
    cell, task, patch_size, n_filters, own_scale, n_last
):
    model = fitted(cell, task, patch_size, n_filters, own_scale, n_last)
    state = torch_state(model)
    scores = np.array([score(model, cell, state, x) for x in draw()])
    if task:
        found = scores[:, 0] * model.target_scale_ + model.target_mean_
        assert_allclose(model.predict(draw()), found, rtol=1e-9)
    else:
        assert_allclose(model.decision_function(draw()), scores, rtol=1e-9, atol=1e-9)


@each_network
def test_weights_come_back_in_their_own_type(
    cell, task, patch_size, n_filters, own_scale, n_last
):
    parts = cell, task, patch_size, n_filters, own_scale, n_last
    for dtype in ("float64", "float32"):
        model = fitted(*parts, dtype=dtype).set_params(dtype="auto")
        before, state = model.weights_, torch_state(model)
        wide = {name for name, array in state.items() if array.dtype == np.float64}
        assert wide == (folded(model) if dtype == "float32" else {*state})
        load_torch_state(model, state)
        eps = np.finfo(dtype).eps
        assert model.weights_.dtype == dtype
        assert_allclose(model.weights_, before, rtol=0, atol=64 * eps)
