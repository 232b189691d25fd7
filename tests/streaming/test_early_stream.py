"""Decisions while steps come in are those of the early classifier."""

import copy
import pickle

import numpy as np
import pytest

from skrnn import GRUClassifier
from skrnn.streaming import EarlyClassifier, EarlyStream
from tests.streaming.problems import D, N, T, block, targets_of

LABELS = targets_of("classes")


def early(patch_size=1, **parameters):
    network = GRUClassifier(5, max_iter=8, random_state=0, patch_size=patch_size)
    options = {"threshold": 0.45, "patience": 2, **parameters}
    return EarlyClassifier(network, **options).fit(list(block()), LABELS)


def steps_of(X):
    return np.swapaxes(X, 0, 1)


@pytest.mark.parametrize("patch_size", [1, 3])
@pytest.mark.parametrize("patience", [1, 2, 3])
@pytest.mark.parametrize("threshold", [0.34, 0.45, 1])
def test_decisions_are_those_of_the_classifier(patch_size, patience, threshold):
    model = early(patch_size, patience=patience, threshold=threshold)
    X = block(seed=1)
    stream, times = EarlyStream(model, N), model.decision_times(list(X))
    for t, x in enumerate(steps_of(X), 1):
        decided = stream.step(x)
        reached = (times <= t) & ((t < T) | (stream.decision_times > 0))
        assert np.array_equal(decided, reached)
        assert np.array_equal(stream.decided, decided)
        open_labels = stream.labels[~decided]
        assert all(label is None for label in open_labels)
    stream.end()
    assert stream.decided.all()
    assert np.array_equal(stream.decision_times, times)
    assert np.array_equal(stream.labels.astype(int), model.predict(list(X)))
    proba = model.predict_proba(list(X))
    np.testing.assert_allclose(stream.probabilities, proba, rtol=1e-12)
    assert np.array_equal(stream.n_steps, times)


def test_streams_one_by_one_in_any_order():
    model, X, rng = early(), block(seed=1), np.random.default_rng(0)
    stream, at = EarlyStream(model, N), np.zeros(N, int)
    for k in rng.permutation(np.repeat(np.arange(N), T)):
        stream.step(X[k, at[k]], k)
        at[k] += 1
    assert np.array_equal(stream.end().decision_times, model.decision_times(list(X)))
    assert np.array_equal(stream.labels.astype(int), model.predict(list(X)))


def test_a_reset_stream_decides_again():
    model, X = early(), block(seed=1)
    stream = EarlyStream(model, N)
    for x in steps_of(X):
        stream.step(x)
    stream.end().reset([3, 4])
    assert stream.decided.sum() == N - 2
    assert np.isnan(stream.probabilities[[3, 4]]).all()
    for x in steps_of(X[:2]):
        stream.step(x, [3, 4])
    times = model.decision_times(list(X))
    stream.end([3, 4])
    assert stream.decision_times[[3, 4]].tolist() == times[:2].tolist()


def test_the_row_of_a_table_ends_by_itself():
    table = block().reshape(N, -1)
    model = EarlyClassifier(
        GRUClassifier(5, max_iter=2, random_state=0, features_per_step=D), threshold=1
    ).fit(table, LABELS)
    stream = EarlyStream(model, N)
    reached = [stream.step(x).all() for x in steps_of(block(seed=1))]
    assert reached == [False] * (T - 1) + [True]
    expected = model.predict(block(seed=1).reshape(N, -1))
    assert np.array_equal(stream.labels.astype(int), expected)


WAYS = [
    EarlyStream.copy,
    copy.copy,
    copy.deepcopy,
    lambda stream: pickle.loads(pickle.dumps(stream)),
]


@pytest.mark.parametrize("way", WAYS)
def test_a_second_one_goes_on_from_there(way):
    model, X = early(), block(seed=1)
    stream = EarlyStream(model, N)
    for x in steps_of(X[:, :2]):
        stream.step(x)
    twin, elsewhere = way(stream), way(stream)
    elsewhere.reset([0, 1]).step(X[:, 0])
    for x in steps_of(X[:, 2:]):
        assert np.array_equal(twin.step(x), stream.step(x))
    assert np.array_equal(stream.end().decision_times, model.decision_times(list(X)))
    assert np.array_equal(twin.end().labels, stream.labels)


def test_new_parameters_and_further_training_do_not_reach_it():
    model, X = early(), block(seed=1)
    expected, stream = model.decision_times(list(X)), EarlyStream(model, N)
    model.set_params(threshold=1, patience=1).fit(list(100 * X), LABELS[::-1])
    for x in steps_of(X):
        stream.step(x)
    assert np.array_equal(stream.end().decision_times, expected)
