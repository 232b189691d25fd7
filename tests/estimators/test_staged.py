"""Each stage is what batch prediction says of the steps so far."""

import inspect

import numpy as np
import pytest
from sklearn.base import is_classifier

from skrnn import LSTMClassifier, LSTMRegressor
from tests.streaming.problems import (
    TASKS,
    D,
    N,
    T,
    assert_same,
    block,
    fitted,
    name_of,
)

every_task = pytest.mark.parametrize("task", TASKS, ids=name_of)


def ragged(seed=1, dtype=np.float64):
    X = block(seed, dtype)
    return [x[: 1 + i % T] for i, x in enumerate(X)]


def methods(estimator):
    return ["predict", "predict_proba"] if is_classifier(estimator) else ["predict"]


@every_task
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("patch_size", [1, 3])
def test_sequences_that_have_ended_keep_their_last(task, dtype, patch_size):
    estimator, X = fitted(task, list(block()), patch_size=patch_size), ragged(1, dtype)
    for method in methods(estimator):
        stages = list(getattr(estimator, f"staged_{method}")(X))
        assert len(stages) == T
        for t, got in enumerate(stages, 1):
            expected = getattr(estimator, method)([x[:t] for x in X])
            assert got.dtype == expected.dtype
            if expected.dtype.kind == "f":
                assert_same(got, expected, dtype)
            else:
                assert np.array_equal(got, expected)


@every_task
def test_a_block_has_a_stage_for_each_step(task):
    estimator, X = fitted(task), block(seed=1)
    for method in methods(estimator):
        stages = list(getattr(estimator, f"staged_{method}")(X))
        assert len(stages) == T
        for t, got in enumerate(stages, 1):
            expected = getattr(estimator, method)(X[:, :t])
            assert np.array_equal(got, expected) or np.allclose(got, expected)


@every_task
def test_the_last_stage_of_a_table_is_the_prediction(task):
    table, X = block().reshape(N, -1), block(seed=1).reshape(N, -1)
    estimator = fitted(task, table, features_per_step=D, patch_size=2)
    for method in methods(estimator):
        stages = list(getattr(estimator, f"staged_{method}")(X))
        assert len(stages) == T
        expected = getattr(estimator, method)(X)
        assert np.array_equal(stages[-1], expected) or np.allclose(stages[-1], expected)


def test_labels_are_those_of_the_likeliest_class():
    estimator, X = fitted((LSTMClassifier, "classes")), block(seed=1)
    stages = zip(
        estimator.staged_predict(X), estimator.staged_predict_proba(X), strict=True
    )
    for labels, proba in stages:
        assert np.array_equal(labels, estimator.classes_[proba.argmax(axis=1)])
        np.testing.assert_allclose(proba.sum(axis=1), 1.0)


def test_a_stage_that_was_given_is_not_written_to():
    stages = fitted((LSTMRegressor, "number")).staged_predict(block())
    first = next(stages)
    kept = first.copy()
    list(stages)
    assert np.array_equal(first, kept)


def test_stages_come_one_at_a_time():
    estimator, X = fitted((LSTMClassifier, "classes")), ragged()
    stages = fitted((LSTMClassifier, "classes"), X).staged_predict_proba(X)
    assert iter(stages) is stages
    assert not inspect.isgeneratorfunction(estimator.staged_predict_proba)


def test_mistakes_are_told_by_the_call():
    estimator = fitted((LSTMClassifier, "classes"))
    with pytest.raises(ValueError, match="X contains NaN: sequence 0, step 0"):
        estimator.staged_predict(np.full((1, 3, D), np.nan))
