"""Problems on which gradients are held against central differences."""

from dataclasses import replace
from functools import partial

import numpy as np

from skrnn.losses import (
    AbsoluteError,
    BinaryCrossEntropy,
    Gamma,
    Huber,
    MultilabelCrossEntropy,
    MultinomialCrossEntropy,
    Poisson,
    Quantile,
    SquaredError,
)
from skrnn.network import Dropout, build_network
from skrnn.sequences import pack
from skrnn.training import Objective
from tests.gradients import relative_error
from tests.reference import KINDS

N_FEATURES = 2
HIDDEN_SIZES = {1: (3,), 3: (3, 2, 4)}
DIRECTIONS = {"uni": False, "bi": True}
LENGTHS = {
    "rectangular": [4] * 3,
    "ragged": [3, 5, 1, 5],
    "long": [90, 20, 90],
    "one sequence": [4],
    "one step": [1] * 3,
    "one": [1],
}
LOSSES = {
    "binary": (BinaryCrossEntropy(), 1),
    "multinomial": (MultinomialCrossEntropy(), 4),
    "multilabel": (MultilabelCrossEntropy(), 3),
    "squared": (SquaredError(), 1),
    "squared-multi": (SquaredError(), 2),
}
#: Others of two targets, and how many scores they have.
OF_NUMBERS = {
    "absolute": (AbsoluteError(), 2),
    "huber": (Huber(), 2),
    "quantiles": (Quantile((0.1, 0.9)), 4),
    "poisson": (Poisson(np.array([1.0, 0.3])), 2),
    "gamma": (Gamma(np.array([1.0, 0.3])), 2),
}


def draw_targets(loss, n, rng):
    if loss in OF_NUMBERS:
        return rng.gamma(2.0, size=(n, 2))
    shape = n if loss in ("binary", "multinomial") else (n, LOSSES[loss][1])
    if loss.startswith("squared"):
        return rng.normal(size=shape)
    return rng.integers(0, 4 if loss == "multinomial" else 2, shape)


def check_weights(network, weights, x):
    """Hold the gradient of a sum of scores by the weights against differences.

    Returns
    -------
    value : callable
        From the rows of the input to that sum.
    d_x : ndarray
        Its gradient, which remains to be held against differences.
    rng : numpy.random.Generator
        For doing so.
    """
    rng = np.random.default_rng(1)
    scores, tape = network.forward(weights, x)
    factors = rng.normal(size=scores.shape)
    d_x, d_weights = network.backward(weights, tape, factors, input_gradient=True)
    assert np.array_equal(network.backward(weights, tape, factors)[1], d_weights)

    def value(weights, data):
        return np.sum(factors * network.forward(weights, x.replace(data))[0])

    error = relative_error(lambda w: value(w, x.data), d_weights, weights, rng)
    assert error < 1e-6
    return partial(value, weights), d_x.data, rng


class Problem:
    """An objective on a batch, as a function of the weights and of the input.

    `n_layers` is a key of `HIDDEN_SIZES`, or a tuple of the sizes themselves; `parts`
    are of the network, beside those named.
    """

    def __init__(
        self,
        cell,
        n_layers=1,
        direction="uni",
        pooling="concat",
        lengths="ragged",
        loss="multinomial",
        rates=(0.0, 0.0),
        n_features=N_FEATURES,
        **parts,
    ):
        rng = np.random.default_rng(0)
        self.rates, (name, options, _) = rates, KINDS[cell]
        sizes = n_layers if isinstance(n_layers, tuple) else HIDDEN_SIZES[n_layers]
        bidirectional, (of_scores, n_outputs) = (
            DIRECTIONS[direction],
            {**LOSSES, **OF_NUMBERS}[loss],
        )
        main = name, n_features, sizes, bidirectional, pooling, n_outputs
        self.network = build_network(*main, **options, **parts)
        self.objective = Objective(self.network, of_scores, penalty=0.1)
        self.weights = self.network.init(np.random.RandomState(0))
        self.weights += 0.1 * rng.normal(size=self.weights.shape)
        self.x = pack([rng.normal(size=(n, n_features)) for n in LENGTHS[lengths]])
        self.y = draw_targets(loss, self.x.n_sequences, rng)
        self.sample_weight = rng.uniform(0.5, 1.5, self.x.n_sequences)

    def dropout(self):
        """Return the same noise each time."""
        return Dropout(np.random.default_rng(5), *self.rates)

    def value(self, weights, data):
        """Evaluate the objective."""
        batch = self.x.replace(data), self.y, self.sample_weight
        if not any(self.rates):
            return self.objective.value(weights, *batch)
        noisy = replace(self.objective, dropout=self.dropout())
        return noisy.value_and_gradient(weights, *batch)[0]

    def gradients(self):
        """Return the gradient of the weights and that of the rows of the input."""
        objective = replace(self.objective, dropout=self.dropout())
        batch = self.x, self.y, self.sample_weight
        _, d_weights, _ = objective.value_and_gradient(self.weights, *batch)
        scores, tape = self.network.forward(
            self.weights, self.x, dropout=self.dropout()
        )
        _, d_scores = objective.loss.value_and_gradient(scores, self.y)
        d_scores *= (self.sample_weight / self.x.n_sequences)[:, np.newaxis]
        d_x, _ = self.network.backward(
            self.weights, tape, d_scores, input_gradient=True
        )
        return d_weights, d_x.data

    def errors(self, n_coordinates=8):
        """Hold both gradients against central differences."""
        rng, (d_weights, d_x) = np.random.default_rng(1), self.gradients()
        weights, data = self.weights, self.x.data
        each = (
            (lambda weights: self.value(weights, data), d_weights, weights),
            (lambda data: self.value(weights, data), d_x, data),
        )
        few = {"n_coordinates": n_coordinates, "n_directions": 3}
        return [relative_error(*claim, rng, **few) for claim in each]
