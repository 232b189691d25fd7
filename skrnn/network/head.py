"""The linear layer between the pooled features and the scores."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Head:
    """Linear layer, ``scores = pooled W^T + b``.

    Parameters
    ----------
    n_features : int
        Number of pooled features.
    n_outputs : int
        Number of scores.
    """

    n_features: int
    n_outputs: int

    @property
    def shapes(self):
        """Shape of each parameter, by name."""
        return {"W": (self.n_outputs, self.n_features), "b": (self.n_outputs,)}

    def init(self, rng):
        """Draw initial parameters: Glorot uniform weights, zero biases."""
        bound = np.sqrt(6.0 / (self.n_features + self.n_outputs))
        return {
            "W": rng.uniform(-bound, bound, self.shapes["W"]),
            "b": np.zeros(self.n_outputs),
        }

    def forward(self, params, pooled):
        """Give the scores: ``(params, pooled) -> (scores, tape)``."""
        return pooled @ params["W"].T + params["b"], pooled

    def backward(self, params, tape, d_scores):
        """Send a gradient back: ``(params, tape, d_scores) -> (d_pooled, grads)``."""
        grads = {"W": d_scores.T @ tape, "b": d_scores.sum(axis=0)}
        return d_scores @ params["W"], grads
