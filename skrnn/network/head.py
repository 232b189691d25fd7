"""Heads: from pooled features, or the states of every step, to scores."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from skrnn.network.block import Block


@dataclass(frozen=True)
class Head(Block):
    """Base of the heads.

    Parameters
    ----------
    n_features : int
        Number of features that it reads.
    n_outputs : int
        Number of scores.
    """

    n_features: int
    n_outputs: int

    #: Whether it makes scores of the states of every step, so that nothing is pooled:
    #: a `Sequences` comes in and goes out.
    per_step: ClassVar[bool] = False


class LinearHead(Head):
    """Linear layer, ``scores = pooled W^T + b``."""

    @property
    def shapes(self):
        """Shape of each parameter, by name."""
        return {"W": (self.n_outputs, self.n_features), "b": (self.n_outputs,)}

    def init(self, rng):
        """Return initial parameters: Glorot uniform weights, zero biases."""
        bound = np.sqrt(6.0 / (self.n_features + self.n_outputs))
        return {
            "W": rng.uniform(-bound, bound, self.shapes["W"]),
            "b": np.zeros(self.n_outputs),
        }

    def biases(self, params):
        """Return the biases, as a view."""
        return (params["b"],)

    def forward(self, params, pooled, **options):
        """Compute the scores: ``(params, pooled) -> (scores, tape)``."""
        return pooled @ params["W"].T + params["b"], pooled

    def backward(self, params, tape, d_scores, *, input_gradient=True):
        """Backpropagate: ``(params, tape, d_scores) -> (d_pooled, grads)``."""
        grads = {"W": d_scores.T @ tape, "b": d_scores.sum(axis=0)}
        return d_scores @ params["W"], grads


#: The heads by name.
HEADS: dict[str, type[Head]] = {"linear": LinearHead}
