"""What must not matter does not, and what is read the same comes out the same."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skrnn.cells import GRUCell, LSTMCell
from skrnn.interop import load_torch_state, torch_state
from skrnn.network.pooling import POOLINGS
from tests.estimators.tasks import ARCHITECTURES, TASKS, outputs

TO_ROUNDING = {"rtol": 1e-12, "atol": 1e-14}
every_pooling = pytest.mark.parametrize("pooling", POOLINGS)
#: Each two of task, architecture and pooling meet; not each three.
every_network = pytest.mark.parametrize(
    ("task", "architecture", "pooling"),
    [
        pytest.param(
            task, architecture, pooling, id=f"{task}-{name.replace(' ', '_')}-{pooling}"
        )
        for i, task in enumerate(TASKS)
        for j, (name, architecture) in enumerate(ARCHITECTURES.items())
        for pooling in [list(POOLINGS)[(i + j) % 4]]
    ],
)


def scores(estimator, X):
    """Give what the head computes, (n, n_outputs)."""
    if hasattr(estimator, "decision_function"):
        return estimator.decision_function(X).reshape(len(X), -1)
    y = estimator.predict(X).reshape(len(X), -1)
    return (y - estimator.target_mean_) / estimator.target_scale_


def padded(X, value):
    width = max(len(sequence) for sequence in X)
    block = np.full((len(X), width + 3, X[0].shape[1]), value)
    for row, sequence in zip(block, X, strict=True):
        row[: len(sequence)] = sequence
    return block


@every_network
def test_a_batch_equals_its_sequences_one_by_one(task, architecture, pooling):
    X, y = task.data()
    estimator = task.make(pooling=pooling, **architecture).fit(X, y)
    together = outputs(estimator, X)
    alone = np.concatenate([outputs(estimator, [sequence]) for sequence in X])
    assert_allclose(together, alone, **TO_ROUNDING)
    assert_allclose(together, outputs(estimator, X[::-1])[::-1], **TO_ROUNDING)


@every_network
def test_padding_that_was_cut_changes_nothing(task, architecture, pooling):
    X, y = task.data()
    estimator = task.make(pooling=pooling, **architecture)
    expected = outputs(estimator.fit(X, y), X)
    for value in (0.0, -1.0, 1e6):
        block = padded(X, value)
        cut = [
            row[: len(sequence)] for row, sequence in zip(block, X, strict=True)
        ]  # views on the padded block
        assert np.array_equal(expected, outputs(estimator, cut))
    assert np.array_equal(expected, outputs(estimator.fit(cut, y), cut))


@pytest.mark.filterwarnings("ignore:The network gives all sequences")
@every_network
def test_the_three_layouts_mean_the_same(task, architecture, pooling):
    _, y = task.data()
    block = np.random.default_rng(0).normal(size=(30, 5, 2))
    estimator = task.make(pooling=pooling, max_iter=4, batch_size=8, **architecture)
    of_block, of_list = (outputs(estimator.fit(X, y), X) for X in (block, list(block)))
    table = block.reshape(30, 10)
    of_table = outputs(estimator.set_params(features_per_step=2).fit(table, y), table)
    assert_allclose(of_block, of_list, **TO_ROUNDING)
    assert_allclose(of_block, of_table, **TO_ROUNDING)


def read_from_the_end(state, n_ways):
    """Swap the directions of a bidirectional network, which PyTorch's names tell."""

    def swapped(array):
        return np.concatenate(np.split(array, 2, axis=1)[::-1], axis=1)

    turned = {}
    for name, array in state.items():
        if name == "head.weight":
            ways = np.split(array, n_ways, axis=1)
            array = np.concatenate([swapped(way) for way in ways], axis=1)
        elif name.startswith("weight_ih") and "_l0" not in name:
            array = swapped(array)
        there = name.removesuffix("_reverse")
        back = there if there != name or "head" in name else f"{name}_reverse"
        turned[back] = array
    return turned


@pytest.mark.parametrize("i", range(len(TASKS)), ids=lambda i: str(TASKS[i]))
@every_pooling
def test_reversed_sequences_swap_the_directions(i, pooling):
    task, sizes = TASKS[i], [5, (5, 4, 3)][(i + len(pooling)) % 2]
    X, y = task.data()
    estimator = task.make(hidden_size=sizes, bidirectional=True, pooling=pooling)
    estimator.set_params(linear_steps=0)
    expected, states = outputs(estimator.fit(X, y), X), estimator.hidden_states(X)
    turned = [sequence[::-1] for sequence in X]
    assert not np.allclose(outputs(estimator, turned), expected, rtol=1e-3)

    swapped = read_from_the_end(torch_state(estimator), len(POOLINGS[pooling].names))
    load_torch_state(estimator, swapped)
    assert_allclose(outputs(estimator, turned), expected, **TO_ROUNDING)
    for h, h_turned in zip(states, estimator.hidden_states(turned), strict=True):
        there, back = np.split(h_turned[::-1], 2, axis=1)
        assert_allclose(np.concatenate([back, there], axis=1), h, **TO_ROUNDING)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def dense(kind, state, suffix, x):
    """Read a single step, by the equations of the cell: there is no past."""
    z = x @ state[f"weight_ih_{suffix}"].T + state[f"bias_ih_{suffix}"]
    second = state[f"bias_hh_{suffix}"]
    if kind.__name__.startswith("RNN"):
        return np.tanh(z)
    if kind.__name__.startswith("LSTM"):
        i, _, g, o = np.split(z, 4, axis=1)
        return sigmoid(o) * np.tanh(sigmoid(i) * np.tanh(g))
    r, z, n = np.split(z, 3, axis=1)
    n = np.tanh(n + sigmoid(r) * second[-n.shape[1] :])
    return (1 - sigmoid(z)) * n


@every_network
def test_one_step_is_a_dense_layer(task, architecture, pooling):
    _, y = task.data()
    X = np.random.default_rng(0).normal(size=(30, 1, 4))
    estimator = task.make(pooling=pooling, linear_steps=0, **architecture).fit(X, y)
    state, h = torch_state(estimator), X[:, 0]
    directions = ("", "_reverse") if estimator.bidirectional else ("",)
    for k in range(len(estimator.architecture_["hidden_sizes"])):
        parts = [dense(task.kind, state, f"l{k}{way}", h) for way in directions]
        h = np.concatenate(parts, axis=1)
    pooled = np.tile(h, len(POOLINGS[pooling].names))
    expected = pooled @ state["head.weight"].T + state["head.bias"]
    assert_allclose(scores(estimator, X), expected, rtol=1e-9, atol=1e-13)


def test_an_lstm_that_forgets_all_has_no_past():
    rng = np.random.default_rng(0)
    cell = LSTMCell(n_features=3, hidden_size=4)
    params = cell.init(0)
    _, b, W_h = cell.split(params)
    b[8:12], W_h[...] = -1e3, 0.0
    X = rng.normal(size=(2, 5, 3))
    step_by_step = cell.run(params, X.reshape(10, 1, 3)).reshape(2, 5, 4)
    assert_allclose(cell.run(params, X), step_by_step, rtol=1e-14)


def test_an_lstm_that_keeps_all_adds_up():
    cell = LSTMCell(n_features=1, hidden_size=1)
    params = {"W": np.zeros((4, 3))}
    W_x, b, _ = cell.split(params)
    b[:3] = 1e3  # output, input and forget gates wide open
    W_x[3] = 1.0
    X = np.random.default_rng(0).normal(size=(1, 9, 1))
    expected = np.tanh(np.cumsum(np.tanh(X[0])))
    assert_allclose(cell.run(params, X)[0, :, 0], expected, rtol=1e-13)


def test_a_gru_that_resets_has_no_past_and_one_that_keeps_has_nothing_else():
    cell = GRUCell(n_features=3, hidden_size=4)
    params = cell.init(0)
    W_x, b, _ = cell.split(params)
    X = np.random.default_rng(0).normal(size=(2, 5, 3))
    b[:8] = -1e3  # reset and update gates shut
    expected = np.tanh(X @ W_x[8:].T + b[8:])
    assert_allclose(cell.run(params, X), expected, rtol=1e-13)
    b[4:8] = 1e3
    assert not cell.run(params, X).any()
