"""Committee of classifiers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Literal, overload

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.metrics import accuracy_score

from skrnn.ensemble.base import BaseSequenceBagging
from skrnn.ensemble.members import Predictor, probabilities
from skrnn.estimators.lstm_classifier import LSTMClassifier
from skrnn.parameters.constraints import Options
from skrnn.validation import check_labels
from skrnn.validation.labels import settle_classes

if TYPE_CHECKING:
    from skrnn.utils.typing import Array, SequencesLike


class SequenceBaggingClassifier(ClassifierMixin, BaseSequenceBagging):
    """Committee of classifiers, each trained on a sample of the sequences.

    What `sklearn.ensemble.BaggingClassifier` is for tables, this is for 3-D arrays and
    ragged lists, and for tables too. The probabilities are the mean of those of the
    members, and how far these lie apart tells how much to rely on them.

    Every class is in every sample, in proportion: of a class with few sequences each
    member sees some. The members have seeds of their own, so that with
    ``bootstrap=False`` they are networks that differ in nothing but their beginnings.

    Read more in the :ref:`User Guide <guide_committees>`.

    Parameters
    ----------
    estimator : estimator, default=None
        A classifier: one of skrnn, a pipeline that ends in one, or any other that takes
        the sequences. None is an `LSTMClassifier` with its defaults.
    n_estimators : int, default=10
        Number of members.
    max_samples : int or float, default=1.0
        How many sequences are drawn for a member: a number, or a share of the different
        sequences that have weight. Of each class at least one is drawn.
    bootstrap : bool, default=True
        Whether a sequence may be drawn more than once. If not, and `max_samples` is
        1.0, all members learn from all sequences.
    oob_score : bool, default=False
        Whether to score the committee on its own training set: each sequence by the
        members that have not seen it.
    n_jobs : int, default=None
        Number of processes that train members at the same time, and of threads that
        ask them; -1 is as many as there are processors. The numbers are the same for
        any.
    random_state : int, RandomState instance or None, default=None
        Seed of the samples, and of the seeds of the members.
    verbose : bool or int, default=0
        Whether joblib reports which members are done.

    Attributes
    ----------
    estimators_ : list of estimators
        The fitted members. They know the labels as they were passed to `fit`.
    estimators_samples_ : list of ndarray of int
        For each member the indices of the sequences that it has learnt from, in
        ascending order, each as often as it was drawn. Of copies, the first stands for
        all.
    classes_ : ndarray of shape (n_classes,)
        The labels.
    n_features_in_ : int
        Features of a step, or columns of a table.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, for tables and sequences that are data frames.
    oob_score_ : float
        Accuracy on the sequences that some member has not seen, with `oob_score`.
    oob_decision_function_ : ndarray of shape (n, n_classes)
        Mean probabilities by the members that have not seen a sequence, with
        `oob_score`; NaN for those that all have seen.

    See Also
    --------
    SequenceBaggingRegressor : The same for numbers.
    sklearn.ensemble.VotingClassifier : Committee of estimators that you choose.

    Examples
    --------
    >>> from skrnn import GRUClassifier
    >>> from skrnn.datasets import load_japanese_vowels
    >>> from skrnn.ensemble import SequenceBaggingClassifier
    >>> X, y = load_japanese_vowels(subset="train", return_X_y=True)
    >>> network = GRUClassifier(hidden_size=8, max_iter=30)
    >>> committee = SequenceBaggingClassifier(
    ...     network, n_estimators=4, random_state=0
    ... ).fit(X, y)
    >>> X_new, y_new = load_japanese_vowels(subset="test", return_X_y=True)
    >>> committee.score(X_new, y_new) > 0.8
    True
    >>> proba, std = committee.predict_proba(X, return_std=True)
    >>> proba.shape, std.shape
    ((270, 9), (270, 9))
    """

    _parameter_constraints: ClassVar[dict] = {
        "estimator": [Predictor("classifier"), Options((None,))],
        **BaseSequenceBagging._parameter_constraints,
    }
    _name_of_left_out: ClassVar = "oob_decision_function_"

    classes_: Array
    oob_decision_function_: Array

    def predict(self, X: SequencesLike) -> Array:
        """Predict the label of each sequence: the one with the largest mean.

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

    @overload
    def predict_proba(
        self, X: SequencesLike, return_std: Literal[False] = False
    ) -> Array: ...

    @overload
    def predict_proba(
        self, X: SequencesLike, return_std: Literal[True]
    ) -> tuple[Array, Array]: ...

    def predict_proba(self, X: SequencesLike, return_std: bool = False) -> Any:
        """Predict the probability of each class: the mean over the members.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.
        return_std : bool, default=False
            Whether to return the standard deviation over the members too.

        Returns
        -------
        proba : ndarray of shape (n, n_classes)
            Columns in the order of `classes_`. Members without `predict_proba` vote.
        std : ndarray of shape (n, n_classes)
            Only with `return_std`.
        """
        return self._mean(X, return_std)

    def predict_log_proba(self, X: SequencesLike) -> Array:
        """Predict the logarithm of the mean probability of each class.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.

        Returns
        -------
        ndarray of shape (n, n_classes)
        """
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    def disagreement(self, X: SequencesLike) -> Array:
        """Measure how far the members disagree, apart from how unsure each of them is.

        It is the mutual information of label and member: the entropy of the mean
        probabilities less the mean entropy of those of the members. A sequence that
        looks like two classes has members that are unsure alike, and no disagreement.
        One unlike all that was learnt from has members that are sure of different
        classes.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.

        Returns
        -------
        ndarray of shape (n,)
            From 0, where all members say the same, up to the logarithm of the number of
            classes, or of members if those are fewer.
        """
        outputs = self._outputs(X)
        apart = _entropy(outputs.mean(axis=0)) - _entropy(outputs).mean(axis=0)
        return np.maximum(apart, 0)

    def _default_estimator(self):
        return LSTMClassifier()

    def _check_y(self, y, weight):
        name = type(self).__name__
        y, multilabel = check_labels(y, len(weight))
        if multilabel:
            raise ValueError(
                f"{name} takes one label a sequence, but y is an indicator matrix of "
                "several labels. Fit one for each of its columns, as "
                f"sklearn.multioutput.MultiOutputClassifier({name}()) does."
            )
        classes = settle_classes(name, y[weight > 0], False, None, None)
        codes = np.minimum(np.searchsorted(classes, y), len(classes) - 1)
        return y, codes, codes, {"classes_": classes}

    def _question(self, fitted):
        return partial(probabilities, classes=fitted["classes_"])

    def _shape_of_outputs(self, data):
        return len(data.y), len(data.fitted["classes_"])

    def _score_outputs(self, data, outputs, rows):
        labels = data.fitted["classes_"][outputs[rows].argmax(axis=1)]
        return accuracy_score(data.y[rows], labels, sample_weight=data.weight[rows])


def _entropy(proba):
    """Return the entropy of probabilities along the last axis, in nats."""
    logs = np.log(proba, where=proba > 0, out=np.zeros_like(proba))
    return -(proba * logs).sum(axis=-1)
