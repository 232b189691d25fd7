"""Sequences with a label for each step, in every form, and models that answer so."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

LENGTHS = (5, 1, 8, 3)


def random_labels(rng, classes=3, lengths=LENGTHS):
    """Make labels in stretches."""
    return [np.repeat(rng.integers(classes, size=n), 3)[:n] for n in lengths]


def toy(n=12, seed=0, n_features=2):
    """Make ragged sequences whose label at a step is the sign of what is read there."""
    rng = np.random.default_rng(seed)
    X = [rng.normal(size=(2 + i % 4, n_features)) for i in range(n)]
    return X, [(x[:, 0] > 0).astype(int) for x in X]


class StepClassifier(ClassifierMixin, BaseEstimator):
    """Says for every step where its first feature lies between the borders."""

    def __init__(self, borders=(0.0,), classes=None):
        self.borders = borders
        self.classes = classes

    def fit(self, X, y, sample_weight=None):
        names = self.classes or range(len(self.borders) + 1)
        self.classes_ = np.array(names)
        self.weights_ = sample_weight
        return self

    def _answer(self, X, of_sequence):
        answers = [of_sequence(np.asarray(x)[:, 0]) for x in X]
        return np.stack(answers) if isinstance(X, np.ndarray) else answers

    def predict(self, X):
        return self._answer(X, lambda x: self.classes_[np.digitize(x, self.borders)])

    def predict_proba(self, X):
        return self._answer(X, self._proba)

    def _proba(self, x):
        bounds = np.array([-8.0, *self.borders, 8.0])
        scores = -np.abs(x[:, np.newaxis] - (bounds[1:] + bounds[:-1]) / 2)
        return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


class WithScores(StepClassifier):
    """Has a decision function too."""

    def decision_function(self, X):
        return self._answer(X, lambda x: x - self.borders[0])


class StepRegressor(RegressorMixin, BaseEstimator):
    """Repeats what it reads, times a factor."""

    def __init__(self, factor=1.0):
        self.factor = factor

    def fit(self, X, y):
        return self

    def predict(self, X):
        return [self.factor * np.asarray(x) for x in X]
