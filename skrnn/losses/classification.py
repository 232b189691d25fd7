"""Losses of labels."""

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from skrnn.losses.base import Loss


@dataclass(frozen=True)
class ClassificationLoss(Loss):
    """Base class of losses whose scores stand for probabilities.

    Parameters
    ----------
    smoothing : float, default=0.0
        Share of a label that is given to all classes alike: the loss is ``1 -
        smoothing`` times that of the label, plus `smoothing` times the mean of those of
        every class. Then no score is drawn to infinity, and a network that is right
        about all it has seen does not claim to be sure.
    """

    smoothing: float = 0.0

    @abstractmethod
    def log_probabilities(self, scores):
        """Compute log-probabilities of raw scores, without leaving log space.

        Returns
        -------
        ndarray of shape (n, n_classes)
        """

    def probabilities(self, scores):
        """Compute probabilities of raw scores, ndarray of shape (n, n_classes)."""
        return np.exp(self.log_probabilities(scores))


class BinaryCrossEntropy(ClassificationLoss):
    """Cross-entropy of two classes from one score, the log-odds of the second.

    ``log(1 + exp(s)) - y s``, for a target y of 0 or 1: ``log(1 + exp(s))`` or
    ``log(1 + exp(-s))``.
    """

    outputs = "two classes"

    def value_and_gradient(self, scores, y):
        """Compute the loss of each sequence and its gradient in the scores."""
        values, d_scores = _log_odds_loss(scores, y[:, np.newaxis], self.smoothing)
        return values[:, 0], d_scores

    def decide(self, scores):
        """Return the number of the likelier class."""
        return (scores[:, 0] > 0).astype(np.intp)

    def log_probabilities(self, scores):
        """Compute the log-probabilities of both classes from log-odds."""
        return _log_sigmoid(np.concatenate([-scores, scores], axis=1))


class MultinomialCrossEntropy(ClassificationLoss):
    """Cross-entropy of several classes from one score a class.

    ``log(sum_k exp(s_k)) - s_y``, for a target y that counts the classes from 0.
    """

    outputs = "classes"

    def value_and_gradient(self, scores, y):
        """Compute the loss of each sequence and its gradient in the scores."""
        log_p = self.log_probabilities(scores)
        rows = np.arange(len(y))
        d_scores = np.exp(log_p)
        d_scores[rows, y] -= 1 - self.smoothing
        value = (self.smoothing - 1) * log_p[rows, y]
        if self.smoothing:
            value -= self.smoothing * log_p.mean(axis=1)
            d_scores -= self.smoothing / scores.shape[1]
        return value, d_scores

    def decide(self, scores):
        """Return the number of the likeliest class."""
        return scores.argmax(axis=1)

    def log_probabilities(self, scores):
        """Compute the log-softmax of the scores."""
        shifted = scores - scores.max(axis=1, keepdims=True)
        return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


class MultilabelCrossEntropy(ClassificationLoss):
    """Cross-entropy of labels that exclude nothing, from the log-odds of each.

    The sum over the labels of ``log(1 + exp(s_k)) - y_k s_k``, for targets y_k of 0 or
    1: each label is a binary problem of its own.
    """

    outputs = "labels"

    def value_and_gradient(self, scores, y):
        """Compute the loss of each sequence and its gradient in the scores."""
        values, d_scores = _log_odds_loss(scores, y, self.smoothing)
        return values.sum(axis=1), d_scores

    def decide(self, scores):
        """Return 1 for each label that is likelier than not, else 0."""
        return (scores > 0).astype(np.intp)

    def log_probabilities(self, scores):
        """Compute the log-probability of each label from log-odds."""
        return _log_sigmoid(scores)


def classification_loss(n_classes, multilabel=False):
    """Return the loss for a number of classes: one score for two, else one a class."""
    if multilabel:
        return MultilabelCrossEntropy()
    return BinaryCrossEntropy() if n_classes == 2 else MultinomialCrossEntropy()


def _log_odds_loss(scores, y, smoothing):
    """Compute the cross-entropy of 0 or 1 in y from log-odds, and its gradient."""
    y = y.astype(scores.dtype)
    wrong = (1 - 2 * y) * scores
    values = np.logaddexp(scores.dtype.type(0), wrong)
    if smoothing:
        # Half of it goes to the other class, whose loss is less by `wrong`.
        values -= 0.5 * smoothing * wrong
        y = y + smoothing * (0.5 - y)
    return values, 0.5 * np.tanh(0.5 * scores) + 0.5 - y


def _log_sigmoid(scores):
    return -np.logaddexp(scores.dtype.type(0), -scores)
