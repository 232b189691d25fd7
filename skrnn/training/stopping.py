"""Stopping: why training ends, and when it has gone on for long enough."""

import math
from enum import Enum


class Reason(Enum):
    """Why training stopped."""

    MAX_ITER = "max_iter was reached"
    SCHEDULE_END = "the learning rate schedule came to its end"
    PLATEAU = "nothing improved any more"
    CONVERGED = "the gradient vanished, or the loss fell no further"
    STALLED = "no better weights were found along the direction of descent"
    DIVERGED = "the loss or its gradient was not finite"
    STOPPED = "a callback asked to stop"
    INTERRUPTED = "it was interrupted"


class Plateau:
    """Notices when a value has not become smaller for a number of epochs.

    Parameters
    ----------
    tol : float
        By how much a value must fall to count as an improvement.
    patience : int or float
        How many epochs in a row may go without one.
    """

    def __init__(self, tol, patience):
        self.tol = tol
        self.patience = patience
        self.best = math.inf
        self.n_idle = 0

    def reached(self, value):
        """Take in the value of an epoch; return whether the patience is at an end."""
        improved = value < self.best - self.tol
        self.n_idle = 0 if improved else self.n_idle + 1
        self.best = min(self.best, value)
        return self.n_idle >= self.patience

    def restart(self):
        """Count the epochs without an improvement anew."""
        self.n_idle = 0
