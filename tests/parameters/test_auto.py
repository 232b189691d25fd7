"""What "auto" comes to, at the points where it changes."""

import math

import numpy as np
import pytest

from skrnn.cells import CELLS
from skrnn.parameters import auto
from skrnn.parameters.auto import resolve_auto
from skrnn.parameters.shared import Settings

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
