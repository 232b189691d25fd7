"""Replicas whose weights are averaged, held to the same in a plain loop."""

from itertools import count

import numpy as np
import pytest

from skrnn.losses import BinaryCrossEntropy
from skrnn.optimizers import SCHEDULES, SGD, Adam, clip_by_norm
from skrnn.training import AveragingSolver, MinibatchSolver, Plateau, Reason
from skrnn.training.averaging import N_REPLICAS
from skrnn.training.minibatch import minibatches
from tests.training.problems import N, draw, make_objective

BATCH_SIZE = 2  # eleven batches
N_BATCHES, N_EPOCHS, RATE, MAX_NORM = 11, 3, 0.05, 0.1


@pytest.fixture(params=["block", "ragged"])
def data(request):
    return draw(request.param)


def solve(data, kind=Adam, solver=AveragingSolver, loss=None, **changes):
    objective = make_objective(loss)
    weights = objective.network.init(np.random.RandomState(0))
    settings = {
        "batch_size": BATCH_SIZE,
        "max_iter": N_EPOCHS,
        "plateau": Plateau(0.0, np.inf),
        "schedule": SCHEDULES["cosine"](RATE, N_EPOCHS * N_BATCHES),
        "max_grad_norm": MAX_NORM,
        "rng": np.random.RandomState(0),
        "optimizer": kind(len(weights), "f8"),
        **changes,
    }
    solver = solver(objective, data, **settings)
    return weights, solver.solve(weights), solver


def by_hand(data, weights, kind, average_every):
    """Do the same, replica by replica."""
    objective, rng = make_objective(), np.random.RandomState(0)
    rate = SCHEDULES["cosine"](RATE, N_EPOCHS * N_BATCHES).rate
    weights, memory, update, curve = weights.copy(), kind(len(weights), "f8"), 0, []
    for _ in range(N_EPOCHS):
        batches, total = minibatches(data.rows, data.lengths, BATCH_SIZE, rng), 0.0
        while batches:
            n = N_REPLICAS * average_every
            turn, batches = batches[:n], batches[n:]
            ends = []
            for k in range(N_REPLICAS):
                own, mine = weights.copy(), range(k, len(turn), N_REPLICAS)
                optimizer = kind(len(weights), "f8", memory.state)
                for j in mine:
                    value, gradient, _ = objective.value_and_gradient(
                        own, *data.batch(turn[j])
                    )
                    total += len(turn[j]) * value
                    clip_by_norm(gradient, MAX_NORM)
                    optimizer.step(own, gradient, rate(update + j))
                ends.append((len(mine), own, optimizer.state))
            weights = sum(n * own for n, own, _ in ends) / len(turn)
            state = {
                name: sum(n * state[name] for n, _, state in ends) / len(turn)
                for name in kind.memory
            }
            most = max(state["n_steps"] for _, _, state in ends)
            memory = kind(len(weights), "f8", {**state, "n_steps": most})
            update += len(turn)
        curve.append(total / N)
    return weights, curve, memory.state


@pytest.mark.parametrize("kind", [Adam, SGD])
@pytest.mark.parametrize("average_every", [1, 2, 3, 50])
def test_it_does_what_it_says(data, kind, average_every):
    start, result, solver = solve(data, kind, average_every=average_every)
    weights, curve, memory = by_hand(data, start, kind, average_every)
    np.testing.assert_allclose(result.weights, weights, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(result.history.loss_curve, curve, rtol=1e-9)
    assert result.history.n_seen == N_EPOCHS * N
    assert result.update == N_EPOCHS * N_BATCHES
    assert solver.memory["n_steps"] == memory["n_steps"]
    for name in kind.memory:
        np.testing.assert_allclose(solver.memory[name], memory[name], atol=1e-12)


@pytest.mark.parametrize("average_every", [1, 5])
def test_of_a_single_batch_there_is_a_single_replica(data, average_every):
    whole = {"batch_size": N, "average_every": average_every}
    _, found, _ = solve(data, **whole)
    _, expected, _ = solve(data, solver=MinibatchSolver, batch_size=N)
    assert np.array_equal(found.weights, expected.weights)
    assert found.history.loss_curve == expected.history.loss_curve


@pytest.mark.parametrize("at", [0, 3, N_BATCHES - 1, N_BATCHES, 2 * N_BATCHES + 5])
def test_a_fault_leads_back_to_the_last_good_epoch(data, at):
    class Faulty(BinaryCrossEntropy):
        calls = count()

        def value_and_gradient(self, scores, y):
            value, d_scores = super().value_and_gradient(scores, y)
            return (value * np.nan if next(self.calls) == at else value), d_scores

    start, result, solver = solve(data, loss=Faulty(), average_every=2)
    assert result.reason is Reason.DIVERGED
    assert solver.memory["n_steps"] == 0
    # A round that fails is no proof that the weights before it were good.
    epoch, batch = divmod(at, N_BATCHES)
    n_good = max(0, epoch - 1) if batch < 2 * N_REPLICAS else epoch
    schedule = SCHEDULES["cosine"](RATE, N_EPOCHS * N_BATCHES)
    expected = start
    if n_good:
        options = {"max_iter": n_good, "schedule": schedule}
        _, good, _ = solve(data, average_every=2, **options)
        expected = good.weights
    assert np.array_equal(result.weights, expected)


def test_the_start_is_left_as_it_is(data):
    first, _, _ = solve(data, average_every=2)
    again = make_objective().network.init(np.random.RandomState(0))
    assert np.array_equal(first, again)
