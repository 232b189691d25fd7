"""One run of training: what fit has settled, and what an estimator gets from it."""

from dataclasses import dataclass, replace
from numbers import Integral

import numpy as np
from sklearn.utils import check_random_state

from skrnn.fitting.architecture import (
    check_unchanged,
    choose_architecture,
    choose_input_transform,
    make_network,
)
from skrnn.fitting.fitted_state import fitted_network
from skrnn.fitting.problem import Problem, training_set
from skrnn.fitting.validation_split import HeldOut, hold_out, make_validator
from skrnn.fitting.warnings import data_warnings, ending_warnings, learning_warnings
from skrnn.network import Dropout, Network
from skrnn.parameters.auto import ResolvedSettings, resolve_auto
from skrnn.sequences import lengths_of
from skrnn.training import SOLVERS, Objective, Reason


@dataclass(frozen=True, eq=False)
class TrainingRun:
    """What fit has settled before training, and what follows from its result.

    Attributes
    ----------
    estimator : estimator
        As it was before; it is only read.
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
    weights : ndarray of shape (n_parameters,)
        Where training begins, in the type of the computation.
    settings : ResolvedSettings
        The parameters of the estimator, "auto" resolved.
    rng : numpy.random.RandomState
        Where the order of batches and the noise of dropout come from.
    resume : bool
        Whether training goes on from an earlier fit.
    incremental : bool
        Whether this is a call of `partial_fit`.
    """

    estimator: object
    problem: Problem
    rows: np.ndarray
    held_out: HeldOut | None
    architecture: dict
    network: Network
    weights: np.ndarray
    settings: ResolvedSettings
    rng: np.random.RandomState
    resume: bool
    incremental: bool

    @property
    def n_shards(self):
        """How many threads the largest batch is worth."""
        return self.settings.batch_size // self.network.sequences_per_shard

    def make_solver(self, workers, monitors):
        """Return the `Solver` of the estimator for this run."""
        estimator, settings, name = self.estimator, self.settings, self.estimator.solver
        earlier = estimator.optimizer_state_ if self.resume else {}
        dropout = Dropout(self.rng, settings.dropout, settings.recurrent_dropout)
        loss, network = self.problem.loss, self.network
        return SOLVERS[name].create(
            settings,
            name,
            size=network.layout.size,
            dtype=self.problem.X.dtype,
            memory=earlier.get(name),
            schedule=estimator.learning_rate,
            incremental=self.incremental,
            objective=Objective(network, loss, settings.alpha, dropout),
            data=training_set(self.problem, self.rows),
            rng=self.rng,
            validate=self._make_validator(workers),
            workers=workers,
            monitors=monitors,
        )

    def _make_validator(self, workers):
        if self.held_out is None:
            return None
        return make_validator(self.estimator, self.network, self.held_out, workers)

    def fitted_attributes(self, result, memory=None):
        """Return the fitted attributes of an estimator whose training has this result.

        Parameters
        ----------
        result : Training
            Where training has led.
        memory : dict, optional
            What the solver needs to go on from there.

        Returns
        -------
        dict of str to object
        """
        history, earlier = result.history, vars(self.estimator) if self.resume else {}
        curve = earlier.get("loss_curve_", []) + history.loss_curve
        scores = (earlier.get("validation_scores_") or []) + history.validation_scores
        stops, transform = self.estimator.early_stopping, self.network.input
        memory = {} if memory is None else {self.estimator.solver: memory}
        return {
            **self.problem.X.format.attributes,
            **self.problem.fitted,
            "architecture_": self.architecture,
            "patch_size_": transform.patch_size,
            "feature_mean_": transform.mean,
            "feature_scale_": transform.scale,
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

    def snapshot(self, state):
        """Return the fitted attributes that there would be if training ended now."""
        weights = state.weights if state.best is None else state.best
        weights = weights.astype(self.problem.X.dtype)
        result = replace(state, weights=weights, reason=Reason.STOPPED)
        return self.fitted_attributes(result)

    def warnings(self, result, keeps_earlier):
        """Return the warnings that the result deserves.

        Parameters
        ----------
        result : Training
            Where training has led.
        keeps_earlier : bool
            Whether the estimator keeps the weights of an earlier fit.

        Returns
        -------
        list of (str, type)
            Messages and their categories.
        """
        solver, incremental = SOLVERS[self.estimator.solver], self.incremental
        found = ending_warnings(solver, result, keeps_earlier, incremental)
        if result.interrupt:
            return found
        if not self.resume:
            found += data_warnings(
                self.estimator, self.problem, self.rows, self.held_out
            )
        if not incremental:
            found += learning_warnings(result, self.problem, self.rows, self.network)
        return found


def prepare(estimator, problem, validation, resume, incremental):
    """Settle all that training needs.

    Parameters
    ----------
    estimator : estimator
        Its parameters, and its fitted attributes if training resumes.
    problem : Problem
        What is to be learnt.
    validation : tuple
        X, y and weights of sequences that the user holds out, or None three times.
    resume : bool
        Whether training goes on from an earlier fit.
    incremental : bool
        Whether this is a call of `partial_fit`.

    Returns
    -------
    TrainingRun
    """
    rng = random_numbers(estimator.random_state)
    rows, held_out = problem.rows, None
    if estimator.early_stopping or any(given is not None for given in validation):
        rows, held_out = hold_out(estimator, problem, rng, validation)
    architecture = choose_architecture(estimator, problem)
    if resume:
        check_unchanged(estimator, architecture)
        network, weights = fitted_network(estimator), estimator.weights_
        rng = random_numbers(estimator.random_state, estimator.t_)
    else:
        transform = choose_input_transform(estimator, problem, rows)
        network = make_network(architecture, transform)
        weights = network.init(rng)
    return TrainingRun(
        estimator=estimator,
        problem=problem,
        rows=rows,
        held_out=held_out,
        architecture=architecture,
        network=network,
        weights=np.array(weights, problem.X.dtype),
        settings=resolve_auto(
            estimator,
            lengths_of(problem.X.samples)[rows],
            incremental,
            estimator._default_dropout,
            estimator._default_learning_rates,
        ),
        rng=rng,
        resume=resume,
        incremental=incremental,
    )


def random_numbers(random_state, n_seen=0):
    """Return the source of random numbers; without a seed, a new one of its own.

    Training that resumes after `n_seen` sequences must hold out the same sequences
    again, but not repeat its noise: for the latter, a seed makes another source.
    """
    if random_state is None:
        return np.random.RandomState()
    if n_seen and isinstance(random_state, Integral):
        return np.random.RandomState([int(random_state), n_seen % 2**32])
    return check_random_state(random_state)
