"""A layer is its cells, each reading in its own direction."""

import numpy as np
import pytest

from skrnn.cells import CELLS
from skrnn.network.layer import RecurrentLayer
from skrnn.sequences import Sequences, pack
from tests import reference
from tests.network.by_hand import layer_states

N_FEATURES, AHEAD, BACK = 2, 3, 4
CLOSE = {"rtol": 1e-12, "atol": 1e-13}
LENGTHS = {"ragged": (3, 7, 1, 7, 5), "rectangular": (4, 4, 4), "one step": (1, 1)}


def draw_params(cells, rng):
    """Draw weights for each cell by its name; biases too are not zero."""
    return {
        name: {k: rng.uniform(-0.9, 0.9, shape) for k, shape in cell.shapes.items()}
        for name, cell in cells.items()
    }


class Case:
    """A layer of one kind of cell, with weights and sequences for it."""

    def __init__(self, kind, lengths=LENGTHS["ragged"], sizes=(AHEAD, BACK)):
        rng = np.random.default_rng(0)
        self.kind, (name, options, _) = kind, reference.KINDS[kind]
        cells = tuple(CELLS[name](N_FEATURES, size, **options) for size in sizes)
        self.layer = RecurrentLayer(cells)
        self.cells = dict(zip(("layer0", "layer0_reverse"), cells, strict=False))
        self.params = draw_params(self.cells, rng)
        self.sequences = [rng.normal(size=(length, N_FEATURES)) for length in lengths]

    def read(self, sequences=None, params=None):
        """Return the states of each sequence, and the last ones of each direction."""
        x = pack(self.sequences if sequences is None else sequences)
        out, _ = self.layer.forward(self.merged(params or self.params), x)
        return out.unpack(), x.unsort(out.last)

    @staticmethod
    def merged(params):
        """Return the parameters of the cells by the names that they have in a layer."""
        return {
            key + name.removeprefix("layer0"): values
            for name, own in params.items()
            for key, values in own.items()
        }


@pytest.fixture(params=reference.KINDS)
def kind(request):
    return request.param


@pytest.mark.parametrize("lengths", LENGTHS.values(), ids=LENGTHS)
def test_two_directions_are_two_cells_on_reversed_sequences(kind, lengths):
    case = Case(kind, lengths)
    states, _ = case.read()
    for sequence, found in zip(case.sequences, states, strict=True):
        expected = layer_states(case.cells, case.params, sequence)
        np.testing.assert_allclose(found, expected, **CLOSE)


def test_two_directions_against_plain_loops(kind):
    case, (_, _, step) = Case(kind), reference.KINDS[kind]

    def reader(name):
        cell = case.cells[name]
        gates = reference.gates_of(cell, case.params[name])
        start = ([0.0] * cell.hidden_size,) * len(cell.state_names)
        return lambda sequence: reference.run(step, gates, sequence, start)

    states, _ = case.read()
    for sequence, found in zip(case.sequences, states, strict=True):
        expected = reference.run_both_ways(
            reader("layer0"), reader("layer0_reverse"), sequence.tolist()
        )
        np.testing.assert_allclose(found, expected, **CLOSE)


@pytest.mark.parametrize("lengths", LENGTHS.values(), ids=LENGTHS)
def test_the_reverse_direction_ends_at_the_first_step(kind, lengths):
    states, last = Case(kind, lengths).read()
    for h, ends in zip(states, last, strict=True):
        assert np.array_equal(ends[:AHEAD], h[-1, :AHEAD])
        assert np.array_equal(ends[AHEAD:], h[0, AHEAD:])


def test_one_direction_is_its_cell(kind):
    case = Case(kind, sizes=(AHEAD,))
    states, last = case.read()
    expected = case.cells["layer0"].run(case.params["layer0"], case.sequences)
    assert all(map(np.array_equal, states, expected))
    assert np.array_equal(last, [h[-1] for h in expected])


def test_reversing_the_sequences_swaps_the_directions(kind):
    case = Case(kind, sizes=(AHEAD, AHEAD))
    swapped = dict(zip(case.params, reversed(case.params.values()), strict=True))
    states, last = case.read()
    mirrored, first = case.read([x[::-1] for x in case.sequences], swapped)
    for h, other in zip(states, mirrored, strict=True):
        np.testing.assert_allclose(np.roll(other[::-1], AHEAD, axis=1), h, **CLOSE)
    np.testing.assert_allclose(np.roll(first, AHEAD, axis=1), last, **CLOSE)


def test_one_step_is_the_same_in_both_directions(kind):
    case = Case(kind, LENGTHS["one step"], sizes=(AHEAD, AHEAD))
    case.params["layer0_reverse"] = case.params["layer0"]
    states, _ = case.read()
    for h in states:
        assert np.array_equal(h[:, :AHEAD], h[:, AHEAD:])


@pytest.mark.parametrize("sent_back", ["states", "last", "both"])
def test_the_gradient_is_that_of_two_cells_on_reversed_sequences(kind, sent_back):
    case, rng = Case(kind), np.random.default_rng(1)
    x = pack(case.sequences)
    d_h, d_last = rng.normal(size=(len(x.data), 7)), rng.normal(size=(5, 7))
    d_h = None if sent_back == "last" else d_h
    d_last = None if sent_back == "states" else d_last
    params = case.merged(case.params)
    _, tape = case.layer.forward(params, x)
    d_x, grads = case.layer.backward(params, tape, Sequences(d_h, x.lengths, d_last))
    assert grads.keys() == params.keys()
    expected_d_x = np.zeros_like(x.data)
    for name, units in (("layer0", slice(AHEAD)), ("layer0_reverse", slice(AHEAD, 7))):
        order = x.reverse if name.endswith("reverse") else np.copy
        _, tape = case.cells[name].forward(case.params[name], x.replace(order(x.data)))
        d_part, expected = case.cells[name].backward(
            case.params[name],
            tape,
            Sequences(
                None if d_h is None else order(d_h[:, units]),
                x.lengths,
                None if d_last is None else d_last[:, units],
            ),
            input_gradient=True,
        )
        expected_d_x += order(d_part.data)
        for key, gradient in case.merged({name: expected}).items():
            np.testing.assert_allclose(grads[key], gradient, **CLOSE)
    np.testing.assert_allclose(d_x.data, expected_d_x, **CLOSE)


def test_the_gradient_of_the_input_is_computed_on_request(kind):
    case = Case(kind)
    x = pack(case.sequences)
    params = case.merged(case.params)
    out, tape = case.layer.forward(params, x)
    d_x, same = case.layer.backward(params, tape, out, input_gradient=False)
    assert d_x is None
    d_x, grads = case.layer.backward(params, tape, out)
    assert d_x.data.shape == x.data.shape
    assert all(np.array_equal(grads[key], same[key]) for key in params)


EVERY = ("last", "total", "largest")


@pytest.mark.parametrize("lengths", LENGTHS.values(), ids=LENGTHS)
@pytest.mark.parametrize("only", [*((name,) for name in EVERY), EVERY])
def test_reductions_are_those_of_each_direction(kind, lengths, only):
    case, rng = Case(kind, lengths), np.random.default_rng(1)
    x, layer = pack(case.sequences), RecurrentLayer(case.layer.cells, only=only)
    params = case.merged(case.params)
    out, tape = layer.forward(params, x)
    assert out.data is None
    d_out = out.map(lambda part: rng.normal(size=part.shape))
    d_x, grads = layer.backward(params, tape, d_out)
    expected_d_x = np.zeros_like(x.data)
    for name, units in (("layer0", slice(AHEAD)), ("layer0_reverse", slice(AHEAD, 7))):
        order, cell = x.reverse if name.endswith("reverse") else np.copy, case.cells
        expected, tape = cell[name].forward(
            case.params[name], x.replace(order(x.data)), only=only
        )
        for part in EVERY:
            found, values = getattr(out, part), getattr(expected, part)
            assert (found is not None) == (values is not None) == (part in only)
            assert found is None or np.array_equal(found[:, units], values)
        d_own = d_out.map(lambda part, units=units: part[:, units])
        d_part, of_cell = cell[name].backward(
            case.params[name], tape, d_own, input_gradient=True
        )
        expected_d_x += order(d_part.data)
        for key, gradient in case.merged({name: of_cell}).items():
            assert np.array_equal(grads[key], gradient)
    np.testing.assert_allclose(d_x.data, expected_d_x, **CLOSE)
