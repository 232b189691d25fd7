"""The facade that all estimators share: validate, build, train, publish."""

from abc import ABC, abstractmethod
from numbers import Integral
from typing import ClassVar

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from skrnn.architecture import (
    check_unchanged,
    choose_architecture,
    choose_reading,
    fitted_network,
)
from skrnn.constraints import Number, check_parameters
from skrnn.held_out import hold_out, make_validator
from skrnn.jobs import Jobs, workers_for
from skrnn.network import Dropout, build_network
from skrnn.notices import (
    notes_on_data,
    notes_on_learning,
    notes_on_training,
    warn,
)
from skrnn.optimizers import OPTIMIZERS, SCHEDULES
from skrnn.plan import make_plan
from skrnn.problem import training_set
from skrnn.settings import FULL_BATCH, Settings, check_combinations
from skrnn.training import (
    FullBatch,
    Objective,
    Plateau,
    Reason,
    Trainer,
    count_batches,
    train,
    train_full_batch,
)
from skrnn.validation import check_sequences
from skrnn.validation.layouts import RAGGED


class BaseRecurrent(Settings, BaseEstimator, ABC):
    """Base of all recurrent estimators.

    What a subclass adds is what its targets mean; what a concrete estimator adds is
    the name of its cell.
    """

    #: A key of `skrnn.cells.CELLS`.
    _cell: ClassVar[str]
    #: Parameters that are handed to the cell.
    _cell_options: ClassVar[tuple[str, ...]] = ()
    #: What `dropout` and `recurrent_dropout` are by default.
    _noise: ClassVar[tuple[float, float]]
    #: How many sequences a score needs.
    _fewest_held_out: ClassVar[int] = 1

    @abstractmethod
    def _read_problem(self, X, y, sample_weight, classes, *, goes_on):
        """Check and encode the data, as a `Problem` without copies.

        `goes_on` says that the estimator is fitted and must stay what it is.
        """

    @abstractmethod
    def _stratify(self, y):
        """Give what a split of encoded targets keeps in proportion, or None."""

    @abstractmethod
    def _rate(self, decisions, y, sample_weight):
        """Rate decisions against encoded targets: larger is better."""

    def _train(self, X, y, sample_weight, *, classes=None, once=False):
        """Fit from scratch or go on, and publish the result.

        `once` makes a single pass and goes on from any earlier fit, as `partial_fit`
        does; otherwise `warm_start` decides.
        """
        check_parameters(self)
        check_combinations(self, once)
        fitted = hasattr(self, "weights_")
        goes_on = fitted and (once or self.warm_start)
        problem = self._read_problem(X, y, sample_weight, classes, goes_on=goes_on)
        if goes_on:
            problem = problem.at_least(self.weights_.dtype)
        rng = self._random_numbers()
        rows, held_out = hold_out(self, problem, rng)
        architecture = choose_architecture(self, problem)
        if goes_on:
            check_unchanged(self, architecture)
            network = fitted_network(self)
            weights, rng = self.weights_, self._random_numbers(self.t_)
        else:
            reading = choose_reading(self, problem, rows)
            network = build_network(reading=reading, **architecture)
            weights = network.init(rng)
        data = training_set(problem, rows)
        plan = make_plan(self, data.lengths[rows], once, self._noise)
        dropout = Dropout(rng, plan.dropout, plan.recurrent_dropout)
        with workers_for(self.n_jobs, plan.batch_size // network.portion) as workers:
            result, memory = self._descend(
                data,
                np.array(weights, problem.X.dtype),
                plan,
                rng=rng,
                goes_on=goes_on,
                once=once,
                objective=Objective(network, problem.loss, self.alpha, dropout),
                validate=make_validator(self, network, problem, held_out, workers),
                workers=workers,
            )
        keep_earlier = result.reason is Reason.INTERRUPTED and fitted and not goes_on
        if not keep_earlier:
            self._publish(
                problem, architecture, network.reading, memory, result, goes_on
            )
        notes = notes_on_training(self, result, keep_earlier, once)
        if not goes_on:
            notes += notes_on_data(self, problem, rows, held_out)
        if not once:
            notes += notes_on_learning(result, problem, rows, network)
        warn(notes, stacklevel=3)
        return self

    def _random_numbers(self, n_seen=0):
        """Give the source of random numbers; without a seed, a new one of its own.

        Training that goes on after `n_seen` sequences must hold out the same sequences
        again, but not repeat its noise: for the latter, a seed gives another source.
        """
        if self.random_state is None:
            return np.random.RandomState()
        if n_seen and isinstance(self.random_state, Integral):
            return np.random.RandomState([self.random_state, n_seen % 2**32])
        return check_random_state(self.random_state)

    def _descend(self, data, weights, plan, *, rng, goes_on, once, **common):
        """Train by the solver; give the result, and what the optimizer remembers."""
        common |= {
            "max_iter": plan.n_epochs,
            "plateau": Plateau(self.tol, plan.patience),
            "verbose": bool(self.verbose),
        }
        if self.solver == FULL_BATCH:
            trainer = FullBatch(tol=self.tol, **common)
            return train_full_batch(trainer, data, weights), {}
        n_updates = plan.n_epochs * count_batches(len(data.rows), plan.batch_size)
        trainer = Trainer(
            rng=rng,
            batch_size=plan.batch_size,
            max_grad_norm=self.max_grad_norm,
            **self._make_steps(weights, n_updates, goes_on, once),
            **common,
        )
        result = train(trainer, data, weights)
        return result, {self.solver: trainer.optimizer.state}

    def _make_steps(self, weights, n_updates, goes_on, once):
        """Choose optimizer and schedule, the parts that take steps."""
        state = self.optimizer_state_.get(self.solver) if goes_on else None
        options = {"momentum": self.momentum} if self.solver == "sgd" else {}
        optimizer = OPTIMIZERS[self.solver](
            weights.size, weights.dtype, state, **options
        )
        schedule = self.learning_rate
        if once and schedule != "invscaling":
            schedule = "constant"
        return {
            "optimizer": optimizer,
            "schedule": SCHEDULES[schedule](self.learning_rate_init, n_updates),
            "first_update": optimizer.state["n_steps"] if once else 0,
        }

    def _publish(self, problem, architecture, reading, memory, result, goes_on):
        """Replace the fitted attributes, all at once, now that nothing can fail."""
        history, earlier = result.history, vars(self) if goes_on else {}
        curve = earlier.get("loss_curve_", []) + history.loss_curve
        scores = (earlier.get("validation_scores_") or []) + history.validation_scores
        fitted = {
            **problem.X.fitted,
            **problem.fitted,
            "architecture_": architecture,
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
            "best_loss_": None if self.early_stopping else min(curve, default=None),
            "validation_scores_": scores if self.early_stopping else None,
            "best_validation_score_": max(history.validation_scores, default=None),
        }
        rest = {k: v for k, v in vars(self).items() if not k.endswith("_")}
        self.__dict__ = {**rest, **fitted}

    def hidden_states(self, X, layer=-1):
        """Compute the hidden states after every step, or every patch of steps.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.
        layer : int, default=-1
            Which layer, the lowest first; negative numbers count from the top.

        Returns
        -------
        ndarray of shape (n, n_patches, n_units) or list of (n_patches_i, n_units)
            A list for a list; a patch has `patch_size_` steps. With `bidirectional`,
            the units of the forward direction come first, and those of the reverse
            direction have read the sequence from its end down to the patch.
        """
        check_is_fitted(self)
        n_layers = len(self.architecture_["hidden_sizes"])
        if not Number(Integral, -n_layers, n_layers).accepts(layer):
            raise ValueError(
                f"layer must be an int from {-n_layers} to {n_layers - 1}: this "
                f"{type(self).__name__} has {n_layers} layer(s). Got {layer!r}."
            )
        states = self._compute("states", X, layer=int(layer) % n_layers)
        return states if self.input_layout_ == RAGGED else np.stack(states)

    def pooled_states(self, X):
        """Compute what the head of the network reads: its features of each sequence.

        `RecurrentFeatures` does this as a step of a pipeline.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.

        Returns
        -------
        ndarray of shape (n, n_pooled)
            Hidden states of the top layer, pooled over the steps: with "concat" last,
            then mean, then max; with `bidirectional` each of them forward, then
            reverse.
        """
        return self._compute("pooled", X)

    def _raw_scores(self, X):
        """Compute the scores of the network, ndarray of shape (n, n_outputs)."""
        return self._compute("scores", X)

    def _compute(self, what, X, **options):
        """Let workers share out the blocks in which a network computes something."""
        check_is_fitted(self)
        X = check_sequences(self, X, reset=False)
        network, weights = fitted_network(self), self.weights_
        weights = weights.astype(X.dtype, copy=False)
        compute = getattr(network, what)
        return compute(weights, X.samples, workers=Jobs(self.n_jobs), **options)

    def __sklearn_tags__(self):
        """Say what the estimator takes: 3-D arrays beside tables."""
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags
