"""Learning rate schedules."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar


@dataclass
class Schedule(ABC):
    """Base class: a learning rate for each update.

    Parameters
    ----------
    initial : float
        The learning rate of the first update.
    n_updates : int
        How many updates are planned.
    """

    #: Whether the plan ends where training should: then reaching its end is no failure.
    has_end: ClassVar[bool] = False

    initial: float
    n_updates: int

    @abstractmethod
    def rate(self, update):
        """Return the learning rate of an update, counted from 0."""

    def on_plateau(self):
        """React to a loss that no longer falls; return whether to go on."""
        return False


class Constant(Schedule):
    """The same learning rate for every update."""

    def rate(self, update):
        """Return the learning rate of an update, counted from 0."""
        return self.initial


class InverseScaling(Schedule):
    """The initial rate over the square root of the number of the update."""

    def rate(self, update):
        """Return the learning rate of an update, counted from 0."""
        return self.initial / math.sqrt(update + 1)


class Cosine(Schedule):
    """From the initial rate down to zero, along half a wave over all updates."""

    has_end = True

    def rate(self, update):
        """Return the learning rate of an update, counted from 0."""
        done = min(update / self.n_updates, 1.0)
        return 0.5 * self.initial * (1.0 + math.cos(math.pi * done))


class Adaptive(Schedule):
    """A fifth of the rate each time that the loss no longer falls."""

    smallest = 1e-6

    def __init__(self, initial, n_updates):
        super().__init__(initial, n_updates)
        self.current = initial

    def rate(self, update):
        """Return the learning rate of an update, counted from 0."""
        return self.current

    def on_plateau(self):
        """Lower the rate, unless it is too small; return whether it was lowered."""
        if self.current <= self.smallest:
            return False
        self.current /= 5.0
        return True


#: The schedules by the name under which estimators ask for them.
SCHEDULES: dict[str, type[Schedule]] = {
    "constant": Constant,
    "invscaling": InverseScaling,
    "adaptive": Adaptive,
    "cosine": Cosine,
}
