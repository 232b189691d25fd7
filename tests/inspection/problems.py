"""Small networks, and attributions held against differences of their outputs."""

from functools import partial

import numpy as np

from skrnn import GRUClassifier, LSTMClassifier, RNNClassifier

CELLS = {
    "rnn-tanh": partial(RNNClassifier, activation="tanh"),
    "rnn-relu": partial(RNNClassifier, activation="relu"),
    "lstm": LSTMClassifier,
    "gru": GRUClassifier,
}


UNITS = np.array([1.0, 30.0])
MEANS = np.array([0.0, 7.0])


def sequences(lengths, seed=0):
    rng = np.random.default_rng(seed)
    return [MEANS + UNITS * rng.normal(size=(steps, 2)) for steps in lengths]


LENGTHS = {"rectangular": [7] * 9, "ragged": [3, 7, 1, 5, 7, 2, 4, 6, 5]}
THREE = np.arange(9) % 3


def small(kind, X, y=THREE, **parameters):
    settings = {"hidden_size": 3, "max_iter": 1, "random_state": 0, **parameters}
    return kind(**settings).fit(X, y)


def joined(attributions):
    return np.concatenate([np.reshape(one, (-1, 2)) for one in attributions])


def chosen(scores, codes):
    return scores.reshape(len(scores), -1)[np.arange(len(scores)), codes]
