"""L-BFGS solver: quasi-Newton steps on the whole training set."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import minimize

from skrnn.sequences import blocks_by_length
from skrnn.training.evaluations import Evaluations
from skrnn.training.objective import Objective, make_shards
from skrnn.training.solver import Solver
from skrnn.training.state import NotFinite, Plateau, Reason, Training, TrainingSet
from skrnn.utils.threads import ALONE, Workers

#: The most steps that are read at once: it bounds the memory of a backward pass.
MAX_STEPS = 2**14

#: More evaluations than an iteration may take: its number alone is limited.
EVALUATIONS = 100

#: What the codes of SciPy's L-BFGS-B mean.
REASONS = {0: Reason.CONVERGED, 1: Reason.MAX_ITER, 2: Reason.STALLED}


@dataclass(eq=False)
class LBFGSSolver(Solver):
    """Follows the whole gradient, with an estimate of the curvature.

    The search along a line needs more digits than float32 has, so that everything is
    computed in float64; the result is of the type of the weights.

    Parameters
    ----------
    objective : Objective
        What is made small.
    data : TrainingSet
        What to learn from.
    max_iter : int
        Largest number of iterations.
    tol : float
        Training ends where no entry of the gradient is larger.
    plateau : Plateau
        Notices that the score of the sequences held out improves no more.
    validate : callable, optional
        From weights to a score of the sequences held out. The best weights by this
        score are the result.
    monitors : sequence of Monitor
        They are called before and after every iteration.
    workers : Workers
        They share out the sequences.
    """

    objective: Objective
    data: TrainingSet
    max_iter: int
    tol: float
    plateau: Plateau
    validate: Callable | None = None
    monitors: tuple = ()
    workers: Workers = ALONE

    #: Whether the monitors know that an iteration has begun.
    _has_begun: bool = field(default=False, init=False)
    _evaluations: Evaluations = field(default=None, init=False)
    #: Scores after the iterations that are repeated, and how many those are.
    _scores: list = field(default_factory=list, init=False)
    _n_repeated: int = field(default=0, init=False)

    unit = "iteration"
    has_batches = False
    dtype = np.float64
    at_max_iter = (
        "L-BFGS stopped at max_iter={max_iter} iterations while the loss was still "
        "falling. Try a larger max_iter, or scale the features."
    )
    remedy = "solver='adam'"

    @classmethod
    def create(
        cls,
        settings,
        name,
        *,
        size,
        dtype,
        memory,
        rng,
        schedule,
        incremental,
        **common,
    ):
        """Make a solver for an estimator, as `Solver.create` says."""
        return cls(
            max_iter=settings.n_epochs,
            tol=settings.tol,
            plateau=Plateau(settings.tol, settings.patience),
            **common,
        )

    @property
    def memory(self):
        """Nothing: each run estimates the curvature anew."""
        return None

    def progress(self, state):
        """Return all that a fit goes on from, as `Solver.progress` says.

        That is each evaluation so far: see `Evaluations`.
        """
        history = state.history
        return {
            "evaluations": self._evaluations.record(),
            "scores": history.validation_scores,
            "n_iterations": history.n_epochs,
        }

    def solve(self, weights, progress=None):
        """Move weights until there is a reason to stop, as `Solver.solve` says."""
        state = Training(weights.astype(np.float64))
        progress = progress or {}
        self._evaluations = Evaluations(
            progress.get("evaluations"), any(m.keeps_progress for m in self.monitors)
        )
        self._scores = progress.get("scores", [])
        self._n_repeated = progress.get("n_iterations", 0)
        shards = make_shards(self.objective, self.data, self.workers)
        chunks = blocks_by_length(self.data.lengths[self.data.rows], MAX_STEPS)
        chunks = [self.data.rows[chunk] for chunk in chunks]

        def evaluate(vector):
            if self._evaluations.are_left:
                state.history.n_seen += len(self.data.rows)
                return self._evaluations.repeat(vector)
            self._begin(state)
            value, gradient = shards.value_and_gradient(vector, chunks)
            state.history.n_seen += len(self.data.rows)
            if not (np.isfinite(value) and np.isfinite(gradient).all()):
                raise NotFinite
            self._evaluations.add(vector, value, gradient)
            return value, gradient

        def after_iteration(intermediate_result):
            self._end(state, intermediate_result)
            if state.reason is not None:
                raise StopIteration

        try:
            with np.errstate(over="ignore", invalid="ignore"):
                result = minimize(
                    evaluate,
                    state.weights,
                    jac=True,
                    method="L-BFGS-B",
                    callback=after_iteration,
                    options={
                        "maxiter": self.max_iter,
                        "maxfun": EVALUATIONS * self.max_iter,
                        "gtol": self.tol,
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

    def _begin(self, state):
        """Call the monitors at the first evaluation of an iteration."""
        if not self._has_begun:
            self._has_begun = True
            for monitor in self.monitors:
                monitor.begin(state)

    def _end(self, state, result):
        """Record where an iteration has led, and whether that is a reason to stop."""
        before, state.weights, score = state.weights, result.x.copy(), None
        state.update += 1
        is_repeated = state.history.n_epochs < self._n_repeated
        if self.validate is not None:
            try:
                score = self._validate(state, is_repeated)
            except NotFinite:
                state.weights = before
                raise
        state.record(float(result.fun), score)
        if score is not None and self.plateau.reached(-score):
            state.reason = Reason.PLATEAU
        self._has_begun = False
        if is_repeated:
            return
        stops = [monitor.end(state) for monitor in self.monitors]
        if any(stops):
            state.reason = Reason.STOPPED

    def _validate(self, state, is_repeated):
        """Score the weights, or return the score that is known."""
        if is_repeated:
            return self._scores[state.history.n_epochs]
        return self.validate(state.weights)
