"""Tools that take tables only, on sequences of different length."""

import warnings

import numpy as np
import pytest
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import make_pipeline as make_sampling_pipeline
from numpy.testing import assert_array_equal
from sklearn.ensemble import BaggingClassifier, BaggingRegressor
from sklearn.feature_selection import SequentialFeatureSelector
from sklearn.inspection import permutation_importance
from sklearn.multiclass import OneVsOneClassifier
from sklearn.semi_supervised import SelfTrainingClassifier

from skrnn import GRUClassifier, GRURegressor
from skrnn.preprocessing import ragged_from_table, table_from_ragged

N, T, D = 60, 6, 2
RNG = np.random.default_rng(0)
#: The sign of the sum of the first feature; of rows as they came, the end would tell.
RAGGED = [RNG.normal(size=(3 + i % (T - 2), D)) for i in range(N)]
Y = np.array([x[:, 0].sum() > 0 for x in RAGGED]).astype(int)
TABLE = table_from_ragged(RAGGED)
OF_TABLE = {"features_per_step": D, "padding": "nan"}
LEARNS = {"hidden_size": 6, "max_iter": 40, "random_state": 0}


def sequences(X):
    return ragged_from_table(X, features_per_step=D)


def quietly(call, *args, **kwargs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call(*args, **kwargs)


def network(**options):
    return GRUClassifier(**{**LEARNS, **OF_TABLE, **options})


def alike(model):
    """Give an untrained network of lists like a member of a tool."""
    return GRUClassifier(**LEARNS).set_params(random_state=model.random_state)


def test_bagging():
    bagging = BaggingClassifier(network(), n_estimators=3, random_state=0)
    quietly(bagging.fit, TABLE, Y)
    assert bagging.score(TABLE, Y) > 0.85
    expected = np.zeros((N, 2))
    for member, rows in zip(
        bagging.estimators_, bagging.estimators_samples_, strict=True
    ):
        weight = np.bincount(rows, minlength=N)
        twin = alike(member)
        quietly(twin.fit, RAGGED, Y, sample_weight=weight)
        expected += twin.predict_proba(RAGGED) / 3
    np.testing.assert_allclose(bagging.predict_proba(TABLE), expected, atol=1e-12)


def test_bagging_of_regressors():
    y = np.array([x[:, 0].sum() for x in RAGGED])
    model = GRURegressor(**{**LEARNS, **OF_TABLE})
    bagging = quietly(
        BaggingRegressor(model, n_estimators=2, random_state=0).fit, TABLE, y
    )
    assert bagging.score(TABLE, y) > 0.7


def test_oversampling():
    rare = np.flatnonzero((Y == 0) | (np.arange(N) < 15))
    X, y = RandomOverSampler(random_state=0).fit_resample(TABLE[rare], Y[rare])
    assert len(y) > len(rare)
    sampled = quietly(network().fit, X, y)
    ragged = quietly(alike(sampled).fit, sequences(X), y)
    assert_array_equal(sampled.weights_, ragged.weights_)
    pipeline = make_sampling_pipeline(RandomOverSampler(random_state=0), network())
    quietly(pipeline.fit, TABLE[rare], Y[rare])
    assert_array_equal(pipeline.predict(TABLE), ragged.predict(RAGGED))


def test_self_training():
    y = np.where(np.arange(N) % 2 == 0, Y, -1)
    learner = quietly(SelfTrainingClassifier(network(), max_iter=2).fit, TABLE, y)
    assert learner.score(TABLE, Y) > 0.8


def test_one_against_one():
    three = Y + np.array([len(x) > 4 for x in RAGGED])
    pairs = quietly(OneVsOneClassifier(network()).fit, TABLE, three)
    assert pairs.score(TABLE, three) > 0.6


def test_columns_that_change_places_between_rows_leave_gaps():
    """A tool that mixes rows of different length makes gaps, which must be read."""
    gaps = quietly(network(missing_values="forward_fill").fit, TABLE, Y)
    options = {"n_repeats": 3, "random_state": 0}
    found = permutation_importance(gaps, TABLE, Y, **options).importances_mean
    of_first, of_second = found.reshape(T, D).T
    assert of_first.sum() > of_second.sum()
    strict = quietly(network().fit, TABLE, Y)
    with pytest.raises(ValueError, match="a row ends after its last step with a num"):
        permutation_importance(strict, TABLE, Y, **options)


def test_selection_of_columns():
    """Where a column is a step, steps may be left out.

    The tool takes NaN if the model takes it anywhere.
    """
    X = table_from_ragged([x[:, :1] for x in RAGGED])
    model = GRUClassifier(
        2, max_iter=2, padding="nan", missing_values="forward_fill", random_state=0
    )
    selector = SequentialFeatureSelector(
        model, n_features_to_select=5, direction="backward", cv=2
    )
    assert quietly(selector.fit, X, Y).get_support().sum() == 5
