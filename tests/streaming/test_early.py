"""Early decisions against a loop over the sequences, one step at a time."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skrnn import GRUClassifier, LSTMClassifier, RNNClassifier
from skrnn.streaming import EarlyClassifier
from skrnn.streaming.prefixes import with_prefixes
from tests.streaming.problems import D, N, T, block, fitted, targets_of

KINDS = [RNNClassifier, LSTMClassifier, GRUClassifier]
LABELS = targets_of("classes")


def network(kind=GRUClassifier, **parameters):
    return kind(**{"hidden_size": 5, "max_iter": 8, "random_state": 0} | parameters)


def layouts(seed=0):
    X = block(seed)
    table = X.reshape(N, -1)
    return {
        "block": X,
        "ragged": [x[: 1 + i % T] for i, x in enumerate(X)],
        "table": table,
        "frame": pd.DataFrame(table, columns=[f"c{k}" for k in range(T * D)]),
    }


@pytest.fixture(params=layouts())
def layout(request):
    return request.param


def early_on(layout, kind=GRUClassifier, **parameters):
    width = D if layout in ("table", "frame") else 1
    options = {"threshold": 0.45, **parameters}
    early = EarlyClassifier(network(kind, features_per_step=width), **options)
    return early.fit(layouts()[layout], LABELS)


def decide_by_hand(early, x):
    """Give the time of the decision and its probabilities, for one sequence."""
    network, classes = early.estimator_, []
    twin = pickle.loads(pickle.dumps(network))
    vars(twin).update(input_layout_="ragged list", n_features_in_=D)
    vars(twin).pop("feature_names_in_", None)  # a step has no names of columns
    for t in range(1, len(x) + 1):
        (proba,) = twin.predict_proba([x[:t]])
        classes.append(proba.argmax() if proba.max() >= early.threshold else None)
        latest = classes[-early.patience :]
        agree = latest[0] is not None and len(set(latest)) == 1
        if t == len(x) or (len(latest) == early.patience and agree):
            return t, proba


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("patience", [1, 2, 3])
def test_decisions_are_those_of_a_loop(layout, kind, patience):
    early = early_on(layout, kind, patience=patience)
    X = layouts(seed=1)[layout]
    top = [p.max(axis=1) for p in early.estimator_.staged_predict_proba(X)]
    early.set_params(threshold=float(np.quantile(top, 0.4)))
    sequences = X if layout == "ragged" else block(seed=1)
    times, proba = zip(*(decide_by_hand(early, x) for x in sequences), strict=True)
    lengths = np.array([len(x) for x in sequences])
    assert len(set(times)) > 1
    assert np.array_equal(early.decision_times(X), times)
    np.testing.assert_allclose(early.predict_proba(X), proba, rtol=1e-12)
    labels = early.classes_[np.argmax(proba, axis=1)]
    assert np.array_equal(early.predict(X), labels)
    assert early.earliness(X) == np.mean(times / lengths)
    assert early.score(X, LABELS) == np.mean(labels == LABELS)


def test_a_threshold_that_nothing_reaches_reads_all(layout):
    early, X = early_on(layout, threshold=1), layouts(seed=1)[layout]
    assert early.earliness(X) == 1.0
    assert np.array_equal(early.predict(X), early.estimator_.predict(X))
    proba = early.estimator_.predict_proba(X)
    np.testing.assert_allclose(early.predict_proba(X), proba, rtol=1e-12)


def test_a_threshold_that_all_reach_reads_one_step(layout):
    early = early_on(layout, threshold=1 / 3)
    assert (early.decision_times(layouts()[layout]) == 1).all()


def test_one_step_is_decided_by_it():
    early = early_on("ragged", threshold=1)
    assert early.decision_times([block()[0, :1]]).tolist() == [1]


def test_the_copy_learns_from_beginnings(layout):
    early = early_on(layout, n_prefixes=2)
    X = layouts()["ragged" if layout == "ragged" else "block"]
    parts, rows = with_prefixes(X, 2)
    expected = network().fit(parts, LABELS[rows])
    assert np.array_equal(early.estimator_.weights_, expected.weights_)


def test_without_beginnings_the_copy_is_that_of_fit(layout):
    early = early_on(layout, n_prefixes=0)
    expected = clone(early.estimator).fit(layouts()[layout], LABELS)
    assert np.array_equal(early.estimator_.weights_, expected.weights_)


def test_beginnings_are_evenly_spaced():
    x = block()[0]
    parts, rows = with_prefixes([x[:6], x[:7], x[:2], x[:1]], 3)
    assert [len(part) for part in parts[4:]] == [2, 3, 5, 2, 4, 6, 1]
    assert rows.tolist() == [0, 1, 2, 3, 0, 0, 0, 1, 1, 1, 2]
    for part, row in zip(parts, rows, strict=True):
        assert np.shares_memory(part, x)
        assert np.array_equal(part, x[: len(part)]), row


@pytest.mark.parametrize("n_prefixes", [0, 2])
def test_a_weight_of_k_is_k_copies(n_prefixes):
    X, weight = layouts()["ragged"], np.arange(N) % 3
    kind = EarlyClassifier(network(), n_prefixes=n_prefixes)
    weighted = clone(kind).fit(X, LABELS, weight)
    rows = np.repeat(np.arange(N), weight)
    copies = clone(kind).fit([X[i] for i in rows], LABELS[rows])
    one, other = weighted.estimator_.weights_, copies.estimator_.weights_
    np.testing.assert_allclose(one, other, rtol=0, atol=1e-12)


@pytest.mark.parametrize("n_prefixes", [0, 2])
def test_any_labels(n_prefixes):
    y = np.where(LABELS == -5, "a", "b")
    early = EarlyClassifier(network(), n_prefixes=n_prefixes).fit(block(), y.tolist())
    assert early.classes_.tolist() == ["a", "b"]
    assert set(early.predict(block())) <= {"a", "b"}


def test_names_of_columns_are_kept_and_wanted():
    early, frame = early_on("frame"), layouts()["frame"]
    assert early.feature_names_in_.tolist() == list(frame.columns)
    assert early.n_features_in_ == T * D
    with pytest.raises(ValueError, match="The feature names should match"):
        early.predict(frame.rename(columns={"c0": "z"}))


def test_single_precision():
    X = block(dtype=np.float32)
    early = EarlyClassifier(network(), threshold=0.4).fit(X, LABELS)
    assert early.estimator_.weights_.dtype == np.float32
    assert early.predict_proba(X).dtype == np.float32


@pytest.mark.parametrize("inside", [False, True])
def test_a_frozen_network_decides(inside):
    trained = fitted((GRUClassifier, "classes"))
    before = trained.weights_.copy()
    early = EarlyClassifier(FrozenEstimator(trained), threshold=0.45)
    early = clone(early) if inside else early
    early.fit(block())
    assert np.array_equal(early.estimator_.weights_, before)
    assert early.predict(block()).shape == (N,)


def test_refit_forgets_names():
    early = early_on("frame").set_params(estimator__features_per_step=1)
    assert not hasattr(early.fit(block(), LABELS), "feature_names_in_")


def test_a_failed_fit_changes_nothing():
    early, X = early_on("block"), block()
    before = early.predict_proba(X)
    with pytest.raises(ValueError, match="needs at least two classes"):
        early.fit(X, np.zeros(N))
    assert np.array_equal(early.predict_proba(X), before)


@pytest.mark.parametrize("layout", ["block", "ragged", "table"])
def test_search_over_threshold_patience_and_network(layout):
    X, width = layouts()[layout], D if layout == "table" else 1
    pipeline = make_pipeline(
        FunctionTransformer(),
        EarlyClassifier(network(max_iter=2, features_per_step=width)),
    )
    grid = {
        "earlyclassifier__threshold": [0.4, 1],
        "earlyclassifier__patience": [1, 2],
        "earlyclassifier__estimator__hidden_size": [3],
    }
    search = GridSearchCV(pipeline, grid, cv=2).fit(X, LABELS)
    assert search.best_estimator_[-1].estimator_.hidden_size == 3
    assert search.predict(X).shape == (N,)


def test_it_learns_what_can_be_told_early():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(200, 8, 1)), np.arange(200) % 2
    X[:, 2:4] += np.where(y, 2.5, -2.5)[:, np.newaxis, np.newaxis]
    early = EarlyClassifier(network(hidden_size=8, max_iter=30), n_prefixes=7)
    assert cross_val_score(early, X, y, cv=2).min() > 0.9
    times = early.fit(X[:100], y[:100]).decision_times(X[100:])
    assert 2 < np.median(times) <= 4


def test_pickled():
    early = early_on("table")
    twin, X = pickle.loads(pickle.dumps(early)), layouts(1)["table"]
    assert np.array_equal(twin.predict_proba(X), early.predict_proba(X))


# What else the network gets


STOPS = {"early_stopping": True, "validation_fraction": 0.3}
few = pytest.mark.filterwarnings("ignore:early_stopping holds out")


@few
@pytest.mark.parametrize("given", [None, "people"])
def test_beginnings_are_held_out_with_their_sequences(layout, splits, given):
    params = {} if given is None else {"groups": np.arange(N) // 2}
    early = EarlyClassifier(network(**STOPS))
    early.fit(layouts()[layout], LABELS, **params)
    _, rows = with_prefixes(layouts()["ragged" if layout == "ragged" else "block"], 2)
    unit = rows if given is None else rows // 2
    [(learn, held_out)] = splits
    assert not set(unit[learn]) & set(unit[held_out.rows])
    assert {*learn, *held_out.rows} == set(range(len(rows)))


def test_a_validation_set_has_beginnings_too(layout, splits):
    X = layouts()[layout]
    part = X[:6]
    early = EarlyClassifier(network(**STOPS))
    early.fit(X, LABELS, X_val=part, y_val=LABELS[:6])
    [(_, held_out)] = splits
    shown = layouts()["ragged" if layout == "ragged" else "block"][:6]
    parts, _ = with_prefixes(shown, 2)
    assert len(held_out.problem.X) == len(parts)
    message = (
        "The sequences held out, X_val and y_val, cannot be used: X has 6 sequences, "
        "but y has 5 labels: there must be one for each sequence."
    )
    with pytest.raises(ValueError, match=f"^{message}$"):
        early.fit(X, LABELS, X_val=part, y_val=LABELS[:5])


@few
def test_groups_are_routed_to_the_network(splits):
    X, groups = layouts()["ragged"], np.arange(N) // 2
    with config_context(enable_metadata_routing=True):
        inner = network(**STOPS).set_fit_request(groups=True)
        early = EarlyClassifier(inner)
        search = GridSearchCV(early, {"patience": [1]}, cv=GroupKFold(2))
        search.fit(X, LABELS, groups=groups)
    assert len(splits) == 3
    for learn, held_out in splits:
        inside = held_out.problem.groups
        assert len(set(inside)) < len(inside) // 3  # a sequence, its beginnings, twice
        assert not set(inside[learn]) & set(inside[held_out.rows])
