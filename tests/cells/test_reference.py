"""The cells against plain loops, and against themselves along every other way."""

from functools import partial

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skrnn.cells import LSTMCell, RNNCell
from skrnn.sequences import pack
from tests import reference

D, H = 3, 5
CELLS = {
    "rnn-tanh": (RNNCell(D, H), reference.rnn_step),
    "rnn-relu": (
        RNNCell(D, H, activation="relu"),
        partial(reference.rnn_step, activation=reference.relu),
    ),
    "lstm": (LSTMCell(D, H), reference.lstm_step),
}
LENGTHS = {
    "rectangular": (6, 6, 6, 6),
    "ragged": (4, 7, 1, 7, 3, 1),
    "one sequence": (5,),
    "one step": (1, 1, 1),
}

every_cell = pytest.mark.parametrize("name", CELLS)
every_layout = pytest.mark.parametrize("layout", LENGTHS)
every_dtype = pytest.mark.parametrize("dtype", [np.float64, np.float32])


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


def gates_of(cell, params):
    """Give the weights of each gate as lists, by name."""
    W_x, b, W_h = (np.split(part, len(cell.gates)) for part in cell.split(params))
    return {
        gate: (W_x[k].tolist(), W_h[k].tolist(), b[k].tolist())
        for k, gate in enumerate(cell.gates)
    }


def hidden_states(name, params, X):
    """Run the reference over each of some sequences."""
    cell, step = CELLS[name]
    gates, start = gates_of(cell, params), tuple([0.0] * H for _ in cell.state_names)
    return [
        np.array([h for h, *_ in reference.run(step, gates, sequence.tolist(), start)])
        for sequence in X
    ]


def forward_and_backward(cell, params, x, d_h, d_last, reuse=None):
    """Give the hidden states, the gradients and the tape."""
    h, tape = cell.forward(params, x, reuse=reuse)
    h = h.copy()
    d_x, grads = cell.backward(params, tape, d_h, d_last, input_gradient=True)
    return (h, d_x, *grads.values()), tape


@every_cell
def test_one_step(name):
    cell, step = CELLS[name]
    rng = np.random.RandomState(0)
    params, x = draw_params(cell, rng), rng.standard_normal((4, D))
    state = tuple(rng.standard_normal((4, H)) for _ in cell.state_names)
    found = cell.step(params, x, state)
    assert len(found) == len(state)
    gates = gates_of(cell, params)
    for row in range(4):
        expected = step(gates, x[row].tolist(), tuple(s[row].tolist() for s in state))
        for array, values in zip(found, expected, strict=True):
            assert_allclose(array[row], values, rtol=0, atol=1e-12)


@every_cell
@every_layout
def test_whole_sequences(name, layout):
    cell, _ = CELLS[name]
    rng = np.random.RandomState(1)
    params, X = draw_params(cell, rng), draw_sequences(LENGTHS[layout], rng)
    expected = hidden_states(name, params, X)

    found = cell.run(params, X)
    assert type(found) is type(X)
    x = pack(X)
    h, _ = cell.forward(params, x)
    for states in (found, x.replace(h).unpack()):
        for array, values in zip(states, expected, strict=True):
            assert_allclose(array, values, rtol=0, atol=1e-12)


@every_cell
@every_layout
def test_steps_in_a_row_are_a_run(name, layout):
    cell, _ = CELLS[name]
    rng = np.random.RandomState(2)
    params, X = draw_params(cell, rng), draw_sequences(LENGTHS[layout], rng)
    for sequence, expected in zip(X, cell.run(params, X), strict=True):
        state = cell.initial_state()
        for x, h in zip(sequence, expected, strict=True):
            state = cell.step(params, x[np.newaxis], state)
            assert_allclose(state[0][0], h, rtol=0, atol=1e-12)


@every_cell
@every_layout
@every_dtype
def test_keeping_a_tape_changes_no_bit(name, layout, dtype):
    cell, _ = CELLS[name]
    rng = np.random.RandomState(3)
    params = draw_params(cell, rng, dtype)
    x = pack(draw_sequences(LENGTHS[layout], rng, dtype))
    kept, tape = cell.forward(params, x, keep=True)
    free, no_tape = cell.forward(params, x, keep=False)
    assert tape is not None
    assert no_tape is None
    assert kept.dtype == dtype
    assert_array_equal(free, kept, strict=True)


@every_cell
@every_layout
@every_dtype
@pytest.mark.parametrize("sent_back", ["every state", "last state", "both"])
def test_a_reused_tape_changes_no_bit(name, layout, dtype, sent_back):
    cell, _ = CELLS[name]
    rng = np.random.RandomState(4)
    lengths = LENGTHS[layout]

    def draw_pass(lengths):
        x = pack(draw_sequences(lengths, rng, dtype))
        d_h = rng.standard_normal((len(x.data), H)).astype(dtype)
        d_last = rng.standard_normal((x.n_sequences, H)).astype(dtype)
        return (
            draw_params(cell, rng, dtype),
            x,
            None if sent_back == "last state" else d_h,
            None if sent_back == "every state" else d_last,
        )

    # The same lengths in another order are the same shape.
    earlier, later = draw_pass(lengths), draw_pass(lengths[::-1])
    _, tape = forward_and_backward(cell, *earlier)
    fresh, new_tape = forward_and_backward(cell, *later)
    again, reused = forward_and_backward(cell, *later, reuse=tape)
    assert new_tape is not tape
    assert reused is tape
    for array, expected in zip(again, fresh, strict=True):
        assert expected.dtype == dtype
        assert_array_equal(array, expected, strict=True)


@every_cell
@pytest.mark.parametrize(
    ("lengths", "dtype"),
    [
        pytest.param((4, 4, 1), np.float64, id="other lengths of the same sum"),
        pytest.param((3, 3, 2, 1), np.float64, id="other number of sequences"),
        pytest.param((3, 3, 3), np.float32, id="other dtype"),
    ],
)
def test_a_tape_that_does_not_fit_is_left_alone(name, lengths, dtype):
    cell, _ = CELLS[name]
    rng = np.random.RandomState(5)
    _, tape = cell.forward(draw_params(cell, rng), pack(draw_sequences((3, 3, 3), rng)))
    before = tape.h.copy()

    params = draw_params(cell, rng, dtype)
    x = pack(draw_sequences(lengths, rng, dtype))
    d_h = rng.standard_normal((len(x.data), H)).astype(dtype)
    found, other = forward_and_backward(cell, params, x, d_h, None, reuse=tape)
    expected, _ = forward_and_backward(cell, params, x, d_h, None)
    assert other is not tape
    assert_array_equal(tape.h, before, strict=True)
    for array, values in zip(found, expected, strict=True):
        assert_array_equal(array, values, strict=True)


@every_cell
def test_blocks_of_steps_change_no_gradient(name):
    """Backward works block by block; a few sequences alone make a single block."""
    cell, _ = CELLS[name]
    rng = np.random.RandomState(6)
    params, n, n_steps = draw_params(cell, rng), 2048, 10
    X = rng.standard_normal((n, n_steps, D))
    d_h = rng.standard_normal((n_steps, n, H))
    d_last = rng.standard_normal((n, H))
    (_, d_x, d_W), tape = forward_and_backward(
        cell, params, pack(X), d_h.reshape(-1, H), d_last
    )
    assert len(tape.blocks) == 3

    d_x, d_W_sum = d_x.reshape(n_steps, n, D), np.zeros_like(d_W)
    for first in range(0, n, 256):
        rows = slice(first, first + 256)
        (_, d_x_part, d_W_part), tape = forward_and_backward(
            cell, params, pack(X[rows]), d_h[:, rows].reshape(-1, H), d_last[rows]
        )
        assert len(tape.blocks) == 1
        assert_allclose(
            d_x[:, rows], d_x_part.reshape(n_steps, -1, D), rtol=0, atol=1e-12
        )
        d_W_sum += d_W_part
    assert_allclose(d_W, d_W_sum, rtol=1e-10, atol=1e-10)
