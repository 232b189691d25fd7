"""Dropout: which values are dropped, how often, and that nothing else is touched."""

import numpy as np
import pytest

from skrnn import GRUClassifier
from skrnn.cells import CELLS
from skrnn.losses import MultinomialCrossEntropy
from skrnn.network import NO_DROPOUT, Dropout, build_network
from skrnn.network.dropout import DropoutLayer
from skrnn.network.layer import RecurrentLayer
from skrnn.sequences import pack
from skrnn.training import Objective

N, N_FEATURES, SIZES = 6, 2, (3, 5, 4)


class Draws:
    """Stands in for random numbers: always the same one, and a list of the shapes."""

    def __init__(self, number):
        self.number, self.shapes = number, []

    def random(self, shape, dtype):
        self.shapes.append(shape)
        return np.full(shape, self.number, dtype)


def draw():
    rng = np.random.default_rng(0)
    return pack([rng.normal(size=(n, N_FEATURES)) for n in (3, 7, 1, 7, 5, 2)])


def build(cell="lstm", bidirectional=False, pooling="concat"):
    """Build a network of three layers, and draw weights for it."""
    network = build_network(cell, N_FEATURES, SIZES, bidirectional, pooling, 3)
    weights = network.init(np.random.RandomState(0))
    return network, weights + 0.1


def drop(values, dropout):
    """Let an array go through: its values, and the mask."""
    return DropoutLayer().forward({}, values, dropout=dropout)


def test_a_value_is_dropped_or_scaled_up_so_that_the_mean_is_kept():
    values = np.random.default_rng(0).uniform(1, 2, size=(300, 300))
    for rate in (0.1, 0.5, 0.8):
        dropped, mask = drop(values, Dropout(np.random.default_rng(0), rate))
        assert np.array_equal(dropped, values * mask)
        assert set(np.unique(mask)) == {0.0, 1 / (1 - rate)}
        assert np.mean(mask == 0) == pytest.approx(rate, abs=0.01)
        assert dropped.mean() == pytest.approx(values.mean(), rel=0.03)


def test_recurrent_masks_keep_the_mean_too():
    dropout = Dropout(np.random.default_rng(0), 0.0, 0.25)
    mask = dropout.recurrent_mask(300, 200, np.dtype("f8"))
    assert mask.shape == (300, 200)
    assert set(np.unique(mask)) == {0.0, 1 / 0.75}
    assert mask.mean() == pytest.approx(1, abs=0.01)


def test_the_gradient_goes_where_the_values_went():
    values, d_values = np.random.default_rng(0).normal(size=(2, 20, 5))
    dropped, mask = drop(values, Dropout(np.random.default_rng(0), 0.4))
    d, grads = DropoutLayer().backward({}, mask, d_values)
    assert np.array_equal(d, np.where(dropped == 0, 0, d_values * mask))
    assert grads == {}
    assert DropoutLayer().backward({}, None, d_values)[0] is d_values


def test_the_states_of_a_batch_are_dropped_row_by_row():
    x = draw()
    dropped, mask = drop(x, Dropout(np.random.default_rng(0), 0.4))
    rows, same = drop(x.data, Dropout(np.random.default_rng(0), 0.4))
    assert np.array_equal(mask, same)
    assert np.array_equal(dropped.data, rows)
    d, _ = DropoutLayer().backward({}, mask, x)
    assert np.array_equal(d.data, x.data * mask)
    assert d.lengths is dropped.lengths is x.lengths


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_types_stay_what_they_are(dtype):
    dropout = Dropout(np.random.default_rng(0), 0.3, 0.3)
    dropped, _ = drop(np.ones((5, 4), dtype), dropout)
    assert dropped.dtype == dtype
    assert dropout.recurrent_mask(5, 4, np.dtype(dtype)).dtype == dtype


@pytest.mark.parametrize("dropout", [NO_DROPOUT, Dropout(Draws(0.0))])
def test_a_rate_of_zero_draws_nothing_and_changes_nothing(dropout):
    values = np.ones((3, 2))
    same, mask = drop(values, dropout)
    assert same is values
    assert mask is None
    assert dropout.recurrent_mask(3, 2, values.dtype) is None
    assert dropout.rng is None or not dropout.rng.shapes


@pytest.mark.parametrize("rates", [(0.5, 0.0), (0.0, 0.5), (0.5, 0.5)])
def test_the_same_seed_drops_the_same(rates):
    (network, weights), x = build(bidirectional=True), draw()
    first, again, other = (
        network.forward(
            weights, x, dropout=Dropout(np.random.default_rng(seed), *rates)
        )[0]
        for seed in (0, 0, 1)
    )
    without, _ = network.forward(weights, x)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert not np.array_equal(first, without)


def test_seeds_come_from_the_random_state():
    first, again, other = (
        [Dropout.seeded(rng, *rates) for rates in ((0.5, 0.0), (0.0, 0.5))]
        for rng in map(np.random.RandomState, (0, 0, 1))
    )

    def masks(noises):
        free, recurrent = noises
        mask = free.mask(np.ones((30, 20)))
        return mask, recurrent.recurrent_mask(30, 20, mask.dtype), free.mask(mask)

    first, again, other = map(masks, (first, again, other))
    assert all(map(np.array_equal, first, again))
    assert not any(map(np.array_equal, first, other))
    # One after the other, none comes twice.
    assert len({mask.tobytes() for mask in first}) == 3


@pytest.mark.parametrize("rates", [(0.0, 0.0), (0.5, 0.0), (0.0, 0.5)])
def test_a_seed_is_drawn_only_where_something_is_dropped(rates):
    rng, same = np.random.RandomState(0), np.random.RandomState(0)
    noise = Dropout.seeded(rng, *rates)
    assert (noise.rate, noise.recurrent_rate) == rates
    noise.mask(np.ones((30, 20)))
    noise.split(3)
    if any(rates):
        same.randint(2**32, size=4, dtype=np.uint32)
    assert np.array_equal(rng.get_state()[1], same.get_state()[1])
    assert rng.get_state()[2] == same.get_state()[2]


@pytest.mark.parametrize("rates", [(0.5, 0.0), (0.0, 0.5), (0.3, 0.3)])
def test_parts_have_noise_of_their_own_in_whatever_order(rates):
    def draw_parts(order, seed=0):
        parts = Dropout.seeded(np.random.RandomState(seed), *rates).split(4)
        masks = {}
        for k in (*order, *order):
            assert (parts[k].rate, parts[k].recurrent_rate) == rates
            draws = (
                parts[k].mask(np.ones((30, 20))),
                parts[k].recurrent_mask(30, 20, np.dtype("f8")),
            )
            masks.setdefault(k, []).extend(m.tobytes() for m in draws if m is not None)
        return [masks[k] for k in range(4)]

    forwards = draw_parts(range(4))
    assert draw_parts((2, 0, 3, 1)) == forwards
    assert len({mask for masks in forwards for mask in masks}) == sum(
        map(len, forwards)
    )
    assert draw_parts(range(4), seed=1) != forwards


@pytest.mark.parametrize("bidirectional", [False, True], ids=["uni", "bi"])
def test_what_is_dropped(bidirectional):
    """The states between layers and the pooled ones are; input and scores are not."""
    (network, weights), x = build(bidirectional=bidirectional), draw()
    n_rows, both = len(x.data), 1 + bidirectional
    layers = [(n_rows, both * size) for size in SIZES[:-1]]
    pooled = (N, 3 * both * SIZES[-1])
    masks = [(N, size) for size in SIZES for _ in range(both)]
    for rates, expected in (
        ((0.5, 0.0), [*layers, pooled]),
        ((0.0, 0.5), masks),
        ((0.5, 0.5), [*layers, pooled, *masks]),
    ):
        rng = Draws(0.9)
        network.forward(weights, x, dropout=Dropout(rng, *rates))
        assert sorted(rng.shapes) == sorted(expected)


def test_if_all_is_dropped_the_biases_of_the_head_are_left():
    network, weights = build()
    scores, _ = network.forward(weights, draw(), dropout=Dropout(Draws(0.0), 0.5))
    bias = network.layout.views(weights)["head"]["b"]
    assert np.array_equal(scores, np.tile(bias, (N, 1)))


def test_if_every_unit_is_dropped_between_steps_a_simple_cell_has_no_past():
    layer, x = RecurrentLayer((CELLS["rnn"](N_FEATURES, 4),) * 2), draw()
    params = layer.init(np.random.RandomState(0))
    out, _ = layer.forward(params, x, dropout=Dropout(Draws(0.0), 0.0, 0.5))
    each_step = pack(x.data[:, np.newaxis])
    expected, _ = layer.forward(params, each_step)
    np.testing.assert_allclose(out.data, expected.data, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("cell", CELLS)
def test_masks_are_held_over_the_steps_one_a_sequence_and_direction(cell):
    cell, x = CELLS[cell](N_FEATURES, 4), draw()
    layer = RecurrentLayer((cell, cell))
    params = layer.init(np.random.RandomState(0))
    dropout, again = (Dropout(np.random.default_rng(0), 0.0, 0.5) for _ in range(2))
    out, _ = layer.forward(params, x, dropout=dropout)
    ahead, back = (again.recurrent_mask(N, 4, x.data.dtype) for _ in range(2))
    assert not np.array_equal(ahead, back)
    assert len(np.unique(ahead, axis=0)) > 1
    of_forward, of_reverse = (one.params(params) for one in layer.directions)
    forward, _ = cell.forward(of_forward, x, mask=ahead)
    mirrored = x.replace(x.reverse(x.data))
    reverse, _ = cell.forward(of_reverse, mirrored, mask=back)
    expected = np.hstack([forward.data, x.reverse(reverse.data)])
    assert np.array_equal(out.data, expected)


def test_the_value_alone_is_without_noise():
    (network, weights), x = build(), draw()
    batch = weights, x, np.arange(N) % 3, np.ones(N)
    noise = Dropout(np.random.default_rng(0), 0.5, 0.5)
    quiet, noisy = (
        Objective(network, MultinomialCrossEntropy(), dropout=dropout)
        for dropout in (NO_DROPOUT, noise)
    )
    assert noisy.value(*batch) == quiet.value(*batch)
    assert noisy.value_and_gradient(*batch)[0] != quiet.value_and_gradient(*batch)[0]


def test_prediction_draws_nothing():
    rng, X = np.random.RandomState(0), np.random.default_rng(0).normal(size=(30, 5, 2))
    y = np.arange(30) % 2
    noise = {"dropout": 0.5, "recurrent_dropout": 0.5}
    clf = GRUClassifier(hidden_size=(4, 3), max_iter=2, random_state=rng, **noise)
    clf.fit(X, y)
    before = rng.get_state()[1].copy(), rng.get_state()[2]
    probabilities = clf.predict_proba(X)
    clf.pooled_states(X), clf.hidden_states(X), clf.predict(X)
    assert np.array_equal(rng.get_state()[1], before[0])
    assert rng.get_state()[2] == before[1]
    clf.set_params(dropout=0.0, recurrent_dropout=0.0)
    assert np.array_equal(clf.predict_proba(X), probabilities)
