"""The network as a function of its weights: order, blocks, states, penalty, threads."""

from concurrent.futures import ThreadPoolExecutor
from itertools import product

import numpy as np
import pytest

from skrnn.cells import CELLS
from skrnn.network import InputTransform, build_network
from skrnn.network.pooling import POOLINGS
from skrnn.sequences import pack
from tests.network.by_hand import states_of_each_layer

CLOSE = {"rtol": 1e-11, "atol": 1e-13}
SHAPES = {
    "one layer": {"hidden_sizes": (4,), "bidirectional": False},
    "two both ways": {"hidden_sizes": (3, 4), "bidirectional": True},
}


def build(cell, shape="one layer", pooling="concat"):
    return build_network(
        cell=cell, n_features=2, pooling=pooling, n_outputs=3, **SHAPES[shape]
    )


def draw(n, longest=12, seed=0):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, longest + 1, n)
    return [rng.normal(size=(length, 2)) for length in lengths]


@pytest.fixture(params=product(CELLS, SHAPES), ids=", ".join)
def network(request):
    return build(*request.param)


@pytest.fixture
def weights(network):
    return network.init(np.random.RandomState(0))


@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("cell", CELLS)
def test_scores_come_in_the_order_given(cell, shape, pooling):
    network, samples = build(cell, shape, pooling), draw(9)
    weights = network.init(np.random.RandomState(0))
    alone = [network.forward(weights, pack([one]))[0][0] for one in samples]
    rng = np.random.default_rng(1)
    for order in (np.arange(9), np.arange(9)[::-1], rng.permutation(9)):
        scores, _ = network.forward(weights, pack(samples, order))
        np.testing.assert_allclose(scores, np.array(alone)[order], **CLOSE)


def test_gradients_are_taken_in_the_order_given(network, weights):
    samples, d_scores = draw(9), np.random.default_rng(1).normal(size=(9, 3))
    alone = np.zeros_like(weights)
    for one, d_one in zip(samples, d_scores, strict=True):
        _, tape = network.forward(weights, pack([one]))
        alone += network.backward(weights, tape, d_one[np.newaxis])[1]
    _, tape = network.forward(weights, pack(samples))
    _, together = network.backward(weights, tape, d_scores)
    np.testing.assert_allclose(together, alone, rtol=1e-10, atol=1e-12)


def test_scores_in_blocks_equal_one_pass(network, weights):
    samples = draw(1200)
    scores, tape = network.forward(weights, pack(samples), keep=False)
    assert tape is None
    np.testing.assert_allclose(network.scores(weights, samples), scores, **CLOSE)
    rows = np.random.default_rng(1).permutation(1200)[:700]
    some = network.scores(weights, samples, rows)
    np.testing.assert_allclose(some, scores[rows], **CLOSE)


def test_scores_of_a_block_equal_those_of_a_list(network, weights):
    block = np.random.default_rng(0).normal(size=(600, 7, 2))
    expected = network.scores(weights, list(block))
    np.testing.assert_allclose(network.scores(weights, block), expected, **CLOSE)


def test_the_type_of_the_weights_is_that_of_the_scores(network, weights):
    samples = draw(20)
    scores = network.scores(weights.astype("float32"), samples)
    assert scores.dtype == np.float32
    exact = network.scores(weights, samples)
    np.testing.assert_allclose(scores, exact, rtol=1e-4, atol=1e-5)


def test_weights_are_only_read(network, weights):
    before = weights.copy()
    scores, tape = network.forward(weights, pack(draw(5)))
    network.backward(weights, tape, np.ones_like(scores))
    network.scores(weights, draw(5))
    assert np.array_equal(weights, before)


def test_a_tape_that_is_written_over_changes_no_number(network, weights):
    d_scores, tape = np.ones((9, 3)), None
    for seed in range(4):
        x = pack(draw(9, seed=seed))
        scores, fresh = network.forward(weights, x)
        again, tape = network.forward(weights, x, reuse=tape)
        assert np.array_equal(again, scores)
        _, expected = network.backward(weights, fresh, d_scores)
        _, gradient = network.backward(weights, tape, d_scores)
        assert np.array_equal(gradient, expected)
    _, reused = network.forward(weights, x, reuse=tape)
    for name in network.layers:
        before, after = tape[name], reused[name]
        assert all(new is old for new, old in zip(after, before, strict=True))


def test_states_of_every_layer_equal_those_by_hand(network, weights):
    samples = draw(9)
    params = network.cell_params(weights)
    each = [states_of_each_layer(network, params, sample) for sample in samples]
    for layer in range(len(network.layers)):
        found = network.states(weights, samples, layer)
        for states, expected in zip(found, each, strict=True):
            np.testing.assert_allclose(states, expected[layer], **CLOSE)


def test_states_in_blocks_equal_one_pass(network, weights):
    samples, (*_, top) = draw(1200), network.layers
    out, _ = network.up_to(top).forward(weights, pack(samples))
    found = network.states(weights, samples, len(network.layers) - 1)
    for states, expected in zip(found, out.unpack(), strict=True):
        np.testing.assert_allclose(states, expected, **CLOSE)


def pool_by_name(name, h, width):
    """Return a pooled feature of the states of a sequence, by what its name says."""
    way, *direction, unit = name.split("_")
    turned = direction == ["reverse"]
    column = h[:, int(unit) + width * turned]
    if way == "last":
        return column[0 if turned else -1]
    return column.mean() if way == "mean" else column.max()


@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("cell", CELLS)
def test_pooled_features_are_what_their_names_say(cell, shape, pooling):
    network, samples = build(cell, shape, pooling), draw(600)
    weights = network.init(np.random.RandomState(0))
    top = network.states(weights, samples, len(network.layers) - 1)
    names = network.pooled_names
    expected = [[pool_by_name(name, h, width=4) for name in names] for h in top]
    found = network.pooled(weights, samples)
    np.testing.assert_allclose(found, expected, **CLOSE)
    head = network.layout.views(weights)["head"]
    scores = found @ head["W"].T + head["b"]
    np.testing.assert_allclose(network.scores(weights, samples), scores, **CLOSE)


def test_names_of_pooled_features():
    one, both = (
        build("gru", "one layer", "concat"),
        build("gru", "two both ways", "max"),
    )
    ways = ("last", "mean", "max")
    assert one.pooled_names == [f"{way}_{unit}" for way in ways for unit in range(4)]
    ahead, back = ([f"max_{d}_{k}" for k in range(4)] for d in ("forward", "reverse"))
    assert both.pooled_names == ahead + back


def test_the_penalty_is_on_weights_and_leaves_biases_out(network):
    penalised = np.ones(network.layout.size)
    penalised[network.biases] = 0.0
    head, n_weights = network.layout.views(penalised)["head"], 0
    views = network.cell_params(penalised)
    assert views.keys() == network.cells.keys()
    for name, cell in network.cells.items():
        W_x, b, W_h = cell.split(views[name])
        assert W_x.all()
        assert W_h.all()
        assert not b.any()
        assert all(not array.any() for key, array in views[name].items() if key != "W")
        n_weights += W_x.size + W_h.size
    assert head["W"].all()
    assert not head["b"].any()
    assert penalised.sum() == n_weights + head["W"].size
    assert len(set(network.biases)) == len(network.biases)


def test_init_depends_on_the_random_state_alone(network):
    first, second = (network.init(np.random.RandomState(3)) for _ in range(2))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, network.init(np.random.RandomState(4)))
    assert np.isfinite(first).all()


@pytest.mark.parametrize("cell", CELLS)
def test_threads_may_share_a_network(cell):
    collections = [draw(20 + k, longest=40, seed=k) for k in range(6)]
    weights = build(cell, "two both ways").init(np.random.RandomState(0))

    def evaluate(network, k):
        scores, tape = network.forward(weights, pack(collections[k]))
        _, gradient = network.backward(weights, tape, np.ones_like(scores))
        return network.scores(weights, collections[k]), scores, gradient

    expected = [evaluate(build(cell, "two both ways"), k) for k in range(6)]
    shared = build(cell, "two both ways")
    jobs = 8 * list(range(6))
    with ThreadPoolExecutor(8) as pool:
        results = pool.map(lambda k: evaluate(shared, k), jobs)
    for k, result in zip(jobs, results, strict=True):
        assert all(map(np.array_equal, result, expected[k]))


def test_names_are_those_of_what_the_head_reads():
    transform = InputTransform(2, linear_steps=2)
    plan = "gru", 1, (3, 2), True, "concat", 1, transform
    network = build_network(*plan, n_filters=2)
    units = ["forward_0", "forward_1", "reverse_0", "reverse_1"]
    names = [f"{method}_{unit}" for method in ("last", "mean", "max") for unit in units]
    assert network.pooled_names[: len(names)] == names
    assert network.pooled_names[len(names) :] == [
        *("mean_filter0", "mean_filter1", "max_filter0", "max_filter1"),
        *("step-1_0", "step-2_0"),
    ]
    # Each name stands for its column.
    weights, x = network.init(np.random.RandomState(0)), np.linspace(-1, 3, 5)
    (pooled,) = network.pooled(weights, [x[:, np.newaxis]])
    by_name = dict(zip(network.pooled_names, pooled, strict=True))
    assert [by_name["step-1_0"], by_name["step-2_0"]] == [3.0, 2.0]
    assert (network.n_features, network.convolution.n_out) == (1, 2)
    for name, value in by_name.items():
        if name.startswith("max"):
            assert value >= by_name[name.replace("max", "mean")]
    alone = build_network("gru", 1, (3,), False, "mean", 1)
    assert alone.pooled_names == ["mean_0", "mean_1", "mean_2"]
