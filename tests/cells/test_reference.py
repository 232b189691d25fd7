"""The cells against plain loops, and against themselves along every other way."""

from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skrnn import cells
from skrnn.sequences import Sequences, pack
from tests import reference

D, H = 3, 5
CELLS = {
    name: cells.CELLS[key](D, H, **options)
    for name, (key, options, _) in reference.KINDS.items()
}
LENGTHS = {
    "rectangular": (6, 6, 6, 6),
    "ragged": (4, 7, 1, 7, 3, 1),
    "one sequence": (5,),
    "one step": (1, 1, 1),
}
# What a tape goes through: batches shrink and grow, once beyond its rows.
BATCHES = [
    (6, 6, 6, 6),
    (2, 8, 1, 5),
    (5, 5, 5, 5),
    (1, 1, 1, 1),
    (11, 11, 11, 11),
    (12, 3, 10, 12),
    (10, 10, 10, 10),
    (11, 10, 11, 11),
]

every_cell = pytest.mark.parametrize("name", CELLS)
every_layout = pytest.mark.parametrize("layout", LENGTHS)
every_dtype = pytest.mark.parametrize("dtype", [np.float64, np.float32])
masked_or_not = pytest.mark.parametrize("masked", [False, True], ids=["free", "masked"])
#: Type, whether there is a mask, and what has a gradient: any two of them together.
every_pass = pytest.mark.parametrize(
    ("dtype", "masked", "gradients"),
    [
        (np.float64, False, "states"),
        (np.float32, True, "states"),
        (np.float64, True, "last"),
        (np.float32, False, "last"),
        (np.float64, False, "both"),
        (np.float32, True, "both"),
    ],
)
of_states_or_last = pytest.mark.parametrize("gradients", ["states", "last", "both"])


def draw_params(cell, rng, dtype=np.float64):
    """Draw weights with nothing special about them: biases too are not zero."""
    return {
        key: rng.uniform(-0.9, 0.9, shape).astype(dtype)
        for key, shape in cell.shapes.items()
    }


def draw_sequences(lengths, rng, dtype=np.float64):
    """Draw sequences: a 3-D array if all are equally long, else a list."""
    X = [rng.standard_normal((length, D)).astype(dtype) for length in lengths]
    return np.stack(X) if len(set(lengths)) == 1 else X


def draw_mask(n_sequences, rng, dtype=np.float64):
    """Draw a mask that keeps, weakens and drops."""
    return rng.choice([0.0, 0.5, 1.0, 1.5], (n_sequences, H)).astype(dtype)


def hidden_states(name, params, X, masks=None):
    """Run the reference over each of some sequences."""
    cell, (_, _, step) = CELLS[name], reference.KINDS[name]
    gates, start = (
        reference.gates_of(cell, params),
        ([0.0] * H,) * len(cell.state_names),
    )
    masks = [None] * len(X) if masks is None else masks.tolist()
    return [
        np.array([h for h, *_ in reference.run(step, gates, x.tolist(), start, mask)])
        for x, mask in zip(X, masks, strict=True)
    ]


def forward_and_backward(cell, params, x, d_out, mask=None, reuse=None):
    """Return the hidden states and the gradients, and the tape."""
    out, tape = cell.forward(params, x, reuse=reuse, mask=mask)
    h, last = out.data.copy(), out.last.copy()
    d_x, grads = cell.backward(params, tape, d_out, input_gradient=True)
    assert out.lengths is d_x.lengths is x.lengths
    return (h, last, d_x.data, *grads.values()), tape


def draw_pass(cell, lengths, rng, dtype, gradients, masked):
    """Draw all that `forward_and_backward` takes."""
    x, n = pack(draw_sequences(lengths, rng, dtype)), len(lengths)
    d_h = rng.standard_normal((len(x.data), H)).astype(dtype)
    d_last = rng.standard_normal((n, H)).astype(dtype)
    return (
        cell,
        draw_params(cell, rng, dtype),
        x,
        Sequences(
            None if gradients == "last" else d_h,
            x.lengths,
            None if gradients == "states" else d_last,
        ),
        draw_mask(n, rng, dtype) if masked else None,
    )


def product_of(**options):
    """Yield every combination of some options, as a dict."""
    for values in product(*options.values()):
        yield dict(zip(options, values, strict=True))


def assert_same_bits(found, expected):
    for array, values in zip(found, expected, strict=True):
        assert_array_equal(array, values, strict=True)


@pytest.fixture(params=[None, 0], ids=["whole runs", "step by step"])
def blocks(request, monkeypatch):
    """Make blocks so small that even small batches have several of them."""
    if request.param is not None:
        monkeypatch.setattr(cells.memory, "CACHED", request.param)


@every_cell
def test_one_step(name):
    cell, (_, _, step) = CELLS[name], reference.KINDS[name]
    rng = np.random.RandomState(0)
    params, x = draw_params(cell, rng), rng.standard_normal((4, D))
    state = tuple(rng.standard_normal((4, H)) for _ in cell.state_names)
    found = cell.step(params, x, state)
    assert len(found) == len(state)
    gates = reference.gates_of(cell, params)
    for row in range(4):
        expected = step(gates, x[row].tolist(), tuple(s[row].tolist() for s in state))
        for array, values in zip(found, expected, strict=True):
            assert_allclose(array[row], values, rtol=0, atol=1e-12)


@every_cell
@every_layout
def test_whole_sequences(name, layout):
    cell, rng = CELLS[name], np.random.RandomState(1)
    params, X = draw_params(cell, rng), draw_sequences(LENGTHS[layout], rng)
    expected = hidden_states(name, params, X)

    found = cell.run(params, X)
    assert type(found) is type(X)
    x = pack(X)
    out, _ = cell.forward(params, x)
    for states in (found, out.unpack()):
        for array, values in zip(states, expected, strict=True):
            assert_allclose(array, values, rtol=0, atol=1e-12)


@every_cell
@every_layout
@pytest.mark.parametrize("keep", [False, True])
def test_masked_sequences(name, layout, keep):
    cell, rng = CELLS[name], np.random.RandomState(1)
    params, X = draw_params(cell, rng), draw_sequences(LENGTHS[layout], rng)
    x, masks = pack(X), draw_mask(len(X), rng)
    out, _ = cell.forward(params, x, keep=keep, mask=x.sort(masks))
    expected = hidden_states(name, params, X, masks)
    for states, values in zip(out.unpack(), expected, strict=True):
        assert_allclose(states, values, rtol=0, atol=1e-12)


@every_cell
@every_layout
def test_a_mask_of_ones_changes_no_bit(name, layout):
    cell, rng = CELLS[name], np.random.RandomState(2)
    *free, _ = draw_pass(cell, LENGTHS[layout], rng, np.float64, "both", masked=False)
    ones = np.ones((len(LENGTHS[layout]), H))
    found, _ = forward_and_backward(*free, mask=ones)
    expected, _ = forward_and_backward(*free)
    assert_same_bits(found, expected)


@every_cell
@every_layout
def test_steps_in_a_row_are_a_run(name, layout):
    cell, rng = CELLS[name], np.random.RandomState(2)
    params, X = draw_params(cell, rng), draw_sequences(LENGTHS[layout], rng)
    for sequence, expected in zip(X, cell.run(params, X), strict=True):
        state = cell.initial_state()
        for x, h in zip(sequence, expected, strict=True):
            state = cell.step(params, x[np.newaxis], state)
            assert_allclose(state[0][0], h, rtol=0, atol=1e-12)


@every_cell
@every_layout
@pytest.mark.parametrize(
    ("dtype", "masked"), [(np.float64, False), (np.float32, True)], ids=str
)
def test_keeping_a_tape_changes_no_bit(name, layout, dtype, masked):
    cell, rng = CELLS[name], np.random.RandomState(3)
    params = draw_params(cell, rng, dtype)
    x = pack(draw_sequences(LENGTHS[layout], rng, dtype))
    mask = draw_mask(x.n_sequences, rng, dtype) if masked else None
    kept, tape = cell.forward(params, x, keep=True, mask=mask)
    free, no_tape = cell.forward(params, x, keep=False, mask=mask)
    assert tape is not None
    assert no_tape is None
    assert kept.data.dtype == kept.last.dtype == dtype
    assert_array_equal(free.data, kept.data, strict=True)
    assert_array_equal(free.last, kept.last, strict=True)


@every_cell
@every_layout
@pytest.mark.usefixtures("blocks")
def test_the_last_states_alone_are_those_of_all(name, layout):
    cell, rng = CELLS[name], np.random.RandomState(8)
    batch = draw_pass(cell, LENGTHS[layout], rng, np.float64, "last", masked=True)
    _, params, x, _, mask = batch
    for options in product_of(mask=[None, mask], keep=[False, True]):
        every, _ = cell.forward(params, x, **options)
        alone, _ = cell.forward(params, x, **options, only=("last",))
        assert alone.data is None
        assert_array_equal(alone.last, every.data[x.lengths.final_rows], strict=True)
        assert_array_equal(alone.last, every.last, strict=True)


@every_cell
@every_pass
@pytest.mark.usefixtures("blocks")
def test_a_reused_tape_changes_no_bit(name, dtype, masked, gradients):
    rng, tape, n_tapes = np.random.RandomState(4), None, 0
    for lengths in BATCHES:
        batch = draw_pass(CELLS[name], lengths, rng, dtype, gradients, masked)
        expected, _ = forward_and_backward(*batch)
        found, after = forward_and_backward(*batch, reuse=tape)
        assert_same_bits(found, expected)
        n_tapes += after is not tape
        tape = after
    assert n_tapes == 2


@every_cell
@of_states_or_last
def test_a_tape_can_be_read_twice(name, gradients):
    rng = np.random.RandomState(4)
    cell, params, x, d_out, mask = draw_pass(
        CELLS[name], LENGTHS["ragged"], rng, np.float64, gradients, masked=True
    )
    _, tape = cell.forward(params, x, mask=mask)
    (d_x, grads), (d_x_again, grads_again) = (
        cell.backward(params, tape, d_out, input_gradient=True) for _ in range(2)
    )
    assert_same_bits(
        [d_x.data, *grads.values()], [d_x_again.data, *grads_again.values()]
    )
    no_d_x, grads_alone = cell.backward(params, tape, d_out)
    assert no_d_x is None
    assert_same_bits(grads_alone.values(), grads.values())


@every_cell
@pytest.mark.parametrize(
    ("lengths", "dtype", "masked"),
    [
        pytest.param((4, 3, 3), np.float64, False, id="more rows"),
        pytest.param((3, 3, 2, 1), np.float64, False, id="other number of sequences"),
        pytest.param((3, 3, 3), np.float32, False, id="other dtype"),
        pytest.param((3, 3, 3), np.float64, True, id="a mask"),
    ],
)
def test_a_tape_that_does_not_fit_is_left_alone(name, lengths, dtype, masked):
    cell, rng = CELLS[name], np.random.RandomState(5)
    _, tape = cell.forward(draw_params(cell, rng), pack(draw_sequences((3, 3, 3), rng)))
    before = tape.h.copy()

    batch = draw_pass(cell, lengths, rng, dtype, "both", masked)
    found, other = forward_and_backward(*batch, reuse=tape)
    expected, _ = forward_and_backward(*batch)
    assert other is not tape
    assert_array_equal(tape.h, before, strict=True)
    assert_same_bits(found, expected)


@every_cell
@masked_or_not
@of_states_or_last
def test_blocks_of_steps_change_no_gradient(name, masked, gradients, monkeypatch):
    rng, lengths, n_stretches = np.random.RandomState(6), (11, 6, 1, 9, 6, 9, 6), 3
    if masked == (gradients == "last"):
        lengths, n_stretches = (11, 11, 11), 1
    batch = draw_pass(CELLS[name], lengths, rng, np.float64, gradients, masked)
    expected, tape = forward_and_backward(*batch)
    assert len(tape.blocks) == (
        n_stretches if CELLS[name].bounded else len(set(lengths))
    )
    width = len(lengths) * sum(tape.widths.values())
    for n_steps in (4, 1):
        monkeypatch.setattr(cells.memory, "CACHED", n_steps * width)
        found, tape = forward_and_backward(*batch)
        assert max(block.n_steps for block in tape.blocks) == n_steps
        for array, values in zip(found, expected, strict=True):
            assert_allclose(array, values, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_what_goes_past_the_gates_flows_back_through_blocks(name, monkeypatch):
    """Without recurrent weights, the gates send nothing back: all goes past them."""
    cell, rng = CELLS[name], np.random.RandomState(7)
    batch = draw_pass(cell, (11, 11, 6), rng, np.float64, "last", masked=False)
    _, params, *_ = batch
    cell.split(params)[2][...] = 0.0
    (_, _, expected, *_), _ = forward_and_backward(*batch)
    assert expected.all()
    monkeypatch.setattr(cells.memory, "CACHED", 0)
    (_, _, found, *_), _ = forward_and_backward(*batch)
    assert_allclose(found, expected, rtol=1e-12, atol=1e-15)


@masked_or_not
@of_states_or_last
def test_states_that_grow_past_all_bounds_stay_in_their_own_sequence(masked, gradients):
    """Short beside long: read on, the weights would blow the short one up."""
    cell, rng = CELLS["rnn-relu"], np.random.RandomState(9)
    lengths = (400, 400, 400, 400, 2)
    batch = draw_pass(cell, lengths, rng, np.float32, gradients, masked)
    _, params, x, *_ = batch
    cell.split(params)[2][...] = 20 * np.eye(H)
    cell.split(params)[1][...] = 1.0
    # The long ones read what keeps them quiet, the short one what does not.
    x.data[...] = np.where(x.lengths.ranks[:, np.newaxis] < 4, -1.0, 1.0)
    cell.split(params)[0][...] = 5.0
    arrays, _ = forward_and_backward(*batch)
    for array in arrays:
        assert np.isfinite(array).all()
