"""The facade that all estimators share: validate, build, train, publish."""

import warnings
from abc import ABC, abstractmethod
from numbers import Integral, Real

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from skrnn.constraints import (
    Flag,
    Mapping,
    Number,
    OneOf,
    RandomState,
    check_parameters,
)
from skrnn.network import build_network
from skrnn.network.pooling import POOLINGS
from skrnn.optimizers import OPTIMIZERS, SCHEDULES
from skrnn.problem import training_set, without_copies
from skrnn.training import (
    Objective,
    Plateau,
    Reason,
    Trainer,
    count_batches,
    train,
)
from skrnn.validation import check_sequences

AUTO_BATCH_SIZE = 64


class BaseRecurrent(BaseEstimator, ABC):
    """Base of all recurrent estimators.

    What a subclass adds is what its targets mean; what a concrete estimator adds is
    the name of its cell.
    """

    #: A key of `skrnn.cells.CELLS`.
    _cell: str
    #: Parameters that are handed to the cell.
    _cell_options: tuple[str, ...] = ()

    _parameter_constraints = {  # noqa: RUF012
        "hidden_size": [Number(Integral, 1)],
        "pooling": [OneOf(tuple(POOLINGS))],
        "solver": [OneOf(tuple(OPTIMIZERS))],
        "alpha": [Number(Real, 0)],
        "batch_size": [OneOf(("auto",)), Number(Integral, 1)],
        "learning_rate": [OneOf(tuple(SCHEDULES))],
        "learning_rate_init": [Number(Real, 0, closed="neither")],
        "momentum": [Number(Real, 0, 1)],
        "max_grad_norm": [Number(Real, 0, closed="neither"), OneOf((None,))],
        "max_iter": [Number(Integral, 1)],
        "tol": [Number(Real, 0)],
        "n_iter_no_change": [Number(Integral, 1), OneOf((np.inf,))],
        "early_stopping": [Flag()],
        "validation_fraction": [Number(Real, 0, 1, closed="neither")],
        "class_weight": [OneOf(("balanced", None)), Mapping()],
        "features_per_step": [Number(Integral, 1)],
        "warm_start": [Flag()],
        "verbose": [Flag(), Number(Integral, 0)],
        "random_state": [RandomState()],
    }

    @abstractmethod
    def _read_problem(self, X, y, sample_weight, classes, *, goes_on):
        """Check and encode the data, as a `Problem`.

        `goes_on` says that the estimator is fitted and must stay what it is.
        """

    @abstractmethod
    def _stratify(self, y):
        """Give what a split of encoded targets keeps in proportion, or None."""

    @abstractmethod
    def _rate(self, scores, y, sample_weight):
        """Rate raw scores against encoded targets: larger is better."""

    def _train(self, X, y, sample_weight, *, classes=None, once=False):
        """Fit from scratch or go on, and publish the result.

        `once` makes a single pass and goes on from any earlier fit, as `partial_fit`
        does; otherwise `warm_start` decides.
        """
        check_parameters(self)
        if once and self.early_stopping:
            raise ValueError(
                "partial_fit does not support early_stopping=True: it holds nothing "
                "out. Set it to False and score on data of your own between calls."
            )
        fitted = hasattr(self, "weights_")
        goes_on = fitted and (once or self.warm_start)
        problem = without_copies(
            self._read_problem(X, y, sample_weight, classes, goes_on=goes_on)
        )
        if goes_on:
            problem = problem.at_least(self.weights_.dtype)
        architecture = self._architecture(problem, goes_on)
        network = build_network(**architecture)
        rng = self._random_numbers()
        weights = self.weights_ if goes_on else network.init(rng)
        rows, held_out = self._split(problem, rng)
        trainer = Trainer(
            rng=rng,
            verbose=bool(self.verbose),
            max_grad_norm=self.max_grad_norm,
            plateau=Plateau(self.tol, self.n_iter_no_change),
            validate=self._validator(network, problem, held_out),
            **self._make_steps(network, problem, rows, goes_on, once),
        )
        data = training_set(problem, rows)
        result = train(trainer, data, np.array(weights, problem.X.dtype))
        keep_earlier = result.reason is Reason.INTERRUPTED and fitted and not goes_on
        if not keep_earlier:
            self._publish(problem, architecture, trainer.optimizer, result, goes_on)
        self._warn(result, keep_earlier, once)
        return self

    def _random_numbers(self):
        """Give the source of random numbers; without a seed, a new one of its own."""
        if self.random_state is None:
            return np.random.RandomState()
        return check_random_state(self.random_state)

    def _architecture(self, problem, goes_on):
        """Give the plain values from which `build_network` makes the network."""
        architecture = {
            "cell": self._cell,
            "n_features": problem.X.n_features,
            "hidden_size": int(self.hidden_size),
            "pooling": self.pooling,
            "n_outputs": problem.n_outputs,
            **{option: getattr(self, option) for option in self._cell_options},
        }
        changed = []
        if goes_on:
            changed = [k for k, v in architecture.items() if v != self.architecture_[k]]
            fitted = vars(self).get("features_per_step_", self.features_per_step)
            changed += ["features_per_step"] * (fitted != self.features_per_step)
        if changed:
            raise ValueError(
                f"{type(self).__name__} cannot go on training after a change of "
                f"{', '.join(changed)}. Restore the earlier value, or call fit with "
                "warm_start=False."
            )
        return architecture

    def _split(self, problem, rng):
        """Give the rows to learn from and those held out for early stopping."""
        rows = problem.rows
        if not self.early_stopping:
            return rows, None
        try:
            learn, held_out = train_test_split(
                rows,
                test_size=self.validation_fraction,
                random_state=rng,
                stratify=self._stratify(problem.y[rows]),
            )
        except ValueError as error:
            reason = str(error).rstrip(".")
            raise ValueError(
                f"early_stopping=True cannot hold out validation_fraction="
                f"{self.validation_fraction} of {len(rows)} sequences with every class "
                f"on both sides: {reason}. Give more data, another fraction, or "
                "early_stopping=False."
            ) from error
        return learn, held_out

    def _validator(self, network, problem, held_out):
        """Make the function that rates weights on the sequences held out."""
        if held_out is None:
            return None
        y, sample_weight = problem.y[held_out], problem.sample_weight[held_out]

        def validate(weights):
            scores = network.scores(weights, problem.X.samples, held_out)
            return float(self._rate(scores, y, sample_weight))

        return validate

    def _make_steps(self, network, problem, rows, goes_on, once):
        """Choose objective, optimizer and schedule, the parts that take steps."""
        state = self.optimizer_state_.get(self.solver) if goes_on else None
        options = {"momentum": self.momentum} if self.solver == "sgd" else {}
        optimizer = OPTIMIZERS[self.solver](
            network.layout.size, problem.X.dtype, state, **options
        )
        batch_size = AUTO_BATCH_SIZE if self.batch_size == "auto" else self.batch_size
        max_iter = 1 if once else self.max_iter
        schedule = self.learning_rate
        if once and schedule != "invscaling":
            schedule = "constant"
        n_updates = max_iter * count_batches(len(rows), batch_size)
        return {
            "objective": Objective(network, problem.loss, self.alpha),
            "optimizer": optimizer,
            "schedule": SCHEDULES[schedule](self.learning_rate_init, n_updates),
            "batch_size": batch_size,
            "max_iter": max_iter,
            "first_update": optimizer.state["n_steps"] if once else 0,
        }

    def _publish(self, problem, architecture, optimizer, result, goes_on):
        """Replace the fitted attributes, all at once, now that nothing can fail."""
        history, earlier = result.history, vars(self) if goes_on else {}
        curve = earlier.get("loss_curve_", []) + history.loss_curve
        scores = (earlier.get("validation_scores_") or []) + history.validation_scores
        fitted = {
            **problem.X.fitted,
            **problem.fitted,
            "architecture_": architecture,
            "weights_": result.weights,
            "optimizer_state_": {self.solver: optimizer.state},
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

    def _warn(self, result, keep_earlier, once):
        """Say what did not go to plan in training, and what to try."""
        category, message = ConvergenceWarning, None
        if result.reason is Reason.DIVERGED:
            message = (
                f"The loss or its gradient was not finite after {result.update} "
                "updates. Training was stopped there, and the model has the last "
                "weights for which all was finite. Try a smaller learning_rate_init or "
                "max_grad_norm, or scale the features."
            )
        elif result.reason is Reason.INTERRUPTED:
            category = UserWarning
            outcome = "is as it was" if keep_earlier else "has the weights so far"
            message = (
                f"Training was interrupted in epoch {result.history.n_epochs + 1}; "
                f"the model {outcome}."
            )
        elif result.reason is Reason.MAX_ITER and not once:
            message = (
                f"Training stopped at max_iter={self.max_iter} epochs while the loss "
                "was still moving. Try a larger max_iter or learning_rate_init, or "
                "learning_rate='cosine'."
            )
        if message:
            warnings.warn(message, category, stacklevel=4)

    def _raw_scores(self, X):
        """Compute the scores of the network, ndarray of shape (n, n_outputs)."""
        check_is_fitted(self)
        X = check_sequences(self, X, reset=False)
        network = build_network(**self.architecture_)
        return network.scores(self.weights_.astype(X.dtype, copy=False), X.samples)

    def __sklearn_tags__(self):
        """Say what the estimator takes: 3-D arrays beside tables."""
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags
