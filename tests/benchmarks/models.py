"""What learning is measured of: networks, changed networks, and usual models.

A model is made by a function of `random_state`.
"""

from functools import partial
from importlib.util import find_spec

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, Ridge, RidgeCV
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from skrnn import (
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    RNNClassifier,
    RNNRegressor,
)
from skrnn.cells import CELLS, LSTMCell
from skrnn.ensemble import SequenceBaggingClassifier
from tests.benchmarks.committees import OtherPatches, committee
from tests.benchmarks.recipe import PLAIN


def flat(X, n_steps):
    """Return a row for each sequence, as long as the longest of training.

    Behind the end of a sequence there are zeros.
    """
    table = np.zeros((len(X), n_steps * X[0].shape[1]))
    for row, sequence in zip(table, X, strict=True):
        values = sequence[:n_steps].ravel()
        row[: len(values)] = values
    return table


class Flat:
    """A model of rows, scaled, for sequences."""

    def __init__(self, model):
        self.model = make_pipeline(StandardScaler(), model)

    def fit(self, X, y):
        self.n_steps = max(map(len, X))
        self.model.fit(flat(X, self.n_steps), y)
        return self

    @property
    def classes_(self):
        return self.model.classes_

    def predict(self, X):
        return self.model.predict(flat(X, self.n_steps))

    def predict_proba(self, X):
        return self.model.predict_proba(flat(X, self.n_steps))


def logistic(random_state):
    return Flat(LogisticRegression(max_iter=2000, random_state=random_state))


def multilayer(random_state):
    return Flat(MLPClassifier(max_iter=2000, random_state=random_state))


def ridge(random_state):
    return Flat(Ridge(random_state=random_state))


def ridge_cv(random_state):
    """Three penalties tried; there is nothing random in it."""
    return Flat(RidgeCV())


def boosting(random_state):
    return Flat(HistGradientBoostingRegressor(random_state=random_state))


CLASSIFIERS = {
    "LSTM": LSTMClassifier,
    # Without what reads curves and scales, and with labels as they are.
    "plain LSTM": partial(LSTMClassifier, **PLAIN),
    "GRU": GRUClassifier,
    "RNN": RNNClassifier,
    "logistic": logistic,
    "MLP": multilayer,
}
if find_spec("torch"):
    from tests.benchmarks.usual_recipe import UsualRecipe

    CLASSIFIERS["torch LSTM"] = partial(UsualRecipe, "LSTM")
    CLASSIFIERS["torch RNN"] = partial(UsualRecipe, "RNN")

# The usual models come first, since the networks are compared with the best of them.
USUAL_REGRESSORS = {"Ridge": ridge, "RidgeCV": ridge_cv, "boosting": boosting}
REGRESSORS = {
    **USUAL_REGRESSORS,
    "LSTM": LSTMRegressor,
    "GRU": GRURegressor,
    "RNN": RNNRegressor,
}


class StepScaler(FunctionTransformer):
    """Scales each feature by the steps of the training set."""

    def fit(self, X, y=None):
        self.scaler = StandardScaler().fit(np.concatenate(list(X)))
        return self

    def transform(self, X):
        scaled = [self.scaler.transform(x) for x in X]
        return scaled if isinstance(X, list) else np.array(scaled)


def scaled_by_hand(random_state):
    model = LSTMClassifier(standardize=False, random_state=random_state)
    return make_pipeline(StepScaler(), model)


WAYS = {
    "standardize": LSTMClassifier,
    "as it is": partial(LSTMClassifier, standardize=False),
    "scaler in front": scaled_by_hand,
}


def times(X, factor):
    return [factor * x for x in X] if isinstance(X, list) else factor * X


def multiplied(make, factor, random_state):
    """Return a model that gets the data times a factor."""
    multiply = FunctionTransformer(times, kw_args={"factor": factor})
    return make_pipeline(multiply, make(random_state=random_state))


def scales():
    """Return, by its title, an LSTM on data of another scale."""
    return {
        f"{way} x {factor:g}": partial(multiplied, make, factor)
        for factor in (1e-4, 1.0, 1e4)
        for way, make in WAYS.items()
    }


class ChronoCell(LSTMCell):
    """Forget gates that begin open for as long as a sequence of 100 steps lasts."""

    def init(self, random_state=None):
        params = super().init(random_state)
        _, b, _ = self.split(params)
        _, i, f, _ = b.reshape(4, -1)
        f[...] = np.log(np.linspace(1, 99, self.hidden_size))
        i[...] = -f
        return params


class ChronoClassifier(LSTMClassifier):
    _cell = "chrono"


CELLS["chrono"] = ChronoCell

CHANGES = {
    "default": {},
    "patch 1": {"patch_size": 1},
    "patch 8": {"patch_size": 8},
    "no rec. dropout": {"recurrent_dropout": 0},
    "rec. dropout 0.5": {"recurrent_dropout": 0.5},
    "no dropout": {"dropout": 0},
    "neither": {"dropout": 0, "recurrent_dropout": 0},
    "rate 0.005": {"learning_rate_init": 0.005},
    "rate 0.05": {"learning_rate_init": 0.05},
    "sgd": {"solver": "sgd"},
    "sgd, rate 0.02": {"solver": "sgd", "learning_rate_init": 0.02},
    "constant rate": {"learning_rate": "constant"},
    "no clipping": {"max_grad_norm": None},
    "alpha 0.003": {"alpha": 0.003},
    "alpha 0": {"alpha": 0},
    "batch 16": {"batch_size": 16},
    "100 epochs": {"max_iter": 100},
    "last": {"pooling": "last"},
    "mean": {"pooling": "mean"},
    "both directions": {"bidirectional": True},
    "2 layers": {"n_layers": 2},
    "early stopping": {"early_stopping": True},
    "no filters": {"n_filters": 0},
    "32 filters": {"n_filters": 32},
    "no augmentation": {"augmentation": 0},
    "augmentation 0.1": {"augmentation": 0.1},
    "augmentation 0.2": {"augmentation": 0.2},
    "augmentation 0.3": {"augmentation": 0.3},
    "64 filters": {"n_filters": 64},
    "own scale": {"own_scale": True},
    "no own scale": {"own_scale": False},
    "no smoothing": {"label_smoothing": 0},
    "smoothing 0.05": {"label_smoothing": 0.05},
    "smoothing 0.2": {"label_smoothing": 0.2},
    "linear path": {"linear_steps": 32},
}


def changed():
    """Return, by its title, an LSTM with one default changed."""
    changes = {
        title: partial(LSTMClassifier, **change) for title, change in CHANGES.items()
    }
    return {**changes, "chrono init": ChronoClassifier}


# Members vote by the mean of their probabilities; one alone is what it is.
COMMITTEES = {
    "LSTM": [("lstm", LSTMClassifier())],
    "3 seeds": [(f"lstm {k}", LSTMClassifier()) for k in range(3)],
    "3 patches": [
        ("usual", LSTMClassifier()),
        ("half", OtherPatches(0.5)),
        ("twice", OtherPatches(2)),
    ],
    "3 readings": [
        ("usual", LSTMClassifier()),
        ("no filters", LSTMClassifier(n_filters=0)),
        ("both directions", LSTMClassifier(bidirectional=True)),
    ],
    "5 readings": [
        ("usual", LSTMClassifier()),
        ("half", OtherPatches(0.5)),
        ("twice", OtherPatches(2)),
        ("both directions", LSTMClassifier(bidirectional=True)),
        ("gru", GRUClassifier()),
    ],
    "LSTM, GRU, own scale": [
        ("lstm", LSTMClassifier()),
        ("gru", GRUClassifier()),
        ("own scale", LSTMClassifier(own_scale=True)),
    ],
    "bagging, 10": [("bagging", SequenceBaggingClassifier(n_estimators=10))],
}


def committees():
    """Return, by its title, what makes each of `COMMITTEES`."""
    return {title: partial(committee, members) for title, members in COMMITTEES.items()}
