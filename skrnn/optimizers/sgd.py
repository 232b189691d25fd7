"""Stochastic gradient descent."""

from skrnn.optimizers.base import Optimizer


class SGD(Optimizer):
    """Gradient descent with Nesterov momentum.

    ``v = momentum * v - learning_rate * gradient`` and
    ``w = w + momentum * v - learning_rate * gradient``; without momentum this is plain
    gradient descent.

    Parameters
    ----------
    size : int
        Number of weights.
    dtype : dtype
        Their type.
    state : dict, optional
        The `state` of an earlier optimizer.
    momentum : float, default=0.9
        Share of the velocity that a step keeps.
    """

    memory = ("velocity",)

    def __init__(self, size, dtype, state=None, *, momentum=0.9):
        super().__init__(size, dtype, state)
        self.momentum = momentum

    def step(self, weights, gradient, learning_rate):
        """Update the weights, in place."""
        self.state["n_steps"] += 1
        velocity = self.state["velocity"]
        descent = gradient * -learning_rate
        velocity *= self.momentum
        velocity += descent
        descent += self.momentum * velocity
        weights += descent
