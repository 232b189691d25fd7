"""What "auto" comes to, at the points where it changes."""

import math

import numpy as np
import pytest

from skrnn import GRUClassifier
from skrnn.cells import CELLS
from skrnn.parameters import auto
from skrnn.parameters.auto import choose_patch_size, resolve_auto
from skrnn.parameters.shared import Settings
from skrnn.sequences.scaling import Scale

GATED = [name for name, cell in CELLS.items() if cell.memory_gate]
SIMPLE = [name for name in CELLS if name not in GATED]

every_cell = pytest.mark.parametrize("cell", CELLS)
every_schedule = pytest.mark.parametrize(
    "schedule", ["cosine", "constant", "invscaling", "adaptive"]
)


def resolve(n=100, incremental=False, n_steps=1000, **settings):
    return resolve_auto(
        Settings(**settings),
        np.full(n, n_steps),
        incremental,
        dropout=(0.1, 0.2),
        learning_rates={"adam": 0.02},
    )


# How long


@pytest.mark.parametrize("batch_size", ["auto", 1, 10])
@pytest.mark.parametrize("n_batches", [1, 2, 3, 7, 99, 100, 101, 5000])
def test_epochs_are_the_fewest_that_make_the_updates(n_batches, batch_size):
    size = auto.BATCH_SIZE if batch_size == "auto" else batch_size
    for n in {(n_batches - 1) * size + 1, n_batches * size}:
        resolved = resolve(n, batch_size=batch_size)
        assert resolved.batch_size == size
        assert resolved.n_epochs * n_batches >= auto.N_UPDATES
        assert resolved.n_epochs >= auto.FEWEST_EPOCHS
        fewer = resolved.n_epochs - 1
        assert fewer < auto.FEWEST_EPOCHS or fewer * n_batches < auto.N_UPDATES


def test_a_batch_that_is_larger_than_the_set_is_one_batch():
    assert resolve(3, batch_size=1000).n_epochs == auto.N_UPDATES
    assert resolve(1).n_epochs == auto.N_UPDATES


@pytest.mark.parametrize(
    ("n", "n_steps", "n_updates"),
    [(20, 2, 200), (20, 24, 480), (10, 20, 200), (10, 21, 210), (40, 25, 1000)],
)
def test_tiny_sets_make_as_many_updates_as_they_have_steps(n, n_steps, n_updates):
    assert resolve(n, n_steps=n_steps).n_epochs == n_updates


@pytest.mark.parametrize("n", [1, 65, 10**6])
def test_lbfgs_has_an_iteration_for_each_update(n):
    assert resolve(n, solver="lbfgs").n_epochs == auto.N_UPDATES
    assert resolve(n, solver="lbfgs", max_iter=7).n_epochs == 7


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_noise_is_for_solvers_that_bear_it(solver):
    resolved = resolve(solver=solver)
    expected = (0.0, 0.0) if solver == "lbfgs" else (0.1, 0.2)
    assert (resolved.dropout, resolved.recurrent_dropout) == expected
    for chosen in (0, 0.0, 0.45):
        resolved = resolve(solver=solver, recurrent_dropout=chosen)
        assert (resolved.dropout, resolved.recurrent_dropout) == (expected[0], chosen)
        resolved = resolve(solver=solver, dropout=chosen)
        assert (resolved.dropout, resolved.recurrent_dropout) == (chosen, expected[1])


def test_a_single_pass_is_one_epoch():
    assert resolve(incremental=True).n_epochs == 1
    assert resolve(incremental=True, max_iter=50).n_epochs == 1


def test_what_is_set_is_kept():
    resolved = resolve(
        batch_size=np.int64(5), max_iter=np.int64(8), n_iter_no_change=np.int64(2)
    )
    assert (resolved.batch_size, resolved.n_epochs, resolved.patience) == (5, 8, 2)


# How patient


@every_schedule
@pytest.mark.parametrize("early_stopping", [True, False])
@pytest.mark.parametrize("max_iter", ["auto", 1, 10, 49, 50, 51, 52, 55, 56, 1000])
def test_patience_is_a_part_of_the_epochs(max_iter, early_stopping, schedule):
    resolved = resolve(
        max_iter=max_iter, learning_rate=schedule, early_stopping=early_stopping
    )
    if schedule == "cosine" and not early_stopping:
        assert resolved.patience == math.inf
    else:
        part = math.ceil(resolved.n_epochs / auto.PATIENCE)
        assert resolved.patience == max(auto.LEAST_PATIENCE, part)


@every_schedule
@pytest.mark.parametrize("n_iter_no_change", [1, 3, math.inf])
def test_a_patience_that_is_set_goes_before_the_schedule(schedule, n_iter_no_change):
    resolved = resolve(learning_rate=schedule, n_iter_no_change=n_iter_no_change)
    assert resolved.patience == n_iter_no_change


# How many steps at once


def choose(cell, samples, rows=None):
    rows = np.arange(len(samples)) if rows is None else rows
    scale = Scale.of_steps(samples, rows, np.ones(len(samples)))
    return choose_patch_size(CELLS[cell], samples, rows, scale)


def noise(n_steps, n=60, n_features=2, seed=0):
    return np.random.default_rng(seed).normal(size=(n, n_steps, n_features))


def curves(n_steps, n=60, n_features=2, seed=0):
    """Draw sines that start anywhere and take 30 to 60 steps for a turn."""
    rng = np.random.default_rng(seed)
    start = rng.uniform(0.0, 6.3, (n, 1, n_features))
    turns = rng.uniform(1 / 60, 1 / 30, (n, 1, n_features))
    return np.sin(start + 6.3 * turns * np.arange(n_steps)[:, np.newaxis])


def of_patches(n_steps):
    return round(math.sqrt(n_steps) / 2)


def without_correlation(cell, n_steps):
    return math.ceil(n_steps / (auto.LASTING if cell in GATED else auto.FADING))


@every_cell
@pytest.mark.parametrize("n_steps", [33, 64, 65, 128, 129, 512, 513, 1600])
def test_noise_is_read_step_by_step_as_far_as_memory_lasts(cell, n_steps):
    assert choose(cell, noise(n_steps, n=20)) == without_correlation(cell, n_steps)


@every_cell
@pytest.mark.parametrize("n_steps", [33, 36, 48, 81, 99, 100, 300, 2000])
def test_curves_are_read_in_patches(cell, n_steps):
    assert choose(cell, curves(n_steps, n=20)) == of_patches(n_steps)


@every_cell
def test_short_sequences_are_read_step_by_step(cell):
    for n_steps in (1, 2, 5, auto.SHORT):
        assert choose(cell, curves(n_steps)) == 1
    assert choose(cell, curves(auto.SHORT + 1)) == of_patches(auto.SHORT + 1)


@every_cell
def test_a_series_that_swings_is_a_series(cell):
    swings = np.tile([1.0, -1.0], 50)[:, np.newaxis]
    assert choose(cell, curves(100) * swings) == of_patches(100)
    before = noise(101)
    assert choose(cell, before[:, 1:] - 0.8 * before[:, :-1]) == of_patches(100)


@every_cell
@pytest.mark.parametrize("lag", auto.LAGS)
def test_steps_may_go_together_at_any_lag(cell, lag):
    values = noise(100 + lag)
    assert choose(cell, values[:, lag:] + values[:, :-lag]) == of_patches(100)


@every_cell
def test_steps_that_are_farther_apart_are_not_held_together(cell):
    lag, values = max(auto.LAGS) + 1, noise(120)
    together = values[:, lag:] + values[:, :-lag]
    n_steps = together.shape[1]
    assert choose(cell, together) == without_correlation(cell, n_steps)


@every_cell
def test_the_mean_length_counts(cell):
    long, short = curves(80, n=10), curves(4, n=10, seed=1)
    assert choose(cell, [*long, *short]) == of_patches(42)
    assert choose(cell, [*long[:4], *short]) == 1
    ends = [sequence[: 1 + 11 * i] for i, sequence in enumerate(curves(120, n=11))]
    assert choose(cell, ends) == of_patches(56)


@every_cell
def test_only_the_rows_to_learn_from_are_seen(cell):
    both = [*curves(100), *noise(300)]
    assert choose(cell, both, np.arange(60)) == of_patches(100)
    assert choose(cell, both, np.arange(60, 120)) == without_correlation(cell, 300)


@every_cell
def test_features_that_are_constant_are_not_counted(cell):
    for values, expected in (
        (curves(100), of_patches(100)),
        (noise(100), without_correlation(cell, 100)),
    ):
        constant = np.broadcast_to([7.1, 0.0, -3e8, 0.0, 1.0], (60, 100, 5))
        assert choose(cell, np.concatenate([constant, values], axis=2)) == expected
    assert choose(cell, constant) == without_correlation(cell, 100)


@every_cell
@pytest.mark.parametrize("values", [noise(100), curves(100)], ids=["noise", "curves"])
@pytest.mark.parametrize(
    ("factor", "shift"),
    [([1e4, 1e-4], [0.0, 0.0]), ([1.0, -3.0], [1e5, -7.0]), ([1e250, 1e-250], [0, 0])],
    ids=["scaled", "shifted", "far off"],
)
def test_units_do_not_matter(cell, values, factor, shift):
    other = values * factor + shift
    assert choose(cell, other) == choose(cell, values)
    assert choose(cell, list(other)) == choose(cell, values)


@pytest.mark.parametrize("dtype", ["float32", "float16", "int8", "uint8"])
def test_types_do_not_matter(dtype):
    values = (50 + 40 * curves(100)).astype(dtype)
    assert choose("gru", values) == of_patches(100)


def test_copies_and_order_do_not_matter():
    """Half are curves: which ones are looked at decides whether all are correlated."""
    X, y = noise(40, 600, n_features=1), np.arange(600) % 2
    X[:300] += curves(40, 300, n_features=1)
    rng, sizes = np.random.default_rng(0), set()
    orders = [np.arange(600), rng.permutation(600), np.arange(600)[::-1]]
    orders += [np.concatenate([order, order[:200], order[:50]]) for order in orders]
    for order in orders:
        model = GRUClassifier(hidden_size=1, max_iter=1, random_state=0)
        sizes.add(model.fit(X[order], y[order]).patch_size_)
    assert len(sizes) == 1
