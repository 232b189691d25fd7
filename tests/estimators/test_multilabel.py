"""What the classifiers promise about sequences that have several labels."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    f1_score,
    get_scorer,
    log_loss,
    roc_auc_score,
)
from sklearn.model_selection import cross_val_score
from sklearn.multioutput import MultiOutputClassifier

from skrnn.interop import load_torch_state, torch_state

hasty = pytest.mark.filterwarnings(
    "ignore:L-BFGS stopped at max_iter", "ignore:early_stopping holds out"
)


@pytest.fixture
def labels(layouts):
    """Three labels for the sequences of `layouts`, each with a meaning."""
    sums = layouts["block"][:, :2].sum(axis=1)
    return np.column_stack([sums[:, 0] > 0, sums[:, 1] > 0, sums @ [1, 1] > 1]) * 1


@pytest.fixture
def able(small):
    """Make a classifier that learns the labels."""

    def make(**parameters):
        enough = {"max_iter": 60, "batch_size": 8, "learning_rate_init": 0.03}
        return small(**{**enough, **parameters})

    return make


def test_shapes_and_meaning_of_the_outputs(able, X, labels):
    clf = able().fit(X, labels)
    p, predicted = clf.predict_proba(X), clf.predict(X)
    scores = clf.decision_function(X)
    assert p.shape == scores.shape == predicted.shape == labels.shape
    assert predicted.dtype.kind == "i"
    assert_allclose(p, 1 / (1 + np.exp(-scores)), rtol=1e-12)
    assert_allclose(clf.predict_log_proba(X), np.log(p), rtol=1e-9, atol=1e-15)
    assert_array_equal(predicted, p > 0.5)
    assert clf.classes_.tolist() == [0, 1, 2]
    assert clf.multilabel_ is True
    weight = np.linspace(0.1, 2, len(labels))
    whole_rows = (predicted == labels).all(axis=1)
    assert clf.score(X, labels) == whole_rows.mean()
    assert clf.score(X, labels, weight) == np.average(whole_rows, weights=weight)


FORMS = {
    "lists": np.ndarray.tolist,
    "frame": lambda y: pd.DataFrame(y, columns=["wet", "cold", "dark"]),
    "bool": lambda y: y.astype(bool),
    "float": lambda y: y.astype(np.float32),
    "sparse matrix": sparse.csr_matrix,
    "sparse array": sparse.coo_array,
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_forms_of_indicator_matrices(small, X, labels, form):
    expected = small().fit(X, labels)
    clf = small().fit(X, form(labels))
    assert_array_equal(clf.weights_, expected.weights_)
    assert_array_equal(clf.predict(X), expected.predict(X), strict=True)
    online = small().partial_fit(X, form(labels))
    assert_array_equal(online.weights_, small().partial_fit(X, labels).weights_)


def test_each_label_is_a_binary_problem_of_its_own(small, X, labels):
    clf, alone = small().fit(X, labels), small().fit(X, labels[:, 0])
    p, state = clf.predict_proba(X), torch_state(clf)
    for k in range(3):
        head = {name: state[name][k : k + 1] for name in ("head.weight", "head.bias")}
        load_torch_state(alone, {**state, **head})
        assert_allclose(alone.predict_proba(X)[:, 1], p[:, k], rtol=1e-12)


def test_the_loss_is_the_sum_over_the_labels(small, X, labels):
    clf = small(max_iter=1, batch_size=40, learning_rate_init=1e-12, alpha=0)
    clf.set_params(dropout=0, recurrent_dropout=0, dtype="float64")
    clf.set_params(label_smoothing=0).fit(X, labels)
    p = clf.predict_proba(X)
    losses = [log_loss(labels[:, k], p[:, k]) for k in range(3)]
    assert clf.loss_ == pytest.approx(sum(losses), rel=1e-9)


def test_labels_that_come_always_or_never(able, X, labels):
    labels[:, 0], labels[:, 2] = 1, 0
    p = able().fit(X, labels).predict_proba(X)
    assert p[:, 0].min() > 0.7
    assert p[:, 2].max() < 0.3
    # One sequence with as many labels as there are: nothing to stratify by.
    assert np.isfinite(able().fit(X[:1], labels[:1]).predict_proba(X)).all()


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@hasty
def test_early_stopping_rates_whole_rows(able, X, solver, monkeypatch):
    # Hardly two of these rows are the same, so that no class could be stratified.
    labels = np.random.default_rng(0).integers(0, 2, (40, 6))
    seen, clf = [], able(solver=solver)
    rate = type(clf)._score

    def spy(self, decisions, y, sample_weight, loss):
        seen.append(accuracy_score(y, decisions))
        assert len(y) == 10
        return rate(self, decisions, y, sample_weight, loss)

    monkeypatch.setattr(type(clf), "_score", spy)
    clf.set_params(early_stopping=True, validation_fraction=0.25).fit(X, labels)
    assert_allclose(clf.validation_scores_, seen)
    assert clf.best_validation_score_ == max(clf.validation_scores_)


def test_partial_fit_learns(able, layouts, labels):
    X = layouts["block"]
    clf = able(batch_size=10)
    clf.partial_fit(X[:20], labels[:20], classes=[0, 1, 2])
    for _ in range(60):
        for part in np.array_split(np.arange(40), 2):
            clf.partial_fit(X[part], labels[part])
    assert (clf.predict(X) == labels).mean() > 0.9


@pytest.mark.parametrize("options", [{}, {"solver": "lbfgs", "tol": 1e-2}])
def test_fit_learns(able, layouts, labels, options):
    X = layouts["block"]
    clf = able(**{"max_iter": 1000, "n_iter_no_change": 50, **options})
    assert (clf.fit(X, labels).predict(X) == labels).mean() > 0.9


def test_scorers_read_what_comes_out(able, X, labels):
    clf = able(max_iter=10).fit(X, labels)
    p, predicted = clf.predict_proba(X), clf.predict(X)
    expected = {
        "f1_macro": f1_score(labels, predicted, average="macro"),
        "average_precision": average_precision_score(labels, p),
        "roc_auc": roc_auc_score(labels, p),
    }
    for name, value in expected.items():
        assert get_scorer(name)(clf, X, labels) == pytest.approx(value, rel=1e-12)
        assert np.isfinite(cross_val_score(clf, X, labels, cv=2, scoring=name)).all()


def test_one_network_for_each_label(small, X, labels):
    each = MultiOutputClassifier(small()).fit(X, labels)
    for k, p in enumerate(each.predict_proba(X)):
        alone = small().fit(X, labels[:, k])
        assert_array_equal(p, alone.predict_proba(X))
