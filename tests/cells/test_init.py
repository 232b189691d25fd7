"""Initial weights are what they are said to be, and what cells share is checked."""

import numpy as np
import pytest

from skrnn.cells import CELLS, Cell

D, H = 30, 20


@pytest.fixture(params=CELLS)
def cell(request):
    return CELLS[request.param](D, H)


def test_input_weights_are_glorot_uniform(cell):
    W_x, _, _ = cell.split(cell.init(0))
    bound = np.sqrt(6 / (D + H))
    assert bound * 0.99 < np.abs(W_x).max() < bound
    assert abs(W_x.mean()) < 0.1 * bound
    assert W_x.std() == pytest.approx(bound / np.sqrt(3), rel=0.05)


def test_recurrent_weights_are_orthogonal_gate_by_gate(cell):
    _, _, W_h = cell.split(cell.init(0))
    gates = np.split(W_h, len(cell.gates))
    for gate in gates:
        np.testing.assert_allclose(gate @ gate.T, np.eye(H), rtol=0, atol=1e-13)
    for gate in gates[1:]:
        assert not np.allclose(gate, gates[0])


def test_biases_are_zero_but_for_that_of_the_gate_that_keeps_the_past(cell):
    biases = np.concatenate(cell.biases(cell.init(0)))
    names = np.repeat([*cell.gates, "more"], H)[: len(biases)]
    assert np.array_equal(biases, names == cell.memory_gate)


def test_biases_and_weights_are_views_on_all_parameters(cell):
    params = cell.init(0)
    W_x, _, W_h = cell.split(params)
    for part in (W_x, W_h, *cell.biases(params)):
        part[...] = np.nan
    assert all(np.isnan(array).all() for array in params.values())
    assert {name: array.shape for name, array in params.items()} == cell.shapes


def test_the_random_state_decides(cell):
    first, again, drawn, other = (
        cell.init(seed) for seed in (3, 3, np.random.RandomState(3), 4)
    )
    for name, array in first.items():
        assert np.array_equal(array, again[name])
        assert np.array_equal(array, drawn[name])
    assert not np.array_equal(first["W"], other["W"])


def test_the_initial_state_is_zero(cell):
    state = cell.initial_state(7, np.float32)
    assert len(state) == len(cell.state_names)
    for array in state:
        assert array.dtype == np.float32
        assert np.array_equal(array, np.zeros((7, H)))


@pytest.mark.parametrize("method", ["step", "forward", "backward"])
def test_a_cell_without_all_its_ways_is_none(cell, method):
    methods = {"step", "forward", "backward"} - {method}
    part = type("Part", (Cell,), {name: getattr(type(cell), name) for name in methods})
    with pytest.raises(TypeError, match=f"abstract method '?{method}'?$"):
        part(D, H)
