"""A stream says at each step what batch prediction says of the steps so far."""

import copy
import pickle

import numpy as np
import pytest
from sklearn.frozen import FrozenEstimator

from skrnn import GRURegressor, LSTMClassifier
from skrnn.network.pooling import POOLINGS
from skrnn.streaming import Stream
from tests.streaming.problems import (
    TASKS,
    D,
    N,
    T,
    answer,
    assert_same,
    block,
    fitted,
    name_of,
    prefixes,
    targets_of,
)

every_task = pytest.mark.parametrize("task", TASKS, ids=name_of)
every_pooling = pytest.mark.parametrize("pooling", POOLINGS)
ONE = LSTMClassifier, "classes"


def fitted_on_list(task, **parameters):
    """Train on a list: it may be asked about prefixes of different length."""
    return fitted(task, list(block()), **parameters)


def steps_of(X):
    """Give the steps of a 3-D array one after the other."""
    return np.swapaxes(X, 0, 1)


@every_task
@every_pooling
@pytest.mark.parametrize("patch_size", [1, 3])
def test_every_step_equals_prediction(task, pooling, patch_size):
    architectures = [{}, {"hidden_size": (4, 3)}, {"standardize": False}]
    turn = TASKS.index(task) + list(POOLINGS).index(pooling) + patch_size // 2
    architecture = architectures[turn % 3]
    way = {"pooling": pooling, "patch_size": patch_size, **architecture}
    estimator = fitted_on_list(task, **way)
    for dtype in (np.float64, np.float32):
        X, stream = block(seed=1, dtype=dtype), Stream(estimator, N, dtype)
        got = [stream.step(x) for x in steps_of(X)]
        assert_same(got, prefixes(estimator, X), dtype)
        assert got[0].dtype == answer(estimator, list(X)).dtype


def test_relu():
    estimator = fitted_on_list(TASKS[0], activation="relu", patch_size=2)
    X = block(seed=1)
    stream = Stream(estimator, N)
    assert_same([stream.step(x) for x in steps_of(X)], prefixes(estimator, X))


@pytest.mark.parametrize("patch_size", [1, 3])
def test_one_stream_takes_steps_without_an_axis(patch_size):
    estimator = fitted_on_list(ONE, patch_size=patch_size)
    x = block(seed=1)[0]
    alone, beside = Stream(estimator), Stream(estimator)
    got = [alone.step(step) for step in x]
    assert_same(got, prefixes(estimator, [x]))
    assert np.array_equal(got, [beside.step(step[np.newaxis]) for step in x])


@every_task
def test_a_block_is_read_step_by_step(task):
    estimator = fitted(task)
    stream = Stream(estimator, N)
    X = block(seed=1)
    rows = [stream.step(x) for x in steps_of(X)]
    assert_same(rows[-1], answer(estimator, X))


@every_task
def test_a_row_of_a_table_is_read_step_by_step(task):
    table = block().reshape(N, -1)
    estimator = fitted(task, table, features_per_step=D, patch_size=3)
    stream = Stream(estimator, N)
    X = block(seed=1)
    for x in steps_of(X):
        last = stream.step(x)
    assert_same(last, answer(estimator, X.reshape(N, -1)))


@pytest.mark.parametrize("patch_size", [1, 3])
def test_streams_of_different_age(patch_size):
    estimator = fitted_on_list(ONE, patch_size=patch_size)
    stream, rng = Stream(estimator, 5), np.random.default_rng(0)
    seen, latest = [[] for _ in range(5)], [None] * 5
    for x in steps_of(np.resize(block(seed=1), (5, 40, D))):
        again = rng.permutation(5)[: rng.integers(3)] if rng.random() < 0.2 else []
        stream.reset(again)
        for k in again:
            seen[k], latest[k] = [], None
        chosen = rng.permutation(5)[: rng.integers(6)]
        for k, row in zip(chosen, stream.step(x[chosen], chosen), strict=True):
            seen[k].append(x[k])
            latest[k] = row
        assert stream.n_steps.tolist() == [len(steps) for steps in seen]
    had = [(steps, row) for steps, row in zip(seen, latest, strict=True) if steps]
    assert len(had) > 2
    for steps, row in had:
        assert_same([row], answer(estimator, [np.array(steps)]))


@pytest.mark.parametrize("streams", [2, [2], np.array([2]), np.arange(5) == 2])
def test_ways_to_name_a_stream(streams):
    estimator, x = fitted_on_list(ONE), block()[0, :1]
    stream = Stream(estimator, 5)
    assert_same(stream.step(x, streams), answer(estimator, [x]))
    assert stream.n_steps.tolist() == [0, 0, 1, 0, 0]
    assert stream.reset(streams).n_steps.tolist() == [0] * 5


def test_no_stream_is_no_step():
    stream = Stream(fitted_on_list(ONE), 5)
    assert stream.step(np.empty((0, D)), []).shape == (0, 3)
    assert stream.step(np.empty((0, D)), np.zeros(5, bool)).shape == (0, 3)
    assert stream.n_steps.tolist() == [0] * 5


@every_task
@pytest.mark.parametrize("patch_size", [1, 3])
def test_run_gives_what_its_steps_give(task, patch_size):
    estimator = fitted_on_list(task, patch_size=patch_size)
    X = block(seed=1)
    one, other = Stream(estimator, N), Stream(estimator, N)
    got = np.concatenate([one.run(X[:, :4]), one.run(X[:, 4:])], axis=1)
    expected = np.stack([other.step(x) for x in steps_of(X)], axis=1)
    assert np.array_equal(got, expected)
    alone = Stream(estimator).run(X[3])
    assert_same(alone, expected[3:4])
    some = Stream(estimator, N)
    assert_same(some.run(X[[5, 2]], [5, 2]), expected[[5, 2]])
    assert some.n_steps.sum() == 2 * T
    assert some.run(X[:, :0]).shape == (N, 0, *expected.shape[2:])


def later_answers(stream, X):
    return [stream.step(x) for x in steps_of(X)]


def stored(stream):
    return pickle.loads(pickle.dumps(stream))


def restored(stream):
    twin = Stream(stream._estimator, stream.n_streams)
    return twin.set_state(stream.get_state())


WAYS = [Stream.copy, copy.copy, copy.deepcopy, stored, restored]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("patch_size", [1, 3])
def test_a_second_stream_goes_on_from_there(way, patch_size):
    estimator = fitted_on_list(ONE, patch_size=patch_size)
    X, stream = block(seed=1), Stream(estimator, N)
    stream.run(X[:, :4])
    twin = way(stream)
    elsewhere = way(stream)
    elsewhere.step(X[:3, 0], [0, 1, 2])
    elsewhere.reset([5])
    elsewhere.run(X)
    first = later_answers(twin, X[:, 4:])
    assert_same(first, prefixes(estimator, X)[4:])
    assert np.array_equal(first, later_answers(stream, X[:, 4:]))


def test_a_state_that_was_taken_out_is_not_written_to():
    stream = Stream(fitted_on_list(ONE, patch_size=3), N)
    state = stream.get_state()
    stream.set_state(state).step(block()[:3, 0], [0, 1, 2])
    assert not state["steps"].any()
    assert not state["waiting"].any()


@every_task
@pytest.mark.parametrize("way", ["fit", "partial_fit"])
def test_training_further_does_not_change_a_stream(task, way):
    estimator = fitted_on_list(task)
    X, stream = block(seed=1), Stream(estimator, N)
    expected = prefixes(estimator, X)
    if way == "fit":
        # Of targets without a meaning a regression makes the same mean again.
        estimator.set_params(linear_steps=0)
    getattr(estimator, way)(list(100 * block(seed=2)), targets_of(task[1]))
    assert_same([stream.step(x) for x in steps_of(X)], expected)
    again = Stream(estimator, N)
    assert abs(again.run(X)[:, -1] - expected[-1]).max() > 1e-6


def test_writing_into_the_weights_does_not_change_a_stream():
    estimator = fitted_on_list(ONE)
    stream, x = Stream(estimator), block()[0]
    expected = answer(estimator, [x])
    estimator.weights_[...] = 0.0
    assert_same(stream.run(x)[:, -1], expected)


def size_of(stream):
    return len(pickle.dumps(stream))


@pytest.mark.parametrize("patch_size", [1, 3])
def test_a_stream_does_not_grow(patch_size):
    stream = Stream(fitted_on_list(ONE, patch_size=patch_size))
    stream.step(block()[0, 0])
    before = size_of(stream)
    for x in np.resize(block(), (300, D)):
        stream.step(x)
    assert size_of(stream) - before < 10


def test_a_mean_in_float32_lasts():
    # A sum in float32 stands still at 2 ** 24 and the mean fades away.
    estimator = fitted_on_list((GRURegressor, "number"), pooling="mean")
    stream, x = Stream(estimator, dtype=np.float32), block()[0]
    expected = stream.run(x)[0, -1]
    state, times = stream.get_state(), 2**27
    state["sum"] *= times
    state["steps"] *= times
    after = stream.set_state(state).run(x)[0, -1]
    np.testing.assert_allclose(after, expected, rtol=1e-6)


def test_a_frozen_network_streams():
    estimator, X = fitted_on_list(ONE), block(seed=1)
    stream = Stream(FrozenEstimator(estimator), N)
    assert_same(stream.run(X)[:, -1], answer(estimator, list(X)))


def test_the_type_is_float64_or_as_asked():
    for x in (block(), block().astype(np.float32)):
        estimator = fitted(ONE, list(x))
        assert estimator.weights_.dtype == np.float32
        for dtype, expected in ((None, np.float64), ("float32", np.float32)):
            stream = Stream(estimator, N, dtype)
            assert stream.dtype == stream.step(x[:, 0]).dtype == expected
            # As in prediction of sequences of that type.
            found, X = (
                Stream(estimator, N, dtype).run(x)[:, -1],
                list(x.astype(expected)),
            )
            assert_same(found, answer(estimator, X), expected)


@pytest.mark.parametrize("kind", [list, tuple, np.float32, np.int64])
def test_any_numbers_will_do(kind):
    estimator = fitted_on_list(ONE)
    x = np.array([[3.0, 4.0]])
    given = kind(x[0]) if kind in (list, tuple) else x.astype(kind)
    assert np.array_equal(Stream(estimator).step(given), Stream(estimator).step(x))


def test_a_stored_stream_knows_the_labels():
    estimator = fitted_on_list(ONE)
    assert np.array_equal(stored(Stream(estimator)).classes_, estimator.classes_)
    assert not hasattr(Stream(fitted_on_list((GRURegressor, "number"))), "classes_")
