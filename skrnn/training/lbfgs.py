"""Training without minibatches: L-BFGS on the whole training set."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import minimize

from skrnn.sequences import blocks_by_length
from skrnn.training.monitors import Watchers
from skrnn.training.objective import Objective
from skrnn.training.shards import Shards
from skrnn.training.state import NotFinite, Training
from skrnn.training.stopping import Plateau, Reason
from skrnn.utils.threads import ALONE, Workers

#: The most steps that are read at once: what is kept for the way back is bounded.
MAX_STEPS = 2**14

#: More evaluations than an iteration may take: its number alone is limited.
EVALUATIONS = 100

#: What the codes of SciPy's L-BFGS-B mean.
REASONS = {0: Reason.CONVERGED, 1: Reason.MAX_ITER, 2: Reason.STALLED}


@dataclass(frozen=True, eq=False)
class FullBatch:
    """Everything that L-BFGS needs beside the data and the weights.

    Parameters
    ----------
    objective : Objective
        What is made small.
    max_iter : int
        Largest number of iterations.
    tol : float
        Training ends where no entry of the gradient is larger.
    plateau : Plateau
        Notices that the score of the sequences held out improves no more.
    validate : callable, optional
        From weights to a score of the sequences held out. The best weights by this
        score are the result.
    watchers : Watchers
        They are told of every iteration.
    workers : Workers
        They share out the sequences.
    """

    objective: Objective
    max_iter: int
    tol: float
    plateau: Plateau
    validate: Callable | None = None
    watchers: Watchers = field(default_factory=Watchers)
    workers: Workers = ALONE


def train_full_batch(trainer, data, weights):
    """Move weights by L-BFGS until there is a reason to stop.

    The search along a line needs more digits than float32 has, so that everything is
    computed in float64; the result is of the type of `weights`.

    Parameters
    ----------
    trainer : FullBatch
        What to do.
    data : TrainingSet
        What to learn from.
    weights : ndarray of shape (n_parameters,)
        Where to start; it is left as it is.

    Returns
    -------
    Training
        As `train` gives it.
    """
    state = Training(weights.astype(np.float64))
    shards = Shards(trainer.objective, data, trainer.workers)
    blocks = blocks_by_length(data.lengths[data.rows], MAX_STEPS)
    blocks = [data.rows[at] for at in blocks]

    def evaluate(vector):
        trainer.watchers.begin(state)
        value, gradient = shards.value_and_gradient(vector, blocks)
        state.history.n_seen += len(data.rows)
        if not (np.isfinite(value) and np.isfinite(gradient).all()):
            raise NotFinite
        return value, gradient

    def note(intermediate_result):
        _note(trainer, state, intermediate_result)
        if state.reason is not None:
            raise StopIteration

    try:
        with np.errstate(over="ignore", invalid="ignore"):
            result = minimize(
                evaluate,
                state.weights,
                jac=True,
                method="L-BFGS-B",
                callback=note,
                options={
                    "maxiter": trainer.max_iter,
                    "maxfun": EVALUATIONS * trainer.max_iter,
                    "gtol": trainer.tol,
                },
            )
        state.reason = state.reason or REASONS[result.status]
    except NotFinite:
        state.reason = Reason.DIVERGED
    except KeyboardInterrupt as interrupt:
        state.reason, state.interrupt = Reason.INTERRUPTED, interrupt
    best = state.weights if state.best is None else state.best
    state.weights = best.astype(weights.dtype)
    return state


def _note(trainer, state, result):
    """Write down where an iteration has led, and whether that is a reason to stop."""
    before, state.weights, score = state.weights, result.x.copy(), None
    state.update += 1
    if trainer.validate is not None:
        try:
            score = trainer.validate(state.weights)
        except NotFinite:
            state.weights = before
            raise
    state.record(float(result.fun), score)
    if score is not None and trainer.plateau.reached(-score):
        state.reason = Reason.PLATEAU
    if trainer.watchers.end(state):
        state.reason = Reason.STOPPED
