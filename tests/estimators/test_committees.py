"""Voting and stacking of scikit-learn, on blocks and on sequences of different length.

The members read differently: patches of two sizes, another cell.
"""

import numpy as np
import pytest
from sklearn.ensemble import (
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skrnn import GRUClassifier, GRURegressor, LSTMClassifier, LSTMRegressor
from skrnn.preprocessing import PerStepTransformer

QUICK = {"hidden_size": 3, "max_iter": 3, "random_state": 0}
FOLDS = StratifiedKFold(3)


@pytest.fixture(params=["block", "ragged"])
def X(request, layouts):
    return layouts[request.param]


def classifiers(**parameters):
    parameters = {**QUICK, **parameters}
    scaled = make_pipeline(
        PerStepTransformer(StandardScaler()), GRUClassifier(**parameters)
    )
    return [
        ("fine", LSTMClassifier(patch_size=1, **parameters)),
        ("coarse", LSTMClassifier(patch_size=2, **parameters)),
        ("gru", scaled),
    ]


def regressors():
    return [
        ("fine", LSTMRegressor(patch_size=1, **QUICK)),
        ("coarse", LSTMRegressor(patch_size=2, **QUICK)),
        ("gru", GRURegressor(**QUICK)),
    ]


@pytest.mark.parametrize("class_weight", [None, "balanced", {0: 1.0, 1: 3.0}])
@pytest.mark.parametrize("n_jobs", [None, 2])
def test_soft_voting_is_the_mean_of_the_probabilities(X, y, class_weight, n_jobs):
    members = classifiers(class_weight=class_weight)
    voting = VotingClassifier(members, voting="soft", n_jobs=n_jobs).fit(X, y)
    codes = (y == "up").astype(int)
    outputs = [member.fit(X, codes).predict_proba(X) for _, member in members]
    mean = np.mean(outputs, axis=0)
    np.testing.assert_allclose(voting.predict_proba(X), mean, rtol=1e-12)
    labels = np.where(mean[:, 1] > 0.5, "up", "down")
    np.testing.assert_array_equal(voting.predict(X), labels)
    assert voting.classes_.tolist() == ["down", "up"]


def test_hard_voting_is_the_majority(X, y):
    voting = VotingClassifier(classifiers(), n_jobs=2).fit(X, y)
    votes = [member.fit(X, y).predict(X) == "up" for _, member in classifiers()]
    labels = np.where(np.sum(votes, axis=0) > 1, "up", "down")
    np.testing.assert_array_equal(voting.predict(X), labels)


def test_weights_of_the_sequences_reach_the_members(X, y):
    members, weight = classifiers()[:2], np.arange(40)
    voting = VotingClassifier(members, voting="soft").fit(X, y, sample_weight=weight)
    outputs = [member.fit(X, y, weight).predict_proba(X) for _, member in members]
    np.testing.assert_allclose(
        voting.predict_proba(X), np.mean(outputs, axis=0), rtol=1e-12
    )


def test_classes_by_name_are_not_known_to_the_members_of_scikit_learn(X, y):
    """They get numbers; docs/guide/committees.md says so."""
    members = classifiers(class_weight={"up": 2.0, "down": 1.0})[:2]
    with pytest.raises(ValueError, match="are not in class_weight"):
        VotingClassifier(members).fit(X, y)


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_stacking_learns_from_what_members_say_of_other_folds(X, y, n_jobs):
    members = classifiers()
    stack = StackingClassifier(members, LogisticRegression(), cv=FOLDS, n_jobs=n_jobs)
    stack.fit(X, y)
    columns = [
        cross_val_predict(member, X, y, cv=FOLDS, method="predict_proba")[:, 1]
        for _, member in members
    ]
    final = LogisticRegression().fit(np.transpose(columns), y)
    np.testing.assert_allclose(stack.final_estimator_.coef_, final.coef_, rtol=1e-6)
    said = [member.fit(X, y).predict_proba(X)[:, 1] for _, member in members]
    expected = final.predict_proba(np.transpose(said))
    np.testing.assert_allclose(stack.predict_proba(X), expected, rtol=1e-6)
    assert set(stack.predict(X)) <= {"up", "down"}


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_regressors_vote_and_are_stacked(X, targets, n_jobs):
    voting = VotingRegressor(regressors(), n_jobs=n_jobs).fit(X, targets)
    outputs = [member.fit(X, targets).predict(X) for _, member in regressors()]
    mean = np.mean(outputs, axis=0)
    np.testing.assert_allclose(voting.predict(X), mean, rtol=1e-12)
    stack = StackingRegressor(regressors(), RidgeCV(), cv=3, n_jobs=n_jobs)
    stack.fit(X, targets)
    expected = stack.final_estimator_.predict(np.transpose(outputs))
    np.testing.assert_allclose(stack.predict(X), expected, rtol=1e-12)
