"""Stochastic optimizers: rules that move weights along a gradient."""

import copy
import math
from abc import ABC, abstractmethod

import numpy as np


class Optimizer(ABC):
    """Rule that updates weights along a gradient.

    It knows neither the network nor the schedule: the learning rate comes with each
    step. Its memory is named arrays and numbers in `state`, which may be saved and
    passed to another optimizer that goes on from there.

    Parameters
    ----------
    size : int
        Number of weights.
    dtype : dtype
        Their type.
    state : dict, optional
        The `state` of an earlier optimizer of the same kind and size.
    """

    #: Names of the arrays that are remembered, each of the size of the weights.
    memory: tuple[str, ...] = ()

    def __init__(self, size, dtype, state=None):
        state = state or {}
        self.state = {"n_steps": state.get("n_steps", 0)}
        for name in self.memory:
            old = state.get(name)
            self.state[name] = (
                np.zeros(size, dtype) if old is None else np.array(old, dtype)
            )

    def reset(self):
        """Set the memory to zero."""
        self.state["n_steps"] = 0
        for name in self.memory:
            self.state[name].fill(0.0)

    @abstractmethod
    def step(self, weights, gradient, learning_rate):
        """Update the weights, in place, as the very last thing that happens."""

    def step_in_part(self, weights, gradient, learning_rate, part=None):
        """Update a part of the weights, in place.

        What is remembered of the others stays as it is.

        Parameters
        ----------
        weights, gradient : ndarray of shape (n_part,)
            Those of the part.
        learning_rate : float
            The learning rate.
        part : object, optional
            Its `take` returns the part of a vector of the size of all weights, and its
            `put` writes it back. By default it is all of them.
        """
        if part is None:
            self.step(weights, gradient, learning_rate)
            return
        own = copy.copy(self)
        own.state = {
            name: part.take(value) if name in self.memory else value
            for name, value in self.state.items()
        }
        own.step(weights, gradient, learning_rate)
        for name, value in own.state.items():
            if name in self.memory:
                part.put(self.state[name], value)
            else:
                self.state[name] = value


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
        move, scale = self._scratch[:, : len(gradient)]
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


#: The optimizers by the name under which estimators ask for them.
OPTIMIZERS: dict[str, type[Optimizer]] = {"adam": Adam, "sgd": SGD}
