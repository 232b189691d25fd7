"""Adaptive moment estimation."""

import math

import numpy as np

from skrnn.optimizers.base import Optimizer


class Adam(Optimizer):
    """Adam: steps in units of the learning rate, whatever the size of the gradient.

    ``m`` and ``v`` are running means of the gradient and of its square, corrected for
    their start from zero; the step is ``learning_rate * m / (sqrt(v) + epsilon)``.

    Parameters
    ----------
    size : int
        Number of weights.
    dtype : dtype
        Their type.
    state : dict, optional
        The `state` of an earlier optimizer.
    beta_1, beta_2 : float, default=0.9, 0.999
        Share of the running means that a step keeps.
    epsilon : float, default=1e-8
        Keeps the step small where the gradient is almost zero.
    """

    memory = ("m", "v")

    def __init__(
        self, size, dtype, state=None, *, beta_1=0.9, beta_2=0.999, epsilon=1e-8
    ):
        super().__init__(size, dtype, state)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon
        self._scratch = np.empty((2, size), dtype)

    def step(self, weights, gradient, learning_rate):
        """Update the weights, in place."""
        self.state["n_steps"] += 1
        t, m, v = self.state["n_steps"], self.state["m"], self.state["v"]
        move, scale = self._scratch
        m *= self.beta_1
        m += np.multiply(gradient, 1 - self.beta_1, move)
        v *= self.beta_2
        np.multiply(gradient, gradient, scale)
        v += np.multiply(scale, 1 - self.beta_2, scale)
        np.sqrt(v, scale)
        unbias = math.sqrt(1 - self.beta_2**t)
        scale += self.epsilon * unbias
        np.multiply(m, -learning_rate * unbias / (1 - self.beta_1**t), move)
        move /= scale
        weights += move
