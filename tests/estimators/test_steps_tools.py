"""Tools of scikit-learn that take a y with an answer for every step.

A list of arrays, one a sequence, goes wherever scikit-learn asks nothing of y. What
cannot work is held to fail within scikit-learn itself.
"""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    RandomizedSearchCV,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    learning_curve,
    train_test_split,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.multiclass import type_of_target

from skrnn import (
    GRUStepRegressor,
    LSTMClassifier,
    LSTMRegressor,
    LSTMStepClassifier,
)
from skrnn.ensemble import SequenceBaggingClassifier, SequenceBaggingRegressor
from skrnn.estimators.features import RecurrentFeatures
from skrnn.preprocessing import PerStepTransformer
from skrnn.streaming import EarlyClassifier
from tests.estimators.test_steps import REGRESSORS, data_for, flat, make

each_kind = pytest.mark.parametrize("kind", [LSTMStepClassifier, GRUStepRegressor])
each_layout = pytest.mark.parametrize("layout", ["ragged", "block", "table"])


@each_kind
@each_layout
def test_cross_validation(kind, layout):
    X, y = data_for(kind, layout)
    model = make(kind)
    scores = cross_val_score(model, X, y, cv=3)
    assert np.isfinite(scores).all()
    again = cross_validate(model, X, y, cv=KFold(3), return_train_score=True)
    assert_array_equal(again["test_score"], scores)
    groups = np.repeat(np.arange(4), 3)
    assert len(cross_val_score(model, X, y, groups=groups, cv=GroupKFold(4))) == 4


@each_kind
@each_layout
def test_searches_of_pipelines(kind, layout):
    X, y = data_for(kind, layout)
    pipeline = make_pipeline(PerStepTransformer(StandardScaler()), make(kind))
    name = kind.__name__.lower()
    grid = {f"{name}__hidden_size": [2, 3]}
    search = GridSearchCV(pipeline, grid, cv=3).fit(X, y)
    assert search.score(X, y) == search.best_estimator_.score(X, y)
    drawn = RandomizedSearchCV(pipeline, grid, cv=3, n_iter=2, random_state=0)
    assert drawn.fit(X, y).best_params_.keys() == grid.keys()


@each_kind
@each_layout
def test_predictions_of_folds(kind, layout):
    X, y = data_for(kind, layout)
    found = cross_val_predict(make(kind), X, y, cv=KFold(3))
    assert len(found) == 12
    for train, test in KFold(3).split(X):
        some = [X[i] for i in train], [y[i] for i in train]
        model = make(kind).fit(
            *(np.array(a) if layout != "ragged" else a for a in some)
        )
        rest = [X[i] for i in test]
        expected = model.predict(rest if layout == "ragged" else np.array(rest))
        for i, one in zip(test, expected, strict=True):
            assert_array_equal(np.asarray(found[i]), one)


@each_kind
def test_splits_and_learning_curves(kind):
    X, y = data_for(kind)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    assert np.isfinite(make(kind).fit(X_train, y_train).score(X_test, y_test))
    sizes, _, scores = learning_curve(make(kind), X, y, cv=3, train_sizes=[0.5, 1.0])
    assert scores.shape == (len(sizes), 3)


# What scikit-learn does not let through


def test_labels_in_lists_of_lists_are_refused_where_folds_are_chosen():
    """Not in lists of arrays: `check_cv` asks a classifier's y for its type."""
    X, y = data_for(LSTMStepClassifier)
    nested = [part.tolist() for part in y]
    with pytest.raises(ValueError, match="legacy multi-label"):
        type_of_target(nested)
    with pytest.raises(ValueError, match="legacy multi-label"):
        cross_val_score(make(LSTMStepClassifier), X, nested, cv=3)
    assert len(cross_val_score(make(LSTMStepClassifier), X, nested, cv=KFold(3))) == 3


def test_probabilities_of_folds_are_encoded_for_one_label_a_row():
    X, y = data_for(LSTMStepClassifier)
    with pytest.raises(ValueError, match="inhomogeneous"):
        cross_val_predict(
            make(LSTMStepClassifier), X, y, cv=KFold(3), method="predict_proba"
        )


# What has one answer for a sequence


def test_what_needs_one_answer_a_sequence_says_so():
    X, y = data_for(LSTMStepClassifier)
    labels = [part[0] for part in y]
    with pytest.raises(TypeError, match="has an answer for every step and pools"):
        RecurrentFeatures(make(LSTMStepClassifier)).fit(X, labels)
    with pytest.raises(ValueError, match="a classifier of skrnn with one label a seq"):
        EarlyClassifier(make(LSTMStepClassifier)).fit(X, labels)
    with pytest.raises(ValueError, match="a classifier with one answer a sequence"):
        SequenceBaggingClassifier(make(LSTMStepClassifier)).fit(X, labels)
    with pytest.raises(ValueError, match="a regressor with one answer a sequence"):
        SequenceBaggingRegressor(make(GRUStepRegressor)).fit(X, labels)
    for name in ("pooled_states", "staged_predict"):
        assert not hasattr(make(LSTMStepClassifier), name)


@each_kind
def test_hidden_states_of_every_step(kind):
    X, y = data_for(kind)
    states = make(kind, hidden_size=(3, 2)).fit(X, y).hidden_states(X)
    assert [one.shape for one in states] == [(len(x), 2) for x in X]


@pytest.mark.parametrize("kind", REGRESSORS)
def test_targets_of_any_magnitude(kind):
    X, y = data_for(kind)
    expected = flat(make(kind, dtype="float64").fit(X, y).predict(X))
    scaled = [1e6 * part - 1e3 for part in y]
    found = flat(make(kind, dtype="float64").fit(X, scaled).predict(X))
    np.testing.assert_allclose(found, 1e6 * expected - 1e3, rtol=1e-7, atol=1e-3)


def test_minus_one_is_no_class():
    X, y = data_for(LSTMStepClassifier, n_classes=2)
    message = (
        "^LSTMStepClassifier needs at least two classes, but y has one class beside "
        "-1, which marks steps without a label. If -1 is a class, give it another "
        "name.$"
    )
    with pytest.raises(ValueError, match=message):
        make(LSTMStepClassifier).fit(X, [2 * part - 1 for part in y])


def test_estimators_of_sequences_name_those_of_steps():
    X, y = data_for(LSTMStepClassifier)
    with pytest.raises(ValueError, match="For a label at each step, use LSTMStepClass"):
        make(LSTMClassifier).fit(X, y)
    with pytest.raises(ValueError, match="For one at each step, use LSTMStepRegressor"):
        make(LSTMRegressor).fit(X, y)
