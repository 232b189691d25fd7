"""Minibatch solver: gradient steps on batches, epoch after epoch."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from skrnn.optimizers import OPTIMIZERS, SCHEDULES, Optimizer, Schedule, clip_by_norm
from skrnn.training.objective import Objective, make_shards
from skrnn.training.solver import Solver
from skrnn.training.state import NotFinite, Plateau, Reason, Training, TrainingSet
from skrnn.utils.threads import ALONE, Workers

#: A length may be taken for up to this much longer or shorter than it is.
SPREAD = 1.25


@dataclass(eq=False)
class MinibatchSolver(Solver):
    """Takes a step of an optimizer for each minibatch.

    Its result has the weights of the last epoch after which the loss was finite, or the
    best on the sequences held out if there are any.

    Parameters
    ----------
    objective : Objective
        What is made small.
    data : TrainingSet
        What to learn from.
    optimizer : Optimizer
        Takes the steps.
    schedule : Schedule
        The learning rate of each.
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
        From weights to a score of the sequences held out.
    first_update : int, default=0
        Number of the first update, for the schedule.
    monitors : sequence of Monitor
        They are called before and after every epoch.
    workers : Workers
        They share out large batches.
    """

    objective: Objective
    data: TrainingSet
    optimizer: Optimizer
    schedule: Schedule
    batch_size: int
    max_iter: int
    plateau: Plateau
    max_grad_norm: float | None
    rng: np.random.RandomState
    validate: Callable | None = None
    first_update: int = 0
    monitors: tuple = ()
    workers: Workers = ALONE

    #: The weights after the last epoch whose loss has been seen to be finite.
    _good: np.ndarray | None = field(default=None, init=False)
    #: Those after the last epoch, while no loss has been seen for them.
    _unchecked: np.ndarray | None = field(default=None, init=False)
    #: Its data and its rows.
    _last_batch: tuple | None = field(default=None, init=False)

    unit = "epoch"
    has_batches = True
    dtype = np.float32
    at_max_iter = (
        "Training stopped at max_iter={max_iter} epochs while the loss was still "
        "moving. Try a larger max_iter or learning_rate_init, or "
        "learning_rate='cosine'."
    )
    remedy = "a smaller learning_rate_init or max_grad_norm"

    @classmethod
    def create(
        cls,
        settings,
        name,
        *,
        size,
        dtype,
        memory,
        data,
        schedule,
        incremental,
        **common,
    ):
        """Make a solver for an estimator, as `Solver.create` says."""
        options = {"momentum": settings.momentum} if name == "sgd" else {}
        optimizer = OPTIMIZERS[name](size, dtype, memory, **options)
        if incremental and schedule != "invscaling":
            # Nobody knows how many calls will come, and so how many updates.
            schedule = "constant"
        n_batches = count_batches(len(data.rows), settings.batch_size)
        n_updates = settings.n_epochs * n_batches
        return cls(
            data=data,
            optimizer=optimizer,
            schedule=SCHEDULES[schedule](settings.learning_rate_init, n_updates),
            batch_size=settings.batch_size,
            max_iter=settings.n_epochs,
            plateau=Plateau(settings.tol, settings.patience),
            max_grad_norm=settings.max_grad_norm,
            first_update=optimizer.state["n_steps"] if incremental else 0,
            **common,
        )

    @property
    def memory(self):
        """What the optimizer remembers."""
        return self.optimizer.state

    def progress(self, state):
        """Return all that a fit goes on from, as `Solver.progress` says."""
        return {
            "training": state.progress(),
            "good": self._good,
            "last_batch": self._last_batch[1],
            "optimizer": self.optimizer.state,
            "schedule": vars(self.schedule),
            "plateau": vars(self.plateau),
            "order": self.rng.get_state(legacy=False),
            "noise": self.objective.dropout.state,
        }

    def _begin(self, weights, progress):
        """Return the state in which training begins, or goes on."""
        if progress is None:
            self._good, self._unchecked, self._last_batch = weights, None, None
            return Training(weights.copy(), self.first_update)
        state = Training.of(progress["training"])
        self._good = progress["good"]
        self._last_batch = self.data, progress["last_batch"]
        self._unchecked = state.weights.copy()
        self.optimizer.state.update(progress["optimizer"])
        vars(self.schedule).update(progress["schedule"])
        vars(self.plateau).update(progress["plateau"])
        self.rng.set_state(progress["order"])
        self.objective.dropout.set_state(progress["noise"])
        return state

    def solve(self, weights, progress=None):
        """Move weights until there is a reason to stop, as `Solver.solve` says."""
        state = self._begin(weights, progress)
        shards = make_shards(self.objective, self.data, self.workers)
        try:
            with np.errstate(over="ignore", invalid="ignore"):
                state.reason = self._run_epochs(state, shards)
                self._check_finite(state.weights)
        except NotFinite:
            state.reason = Reason.DIVERGED
            self.optimizer.reset()
        except KeyboardInterrupt as interrupt:
            state.reason, state.interrupt = Reason.INTERRUPTED, interrupt
        if state.best is not None:
            state.weights = state.best
        elif not np.isfinite(state.weights).all() or state.reason is Reason.DIVERGED:
            state.weights = self._good.copy()
        return state

    def _run_epochs(self, state, shards):
        """Run epoch after epoch; return the reason to stop."""
        if state.history.n_epochs and self._stands_still(state.history):
            return Reason.PLATEAU
        for _ in range(self.max_iter - state.history.n_epochs):
            for monitor in self.monitors:
                monitor.begin(state)
            loss, score = self._run_epoch(state, shards), None
            self._unchecked = state.weights.copy()
            if self.validate is not None:
                score = self._validate(state)
            state.record(loss, score)
            stops = [monitor.end(state) for monitor in self.monitors]
            if any(stops):
                return Reason.STOPPED
            if self._stands_still(state.history):
                return Reason.PLATEAU
        return Reason.SCHEDULE_END if self.schedule.has_end else Reason.MAX_ITER

    def _stands_still(self, history):
        """Return whether nothing improves, even at a lower rate, after an epoch."""
        scores = history.validation_scores
        if not self.plateau.reached(-scores[-1] if scores else history.loss_curve[-1]):
            return False
        if not self.schedule.on_plateau():
            return True
        self.plateau.restart()
        return False

    def _run_epoch(self, state, shards):
        """Run through the training set once; return the mean of the objective."""
        rows, lengths, total = self.data.rows, self.data.lengths, 0.0
        batches = minibatches(rows, lengths, self.batch_size, self.rng)
        with self.data.read_in_groups(batches) as groups:
            for some, data in groups:
                for batch in some:
                    total += len(batch) * self._run_batch(state, shards, batch, data)
                    state.history.n_seen += len(batch)
        if not np.isfinite(state.weights).all():
            raise NotFinite
        return total / len(rows)

    def _run_batch(self, state, shards, rows, data=None):
        """Take one step; return the objective before it."""
        value, gradient, part, weights = shards.value_and_gradient_of_part(
            state.weights, shards.cut(rows), data
        )
        norm = clip_by_norm(gradient, self.max_grad_norm)
        if not (np.isfinite(value) and np.isfinite(norm)):
            raise NotFinite
        if self._unchecked is not None:
            self._good, self._unchecked = self._unchecked, None
        self._last_batch = data or self.data, rows
        rate = self.schedule.rate(state.update)
        self.optimizer.step_in_part(weights, gradient, rate, part)
        if part is not None:
            part.put(state.weights, weights)
        state.update += 1
        return value

    def _check_finite(self, weights):
        """Raise NotFinite unless the loss is finite at the weights after a step."""
        data, rows = self._last_batch or (self.data, self.data.rows)
        batch = data.batch(rows)
        if not np.isfinite(self.objective.value(weights, *batch)):
            raise NotFinite

    def _validate(self, state):
        """Score the weights; what is about to become the best must have a loss."""
        score = self.validate(state.weights)
        if score > state.best_score:
            self._check_finite(state.weights)
        return score


def minibatches(rows, lengths, batch_size, rng):
    """Shuffle rows and cut them into batches of almost the same size.

    A batch costs as many steps as its longest sequence has, so that sequences of
    similar length belong together; yet who meets whom must be left to chance. So the
    rows are sorted by their length times a random number between ``1 / SPREAD`` and
    ``SPREAD``, anew in every epoch, and the batches come in random order. Where all are
    equally long, that is a plain shuffle.

    A single batch is left in its order: shuffling it would change nothing but the
    rounding.

    Parameters
    ----------
    rows : ndarray of int
        The rows of the training set.
    lengths : ndarray of shape (n,)
        The length of each sequence of the collection.
    batch_size : int
        The largest size of a batch.
    rng : numpy.random.RandomState
        Where the order comes from.

    Returns
    -------
    list of ndarray of int
    """
    n_batches = count_batches(len(rows), batch_size)
    if n_batches == 1:
        return [rows]
    factors = SPREAD ** rng.uniform(-1.0, 1.0, len(rows))
    rows = rows[np.argsort(lengths[rows] * factors)]
    edges = [k * len(rows) // n_batches for k in range(n_batches + 1)]
    batches = [rows[first:last] for first, last in pairwise(edges)]
    return [batches[k] for k in rng.permutation(n_batches)]


def count_batches(n, batch_size):
    """Return how many batches `minibatches` makes of n rows."""
    return -(-n // batch_size)
