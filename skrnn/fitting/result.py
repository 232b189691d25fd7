"""What is settled before the first step of a fit, and what is remembered after it."""

from dataclasses import dataclass, replace

import numpy as np

from skrnn.fitting.problem import Problem
from skrnn.fitting.validation_split import HeldOut
from skrnn.network import Network
from skrnn.training import Reason


@dataclass(frozen=True, eq=False)
class Start:
    """Where a fit begins.

    Attributes
    ----------
    problem : Problem
        What is to be learnt.
    rows : ndarray of int
        The sequences to learn from.
    held_out : HeldOut or None
        Those that tell when to stop.
    architecture : dict
        What the network is made of.
    network : Network
        The network.
    goes_on : bool
        Whether an earlier fit goes on.
    once : bool
        Whether this is a single pass, of `partial_fit`.
    """

    problem: Problem
    rows: np.ndarray
    held_out: HeldOut | None
    architecture: dict
    network: Network
    goes_on: bool
    once: bool

    def outcome(self, estimator, result, memory):
        """Give the attributes of an estimator whose training has this result.

        Parameters
        ----------
        estimator : estimator
            As it was before.
        result : Training
            Where training has led.
        memory : dict
            What the optimizer remembers, by the name of the solver.
        """
        history, earlier = result.history, vars(estimator) if self.goes_on else {}
        curve = earlier.get("loss_curve_", []) + history.loss_curve
        scores = (earlier.get("validation_scores_") or []) + history.validation_scores
        stops, reading = estimator.early_stopping, self.network.input
        return {
            **self.problem.X.fitted,
            **self.problem.fitted,
            "architecture_": self.architecture,
            "patch_size_": reading.patch_size,
            "feature_mean_": reading.mean,
            "feature_scale_": reading.scale,
            "weights_": result.weights,
            "optimizer_state_": memory,
            "stopping_reason_": result.reason.value,
            "n_iter_": history.n_epochs,
            "t_": earlier.get("t_", 0) + history.n_seen,
            "loss_curve_": curve,
            "loss_": curve[-1] if curve else None,
            "best_loss_": None if stops else min(curve, default=None),
            "validation_scores_": scores if stops else None,
            "best_validation_score_": max(history.validation_scores, default=None),
        }

    def snapshot(self, estimator, state):
        """Give the attributes that an estimator would have if training ended now."""
        weights = state.weights if state.best is None else state.best
        weights = weights.astype(self.problem.X.dtype)
        result = replace(state, weights=weights, reason=Reason.STOPPED)
        return self.outcome(estimator, result, {})


@dataclass(frozen=True, eq=False)
class Ended:
    """A fit that has ended, before anything of it is to be seen.

    Attributes
    ----------
    fitted : dict of str to object, or None
        The attributes of the estimator; None if it keeps those that it has.
    notes : list of (str, type)
        What is to be said: messages and categories.
    interrupt : KeyboardInterrupt or None
        What interrupted it.
    """

    fitted: dict | None
    notes: list
    interrupt: KeyboardInterrupt | None
