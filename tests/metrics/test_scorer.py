"""Scorers of steps: those of scikit-learn on flat answers, wherever scorers go."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    check_scoring,
    f1_score,
    fbeta_score,
    get_scorer_names,
    log_loss,
    make_scorer,
    max_error,
    mean_absolute_error,
    r2_score,
    roc_auc_score,
)
from sklearn.model_selection import GridSearchCV, KFold, cross_validate

from skrnn.metrics import flatten_steps, make_step_scorer
from tests.messages import failure
from tests.metrics.problems import StepClassifier, StepRegressor, WithScores, toy

X, Y = toy()
Y = [np.where(np.arange(len(y)) == 1, -1, y) for y in Y]
TRUTH = np.concatenate([np.delete(y, 1) for y in Y])
BORDER = StepClassifier(borders=(0.4,)).fit(X, Y)


def flat(answers):
    return np.concatenate([np.delete(answer, 1, axis=0) for answer in answers])


def test_names_of_classification():
    labels, proba = flat(BORDER.predict(X)), flat(BORDER.predict_proba(X))
    expected = {
        "accuracy": accuracy_score(TRUTH, labels),
        "balanced_accuracy": balanced_accuracy_score(TRUTH, labels),
        "f1": f1_score(TRUTH, labels),
        "f1_macro": f1_score(TRUTH, labels, average="macro"),
        "neg_log_loss": -log_loss(TRUTH, proba),
        "roc_auc": roc_auc_score(TRUTH, proba[:, 1]),
    }
    assert 0 < expected["accuracy"] < 1
    for name, score in expected.items():
        assert make_step_scorer(name)(BORDER, X, Y) == pytest.approx(score), name


def test_several_classes_of_texts():
    model = StepClassifier(borders=(-1, 0.2), classes=["up", "at", "on"]).fit(X, Y)
    y = [np.array(["up", "at", "on", None], dtype=object)[item] for item in Y]
    truth, proba = flatten_steps(y), model.predict_proba(X)
    _, proba = flatten_steps(y, proba)
    model.classes_ = np.array(["at", "on", "up"])  # sorted, as they must be
    _, labels = flatten_steps(y, model.predict(X))
    assert make_step_scorer("f1_macro")(model, X, y) == f1_score(
        truth, labels, average="macro"
    )
    loss = make_step_scorer(
        log_loss,
        greater_is_better=False,
        response_method="predict_proba",
        labels=["at", "on", "up"],
    )
    assert loss(model, X, y) == -log_loss(truth, proba, labels=["at", "on", "up"])


class Rows(WithScores):
    """The same model for rows, as scikit-learn knows them."""

    def _answer(self, X, of_sequence):
        return of_sequence(X[:, 0])


class RowRegressor(StepRegressor):
    def predict(self, X):
        return self.factor * X


OF_NUMBERS = [name for name in get_scorer_names() if "error" in name or name == "r2"]
OF_LABELS = sorted(
    name
    for name in set(get_scorer_names()) - set(OF_NUMBERS)
    # Of several labels a row, of counts, or of clusters.
    if not name.endswith(("_samples", "_deviance", "_variance", "_info_score"))
)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", OF_LABELS)
def test_names_of_labels_mean_what_they_do_for_rows(name):
    rows, steps = (kind(borders=(0.4,)).fit(X, Y) for kind in (Rows, WithScores))
    expected = check_scoring(rows, name)(rows, flat(X), TRUTH)
    assert make_step_scorer(name)(steps, X, Y) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("name", OF_NUMBERS)
def test_names_of_numbers_mean_what_they_do_for_rows(name):
    sequences = [np.abs(x[:, :1]) for x in X]
    targets = [x + 0.5 for x in sequences]
    rows = RowRegressor(1.1)
    expected = check_scoring(rows, name)(
        rows, np.concatenate(sequences), np.concatenate(targets)
    )
    found = make_step_scorer(name)(StepRegressor(1.1), sequences, targets)
    assert found == pytest.approx(expected)


def test_metrics_and_scorers():
    labels = flat(BORDER.predict(X))
    expected = fbeta_score(TRUTH, labels, beta=2)
    assert make_step_scorer(fbeta_score, beta=2)(BORDER, X, Y) == expected
    scorer = make_scorer(fbeta_score, beta=2)
    assert make_step_scorer(scorer)(BORDER, X, Y) == expected
    errors = make_step_scorer(
        lambda true, found: np.sum(true != found), greater_is_better=False
    )
    assert errors(BORDER, X, Y) == -np.sum(labels != TRUTH)
    named = make_step_scorer(partial(f1_score, pos_label=0))
    assert named(BORDER, X, Y) == f1_score(TRUTH, labels, pos_label=0)


def test_methods_in_order_of_preference():
    order = make_step_scorer(
        lambda _, found: found.max(),
        response_method=["decision_function", "predict_proba"],
    )
    scores = WithScores(borders=(0.4,)).fit(X, Y)
    assert order(scores, X, Y) == flat(scores.decision_function(X)).max()
    assert order(BORDER, X, Y) == flat(BORDER.predict_proba(X))[:, 1].max()


def test_targets():
    y = [x + 0.5 for x in X]
    y[0][0, 1] = np.nan
    y[1][0] = -1  # a number like any other
    left = np.concatenate([y[0][1:], *y[1:]]), np.concatenate([X[0][1:], *X[1:]])
    found = make_step_scorer("neg_mean_absolute_error")(StepRegressor(), X, y)
    assert found == pytest.approx(-mean_absolute_error(*left))
    found = make_step_scorer(r2_score, multioutput="raw_values")(StepRegressor(), X, y)
    assert found == pytest.approx(r2_score(*left, multioutput="raw_values"))
    one = [x[:, :1] for x in X]
    assert make_step_scorer("r2")(StepRegressor(), one, one) == 1


# Weights


@pytest.mark.parametrize("name", ["accuracy", "neg_log_loss", "roc_auc"])
def test_weights(name):
    scorer = make_step_scorer(name)
    weights = np.arange(len(X)) % 3
    kept = [i for i, times in enumerate(weights) for _ in range(times)]
    expected = scorer(BORDER, [X[i] for i in kept], [Y[i] for i in kept])
    of_steps = [np.full(len(y), w) for y, w in zip(Y, weights, strict=True)]
    for given in (weights, weights.tolist(), of_steps, pd.Series(weights)):
        found = scorer(BORDER, X, Y, sample_weight=given)
        assert found == pytest.approx(expected)
    # A step without weight is one without a label.
    zero = [np.where(y == -1, 0.0, 1.0) for y in Y]
    all_labelled = [np.where(y == -1, 0, y) for y in Y]
    assert scorer(BORDER, X, all_labelled, sample_weight=zero) == pytest.approx(
        scorer(BORDER, X, Y)
    )


@pytest.mark.parametrize("nested", [False, True])
def test_weights_are_routed(nested):
    weights = list(np.random.default_rng(0).uniform(size=len(X)))
    if nested:
        weights = [np.full(len(y), w) for y, w in zip(Y, weights, strict=True)]
    grid = {"borders": [(0.4,), (3.0,)]}
    cv = KFold(3)
    with config_context(enable_metadata_routing=True):
        scorer = make_step_scorer("accuracy").set_score_request(sample_weight=True)
        model = StepClassifier().set_fit_request(sample_weight=False)
        search = GridSearchCV(model, grid, scoring=scorer, cv=cv, error_score="raise")
        search.fit(X, Y, sample_weight=weights)
        assert search.best_estimator_.weights_ is None
        several = {"a": scorer, "b": make_step_scorer("f1_macro")}
        for one in several.values():
            one.set_score_request(sample_weight=True)
        both = cross_validate(
            search.best_estimator_,
            X,
            Y,
            scoring=several,
            cv=cv,
            params={"sample_weight": weights},
            error_score="raise",
        )
    for i, (_, test) in enumerate(cv.split(X)):
        expected = make_step_scorer("accuracy")(
            search.best_estimator_,
            *([items[j] for j in test] for items in (X, Y, weights)),
        )
        assert search.cv_results_[f"split{i}_test_score"][0] == expected
        assert both["test_a"][i] == expected


def test_what_takes_no_weights_gets_none():
    scorers = {"acc": make_step_scorer("accuracy"), "max": make_step_scorer(max_error)}
    several = check_scoring(BORDER, scoring=scorers)
    weights = np.arange(len(X))
    found = several(BORDER, X, Y, sample_weight=weights)
    assert found["acc"] == scorers["acc"](BORDER, X, Y, sample_weight=weights)
    assert found["max"] == 1
    with pytest.raises(RuntimeError, match="only available when metadata routing"):
        scorers["acc"].set_score_request(sample_weight=True)


# What cannot be


def test_what_is_no_score():
    for score in (None, 1, ["accuracy"]):
        assert failure(ValueError, make_step_scorer, score) == (
            "make_step_scorer needs the name of a scorer of scikit-learn, a metric or "
            f"a scorer; got {score!r}."
        )
    assert failure(ValueError, make_step_scorer, "acuracy") == (
        "'acuracy' is not a valid scoring value. Use "
        "sklearn.metrics.get_scorer_names() to get valid options."
    )
    for options in (
        {"greater_is_better": False},
        {"response_method": "predict_proba"},
        {"beta": 2},
    ):
        assert failure(ValueError, make_step_scorer, "accuracy", **options) == (
            "'accuracy' is a scorer, which knows its sign, its response_method and all "
            "its arguments: pass it alone, or a metric with them."
        )


def test_answers_that_do_not_fit():
    class Short(StepClassifier):
        def predict(self, X):
            return [x[:2, 0] > 0 for x in X]

    scorer = make_step_scorer("accuracy")
    assert failure(ValueError, scorer, Short().fit(X, Y), X, Y) == (
        "Sequence 1 of y has 3 step(s), but that of the result of predict has 2: there "
        "must be one value for each step."
    )
    assert failure(ValueError, scorer, BORDER, X[:2], Y) == (
        "y has 12 sequence(s), but the result of predict has 2: there must be one for "
        "each."
    )
    assert failure(ValueError, scorer, BORDER, X, np.zeros(12)) == (
        "y must have a value for each step: an array (sequences, steps), or a list "
        "with an array for each sequence. Got 12 value(s) in a row: if they are one "
        "sequence, pass [y]."
    )
    assert failure(ValueError, scorer, BORDER, X[:1], [[-1, -1]]) == (
        "No step of y has a label, so that there is nothing to score."
    )
    loss = make_step_scorer("neg_mean_absolute_error")
    assert "sample_weight must have one number for each" in failure(
        ValueError, loss, StepRegressor(), X, X, sample_weight=[1]
    )
    proba = make_step_scorer("neg_log_loss")
    assert failure(AttributeError, proba, StepRegressor(), X, X).startswith(
        "StepRegressor has none of the following attributes: predict_proba"
    )
