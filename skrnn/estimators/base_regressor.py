"""Base of the regressors: targets and their scale."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from sklearn.base import RegressorMixin

from skrnn.estimators.base import BaseRecurrent
from skrnn.estimators.outputs import (
    RegressorOutputs,
    check_target_shape,
    on_scale,
)
from skrnn.estimators.pooled import PooledStatesMixin
from skrnn.estimators.staged import staged_scores
from skrnn.fitting.problem import make_problem
from skrnn.losses import LOSSES, SquaredError
from skrnn.parameters.regressors_of_sequences import RegressorSettings
from skrnn.parameters.shared import reads_in_parts
from skrnn.validation import (
    check_targets,
    check_weights,
)
from skrnn.validation.targets import check_range

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

    from sklearn.utils import Tags

    from skrnn.utils.typing import Array, ArrayLike, SequencesLike, available_if
else:
    from sklearn.utils.metaestimators import available_if


class RecurrentRegressor(
    RegressorMixin,
    RegressorSettings,
    RegressorOutputs,
    PooledStatesMixin,
    BaseRecurrent,
):
    """Base of the regressors: one number or several for each sequence."""

    _default_linear_numbers: ClassVar[int] = 512

    def fit(
        self,
        X: SequencesLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        groups: ArrayLike | None = None,
        X_val: SequencesLike | None = None,
        y_val: ArrayLike | None = None,
        sample_weight_val: ArrayLike | None = None,
        resume_from: str | PathLike[str] | None = None,
    ) -> Self:
        """Learn from sequences.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences. A row of a table is a whole sequence, `features_per_step`
            columns a step.
        y : array-like of shape (n,) or (n, n_targets)
            The target of each sequence, of any magnitude: the network learns it on a
            scale of its own.
        sample_weight : array-like of shape (n,), default=None
            How much each sequence counts: a weight of k is k copies, zero is absence.
        groups : array-like of shape (n,), default=None
            Which sequences belong together, such as windows of one series. With
            `early_stopping` the sequences of a group are held out all or none; without
            it, or with `X_val`, groups change nothing.
        X_val : array, list or table, default=None
            Sequences in the layout of X, to be scored with `early_stopping` instead of
            a share of X. In a `Pipeline` they are transformed as X is with
            ``transform_input=["X_val"]``.
        y_val : array-like of shape (n_val,) or (n_val, n_targets), default=None
            Their targets.
        sample_weight_val : array-like of shape (n_val,), default=None
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
        self, X: SequencesLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Learn from some more sequences, in one pass over them.

        The first call settles the scale of targets and features and the size of
        patches, so that its sequences should be typical of those to come. The state of
        the optimizer is kept from call to call; the learning rate stays at
        `learning_rate_init`, or falls from call to call with "invscaling".

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences.
        y : array-like of shape (n,) or (n, n_targets)
            The target of each sequence.
        sample_weight : array-like of shape (n,), default=None
            How much each sequence counts.

        Returns
        -------
        self : object
            The estimator.
        """
        return self._train(X, y, sample_weight, incremental=True)

    def predict(self, X: SequencesLike) -> Array:
        """Predict the target of each sequence.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.

        Returns
        -------
        ndarray of float64 of shape (n,) or (n, n_targets)
            In the units, and in the shape, of the targets in `fit`. With several
            quantiles there is an axis more, the last, with a value for each.
        """
        return self._outputs(self._raw_scores(X))

    def score(
        self, X: SequencesLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> float:
        """Compute what part of the loss the predictions explain.

        It is 1 for predictions without fault, and 0 for those of the best constant: R2
        with "squared_error" and "huber", D2 of scikit-learn's `d2_absolute_error_score`
        with "absolute_error", of `d2_pinball_score` with "quantile", and of
        `d2_tweedie_score` with "poisson" and "gamma".

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.
        y : array-like of shape (n,) or (n, n_targets)
            The target of each sequence.
        sample_weight : array-like of shape (n,), default=None
            How much each sequence counts.

        Returns
        -------
        float
            Of several targets or quantiles the mean.
        """
        return self._score(self.predict(X), y, sample_weight)

    def staged_predict(self, X: SequencesLike) -> Iterator[Array]:
        """Predict the target of each sequence after each of its steps.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.

        Returns
        -------
        generator of ndarray of float64 of shape (n,) or (n, n_targets)
            Stage t, counted from 0, is what `predict` says of the first t + 1 steps. A
            sequence that has ended keeps its last row. Not with `bidirectional`.
        """
        return map(self._outputs, staged_scores(self, X, "staged_predict"))

    def _validate_data(self, X, y, sample_weight, classes, groups, expected=None):
        earlier = expected and expected.targets
        X = self._check_to_learn(X, expected)
        y = check_targets(y, len(X))
        columns = y.reshape(len(y), -1)
        check_range(columns, self.loss, "target {}".format)
        weight = check_weights(sample_weight, len(X))
        if earlier:
            check_target_shape(type(self).__name__, y, columns, earlier)
        loss = self._asked_loss
        problem = make_problem(
            X=X,
            y=columns,
            weight=weight,
            groups=groups,
            loss=loss,
            n_outputs=loss.n_answers * columns.shape[1],
            fitted={"target_ndim_": y.ndim},
        )
        return on_scale(problem, earlier)

    def __sklearn_tags__(self) -> Tags:
        """Return the tags: several targets, which a loss may want to be positive."""
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        loss = LOSSES.get(str(self.loss), SquaredError)
        tags.target_tags.positive_only = loss.least == 0
        return tags
