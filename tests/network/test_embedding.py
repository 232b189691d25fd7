"""The embedding: vectors of categories in the place of their codes."""

import tracemalloc

import numpy as np
import pytest

from skrnn.losses import BinaryCrossEntropy
from skrnn.network import Embedding, InputTransform, Stepper, build_network
from skrnn.network.part import part_read, unpenalised
from skrnn.optimizers import OPTIMIZERS
from skrnn.sequences import pack
from skrnn.training import Objective, TrainingSet
from skrnn.training.objective import Shards
from tests.gradients import relative_error
from tests.network.problem import check_weights

#: Columns of a step, those that are codes, and rows and sizes of their tables.
FRONTS = {
    "alone": (1, (0,), (4,), (3,)),
    "one of two": (2, (0,), (4,), (3,)),
    "last of three, size one": (3, (2,), (5,), (1,)),
    "two of three": (3, (0, 2), (4, 2), (2, 3)),
    "one row": (1, (0,), (1,), (2,)),
}
OPTIONS = {
    "plain": {},
    "patches and filters": {"patch_size": 2, "n_filters": 2},
    "last steps": {"linear_steps": 2},
    "own scale": {"own_scale": True},
}


def problem(front, option="plain", lengths=(3, 1, 5), cell="lstm"):
    rng = np.random.default_rng(0)
    block = Embedding(*FRONTS[front])
    given = {**OPTIONS[option]}
    n_filters, n_numeric = given.pop("n_filters", 0), len(block.numeric)
    transform = InputTransform(n_numeric=n_numeric, **given)
    network = build_network(
        cell, block.n_in, (3,), False, "concat", 2, transform,
        n_filters=n_filters, front={"embedding": block},
    )  # fmt: skip
    weights = network.init(np.random.RandomState(0))
    weights += 0.1 * rng.normal(size=weights.shape)
    samples = [rng.normal(size=(n, block.n_in)) for n in lengths]
    for x in samples:
        for k, n_rows in zip(block.columns, block.n_rows, strict=True):
            x[:, k] = rng.integers(0, n_rows, len(x))
    return network, weights, samples


def usable(front, option):
    if front in ("alone", "one row"):
        return option in ("plain", "patches and filters")
    return True


CASES = [(f, o) for f in FRONTS for o in OPTIONS if usable(f, o)]


@pytest.mark.parametrize(("front", "option"), CASES)
@pytest.mark.parametrize("lengths", [(3, 1, 5), (2,)])
def test_gradients_of_tables_and_of_numbers(front, option, lengths):
    network, weights, samples = problem(front, option, lengths)
    x = pack(samples)
    value, d_x, rng = check_weights(network, weights, x)
    block = network.front["embedding"]
    assert not d_x[:, list(block.columns)].any()
    if block.numeric:
        numbers = x.data[:, block.numeric]

        def of_numbers(some):
            data = x.data.copy()
            data[:, block.numeric] = some
            return value(data)

        d_numbers = d_x[:, block.numeric]
        error = relative_error(of_numbers, d_numbers, numbers, rng)
        assert error < (1e-6 if option != "own scale" else 1e-4)


@pytest.mark.parametrize("front", FRONTS)
def test_vectors_are_what_one_hot_columns_and_a_matrix_make(front):
    """A slow reference: numbers first, then for each code a row of its table."""
    network, weights, samples = problem(front)
    block = network.front["embedding"]
    tables = list(network.layout.views(weights)["embedding"].values())
    above = build_network(
        "lstm", block.n_out, (3,), False, "concat", 2, InputTransform()
    )
    own = weights[sum(table.size for table in tables) :]
    for x in samples:
        rows = []
        for step in x:
            row = [step[k] for k in block.numeric]
            for k, table in zip(block.columns, tables, strict=True):
                row += list(np.eye(len(table))[int(step[k])] @ table)
            rows.append(row)
        expected = above.scores(own, [np.array(rows)])
        np.testing.assert_allclose(
            network.scores(weights, [x]), expected, rtol=0, atol=1e-10
        )


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_a_fixed_embedding_is_a_one_hot_input_of_other_weights(cell):
    """The lowest layer reads ``W E`` of a one-hot input."""
    network, weights, samples = problem("alone", cell=cell)
    table = network.layout.views(weights)["embedding"]["weight"]
    one_hot = build_network(cell, len(table), (3,), False, "concat", 2)
    other = one_hot.init(np.random.RandomState(0))
    (of_cell,) = network.cell_params(weights).values()
    (of_other,) = one_hot.cell_params(other).values()
    (cell,), (other_cell,) = network.cells.values(), one_hot.cells.values()
    (W, b, W_h), (V, c, V_h) = cell.split(of_cell), other_cell.split(of_other)
    V[...], c[...], V_h[...] = W @ table.T, b, W_h
    if "b_hn" in of_cell:
        of_other["b_hn"][...] = of_cell["b_hn"]
    views = network.layout.views(weights), one_hot.layout.views(other)
    for name, values in views[0]["head"].items():
        views[1]["head"][name][...] = values
    encoded = [np.eye(len(table))[x[:, 0].astype(int)] for x in samples]
    np.testing.assert_allclose(
        network.scores(weights, samples), one_hot.scores(other, encoded), atol=1e-10
    )


@pytest.mark.parametrize(("front", "option"), [c for c in CASES if "own" not in c[1]])
def test_streams_and_company(front, option):
    network, weights, samples = problem(front, option)
    together, stepper = network.scores(weights, samples), Stepper(network, weights)
    for sequence, scores in zip(samples, together, strict=True):
        memory = stepper.start(1)
        for step in sequence:
            alone, memory = stepper.step(memory, step[np.newaxis])
        np.testing.assert_allclose(alone[0], scores, rtol=0, atol=1e-12)
        one = network.scores(weights, [sequence])[0]
        np.testing.assert_allclose(one, scores, rtol=0, atol=1e-12)


def test_the_first_row_begins_as_the_mean_and_the_others_with_a_variance_of_one():
    table = Embedding(1, (0,), (2000,), (5,)).init(np.random.RandomState(0))["weight"]
    assert not table[0].any()
    np.testing.assert_allclose(table[1:].mean(), 0, atol=0.05)
    np.testing.assert_allclose(table[1:].var(), 1, atol=0.05)


@pytest.mark.parametrize("front", FRONTS)
def test_tables_have_no_penalty(front):
    network, weights, _ = problem(front, "last steps")
    size = sum(t.size for t in network.layout.views(weights)["embedding"].values())
    assert set(range(size)) <= set(network.biases.tolist())
    cleared = np.ones(len(weights))
    for some in unpenalised(network):
        cleared[some] = 0.0
    assert np.array_equal(np.flatnonzero(cleared == 0), network.biases)


# The part of the weights that a batch reads


def training(front="two of three", n=12):
    network, weights, samples = problem(front, "plain", tuple(range(1, n + 1)))
    y = np.arange(n) % 2
    objective = Objective(
        build_network(
            "lstm", 3, (3,), False, "concat", 1, network.input, front=network.front
        ),
        BinaryCrossEntropy(),
        0.1,
    )
    weights = objective.network.init(np.random.RandomState(0))
    data = TrainingSet(samples, y, np.ones(n), np.arange(n))
    return objective, weights, data


@pytest.mark.parametrize("n_shards", [1, 3])
@pytest.mark.parametrize("rows", [[0], [4], [11, 2, 7, 5, 9, 1]])
def test_value_and_gradient_of_a_part_are_those_of_the_whole(rows, n_shards):
    objective, weights, data = training()
    shards = Shards(objective, data)
    cut = [np.array(rows[k::n_shards]) for k in range(min(n_shards, len(rows)))]
    expected, gradient = shards.value_and_gradient(weights, cut)
    value, own, part, small = shards.value_and_gradient_of_part(weights, cut)
    assert np.array_equal(small, part.take(weights))
    np.testing.assert_allclose(value, expected, rtol=1e-12)
    whole = np.zeros_like(weights)
    part.put(whole, own)
    np.testing.assert_allclose(whole, gradient, rtol=1e-12, atol=1e-15)
    # What is put back is what was taken, and nothing else is written.
    again = weights.copy()
    part.put(again, small)
    assert np.array_equal(again, weights)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_rows_that_a_batch_does_not_read_keep_their_bits(name, dtype):
    objective, weights, data = training()
    weights = weights.astype(dtype)
    shards, optimizer = Shards(objective, data), OPTIMIZERS[name](len(weights), dtype)
    for state in optimizer.state.values():
        if isinstance(state, np.ndarray):
            state[...] = np.random.default_rng(0).uniform(0.5, 1, len(weights))
    before = weights.copy(), {k: np.copy(v) for k, v in optimizer.state.items()}
    _, gradient, part, small = shards.value_and_gradient_of_part(
        weights, [np.array([0])]
    )
    optimizer.step_in_part(small, gradient, 0.1, part)
    part.put(weights, small)
    read = np.zeros_like(weights)
    part.put(read, np.ones_like(small))
    read = read > 0
    assert 0 < read.sum() < len(weights)
    assert np.array_equal(weights[~read], before[0][~read])
    assert (weights[read] != before[0][read]).mean() > 0.9
    assert optimizer.state["n_steps"] == before[1]["n_steps"] + 1
    for key in optimizer.memory:
        now, then = optimizer.state[key], before[1][key]
        assert np.array_equal(now[~read], then[~read])
        assert (now[read] != then[read]).mean() > 0.9


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_batch_with_all_categories_moves_all_as_a_dense_step_does(name):
    objective, weights, data = training()
    rows, shards = [data.rows], Shards(objective, data)
    dense, sparse = (OPTIMIZERS[name](len(weights), np.float64) for _ in range(2))
    here, there = weights.copy(), weights.copy()
    for _ in range(5):
        _, gradient = shards.value_and_gradient(here, rows)
        dense.step(here, gradient, 0.05)
        _, gradient, part, small = shards.value_and_gradient_of_part(there, rows)
        assert len(small) == len(weights)
        sparse.step_in_part(small, gradient, 0.05, part)
        part.put(there, small)
    np.testing.assert_allclose(there, here, rtol=1e-9, atol=1e-12)


def test_a_batch_takes_no_memory_for_what_it_does_not_read():
    n_words = 100_000
    front = {"embedding": Embedding(1, (0,), (1 + n_words,), (8,))}
    transform = InputTransform(n_numeric=0)
    network = build_network("gru", 1, (2,), False, "last", 1, transform, front=front)
    weights = network.init(np.random.RandomState(0))
    codes = np.random.default_rng(0).integers(1, n_words, (4, 5, 1)).astype(float)
    data = TrainingSet(codes, np.arange(4) % 2, np.ones(4), np.arange(4))
    shards = Shards(Objective(network, BinaryCrossEntropy(), 0.1), data)
    optimizer = OPTIMIZERS["adam"](len(weights), weights.dtype)

    def run():
        _, gradient, part, small = shards.value_and_gradient_of_part(
            weights, shards.cut(data.rows)
        )
        optimizer.step_in_part(small, gradient, 0.1, part)
        part.put(weights, small)

    run()
    tracemalloc.start()
    run()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < weights.nbytes / 20


def test_places_of_indices_on_the_part():
    objective, weights, data = training()
    part, _ = part_read(objective.network, [data.batch(np.array([0, 3]))[0]])
    numbers = np.arange(len(weights), dtype=float)
    own = part.take(numbers)
    size = sum(s.stop - s.start for b, _, s, _ in objective.network.layout.slices
               if b == "embedding")  # fmt: skip
    indices = np.arange(size, len(weights), 3)
    assert np.array_equal(own[part.places(indices)], indices)


def test_without_an_embedding_there_is_no_part():
    network = build_network("gru", 2, (3,), False, "last", 1)
    batches = [pack([np.zeros((2, 2))])]
    assert part_read(network, batches) == (None, batches)
    assert unpenalised(network) == [network.biases]
