"""The facade that all estimators share: validate, build, train, publish."""

from abc import ABC, abstractmethod
from functools import partial
from numbers import Integral
from typing import ClassVar

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from skrnn.estimators.callbacks import CallbackSupportMixin, calls_of, with_callbacks
from skrnn.estimators.n_jobs import Jobs, workers_for
from skrnn.fitting.architecture import (
    check_unchanged,
    choose_architecture,
    choose_reading,
)
from skrnn.fitting.fitted_state import (
    check_fitted_state,
    fitted_network,
    make_network,
    publish,
)
from skrnn.fitting.problem import training_set
from skrnn.fitting.result import Ended, Start
from skrnn.fitting.solver import descend
from skrnn.fitting.validation_split import hold_out, make_validator
from skrnn.fitting.warnings import (
    notes_on_data,
    notes_on_learning,
    notes_on_training,
    warn,
)
from skrnn.network import Dropout
from skrnn.parameters.auto import make_plan
from skrnn.parameters.constraints import Number, check_parameters
from skrnn.parameters.shared import FULL_BATCH, Settings, check_combinations
from skrnn.training import Objective, Reporter, Watchers
from skrnn.validation import check_sequences
from skrnn.validation.layouts import RAGGED


class BaseRecurrent(Settings, CallbackSupportMixin, BaseEstimator, ABC):
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
    #: What `learning_rate_init` is by default, by the solver.
    _rates: ClassVar[dict[str, float]] = {"adam": 0.02, "sgd": 0.2}
    #: How many sequences a score needs.
    _fewest_held_out: ClassVar[int] = 1

    @abstractmethod
    def _read_problem(self, X, y, sample_weight, classes, groups, *, goes_on):
        """Check and encode the data, as a `Problem` without copies.

        `goes_on` says that the estimator is fitted and must stay what it is.
        """

    @abstractmethod
    def _stratify(self, y):
        """Give what a split of encoded targets keeps in proportion, or None."""

    @abstractmethod
    def _rate(self, decisions, y, sample_weight):
        """Rate decisions against encoded targets: larger is better."""

    def _train(
        self,
        X,
        y,
        sample_weight,
        *,
        classes=None,
        groups=None,
        validation=(None, None, None),
        once=False,
    ):
        """Fit from scratch or go on, and publish the result.

        `validation` is X, y and weights of sequences that the user holds out. `once`
        makes a single pass and goes on from any earlier fit, as `partial_fit` does;
        otherwise `warm_start` decides.
        """
        check_parameters(self)
        check_combinations(self, once)
        goes_on = hasattr(self, "weights_") and (once or self.warm_start)
        if goes_on:
            check_fitted_state(self)
        if not self.early_stopping or validation[0] is not None:
            groups = None
        problem = self._read_problem(
            X, y, sample_weight, classes, groups, goes_on=goes_on
        )
        if goes_on:
            problem = problem.at_least(self.weights_.dtype)
        rng = self._random_numbers()
        rows, held_out = hold_out(self, problem, rng, validation)
        architecture = choose_architecture(self, problem)
        if goes_on:
            check_unchanged(self, architecture)
            network = fitted_network(self)
            weights, rng = self.weights_, self._random_numbers(self.t_)
        else:
            reading = choose_reading(self, problem, rows)
            network = make_network(architecture, reading)
            weights = network.init(rng)
        start = Start(problem, rows, held_out, architecture, network, goes_on, once)
        weight = {} if sample_weight is None else {"sample_weight": sample_weight}
        given = {"X": X, "y": y, "metadata": weight}
        self._publish(self._learn(start, weights, rng, given))
        return self

    @with_callbacks
    def _learn(self, start, weights, rng, given):
        """Train, and return what there is to publish and to say as an `Ended`."""
        problem, rows, network = start.problem, start.rows, start.network
        data = training_set(problem, rows)
        plan = make_plan(self, data.lengths[rows], start.once, self._noise, self._rates)
        dropout = Dropout(rng, plan.dropout, plan.recurrent_dropout)
        n_shards = plan.batch_size // network.sequences_per_shard
        with workers_for(self.n_jobs, n_shards) as workers:
            watchers = self._watchers(start, plan.n_epochs, given)
            result, memory = descend(
                self,
                data,
                np.array(weights, problem.X.dtype),
                plan,
                rng=rng,
                goes_on=start.goes_on,
                once=start.once,
                objective=Objective(network, problem.loss, plan.alpha, dropout),
                validate=make_validator(self, network, start.held_out, workers),
                workers=workers,
                watchers=watchers,
            )
            fitted = start.outcome(self, result, memory)
            if result.interrupt and hasattr(self, "weights_") and not start.goes_on:
                # A model that was cut short is no substitute for the earlier one.
                fitted = None
            notes = self._notes(start, result, fitted)
            watchers.close(fitted)
        return Ended(fitted, notes, result.interrupt)

    def _notes(self, start, result, fitted):
        """Return what is to be said: messages and categories."""
        problem, rows = start.problem, start.rows
        notes = notes_on_training(self, result, fitted is None, start.once)
        if result.interrupt:
            return notes
        if not start.goes_on:
            notes += notes_on_data(self, problem, rows, start.held_out)
        if not start.once:
            notes += notes_on_learning(result, problem, rows, start.network)
        return notes

    def _watchers(self, start, n_epochs, given):
        """Return those who look on."""
        unit = "iteration" if self.solver == FULL_BATCH else "epoch"
        each = [Reporter(n_epochs, unit)] if self.verbose else []
        if not start.once:
            snapshot = partial(start.snapshot, self)
            each += calls_of(self, unit, n_epochs, given, snapshot)
        return Watchers(each)

    def _publish(self, ended):
        """Replace the fitted attributes in one stroke, when nothing can fail any more.

        That is after the warnings, which may be errors. An interrupt goes on up, so
        that whatever called `fit` stops too.
        """
        if ended.interrupt is None:
            warn(ended.notes, stacklevel=4)
        if ended.fitted is not None:
            publish(self, ended.fitted)
        if ended.interrupt is not None:
            for message, _ in ended.notes:
                ended.interrupt.add_note(message)
            raise ended.interrupt

    def _random_numbers(self, n_seen=0):
        """Give the source of random numbers; without a seed, a new one of its own.

        Training that goes on after `n_seen` sequences must hold out the same sequences
        again, but not repeat its noise: for the latter, a seed gives another source.
        """
        if self.random_state is None:
            return np.random.RandomState()
        if n_seen and isinstance(self.random_state, Integral):
            return np.random.RandomState([int(self.random_state), n_seen % 2**32])
        return check_random_state(self.random_state)

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
        network = fitted_network(self)
        X = check_sequences(self, X, reset=False)
        weights = self.weights_.astype(X.dtype, copy=False)
        compute = getattr(network, what)
        return compute(weights, X.samples, workers=Jobs(self.n_jobs), **options)

    def __sklearn_tags__(self):
        """Say what the estimator takes: 3-D arrays beside tables."""
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags
