"""L-BFGS: the minimum that it finds, why it stops, and what it survives."""

import numpy as np
import pytest
from scipy.optimize import OptimizeResult, minimize

from skrnn.losses import BinaryCrossEntropy, SquaredError
from skrnn.sequences import blocks_by_length, pack
from skrnn.training import (
    LBFGSSolver,
    Plateau,
    Reason,
    Reporter,
    TrainingSet,
)
from tests.training.problems import (
    FAULTS,
    Bowl,
    N,
    Whole,
    draw,
    interrupt,
    make_objective,
    script,
)

PLACE = "skrnn.training.lbfgs"


@pytest.fixture(params=["block", "ragged"])
def data(request):
    return draw(request.param)


@pytest.fixture
def numbered():
    """Give a training set whose targets are the numbers of its rows."""
    return TrainingSet(np.zeros((N, 2, 1)), np.arange(N), np.ones(N), np.arange(N))


class Lines(Bowl):
    """Linear least squares, of which the rows of a design matrix are the sequences.

    Convex, with a minimum in closed form; the targets say which rows there are.
    """

    def __init__(self, faults=None, penalty=0.1):
        super().__init__(faults)
        rng = np.random.default_rng(3)
        self.A, self.b = rng.normal(size=(N, 5)), rng.normal(size=N)
        self.penalty = penalty

    def value_and_gradient(self, weights, x, y, sample_weight, reuse=None):
        A, error = self.A[y], self.A[y] @ weights - self.b[y]
        share = sample_weight / len(y)
        value = float(share @ error**2 + self.penalty * weights @ weights) / 2
        gradient = A.T @ (share * error) + self.penalty * weights
        fault = self.faults.get(len(self.rows), lambda *both: both)
        self.rows.append(y.tolist())
        return *fault(value, gradient), None

    def minimum(self, sample_weight):
        share = sample_weight[:, np.newaxis] / N
        curvature = self.A.T @ (share * self.A) + self.penalty * np.eye(5)
        return np.linalg.solve(curvature, self.A.T @ (share[:, 0] * self.b))


class Valley(Lines):
    """`Lines` that rise on all sides of where they were evaluated for the n-th time.

    The slope that is seen from there says the opposite. Each search halves its step
    twenty times, and even the last one is worse by far more than rounding.
    """

    def __init__(self, n_right):
        super().__init__()
        self.n_right = n_right

    def value_and_gradient(self, weights, x, y, sample_weight, reuse=None):
        seen = super().value_and_gradient(weights, x, y, sample_weight)
        if len(self.rows) <= self.n_right:
            self.bottom = weights.copy(), *seen
            return seen
        at, value, gradient, _ = self.bottom
        return value + 0.1 * abs(gradient @ (weights - at)), -gradient, None


def run(objective, data, weights, max_iter=1000, tol=1e-6, **changes):
    settings = {"plateau": Plateau(0.0, np.inf), **changes}
    solver = LBFGSSolver(objective, data, max_iter, tol, **settings)
    return solver.solve(weights)


def run_lines(data, faults=None, **settings):
    return run(Lines(faults), data, np.zeros(5), **settings)


def begin(objective, seed=0):
    return objective.network.init(np.random.RandomState(seed))


def run_real(data, max_iter=30, dtype="float64", objective=None, **settings):
    objective = objective or make_objective()
    weights = begin(objective).astype(dtype)
    return run(objective, data, weights, max_iter=max_iter, **settings)


def in_one_pass(objective, data):
    """Make the objective on a whole training set a function of the weights."""
    rows = data.rows[next(blocks_by_length(data.lengths[data.rows], 10**6))]
    x, y, sample_weight = pack(data.samples, rows), data.y[rows], data.sample_weight
    assert len(rows) == len(data.rows)
    return lambda weights: objective.value_and_gradient(
        weights, x, y, sample_weight[rows]
    )[:2]


# The minimum


@pytest.mark.parametrize("penalty", [0.0, 0.1, 10.0])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_minimum_is_that_of_the_normal_equations(numbered, penalty, weighted):
    sample_weight = np.arange(N) % 3 + 0.5 if weighted else np.ones(N)
    data = TrainingSet(numbered.samples, numbered.y, sample_weight, numbered.rows)
    objective = Lines(penalty=penalty)
    result = run(objective, data, np.zeros(5))
    assert result.reason is Reason.CONVERGED
    expected = objective.minimum(sample_weight)
    np.testing.assert_allclose(result.weights, expected, rtol=1e-4, atol=1e-5)
    curve = result.history.loss_curve
    assert curve == sorted(curve, reverse=True)
    assert len(curve) == result.update == result.history.n_epochs
    assert result.history.n_seen == N * len(objective.rows)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("loss", [BinaryCrossEntropy(), SquaredError()])
def test_the_gradient_vanishes_where_a_network_has_converged(data, cell, loss):
    # The largest state over the steps has kinks, and a minimum in one has a gradient.
    objective = make_objective(loss, cell=cell, pooling="mean")
    result = run_real(data, 5000, objective=objective, tol=1e-3)
    assert result.reason is Reason.CONVERGED
    function = in_one_pass(objective, data)
    value, gradient = function(result.weights)
    assert np.abs(gradient).max() <= 1e-3 * (1 + 1e-9)
    assert value == pytest.approx(result.history.loss_curve[-1], rel=1e-12)
    assert value < 0.25 * function(begin(objective))[0]


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_scipy_finds_the_same_in_one_pass(data, cell):
    objective = make_objective(cell=cell)
    result = run_real(data, 40, objective=objective, tol=0.0)
    expected = minimize(
        in_one_pass(objective, data),
        begin(objective),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": 40, "gtol": 0.0},
    )
    np.testing.assert_allclose(result.weights, expected.x, rtol=1e-7, atol=1e-9)
    assert result.history.loss_curve[-1] == pytest.approx(expected.fun, rel=1e-10)
    assert result.update == expected.nit
    assert result.history.n_seen == expected.nfev * N


def test_the_same_start_gives_the_same_result(data):
    one, other = run_real(data), run_real(data)
    assert np.array_equal(one.weights, other.weights)
    assert one.history == other.history


# Blocks


@pytest.mark.parametrize("max_steps", [1, 7, 20, 50])
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_value_and_gradient_over_blocks_are_those_of_one_pass(
    data, cell, max_steps, monkeypatch
):
    objective, taken = make_objective(penalty=0.3, cell=cell), []

    def only_evaluate(function, weights, **options):
        taken.extend(function(at) for at in (weights, 2 * weights))
        return OptimizeResult(status=0)

    monkeypatch.setattr(f"{PLACE}.minimize", only_evaluate)
    monkeypatch.setattr(f"{PLACE}.MAX_STEPS", max_steps)
    n_blocks = len(list(blocks_by_length(data.lengths[data.rows], max_steps)))
    assert n_blocks > 1
    run_real(data, objective=objective)
    for k, (value, gradient) in enumerate(taken, 1):
        expected = in_one_pass(objective, data)(k * begin(objective))
        assert value == pytest.approx(expected[0], rel=1e-12)
        np.testing.assert_allclose(gradient, expected[1], rtol=1e-10, atol=1e-13)


def test_what_is_read_at_once_is_bounded(data, monkeypatch):
    objective, sizes = make_objective(), []

    class Watched(Whole):
        def value_and_gradient(self, weights, x, *rest, **reuse):
            sizes.append(len(x.data))
            return objective.value_and_gradient(weights, x, *rest, **reuse)

    monkeypatch.setattr(f"{PLACE}.MAX_STEPS", 20)
    result = run(Watched(), data, begin(objective), max_iter=2)
    assert max(sizes) <= 20
    assert sum(sizes) * N == data.lengths[data.rows].sum() * result.history.n_seen


def test_blocks_lead_to_where_one_pass_leads(data, monkeypatch):
    expected = run_real(data, 10)
    monkeypatch.setattr(f"{PLACE}.MAX_STEPS", 7)
    result = run_real(data, 10)
    assert result.history.n_seen == expected.history.n_seen
    np.testing.assert_allclose(result.weights, expected.weights, rtol=1e-7, atol=1e-9)


# Weights of sequences, weights of the network


def test_a_weight_of_k_is_k_copies(data):
    k = np.arange(len(data.y)) % 3 + 1
    rows = np.repeat(data.rows, k[data.rows])
    copies = TrainingSet(data.samples, data.y, np.ones(len(k)), rows)
    weighted = TrainingSet(data.samples, data.y, k / k[data.rows].mean(), data.rows)
    one, other = run_real(copies, 15), run_real(weighted, 15)
    np.testing.assert_allclose(one.weights, other.weights, rtol=1e-6, atol=1e-8)
    assert one.history.loss_curve == pytest.approx(other.history.loss_curve, rel=1e-9)


def test_only_the_rows_asked_for_count(data):
    spoilt = np.setdiff1d(np.arange(len(data.y)), data.rows)
    samples = [sample.copy() for sample in data.samples]
    for i in spoilt:
        samples[i][...] = np.nan
    samples = np.array(samples) if isinstance(data.samples, np.ndarray) else samples
    other = TrainingSet(samples, data.y, data.sample_weight, data.rows)
    assert np.array_equal(run_real(other).weights, run_real(data).weights)


@pytest.mark.parametrize("max_iter", [1, 30])
@pytest.mark.parametrize("validate", [None, lambda weights: 0.5])
def test_float32_weights_are_moved_in_float64_and_come_back_as_float32(
    max_iter, validate
):
    data = draw(dtype="float32")
    start = begin(make_objective()).astype("float32")
    kept = start.copy()
    single = run(make_objective(), data, start, max_iter, validate=validate)
    double = run(make_objective(), data, start.astype(float), max_iter)
    assert single.weights.dtype == np.float32
    assert double.weights.dtype == np.float64
    if validate is None:
        assert np.array_equal(single.weights, double.weights.astype("float32"))
    assert single.history.loss_curve == double.history.loss_curve
    assert np.array_equal(start, kept)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "faults", [{}, {0: interrupt}, {0: FAULTS["value nan"]}], ids=["none", "^C", "nan"]
)
def test_weights_passed_in_are_left_as_they_are(numbered, dtype, faults):
    start = np.ones(5, dtype)
    result = run(Lines(faults), numbered, start)
    result.weights += 1
    assert np.array_equal(start, np.ones(5))


# Reasons to stop


def test_at_the_minimum_there_is_nothing_to_do(numbered):
    start = np.arange(4.0)
    result = run(Bowl(), numbered, start)
    assert result.reason is Reason.CONVERGED
    assert np.array_equal(result.weights, start)
    assert result.update == len(result.history.loss_curve) == 0


@pytest.mark.parametrize("tol", [1.0, 0.1, 1e-3])
def test_tol_is_the_largest_entry_of_the_gradient_that_may_stay(numbered, tol):
    result = run_lines(numbered, tol=tol)
    objective = Lines()
    sizes = [
        np.abs(objective.value_and_gradient(at, None, numbered.y, np.ones(N))[1]).max()
        for at in iterates(numbered)
    ]
    assert result.reason is Reason.CONVERGED
    assert result.update == next(k for k, size in enumerate(sizes) if size <= tol)


def iterates(data):
    """Give the weights after each iteration on `Lines`, the start first."""
    seen = [np.zeros(5)]
    run_lines(data, validate=script(range(100), seen))
    return seen


@pytest.mark.parametrize("max_iter", [1, 2, 5])
def test_iterations_are_counted(data, max_iter):
    result = run_real(data, max_iter)
    assert result.reason is Reason.MAX_ITER
    assert result.update == result.history.n_epochs == max_iter


@pytest.mark.parametrize(("at", "n_good"), [(1, 0), (3, 1), (4, 2), (5, 3)])
def test_a_search_that_finds_nothing_better_stalls(numbered, at, n_good):
    result = run(Valley(at), numbered, np.zeros(5))
    assert result.reason is Reason.STALLED
    assert np.array_equal(result.weights, iterates(numbered)[n_good])
    assert len(result.history.loss_curve) == result.update == n_good


@pytest.mark.parametrize("at", range(6))
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        *((fault, Reason.DIVERGED) for fault in FAULTS.values()),
        (interrupt, Reason.INTERRUPTED),
    ],
    ids=[*FAULTS, "interrupt"],
)
def test_a_fault_leads_back_to_the_last_iteration(numbered, fault, reason, at):
    result = run_lines(numbered, {at: fault})
    n_good = len(result.history.loss_curve)
    assert result.reason is reason
    assert n_good == result.update == max(0, n_iterations_of(numbered, at))
    assert np.array_equal(result.weights, iterates(numbered)[n_good])
    assert result.history.n_seen == at * N + (N if reason is Reason.DIVERGED else 0)


def n_iterations_of(data, n_evaluations):
    """Say how many iterations are over after so many evaluations of `Lines`."""
    objective, done = Lines(), []

    def validate(weights):
        done.append(len(objective.rows))
        return 0.0

    run(objective, data, np.zeros(5), validate=validate)
    return sum(n <= n_evaluations for n in done)


@pytest.mark.parametrize("validate", [None, lambda weights: 0.5])
def test_a_network_that_overflows_is_given_back_as_it_was(data, validate):
    samples = [1e200 * sample for sample in data.samples]
    huge = TrainingSet(samples, data.y, data.sample_weight, data.rows)
    objective = make_objective(SquaredError(), activation="relu")
    result = run_real(huge, objective=objective, validate=validate)
    assert result.reason is Reason.DIVERGED
    assert np.array_equal(result.weights, begin(objective))


# Held-out scores


@pytest.mark.parametrize(
    ("scores", "best"),
    [
        ([0.1, 0.5, 0.3, 0.5, 0.2], 2),
        ([0.9, 0.1, 0.1, 0.1], 1),
        ([-5.0, -4.0, -3.0, -3.0, -3.5, -4.0], 3),
    ],
)
def test_early_stopping_gives_the_weights_with_the_best_score(data, scores, best):
    seen = []
    result = run_real(data, validate=script(scores, seen), plateau=Plateau(0.0, 3))
    assert result.reason is Reason.PLATEAU
    assert result.history.validation_scores == scores
    assert len(result.history.loss_curve) == len(scores)
    assert result.best_score == scores[best - 1]
    assert np.array_equal(result.weights, seen[best - 1])
    np.testing.assert_array_equal(result.weights, run_real(data, best).weights)


@pytest.mark.parametrize(
    ("reason", "faults", "max_iter"),
    [
        (Reason.MAX_ITER, {}, 3),
        (Reason.CONVERGED, {}, 100),
        (Reason.DIVERGED, {6: FAULTS["gradient nan"]}, 100),
        (Reason.INTERRUPTED, {6: interrupt}, 100),
    ],
)
def test_the_best_weights_so_far_survive_what_ends_a_run(
    numbered, reason, faults, max_iter
):
    seen = []
    validate = script([0.1, 0.9] + [0.5] * 98, seen)
    result = run_lines(numbered, faults, max_iter=max_iter, validate=validate)
    assert result.reason is reason
    assert len(seen) > 2
    assert np.array_equal(result.weights, seen[1])


def test_an_interruption_while_scoring_leaves_the_weights_so_far(numbered):
    def validate(weights):
        raise KeyboardInterrupt

    result = run_lines(numbered, validate=validate)
    assert result.reason is Reason.INTERRUPTED
    assert np.array_equal(result.weights, iterates(numbered)[1])


def test_without_held_out_sequences_no_plateau_ends_the_run(numbered):
    patient, hasty = Plateau(0.0, np.inf), Plateau(np.inf, 1)
    one, other = (run_lines(numbered, plateau=plateau) for plateau in (patient, hasty))
    assert one.history == other.history


# Words


@pytest.mark.parametrize("faults", [{}, {4: FAULTS["value nan"]}, {4: interrupt}])
def test_nothing_is_said_unless_asked_for(numbered, faults, capsys):
    run_lines(numbered, faults)
    assert capsys.readouterr() == ("", "")


def lines(max_iter):
    return [Reporter(max_iter, "iteration")]


def test_a_reporter_prints_a_line_an_iteration(numbered, capsys):
    run_lines(numbered, max_iter=3, monitors=lines(3))
    run_lines(numbered, max_iter=2, monitors=lines(2), validate=script([0.25, 0.5], []))
    first, second, third = run_lines(numbered, max_iter=3).history.loss_curve
    assert capsys.readouterr().out.splitlines() == [
        f"iteration    1/3  loss {first:.6f}",
        f"iteration    2/3  loss {second:.6f}",
        f"iteration    3/3  loss {third:.6f}",
        f"iteration    1/2  loss {first:.6f}  validation score 0.2500",
        f"iteration    2/2  loss {second:.6f}  validation score 0.5000",
    ]
