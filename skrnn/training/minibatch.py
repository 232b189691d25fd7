"""The training loop: train, epoch, batch."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from skrnn.optimizers import Optimizer, Schedule, clip_by_norm
from skrnn.training.batching import minibatches
from skrnn.training.monitors import Watchers
from skrnn.training.objective import Objective
from skrnn.training.shards import Shards
from skrnn.training.state import NotFinite, Training, TrainingSet
from skrnn.training.stopping import Plateau, Reason
from skrnn.utils.threads import ALONE, Workers


@dataclass(frozen=True, eq=False)
class Trainer:
    """Everything that training needs beside the data and the weights.

    Parameters
    ----------
    objective : Objective
        What is made small.
    optimizer : Optimizer
        Takes the steps.
    schedule : Schedule
        Gives the learning rate of each.
    batch_size : int
        Largest number of sequences in a batch.
    max_iter : int
        Largest number of epochs.
    plateau : Plateau
        Notices that nothing improves any more.
    max_grad_norm : float or None
        Longest gradient that is followed as it is.
    rng : numpy.random.RandomState
        Where the order of the batches comes from.
    validate : callable, optional
        From weights to a score of the sequences held out. The best weights by this
        score are the result.
    first_update : int, default=0
        Number of the first update, for the schedule.
    watchers : Watchers
        They are told of every epoch.
    workers : Workers
        They share out large batches.
    """

    objective: Objective
    optimizer: Optimizer
    schedule: Schedule
    batch_size: int
    max_iter: int
    plateau: Plateau
    max_grad_norm: float | None
    rng: np.random.RandomState
    validate: Callable | None = None
    first_update: int = 0
    watchers: Watchers = field(default_factory=Watchers)
    workers: Workers = ALONE


def train(trainer, data, weights):
    """Move weights until there is a reason to stop.

    Parameters
    ----------
    trainer : Trainer
        What to do.
    data : TrainingSet
        What to learn from.
    weights : ndarray of shape (n_parameters,)
        Where to start; it is left as it is.

    Returns
    -------
    Training
        Its weights are always finite: those of the last good epoch if the loss or the
        gradient was not, the best on the sequences held out if there are any.
    """
    state = Training(weights.copy(), trainer.first_update)
    shards = Shards(trainer.objective, data, trainer.workers)
    loop = _Loop(trainer, data, state, shards, good=weights)
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            state.reason = loop.run_epochs()
            loop.prove()
    except NotFinite:
        state.reason = Reason.DIVERGED
        trainer.optimizer.reset()
    except KeyboardInterrupt as interrupt:
        state.reason, state.interrupt = Reason.INTERRUPTED, interrupt
    if state.best is not None:
        state.weights = state.best
    elif not np.isfinite(state.weights).all() or state.reason is Reason.DIVERGED:
        state.weights = loop.good.copy()
    return state


@dataclass(eq=False)
class _Loop:
    """The loop on its way.

    Attributes
    ----------
    good : ndarray of shape (n_parameters,)
        The weights after the last epoch whose loss has been seen to be finite.
    shards : Shards
        The objective on a batch, which may be cut.
    unproven : ndarray of shape (n_parameters,) or None
        The weights after the last epoch, while no loss has been seen for them.
    last_rows : ndarray of int or None
        The last batch.
    """

    trainer: Trainer
    data: TrainingSet
    state: Training
    shards: Shards
    good: np.ndarray
    unproven: np.ndarray | None = None
    last_rows: np.ndarray | None = None

    def run_epochs(self):
        """Run epoch after epoch; give the reason to stop."""
        trainer, state = self.trainer, self.state
        for _ in range(trainer.max_iter):
            trainer.watchers.begin(state)
            loss, score = self.run_epoch(), None
            self.unproven = state.weights.copy()
            if trainer.validate is not None:
                score = self.validate()
            state.record(loss, score)
            if trainer.watchers.end(state):
                return Reason.STOPPED
            if trainer.plateau.reached(loss if score is None else -score):
                if not trainer.schedule.on_plateau():
                    return Reason.PLATEAU
                trainer.plateau.restart()
        return Reason.SCHEDULE_END if trainer.schedule.has_end else Reason.MAX_ITER

    def run_epoch(self):
        """Run through the training set once; give the mean of the objective."""
        trainer, rows, total = self.trainer, self.data.rows, 0.0
        lengths = self.data.lengths
        for batch in minibatches(rows, lengths, trainer.batch_size, trainer.rng):
            total += len(batch) * self.run_batch(batch)
            self.state.history.n_seen += len(batch)
        if not np.isfinite(self.state.weights).all():
            raise NotFinite
        return total / len(rows)

    def run_batch(self, rows):
        """Take one step; give the objective before it."""
        trainer, state, shards = self.trainer, self.state, self.shards
        value, gradient = shards.value_and_gradient(state.weights, shards.cut(rows))
        norm = clip_by_norm(gradient, trainer.max_grad_norm)
        if not (np.isfinite(value) and np.isfinite(norm)):
            raise NotFinite
        if self.unproven is not None:
            self.good, self.unproven = self.unproven, None
        self.last_rows = rows
        rate = trainer.schedule.rate(state.update)
        trainer.optimizer.step(state.weights, gradient, rate)
        state.update += 1
        return value

    def prove(self):
        """See that the loss is finite at the weights after the last step."""
        weights = self.state.weights
        batch = self.data.batch(self.last_rows, weights.dtype)
        value = self.trainer.objective.value(weights, *batch)
        if not np.isfinite(value):
            raise NotFinite

    def validate(self):
        """Score the weights; what is about to become the best must have a loss."""
        score = self.trainer.validate(self.state.weights)
        if score > self.state.best_score:
            self.prove()
        return score
