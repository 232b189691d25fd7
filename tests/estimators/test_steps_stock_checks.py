"""Every stock check of scikit-learn on the estimators of steps.

The checks know one label, or one row of targets, for a row of a table. `OneAnswerARow`
makes of that a y for every step of the row, and of the answers for every step the last:
so all of them pass. Without it those that fit cannot, by scikit-learn's own rules:
their y has one column where a row has several steps. Each is seen to fail for that.
"""

from functools import partial
from unittest import SkipTest

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, r2_score
from sklearn.utils import column_or_1d
from sklearn.utils.estimator_checks import (
    check_classifiers_classes,
    estimator_checks_generator,
)
from sklearn.utils.metaestimators import available_if

from skrnn import (
    GRUStepClassifier,
    GRUStepRegressor,
    LSTMStepClassifier,
    LSTMStepRegressor,
    RNNStepClassifier,
    RNNStepRegressor,
)
from skrnn.parameters.shared import reads_in_parts
from skrnn.validation import check_weights

SMALL = {"hidden_size": 4, "max_iter": 5, "random_state": 0}


def for_every_step(X, y):
    """Return y with a copy for each step of the rows of a table, if it is one."""
    shape = X.shape if hasattr(X, "shape") else np.asarray(X).shape
    if y is None or len(shape) != 2:
        return y
    y = np.asarray(y)
    if y.ndim == 2 and y.shape[1] == 1:
        y = column_or_1d(y, warn=True)
    return np.repeat(y[:, np.newaxis], shape[1], axis=1) if y.ndim else y


class OneAnswerARow:
    """Mixin that takes and gives one answer for a row of a table."""

    def fit(self, X, y, sample_weight=None):
        # Weights with a column for each step would do as well as weights of rows.
        if sample_weight is not None:
            sample_weight = check_weights(sample_weight, len(np.asarray(y)))
        return super().fit(X, self.for_steps(X, y), sample_weight)

    def predict(self, X):
        return super().predict(X)[:, -1]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.single_output = True
        tags.target_tags.two_d_labels = False
        tags.target_tags.multi_output = tags.estimator_type == "regressor"
        return tags


class OneLabelARow(OneAnswerARow):
    for_steps = staticmethod(for_every_step)

    @available_if(reads_in_parts)
    def partial_fit(self, X, y, classes=None, sample_weight=None):
        return super().partial_fit(X, for_every_step(X, y), classes, sample_weight)

    def predict_proba(self, X):
        return super().predict_proba(X)[:, -1]

    def predict_log_proba(self, X):
        return super().predict_log_proba(X)[:, -1]

    def decision_function(self, X):
        return super().decision_function(X)[:, -1]

    def score(self, X, y, sample_weight=None):
        return accuracy_score(y, self.predict(X), sample_weight=sample_weight)


class OneTargetARow(OneAnswerARow):
    @staticmethod
    def for_steps(X, y):
        """Of a sum over the row the last step alone can know."""
        y = for_every_step(X, y)
        if np.ndim(y) > 1 and y.dtype.kind != "c":
            y = y.astype(float)
            y[:, :-1] = np.nan
        return y

    @available_if(reads_in_parts)
    def partial_fit(self, X, y, sample_weight=None):
        return super().partial_fit(X, self.for_steps(X, y), sample_weight)

    def score(self, X, y, sample_weight=None):
        return r2_score(y, self.predict(X), sample_weight=sample_weight)


class LSTMLabels(OneLabelARow, LSTMStepClassifier):
    pass


class GRULabels(OneLabelARow, GRUStepClassifier):
    pass


class RNNLabels(OneLabelARow, RNNStepClassifier):
    pass


class LSTMTargets(OneTargetARow, LSTMStepRegressor):
    pass


class GRUTargets(OneTargetARow, GRUStepRegressor):
    pass


class RNNTargets(OneTargetARow, RNNStepRegressor):
    pass


ESTIMATORS = [
    LSTMLabels(8, max_iter=40, random_state=0),
    LSTMTargets(16, max_iter=150, random_state=0),
    GRULabels((4, 3), bidirectional=True, max_iter=30, random_state=0),
    GRUTargets(16, alpha=0, recurrent_dropout=0, max_iter=100),
    RNNLabels(8, solver="sgd", activation="relu", max_iter=30, random_state=0),
    RNNTargets(16, bidirectional=True, alpha=0, max_iter=100, random_state=0),
    # A tolerance at which L-BFGS arrives before it is told to stop.
    RNNLabels(4, solver="lbfgs", alpha=0.01, tol=0.01, max_iter=1000, random_state=0),
]
CHECKS = [pair for one in ESTIMATORS for pair in estimator_checks_generator(one)]


def name_of(value):
    return getattr(value, "func", value).__name__ if callable(value) else repr(value)


@pytest.mark.parametrize(("estimator", "check"), CHECKS, ids=name_of)
def test_stock_check(estimator, check):
    if check.func is check_classifiers_classes:
        # It has -1 among its labels, but for semi-supervised classifiers, which it
        # knows by their names: there that marks what has none.
        check = partial(check.func, "SelfTrainingClassifier")
    try:
        check(estimator)
    except SkipTest as skipped:
        pytest.fail(f"skipped: {skipped}")


def test_the_checks_are_as_many_as_for_other_estimators():
    assert len(CHECKS) > 50 * len(ESTIMATORS)


#: What our messages say of a y without a column for each step; and what some checks say
#: in place of it.
NO_COLUMN_A_STEP = (
    "there must be one for each step",
    "y must have one label for each step",
    "y must have one target for each step",
    "should have 'class'",
    "only one class is present",
    "a message containing 'Unknown label type: '",
    "raised ValueError unexpectedly",
    "raises error if 'sample_weight' parameter is of type pandas.Series",
    "The error message should contain one of the following patterns",
)


@pytest.mark.parametrize("kind", [LSTMStepClassifier, GRUStepRegressor])
@pytest.mark.filterwarnings("ignore")
def test_as_they_are_the_checks_that_do_not_fit_pass(kind):
    """And those that fit fail for want of a column of y for each step."""
    n_passed = 0
    for estimator, check in estimator_checks_generator(kind(**SMALL)):
        try:
            check(estimator)
        except (AssertionError, ValueError) as error:
            text = f"{error} {error.__context__} {error.__cause__}"
            assert any(reason in text for reason in NO_COLUMN_A_STEP), check
        else:
            n_passed += 1
    assert n_passed >= 19
