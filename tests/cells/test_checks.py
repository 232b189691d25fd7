"""What is no cell, no step and no sequence is refused with a sentence."""

import pickle
import re
from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest

from skrnn.cells import CELLS, GRUCell, LSTMCell, RNNCell

D, H, N = 3, 2, 4
NAMES = {
    "rnn": "RNNCell(n_features=3, hidden_size=2, activation='tanh')",
    "lstm": "LSTMCell(n_features=3, hidden_size=2)",
    "gru": "GRUCell(n_features=3, hidden_size=2)",
}


@pytest.fixture(params=CELLS)
def cell(request):
    return CELLS[request.param](D, H)


@pytest.fixture
def params(cell):
    return cell.init(0)


@pytest.fixture
def state(cell):
    return cell.initial_state(N)


def whole(message):
    return f"^{re.escape(message)}$"


@pytest.mark.parametrize("kind", CELLS.values(), ids=CELLS)
@pytest.mark.parametrize("size", ["n_features", "hidden_size"])
@pytest.mark.parametrize(
    ("value", "error", "got"),
    [
        (0, ValueError, "0"),
        (-3, ValueError, "-3"),
        (np.int8(-1), ValueError, "-1"),
        (2.0, TypeError, "2.0 of type float"),
        ("2", TypeError, "'2' of type str"),
        (None, TypeError, "None of type NoneType"),
        (True, TypeError, "True of type bool"),
        ((2,), TypeError, "(2,) of type tuple"),
    ],
)
def test_sizes_are_ints_of_at_least_one(kind, size, value, error, got):
    message = f"{size} of {kind.__name__} must be an int of at least 1, got {got}."
    with pytest.raises(error, match=whole(message)):
        kind(**{"n_features": D, "hidden_size": H, size: value})


@pytest.mark.parametrize("integer", [np.int8, np.int64, np.uint8, np.uint64])
def test_sizes_are_kept_as_plain_ints(cell, integer):
    other = type(cell)(integer(D), integer(H))
    assert (type(other.n_features), type(other.hidden_size)) == (int, int)
    assert other == cell
    assert hash(other) == hash(cell)
    # What int8 could not count.
    assert type(cell)(integer(100), integer(100)).shapes["W"][1] == 201
    with pytest.raises(FrozenInstanceError):
        other.hidden_size = 3


def test_a_cell_that_was_used_is_the_same_after_pickling(cell, params, state):
    cell.step(params, np.ones((N, D)), state)
    again = pickle.loads(pickle.dumps(cell))
    assert again == cell
    assert again.param_shapes == tuple(cell.shapes.items())


@pytest.mark.parametrize(
    ("value", "error", "got"),
    [
        ("foo", ValueError, "'foo'"),
        (["tanh"], TypeError, "['tanh'] of type list"),
        (None, TypeError, "None of type NoneType"),
    ],
)
def test_activations_are_known(value, error, got):
    message = f"activation of RNNCell must be one of ['tanh', 'relu'], got {got}."
    with pytest.raises(error, match=whole(message)):
        RNNCell(3, 4, activation=value)


def test_random_states_are_known(cell):
    message = (
        f"random_state of {cell} must be an int, a numpy.random.RandomState or None, "
        "got Generator."
    )
    with pytest.raises(TypeError, match=whole(message)):
        cell.init(np.random.default_rng(0))


def test_numbers_of_sequences_are_ints(cell):
    where = f"n_sequences of {cell} must be an int of at least 0, got "
    with pytest.raises(ValueError, match=whole(where + "-1.")):
        cell.initial_state(-1)
    with pytest.raises(TypeError, match=whole(where + "2.0 of type float.")):
        cell.initial_state(2.0)
    assert cell.initial_state(0)[0].shape == (0, H)


def raises_for_params(cell, params, error, message):
    """Hold both ways that take parameters against a message."""
    with pytest.raises(error, match=whole(message)):
        cell.step(params, np.ones((N, D)), cell.initial_state(N))
    with pytest.raises(error, match=whole(message)):
        cell.run(params, np.ones((N, 5, D)))


def test_params_are_those_of_the_cell(cell, params):
    kind, W = f"{cell}", params["W"]
    names = list(cell.shapes)
    raises_for_params(
        cell,
        W,
        TypeError,
        f"params of {kind} must be a dict of arrays by name, as from init, got "
        "ndarray.",
    )
    raises_for_params(
        cell,
        {"V": W},
        ValueError,
        f"params of {kind} must have exactly the names {names}, as from init: missing "
        f"{names}, unknown ['V'].",
    )
    raises_for_params(
        cell,
        {**params, "more": W},
        ValueError,
        f"params of {kind} must have exactly the names {names}, as from init: missing "
        "[], unknown ['more'].",
    )
    raises_for_params(
        cell,
        {**params, "W": W.tolist()},
        TypeError,
        f"params['W'] of {kind} must be an ndarray, got list.",
    )
    raises_for_params(
        cell,
        {**params, "W": W[1:]},
        ValueError,
        f"params['W'] of {kind} must have shape {W.shape}, got "
        f"{(len(W) - 1, W.shape[1])}: they are of a cell of another kind or size.",
    )
    for dtype in ("int64", "float16", "complex128", "object"):
        raises_for_params(
            cell,
            {**params, "W": W.astype(dtype)},
            TypeError,
            f"params['W'] of {kind} must be of float32 or float64, got {dtype}. Pass "
            "params['W'].astype(np.float64).",
        )


def test_every_array_of_the_params_is_looked_at():
    cell = GRUCell(D, H)
    params = {**cell.init(0), "b_hn": np.zeros(1)}
    raises_for_params(
        cell,
        params,
        ValueError,
        f"params['b_hn'] of {cell} must have shape (2,), got (1,): they are of a cell "
        "of another kind or size.",
    )


@pytest.mark.parametrize(
    ("x", "error", "got"),
    [
        (np.ones((N, D)).tolist(), TypeError, " must be an ndarray, got list."),
        (
            pd.DataFrame(np.ones((N, D))),
            TypeError,
            " must be an ndarray, got DataFrame.",
        ),
        (
            np.full((N, D), "a"),
            TypeError,
            " must have real numbers, got dtype <U1.",
        ),
        (
            np.ones((N, D), complex),
            TypeError,
            " must have real numbers, got dtype complex128.",
        ),
        (
            np.ones(D),
            ValueError,
            " must have shape (n, 3), one step of n sequences, got (3,). Pass "
            "x[np.newaxis] for a step of one sequence.",
        ),
        (
            np.ones((N, 2)),
            ValueError,
            " must have shape (n, 3), one step of n sequences, got (4, 2).",
        ),
        (
            np.ones((N, 1)),
            ValueError,
            " must have shape (n, 3), one step of n sequences, got (4, 1).",
        ),
        (
            np.ones((N, 1, D)),
            ValueError,
            " must have shape (n, 3), one step of n sequences, got (4, 1, 3). Whole "
            "sequences go to run, not to step.",
        ),
    ],
)
def test_a_step_has_a_row_for_each_sequence(cell, params, state, x, error, got):
    with pytest.raises(error, match=whole(f"x of {cell}{got}")):
        cell.step(params, x, state)


def test_a_state_has_a_row_for_each_sequence(cell, params, state):
    x, n = np.ones((N, D)), len(state)
    names = "(h, c)" if n == 2 else "(h,)"
    wanted = (
        f"state of {cell} must be a tuple {names} of {n} array(s), as from "
        "initial_state, got "
    )
    for given, error, message in [
        (state[0], TypeError, f"{wanted}ndarray."),
        (None, TypeError, f"{wanted}NoneType."),
        ((), ValueError, f"{wanted}0 of them."),
        ((*state, state[0]), ValueError, f"{wanted}{n + 1} of them."),
        (
            (state[0].tolist(), *state[1:]),
            TypeError,
            f"h in the state of {cell} must be an ndarray, got list.",
        ),
        (
            (*state[:-1], state[-1][:1]),
            ValueError,
            f"{cell.state_names[-1]} in the state of {cell} must have shape (4, 2), as "
            "x has 4 row(s), got (1, 2).",
        ),
        (
            (*state[:-1], state[-1][:, :1]),
            ValueError,
            f"{cell.state_names[-1]} in the state of {cell} must have shape (4, 2), as "
            "x has 4 row(s), got (4, 1).",
        ),
        (
            (state[0].astype(complex), *state[1:]),
            TypeError,
            f"h in the state of {cell} must have real numbers, got dtype complex128.",
        ),
    ]:
        with pytest.raises(error, match=whole(message)):
            cell.step(params, x, given)


def test_one_array_is_no_state_of_one_sequence():
    """Not even where it could be unpacked: (1, hidden_size) has one row."""
    cell = RNNCell(1, 1)
    with pytest.raises(TypeError, match=r"must be a tuple \(h,\) of 1 array"):
        cell.step(cell.init(0), np.ones((1, 1)), np.zeros((1, 1)))


FORM = "an array of shape (n, n_steps, 3) or a list of arrays (n_steps, 3)"


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        (np.ones(D), ValueError, f"X of {{}} must be {FORM}, got shape (3,)."),
        (
            np.ones((5, D)),
            ValueError,
            f"X of {{}} must be {FORM}, got shape (5, 3). Pass X[np.newaxis] if it is "
            "one sequence.",
        ),
        (
            np.ones((N, 5, 2)),
            ValueError,
            f"X of {{}} must be {FORM}, got shape (4, 5, 2).",
        ),
        (
            np.array([np.ones((2, D)), np.ones((3, D))], dtype=object),
            ValueError,
            f"X of {{}} must be {FORM}, got shape (2,). Pass list(X).",
        ),
        (
            np.ones((0, 5, D)),
            ValueError,
            "X of {} must have at least one sequence and one step, got shape "
            "(0, 5, 3).",
        ),
        (
            np.ones((N, 0, D)),
            ValueError,
            "X of {} must have at least one sequence and one step, got shape "
            "(4, 0, 3).",
        ),
        (
            np.full((N, 5, D), "a"),
            TypeError,
            "X of {} must have real numbers, got dtype <U1.",
        ),
        (None, TypeError, f"X of {{}} must be {FORM}, got NoneType."),
        (
            pd.DataFrame(np.ones((5, D))),
            TypeError,
            f"X of {{}} must be {FORM}, got DataFrame.",
        ),
        ([], ValueError, "X of {} must have at least one sequence, got none."),
        (
            [np.ones((5, D)), np.ones((0, D))],
            ValueError,
            "Sequence 1 in X of {} must have shape (n_steps, 3), with at least one "
            "step, got (0, 3).",
        ),
        (
            [np.ones((5, D)), np.ones((5, 2))],
            ValueError,
            "Sequence 1 in X of {} must have shape (n_steps, 3), with at least one "
            "step, got (5, 2).",
        ),
        (
            [np.ones(D)],
            ValueError,
            "Sequence 0 in X of {} must have shape (n_steps, 3), with at least one "
            "step, got (3,).",
        ),
        (
            [[[1.0, 2.0, 3.0], [1.0]]],
            ValueError,
            "Sequence 0 in X of {} must be a 2-D array, but its steps have different "
            "lengths.",
        ),
        (
            [np.full((5, D), None)],
            TypeError,
            "Sequence 0 in X of {} must have real numbers, got dtype object.",
        ),
    ],
)
def test_sequences_have_steps_of_the_features_of_the_cell(
    cell, params, X, error, message
):
    with pytest.raises(error, match=whole(message.format(cell))):
        cell.run(params, X)


def test_what_is_not_finite_passes_through(cell, params, state):
    X = np.ones((N, 5, D))
    X[0, 2, 0] = np.nan
    h = cell.run(params, X)
    assert np.isnan(h[0, 2:]).all()
    assert np.isfinite(h[1:]).all()
    assert np.isnan(cell.step(params, X[:, 2], state)[0][0]).all()


def test_numbers_of_any_real_type_and_order_are_read(cell, params, state):
    X = np.arange(N * 5 * D).reshape(N, 5, D) % 2
    expected = cell.run(params, X.astype(float))
    step = cell.step(params, X[:, 0].astype(float), state)
    for dtype in (
        bool,
        np.int8,
        np.uint16,
        np.float16,
        np.float32,
        ">f8",
        "longdouble",
    ):
        for given in (X.astype(dtype), list(X.astype(dtype)), tuple(X.astype(dtype))):
            assert np.array_equal(cell.run(params, given), expected)
        found = cell.step(params, X[:, 0].astype(dtype), state)
        for array, values in zip(found, step, strict=True):
            np.testing.assert_allclose(array, values, rtol=1e-6)
    nested = cell.run(params, X.tolist())
    assert np.array_equal(nested, expected)
    as_list = cell.step(params, X[:, 0], list(state))
    assert np.array_equal(as_list[0], step[0])


def test_the_message_names_the_cell():
    """As it was made, so that it can be told from others."""
    assert {name: str(kind(D, H)) for name, kind in CELLS.items()} == NAMES
    with pytest.raises(
        ValueError,
        match=whole(
            "X of LSTMCell(n_features=3, "
            "hidden_size=2) must have at least one sequence, got none."
        ),
    ):
        LSTMCell(D, H).run(LSTMCell(D, H).init(0), [])
