"""Base of the classifiers of steps: a label for every step of a sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.class_weight import compute_class_weight

from skrnn.estimators.base import BaseRecurrent
from skrnn.estimators.outputs import ClassifierOutputs
from skrnn.estimators.steps import StepAnswersMixin
from skrnn.fitting.step_problem import make_step_problem
from skrnn.losses import classification_loss
from skrnn.parameters.shared import reads_in_parts
from skrnn.parameters.steps import StepClassifierSettings
from skrnn.sequences import lengths_of
from skrnn.training import StepTargets
from skrnn.validation import check_class_weight
from skrnn.validation.labels import settle_classes
from skrnn.validation.steps import (
    check_mark_is_no_class,
    check_step_labels,
    check_weights_of,
)

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


class RecurrentStepClassifier(
    ClassifierMixin,
    StepClassifierSettings,
    StepAnswersMixin,
    ClassifierOutputs,
    BaseRecurrent,
):
    """Base of the classifiers of steps: a label for every step."""

    _target_attributes: ClassVar = ("classes_",)

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
        """Learn from sequences with a label for every step.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences. A row of a table is a whole sequence, `features_per_step`
            columns a step.
        y : array-like of shape (n, n_steps), or list of n arrays of shape (n_steps_i,)
            The label of each step, of any type. Steps that have none are marked by -1
            or NaN among numbers and by None among other labels: they are read, but
            nothing is learnt from their labels.
        sample_weight : array-like of shape (n,), or in the layout of y, default=None
            How much each sequence counts, or each step: a weight of k is k copies of
            it, zero is absence.
        groups : array-like of shape (n,), default=None
            Which sequences belong together, such as recordings of one person. With
            `early_stopping` the sequences of a group are held out all or none; without
            it, or with `X_val`, groups change nothing.
        X_val : array, list or table, default=None
            Sequences in the layout of X, to be scored with `early_stopping` instead of
            a share of X. In a `Pipeline` they are transformed as X is with
            ``transform_input=["X_val"]``.
        y_val : array-like of shape (n_val, n_steps), or list of n_val arrays, \
default=None
            Their labels.
        sample_weight_val : array-like of shape (n_val,), or in the layout of y_val, \
default=None
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
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | StepsLike | None = None,
    ) -> Self:
        """Learn from some more sequences, in one pass over them.

        The first call settles the scale of features, so that its sequences should be
        typical of those to come. The state of the optimizer is kept from call to call;
        the learning rate stays at `learning_rate_init`, or falls from call to call with
        "invscaling".

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences.
        y : array-like of shape (n, n_steps), or list of n arrays of shape (n_steps_i,)
            The label of each step; -1, NaN or None where there is none.
        classes : array-like of shape (n_classes,), default=None
            All labels that will ever come; needed in the first call.
        sample_weight : array-like of shape (n,), or in the layout of y, default=None
            How much each sequence counts, or each step.

        Returns
        -------
        self : object
            The estimator.
        """
        self._check_partial_fit(classes is not None)
        return self._train(X, y, sample_weight, classes=classes, incremental=True)

    def predict(self, X: SequencesLike) -> SequenceArrays:
        """Predict the label of every step.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.

        Returns
        -------
        ndarray of shape (n, n_steps) or list of (n_steps_i,)
            A list for a list.
        """
        return self._answers(X, self._labels)

    def predict_proba(self, X: SequencesLike) -> SequenceArrays:
        """Predict the probability of each class for every step.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.

        Returns
        -------
        ndarray of shape (n, n_steps, n_classes) or list of (n_steps_i, n_classes)
            Classes in the order of `classes_`; those of a step sum to one.
        """
        return self._answers(X, self._outputs)

    def predict_log_proba(self, X: SequencesLike) -> SequenceArrays:
        """Predict the logarithm of the probability of each class for every step.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.

        Returns
        -------
        ndarray of shape (n, n_steps, n_classes) or list of (n_steps_i, n_classes)
            Exact also where the probability itself is too small for a float.
        """
        return self._answers(X, self._log_probabilities)

    def decision_function(self, X: SequencesLike) -> SequenceArrays:
        """Compute the raw scores of every step.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.

        Returns
        -------
        ndarray of shape (n, n_steps) or (n, n_steps, n_classes), or list of arrays
            Log-odds of the second of two classes, or one score a class.
        """
        return self._answers(X, self._decisions)

    def score(
        self,
        X: SequencesLike,
        y: StepsLike,
        sample_weight: ArrayLike | StepsLike | None = None,
    ) -> float:
        """Compute the accuracy over all steps that have a label.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.
        y : array-like of shape (n, n_steps), or list of n arrays of shape (n_steps_i,)
            The label of each step; -1, NaN or None where there is none.
        sample_weight : array-like of shape (n,), or in the layout of y, default=None
            How much each sequence counts, or each step.

        Returns
        -------
        float
        """
        return self._score_steps(X, y, sample_weight, check_step_labels)

    def _log_probabilities(self, scores):
        return self._loss.log_probabilities(scores)

    def _validate_data(self, X, y, sample_weight, classes, groups, expected=None):
        earlier = expected and (expected.targets["classes_"], False)
        X = self._check_to_learn(X, expected)
        lengths = lengths_of(X.samples)
        (y, starts), has_label = check_step_labels(y, lengths)
        weight = check_weights_of(has_label, sample_weight, lengths, "label")
        counts = weight > 0
        name = type(self).__name__
        if classes is None and not earlier:
            check_mark_is_no_class(name, y, y[counts])
        classes = settle_classes(name, y[counts], False, classes, earlier)
        codes = np.zeros(len(y), np.intp)
        codes[counts] = np.searchsorted(classes, y[counts])
        return make_step_problem(
            X=X,
            y=StepTargets(codes, weight, starts),
            groups=groups,
            loss=classification_loss(len(classes)),
            n_outputs=1 if len(classes) == 2 else len(classes),
            fitted={"classes_": classes},
        )

    def _weigh(self, problem):
        check_class_weight(self.class_weight, multilabel=False)
        if self.class_weight is None:
            return problem
        (y, weight), classes = problem.scored(problem.rows), problem.fitted["classes_"]
        return problem.weigh_classes(
            compute_class_weight(
                self.class_weight, classes=classes, y=classes[y], sample_weight=weight
            )
        )

    def __sklearn_tags__(self) -> Tags:
        """Return the tags: every step of a row of a table has a label."""
        return self._step_tags(super().__sklearn_tags__())
