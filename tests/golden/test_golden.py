"""The whole network against what PyTorch computed."""

from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skrnn.interop import load_torch_state, torch_state
from tests.golden import checks
from tests.golden.files import (
    CELLS,
    DIRECTIONS,
    FILES,
    FOLDER,
    HEAD,
    HIDDEN_SIZE,
    LAYOUTS,
    LOSSES,
    MEANS,
    N_LAYERS,
    ONES,
    POOLINGS,
    REGRESSION,
    SHARED,
    STEPPED,
    TOLERANCE,
    assert_close,
    paths,
    read,
)

every_file = pytest.mark.parametrize(("cell", "n_layers", "direction", "layout"), FILES)
every_dtype = pytest.mark.parametrize("dtype", TOLERANCE)


def in_turn(*file):
    """Pair every pooling of a file with one of the losses, which take turns.

    The recurrent weights of a file are the same in all of its cases.
    """
    k, losses = FILES.index(file), list(LOSSES)
    return [(p, losses[(k + 2 * i) % len(LOSSES)]) for i, p in enumerate(POOLINGS)]


def test_there_is_a_golden_file_for_every_case():
    files = product(CELLS, map(str, N_LAYERS), DIRECTIONS, LAYOUTS)
    expected = {"-".join(parts) + ".npz" for parts in files}
    expected |= {f"ones-{cell}-{ones}.npz" for cell, ones in product(CELLS, ONES)}
    assert {path.name for path in FOLDER.glob("*.npz")} == expected


def test_every_loss_meets_every_cell_and_pooling():
    cases = [(file[0], *case) for file in FILES for case in in_turn(*file)]
    assert {case[:2] for case in cases} == set(product(CELLS, POOLINGS))
    assert {case[::2] for case in cases} == set(product(CELLS, LOSSES))
    assert {case[1:] for case in cases} == set(product(POOLINGS, LOSSES))


@every_file
def test_a_golden_file_covers_every_case(cell, n_layers, direction, layout):
    golden = read(cell, n_layers, direction, layout)
    states = [*golden.recurrent, *HEAD]
    results = ["scores", "loss", "d_x", *(f"d_{name}" for name in states)]
    assert set(golden.arrays) == {
        *SHARED,
        *golden.recurrent,
        *paths(["y"], LOSSES),
        *paths(["head"], POOLINGS, LOSSES, HEAD),
        *paths(["case"], POOLINGS, LOSSES, results),
        *paths(["case"], POOLINGS, set(LOSSES) - set(REGRESSION), ["probabilities"]),
        *paths(["sgd"], STEPPED, MEANS, states),
    }
    assert (len(set(golden["lengths"])) == 1) == (layout == "rectangular")
    floats = {name: a for name, a in golden.arrays.items() if a.dtype.kind == "f"}
    assert {array.dtype for array in floats.values()} == {np.dtype(np.float64)}
    frozen = {name for name in golden.recurrent if name.startswith("bias_hh")}
    frozen = paths(["sgd"], STEPPED, MEANS, frozen)
    n_frozen = 2 * HIDDEN_SIZE if cell == "gru" else None
    assert not any(golden[name][:n_frozen].any() for name in frozen)
    trained = floats if cell == "gru" else set(floats) - frozen
    assert all(golden[name].any() for name in trained)


@every_file
@every_dtype
def test_hidden_states(cell, n_layers, direction, layout, dtype):
    golden = read(cell, n_layers, direction, layout)
    checks.check_hidden_states(golden, "binary", dtype)


@every_file
def test_outputs_and_gradients(cell, n_layers, direction, layout):
    golden = read(cell, n_layers, direction, layout)
    for pooling, loss in product(POOLINGS, LOSSES):
        checks.check_outputs(golden, pooling, loss, np.float64)


@every_file
@every_dtype
def test_what_solvers_minimise(cell, n_layers, direction, layout, dtype):
    golden = read(cell, n_layers, direction, layout)
    for pooling, loss in in_turn(cell, n_layers, direction, layout):
        checks.check_objective(golden, pooling, loss, dtype)
        if dtype == np.float32:
            checks.check_outputs(golden, pooling, loss, dtype)


@every_file
def test_estimators_with_loaded_weights(cell, n_layers, direction, layout):
    golden = read(cell, n_layers, direction, layout)
    for pooling, loss in in_turn(cell, n_layers, direction, layout):
        checks.check_predictions(golden, pooling, loss)


@every_file
def test_weights_go_in_and_out_to_the_bit(cell, n_layers, direction, layout):
    """Recurrent weights know of no pooling and of no loss: one case has them all."""
    golden = read(cell, n_layers, direction, layout)
    pooling, loss = in_turn(cell, n_layers, direction, layout)[0]
    checks.check_weights_to_the_bit(golden, pooling, loss)


@pytest.mark.parametrize(("pooling", "loss"), list(product(POOLINGS, LOSSES)))
def test_weights_of_a_head_go_in_and_out_to_the_bit(pooling, loss):
    golden = read("gru", 1, "bi", "ragged")
    checks.check_weights_to_the_bit(golden, pooling, loss)


@every_file
def test_weights_go_in_and_out_of_a_scale_to_rounding(
    cell, n_layers, direction, layout
):
    golden = read(cell, n_layers, direction, layout)
    estimator = golden.estimator("concat", "multinomial")
    weights, found = estimator.weights_, torch_state(estimator)
    expected = golden.folded(golden.state("concat", "multinomial"))
    assert list(found) == list(expected)
    assert_close(found, expected, np.float64)
    load_torch_state(estimator, found)
    assert_allclose(estimator.weights_, weights, rtol=1e-12, atol=1e-14)


@every_file
@pytest.mark.parametrize("mean", MEANS)
def test_one_step_of_gradient_descent(cell, n_layers, direction, layout, mean):
    golden = read(cell, n_layers, direction, layout)
    for loss in STEPPED:
        checks.check_one_step(golden, loss, mean)
