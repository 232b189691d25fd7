"""Every stock check of scikit-learn, on every estimator: none skipped, none failing."""

from itertools import chain
from unittest import SkipTest

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import estimator_checks_generator

from skrnn import (
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    RecurrentFeatures,
    RNNClassifier,
    RNNRegressor,
)
from skrnn.ensemble import SequenceBaggingClassifier, SequenceBaggingRegressor
from skrnn.preprocessing import PerStepTransformer, StepsFromColumns
from skrnn.streaming import EarlyClassifier
from tests.conftest import CLASSIFIERS, REGRESSORS

SMALL = {"hidden_size": 4, "max_iter": 5, "random_state": 0}
#: The cell that most people take is as it comes. The others differ from it in the cell
#: and in some defaults alone (see test_kinds.py): they are small, and each is another
#: network.
ESTIMATORS = [
    LSTMClassifier(),
    LSTMRegressor(),
    RNNClassifier(
        8, solver="sgd", activation="relu", pooling="max", max_iter=20, random_state=0
    ),
    RNNRegressor(8, alpha=0, max_iter=40),
    GRUClassifier(
        (4, 3), bidirectional=True, dropout=0.3, recurrent_dropout=0.2, max_iter=12
    ),
    GRURegressor(16, alpha=0, recurrent_dropout=0, max_iter=100),
    # A tolerance at which L-BFGS arrives before it is told to stop.
    RNNClassifier(4, solver="lbfgs", tol=0.01, max_iter=1000),
    RecurrentFeatures(LSTMClassifier(**SMALL)),
    RecurrentFeatures(GRURegressor(**SMALL)),
    PerStepTransformer(StandardScaler()),
    StepsFromColumns(newest_first=True),
    EarlyClassifier(LSTMClassifier(**SMALL)),
    SequenceBaggingClassifier(
        RNNClassifier(4, max_iter=20), n_estimators=3, random_state=0
    ),
    SequenceBaggingRegressor(
        RNNRegressor(8, alpha=0, max_iter=60), n_estimators=3, random_state=0
    ),
    # Each other loss.
    RNNRegressor(8, alpha=0, max_iter=40, random_state=0, loss="absolute_error"),
    RNNRegressor(8, alpha=0, max_iter=40, random_state=0, loss="huber"),
    RNNRegressor(
        8, alpha=0, max_iter=40, random_state=0, loss="quantile", quantile=0.5
    ),
    RNNRegressor(8, alpha=0, max_iter=40, random_state=0, loss="poisson"),
    RNNRegressor(8, alpha=0, max_iter=40, random_state=0, loss="gamma"),
    LSTMClassifier(8, max_iter=20, padding="nan", random_state=0),
    GRURegressor(16, alpha=0, max_iter=60, padding="nan", random_state=0),
    SequenceBaggingClassifier(
        RNNClassifier(4, max_iter=20, padding="nan"), n_estimators=3, random_state=0
    ),
    # Those that take NaN.
    LSTMClassifier(8, max_iter=20, missing_values="forward_fill", random_state=0),
    RNNRegressor(8, alpha=0, max_iter=40, missing_values="forward_fill"),
    RNNRegressor(8, alpha=0, max_iter=40, missing_values="forward_fill", padding="nan"),
    EarlyClassifier(
        LSTMClassifier(4, max_iter=20, missing_values="forward_fill", random_state=0)
    ),
]
KINDS = {type(estimator) for estimator in ESTIMATORS}


CHECKS = [list(estimator_checks_generator(estimator)) for estimator in ESTIMATORS]


def name_of(value):
    return getattr(value, "func", value).__name__ if callable(value) else repr(value)


class OfAnyTargets(RNNRegressor):
    """A regressor for positive targets that moves others up before, and down after."""

    def fit(self, X, y, **options):
        up = 1 - np.min(y)
        super().fit(X, y + up, **options)
        self.up_ = up
        return self

    def predict(self, X):
        return super().predict(X) - self.up_


def draws_negative_targets(estimator, check):
    """Whether a check does, although the tags say that targets must be positive."""
    name = getattr(check, "func", check).__name__
    tags = estimator.__sklearn_tags__()
    return name == "check_regressor_multioutput" and tags.target_tags.positive_only


@pytest.mark.parametrize(("estimator", "check"), list(chain(*CHECKS)), ids=name_of)
def test_stock_check(estimator, check):
    if draws_negative_targets(estimator, check):
        with pytest.raises(ValueError, match=r"is for targets of .*, but y has -"):
            check(estimator)
        estimator = OfAnyTargets(**estimator.get_params())
    try:
        check(estimator)
    except SkipTest as skipped:
        pytest.fail(f"skipped: {skipped}")


def test_tags_leave_the_stock_checks_on():
    assert min(map(len, CHECKS)) > 40
    assert min(map(len, CHECKS[:6])) > 50
    assert len(CHECKS[-1]) > 50


def test_every_kind_of_estimator_is_checked():
    assert {*CLASSIFIERS, *REGRESSORS} < KINDS
