"""A run of training, from data and parameters to fitted attributes."""

from dataclasses import dataclass, field, replace

import numpy as np

from skrnn.fitting.architecture import (
    check_unchanged,
    choose_architecture,
    choose_reading,
    longest_piece,
    reading_of_resumed,
)
from skrnn.fitting.categories import settle_categories
from skrnn.fitting.fitted_state import fitted_network
from skrnn.fitting.linear_path import scale_network
from skrnn.fitting.network import make_network
from skrnn.fitting.problem import Problem
from skrnn.fitting.random_sources import Sources
from skrnn.fitting.validation_split import HeldOut, hold_out, make_validator
from skrnn.fitting.warnings import data_warnings, ending_warnings, learning_warnings
from skrnn.network import Dropout, Network
from skrnn.parameters.auto import ResolvedSettings, choose_dtype, resolve_auto
from skrnn.training import SOLVERS, Augmentation, Objective, Reason, TrainingSet


@dataclass(frozen=True, eq=False)
class TrainingRun:
    """All that a run of training needs, and the fitted attributes of its result.

    Attributes
    ----------
    estimator : estimator
        The estimator, which is not changed.
    problem : Problem
        The data.
    rows : ndarray of int
        The sequences of it to learn from.
    data : TrainingSet
        What is learnt from them.
    held_out : HeldOut or None
        The validation set of early stopping.
    architecture : dict
        The `architecture_` of the estimator.
    reading : dict
        The fitted attributes that say how raw steps are read.
    network : Network
        The network.
    weights : ndarray of shape (n_parameters,)
        Initial weights, in the type of the computation.
    settings : ResolvedSettings
        The parameters of the estimator, "auto" resolved.
    rng : numpy.random.RandomState
        Source of the order of batches and of the masks of dropout.
    resume : bool
        Whether training resumes an earlier fit.
    incremental : bool
        Whether this is a call of `partial_fit`.
    fixed : ndarray of int, optional
        Indices of weights that stay as they are: those of a linear path.
    share : ndarray of shape (n_outputs,), optional
        By what the network counts beside its linear path, for each output.
    sources : list of dict
        States of the sources of random numbers when the run was prepared.
    """

    estimator: object
    problem: Problem
    rows: np.ndarray
    data: TrainingSet
    held_out: HeldOut | None
    architecture: dict
    reading: dict
    network: Network
    weights: np.ndarray
    settings: ResolvedSettings
    rng: np.random.RandomState
    resume: bool
    incremental: bool
    fixed: np.ndarray | None = None
    share: np.ndarray | None = None
    sources: list = field(default_factory=list)

    @property
    def n_shards(self):
        """Number of threads that pay off for the largest batch."""
        return self.settings.batch_size // self.network.sequences_per_shard

    def make_solver(self, workers, monitors):
        """Return the `Solver` of the estimator for this run."""
        estimator, settings, name = self.estimator, self.settings, self.estimator.solver
        earlier = estimator.optimizer_state_ if self.resume else {}
        rates = settings.dropout, settings.recurrent_dropout
        loss, network, validate = self.problem.loss, self.network, None
        augmentation = self._make_augmentation()
        if settings.label_smoothing:
            loss = replace(loss, smoothing=settings.label_smoothing)
        if self.held_out is not None:
            score = make_validator(estimator, network, self.held_out, workers)

            def validate(weights):
                return score(self.with_share(weights))

        return estimator._create_solver(
            settings,
            name,
            size=network.layout.size,
            dtype=self.weights.dtype,
            memory=earlier.get(name),
            schedule=estimator.learning_rate,
            incremental=self.incremental,
            objective=Objective(
                network,
                loss,
                settings.alpha,
                Dropout.seeded(self.rng, *rates, augments=augmentation is not None),
                self.fixed,
                augmentation,
            ),
            data=self.data,
            rng=self.rng,
            validate=validate,
            workers=workers,
            monitors=monitors,
        )

    def _make_augmentation(self):
        """Return what changes the sequences in training, if anything does."""
        most, form = self.reading.get("augmentation_", 0.0), self.problem.X.format
        if most == 0 or not SOLVERS[self.estimator.solver].has_batches:
            return None
        exact = np.ones_like(form.is_categorical) if form.gaps else form.is_categorical
        return Augmentation(most, exact)

    def with_share(self, weights):
        """Return weights of a model in which the network has its share."""
        if self.share is None or (self.share == 1).all():
            return weights
        weights = weights.copy()
        scale_network(self.network, weights, self.weights, self.share)
        return weights

    def fitted_attributes(self, result, memory=None):
        """Return the fitted attributes for a result of training.

        Parameters
        ----------
        result : Training
            Result of training.
        memory : dict, optional
            State of the solver, with which training can resume.

        Returns
        -------
        dict of str to object
        """
        history, earlier = result.history, vars(self.estimator) if self.resume else {}
        curve = earlier.get("loss_curve_", []) + history.loss_curve
        scores = (earlier.get("validation_scores_") or []) + history.validation_scores
        stops = self.estimator.early_stopping
        memory = {} if memory is None else {self.estimator.solver: memory}
        return {
            **self.problem.X.format.attributes_of_network,
            **self.problem.fitted,
            "architecture_": self.architecture,
            **self.reading,
            "weights_": self.with_share(result.weights),
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
        """Return the fitted attributes as if training ended now."""
        weights = state.weights if state.best is None else state.best
        weights = weights.astype(self.weights.dtype)
        result = replace(state, weights=weights, reason=Reason.STOPPED)
        return self.fitted_attributes(result)

    def warnings(self, result, keeps_earlier):
        """Return the warnings about the data and the result.

        Parameters
        ----------
        result : Training
            Result of training.
        keeps_earlier : bool
            Whether the estimator keeps the weights of an earlier fit.

        Returns
        -------
        list of (str, type)
            Messages and their categories.
        """
        solver, incremental = SOLVERS[self.estimator.solver], self.incremental
        problem, rows = self.problem, self.rows
        found = ending_warnings(solver, result, keeps_earlier, incremental)
        if result.interrupt:
            return found
        if not self.resume:
            found += data_warnings(self.estimator, problem, rows, self.held_out)
        if not incremental:
            result = replace(result, weights=self.with_share(result.weights))
            found += learning_warnings(
                result, problem, rows, self.network, self.share is not None
            )
        return found


def prepare(estimator, problem, validation, resume, incremental, sources=()):
    """Return a `TrainingRun` for an estimator and its data.

    Parameters
    ----------
    estimator : estimator
        The estimator; fitted if training resumes.
    problem : Problem
        The data.
    validation : tuple
        X, y and weights of the validation set that the user passed, or None three
        times.
    resume : bool
        Whether training resumes an earlier fit.
    incremental : bool
        Whether this is a call of `partial_fit`.
    sources : sequence of dict
        The `sources` of a run of which this is to be another, if any.

    Returns
    -------
    TrainingRun
    """
    sources = Sources(estimator.random_state, sources)
    rng = sources.next()
    rows, held_out = problem.rows, None
    if estimator.early_stopping or any(value is not None for value in validation):
        rows, held_out = hold_out(estimator, problem, rng, validation)
    problem, held_out = settle_categories(problem, rows, held_out)
    architecture = choose_architecture(estimator, problem)
    if resume:
        check_unchanged(estimator, architecture)
        reading = reading_of_resumed(estimator)
        network, weights = fitted_network(estimator), estimator.weights_
        dtype = choose_dtype(estimator, weights.dtype)
        rng = sources.next(estimator.t_)
    else:
        reading = choose_reading(estimator, problem, rows)
        network = make_network(architecture, reading, problem.X.format)
        weights, dtype = network.init(rng), choose_dtype(estimator)
    data = problem.training_set(
        rows, longest_piece(estimator), network.input.patch_size
    )
    lengths = data.lengths[data.rows]
    return TrainingRun(
        estimator=estimator,
        problem=problem,
        rows=rows,
        data=data,
        held_out=held_out,
        architecture=architecture,
        reading=reading,
        network=network,
        weights=np.array(weights, dtype),
        settings=resolve_auto(
            estimator,
            lengths,
            incremental,
            estimator._default_dropout,
            estimator._default_learning_rates,
            n_answered=_count_answered(network, lengths),
            n_targets=len(problem.scored(rows)[0]),
            n_seen=estimator.t_ if resume and incremental else 0,
        ),
        rng=rng,
        resume=resume,
        incremental=incremental,
        sources=sources.states,
    )


def _count_answered(network, lengths):
    """Return how many states of a sequence are answered, in the mean."""
    if not network.head.per_step:
        return 1
    return np.mean(-(-lengths // network.input.patch_size))
