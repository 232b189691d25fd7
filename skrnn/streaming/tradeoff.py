"""Accuracy against earliness: what an early decision costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.utils import Bunch
from sklearn.utils.validation import check_is_fitted

from skrnn.estimators.introspection import check_forward_network
from skrnn.estimators.staged import staged_outputs
from skrnn.streaming.early import EarlyClassifier
from skrnn.streaming.rule import decisions
from skrnn.validation import check_labels, check_weights
from skrnn.validation.arrays import as_array

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

    from skrnn.utils.typing import ArrayLike, SequencesLike

#: So many thresholds are tried by default, the last but one so far from 1.
N_THRESHOLDS, LEAST_DOUBT = 30, 1e-4


def accuracy_against_earliness(
    estimator: BaseEstimator,
    X: SequencesLike,
    y: ArrayLike,
    *,
    thresholds: ArrayLike | None = None,
    patience: int | None = None,
    sample_weight: ArrayLike | None = None,
) -> Bunch:
    """Measure accuracy and earliness at many thresholds of an early decision.

    All thresholds are tried in one pass over the sequences. Use sequences that the
    estimator was not trained on.

    Read more in the :ref:`User Guide <guide_early_decisions>`.

    Parameters
    ----------
    estimator : estimator
        A fitted `EarlyClassifier`, whose threshold plays no part, or a fitted
        classifier of skrnn.
    X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
        The sequences, in the layout of `fit`.
    y : array-like of shape (n,)
        The label of each sequence.
    thresholds : array-like of shape (n_thresholds,), default=None
        What to try. None is 30 values from one over the number of classes, which
        decides at once, to 1, denser towards 1.
    patience : int, default=None
        As in `EarlyClassifier`; None is that of the estimator, or 1.
    sample_weight : array-like of shape (n,), default=None
        How much each sequence counts.

    Returns
    -------
    Bunch
        With these arrays, one number for each threshold:

        thresholds : ndarray of shape (n_thresholds,)
            What was tried.
        accuracy : ndarray of shape (n_thresholds,)
            Share of the sequences that were decided rightly.
        earliness : ndarray of shape (n_thresholds,)
            Share of its steps that a sequence was read for, on average.
        harmonic_mean : ndarray of shape (n_thresholds,)
            Of accuracy and one minus earliness: one number to rank by.

    Examples
    --------
    >>> from skrnn import GRUClassifier
    >>> from skrnn.datasets import load_japanese_vowels
    >>> from skrnn.streaming import accuracy_against_earliness
    >>> X, y = load_japanese_vowels(subset="train", return_X_y=True)
    >>> clf = GRUClassifier(hidden_size=8, max_iter=30, random_state=0).fit(X, y)
    >>> result = accuracy_against_earliness(clf, X, y, thresholds=[0.5, 0.9, 1])
    >>> bool(result.earliness[0] < result.earliness[1] < result.earliness[2])
    True
    """
    network, patience = _network_and_patience(estimator, patience)
    lengths, stages = staged_outputs(network, X, "accuracy_against_earliness")
    y, multilabel = check_labels(y, len(lengths))
    if multilabel or y.dtype.kind == "V":
        raise ValueError(
            "accuracy_against_earliness expected one label for each sequence, got y of "
            f"{y.dtype} and shape {y.shape}."
        )
    weight = check_weights(sample_weight, len(lengths))
    thresholds = _check_thresholds(thresholds, len(network.classes_))
    right = np.zeros((len(thresholds), len(lengths)))
    share = np.zeros_like(right)
    for t, proba, now in decisions(lengths, stages, thresholds, patience):
        labels = network.classes_[proba.argmax(axis=1)]
        right += now & (labels == y)
        share += now * (t / lengths)
    accuracy, earliness = (part @ weight / weight.sum() for part in (right, share))
    saved = 1.0 - earliness
    total = accuracy + saved
    return Bunch(
        thresholds=thresholds,
        accuracy=accuracy,
        earliness=earliness,
        harmonic_mean=2 * accuracy * saved / np.where(total > 0, total, 1.0),
    )


def _network_and_patience(estimator, patience):
    """Return the fitted network, and the patience that is asked for or its own."""
    if isinstance(estimator, EarlyClassifier):
        check_is_fitted(estimator)
        patience = estimator.patience if patience is None else patience
        estimator = estimator.estimator_
    network = check_forward_network(estimator, "accuracy_against_earliness")
    if not hasattr(network, "classes_") or network.multilabel_:
        raise ValueError(
            "accuracy_against_earliness needs a classifier with one label a sequence, "
            f"but this {type(network).__name__} "
            + ("has several." if hasattr(network, "classes_") else "is a regressor.")
        )
    patience = 1 if patience is None else patience
    allowed = EarlyClassifier._parameter_constraints["patience"][0]
    if not allowed.is_satisfied_by(patience):
        raise ValueError(f"patience must be {allowed} or None. Got {patience!r}.")
    return network, patience


def _check_thresholds(thresholds, n_classes):
    if thresholds is None:
        doubt = np.geomspace(1.0 - 1.0 / n_classes, LEAST_DOUBT, N_THRESHOLDS - 1)
        return np.append(1.0 - doubt, 1.0)
    array = as_array(thresholds, "thresholds")
    allowed = EarlyClassifier._parameter_constraints["threshold"][0]
    if array.ndim != 1 or not len(array) or array.dtype.kind not in "iuf":
        raise ValueError(
            "thresholds must be a list of numbers or None, got "
            f"{array.dtype} of shape {array.shape}."
        )
    wrong = [value for value in array.tolist() if not allowed.is_satisfied_by(value)]
    if wrong:
        raise ValueError(f"Each of thresholds must be {allowed}. Got {wrong[0]!r}.")
    return array.astype(np.float64)
