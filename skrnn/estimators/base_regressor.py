"""Base of the regressors: targets and their scale."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Self

from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score

from skrnn.estimators.base import BaseRecurrent
from skrnn.estimators.staged import staged_scores
from skrnn.fitting.problem import make_problem
from skrnn.losses import SquaredError
from skrnn.parameters.shared import reads_in_parts
from skrnn.sequences.scaling import Scale
from skrnn.validation import (
    check_sequences,
    check_targets,
    check_weights,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sklearn.utils import Tags

    from skrnn.utils.typing import Array, ArrayLike, SequencesLike, available_if
else:
    from sklearn.utils.metaestimators import available_if


class RecurrentRegressor(RegressorMixin, BaseRecurrent):
    """Base of the regressors: one number or several for each sequence."""

    target_mean_: Array
    target_scale_: Array
    target_ndim_: int

    # Numbers suffer from noise before the head.
    _default_dropout: ClassVar = (0.0, 0.1)
    _default_linear_numbers: ClassVar[int] = 512
    _fewest_held_out: ClassVar[int] = 2

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

        Returns
        -------
        self : object
            The fitted estimator.
        """
        validation = X_val, y_val, sample_weight_val
        return self._train(X, y, sample_weight, groups=groups, validation=validation)

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
            In the units, and in the shape, of the targets in `fit`.
        """
        return self._outputs(self._raw_scores(X))

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

    def _outputs(self, scores):
        """Return the targets, (n,) or (n, n_targets), that raw scores stand for."""
        targets = self._target_scale.decode(scores)
        return targets[:, 0] if self.target_ndim_ == 1 else targets

    def _validate_data(self, X, y, sample_weight, classes, groups, expected=None):
        earlier = expected and expected.targets
        X = check_sequences(self, X, expected=expected and expected.format)
        y = check_targets(y, len(X))
        weight = check_weights(sample_weight, len(X))
        columns = y.reshape(len(y), -1)
        if earlier:
            n_dimensions = earlier["target_ndim_"]
            n_targets = len(earlier["target_mean_"])
            if (y.ndim, columns.shape[1]) != (n_dimensions, n_targets):
                raise ValueError(
                    f"{type(self).__name__} was fitted on targets of shape "
                    f"{'(n,)' if n_dimensions == 1 else f'(n, {n_targets})'}, but y "
                    f"has shape {y.shape}. Fit a new model."
                )
        problem = make_problem(
            X=X,
            y=columns,
            weight=weight,
            groups=groups,
            loss=SquaredError(),
            n_outputs=columns.shape[1],
            fitted={},
        )
        rows = problem.rows
        if earlier:
            scale = Scale(earlier["target_mean_"], earlier["target_scale_"])
        else:
            scale = Scale.of(columns[rows], problem.weight[rows])
        fitted = {
            "target_mean_": scale.mean,
            "target_scale_": scale.scale,
            "target_ndim_": y.ndim,
        }
        return replace(problem, y=scale.encode(columns), fitted=fitted)

    def _weigh(self, problem):
        return problem

    @property
    def _target_scale(self):
        return Scale(self.target_mean_, self.target_scale_)

    def _stratify(self, y):
        return None

    def _score(self, decisions, y, sample_weight):
        return r2_score(y, decisions, sample_weight=sample_weight)

    def __sklearn_tags__(self) -> Tags:
        """Return the tags: a sequence may have several targets."""
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
