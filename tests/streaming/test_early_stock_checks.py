"""Every stock check of scikit-learn on the early classifier: none skipped."""

from unittest import SkipTest

import pytest
from sklearn.utils.estimator_checks import estimator_checks_generator

from skrnn import LSTMClassifier
from skrnn.streaming import EarlyClassifier

SMALL = LSTMClassifier(hidden_size=4, max_iter=5, random_state=0)
CHECKS = list(estimator_checks_generator(EarlyClassifier(SMALL)))


def name_of(value):
    return getattr(value, "func", value).__name__ if callable(value) else "early"


@pytest.mark.parametrize(("estimator", "check"), CHECKS, ids=name_of)
def test_stock_check(estimator, check):
    try:
        check(estimator)
    except SkipTest as skipped:
        pytest.fail(f"skipped: {skipped}")


def test_tags_leave_the_stock_checks_on():
    assert len(CHECKS) > 50
