"""Staged predictions: outputs after every step of whole sequences."""

from sklearn.utils.validation import check_is_fitted

from skrnn.estimators.introspection import check_reads_forward, make_stepper
from skrnn.sequences import lengths_of
from skrnn.validation import SequenceFormat, check_whole


def staged_scores(estimator, X, caller):
    """Compute the raw scores after each step of each sequence, step by step.

    All checks are made before the first of them is asked for.

    Parameters
    ----------
    estimator : estimator
        A fitted classifier or regressor of skrnn.
    X : 3-D array, list of 2-D arrays, or table
        The sequences, in the layout of `fit`.
    caller : str
        Name of the method that asks, for messages.

    Returns
    -------
    generator of ndarray of shape (n, n_outputs)
        As many as the longest sequence has steps; a sequence that has ended keeps its
        last scores.
    """
    return _lengths_and_scores(estimator, X, caller)[1]


def staged_outputs(estimator, X, caller):
    """Return the length of each sequence, and the outputs after each step.

    Returns
    -------
    lengths : ndarray of int of shape (n,)
    stages : iterator of ndarray of shape (n, n_classes), (n,) or (n, n_targets)
    """
    lengths, stages = _lengths_and_scores(estimator, X, caller)
    return lengths, map(estimator._outputs, stages)


def _lengths_and_scores(estimator, X, caller):
    check_is_fitted(estimator)
    check_reads_forward(estimator, caller)
    X = check_whole(estimator, X, expected=SequenceFormat.of(estimator))
    stages = make_stepper(estimator, X.dtype).stages(X.samples)
    return lengths_of(X.samples), stages
