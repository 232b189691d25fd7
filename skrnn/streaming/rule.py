"""Decision rule: the same class, sure enough, for long enough."""

import numpy as np


def lengthen(runs, before, top, labels, threshold):
    """Count for how many steps in a row one class has been sure enough.

    Parameters
    ----------
    runs : ndarray of int of shape (..., n)
        The counts up to the step before.
    before : ndarray of int of shape (n,)
        The likeliest class at the step before.
    top : ndarray of shape (n,)
        The largest probability now.
    labels : ndarray of int of shape (n,)
        The likeliest class now.
    threshold : float or ndarray of shape (n_thresholds, 1)
        From which probability on a class is sure enough.

    Returns
    -------
    ndarray of int of shape (..., n)
    """
    return np.where(top >= threshold, np.where(labels == before, runs, 0) + 1, 0)


def decisions(lengths, stages, thresholds, patience):
    """Go through the stages until every sequence has been decided.

    Parameters
    ----------
    lengths : ndarray of int of shape (n,)
        Number of steps of each sequence; with its last it is decided anyway.
    stages : iterator of ndarray of shape (n, n_classes)
        Probabilities after each step.
    thresholds : ndarray of shape (n_thresholds,)
        From which probability on a class is sure enough.
    patience : int
        For how many steps in a row it has to be.

    Yields
    ------
    t : int
        How many steps have been read.
    proba : ndarray of shape (n, n_classes)
        The probabilities after them.
    now : ndarray of bool of shape (n_thresholds, n)
        Which sequences are decided at this step.
    """
    n, thresholds = len(lengths), thresholds[:, np.newaxis]
    open_still = np.ones((len(thresholds), n), bool)
    runs, before = np.zeros(open_still.shape, int), np.full(n, -1)
    for t, proba in enumerate(stages, 1):
        labels = proba.argmax(axis=1)
        runs = lengthen(runs, before, proba.max(axis=1), labels, thresholds)
        now = open_still & ((runs >= patience) | (lengths == t))
        yield t, proba, now
        open_still &= ~now
        before = labels
        if not open_still.any():
            return
