"""Optimizers, learning rate schedules and gradient clipping."""

from skrnn.optimizers.adam import Adam
from skrnn.optimizers.base import Optimizer
from skrnn.optimizers.clipping import clip_by_norm
from skrnn.optimizers.schedules import SCHEDULES, Schedule
from skrnn.optimizers.sgd import SGD

#: The optimizers by the name under which estimators ask for them.
OPTIMIZERS: dict[str, type[Optimizer]] = {"adam": Adam, "sgd": SGD}

__all__ = [
    "OPTIMIZERS",
    "SCHEDULES",
    "SGD",
    "Adam",
    "Optimizer",
    "Schedule",
    "clip_by_norm",
]
