"""Estimators with targets of each kind."""

from typing import NamedTuple

import numpy as np

from skrnn import GRURegressor, LSTMClassifier, LSTMRegressor, RNNClassifier


class Task(NamedTuple):
    """An estimator, and the kind of targets that it is given."""

    kind: type
    targets: str

    def make(self, **parameters):
        quick = {"hidden_size": 5, "max_iter": 3, "random_state": 0}
        return self.kind(**{**quick, **parameters})

    def data(self, n=30, n_features=2, seed=0):
        """Draw ragged sequences and their targets."""
        rng = np.random.default_rng(seed)
        lengths = rng.integers(1, 12, n)
        X = [rng.normal(size=(length, n_features)) for length in lengths]
        if self.targets == "classes":
            return X, rng.permutation(np.arange(n) % 3)
        sums = np.array([x.sum(axis=0) for x in X])
        y = {"labels": (sums > 0).astype(int), "numbers": sums, "number": sums[:, 0]}
        return X, y[self.targets]

    def __str__(self):
        return f"{self.kind.__name__}-{self.targets}"


#: Each kind of targets, and with them each cell.
TASKS = [
    Task(RNNClassifier, "classes"),
    Task(LSTMRegressor, "number"),
    Task(GRURegressor, "numbers"),
    Task(LSTMClassifier, "labels"),
]


ARCHITECTURES = {
    "one layer": {},
    "a stack": {"hidden_size": (5, 4)},
    "both ways": {"bidirectional": True},
    "a stack of both ways": {"hidden_size": (5, 4, 3), "bidirectional": True},
}


def outputs(estimator, X):
    """Give probabilities, or predicted numbers."""
    return getattr(estimator, "predict_proba", estimator.predict)(X)
