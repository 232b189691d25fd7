"""The objective: a weighted mean of losses and a penalty, with noise or without."""

from dataclasses import replace

import numpy as np
import pytest

from skrnn.losses import BinaryCrossEntropy, SquaredError
from skrnn.network import Dropout
from skrnn.optimizers import SCHEDULES, SGD, Adam
from skrnn.sequences import pack
from skrnn.training import LBFGSSolver, MinibatchSolver, Plateau
from tests.training.problems import draw, make_objective

LOSSES = {"binary": BinaryCrossEntropy(), "squared": SquaredError()}


@pytest.fixture(params=["block", "ragged"])
def batch(request):
    """Give a batch: sequences, targets and weights, in an order that is not sorted."""
    data = draw(request.param)
    rows = data.rows[:7]
    return pack(data.samples, rows), data.y[rows], data.sample_weight[rows]


def begin(objective, dtype="float64"):
    weights = objective.network.init(np.random.RandomState(0))
    return (weights + 0.1).astype(dtype)  # no bias is zero


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_the_value_is_the_mean_loss_and_the_penalty(batch, loss, cell):
    x, y, sample_weight = batch
    objective = make_objective(loss, penalty=0.3, cell=cell)
    weights = begin(objective)
    scores, _ = objective.network.forward(weights, x, keep=False)
    expected = 0.0
    for i, score in enumerate(scores):
        (one,), _ = loss.value_and_gradient(score[np.newaxis], y[[i]])
        expected += sample_weight[i] * one / len(y)
    for name, arrays in objective.network.layout.views(weights).items():
        matrices = [arrays["W"]]
        if name != "head":  # the column of the biases stands after that of the input
            matrices = [arrays["W"][:, :2], arrays["W"][:, 3:]]
        expected += 0.15 * sum((matrix**2).sum() for matrix in matrices)
    value, _, _ = objective.value_and_gradient(weights, *batch)
    assert value == pytest.approx(expected, rel=1e-12)
    assert objective.value(weights, *batch) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    "rates", [(0.5, 0.0), (0.0, 0.5)], ids=["dropout", "recurrent"]
)
def test_noise_is_for_the_gradient_alone(batch, rates):
    plain = make_objective()
    noisy = replace(plain, dropout=Dropout(np.random.default_rng(0), *rates))
    weights = begin(plain)
    assert noisy.value(weights, *batch) == plain.value(weights, *batch)
    first, second = (noisy.value_and_gradient(weights, *batch) for _ in range(2))
    assert first[0] != second[0]
    assert not np.array_equal(first[1], second[1])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_type_is_that_of_the_weights_and_nothing_is_changed(dtype):
    data = draw(dtype=dtype)
    batch = pack(data.samples, data.rows), data.y[data.rows], np.ones(len(data.rows))
    objective = make_objective()
    weights = begin(objective, dtype)
    kept = weights.copy(), batch[0].data.copy(), batch[1].copy()
    value, gradient, tape = objective.value_and_gradient(weights, *batch)
    again = objective.value_and_gradient(weights, *batch, reuse=tape)
    assert gradient.dtype == dtype
    assert value == again[0]
    assert np.array_equal(gradient, again[1])
    for array, before in zip((weights, batch[0].data, batch[1]), kept, strict=True):
        assert np.array_equal(array, before)


# Weights that stay as they are


def fix_some(penalty=0.3):
    """Give an objective of which every third weight stays, and their indices."""
    plain = make_objective(penalty=penalty)
    fixed = np.arange(0, plain.network.layout.size, 3)
    return plain, replace(plain, fixed=fixed), fixed


def test_what_is_fixed_has_no_gradient_and_no_penalty(batch):
    plain, objective, fixed = fix_some()
    weights = begin(plain)
    others = np.setdiff1d(np.arange(len(weights)), fixed)
    value, gradient, _ = objective.value_and_gradient(weights, *batch)
    whole, d_whole, _ = plain.value_and_gradient(weights, *batch)
    assert not gradient[fixed].any()
    assert d_whole[fixed].all()
    assert np.array_equal(gradient[others], d_whole[others])
    is_penalised = np.setdiff1d(fixed, plain.network.biases)
    penalty = 0.15 * np.sum(weights[is_penalised] ** 2)
    assert whole - value == pytest.approx(penalty, rel=1e-10)
    assert objective.value(weights, *batch) == pytest.approx(value, rel=1e-14)


def train(name, objective, data, weights):
    patient = Plateau(0.0, np.inf)
    if name == "lbfgs":
        return LBFGSSolver(objective, data, 8, 1e-10, patient).solve(weights)
    kind, options = {"adam": (Adam, {}), "sgd": (SGD, {"momentum": 0.9})}[name]
    solver = MinibatchSolver(
        objective=objective,
        data=data,
        optimizer=kind(len(weights), weights.dtype, **options),
        schedule=SCHEDULES["constant"](0.02, 12),
        batch_size=8,
        max_iter=4,
        plateau=patient,
        max_grad_norm=1.0,
        rng=np.random.RandomState(0),
    )
    return solver.solve(weights)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["adam", "sgd", "lbfgs"])
def test_no_solver_moves_what_is_fixed(name, dtype):
    _, objective, fixed = fix_some()
    weights = begin(objective, dtype)
    before = weights.copy()
    after = train(name, objective, draw(dtype=dtype), weights).weights
    others = np.setdiff1d(np.arange(len(weights)), fixed)
    assert np.array_equal(after[fixed], before[fixed])
    assert (after[others] != before[others]).all()
