"""Notices about data and about learning: word for word, once, and only if it is so.

How training ends is the matter of test_lbfgs_warnings.py, and of test_estimators.py in
tests/estimators.
"""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import is_classifier
from sklearn.datasets import load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skrnn import GRUClassifier, LSTMClassifier, LSTMRegressor
from skrnn.optimizers import OPTIMIZERS, SGD

FEW_HELD_OUT = (
    "early_stopping holds out {} sequences, too few for their score to tell good "
    "weights from lucky ones. Try a larger validation_fraction, more data, or "
    "early_stopping=False: learning_rate='cosine' ends training by itself."
)
COLUMNS_DIFFER = (
    "The columns of X differ in scale: the standard deviation is {} in column {} and "
    "{} in column {}. A row is read as a sequence whose steps have one scale. If the "
    "columns are different quantities, put a StandardScaler before the network."
)
FEATURES_DIFFER = (
    "Feature {} of X has mean {} and standard deviation {}, which initial weights and "
    "learning rates are not made for. Try standardize=True, or scale the features."
)
LOSS_ROSE = (
    "The loss rose from {:.3g} to {:.3g} in training: the steps were too large. Try a "
    "smaller learning_rate_init or max_grad_norm."
)
CONSTANT = (
    "The network gives all sequences the same answer: it has learnt how common the "
    "answers are, and nothing from the sequences. Try a larger max_iter or "
    "hidden_size, a smaller alpha or dropout, another learning_rate_init or pooling, "
    "and see that the rows of X and y belong together."
)
ON_LEARNING = (LOSS_ROSE.split("{")[0], CONSTANT)
#: A penalty that leaves nothing of the weights in so many epochs.
#: Of a regression on the last steps no penalty takes anything.
TOO_STRICT = {
    "alpha": 10.0,
    "max_iter": 30,
    "learning_rate_init": 0.1,
    "linear_steps": 0,
}


def said(call, *args, **kwargs):
    """Give the text of each warning; all are of their category and point here."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call(*args, **kwargs)
    for warning in caught:
        on_learning = str(warning.message).startswith(ON_LEARNING)
        assert warning.category is (ConvergenceWarning if on_learning else UserWarning)
        assert warning.filename == __file__
        assert warning.lineno == said.__code__.co_firstlineno + 4
    return [str(warning.message) for warning in caught]


def said_of_data(estimator, X, y, **kwargs):
    """Give what is said in a first `partial_fit`, which says nothing of learning."""
    kwargs |= {"classes": np.unique(y)} if is_classifier(estimator) else {}
    return said(estimator.partial_fit, X, y, **kwargs)


def with_sizes(X, sizes, means=0.0):
    """Give the columns, or features, these deviations and means, to the digit."""
    axes = tuple(range(X.ndim - 1))
    return (X - X.mean(axis=axes)) / X.std(axis=axes) * sizes + means


# Sequences held out


@pytest.mark.parametrize("options", [{}, {"solver": "lbfgs", "tol": 10.0}])
@pytest.mark.parametrize("n", [2, 19, 20])
def test_few_held_out(any_small, X, codes, n, options):
    model = any_small(early_stopping=True, validation_fraction=n / 40, **options)
    assert said(model.fit, X, codes) == [FEW_HELD_OUT.format(n)] * (n < 20)
    assert said(model.set_params(early_stopping=False).fit, X, codes) == []


# Columns of a table


@pytest.mark.parametrize("as_users_have_it", [np.array, pd.DataFrame])
def test_columns_of_different_scale(any_small, layouts, codes, as_users_have_it):
    X = with_sizes(layouts["table"], [1, 1, 0.5, 1, 160, 2, 2, 2], np.arange(8))
    X, expected = as_users_have_it(X), [COLUMNS_DIFFER.format(0.5, 2, 160, 4)]
    assert said(any_small().fit, X, codes) == expected
    assert said_of_data(any_small(), X, codes) == expected
    assert said(make_pipeline(StandardScaler(), any_small()).fit, X, codes) == []


def test_columns_of_one_feature_differ(small, layouts, codes):
    X = with_sizes(layouts["table"], [0.5, 1, 1, 1, 400, 1, 1, 1])
    clf, expected = small(features_per_step=2), COLUMNS_DIFFER.format(0.5, 0, 400, 4)
    assert said_of_data(clf, X, codes) == [expected]


HARMLESS_COLUMNS = {
    "as they are": lambda X: X,
    "less than a hundredfold": lambda X: with_sizes(X, [1, 1, 1, 1, 90, 1, 1, 1]),
    "one that hardly varies": lambda X: with_sizes(X, [1, 1, 1, 1, 1e-9, 1, 1, 1]),
    "squares that overflow": lambda X: 1e200 * X,
    "squares that vanish": lambda X: 1e-200 * X,
    "one": lambda X: 1e6 * X[:, :1],
    "constant": lambda X: np.full_like(X, 7.0),
    "mostly zero": lambda X: X * [1, 0, 0, 0, 0, 0, 0, 0],
    # The deviation of a constant need not be zero in floating point.
    "mostly constant": lambda X: np.c_[X, np.full((40, 12), 0.1)],
    "mostly rare events": lambda X: np.c_[X, np.eye(40)[:, :20]],
}


@pytest.mark.parametrize("change", HARMLESS_COLUMNS.values(), ids=HARMLESS_COLUMNS)
def test_columns_that_may_be(small, layouts, codes, change):
    assert said_of_data(small(), change(layouts["table"]), codes) == []


@pytest.mark.parametrize("load", [load_digits, load_iris])
def test_tables_as_they_come(small, load):
    assert said_of_data(small(), *load(return_X_y=True)) == []


def test_features_of_a_table_may_differ_as_those_of_a_block_may(small, codes):
    X = np.random.default_rng(0).normal(size=(40, 5, 3)) * [1, 1, 1e5]
    assert said_of_data(small(), X, codes) == []
    assert said_of_data(small(), list(X), codes) == []
    assert said_of_data(small(features_per_step=3), X.reshape(40, 15), codes) == []


# Features that are read as they are


@pytest.mark.parametrize(
    ("sizes", "means", "told"),
    [
        ([1, 110], [0, 7], (1, "7", "110")),
        ([1e-3, 1], [0.002, 0], (0, "0.002", "0.001")),
        ([1, 1], [0, -500], (1, "-500", "1")),
        ([1e200, 1e-250], [2e200, 3e-250], (1, "3e-250", "1e-250")),
        ([1e3, 1e5], [0.5, 0.5], (1, "0.5", "1e+05")),
    ],
    ids=["wide", "narrow", "far", "extreme", "the worst"],
)
def test_features_off_the_scale(any_small, layouts, codes, sizes, means, told):
    X = with_sizes(layouts["block"], sizes, np.array(means, float))
    raw, expected = {"standardize": False}, FEATURES_DIFFER.format(*told)
    assert said(any_small(**raw).fit, X, codes).count(expected) == 1
    assert said_of_data(any_small(**raw), list(X), codes) == [expected]
    assert said_of_data(any_small(), X, codes) == []


def with_a_rare_event(X):
    event = np.zeros((40, 4, 1))
    event[19, 1] = 1.0
    return np.concatenate([X, event], axis=2)


HARMLESS_FEATURES = {
    "as they are": lambda X: X,
    "almost a hundredfold": lambda X: with_sizes(X, [90, 1 / 90]),
    "rather far": lambda X: with_sizes(X, [1, 1], [90, -90]),
    "small about a number": lambda X: with_sizes(X, [1e-6, 1], [1, 1]),
    "constant": lambda X: X * [1, 0] + [0, 2],
    "zero": lambda X: X * [1, 0],
    "rare": with_a_rare_event,
}


@pytest.mark.parametrize("change", HARMLESS_FEATURES.values(), ids=HARMLESS_FEATURES)
def test_features_that_may_be(small, layouts, codes, change):
    X = change(layouts["block"])
    assert said_of_data(small(standardize=False), X, codes) == []


@pytest.mark.parametrize("layout", ["block", "table"])
def test_a_row_without_weight_does_not_count(small, layouts, codes, layout):
    X, weight = layouts[layout].copy(), np.ones(40)
    X[5, 2], weight[5] = 1e6, 0.0
    clf = small(standardize=False)
    assert said_of_data(clf, X, codes, sample_weight=weight) == []


# A loss that rises


@pytest.fixture
def rising(any_small, monkeypatch):
    """Make an estimator that learns for 15 updates and then goes uphill."""

    def make(uphill=2.0, **parameters):
        class Wild(SGD):
            def step(self, weights, gradient, learning_rate):
                rate = -uphill if self.state["n_steps"] >= 15 else learning_rate
                super().step(weights, gradient, rate)

        monkeypatch.setitem(OPTIMIZERS, "sgd", Wild)
        quick = {"solver": "sgd", "learning_rate_init": 0.1, "max_iter": 20}
        quick |= {"alpha": 0, "dropout": 0, "recurrent_dropout": 0}
        return any_small(**{**quick, **parameters})

    return make


def test_a_loss_that_rises(rising, layouts, codes):
    model = rising()
    notes = said(model.fit, layouts["ragged"], codes)
    tenths = np.reshape(model.loss_curve_, (10, 2)).mean(axis=1)
    assert notes == [LOSS_ROSE.format(tenths.min(), tenths[-1])]


def test_a_loss_that_hardly_rises_or_not_for_long(rising, layouts, codes):
    X = layouts["ragged"]
    assert said(rising(uphill=0.01).fit, X, codes) == []
    # Three epochs are too few to speak of a course.
    assert said(rising(max_iter=3, batch_size=6).fit, X, codes) == []


@pytest.mark.parametrize("seed", range(10))
def test_the_noise_of_dropout_is_no_rise(layouts, codes, seed):
    clf = GRUClassifier(4, max_iter=20, batch_size=8, random_state=seed)
    clf.set_params(learning_rate_init=0.05, dropout=0, recurrent_dropout=0.3)
    assert said(clf.fit, layouts["block"], codes) == []


# The same answer for all


def test_a_network_that_learns_nothing(any_small, X, codes):
    assert said(any_small(**TOO_STRICT).fit, X, codes) == [CONSTANT]
    assert said(any_small(max_iter=30).fit, X, codes) == []


@pytest.mark.parametrize("make", [LSTMClassifier, LSTMRegressor])
def test_several_outputs_that_learn_nothing(make, layouts, codes):
    X, y = layouts["block"], np.column_stack([codes, 1 - codes])
    assert said(make(4, random_state=0, **TOO_STRICT).fit, X, y) == [CONSTANT]


def test_one_of_several_outputs_is_enough(layouts, targets):
    X, y = layouts["block"], np.column_stack([targets, np.full(40, 3.0)])
    reg = LSTMRegressor(4, solver="lbfgs", alpha=0.01, tol=1e-4, random_state=0)
    assert said(reg.fit, X, y) == []
    assert np.ptp(reg.predict(X)[:, 1]) < 0.02


@pytest.mark.parametrize("value", [0.0, 7.0, 1e300])
def test_constant_targets_are_learnt_so(small_regressor, X, value):
    assert said(small_regressor(**TOO_STRICT).fit, X, np.full(40, value)) == []
    assert said(small_regressor(**TOO_STRICT).fit, X, np.full((40, 2), value)) == []


def test_labels_that_are_all_the_same(small, layouts, codes):
    X = layouts["ragged"]
    assert said(small(**TOO_STRICT).fit, X, np.tile([1, 0], (40, 1))) == []
    # Going on with sequences of one class: there is nothing to tell apart.
    clf = small(warm_start=True).fit(X, codes).set_params(**TOO_STRICT)
    assert said(clf.fit, X, np.zeros(40, int)) == []
    assert said(clf.fit, X, codes) == [CONSTANT]


def test_noise_that_is_fitted(small, layouts):
    X, y = layouts["block"], np.random.default_rng(7).permutation(40) % 2
    clf = small(hidden_size=16, max_iter=100, batch_size=8)
    assert said(clf.fit, X, y) == []


# When


def test_going_on_repeats_nothing_about_data(any_small, layouts, codes):
    X = 1e3 * layouts["table"] * [1, 1, 1, 1, 1e3, 1, 1, 1]
    model = any_small(early_stopping=True, standardize=False, warm_start=True)

    def first_words():
        notes = said(model.fit, X, codes)
        return [note.split()[0] for note in notes if not note.startswith(ON_LEARNING)]

    assert first_words() == ["early_stopping", "The", "Feature"]
    assert first_words() == []
    model.set_params(early_stopping=False)
    assert said(model.partial_fit, X, codes) == []
    model.set_params(warm_start=False)
    assert first_words() == ["The", "Feature"]


def test_partial_fit_says_nothing_of_learning(rising, any_small, layouts, codes):
    X, strict, wild = layouts["block"], any_small(**TOO_STRICT), rising()
    for model in (strict, wild):
        assert said_of_data(model, X, codes) == []
        for _ in range(30):
            assert said(model.partial_fit, X, codes) == []
    assert np.ptp(strict.predict(X)) < 0.1
    assert wild.loss_ > 2 * wild.best_loss_


def test_training_that_broke_off_is_all_there_is_to_say(
    any_small, layouts, codes, interrupted_after
):
    interrupted_after(14)
    with pytest.raises(KeyboardInterrupt) as caught:
        any_small(**TOO_STRICT).fit(layouts["block"], codes)
    assert caught.value.__notes__ == [
        "Training was interrupted in epoch 15; the model has the weights so far."
    ]
