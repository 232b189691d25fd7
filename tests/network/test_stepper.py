"""A network step by step against the same network on whole sequences."""

import numpy as np
import pytest

from skrnn.cells import CELLS
from skrnn.network import InputTransform, build_network
from skrnn.network.stepper import Stepper

D = 2
LENGTHS = [5, 9, 1, 9, 7]
TO_ROUNDING = {"rtol": 1e-12, "atol": 1e-14}


def sequences():
    rng = np.random.default_rng(0)
    return [rng.normal(size=(length, D)) for length in LENGTHS]


@pytest.fixture(params=CELLS)
def cell(request):
    return request.param


#: Patch size, number of last steps that the head reads, and of filters.
PARTS = [(1, 0, 0), (2, 0, 0), (4, 0, 0), (1, 3, 4), (2, 11, 4), (4, 3, 4), (3, 0, 4)]


@pytest.fixture(params=PARTS, ids=str)
def network(request, cell):
    (size, n_last, n_filters), scale = request.param, ([0.5, -1.0], [2.0, 0.1])
    transform = InputTransform(size, *map(np.array, scale), linear_steps=n_last)
    parts = {"input_transform": transform, "n_filters": n_filters}
    return build_network(cell, D, (4, 3), False, "concat", 2, **parts)


@pytest.fixture
def weights(network):
    return network.init(np.random.RandomState(0))


def test_stages_are_the_scores_of_prefixes(network, weights):
    X = sequences()
    stages = list(Stepper(network, weights).stages(X))
    assert len(stages) == max(LENGTHS)
    for t, scores in enumerate(stages, 1):
        expected = network.scores(weights, [x[:t] for x in X])
        np.testing.assert_allclose(scores, expected, **TO_ROUNDING)


def test_stages_of_a_block_are_those_of_its_list(network, weights):
    X, stepper = np.stack([sequences()[1], sequences()[3]]), Stepper(network, weights)
    one, other = list(stepper.stages(X)), list(stepper.stages(list(X)))
    np.testing.assert_array_equal(one, other)


def test_a_stage_that_was_given_is_not_written_to(network, weights):
    stages = Stepper(network, weights).stages(sequences())
    first = next(stages)
    kept = first.copy()
    list(stages)
    assert np.array_equal(first, kept)


def test_a_step_only_reads_the_memory_and_keeps_its_form(network, weights):
    stepper = Stepper(network, weights)
    memory = stepper.start(3)
    for x in sequences()[1]:
        before = {name: values.copy() for name, values in memory.items()}
        _, after = stepper.step(memory, np.tile(x, (3, 1)))
        for name, values in memory.items():
            assert np.array_equal(values, before[name])
            assert after[name].shape == values.shape
            assert after[name].dtype == values.dtype
        assert after.keys() == memory.keys()
        memory = after


def test_within_a_patch_only_what_waits_changes(network, weights):
    stepper, X = Stepper(network, weights), sequences()
    memory = stepper.start(1)
    for t, x in enumerate(X[1], 1):
        _, after = stepper.step(memory, x[np.newaxis])
        complete = t % stepper.patch_size == 0
        for name in memory.keys() - {"steps", "waiting", "latest", "max", "filter_max"}:
            assert np.array_equal(memory[name], after[name]) is not complete
        for name in memory.keys() & {"max", "filter_max"}:
            assert complete or np.array_equal(memory[name], after[name])
        if complete and stepper.patch_size > 1:
            assert not after["waiting"].any()
        memory = after


def test_the_latest_steps_are_scaled_the_newest_first(network, weights):
    stepper, x = Stepper(network, weights), sequences()[1]
    memory, n_last = stepper.start(1), network.input.linear_steps
    for t in range(len(x)):
        _, memory = stepper.step(memory, x[[t]])
        expected = network.input.scaled(x[: t + 1])[::-1][:n_last]
        missing = np.zeros((max(0, n_last - t - 1), D))
        latest = memory.get("latest", np.zeros((1, 0, D)))
        assert np.array_equal(latest[0], np.vstack([expected, missing]))


def test_rows_do_not_touch_each_other(network, weights):
    stepper, X = Stepper(network, weights), np.stack([*sequences()[1::2]] * 2)
    young = stepper.start(4)
    _, old = stepper.step(young, X[:, 0])
    mixed = {k: np.concatenate([young[k][:2], old[k][2:]]) for k in young}
    scores, _ = stepper.step(mixed, X[:, 1])
    first, _ = stepper.step(young, X[:, 1])
    second, _ = stepper.step(old, X[:, 1])
    expected = np.concatenate([first[:2], second[2:]])
    np.testing.assert_allclose(scores, expected, **TO_ROUNDING)


def test_float32_stays_float32(network, weights):
    stepper = Stepper(network, weights.astype(np.float32))
    single = [x.astype(np.float32) for x in sequences()]
    assert {scores.dtype for scores in stepper.stages(single)} == {np.dtype("f4")}
