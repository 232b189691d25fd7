"""Losses on raw scores.

A loss knows no network and no weights of samples: it gives, for each sequence, its
value, the gradient of that value in the scores, and what the scores mean.
"""

from abc import ABC, abstractmethod

import numpy as np


class Loss(ABC):
    """What training makes small."""

    @abstractmethod
    def value_and_gradient(self, scores, y):
        """Give the loss of each sequence and its gradient in the scores.

        Parameters
        ----------
        scores : ndarray of shape (n, n_outputs)
            Raw scores.
        y : ndarray of shape (n,)
            Encoded targets.

        Returns
        -------
        value : ndarray of shape (n,)
        d_scores : ndarray of shape (n, n_outputs)
        """

    @abstractmethod
    def probabilities(self, scores):
        """Turn raw scores into probabilities, (n, n_classes), rows summing to one."""

    @abstractmethod
    def log_probabilities(self, scores):
        """Turn raw scores into log-probabilities, without leaving log space."""


class BinaryCrossEntropy(Loss):
    """Cross-entropy of two classes from one score, the log-odds of the second.

    ``log(1 + exp(s)) - y s``, for a target y of 0 or 1: ``log(1 + exp(s))`` or
    ``log(1 + exp(-s))``.
    """

    def value_and_gradient(self, scores, y):
        """Give the loss of each sequence and its gradient in the scores."""
        s = scores[:, 0]
        y = y.astype(s.dtype)
        value = np.logaddexp(s.dtype.type(0), (1 - 2 * y) * s)
        p = 0.5 * np.tanh(0.5 * s) + 0.5
        return value, (p - y)[:, np.newaxis]

    def probabilities(self, scores):
        """Turn log-odds into the probabilities of both classes."""
        return np.exp(self.log_probabilities(scores))

    def log_probabilities(self, scores):
        """Turn log-odds into the log-probabilities of both classes."""
        zero = scores.dtype.type(0)
        return -np.logaddexp(zero, np.concatenate([scores, -scores], axis=1))


class MultinomialCrossEntropy(Loss):
    """Cross-entropy of several classes from one score a class.

    ``log(sum_k exp(s_k)) - s_y``, for a target y that counts the classes from 0.
    """

    def value_and_gradient(self, scores, y):
        """Give the loss of each sequence and its gradient in the scores."""
        log_p = self.log_probabilities(scores)
        rows = np.arange(len(y))
        d_scores = np.exp(log_p)
        d_scores[rows, y] -= 1
        return -log_p[rows, y], d_scores

    def probabilities(self, scores):
        """Turn scores into probabilities: softmax."""
        return np.exp(self.log_probabilities(scores))

    def log_probabilities(self, scores):
        """Turn scores into log-probabilities: log-softmax."""
        shifted = scores - scores.max(axis=1, keepdims=True)
        return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def classification_loss(n_classes):
    """Give the loss for a number of classes: one score for two, else one a class."""
    return BinaryCrossEntropy() if n_classes == 2 else MultinomialCrossEntropy()
