"""Where scorers of steps go: searches, importances, files and other processes."""

import pickle
from functools import partial

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.metrics import accuracy_score, fbeta_score, make_scorer
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skrnn.inspection import permutation_importance
from skrnn.metrics import make_step_scorer, segment_edit_score
from tests.metrics.problems import StepClassifier, toy

X, Y = toy()
Y = [np.where(np.arange(len(y)) == 1, -1, y) for y in Y]
BORDER = StepClassifier(borders=(0.4,)).fit(X, Y)


def scaled(X, factor):
    return [x * factor for x in X]


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_searches(n_jobs):
    scoring = {
        "accuracy": make_step_scorer("accuracy"),
        "loss": make_step_scorer("neg_log_loss"),
        "edit": make_scorer(segment_edit_score),
    }
    grid = {"stepclassifier__borders": [(-2.0,), (0.0,), (2.0,)]}
    scaler = FunctionTransformer(partial(scaled, factor=2))
    search = GridSearchCV(
        make_pipeline(scaler, StepClassifier()),
        grid,
        scoring=scoring,
        refit="accuracy",
        cv=3,
        n_jobs=n_jobs,
        error_score="raise",
    ).fit(X, Y)
    assert search.best_params_ == {"stepclassifier__borders": (0.0,)}
    assert search.best_score_ == 1
    assert search.score(X, Y) == 1
    assert make_step_scorer("accuracy")(search, X, Y) == 1


def test_arrays_and_tables():
    block = np.random.default_rng(1).normal(size=(6, 4, 2))
    y = (block[:, :, 0] > 0).astype(int)
    y[0, 0] = -1
    scorer = make_step_scorer("accuracy")
    found = cross_val_score(BORDER, block, y, scoring=scorer, cv=3, error_score="raise")
    lists = list(block), list(y)
    assert (
        found.tolist() == cross_val_score(BORDER, *lists, scoring=scorer, cv=3).tolist()
    )

    class OfTable(StepClassifier):
        def predict(self, X):
            return self.classes_[np.digitize(np.asarray(X), self.borders)]

    table = pd.DataFrame(block[:, :, 0])
    frame = pd.DataFrame(y)
    found = cross_val_score(OfTable(), table, frame, scoring=scorer, cv=3)
    assert found.tolist() == [1, 1, 1]


def test_permutation_importance_of_features():
    result = permutation_importance(
        BORDER,
        X,
        Y,
        scoring={"a": make_step_scorer("accuracy"), "l": make_step_scorer("f1")},
        sample_weight=np.ones(len(X)),
        random_state=0,
    )
    for one in result.values():
        assert one.importances_mean[0] > 0.1
        assert one.importances_mean[1] == 0


def test_pickles_copies_and_names():
    for scorer in (make_step_scorer("roc_auc"), make_step_scorer(fbeta_score, beta=2)):
        expected = scorer(BORDER, X, Y)
        for twin in (pickle.loads(pickle.dumps(scorer)), clone(scorer, safe=False)):
            assert twin(BORDER, X, Y) == expected
    assert repr(make_step_scorer(fbeta_score, beta=2)) == (
        "make_step_scorer(make_scorer(fbeta_score, response_method='predict', beta=2))"
    )


def test_the_scorer_that_was_given_stays_as_it_is():
    given = make_scorer(accuracy_score)
    with config_context(enable_metadata_routing=True):
        make_step_scorer(given).set_score_request(sample_weight=True)
        requests = given.get_metadata_routing().score.requests
    assert requests.get("sample_weight") is None
