"""Everything that scikit-learn does with a classifier, on every layout it takes."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import BaggingClassifier, StackingClassifier, VotingClassifier
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, get_scorer
from sklearn.model_selection import (
    GridSearchCV,
    RandomizedSearchCV,
    StratifiedKFold,
    TunedThresholdClassifierCV,
    cross_val_predict,
    cross_val_score,
    learning_curve,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.semi_supervised import SelfTrainingClassifier
from sklearn.utils import estimator_html_repr

from tests.estimators.tools import scaled, take

#: What only sequences are; tables are what all tools are made for.
LAYOUTS_OF_X = ["block", "ragged"]
FOLDS = StratifiedKFold(3)


def pipeline(clf):
    return Pipeline([("scale", FunctionTransformer(scaled)), ("clf", clf)])


def assert_probabilities(proba, n, n_classes=2):
    assert proba.shape == (n, n_classes)
    np.testing.assert_allclose(proba.sum(axis=1), 1.0, rtol=1e-12)


@pytest.fixture
def able(small):
    """Make a classifier that learns the labels of `layouts`."""

    def make(**parameters):
        enough = {"max_iter": 20, "batch_size": 8, "learning_rate_init": 0.05}
        enough |= {"dropout": 0, "recurrent_dropout": 0}
        return small(**{**enough, **parameters})

    return make


def test_pipeline_is_its_steps_one_after_the_other(able, X, y):
    pipe = pipeline(able()).set_params(scale__kw_args={"factor": 2.0}).fit(X, y)
    alone = able().fit(scaled(X, 2.0), y)
    np.testing.assert_array_equal(
        pipe.predict_proba(X), alone.predict_proba(scaled(X, 2.0))
    )
    assert pipe.score(X, y) > 0.75


def test_scaler_before_a_table(able, layouts, y):
    X = layouts["table"]
    pipe = make_pipeline(StandardScaler(), able(features_per_step=2)).fit(X, y)
    again = pipe.fit(1e3 * X + 1e4, y)
    assert again.score(1e3 * X + 1e4, y) > 0.75


def test_grid_search_over_both_steps_whatever_n_jobs(small, X, y):
    grid = {"scale__kw_args": [{"factor": 0.5}, {"factor": 2.0}]}
    grid["clf__hidden_size"] = [2, 5]
    one, two = (
        GridSearchCV(
            pipeline(small()), grid, cv=FOLDS, scoring="neg_log_loss", n_jobs=n_jobs
        ).fit(X, y)
        for n_jobs in (1, 2)
    )
    scores = [f"split{k}_test_score" for k in range(3)]
    for key in scores:
        np.testing.assert_array_equal(one.cv_results_[key], two.cv_results_[key])
    assert len(np.unique([one.cv_results_[key] for key in scores])) == 12
    assert one.best_params_ == two.best_params_
    best = clone(pipeline(small())).set_params(**one.best_params_).fit(X, y)
    np.testing.assert_array_equal(two.predict_proba(X), best.predict_proba(X))


def test_randomized_search(small, X, y):
    choices = {"clf__learning_rate_init": [0.001, 0.1], "clf__pooling": ["last", "max"]}
    search = RandomizedSearchCV(
        pipeline(small()), choices, n_iter=3, cv=FOLDS, random_state=0
    ).fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert len(search.cv_results_["params"]) == 3


def test_cross_validation_is_fit_and_predict_on_each_fold(small, X, y):
    proba = cross_val_predict(small(), X, y, cv=FOLDS, method="predict_proba")
    scores = cross_val_score(small(), X, y, cv=FOLDS)
    for k, (train, test) in enumerate(FOLDS.split(np.zeros(len(y)), y)):
        clf = small().fit(take(X, train), y[train])
        np.testing.assert_array_equal(proba[test], clf.predict_proba(take(X, test)))
        assert scores[k] == clf.score(take(X, test), y[test])


def test_learning_curve(able, X, y):
    sizes, train_scores, test_scores = learning_curve(
        able(), X, y, cv=FOLDS, train_sizes=[0.5, 1.0], shuffle=True, random_state=0
    )
    assert sizes.tolist() == [13, 26]
    assert train_scores.shape == test_scores.shape == (2, 3)
    assert train_scores[-1].mean() > 0.7


def test_calibration(able, X, y):
    calibrated = CalibratedClassifierCV(able(), cv=FOLDS).fit(X, y)
    assert_probabilities(calibrated.predict_proba(X), len(y))
    assert calibrated.score(X, y) > 0.75


def test_soft_voting_is_the_mean(small, X, y):
    members = [(f"m{k}", small(random_state=k)) for k in range(2)]
    voting = VotingClassifier(members, voting="soft").fit(X, y)
    mean = np.mean([m.fit(X, y).predict_proba(X) for _, m in members], axis=0)
    np.testing.assert_allclose(voting.predict_proba(X), mean, rtol=1e-12)


def test_stacking(able, X, y):
    members = [(f"m{k}", able(random_state=k)) for k in range(2)]
    stack = StackingClassifier(members, LogisticRegression(), cv=FOLDS).fit(X, y)
    assert_probabilities(stack.predict_proba(X), len(y))
    assert stack.score(X, y) > 0.7


def test_one_vs_rest(small, X, y):
    kinds = np.arange(len(y)) % 3
    rest = OneVsRestClassifier(small()).fit(X, kinds)
    assert_probabilities(rest.predict_proba(X), len(y), n_classes=3)
    for k, clf in enumerate(rest.estimators_):
        alone = small().fit(X, (kinds == k).astype(int))
        np.testing.assert_array_equal(clf.predict_proba(X), alone.predict_proba(X))


def test_tuned_threshold(able, X, y):
    tuned = TunedThresholdClassifierCV(able(), cv=FOLDS).fit(X, y)
    above = tuned.estimator_.predict_proba(X)[:, 1] >= tuned.best_threshold_
    np.testing.assert_array_equal(tuned.predict(X), np.where(above, "up", "down"))


def test_bagging_of_tables(small, layouts, y):
    X = layouts["table"]
    bag = BaggingClassifier(small(), n_estimators=2, random_state=0).fit(X, y)
    members = zip(bag.estimators_, bag.estimators_features_, strict=True)
    mean = np.mean([m.predict_proba(X[:, columns]) for m, columns in members], axis=0)
    np.testing.assert_allclose(bag.predict_proba(X), mean, rtol=1e-12)


def test_permutation_importance_of_the_columns_of_a_table(able, layouts, y):
    X = layouts["frame"]
    clf = able(features_per_step=2, random_state=1).fit(X, y)
    importance = permutation_importance(clf, X, y, n_repeats=5, random_state=0)
    assert importance.importances.shape == (8, 5)
    what_counts, what_does_not = np.split(importance.importances_mean, 2)
    assert what_counts.mean() > what_does_not.mean() + 0.05


def test_self_training_on_tables(able, layouts, y):
    X, labels = layouts["table"], (y == "up").astype(int)
    partly = np.where(np.arange(len(y)) % 4 == 0, -1, labels)
    trained = SelfTrainingClassifier(able(), threshold=0.6).fit(X, partly)
    assert accuracy_score(labels, trained.predict(X)) > 0.75


def test_column_transformer_on_frames(small, layouts, y):
    X = layouts["frame"]
    chosen = ColumnTransformer([("keep", "passthrough", ["h", "a", "c"])])
    pipe = make_pipeline(chosen, small()).fit(X, y)
    alone = small().fit(X[["h", "a", "c"]].to_numpy(), y)
    np.testing.assert_array_equal(
        pipe.predict_proba(X), alone.predict_proba(X[["h", "a", "c"]].to_numpy())
    )


@pytest.mark.parametrize("layout", ["block", "ragged", "table"])
def test_sample_weight_is_routed(small, layouts, layout, y):
    X, weight = layouts[layout], np.linspace(0.1, 3.0, len(y))
    with sklearn.config_context(enable_metadata_routing=True):
        clf = small().set_fit_request(sample_weight=True)
        accuracy = get_scorer("accuracy").set_score_request(sample_weight=True)
        sizes = {"clf__hidden_size": [3]}
        search = GridSearchCV(pipeline(clf), sizes, cv=FOLDS, scoring=accuracy)
        search.fit(X, y, sample_weight=weight)
    direct = small(hidden_size=3).fit(X, y, sample_weight=weight)
    np.testing.assert_array_equal(search.predict_proba(X), direct.predict_proba(X))
    unweighted = small(hidden_size=3).fit(X, y)
    assert not np.allclose(search.predict_proba(X), unweighted.predict_proba(X))
    for k, (train, test) in enumerate(FOLDS.split(np.zeros(len(y)), y)):
        fold = small(hidden_size=3).fit(take(X, train), y[train], weight[train])
        score = fold.score(take(X, test), y[test], weight[test])
        assert search.cv_results_[f"split{k}_test_score"][0] == score


def test_clone_and_parameters(any_small, X, codes):
    model = any_small(hidden_size=(4, 3), bidirectional=True, dropout=0.1)
    fitted = clone(model).fit(X, codes)
    copy = clone(fitted)
    assert copy.get_params() == model.get_params()
    assert vars(copy) == vars(model)
    copy.set_params(**fitted.get_params()).fit(X, codes)
    np.testing.assert_array_equal(copy.weights_, fitted.weights_)


def test_clone_of_weighted_classes(small, X, y):
    clf = small(class_weight={"up": 2.0, "down": 1.0})
    fitted = clone(clf).fit(X, y)
    copy = clone(fitted)
    assert copy.get_params() == clf.get_params()
    assert vars(copy) == vars(clf)
    copy.set_params(**fitted.get_params()).fit(X, y)
    np.testing.assert_array_equal(copy.predict_proba(X), fitted.predict_proba(X))


def test_constructor_and_set_params_only_assign(any_small):
    for parameter in any_small().get_params():
        odd = object()
        model = any_small(**{parameter: odd})
        assert getattr(model, parameter) is odd
        assert getattr(any_small().set_params(**{parameter: odd}), parameter) is odd


def test_repr_shows_what_was_changed(any_small, X, codes):
    name = type(any_small()).__name__
    expected = f"{name}(hidden_size=4, max_iter=3, random_state=0)"
    assert repr(any_small()) == expected
    assert repr(any_small().fit(X, codes)) == expected
    assert repr(type(any_small())()) == f"{name}()"


def test_html(any_small, X, codes):
    page = estimator_html_repr(pipeline(any_small()).fit(X, codes))
    assert type(any_small()).__name__ in page
    assert "hidden_size" in page
    assert any_small()._repr_html_().startswith("<")


def test_feature_names(any_small, layouts, codes):
    X = layouts["frame"]
    model = any_small().fit(X, codes)
    assert model.feature_names_in_.tolist() == list(X.columns)
    expected = model.pooled_states(X)
    with pytest.raises(ValueError, match="feature names should match those that were"):
        model.predict(X[X.columns[::-1]])
    with pytest.raises(ValueError, match="feature names should match those that were"):
        model.predict(X.rename(columns={"a": "z"}))
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        unnamed = model.pooled_states(X.to_numpy())
    np.testing.assert_array_equal(unnamed, expected)


@pytest.mark.parametrize("layout", ["block", "ragged", "table"])
def test_feature_names_go_with_a_fit_without_them(any_small, layouts, layout, codes):
    model = any_small().fit(layouts["frame"], codes).fit(layouts[layout], codes)
    assert not hasattr(model, "feature_names_in_")
    fresh = any_small().fit(layouts[layout], codes)
    assert set(vars(model)) == set(vars(fresh))
    np.testing.assert_array_equal(model.weights_, fresh.weights_)


def test_set_output_leaves_predictions_as_they_are(any_small, layouts, codes):
    X = layouts["frame"]
    pipe = make_pipeline(StandardScaler(), any_small())
    expected = pipe.fit(X, codes).predict(X)
    framed = clone(pipe).set_output(transform="pandas").fit(X, codes)
    found = framed.predict(X)
    assert type(found) is np.ndarray
    np.testing.assert_array_equal(found, expected)
    assert framed[-1].feature_names_in_.tolist() == list(X.columns)


@pytest.mark.parametrize("dtype", ["float32", "Int64", "bool", "category"])
def test_frames_of_other_types(small, layouts, y, dtype):
    X = (layouts["frame"] > 0).astype("int64")
    # With the digits of another type, other sequences would lose a unit.
    clf = small(dropout=0, recurrent_dropout=0)
    expected = clf.fit(X, y).predict_proba(X)
    proba = clf.fit(X.astype(dtype), y).predict_proba(X.astype(dtype))
    np.testing.assert_allclose(proba, expected, rtol=1e-4)


def test_series_of_labels(small, X, y):
    clf = small().fit(X, pd.Series(y, index=np.arange(len(y))[::-1]))
    np.testing.assert_array_equal(clf.weights_, small().fit(X, y).weights_)
    assert clf.classes_.tolist() == ["down", "up"]
