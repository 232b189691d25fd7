"""Base of the regressors of steps: numbers for every step of a sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np
from sklearn.base import RegressorMixin

from skrnn.estimators.base import BaseRecurrent
from skrnn.estimators.outputs import (
    RegressorOutputs,
    check_target_shape,
    on_scale,
)
from skrnn.estimators.steps import StepAnswersMixin
from skrnn.fitting.step_problem import make_step_problem
from skrnn.parameters.regressors_of_steps import StepRegressorSettings
from skrnn.parameters.shared import reads_in_parts
from skrnn.sequences import lengths_of
from skrnn.training import StepTargets
from skrnn.validation.steps import check_step_targets, check_weights_of
from skrnn.validation.targets import check_range

if TYPE_CHECKING:
    from os import PathLike

    from sklearn.utils import Tags

    from skrnn.utils.typing import (
        ArrayLike,
        SequenceArrays,
        SequencesLike,
        StepsLike,
        available_if,
    )
else:
    from sklearn.utils.metaestimators import available_if


class RecurrentStepRegressor(
    RegressorMixin,
    StepRegressorSettings,
    StepAnswersMixin,
    RegressorOutputs,
    BaseRecurrent,
):
    """Base of the regressors of steps: one number or several for every step."""

    def fit(
        self,
        X: SequencesLike,
        y: StepsLike,
        sample_weight: ArrayLike | StepsLike | None = None,
        *,
        groups: ArrayLike | None = None,
        X_val: SequencesLike | None = None,
        y_val: StepsLike | None = None,
        sample_weight_val: ArrayLike | StepsLike | None = None,
        resume_from: str | PathLike[str] | None = None,
    ) -> Self:
        """Learn from sequences with a target for every step.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences. A row of a table is a whole sequence, `features_per_step`
            columns a step.
        y : array-like of shape (n, n_steps) or (n, n_steps, n_targets), or list of n \
arrays of shape (n_steps_i,) or (n_steps_i, n_targets)
            The target of each step, of any magnitude: the network learns it on a scale
            of its own. Steps without a target have NaN, in one of several targets too:
            they are read, but nothing is learnt from their targets.
        sample_weight : array-like of shape (n,), or of shape (n, n_steps), or list of \
n arrays of shape (n_steps_i,), default=None
            How much each sequence counts, or each step: a weight of k is k copies of
            it, zero is absence.
        groups : array-like of shape (n,), default=None
            Which sequences belong together, such as recordings of one machine. With
            `early_stopping` the sequences of a group are held out all or none; without
            it, or with `X_val`, groups change nothing.
        X_val : array, list or table, default=None
            Sequences in the layout of X, to be scored with `early_stopping` instead of
            a share of X. In a `Pipeline` they are transformed as X is with
            ``transform_input=["X_val"]``.
        y_val : array-like of shape (n_val, n_steps, ...), or list of n_val arrays, \
default=None
            Their targets.
        sample_weight_val : array-like of shape (n_val,), or one a step, default=None
            How much each of them counts in the score.
        resume_from : str or path-like, default=None
            The file of a `skrnn.callbacks.Checkpoint`, or a folder with those of many
            fits: training goes on from there, and ends as it would have without a
            break. All else must be as it was. If the folder has none of this fit, it
            begins from scratch.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        return self._train(
            X,
            y,
            sample_weight,
            groups=groups,
            validation=(X_val, y_val, sample_weight_val),
            resume_from=resume_from,
        )

    @available_if(reads_in_parts)
    def partial_fit(
        self,
        X: SequencesLike,
        y: StepsLike,
        sample_weight: ArrayLike | StepsLike | None = None,
    ) -> Self:
        """Learn from some more sequences, in one pass over them.

        The first call settles the scale of targets and features, so that its sequences
        should be typical of those to come. The state of the optimizer is kept from call
        to call; the learning rate stays at `learning_rate_init`, or falls from call to
        call with "invscaling".

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences.
        y : array-like of shape (n, n_steps) or (n, n_steps, n_targets), or list of n \
arrays of shape (n_steps_i,) or (n_steps_i, n_targets)
            The target of each step; NaN where there is none.
        sample_weight : array-like of shape (n,), or one a step, default=None
            How much each sequence counts, or each step.

        Returns
        -------
        self : object
            The estimator.
        """
        return self._train(X, y, sample_weight, incremental=True)

    def predict(self, X: SequencesLike) -> SequenceArrays:
        """Predict the target of every step.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.

        Returns
        -------
        ndarray of shape (n, n_steps) or (n, n_steps, n_targets), or list of arrays
            In float64, in the units and the layout of the targets in `fit`: a list for
            a list of sequences. With several quantiles there is an axis more, the last,
            with a value for each.
        """
        return self._answers(X, self._outputs)

    def score(
        self,
        X: SequencesLike,
        y: StepsLike,
        sample_weight: ArrayLike | StepsLike | None = None,
    ) -> float:
        """Compute what part of the loss the predictions explain.

        It is that of all steps with a target, and as `LSTMRegressor.score` has it: R2
        with "squared_error" and "huber", and D2 with the other losses.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.
        y : array-like of shape (n, n_steps) or (n, n_steps, n_targets), or list of n \
arrays of shape (n_steps_i,) or (n_steps_i, n_targets)
            The target of each step; NaN where there is none.
        sample_weight : array-like of shape (n,), or one a step, default=None
            How much each sequence counts, or each step.

        Returns
        -------
        float
            Of several targets or quantiles the mean.
        """
        return self._score_steps(X, y, sample_weight, check_step_targets)

    def _validate_data(self, X, y, sample_weight, classes, groups, expected=None):
        earlier = expected and expected.targets
        X = self._check_to_learn(X, expected)
        lengths = lengths_of(X.samples)
        targets, has_target = check_step_targets(y, lengths)
        y, starts = targets
        weight = check_weights_of(has_target, sample_weight, lengths, "target")
        columns = y.reshape(len(y), -1)

        def name_of(at):
            return "sequence {}, step {}".format(*targets.place(at))

        check_range(columns, self.loss, name_of, has_target)
        columns = np.where(weight[:, np.newaxis] > 0, columns, 0.0)
        if earlier:
            check_target_shape(type(self).__name__, y, columns, earlier)
        loss = self._asked_loss
        problem = make_step_problem(
            X=X,
            y=StepTargets(columns, weight, starts),
            groups=groups,
            loss=loss,
            n_outputs=loss.n_answers * columns.shape[1],
            fitted={"target_ndim_": y.ndim},
        )
        return on_scale(problem, earlier)

    def __sklearn_tags__(self) -> Tags:
        """Return the tags: every step of a row of a table has a target."""
        return self._step_tags(super().__sklearn_tags__())
