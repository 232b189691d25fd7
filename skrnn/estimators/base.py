"""Base of all estimators: validate, build, train, publish, predict."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import partial
from numbers import Integral
from typing import TYPE_CHECKING, Any, ClassVar

from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from skrnn.estimators.callbacks import (
    CallbackSupportMixin,
    in_progress,
    training_callbacks,
    with_callbacks,
)
from skrnn.estimators.n_jobs import n_threads
from skrnn.fitting.checkpoint import EarlierFit, FitInProgress
from skrnn.fitting.duplicates import digest_of
from skrnn.fitting.fitted_state import fitted_network, publish
from skrnn.fitting.identity import Identity
from skrnn.fitting.linear_path import begin
from skrnn.fitting.problem import Expected
from skrnn.fitting.run import prepare
from skrnn.fitting.warnings import warn
from skrnn.parameters.auto import check_combinations
from skrnn.parameters.constraints import Interval, check_parameters
from skrnn.parameters.shared import Settings
from skrnn.sequences import Unloaded
from skrnn.sequences.ragged import joined, padded
from skrnn.training import SOLVERS, Reporter
from skrnn.utils.documentation import DocumentationLink
from skrnn.utils.threads import WorkersOnDemand, workers_for
from skrnn.validation import SequenceFormat, check_or_open
from skrnn.validation.layouts import RAGGED, reads_gaps

if TYPE_CHECKING:
    from sklearn.utils import Tags

    from skrnn.utils.typing import Array, SequenceArrays, SequencesLike


class BaseRecurrent(
    DocumentationLink, Settings, CallbackSupportMixin, BaseEstimator, ABC
):
    """Base of all recurrent estimators.

    What a subclass adds is what its targets mean; what a concrete estimator adds is
    the name of its cell.
    """

    n_features_in_: int
    feature_names_in_: Array
    n_iter_: int
    t_: int
    stopping_reason_: str
    loss_: float | None
    best_loss_: float | None
    loss_curve_: list[float]
    validation_scores_: list[float] | None
    best_validation_score_: float | None
    weights_: Array
    architecture_: dict[str, Any]
    patch_size_: int
    feature_mean_: Array | None
    feature_scale_: Array | None
    feature_memory_: Array | None
    own_scale_: bool
    n_filters_: int
    is_categorical_: Array
    categories_: list[Array]
    embedding_sizes_: tuple[int, ...]
    input_layout_: str
    features_per_step_: int
    static_features_: Array
    optimizer_state_: dict[str, Any]

    #: A key of `skrnn.cells.CELLS`, and one of `skrnn.network.head.HEADS`.
    _cell: ClassVar[str]
    _head: ClassVar[str] = "linear"
    #: Fitted attributes of the targets.
    _target_attributes: ClassVar[tuple[str, ...]]
    #: Parameters that are handed to the cell.
    _cell_options: ClassVar[tuple[str, ...]] = ()
    #: What `dropout` and `recurrent_dropout` are by default.
    _default_dropout: ClassVar[tuple[float, float]]
    #: What `learning_rate_init` is by default, by the solver.
    _default_learning_rates: ClassVar[dict[str, float]] = {"adam": 0.02, "sgd": 0.2}
    #: How many filters there are by default where patches have several steps.
    _default_n_filters: ClassVar[int] = 0
    #: How many numbers of the last steps the head reads directly by default.
    _default_linear_numbers: ClassVar[int] = 0
    #: How many sequences, or steps with an answer, a score needs.
    _fewest_held_out: ClassVar[int] = 1

    @abstractmethod
    def _validate_data(self, X, y, sample_weight, classes, groups, expected=None):
        """Check and encode the data, as a `Problem` without duplicates.

        `expected` is an `Expected` of data that these must go with, if there are some.
        """

    @abstractmethod
    def _score(self, decisions, y, sample_weight, loss=None):
        """Score predictions against targets: larger is better.

        `loss` is that of a fit that is not done yet; None is that of the last.
        """

    def _weigh(self, problem):
        """Return the problem in which sequences count as the parameters say."""
        return problem

    def _stratify(self, problem, rows):
        """Return what a split of some sequences keeps in proportion, or None."""
        return None

    def _train(
        self,
        X,
        y,
        sample_weight,
        *,
        classes=None,
        groups=None,
        validation=(None, None, None),
        resume_from=None,
        incremental=False,
    ):
        """Fit from scratch or resume, and publish the result.

        `validation` is X, y and weights of sequences that the user holds out, and
        `resume_from` the place of a checkpoint to go on from.
        `incremental` makes a single pass and resumes from any earlier fit, as
        `partial_fit` does; otherwise `warm_start` decides.
        """
        check_parameters(self)
        check_combinations(self, incremental)
        resume = hasattr(self, "weights_") and (incremental or self.warm_start)
        if resume:
            fitted_network(self)  # whose state must be whole
        if not self.early_stopping or validation[0] is not None:
            groups = None
        expected = Expected.of(self) if resume else None
        problem = self._weigh(
            self._validate_data(X, y, sample_weight, classes, groups, expected)
        )
        identity, earlier = Identity(self, problem, resume), None
        if resume_from is not None:
            earlier = EarlierFit.load(resume_from, identity)
        sources = earlier.sources if earlier else ()
        run = prepare(self, problem, validation, resume, incremental, sources)
        metadata = {} if sample_weight is None else {"sample_weight": sample_weight}
        inputs = {"X": X, "y": y, "metadata": metadata}
        self._publish(run, *self._learn(run, inputs, identity, earlier))
        return self

    @with_callbacks
    def _learn(self, run, inputs, identity, earlier):
        """Train, or go on from an earlier fit if there is one.

        Returns
        -------
        fitted : dict of str to object, or None
            The fitted attributes; None if the estimator keeps those that it has.
        warnings : list of (str, type)
            Messages and their categories.
        interrupt : KeyboardInterrupt or None
            What interrupted training.
        """
        with self._workers_for(run) as workers:
            if earlier is None:
                run, result = begin(run, workers)
            else:
                run, result = earlier.going_on(run), None
            progress, memory = earlier and earlier.progress, None
            with in_progress(self, FitInProgress(run, identity)) as fit:
                monitors = self._monitors(fit, inputs)
                if result is None:
                    fit.solver = run.make_solver(workers, monitors)
                    result = fit.solver.solve(run.weights, progress)
                    memory = fit.solver.memory
            fitted = run.fitted_attributes(result, memory)
            if result.interrupt and hasattr(self, "weights_") and not run.resume:
                # A model that was cut short is no substitute for the earlier one.
                fitted = None
            warnings = run.warnings(result, keeps_earlier=fitted is None)
            for monitor in monitors:
                monitor.close(fitted)
        return fitted, warnings, result.interrupt

    def _workers_for(self, run):
        """Return the workers of a run, for a ``with`` statement."""
        return workers_for(run.n_shards, partial(n_threads, self.n_jobs))

    def _create_solver(self, settings, name, **options):
        """Make the solver of a run, as `Solver.create` says."""
        return SOLVERS[name].create(settings, name, **options)

    def _monitors(self, fit, inputs):
        """Return the monitors of a fit: the reporter of `verbose`, and callbacks."""
        unit, n_units = SOLVERS[self.solver].unit, fit.run.settings.n_epochs
        monitors = [Reporter(n_units, unit)] if self.verbose else []
        if not fit.run.incremental:
            monitors.append(training_callbacks(self, unit, n_units, inputs, fit))
        return monitors

    def _publish(self, run, fitted, warnings, interrupt):
        """Replace the fitted attributes in one stroke, when nothing can fail any more.

        That is after the warnings, which may be errors. An interrupt goes on up, so
        that whatever called `fit` stops too.
        """
        if interrupt is None:
            warn(warnings, stacklevel=4)
        if fitted is not None:
            publish(self, fitted, run.network)
        if interrupt is not None:
            for message, _ in warnings:
                interrupt.add_note(message)
            raise interrupt

    def hidden_states(self, X: SequencesLike, layer: int = -1) -> SequenceArrays:
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
            A list for a list; a patch has `patch_size_` steps. Padding has NaN. With
            `bidirectional`, the units of the forward direction come first, and those of
            the reverse direction have read the sequence from its end down to the patch.
        """
        check_is_fitted(self)
        n_layers = len(self.architecture_["hidden_sizes"])
        if not Interval(Integral, -n_layers, n_layers).is_satisfied_by(layer):
            raise ValueError(
                f"layer must be an int from {-n_layers} to {n_layers - 1}: this "
                f"{type(self).__name__} has {n_layers} layer(s). Got {layer!r}."
            )
        X = self._check_X(X)
        states = self._compute_checked("states", X, layer=int(layer) % n_layers)
        if self.input_layout_ == RAGGED:
            return states
        return padded(states, X.n_steps and -(-X.n_steps // self.patch_size_))

    def _raw_scores(self, X):
        """Compute the scores of the network, as `Network.scores` does."""
        return self._compute("scores", X)

    def _compute(self, what, X, **options):
        """Compute a method of the network for X, by `n_jobs` threads."""
        return self._compute_checked(what, self._check_X(X), **options)

    def _check_X(self, X):
        check_is_fitted(self)
        fitted_network(self)  # whose state must be whole
        return check_or_open(self, X, expected=SequenceFormat.of(self))

    def _check_to_learn(self, X, expected):
        """Check sequences to learn from; what is not in memory, when it is read."""
        expected = expected and expected.format
        return check_or_open(self, X, expected=expected, digest=digest_of)

    def _compute_checked(self, what, X, **options):
        weights = self.weights_.astype(X.dtype, copy=False)
        options["workers"] = WorkersOnDemand(partial(n_threads, self.n_jobs))
        compute = partial(getattr(fitted_network(self), what), weights, **options)
        if not isinstance(X.samples, Unloaded) or X.samples.has_lengths:
            return compute(X.samples)
        with X.samples.parts() as parts:  # so that each sequence is read once
            return joined([compute(part.values) for part in parts])

    def __sklearn_tags__(self) -> Tags:
        """Return the tags: 3-D arrays are taken beside tables, and NaN if it may be.

        With padding alone it may not be anywhere, as the tag would say.
        """
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = reads_gaps(self.missing_values)
        return tags
