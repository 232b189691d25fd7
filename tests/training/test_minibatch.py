"""The minibatch solver: what it returns, why it stops, and what it survives."""

from itertools import chain, count

import numpy as np
import pytest

from skrnn.losses import BinaryCrossEntropy
from skrnn.optimizers import SCHEDULES, SGD, Adam, Optimizer
from skrnn.sequences import pack
from skrnn.training import (
    MinibatchSolver,
    Plateau,
    Reason,
    Reporter,
    TrainingSet,
)
from tests.training.problems import (
    FAULTS,
    Bowl,
    N,
    draw,
    interrupt,
    make_objective,
    script,
)

BATCH_SIZE = 8  # three batches of 7, 7 and 8
N_BATCHES = 3


class Flat(Bowl):
    """An objective that never changes."""

    def value_and_gradient(self, weights, x, y, sample_weight, reuse=None):
        super().value_and_gradient(weights, x, y, sample_weight)
        return 1.0, np.full_like(weights, 0.5), None


class Scripted(Optimizer):
    """An optimizer that writes down its steps and moves as it is told to.

    Parameters
    ----------
    moves : dict of int to float
        For the number of a step, from 0, what is added to every weight.
    """

    def __init__(self, moves=None):
        super().__init__(0, "f8")
        self.moves = moves or {}
        self.rates, self.norms = [], []

    def step(self, weights, gradient, learning_rate):
        move = self.moves.get(len(self.rates), 0.0)
        self.rates.append(learning_rate)
        self.norms.append(float(np.linalg.norm(gradient)))
        weights += move


@pytest.fixture(params=["block", "ragged"])
def data(request):
    return draw(request.param)


@pytest.fixture
def numbered():
    """Give a training set whose targets are the numbers of its rows."""
    return TrainingSet(np.zeros((N, 2, 1)), np.arange(N), np.ones(N), np.arange(N))


def make_solver(
    data, objective, optimizer, schedule="constant", *, rate=0.02, seed=0, **changes
):
    max_iter = changes.get("max_iter", 5)
    settings = {
        "objective": objective,
        "data": data,
        "optimizer": optimizer,
        "schedule": SCHEDULES[schedule](rate, max_iter * N_BATCHES),
        "batch_size": BATCH_SIZE,
        "max_iter": max_iter,
        "plateau": Plateau(0.0, np.inf),
        "max_grad_norm": None,
        "rng": np.random.RandomState(seed),
    }
    return MinibatchSolver(**{**settings, **changes})


def run_real(data, max_iter=5, kind=Adam, loss=None, dtype="float64", **changes):
    """Train a small network, with a fresh optimizer."""
    objective = make_objective(loss)
    weights = objective.network.init(np.random.RandomState(0)).astype(dtype)
    optimizer = kind(len(weights), dtype)
    solver = make_solver(data, objective, optimizer, max_iter=max_iter, **changes)
    return solver.solve(weights)


def run_bowl(data, faults=None, max_iter=5, kind=SGD, **changes):
    """Roll down a bowl from zero."""
    solver = make_solver(
        data, Bowl(faults), kind(4, "f8"), max_iter=max_iter, **changes
    )
    return solver.solve(np.zeros(4))


def run_scripted(data, moves=None, objective=None, **changes):
    solver = make_solver(data, objective or Bowl(), Scripted(moves), **changes)
    return solver.solve(np.zeros(4)), solver


@pytest.mark.parametrize("kind", [Adam, SGD])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_loss_falls_and_the_type_stays(data, kind, dtype):
    result = run_real(data, 60, kind, dtype=dtype)
    curve = result.history.loss_curve
    assert curve[-1] < 0.5 * curve[0]
    assert result.reason is Reason.MAX_ITER
    assert len(curve) == result.history.n_epochs == 60
    assert result.update == 60 * N_BATCHES
    assert result.history.n_seen == 60 * N
    assert result.weights.dtype == dtype


@pytest.mark.parametrize("max_iter", [1, 5])
def test_weights_passed_in_are_left_as_they_are(numbered, max_iter):
    start = np.zeros(4)
    solver = make_solver(numbered, Bowl(), SGD(4, "f8"), max_iter=max_iter)
    result = solver.solve(start)
    assert not start.any()
    assert result.weights[1:].all()


def test_weights_of_a_run_that_fails_at_once_are_a_copy_of_the_start(numbered):
    start = np.ones(4)
    solver = make_solver(numbered, Bowl({0: FAULTS["value nan"]}), SGD(4, "f8"))
    result = solver.solve(start)
    result.weights += 1
    assert np.array_equal(start, np.ones(4))


def test_the_same_seed_gives_the_same_result(data):
    one, other = run_real(data), run_real(data)
    assert np.array_equal(one.weights, other.weights)
    assert one.history == other.history
    assert not np.array_equal(one.weights, run_real(data, seed=1).weights)


def test_each_row_is_read_once_an_epoch_in_a_new_order(numbered):
    _, solver = run_scripted(numbered, max_iter=4)
    batches = solver.objective.rows
    in_epochs = [batches[k : k + N_BATCHES] for k in range(0, 12, N_BATCHES)]
    assert [sorted(map(len, epoch)) for epoch in in_epochs] == [[7, 7, 8]] * 4
    epochs = [[*chain(*epoch)] for epoch in in_epochs]
    assert all(sorted(epoch) == list(range(N)) for epoch in epochs)
    assert len(set(map(tuple, epochs))) == 4


def test_the_loss_reported_is_the_mean_objective_whatever_the_batches(data):
    objective = make_objective(penalty=0.1)
    weights = objective.network.init(np.random.RandomState(0))
    solver = make_solver(data, objective, Scripted(), max_iter=2)
    x, rows = pack(data.samples, data.rows), data.rows
    expected, _, _ = objective.value_and_gradient(
        weights, x, data.y[rows], data.sample_weight[rows]
    )
    curve = solver.solve(weights).history.loss_curve
    assert curve == pytest.approx([expected] * 2, rel=1e-12)


@pytest.mark.parametrize("max_grad_norm", [None, 1.5])
def test_gradients_are_clipped_before_the_step(numbered, max_grad_norm):
    _, solver = run_scripted(numbered, max_grad_norm=max_grad_norm)
    norm = np.linalg.norm(np.arange(4)) if max_grad_norm is None else max_grad_norm
    assert solver.optimizer.norms == pytest.approx([norm] * 5 * N_BATCHES)


# What is not finite


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize(("at", "n_good"), [(0, 0), (1, 0), (4, 1), (5, 1), (13, 4)])
@pytest.mark.parametrize("max_grad_norm", [None, 1.0])
def test_a_fault_leads_back_to_the_last_good_epoch(
    numbered, fault, at, n_good, max_grad_norm
):
    options = {"max_grad_norm": max_grad_norm}
    result = run_bowl(numbered, {at: fault}, **options)
    expected = run_bowl(numbered, max_iter=n_good, **options)
    assert result.reason is Reason.DIVERGED
    assert np.array_equal(result.weights, expected.weights)
    assert result.history.loss_curve == expected.history.loss_curve
    assert result.update == at


@pytest.mark.parametrize("fault", ["value", "gradient"])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_loss_that_is_not_finite_for_one_sequence_is_a_fault(data, fault, bad):
    class Faulty(BinaryCrossEntropy):
        calls = count()

        def value_and_gradient(self, scores, y):
            value, d_scores = super().value_and_gradient(scores, y)
            if next(self.calls) == 7:
                (value if fault == "value" else d_scores)[-1] = bad
            return value, d_scores

    result = run_real(data, loss=Faulty())
    assert result.reason is Reason.DIVERGED
    assert np.array_equal(result.weights, run_real(data, max_iter=2).weights)


@pytest.mark.parametrize("move", [np.inf, np.nan])
@pytest.mark.parametrize(("at", "n_good"), [(0, 0), (3, 1), (8, 2), (14, 4)])
def test_weights_that_an_update_makes_infinite_are_not_kept(numbered, move, at, n_good):
    moves = {k: float(k + 1) for k in range(15)}
    result, _ = run_scripted(numbered, moves={**moves, at: move})
    assert result.reason is Reason.DIVERGED
    assert np.array_equal(result.weights, np.full(4, sum(range(3 * n_good + 1))))
    assert len(result.history.loss_curve) == n_good


@pytest.mark.parametrize("kind", [Adam, SGD])
@pytest.mark.parametrize("rate", [1e37, 1e300])
@pytest.mark.parametrize("max_iter", [1, 5])
@pytest.mark.parametrize(
    "validate", [None, lambda weights: 0.5], ids=["alone", "held out"]
)
def test_the_loss_is_finite_at_the_weights_of_a_run_that_diverged(
    kind, rate, max_iter, validate
):
    data = draw(dtype="float32")
    objective = make_objective()
    weights = objective.network.init(np.random.RandomState(0)).astype("float32")
    optimizer = kind(len(weights), "float32")
    solver = make_solver(
        data,
        objective,
        optimizer,
        rate=rate,
        batch_size=N,
        max_iter=max_iter,
        validate=validate,
    )
    result = solver.solve(weights)
    assert result.reason is Reason.DIVERGED
    x = pack(data.samples, data.rows)
    with np.errstate(over="ignore", invalid="ignore"):
        value, gradient, _ = objective.value_and_gradient(
            result.weights, x, data.y[data.rows], data.sample_weight[data.rows]
        )
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize("kind", [Adam, SGD])
def test_training_can_go_on_after_it_diverged(numbered, kind):
    optimizer = kind(4, "f8")
    steep = make_solver(numbered, Bowl(), optimizer, rate=1e308)
    result = steep.solve(np.full(4, 1e3))
    assert result.reason is Reason.DIVERGED
    calm = make_solver(numbered, Bowl(), kind(4, "f8", optimizer.state))
    again = calm.solve(result.weights)
    assert again.reason is Reason.MAX_ITER
    assert again.history.loss_curve[-1] < again.history.loss_curve[0]


# Interruption


@pytest.mark.parametrize("at", [0, 1, 3, 7, 14])
def test_an_interrupted_run_has_the_weights_so_far(numbered, at):
    moves = {k: float(k + 1) for k in range(15)}
    result, _ = run_scripted(numbered, moves=moves, objective=Bowl({at: interrupt}))
    assert result.reason is Reason.INTERRUPTED
    assert result.update == at
    assert np.array_equal(result.weights, np.full(4, sum(range(at + 1))))
    assert len(result.history.loss_curve) == at // N_BATCHES


def test_an_interrupted_run_never_has_infinite_weights(numbered):
    result, _ = run_scripted(
        numbered, moves={0: 1.0, 4: np.inf}, objective=Bowl({5: interrupt})
    )
    assert result.reason is Reason.INTERRUPTED
    assert np.array_equal(result.weights, np.ones(4))


# Held-out scores


@pytest.mark.parametrize(
    ("scores", "best"),
    [
        ([0.1, 0.5, 0.3, 0.5, 0.2], 2),
        ([0.9, 0.1, 0.1, 0.1], 1),
        ([-5.0, -4.0, -3.0, -3.0, -3.5, -4.0], 3),
    ],
)
def test_early_stopping_gives_the_weights_with_the_best_score(numbered, scores, best):
    seen = []
    result = run_bowl(
        numbered,
        max_iter=20,
        validate=script(scores, seen),
        plateau=Plateau(0.0, 3),
    )
    assert result.reason is Reason.PLATEAU
    assert result.history.validation_scores == scores
    assert result.best_score == scores[best - 1]
    assert np.array_equal(result.weights, seen[best - 1])
    assert np.array_equal(result.weights, run_bowl(numbered, max_iter=best).weights)


@pytest.mark.parametrize("fault", [interrupt, FAULTS["value nan"]])
def test_the_best_weights_so_far_survive_what_ends_a_run(numbered, fault):
    seen = []
    result = run_bowl(numbered, {10: fault}, validate=script([0.1, 0.9, 0.5], seen))
    assert result.reason in {Reason.INTERRUPTED, Reason.DIVERGED}
    assert np.array_equal(result.weights, seen[1])


def test_the_score_of_held_out_sequences_decides_and_not_the_loss(numbered):
    rising = script([1, 2, 3, 4, 5], [])
    result, _ = run_scripted(
        numbered, objective=Flat(), validate=rising, plateau=Plateau(0.0, 2)
    )
    assert result.reason is Reason.MAX_ITER
    assert result.best_score == 5


# Schedules and the plateau


@pytest.mark.parametrize("name", ["constant", "invscaling", "cosine"])
def test_a_plateau_ends_training(numbered, name):
    result, solver = run_scripted(
        numbered,
        objective=Flat(),
        max_iter=50,
        schedule=name,
        plateau=Plateau(0.0, 4),
    )
    assert result.reason is Reason.PLATEAU
    assert result.history.n_epochs == 5
    assert len(solver.optimizer.rates) == 5 * N_BATCHES


def test_adaptive_lowers_the_rate_on_each_plateau_before_it_ends(numbered):
    result, solver = run_scripted(
        numbered,
        objective=Flat(),
        max_iter=100,
        schedule="adaptive",
        plateau=Plateau(0.0, 2),
        batch_size=N,
    )
    n_epochs = [3] + [2] * 7
    rates = np.repeat([0.02 / 5**k for k in range(8)], n_epochs)
    assert result.reason is Reason.PLATEAU
    assert solver.optimizer.rates == pytest.approx(rates.tolist())
    assert rates[-1] <= 1e-6 < 5 * rates[-1]


def test_cosine_falls_to_zero_at_the_end_and_then_all_is_done(numbered):
    result, solver = run_scripted(numbered, schedule="cosine", max_iter=40)
    rates, n_updates = solver.optimizer.rates, 40 * N_BATCHES
    assert len(rates) == n_updates
    assert rates[0] == 0.02
    assert rates == sorted(rates, reverse=True)
    assert 0 < rates[-1] < 1e-3 * rates[0]
    assert solver.schedule.rate(result.update) == 0.0
    assert result.reason is Reason.SCHEDULE_END


@pytest.mark.parametrize("first", [0, 100])
def test_updates_are_counted_from_the_first(numbered, first):
    result, solver = run_scripted(
        numbered, schedule="invscaling", first_update=first, max_iter=2
    )
    expected = [0.02 / (first + k + 1) ** 0.5 for k in range(2 * N_BATCHES)]
    assert solver.optimizer.rates == pytest.approx(expected)
    assert result.update == first + 2 * N_BATCHES


# Words


@pytest.mark.parametrize("faults", [{}, {4: FAULTS["value nan"]}, {4: interrupt}])
def test_nothing_is_said_unless_asked_for(numbered, faults, capsys):
    run_bowl(numbered, faults)
    assert capsys.readouterr() == ("", "")


def test_a_reporter_prints_a_line_an_epoch(numbered, capsys):
    curve = run_bowl(numbered, max_iter=3, monitors=[Reporter(3)]).history.loss_curve
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        f"epoch    {k}/3  loss {loss:.6f}" for k, loss in enumerate(curve, 1)
    ]


def test_a_reporter_prints_the_score_of_held_out_sequences(numbered, capsys):
    validate = script([0.25, 0.5], [])
    run_bowl(numbered, max_iter=2, monitors=[Reporter(2)], validate=validate)
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition("  validation ")[2] for line in lines] == [
        "score 0.2500",
        "score 0.5000",
    ]
