"""Small things to train, and what may go wrong with them."""

import numpy as np

from skrnn.losses import BinaryCrossEntropy
from skrnn.network import build_network
from skrnn.training import Objective, TrainingSet

#: How many sequences there are to learn from.
N = 22


class Whole:
    """An objective whose batches are never cut."""

    sequences_per_shard = N
    reads_in_part = False

    def split(self, n):
        return [self] * n


class Bowl(Whole):
    """An objective of a single minimum that writes down its calls.

    Parameters
    ----------
    faults : dict of int to callable, optional
        For the number of a call, from 0, what happens to its value and gradient.
    """

    def __init__(self, faults=None):
        self.faults = faults or {}
        self.rows = []

    def value_and_gradient(self, weights, x, y, sample_weight, reuse=None):
        call = len(self.rows)
        self.rows.append(y.tolist())
        away = weights - np.arange(len(weights), dtype=weights.dtype)
        value, gradient = float(np.mean(sample_weight) * away @ away / 2), away
        fault = self.faults.get(call, lambda value, gradient: (value, gradient))
        return *fault(value, gradient), None

    def value(self, weights, x, y, sample_weight):
        away = weights - np.arange(len(weights), dtype=weights.dtype)
        return float(away @ away)


def draw(layout="ragged", dtype="float64"):
    rng = np.random.default_rng(0)
    block = rng.normal(size=(N + 5, 6, 2)).astype(dtype)
    y = (block[:, :2].sum(axis=(1, 2)) > 0).astype(int)
    if layout == "ragged":
        block = [sequence[: 2 + i % 5] for i, sequence in enumerate(block)]
    rows = rng.permutation(N + 5)[:N]
    sample_weight = rng.uniform(0.5, 1.5, N + 5)
    sample_weight /= sample_weight[rows].mean()
    return TrainingSet(block, y, sample_weight.astype(dtype), rows)


def make_objective(loss=None, penalty=0.01, **parts):
    plan = {"cell": "rnn", "pooling": "concat", **parts}
    network = build_network(
        n_features=2, hidden_sizes=(4,), bidirectional=False, n_outputs=1, **plan
    )
    return Objective(network, loss or BinaryCrossEntropy(), penalty)


def script(scores, seen):
    """Make a function that rates weights as written, and notes them."""
    scores = iter(scores)

    def validate(weights):
        seen.append(weights.copy())
        return next(scores)

    return validate


def interrupt(value, gradient):
    raise KeyboardInterrupt


def put(gradient, bad):
    gradient[1] = bad
    return gradient


FAULTS = {
    "value nan": lambda value, gradient: (np.nan, gradient),
    "value inf": lambda value, gradient: (np.inf, gradient),
    "gradient nan": lambda value, gradient: (value, put(gradient, np.nan)),
    "gradient inf": lambda value, gradient: (value, put(gradient, -np.inf)),
}
