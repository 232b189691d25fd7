"""Every stock check of scikit-learn, on every estimator, at its default parameters."""

import pytest
from sklearn.utils.estimator_checks import check_estimator, parametrize_with_checks

from skrnn import LSTMClassifier, RNNClassifier

ESTIMATORS = [RNNClassifier(), LSTMClassifier()]

#: Needs an environment variable that must be set before SciPy is imported.
MAY_SKIP = {"check_array_api_input"}


@parametrize_with_checks(ESTIMATORS)
def test_stock_check(estimator, check):
    check(estimator)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: type(e).__name__)
def test_none_is_skipped_or_expected_to_fail(estimator):
    results = check_estimator(estimator, on_skip=None, on_fail=None)
    others = {
        result["check_name"]: result["status"]
        for result in results
        if result["status"] != "passed"
    }
    assert set(others) <= MAY_SKIP, others
    assert set(others.values()) <= {"skipped"}, others
    assert len(results) > 50
