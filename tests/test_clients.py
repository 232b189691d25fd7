"""Other libraries use the estimators as they are."""

import numpy as np
import pytest
from imblearn.ensemble import BalancedBaggingClassifier
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import make_pipeline
from numpy.testing import assert_array_equal
from scipy.stats import randint
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import GridSearchCV, HalvingRandomSearchCV

from tests.conftest import CLASSIFIERS


def rare(table, labels):
    """Leave few sequences of one class."""
    rows = np.r_[np.flatnonzero(labels == "up")[:4], np.flatnonzero(labels == "down")]
    return table[rows], labels[rows]


def test_a_pipeline_of_imbalanced_learn_repeats_rows(small, layouts, y):
    X, labels = rare(layouts["table"], y)
    sampler = RandomOverSampler(random_state=0)
    pipe = make_pipeline(sampler, small(features_per_step=2)).fit(X, labels)
    again, balanced = RandomOverSampler(random_state=0).fit_resample(X, labels)
    by_hand = small(features_per_step=2).fit(again, balanced)
    assert_array_equal(pipe.predict_proba(X), by_hand.predict_proba(X))
    # Rows that were repeated are weights.
    kept = sampler.fit(X, labels).sample_indices_
    weight = np.bincount(kept, minlength=len(X))
    weighed = small(features_per_step=2).fit(X, labels, sample_weight=weight)
    assert_array_equal(pipe[-1].weights_, weighed.weights_)


def test_a_grid_search_resamples_the_training_folds_alone(small, layouts, y):
    X, labels = rare(layouts["table"], y)
    kind = type(small()).__name__.lower()
    pipe = make_pipeline(RandomOverSampler(random_state=0), small(features_per_step=2))
    search = GridSearchCV(
        pipe, {f"{kind}__hidden_size": [2, 3]}, cv=2, error_score="raise"
    ).fit(X, labels)
    assert search.predict_proba(X).shape == (len(X), 2)


@pytest.mark.parametrize("kind", CLASSIFIERS)
def test_balanced_bagging_on_tables(kind, layouts, y):
    X, labels = rare(layouts["table"], y)
    model = kind(hidden_size=3, max_iter=3, features_per_step=2)
    bag = BalancedBaggingClassifier(model, n_estimators=2, random_state=0)
    assert set(bag.fit(X, labels).predict(X)) <= {"up", "down"}


@pytest.mark.parametrize("resource", ["n_samples", "max_iter"])
def test_halving_random_search(any_small, X, codes, resource):
    least = {"n_samples": 20, "max_iter": 2}[resource]
    search = HalvingRandomSearchCV(
        any_small(),
        {"hidden_size": randint(2, 6)},
        n_candidates=4,
        factor=2,
        resource=resource,
        min_resources=least,
        max_resources=2 * least,
        cv=2,
        random_state=0,
        error_score="raise",
    ).fit(X, codes)
    assert search.n_resources_ == [least, 2 * least]
    assert search.n_candidates_ == [4, 2]
    assert len(search.predict(X)) == 40
