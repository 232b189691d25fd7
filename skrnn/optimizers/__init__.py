"""Optimizers, learning rate schedules and gradient clipping."""

from skrnn.optimizers.clipping import clip_by_norm
from skrnn.optimizers.schedules import SCHEDULES, Schedule
from skrnn.optimizers.stochastic import OPTIMIZERS, SGD, Adam, Optimizer

__all__ = [
    "OPTIMIZERS",
    "SCHEDULES",
    "SGD",
    "Adam",
    "Optimizer",
    "Schedule",
    "clip_by_norm",
]
