"""Small committees, and what their members are by hand."""

import numpy as np

from skrnn import GRUClassifier, RNNClassifier, RNNRegressor
from skrnn.ensemble import SequenceBaggingClassifier, SequenceBaggingRegressor

QUICK = {"hidden_size": 3, "max_iter": 2}


def classifiers(estimator=None, **parameters):
    """Make a small committee of classifiers."""
    estimator = RNNClassifier(**QUICK) if estimator is None else estimator
    settings = {"n_estimators": 3, "random_state": 0, **parameters}
    return SequenceBaggingClassifier(estimator, **settings)


def regressors(estimator=None, **parameters):
    """Make a small committee of regressors."""
    estimator = RNNRegressor(**QUICK) if estimator is None else estimator
    settings = {"n_estimators": 3, "random_state": 0, **parameters}
    return SequenceBaggingRegressor(estimator, **settings)


def other():
    """Make a network of another cell."""
    return GRUClassifier(**QUICK)


def outputs_of(committee, X):
    """Ask each member by itself."""
    of = "predict_proba" if hasattr(committee, "classes_") else "predict"
    return np.array([getattr(one, of)(X) for one in committee.estimators_])


def weights_of(committee):
    return np.array([one.weights_ for one in committee.estimators_])
