"""A fit that fails changes nothing."""

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.base import is_classifier

from skrnn import GRUClassifier, GRURegressor, LSTMRegressor, RNNClassifier
from tests.conftest import maker
from tests.messages import failure


def refit_on_nan(clf, X, y):
    if isinstance(X, pd.DataFrame):
        X = X.rename(columns=str.upper)[["B", "A"]]
    clf.fit([x * np.nan for x in X] if isinstance(X, list) else X * np.nan, y)


def refit_on_another_layout(clf, X, y):
    clf.fit(np.full((len(y), 2, 3), np.inf), y)


def refit_with_a_label_too_few(clf, X, y):
    clf.fit(X, y[1:])


def refit_on_one_class(clf, X, y):
    clf.fit(X, ["same"] * len(y))


def refit_with_bad_weights(clf, X, y):
    clf.fit(X, y, -np.ones(len(y)))


def refit_with_bad_parameters(clf, X, y):
    clf.fit(X, y)


def refit_with_nothing_to_hold_out(clf, X, y):
    clf.fit(X[:3], y[:3])


def refit_on_bad_indicators(clf, X, y):
    clf.fit(X, np.full((len(y), 2), 0.5))


def refit_on_a_target_that_is_not_finite(reg, X, y):
    reg.fit(X, y * np.inf)


def go_on_with_indicators(clf, X, y):
    clf.partial_fit(X, np.eye(2)[np.arange(len(y)) % 2])


def go_on_with_more_targets(reg, X, y):
    reg.partial_fit(X, np.c_[y, y])


def refit_with_more_targets(reg, X, y):
    reg.fit(X, np.c_[y, y])


def go_on_with_an_unknown_label(clf, X, y):
    clf.partial_fit(X, ["new"] * len(y))


def go_on_with_other_classes(clf, X, y):
    clf.partial_fit(X, y, classes=["down", "sideways", "up"])


def go_on_with_another_layout(clf, X, y):
    clf.partial_fit(np.ones((len(y), 3, 1, 1)), y)


# What is done, after which parameters were changed
FAILURES = [
    (refit_on_nan, {"hidden_size": 5}),
    (refit_on_nan, {"warm_start": True}),
    (refit_on_another_layout, {}),
    (refit_with_a_label_too_few, {}),
    (refit_on_one_class, {}),
    (refit_with_bad_weights, {"features_per_step": 2}),
    (refit_with_bad_parameters, {"hidden_size": 0}),
    (refit_with_bad_parameters, {"warm_start": True, "hidden_size": 5}),
    (refit_with_nothing_to_hold_out, {"early_stopping": True}),
    (go_on_with_an_unknown_label, {}),
    (go_on_with_other_classes, {}),
    (go_on_with_another_layout, {}),
    (go_on_with_an_unknown_label, {"early_stopping": True}),
    (refit_on_bad_indicators, {}),
    (go_on_with_indicators, {}),
    (refit_with_bad_parameters, {"solver": "lbfgs", "dropout": 0.5}),
]
FAILURES_ON_TARGETS = [
    (refit_on_nan, {"hidden_size": 5}),
    (refit_on_another_layout, {}),
    (refit_with_a_label_too_few, {}),
    (refit_with_bad_weights, {"features_per_step": 2}),
    (refit_with_bad_parameters, {"warm_start": True, "bidirectional": True}),
    (refit_with_nothing_to_hold_out, {"early_stopping": True}),
    (refit_on_a_target_that_is_not_finite, {}),
    (refit_with_more_targets, {"warm_start": True}),
    (go_on_with_more_targets, {}),
    (go_on_with_another_layout, {}),
]


def assert_failure_changes_nothing(estimator, X, y, fail, parameters):
    expected = estimator.fit(X, y).predict(X), estimator.pooled_states(X)
    before = joblib.hash(vars(estimator.set_params(**parameters)))
    with pytest.raises(ValueError):  # noqa: PT011
        fail(estimator, X, y)
    assert joblib.hash(vars(estimator)) == before
    np.testing.assert_array_equal(estimator.predict(X), expected[0])
    np.testing.assert_array_equal(estimator.pooled_states(X), expected[1])
    if isinstance(X, pd.DataFrame):
        assert estimator.feature_names_in_.tolist() == list("abcdefgh")


@pytest.mark.parametrize(
    ("kind", "layout"),
    [(RNNClassifier, "block"), (GRUClassifier, "ragged"), (RNNClassifier, "frame")],
)
@pytest.mark.parametrize(("fail", "parameters"), FAILURES)
def test_failure_changes_nothing(kind, layouts, y, layout, fail, parameters):
    clf, X = maker(kind)(), layouts[layout]
    assert_failure_changes_nothing(clf, X, y, fail, parameters)


@pytest.mark.parametrize(
    ("kind", "layout"),
    [(LSTMRegressor, "block"), (GRURegressor, "ragged"), (LSTMRegressor, "frame")],
)
@pytest.mark.parametrize(("fail", "parameters"), FAILURES_ON_TARGETS)
def test_failure_on_targets_changes_nothing(
    kind, layouts, targets, layout, fail, parameters
):
    X, reg = layouts[layout], maker(kind)()
    assert_failure_changes_nothing(reg, X, targets, fail, parameters)


@pytest.mark.parametrize("method", ["fit", "warm fit", "partial_fit"])
def test_crash_in_training_changes_nothing(any_small, X, targets, method, monkeypatch):
    clf = any_small(warm_start=method == "warm fit", batch_size=16)
    y = targets > 50 if is_classifier(clf) else targets
    before, expected = joblib.hash(vars(clf.fit(X, y))), clf.pooled_states(X)

    def step(optimizer, weights, gradient, learning_rate):
        optimizer.state["n_steps"] += 1
        optimizer.state["m"] += gradient
        weights -= gradient
        if optimizer.state["n_steps"] % 3 != 1:
            raise MemoryError

    monkeypatch.setattr("skrnn.optimizers.Adam.step", step)
    with pytest.raises(MemoryError):
        getattr(clf, method.removeprefix("warm "))(X, y)
    assert joblib.hash(vars(clf)) == before
    np.testing.assert_array_equal(clf.pooled_states(X), expected)


def test_first_fit_that_fails_leaves_nothing_behind(any_small, X, targets):
    estimator = any_small()
    failure(ValueError, estimator.fit, X, (targets > 50)[1:])
    assert vars(estimator) == vars(any_small())
