"""Early classifier: decisions before a sequence has ended."""

from __future__ import annotations

from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, is_classifier
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted

from skrnn.estimators.introspection import (
    answers_every_step,
    check_reads_forward,
    is_network,
    without_frozen,
)
from skrnn.estimators.metaestimator import NetworkMetaEstimator
from skrnn.estimators.staged import staged_outputs
from skrnn.parameters.constraints import Interval, check_parameters
from skrnn.streaming.prefixes import add_prefixes, fit_on_prefixes
from skrnn.streaming.rule import decisions
from skrnn.utils.documentation import DocumentationLink

if TYPE_CHECKING:
    from skrnn.utils.typing import Array, ArrayLike, SequencesLike


class NetworkClassifier:
    """A classifier of skrnn."""

    def is_satisfied_by(self, value):
        """Return whether a value is one."""
        is_sequence = is_network(value) and not answers_every_step(value)
        return is_sequence and is_classifier(value)

    def __str__(self):
        return (
            "a classifier of skrnn with one label a sequence (scalers and the like go "
            "before EarlyClassifier in a pipeline)"
        )


class EarlyClassifier(
    DocumentationLink, ClassifierMixin, NetworkMetaEstimator, BaseEstimator
):
    """Classifier that reads a sequence only until it is sure enough.

    `fit` trains a copy of a classifier, on beginnings of the sequences too. `predict`
    gives it one step after the other, and decides at the first step at which the same
    class has had a probability of `threshold` or more for `patience` steps in a row; at
    the end of the sequence it decides anyway. A lower threshold decides earlier, and
    more often wrongly: `accuracy_against_earliness` measures how much, and all
    parameters can be searched.

    To decide with a network that is trained already, wrap it in
    `sklearn.frozen.FrozenEstimator`; `n_prefixes` plays no part then.

    Read more in the :ref:`User Guide <guide_early_decisions>`.

    Parameters
    ----------
    estimator : estimator
        A classifier of skrnn, not `bidirectional`.
    threshold : float, default=0.9
        The probability from which on a class is sure enough. With 1 nearly all
        sequences are read to their end.
    patience : int, default=1
        For how many steps in a row the same class has to be sure enough.
    n_prefixes : int, default=2
        How many beginnings of each sequence the copy learns from, with the label of the
        whole: with two these are its first and its first two thirds. A network that
        has only seen whole sequences is often sure, and wrong, after a few steps. With
        `early_stopping` of the network, a sequence is held out with its beginnings.

    Attributes
    ----------
    estimator_ : estimator
        The fitted copy.
    classes_ : ndarray of shape (n_classes,)
        The labels.
    n_features_in_ : int
        Features of a step, or columns of a table.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, for tables and sequences that are data frames.

    See Also
    --------
    EarlyStream : The same decisions while the steps come in.
    accuracy_against_earliness : What each threshold would do.

    Examples
    --------
    >>> from skrnn import GRUClassifier
    >>> from skrnn.datasets import load_japanese_vowels
    >>> from skrnn.streaming import EarlyClassifier
    >>> X, y = load_japanese_vowels(subset="train", return_X_y=True)
    >>> network = GRUClassifier(hidden_size=16, max_iter=30, random_state=0)
    >>> early = EarlyClassifier(network, threshold=0.8)
    >>> early.fit(X, y).score(X, y) > 0.8
    True
    >>> early.decision_times(X).shape
    (270,)
    >>> early.earliness(X) < 0.9
    True
    """

    _parameter_constraints: ClassVar[dict] = {
        "estimator": [NetworkClassifier()],
        "threshold": [Interval(Real, 0, 1, closed="right")],
        "patience": [Interval(Integral, 1)],
        "n_prefixes": [Interval(Integral, 0)],
    }

    _shown: ClassVar = (*NetworkMetaEstimator._shown, "classes_")

    estimator_: Any
    classes_: Array
    n_features_in_: int
    feature_names_in_: Array

    def __init__(
        self,
        estimator: BaseEstimator,
        threshold: float = 0.9,
        patience: int = 1,
        n_prefixes: int = 2,
    ) -> None:
        self.estimator = estimator
        self.threshold = threshold
        self.patience = patience
        self.n_prefixes = n_prefixes

    def fit(
        self,
        X: SequencesLike,
        y: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
        **fit_params: Any,
    ) -> Self:
        """Train a copy of the classifier.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences.
        y : array-like of shape (n,), default=None
            The label of each sequence; only a frozen classifier does without.
        sample_weight : array-like of shape (n,), default=None
            How much each sequence counts.
        **fit_params : dict
            What else the network takes: `groups`, `X_val`, `y_val`, `resume_from`. With
            metadata routing it gets what it has requested.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        check_parameters(self)
        check_reads_forward(without_frozen(self.estimator), type(self).__name__)
        frozen = without_frozen(self.estimator) is not self.estimator
        params, form, known = self._for_network(sample_weight, fit_params), None, {}
        shown = {"X": X, "y": y, **params}
        if self.n_prefixes > 0 and not frozen:
            form, shown = add_prefixes(self.estimator, int(self.n_prefixes), **shown)

        def train(copy):
            if not frozen and copy.own_scale == "auto":
                copy.set_params(own_scale=False)  # no prefix knows the end
            if form is None:
                copy.fit(**shown)
            else:
                fit_on_prefixes(copy, form, known, shown)
            if without_frozen(copy).multilabel_:
                raise ValueError(
                    f"{type(self).__name__} decides for one label a sequence, but y is "
                    "an indicator matrix of several labels. Fit one for each of its "
                    "columns."
                )

        self._fit_copy(X, y, train, known)
        return self

    def predict(self, X: SequencesLike) -> Array:
        """Predict the label of each sequence, as early as it is sure enough.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.

        Returns
        -------
        ndarray of shape (n,)
        """
        proba = self.predict_proba(X)
        return self.classes_[proba.argmax(axis=1)]

    def predict_proba(self, X: SequencesLike) -> Array:
        """Predict the probability of each class at the time of the decision.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.

        Returns
        -------
        ndarray of shape (n, n_classes)
            Columns in the order of `classes_`.
        """
        return self._decide(X)[0]

    def decision_times(self, X: SequencesLike) -> Array:
        """Return after how many steps each sequence is decided.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.

        Returns
        -------
        ndarray of int of shape (n,)
        """
        return self._decide(X)[1]

    def earliness(self, X: SequencesLike) -> float:
        """Measure what share of its steps a sequence is read for, on average.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.

        Returns
        -------
        float
            Above 0, where all is decided at once, up to 1, where all is read.
        """
        _, times, lengths = self._decide(X)
        return float(np.mean(times / lengths))

    def _decide(self, X):
        """Return probabilities and times of the decisions, and the lengths of X."""
        check_is_fitted(self)
        check_parameters(self)
        lengths, stages = staged_outputs(
            without_frozen(self.estimator_), X, type(self).__name__
        )
        times, decided = np.zeros(len(lengths), int), None
        threshold = np.array([self.threshold])
        for t, proba, (now,) in decisions(lengths, stages, threshold, self.patience):
            decided = np.empty_like(proba) if decided is None else decided
            decided[now], times[now] = proba[now], t
        return decided, times, lengths

    def __sklearn_tags__(self) -> Any:
        """Return the tags: one label a sequence, in every layout."""
        tags = super().__sklearn_tags__()
        tags.input_tags = get_tags(self.estimator).input_tags
        return tags
