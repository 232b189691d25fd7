"""What must not matter to what is learnt does not."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.model_selection import GridSearchCV

from skrnn import (
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    RNNClassifier,
    RNNRegressor,
)
from skrnn.interop import load_torch_state, torch_state
from tests.estimators.tasks import TASKS, Task, outputs

CLASSIFIERS = [RNNClassifier, LSTMClassifier, GRUClassifier]
REGRESSORS = [RNNRegressor, LSTMRegressor, GRURegressor]
NOISE = {"dropout": 0.3, "recurrent_dropout": 0.3}
every_task = pytest.mark.parametrize("task", TASKS, ids=str)
# L-BFGS is stopped, and little held out, on purpose.
hasty = pytest.mark.filterwarnings(
    "ignore:L-BFGS stopped at max_iter", "ignore:early_stopping holds out"
)


WAYS = {
    "single batches": {},
    "small batches": {"batch_size": 4},
    "early stopping": {
        "batch_size": 4,
        "early_stopping": True,
        "validation_fraction": 0.3,
    },
    "dropout": {"hidden_size": (5, 4), "bidirectional": True, **NOISE},
    "L-BFGS": {"solver": "lbfgs"},
}


every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
#: Each way, with one cell after the other.
every_way_of_a_regressor = pytest.mark.parametrize(
    ("kind", "way"),
    [(REGRESSORS[k % 3], way) for k, way in enumerate(WAYS.values())],
    ids=WAYS,
)


def assert_weights_are_copies(estimator, X, y):
    times = np.random.default_rng(1).integers(0, 4, len(X))
    copies = np.repeat(np.arange(len(X)), times)
    weighted = outputs(estimator.fit(X, y, sample_weight=times), X)
    curve, rating = estimator.loss_curve_, estimator.validation_scores_
    repeated = outputs(estimator.fit([X[i] for i in copies], y[copies]), X)
    assert np.array_equal(weighted, repeated)
    assert curve == estimator.loss_curve_
    assert rating == estimator.validation_scores_


@every_task
@every_way
@hasty
def test_a_weight_is_so_many_copies(task, way):
    assert_weights_are_copies(task.make(max_iter=8, **way), *task.data())


@pytest.mark.parametrize("class_weight", ["balanced", {0: 2.0, 1: 0.5, 2: 1.0}])
@every_way
@hasty
def test_a_weight_is_so_many_copies_of_weighted_classes(class_weight, way):
    task = Task(
        RNNClassifier if class_weight == "balanced" else GRUClassifier, "classes"
    )
    clf = task.make(max_iter=8, class_weight=class_weight, **way)
    assert_weights_are_copies(clf, *task.data())


@every_task
@every_way
@hasty
def test_the_scale_of_the_weights_does_not_matter(task, way):
    X, y = task.data()
    weight = np.random.default_rng(1).uniform(0.5, 2, len(X))
    estimator = task.make(max_iter=8, **way)
    expected = outputs(estimator.fit(X, y, sample_weight=weight), X)
    scaled = outputs(estimator.fit(X, y, sample_weight=1024 * weight), X)
    assert_allclose(expected, scaled, rtol=1e-7)


@every_task
@every_way
@hasty
def test_the_order_of_the_rows_does_not_matter(task, way):
    X, y = task.data()
    order = np.random.default_rng(1).permutation(len(X))
    estimator = task.make(max_iter=8, **way)
    expected = outputs(estimator.fit(X, y), X)
    shuffled = outputs(estimator.fit([X[i] for i in order], y[order]), X)
    assert np.array_equal(expected, shuffled)


@pytest.mark.parametrize("task", [TASKS[0], TASKS[2]], ids=str)
def test_the_same_numbers_whatever_n_jobs(task):
    X, y = task.data(n=40)
    grid = {"hidden_size": [3, (4, 3)], "pooling": ["last", "concat"]}
    one, two = (
        GridSearchCV(
            task.make(bidirectional=True, **NOISE),
            grid,
            cv=3,
            n_jobs=n_jobs,
            scoring="neg_log_loss" if task.targets == "classes" else None,
        ).fit(X, y)
        for n_jobs in (1, 2)
    )
    for k in range(3):
        of_fold = f"split{k}_test_score"
        assert np.array_equal(one.cv_results_[of_fold], two.cv_results_[of_fold])
        # Where the network has no share, a regression is left, the same for all.
        if not task.targets.startswith("number"):
            assert len(np.unique(one.cv_results_[of_fold])) == 4
    assert np.array_equal(outputs(one, X), outputs(two, X))


@every_task
def test_no_global_seed_is_read_or_set(task):
    X, y = task.data()
    unseeded = task.make(random_state=None, **NOISE)
    weights = []
    for _ in range(2):
        np.random.seed(0)  # noqa: NPY002
        weights.append(unseeded.fit(X, y).weights_)
    assert not np.array_equal(*weights)
    estimator = task.make(**NOISE)
    state = np.random.get_state()  # noqa: NPY002
    first = estimator.fit(X, y).weights_
    assert all(
        np.array_equal(a, b)
        for a, b in zip(state, np.random.get_state(), strict=True)  # noqa: NPY002
    )
    assert np.array_equal(first, estimator.fit(X, y).weights_)
    other = estimator.set_params(random_state=1).fit(X, y).weights_
    assert not np.array_equal(first, other)


@every_task
@pytest.mark.parametrize("noise", NOISE)
def test_dropout_is_for_training(task, noise):
    X, y = task.data()
    noisy = task.make(**{noise: 0.5}, hidden_size=(5, 4)).fit(X, y)
    assert not np.array_equal(
        noisy.weights_, task.make(hidden_size=(5, 4)).fit(X, y).weights_
    )
    expected = outputs(noisy, X)
    assert np.array_equal(expected, outputs(noisy, X))
    assert np.array_equal(expected, outputs(noisy.set_params(**{noise: 0}), X))


@pytest.mark.parametrize("kind", CLASSIFIERS)
def test_swapping_the_classes_of_two_swaps_the_columns(kind):
    X, y = Task(kind, "labels").data()
    clf = kind(hidden_size=4, max_iter=5, random_state=0).fit(X, y[:, 0])
    state = torch_state(clf)
    state["head.weight"] *= -1
    state["head.bias"] *= -1
    before = clf.predict_proba(X)
    after = load_torch_state(clf, state).predict_proba(X)
    assert_allclose(before, after[:, ::-1], rtol=1e-12)


@every_way_of_a_regressor
@hasty
def test_one_target_in_a_column_is_one_target(kind, way):
    task = Task(kind, "number")
    X, y = task.data()
    flat, column = (
        task.make(**way).fit(X, targets) for targets in (y, y[:, np.newaxis])
    )
    assert np.array_equal(flat.weights_, column.weights_)
    assert np.array_equal(flat.predict(X)[:, np.newaxis], column.predict(X))
    assert flat.loss_curve_ == column.loss_curve_
    assert flat.validation_scores_ == column.validation_scores_


@pytest.mark.parametrize("targets", ["number", "numbers"])
@every_way_of_a_regressor
@hasty
def test_targets_of_any_unit(kind, targets, way):
    task = Task(kind, targets)
    X, y = task.data()
    reg = task.make(max_iter=8, **way)
    expected = reg.fit(X, y).predict(X)
    for factor, shift in [(1e6, 1e8), (1e-9, 0.0), (1e250, 0.0), (1e-250, 0.0)]:
        found = reg.fit(X, factor * y + shift).predict(X)
        assert_allclose((found - shift) / factor, expected, rtol=1e-6, atol=1e-6)


@every_way_of_a_regressor
@hasty
def test_a_power_of_two_changes_the_scale_and_not_a_bit(kind, way):
    task = Task(kind, "numbers")
    X, y = task.data()
    reg = task.make(max_iter=8, **way)
    expected, weights = reg.fit(X, y).predict(X), reg.weights_
    curve, rating = reg.loss_curve_, reg.validation_scores_
    for factor in (2.0**40, 0.5):
        assert np.array_equal(reg.fit(X, factor * y).predict(X), factor * expected)
        assert np.array_equal(reg.weights_, weights)
        assert (reg.loss_curve_, reg.validation_scores_) == (curve, rating)
