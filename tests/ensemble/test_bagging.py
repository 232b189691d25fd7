"""Committees against their members, one by one."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import sklearn
from sklearn.base import clone
from sklearn.impute import SimpleImputer
from sklearn.metrics import accuracy_score, get_scorer, r2_score
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import LinearSVC

from skrnn import LSTMClassifier, LSTMRegressor, RNNClassifier
from skrnn.ensemble import SequenceBaggingClassifier, SequenceBaggingRegressor
from skrnn.preprocessing import PerStepTransformer
from tests.ensemble.problems import (
    QUICK,
    classifiers,
    other,
    outputs_of,
    regressors,
    weights_of,
)
from tests.estimators.tools import take

LAYOUTS = ["block", "ragged", "table"]
BOTH = pytest.mark.parametrize("make", [classifiers, regressors])
few_votes = pytest.mark.filterwarnings("ignore:Every member has learnt from")


def assert_same_members(one, other):
    np.testing.assert_array_equal(weights_of(one), weights_of(other))


@BOTH
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("options", [{}, {"bootstrap": False, "max_samples": 0.7}])
def test_a_member_is_a_network_of_its_sample(make, layouts, layout, options, codes):
    X = layouts[layout]
    committee = make(**options).fit(X, codes)
    assert len(committee.estimators_) == len(committee.estimators_samples_) == 3
    pairs = zip(committee.estimators_, committee.estimators_samples_, strict=True)
    for member, rows in pairs:
        assert len(rows) == (28 if options else 40)
        alone = clone(member).fit(take(X, rows), codes[rows])
        np.testing.assert_array_equal(member.weights_, alone.weights_)
    assert len({member.random_state for member in committee.estimators_}) == 3
    assert len(np.unique(weights_of(committee), axis=0)) == 3


@pytest.mark.parametrize("layout", LAYOUTS)
def test_probabilities_are_mean_and_deviation_of_the_members(layouts, layout, y):
    X = layouts[layout]
    committee = classifiers().fit(X, y)
    assert committee.classes_.tolist() == ["down", "up"]
    outputs = outputs_of(committee, X)
    mean, std = committee.predict_proba(X, return_std=True)
    np.testing.assert_allclose(mean, outputs.mean(axis=0), rtol=1e-15)
    np.testing.assert_allclose(std, outputs.std(axis=0), rtol=1e-12)
    np.testing.assert_array_equal(committee.predict_proba(X), mean)
    np.testing.assert_array_equal(committee.predict_log_proba(X), np.log(mean))
    labels = np.where(mean[:, 1] > 0.5, "up", "down")
    np.testing.assert_array_equal(committee.predict(X), labels)
    assert committee.score(X, y) == accuracy_score(y, labels)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("n_targets", [None, 1, 2])
def test_predictions_are_mean_and_deviation(layouts, layout, targets, n_targets):
    X = layouts[layout]
    if n_targets is not None:
        targets = np.column_stack([targets, -5 * targets])[:, :n_targets]
    committee = regressors(oob_score=True, n_estimators=12).fit(X, targets)
    outputs = outputs_of(committee, X)
    mean, std = committee.predict(X, return_std=True)
    assert mean.shape == std.shape == targets.shape
    np.testing.assert_allclose(mean, outputs.mean(axis=0), rtol=1e-14)
    np.testing.assert_allclose(std, outputs.std(axis=0), rtol=1e-10)
    np.testing.assert_array_equal(committee.predict(X), mean)
    assert committee.score(X, targets) == r2_score(targets, mean)
    assert committee.oob_prediction_.shape == targets.shape


@BOTH
def test_numbers_are_the_same_for_any_number_of_jobs(make, layouts, codes):
    X = layouts["ragged"]
    one, two = (make(n_jobs=n, oob_score=True, n_estimators=9) for n in (None, 2))
    assert_same_members(one.fit(X, codes), two.fit(X, codes))
    assert one.oob_score_ == two.oob_score_
    np.testing.assert_array_equal(one.predict(X), two.predict(X))


def test_a_larger_committee_begins_with_the_smaller(layouts, y):
    X = layouts["block"]
    few, more = (classifiers(n_estimators=n).fit(X, y) for n in (2, 4))
    np.testing.assert_array_equal(weights_of(few), weights_of(more)[:2])
    assert not np.array_equal(
        weights_of(few), weights_of(classifiers(random_state=1).fit(X, y))[:2]
    )


def test_without_bootstrap_members_differ_in_their_seeds_alone(layouts, y):
    X = layouts["ragged"]
    committee = classifiers(bootstrap=False).fit(X, y)
    for member in committee.estimators_:
        alone = RNNClassifier(**QUICK, random_state=member.random_state).fit(X, y)
        np.testing.assert_array_equal(member.weights_, alone.weights_)
    assert len(np.unique(weights_of(committee), axis=0)) == 3


@pytest.mark.parametrize(("kind", "of"), [
    (SequenceBaggingClassifier, LSTMClassifier),
    (SequenceBaggingRegressor, LSTMRegressor),
])  # fmt: skip
def test_the_default_is_an_lstm(kind, of, layouts, codes):
    few = layouts["block"][:4]
    committee = kind(n_estimators=1, random_state=0).fit(few, codes[:4])
    (member,) = committee.estimators_
    assert member.get_params() == of(random_state=member.random_state).get_params()
    assert committee.estimator is None


# Out of bag


def by_hand(committee, X, n_outputs):
    """Give the mean of the members that have not seen a sequence, or NaN."""
    total, n = np.zeros((len(X), *n_outputs)), np.zeros(len(X))
    outputs = outputs_of(committee, X)
    for said, rows in zip(outputs, committee.estimators_samples_, strict=True):
        unseen = ~np.isin(np.arange(len(X)), rows)
        total[unseen] += said[unseen]
        n[unseen] += 1
    with np.errstate(invalid="ignore"):
        return total / n.reshape(-1, *[1] * len(n_outputs))


@few_votes
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("options", [{}, {"bootstrap": False, "max_samples": 0.5}])
def test_out_of_bag_is_what_others_say(layouts, layout, options, y, targets):
    X = layouts[layout]
    clf = classifiers(oob_score=True, **options).fit(X, y)
    expected = by_hand(clf, X, (2,))
    known = np.isfinite(expected[:, 0])
    assert 0 < known.sum() < 40
    np.testing.assert_allclose(clf.oob_decision_function_, expected, rtol=1e-12)
    labels = clf.classes_[expected[known].argmax(axis=1)]
    assert clf.oob_score_ == accuracy_score(y[known], labels)
    reg = regressors(oob_score=True, **options).fit(X, targets)
    expected = by_hand(reg, X, ())
    known = np.isfinite(expected)
    np.testing.assert_allclose(reg.oob_prediction_, expected, rtol=1e-12)
    score = r2_score(targets[known], expected[known])
    assert reg.oob_score_ == pytest.approx(score, rel=1e-12)
    reg.set_params(oob_score=False).fit(X, targets)
    assert not hasattr(reg, "oob_score_")
    assert not hasattr(reg, "oob_prediction_")


@pytest.mark.filterwarnings("ignore:Every member has learnt from 2 of 2")
@BOTH
def test_no_score_where_all_is_seen_by_all(make, layouts):
    committee = make(oob_score=True, max_samples=50).fit(layouts["block"][:2], [0, 1])
    assert np.isnan(committee.oob_score_)


# Weights, copies, rare classes


@few_votes
@pytest.mark.filterwarnings("ignore:The network gives all sequences")
@BOTH
@pytest.mark.parametrize("bootstrap", [True, False])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_weight_of_k_is_k_copies(make, layouts, layout, codes, bootstrap):
    X, weight = layouts[layout], np.arange(40) % 3
    rows = np.repeat(np.arange(40), weight)[::-1]
    options = {"bootstrap": bootstrap, "max_samples": 0.8, "oob_score": True}
    weighted = make(**options).fit(X, codes, 7 * weight)
    copied = make(**options).fit(take(X, rows), codes[rows])
    assert_same_members(weighted, copied)
    np.testing.assert_array_equal(weighted.predict(X), copied.predict(X))
    assert weighted.oob_score_ == pytest.approx(copied.oob_score_, rel=1e-12)
    plain = make(**options).fit(X, codes)
    assert not np.allclose(weights_of(plain), weights_of(weighted))


def test_a_class_of_one_sequence_is_known_to_all_members(layouts, y):
    for layout in LAYOUTS:
        X, rare = layouts[layout], np.where(np.arange(40) == 7, "rare", y)
        for options in ({}, {"bootstrap": False, "max_samples": 0.2}):
            committee = classifiers(n_estimators=5, **options).fit(X, rare)
            for member in committee.estimators_:
                assert member.classes_.tolist() == ["down", "rare", "up"]
            assert committee.predict_proba(X).shape == (40, 3)


def test_a_class_without_weight_is_none(layouts, y):
    X, rare = layouts["block"], np.where(np.arange(40) == 7, "rare", y)
    committee = classifiers().fit(X, rare, sample_weight=rare != "rare")
    assert committee.classes_.tolist() == ["down", "up"]


def test_members_know_the_labels(layouts, y):
    X, weight = layouts["ragged"], {"up": 9.0, "down": 1.0}
    plain, weighted = (
        classifiers(RNNClassifier(3, max_iter=20, class_weight=it)).fit(X, y)
        for it in (None, weight)
    )
    assert weighted.estimators_[0].classes_.tolist() == ["down", "up"]
    of_up = [it.predict_proba(X)[:, 1].mean() for it in (plain, weighted)]
    assert of_up[1] > of_up[0] + 0.05


def test_ones(layouts):
    X = layouts["block"]
    one = regressors(n_estimators=1).fit(X[:1, :1, :1], [3.0])
    np.testing.assert_allclose(one.predict(X[:1, :1, :1]), 3.0)
    same = regressors().fit(X, np.full(40, 2.0))
    mean, std = same.predict(X, return_std=True)
    assert np.isfinite([mean, std]).all()
    two = classifiers(n_estimators=1, max_samples=1).fit(X[:2], ["a", "b"])
    assert two.estimators_samples_[0].tolist() == [0, 1]
    std = two.predict_proba(X, return_std=True)[1]
    np.testing.assert_array_equal(std, 0.0)


# Disagreement


class Sure:
    """Member that says what it was made with."""

    def __init__(self, proba):
        self.proba = np.array(proba)

    def predict_proba(self, X):
        return self.proba


def test_disagreement_is_mutual_information(layouts, y):
    committee = classifiers(n_estimators=2).fit(layouts["block"], y)
    says = [[1, 0], [0.5, 0.5], [0.9, 0.1]], [[0, 1], [0.5, 0.5], [0.3, 0.7]]
    committee.estimators_ = [Sure(proba) for proba in says]

    def entropy(p):
        return -(p * np.log(p) + (1 - p) * np.log(1 - p))

    half = entropy(0.6) - (entropy(0.9) + entropy(0.3)) / 2
    expected = [np.log(2), 0, half]
    found = committee.disagreement(layouts["block"][:3])
    np.testing.assert_allclose(found, expected, atol=1e-15)


def test_one_member_agrees_with_itself(layouts, y):
    X = layouts["ragged"]
    committee = classifiers(n_estimators=1).fit(X, y)
    np.testing.assert_array_equal(committee.disagreement(X), 0.0)


# Other members, other data


@pytest.mark.parametrize("layout", LAYOUTS)
def test_pipelines_are_members(layouts, layout, y):
    X = layouts[layout]
    pipe = make_pipeline(PerStepTransformer(StandardScaler()), other())
    committee = classifiers(pipe).fit(X, y)
    pairs = zip(committee.estimators_, committee.estimators_samples_, strict=True)
    for member, rows in pairs:
        alone = clone(member).fit(take(X, rows), y[rows])
        np.testing.assert_array_equal(member[-1].weights_, alone[-1].weights_)
    assert len({member[-1].random_state for member in committee.estimators_}) == 3
    mean = outputs_of(committee, X).mean(axis=0)
    np.testing.assert_allclose(committee.predict_proba(X), mean, rtol=1e-15)
    assert committee.n_features_in_ == (8 if layout == "table" else 2)


def test_what_is_missing_is_for_the_members_to_fill_in(layouts, y):
    X = layouts["block"].copy()
    X[::5, 1, 0] = np.nan
    pipe = make_pipeline(PerStepTransformer(SimpleImputer()), other())
    for data in (X, list(X)):
        assert np.isfinite(classifiers(pipe).fit(data, y).predict_proba(data)).all()


def test_members_without_probabilities_vote(layouts, y):
    flat = FunctionTransformer(lambda X: X.reshape(len(X), -1))
    X = layouts["block"]
    committee = classifiers(make_pipeline(flat, LinearSVC())).fit(X, y)
    votes = np.mean([m.predict(X) == "up" for m in committee.estimators_], axis=0)
    np.testing.assert_array_equal(committee.predict_proba(X)[:, 1], votes)
    np.testing.assert_array_equal(committee.predict(X) == "up", votes > 0.5)


@pytest.mark.parametrize("pipe", [False, True])
@pytest.mark.parametrize(
    "frame_of", [pd.DataFrame, pl.DataFrame, pa.Table.from_pydict, dict]
)
def test_frames(layouts, y, pipe, frame_of):
    """A dict stands for a list of frames."""
    if frame_of is dict:
        X = [pd.DataFrame(x, columns=["a", "b"]) for x in layouts["ragged"]]
        arrays, names = layouts["ragged"], ["a", "b"]
    else:
        X = frame_of({name: it.to_numpy() for name, it in layouts["frame"].items()})
        arrays, names = layouts["table"], list("abcdefgh")
    member = make_pipeline(PerStepTransformer(StandardScaler()), other())
    member = member if pipe else other()
    committee = classifiers(member, n_estimators=9, oob_score=True).fit(X, y)
    assert committee.feature_names_in_.tolist() == names
    plain = classifiers(member, n_estimators=9, oob_score=True).fit(arrays, y)
    for one, same in zip(committee.estimators_, plain.estimators_, strict=True):
        assert not hasattr(same, "feature_names_in_")
        assert one.feature_names_in_.tolist() == names
    assert committee.oob_score_ == plain.oob_score_
    mean = outputs_of(committee, X).mean(axis=0)
    np.testing.assert_array_equal(committee.predict_proba(X), mean)


def test_names_of_columns_are_checked(layouts, y):
    committee = classifiers().fit(layouts["frame"], y)
    renamed = layouts["frame"].rename(columns={"a": "z"})
    with pytest.raises(ValueError, match="feature names should match"):
        committee.predict(renamed)


@BOTH
@pytest.mark.parametrize("layout", LAYOUTS)
def test_outputs_have_the_type_of_those_of_the_members(make, layouts, layout, codes):
    X = layouts[layout]
    X = [x.astype("f4") for x in X] if layout == "ragged" else X.astype("f4")
    committee = make().fit(X, codes)
    of = committee.predict_proba if make is classifiers else committee.predict
    expected = outputs_of(committee, X).dtype
    assert expected == (np.float32 if make is classifiers else np.float64)
    for found in of(X, return_std=True):
        assert found.dtype == expected


# What scikit-learn does with it


def test_grid_search_of_the_members(layouts, y):
    grid = {"estimator__hidden_size": [2, 3], "max_samples": [0.5, 1.0]}
    search = GridSearchCV(classifiers(n_estimators=2), grid, cv=2)
    for layout in ("block", "ragged"):
        X = layouts[layout]
        search.fit(X, y)
        assert np.isfinite(search.cv_results_["mean_test_score"]).all()
        best = clone(classifiers(n_estimators=2)).set_params(**search.best_params_)
        np.testing.assert_array_equal(
            search.predict_proba(X), best.fit(X, y).predict_proba(X)
        )


def test_weights_are_routed(layouts, y):
    X, weight, folds = layouts["ragged"], np.arange(1.0, 41), StratifiedKFold(2)
    with sklearn.config_context(enable_metadata_routing=True):
        committee = classifiers().set_fit_request(sample_weight=True)
        accuracy = get_scorer("accuracy").set_score_request(sample_weight=True)
        sizes = {"estimator__hidden_size": [3]}
        search = GridSearchCV(committee, sizes, cv=folds, scoring=accuracy)
        search.fit(X, y, sample_weight=weight)
    direct = classifiers().fit(X, y, weight)
    assert_same_members(search.best_estimator_, direct)
    for k, (train, test) in enumerate(folds.split(np.zeros(40), y)):
        fold = classifiers().fit(take(X, train), y[train], weight[train])
        score = fold.score(take(X, test), y[test], weight[test])
        assert search.cv_results_[f"split{k}_test_score"][0] == score


STOPS = {"early_stopping": True, "validation_fraction": 0.5}


@pytest.mark.filterwarnings("ignore:early_stopping holds out")
@pytest.mark.parametrize("routing", [False, True])
def test_groups_go_to_the_members(layouts, y, routing, splits):
    network, groups = RNNClassifier(**QUICK, **STOPS), np.arange(40) // 2
    X, y = layouts["ragged"], np.repeat(y[::2], 2)
    with sklearn.config_context(enable_metadata_routing=routing):
        if routing:
            network.set_fit_request(groups=True)
        committee = classifiers(network).fit(X, y, groups=groups)
    assert len(splits) == 3
    for member, rows in zip(
        committee.estimators_, committee.estimators_samples_, strict=True
    ):
        alone = clone(member).fit(take(X, rows), y[rows], groups=groups[rows])
        np.testing.assert_array_equal(member.weights_, alone.weights_)


def test_sequences_that_are_held_out_stay_whole(layouts, y):
    X, network = layouts["block"], RNNClassifier(**QUICK, early_stopping=True)
    held_out = {"X_val": X[::-1], "y_val": y[::-1]}  # as many as there are in X
    committee = classifiers(network).fit(X, y, **held_out)
    pipe = make_pipeline(network)
    with sklearn.config_context(enable_metadata_routing=True):
        pipe[-1].set_fit_request(X_val=True, y_val=True)
        piped = classifiers(pipe).fit(X, y, **held_out)
    for one, same in zip(committee.estimators_, piped.estimators_, strict=True):
        np.testing.assert_array_equal(one.weights_, same[-1].weights_)


@BOTH
def test_a_pickle_is_the_same_and_has_no_sequences(make, layouts, codes):
    X = layouts["block"]
    committee = make().fit(X, codes)
    stored = pickle.dumps(committee)
    np.testing.assert_array_equal(pickle.loads(stored).predict(X), committee.predict(X))
    long = np.tile(X, (1, 50, 1))
    same_size = {"patch_size": 1, "linear_steps": X.shape[1]}
    of_long = make(committee.estimator.set_params(**same_size)).fit(long, codes)
    assert abs(len(pickle.dumps(of_long)) - len(stored)) < 1000 < long.nbytes


@BOTH
def test_a_refit_that_fails_leaves_all_as_it_was(make, layouts, codes):
    X = layouts["block"]
    committee = make(oob_score=True, n_estimators=9).fit(X, codes)
    before = dict(vars(committee))
    broken = X.copy()
    broken[3, 1, 0] = np.nan
    with pytest.raises(ValueError, match="X contains NaN: sequence 3, step 1"):
        committee.fit(broken, codes)
    with pytest.raises(ValueError, match="must be one for each"):
        committee.fit(X[:, :, :1], codes[:-1])
    assert vars(committee) == before


def test_an_interrupt_leaves_what_was_there(layouts, y, interrupted_after):
    X = layouts["block"]
    committee = classifiers().fit(X, y)
    before = dict(vars(committee))
    interrupted_after(3)
    with pytest.raises(KeyboardInterrupt):
        committee.fit(X[:, :2], y)
    assert vars(committee) == before
