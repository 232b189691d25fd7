"""A chain is its blocks, each reading what the one below it has computed."""

import numpy as np
import pytest

from skrnn.cells import LSTMCell
from skrnn.network import NO_DROPOUT, Dropout, InputTransform, build_network
from skrnn.sequences import Sequences, pack
from tests.network.by_hand import states_of_each_layer
from tests.reference import KINDS

N_FEATURES, SIZES, N_OUTPUTS = 2, (3, 5, 4), 3
CLOSE = {"rtol": 1e-12, "atol": 1e-13}
TRANSFORM = InputTransform(2, np.array([0.5, -1.0]), np.array([2.0, 0.1]))


@pytest.fixture(params=[False, True], ids=["uni", "bi"])
def bidirectional(request):
    return request.param


def build(kind, bidirectional, pooling="last", **options):
    """Build a network of layers of different size, and draw weights for it."""
    name, cell_options, _ = KINDS[kind]
    network = build_network(
        name,
        N_FEATURES,
        SIZES,
        bidirectional,
        pooling,
        N_OUTPUTS,
        **options,
        **cell_options,
    )
    return network, np.random.default_rng(0).uniform(-0.9, 0.9, network.layout.size)


def draw():
    rng = np.random.default_rng(1)
    return [rng.normal(size=(length, N_FEATURES)) for length in (3, 7, 1, 7, 5)]


def draw_noise(rates):
    return Dropout(np.random.default_rng(5), *rates)


def backpropagate(network, weights, d_out, **options):
    """Backpropagate through the batch of `draw` what `d_out` makes of the output."""
    out, tape = network.forward(weights, pack(draw()))
    return network.backward(weights, tape, d_out(out), **options)


@pytest.mark.parametrize("kind", KINDS)
def test_layers_equal_the_same_by_hand(kind, bidirectional):
    (network, weights), sequences = build(kind, bidirectional), draw()
    params, x = network.cell_params(weights), pack(sequences)
    out, _ = network.up_to("layer2").forward(weights, x)
    ends, _ = network.up_to("pooling").forward(weights, x)
    for sequence, states, last, end in zip(
        sequences, out.unpack(), x.unsort(out.last), ends, strict=True
    ):
        *_, expected = states_of_each_layer(network, params, sequence)
        np.testing.assert_allclose(states, expected, **CLOSE)
        ahead, back = expected[-1, : SIZES[-1]], expected[0, SIZES[-1] :]
        np.testing.assert_allclose(last, [*ahead, *back], **CLOSE)
        np.testing.assert_allclose(end, [*ahead, *back], **CLOSE)


@pytest.mark.parametrize("rates", [(0.0, 0.0), (0.3, 0.3)], ids=["plain", "dropout"])
@pytest.mark.parametrize("pooling", ["last", "concat"])
@pytest.mark.parametrize("kind", KINDS)
def test_outputs_go_up_and_gradients_down_block_by_block(
    kind, pooling, rates, bidirectional
):
    """Bit by bit: the chain adds nothing of its own but the order of the batch."""
    network, weights = build(kind, bidirectional, pooling, input_transform=TRANSFORM)
    params, x = network.layout.views(weights), pack(draw())
    d_scores = np.random.default_rng(2).normal(size=(x.n_sequences, N_OUTPUTS))
    scores, tape = network.forward(weights, x, dropout=draw_noise(rates))
    d_x, d_weights = network.backward(weights, tape, d_scores, input_gradient=True)

    out, tapes, noise = x, {}, draw_noise(rates)
    for name, block in network.blocks.items():
        out, tapes[name] = block.forward(params.get(name, {}), out, dropout=noise)
    assert np.array_equal(scores, x.unsort(out))
    d_out, expected = x.sort(d_scores), np.full_like(weights, np.nan)
    for name, block in reversed(network.blocks.items()):
        d_out, grads = block.backward(params.get(name, {}), tapes[name], d_out)
        assert grads.keys() == block.shapes.keys()
        for key, gradient in grads.items():
            network.layout.views(expected)[name][key][...] = gradient
    assert np.array_equal(d_weights, expected)
    assert np.array_equal(d_x.data, d_out.data)
    assert d_x.lengths is x.lengths


def test_the_gradient_of_the_input_is_computed_on_request(bidirectional):
    network, weights = build("gru", bidirectional, "concat")
    d_x, d_weights = backpropagate(network, weights, np.ones_like)
    assert d_x is None
    d_x, same = backpropagate(network, weights, np.ones_like, input_gradient=True)
    assert d_x.data.shape == pack(draw()).data.shape
    assert np.array_equal(same, d_weights)


@pytest.mark.parametrize("name", ["input", "layer0", "dropout0", "layer2", "pooling"])
def test_a_chain_that_ends_early_has_the_weights_and_gradients_of_its_blocks(name):
    network, weights = build("lstm", bidirectional=True, pooling="mean")
    part, x = network.up_to(name), pack(draw())
    assert list(part.blocks) == list(network.blocks)[: len(part.blocks)]
    assert list(part.blocks)[-1] == name
    if name == "input":
        out, _ = part.forward(weights, x)
        assert np.array_equal(out.data, x.data)
        return
    assert part.layout.slices == network.layout.slices[: len(part.layout.slices)]

    def total(data):
        out, _ = part.forward(weights, x.replace(data))
        return (out.data if isinstance(out, Sequences) else out).sum()

    def ones(out):
        if not isinstance(out, Sequences):
            return np.ones_like(out)
        return out.replace(np.ones_like(out.data))

    d_x, d_weights = backpropagate(part, weights, ones, input_gradient=True)
    move = 1e-6 * np.random.default_rng(3).normal(size=x.data.shape)
    moved = total(x.data + move) - total(x.data - move)
    np.testing.assert_allclose(moved, 2 * np.sum(move * d_x.data), rtol=1e-6)
    assert d_weights.shape == (part.layout.size,)
    assert d_weights.all()


def test_without_keeping_there_is_no_tape_and_the_output_is_the_same(bidirectional):
    network, weights = build("gru", bidirectional, "max")
    x = pack(draw())
    kept, tape = network.forward(weights, x, dropout=NO_DROPOUT)
    free, no_tape = network.forward(weights, x, keep=False)
    assert np.array_equal(kept, free)
    assert no_tape is None
    assert list(tape) == [*network.blocks, "lengths"]


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
    assert list(both.layers) == ["layer0", "layer1", "layer2"]
    assert (one.layers["layer2"].n_out, both.layers["layer2"].n_out) == (4, 8)


@pytest.mark.parametrize("kind", KINDS)
def test_the_parameters_of_cells_are_views_on_the_weights(kind, bidirectional):
    network, weights = build(kind, bidirectional)
    params, written = network.cell_params(weights), np.zeros_like(weights)
    assert params.keys() == network.cells.keys()
    for name, cell in network.cells.items():
        shapes = {key: values.shape for key, values in params[name].items()}
        assert shapes == cell.shapes
    for own in network.cell_params(written).values():
        for values in own.values():
            values += 1.0
    head = network.layout.views(written)["head"]
    assert not any(values.any() for values in head.values())
    assert (written == 1).sum() == len(written) - sum(v.size for v in head.values())
