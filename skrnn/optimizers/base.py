"""Base class of the optimizers."""

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
