"""Base of the classifiers: labels, probabilities, predictions."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.class_weight import compute_class_weight

from skrnn.estimators.base import BaseRecurrent
from skrnn.estimators.outputs import ClassifierOutputs
from skrnn.estimators.pooled import PooledStatesMixin
from skrnn.estimators.staged import staged_scores
from skrnn.fitting.problem import make_problem
from skrnn.losses import classification_loss
from skrnn.parameters.sequences import ClassifierSettings
from skrnn.parameters.shared import reads_in_parts
from skrnn.validation import (
    check_class_weight,
    check_labels,
    check_weights,
    is_indicator_matrix,
)
from skrnn.validation.labels import settle_classes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

    from sklearn.utils import Tags

    from skrnn.utils.typing import Array, ArrayLike, SequencesLike, available_if
else:
    from sklearn.utils.metaestimators import available_if


class RecurrentClassifier(
    ClassifierMixin,
    ClassifierSettings,
    ClassifierOutputs,
    PooledStatesMixin,
    BaseRecurrent,
):
    """Base of the classifiers: labels, probabilities, decisions."""

    multilabel_: bool

    _default_n_filters: ClassVar[int] = 32
    _target_attributes: ClassVar = ("classes_", "multilabel_")

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
        y : array-like of shape (n,), or indicator matrix of shape (n, n_labels)
            The label of each sequence, of any type; or, for sequences with several
            labels, 1 for each that a sequence has and 0 for the others.
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
        y_val : array-like of shape (n_val,) or (n_val, n_labels), default=None
            Their labels.
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
        self,
        X: SequencesLike,
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Learn from some more sequences, in one pass over them.

        The first call settles the scale of features and the size of patches, so that
        its sequences should be typical of those to come. The state of the optimizer is
        kept from call to call; the learning rate stays at
        `learning_rate_init`, or falls from call to call with "invscaling".

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences.
        y : array-like of shape (n,), or indicator matrix of shape (n, n_labels)
            The label or labels of each sequence.
        classes : array-like of shape (n_classes,), default=None
            All labels that will ever come; needed in the first call, unless y is an
            indicator matrix.
        sample_weight : array-like of shape (n,), default=None
            How much each sequence counts.

        Returns
        -------
        self : object
            The estimator.
        """
        self._check_partial_fit(classes is not None or is_indicator_matrix(y))
        return self._train(X, y, sample_weight, classes=classes, incremental=True)

    def predict(self, X: SequencesLike) -> Array:
        """Predict the label of each sequence.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.

        Returns
        -------
        ndarray of shape (n,) or (n, n_labels)
            An indicator matrix if `fit` had one.
        """
        return self._labels(self._raw_scores(X))

    def predict_proba(self, X: SequencesLike) -> Array:
        """Predict the probability of each class for each sequence.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.

        Returns
        -------
        ndarray of shape (n, n_classes)
            Columns in the order of `classes_`; rows sum to one, but for the labels of
            an indicator matrix, of which each has a probability of its own.
        """
        return self._outputs(self._raw_scores(X))

    def predict_log_proba(self, X: SequencesLike) -> Array:
        """Predict the logarithm of the probability of each class.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.

        Returns
        -------
        ndarray of shape (n, n_classes)
            Exact also where the probability itself is too small for a float.
        """
        scores = self._raw_scores(X)
        return self._loss.log_probabilities(scores)

    def decision_function(self, X: SequencesLike) -> Array:
        """Compute the raw scores.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.

        Returns
        -------
        ndarray of shape (n,) or (n, n_classes)
            Log-odds of the second of two classes, or one score a class; of an
            indicator matrix, the log-odds of each label.
        """
        return self._decisions(self._raw_scores(X))

    def staged_predict(self, X: SequencesLike) -> Iterator[Array]:
        """Predict the label of each sequence after each of its steps.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.

        Returns
        -------
        generator of ndarray of shape (n,) or (n, n_labels)
            Stage t, counted from 0, is what `predict` says of the first t + 1 steps. A
            sequence that has ended keeps its last label. Not with `bidirectional`.
        """
        return map(self._labels, staged_scores(self, X, "staged_predict"))

    def staged_predict_proba(self, X: SequencesLike) -> Iterator[Array]:
        """Predict the probability of each class after each step of each sequence.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.

        Returns
        -------
        generator of ndarray of shape (n, n_classes)
            Stage t, counted from 0, is what `predict_proba` says of the first t + 1
            steps. A sequence that has ended keeps its last row. Not with
            `bidirectional`.
        """
        return map(self._outputs, staged_scores(self, X, "staged_predict_proba"))

    def _validate_data(self, X, y, sample_weight, classes, groups, expected=None):
        earlier = expected and (
            expected.targets["classes_"],
            expected.targets["multilabel_"],
        )
        X = self._check_to_learn(X, expected)
        y, multilabel = check_labels(y, len(X))
        weight = check_weights(sample_weight, len(X))
        classes = settle_classes(
            type(self).__name__, y[weight > 0], multilabel, classes, earlier
        )
        if not multilabel:
            y = np.minimum(np.searchsorted(classes, y), len(classes) - 1)
        return make_problem(
            X=X,
            y=y,
            weight=weight,
            groups=groups,
            loss=classification_loss(len(classes), multilabel),
            n_outputs=1 if len(classes) == 2 and not multilabel else len(classes),
            fitted={"classes_": classes, "multilabel_": multilabel},
        )

    def _weigh(self, problem):
        check_class_weight(self.class_weight, problem.fitted["multilabel_"])
        if self.class_weight is None:
            return problem
        y, classes = problem.y[problem.rows], problem.fitted["classes_"]
        return problem.weigh_classes(
            compute_class_weight(
                self.class_weight,
                classes=classes,
                y=classes[y],
                sample_weight=problem.weight[problem.rows],
            )
        )

    def _stratify(self, problem, rows):
        y = problem.y[rows]
        return y if y.ndim == 1 else None

    def __sklearn_tags__(self) -> Tags:
        """Return the tags: a sequence may have several labels."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
