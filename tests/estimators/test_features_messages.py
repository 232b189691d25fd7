"""Features of networks that cannot be had, and what is said of it."""

from functools import partial

import pytest
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import StandardScaler

from skrnn import RecurrentFeatures
from tests.messages import BLOCK, RAGGED, Y, failure


@pytest.mark.parametrize("wrong", [StandardScaler(), RecurrentFeatures(None), None, 3])
def test_features_of_what_is_no_network(wrong):
    said = failure(TypeError, RecurrentFeatures(wrong).fit, BLOCK, Y)
    assert said == (
        "RecurrentFeatures expected a classifier or regressor of skrnn as estimator, "
        f"got {type(wrong).__name__}. Put scalers and the like before it in a pipeline."
    )


def test_features_before_fit(any_small):
    features = RecurrentFeatures(any_small())
    for call in (partial(features.transform, BLOCK), features.get_feature_names_out):
        assert failure(NotFittedError, call) == (
            "This RecurrentFeatures instance is not fitted yet. Call 'fit' with "
            "appropriate arguments before using this estimator."
        )


def test_features_say_what_the_network_says(any_small):
    features, estimator = RecurrentFeatures(any_small()), any_small()
    for X, y in [(BLOCK[..., None], Y), (BLOCK, Y[:5]), (BLOCK, None)]:
        expected = failure(ValueError, estimator.fit, X, y)
        assert failure(ValueError, features.fit, X, y) == expected
        assert vars(features) == {"estimator": features.estimator}
    features.fit(BLOCK, Y)
    expected = failure(ValueError, estimator.fit(BLOCK, Y).pooled_states, RAGGED)
    assert failure(ValueError, features.transform, RAGGED) == expected
