"""Interrupts and errors in training: what was learnt stays, or what was there."""

import sys
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skrnn import LSTMClassifier, RecurrentFeatures
from skrnn.ensemble import SequenceBaggingClassifier
from skrnn.preprocessing import PerStepTransformer
from skrnn.streaming import EarlyClassifier
from tests.attacks.scenarios import (
    THREE,
    WIDE,
    X,
    Y,
    assert_old,
    fitted_attributes,
    network,
)


class Interrupting:
    """Stands in for stdout; a line of `verbose` for an epoch is interrupted."""

    def __init__(self, epoch, exception):
        self.epoch, self.exception = epoch, exception

    def write(self, text):
        if f" {self.epoch}/" in text and self.exception is not None:
            exception, self.exception = self.exception, None
            raise exception

    def flush(self):
        pass


def interrupted(call, monkeypatch, epoch=2, exception=None):
    """Call, interrupt it after an epoch, and see the interrupt go up."""
    exception = KeyboardInterrupt("by hand") if exception is None else exception
    with monkeypatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        patch.setattr(sys, "stdout", Interrupting(epoch, exception))
        with pytest.raises(type(exception)):
            call()


SOLVERS = pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
LOUD = {"verbose": True, "max_iter": 5, "hidden_size": 2, "tol": 0.0}


@SOLVERS
def test_an_interrupted_first_fit_has_what_it_learnt_so_far(solver, monkeypatch):
    clf = network(solver=solver, **LOUD)
    interrupted(lambda: clf.fit(X, Y), monkeypatch)
    assert clf.n_iter_ == len(clf.loss_curve_) == 2
    assert np.isfinite(clf.predict_proba(X)).all()
    first = clone(clf).set_params(verbose=False)
    untrained = network(solver=solver, **{**LOUD, "max_iter": 1, "verbose": False})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        untrained.fit(X, Y)
        first.set_params(learning_rate="constant", max_iter=2).fit(X, Y)
    assert not np.array_equal(clf.weights_, untrained.weights_)
    assert set(fitted_attributes(clf)) == set(fitted_attributes(first))


@SOLVERS
def test_an_interrupted_refit_keeps_the_earlier_model(solver, monkeypatch):
    clf = network(solver=solver, **LOUD)
    interrupted(lambda: clf.fit(X, Y), monkeypatch)
    before, predicted = fitted_attributes(clf), clf.predict_proba(X)
    interrupted(lambda: clf.fit(WIDE, THREE), monkeypatch)
    assert_old(clf, before)
    np.testing.assert_array_equal(clf.predict_proba(X), predicted)


@SOLVERS
def test_an_interrupted_warm_start_has_what_it_learnt_so_far(solver, monkeypatch):
    clf = network(solver=solver, warm_start=True, **LOUD)
    interrupted(lambda: clf.fit(X, Y), monkeypatch, epoch=1)
    before = clf.weights_.copy()
    interrupted(lambda: clf.fit(X, Y), monkeypatch, epoch=3)
    assert len(clf.loss_curve_) == 4
    assert not np.array_equal(clf.weights_, before)


@pytest.mark.parametrize("first", [True, False])
def test_an_interrupted_partial_fit_has_what_it_learnt_so_far(first, monkeypatch):
    clf = network(**LOUD)
    if not first:
        clf.set_params(verbose=False).partial_fit(X, Y, classes=[0, 1])
        clf.set_params(verbose=True)
    before = clf.weights_.copy() if not first else None
    interrupted(lambda: clf.partial_fit(X, Y, classes=[0, 1]), monkeypatch, epoch=1)
    assert len(clf.loss_curve_) == (1 if first else 2)
    assert first or not np.array_equal(clf.weights_, before)
    clf.set_params(verbose=False).partial_fit(X, Y)
    assert np.isfinite(clf.predict_proba(X)).all()


@SOLVERS
@pytest.mark.parametrize("way", ["first fit", "refit", "warm start"])
def test_an_error_in_training_leaves_the_old_estimator(way, solver, monkeypatch):
    clf = network(solver=solver, **LOUD, warm_start=way == "warm start")
    if way != "first fit":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            clf.set_params(verbose=False).fit(X, Y).set_params(verbose=True)
    before = fitted_attributes(clf)
    interrupted(lambda: clf.fit(X, Y), monkeypatch, exception=OSError("disk full"))
    assert_old(clf, before)


def _inside():
    loud = network(**LOUD)
    return {
        "pipeline": make_pipeline(PerStepTransformer(StandardScaler()), loud),
        "search": GridSearchCV(loud, {"hidden_size": [1, 2]}, cv=2),
        "early": EarlyClassifier(loud),
        "features": RecurrentFeatures(loud),
        "committee": SequenceBaggingClassifier(loud, 2),
        "search of early": GridSearchCV(EarlyClassifier(loud), {"patience": [1]}, cv=2),
    }


@pytest.mark.parametrize("name", _inside())
@pytest.mark.parametrize("refit", [False, True])
def test_an_interrupt_goes_up_through_what_is_around(name, refit, monkeypatch):
    outer = _inside()[name]
    if refit:
        with warnings.catch_warnings(), monkeypatch.context() as patch:
            warnings.simplefilter("ignore")
            patch.setattr(sys, "stdout", Interrupting(0, None))
            outer.fit(X, Y)
    before = fitted_attributes(outer)
    interrupted(lambda: outer.fit(X, Y), monkeypatch)
    if refit and name in ("early", "features", "committee"):
        assert_old(outer, before)


def test_an_interrupt_ends_a_cross_validation(monkeypatch):
    clf = network(**LOUD)
    interrupted(lambda: cross_val_score(clf, X, Y, cv=2), monkeypatch)
    interrupted(
        lambda: cross_val_score(clf, X, Y, cv=2, error_score=np.nan), monkeypatch
    )


def test_an_lstm_is_no_other_than_a_simple_network(monkeypatch):
    """The rooms above are of simple networks, for speed."""
    clf = LSTMClassifier(2, max_iter=4, verbose=True, random_state=0)
    interrupted(lambda: clf.fit(X, Y), monkeypatch)
    assert clf.n_iter_ == 2
