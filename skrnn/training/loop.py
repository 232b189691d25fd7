"""The training loop: train, epoch, batch."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from skrnn.optimizers import Optimizer, Schedule, clip_by_norm
from skrnn.sequences import pack
from skrnn.training.batching import minibatches
from skrnn.training.history import History, report
from skrnn.training.objective import Objective
from skrnn.training.stopping import Plateau, Reason


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """Sequences to learn from.

    Parameters
    ----------
    samples : ndarray of shape (n, n_steps, n_features) or list of 2-D arrays
        The collection, as users keep it: nothing is copied but a batch at a time.
    y : ndarray of shape (n,)
        Encoded targets.
    sample_weight : ndarray of shape (n,)
        Weights with a mean of one over `rows`.
    rows : ndarray of int
        The sequences of the collection to learn from.
    """

    samples: object
    y: np.ndarray
    sample_weight: np.ndarray
    rows: np.ndarray


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
    verbose : bool, default=False
        Print a line an epoch.
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
    verbose: bool = False


@dataclass
class Training:
    """The state of training, and in the end its result.

    Attributes
    ----------
    weights : ndarray of shape (n_parameters,)
        Moved in place by the optimizer.
    good : ndarray of shape (n_parameters,)
        The weights after the last epoch whose loss has been seen to be finite.
    unproven : ndarray of shape (n_parameters,) or None
        The weights after the last epoch, while no loss has been seen for them.
    best, best_score : ndarray and float
        The best weights on the sequences held out, and their score.
    reason : Reason
        Why training stopped.
    """

    weights: np.ndarray
    update: int
    history: History = field(default_factory=History)
    good: np.ndarray = None
    unproven: np.ndarray = None
    best: np.ndarray = None
    best_score: float = -np.inf
    reason: Reason = Reason.MAX_ITER
    tapes: dict = field(default_factory=dict)
    last_rows: np.ndarray = None


class _NotFinite(ArithmeticError):
    """The loss or its gradient was not finite."""


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
    state = Training(weights.copy(), trainer.first_update, good=weights)
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            state.reason = _run_epochs(trainer, data, state)
            _prove(trainer, data, state)
    except _NotFinite:
        state.reason = Reason.DIVERGED
        trainer.optimizer.reset()
    except KeyboardInterrupt:
        state.reason = Reason.INTERRUPTED
    if state.best is not None:
        state.weights = state.best
    elif not np.isfinite(state.weights).all() or state.reason is Reason.DIVERGED:
        state.weights = state.good.copy()
    state.tapes.clear()
    return state


def _run_epochs(trainer, data, state):
    for _ in range(trainer.max_iter):
        state.history.loss_curve.append(_run_epoch(trainer, data, state))
        state.unproven = state.weights.copy()
        value = state.history.loss_curve[-1]
        if trainer.validate is not None:
            value = -_validate(trainer, data, state)
        if trainer.verbose:
            report(state.history, trainer.max_iter)
        if trainer.plateau.reached(value):
            if not trainer.schedule.on_plateau():
                return Reason.PLATEAU
            trainer.plateau.restart()
    return Reason.SCHEDULE_END if trainer.schedule.has_end else Reason.MAX_ITER


def _run_epoch(trainer, data, state):
    """Run through the training set once; give the mean of the objective."""
    total = 0.0
    for rows in minibatches(data.rows, trainer.batch_size, trainer.rng):
        total += len(rows) * _run_batch(trainer, data, state, rows)
        state.history.n_seen += len(rows)
    if not np.isfinite(state.weights).all():
        raise _NotFinite
    return total / len(data.rows)


def _run_batch(trainer, data, state, rows):
    """Take one step; give the objective before it."""
    x = pack(data.samples, rows, state.weights.dtype)
    value, gradient, state.tapes[len(rows)] = trainer.objective.value_and_gradient(
        state.weights,
        x,
        data.y[rows],
        data.sample_weight[rows],
        reuse=state.tapes.get(len(rows)),
    )
    norm = clip_by_norm(gradient, trainer.max_grad_norm)
    if not (np.isfinite(value) and np.isfinite(norm)):
        raise _NotFinite
    if state.unproven is not None:
        state.good, state.unproven = state.unproven, None
    state.last_rows = rows
    rate = trainer.schedule.rate(state.update)
    trainer.optimizer.step(state.weights, gradient, rate)
    state.update += 1
    return value


def _prove(trainer, data, state):
    """See that the loss is finite at the weights after the last step."""
    rows = state.last_rows
    x = pack(data.samples, rows, state.weights.dtype)
    value = trainer.objective.value(
        state.weights, x, data.y[rows], data.sample_weight[rows]
    )
    if not np.isfinite(value):
        raise _NotFinite


def _validate(trainer, data, state):
    """Score the weights, and keep them if they are the best so far."""
    score = trainer.validate(state.weights)
    state.history.validation_scores.append(score)
    if score > state.best_score:
        _prove(trainer, data, state)
        state.best, state.best_score = state.weights.copy(), score
    return score
