"""State of training: the data, the weights so far, the history, the reason to stop."""

import math
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property

import numpy as np

from skrnn.sequences import lengths_of, pack, read_in_groups


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """Sequences to learn from.

    Parameters
    ----------
    samples : ndarray of shape (n, n_steps, n_features), list of 2-D arrays, or \
NotInMemory or Loaded
        The collection, as users keep it: nothing is copied but a batch at a time.
    y : ndarray of shape (n,) or (n, n_outputs)
        Encoded targets.
    sample_weight : ndarray of shape (n,)
        Weights with a mean of one over `rows`.
    rows : ndarray of int
        The sequences of the collection to learn from.
    dtype : dtype, default=np.float64
        The type in which features are read and scaled.
    """

    samples: object
    y: np.ndarray
    sample_weight: np.ndarray
    rows: np.ndarray
    dtype: np.dtype = np.float64

    @cached_property
    def lengths(self):
        """Length of each sequence of the collection."""
        return lengths_of(self.samples)

    def batch(self, rows):
        """Return some of the sequences as an objective takes them.

        Returns
        -------
        x : Sequences
        y, sample_weight : ndarray
            As from `targets`.
        """
        x = pack(self.samples, rows, self.dtype)
        return x, *self.targets(rows, x.lengths)

    @contextmanager
    def read_in_groups(self, batches):
        """Read ahead what is not in memory.

        Parameters
        ----------
        batches : list of ndarray of int
            Rows of the sequences of each batch.

        Yields
        ------
        iterator of pairs
            Some of the batches, a list, and a `TrainingSet` with their sequences; all
            of them and this one if the sequences are in memory.
        """
        with read_in_groups(self.samples, batches) as groups:
            yield ((some, self._with(samples)) for some, samples in groups)

    def _with(self, samples):
        return self if samples is self.samples else replace(self, samples=samples)

    def targets(self, rows, lengths):
        """Return targets and weights of a batch, in the order of its scores."""
        return self.y[rows], self.sample_weight[rows]


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


@dataclass
class History:
    """The course of training, epoch by epoch.

    Attributes
    ----------
    loss_curve : list of float
        Mean of the objective over the batches of each epoch.
    validation_scores : list of float
        Score on the sequences held out, if any, after each epoch.
    n_seen : int
        How many sequences were read in all.
    """

    loss_curve: list = field(default_factory=list)
    validation_scores: list = field(default_factory=list)
    n_seen: int = 0

    @property
    def n_epochs(self):
        """Number of epochs."""
        return len(self.loss_curve)


@dataclass
class Training:
    """The state of training, and in the end its result.

    Attributes
    ----------
    weights : ndarray of shape (n_parameters,)
        Where training is.
    update : int
        How often they were moved.
    history : History
        The course so far.
    best, best_score : ndarray and float
        The best weights on the sequences held out, and their score.
    reason : Reason or None
        Why training stopped, when it has.
    interrupt : KeyboardInterrupt or None
        What interrupted it, to be raised again once all has been put in order.
    """

    weights: np.ndarray
    update: int = 0
    history: History = field(default_factory=History)
    best: np.ndarray | None = None
    best_score: float = -np.inf
    reason: Reason | None = None
    interrupt: KeyboardInterrupt | None = None

    @classmethod
    def of(cls, progress):
        """Return the state that `progress` was taken of."""
        history = History(**progress["history"])
        return cls(**{**progress, "history": history})

    def progress(self):
        """Return what is needed to go on from here, a dict."""
        names = ("weights", "update", "best", "best_score")
        own = {name: getattr(self, name) for name in names}
        return {**own, "history": vars(self.history)}

    def record(self, loss, score=None):
        """Append the loss of an epoch and, if there is one, the score after it.

        The weights are kept if the score is the best.
        """
        self.history.loss_curve.append(loss)
        if score is None:
            return
        self.history.validation_scores.append(score)
        if score > self.best_score:
            self.best, self.best_score = self.weights.copy(), score


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


class NotFinite(ArithmeticError):
    """The loss or its gradient was not finite."""
