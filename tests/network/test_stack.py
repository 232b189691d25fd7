"""A stack is its layers, each reading the states of the one below it."""

import numpy as np
import pytest

from skrnn.cells import LSTMCell
from skrnn.network import build_network
from skrnn.sequences import pack
from tests.network.by_hand import stack_states
from tests.reference import KINDS

N_FEATURES, SIZES = 2, (3, 5, 4)
CLOSE = {"rtol": 1e-12, "atol": 1e-13}


@pytest.fixture(params=[False, True], ids=["uni", "bi"])
def bidirectional(request):
    return request.param


def build(kind, bidirectional):
    """Give a stack of layers of different size, and weights for it."""
    name, options, _ = KINDS[kind]
    network = build_network(
        name, N_FEATURES, SIZES, bidirectional, "last", 1, **options
    )
    weights = np.random.default_rng(0).uniform(-0.9, 0.9, network.layout.size)
    return network.stack, network.layout.views(weights)


def draw():
    rng = np.random.default_rng(1)
    return [rng.normal(size=(length, N_FEATURES)) for length in (3, 7, 1, 7, 5)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_stack_equals_its_layers_by_hand(kind, bidirectional):
    (stack, params), sequences = build(kind, bidirectional), draw()
    x = pack(sequences)
    h, last, _ = stack.forward(params, x)
    found = zip(sequences, x.replace(h).unpack(), x.unsort(last), strict=True)
    for sequence, states, ends in found:
        *_, expected = stack_states(stack, params, sequence)
        np.testing.assert_allclose(states, expected, **CLOSE)
        ahead, back = expected[-1, : SIZES[-1]], expected[0, SIZES[-1] :]
        np.testing.assert_allclose(ends, [*ahead, *back], **CLOSE)


@pytest.mark.parametrize("kind", KINDS)
def test_the_gradient_goes_down_layer_by_layer(kind, bidirectional):
    (stack, params), rng = build(kind, bidirectional), np.random.default_rng(2)
    x = pack(draw())
    d_h = rng.normal(size=(len(x.data), stack.n_out))
    d_last = rng.normal(size=(x.n_sequences, stack.n_out))
    tape = stack.forward(params, x)[2]
    d_x, grads = stack.backward(params, tape, x, d_h, d_last, input_gradient=True)
    inputs, expected = [x], {}
    for layer in stack.layers:
        inputs.append(x.replace(layer.forward(params, inputs[-1])[0]))
    for layer, below in zip(stack.layers[::-1], inputs[-2::-1], strict=True):
        tape = layer.forward(params, below)[2]
        d_h, layer_grads = layer.backward(
            params, tape, below, d_h, d_last, input_gradient=True
        )
        expected, d_last = expected | layer_grads, None
    assert np.array_equal(d_x, d_h)
    assert grads.keys() == expected.keys() == stack.cells.keys()
    for name, block in expected.items():
        for key, gradient in block.items():
            assert np.array_equal(grads[name][key], gradient)


def test_the_gradient_of_the_input_comes_when_asked_for(bidirectional):
    stack, params = build("gru", bidirectional)
    x = pack(draw())
    h, last, tape = stack.forward(params, x)
    d_x, grads = stack.backward(params, tape, x, h, last)
    assert d_x is None
    assert grads.keys() == stack.cells.keys()


def test_cells_have_names_and_fit_upon_each_other():
    one, _ = build("lstm", bidirectional=False)
    assert one.cells == {
        "layer0": LSTMCell(2, 3),
        "layer1": LSTMCell(3, 5),
        "layer2": LSTMCell(5, 4),
    }
    both, _ = build("lstm", bidirectional=True)
    assert list(both.cells.items()) == [
        ("layer0", LSTMCell(2, 3)),
        ("layer0_reverse", LSTMCell(2, 3)),
        ("layer1", LSTMCell(6, 5)),
        ("layer1_reverse", LSTMCell(6, 5)),
        ("layer2", LSTMCell(10, 4)),
        ("layer2_reverse", LSTMCell(10, 4)),
    ]
    assert (one.n_out, both.n_out) == (4, 8)
