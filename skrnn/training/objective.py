"""What training makes small, as a function of the flat vector of weights."""

from dataclasses import dataclass, replace

import numpy as np

from skrnn.losses import Loss
from skrnn.network import NO_DROPOUT, Dropout, Network


@dataclass(frozen=True, eq=False)
class Objective:
    """Mean loss of the sequences plus an L2 penalty on the weights.

    Parameters
    ----------
    network : Network
        From sequences to scores.
    loss : Loss
        From scores and targets to a loss for each sequence.
    penalty : float, default=0.0
        Factor of half the sum of squares of the weights; biases go free.
    dropout : Dropout, optional
        The noise under which the gradient is computed.
    """

    network: Network
    loss: Loss
    penalty: float = 0.0
    dropout: Dropout = NO_DROPOUT

    @property
    def sequences_per_shard(self):
        """How many sequences are worth a thread of their own."""
        return self.network.sequences_per_shard

    def split(self, n):
        """Give an objective for each of n parts of a batch, with noise of its own."""
        if n == 1:
            return [self]
        return [replace(self, dropout=noise) for noise in self.dropout.split(n)]

    def value_and_gradient(self, weights, x, y, sample_weight, reuse=None):
        """Evaluate the objective on a batch.

        Parameters
        ----------
        weights : ndarray of shape (n_parameters,)
            The flat vector.
        x : Sequences
            The batch.
        y : ndarray of shape (n_sequences,) or (n_sequences, n_outputs)
            Encoded targets, in the order in which the batch was given.
        sample_weight : ndarray of shape (n_sequences,)
            Weights with a mean of one over the whole training set.
        reuse : tape, optional
            A tape of an earlier call that may be written over.

        Returns
        -------
        value : float
        gradient : ndarray of shape (n_parameters,)
        tape : NetworkTape
        """
        scores, tape = self.network.forward(
            weights, x, reuse=reuse, dropout=self.dropout
        )
        losses, d_scores = self.loss.value_and_gradient(scores, y)
        share = sample_weight / x.n_sequences
        value = float(np.dot(share, losses))
        d_scores *= share.astype(d_scores.dtype)[:, np.newaxis]
        _, gradient = self.network.backward(weights, tape, d_scores)
        pull = self._pull(weights)
        value += 0.5 * float(np.dot(pull, weights))
        gradient += pull
        return value, gradient, tape

    def value(self, weights, x, y, sample_weight):
        """Evaluate the objective on a batch, without noise or gradient: a float."""
        scores, _ = self.network.forward(weights, x, keep=False)
        losses, _ = self.loss.value_and_gradient(scores, y)
        value = float(np.dot(sample_weight / x.n_sequences, losses))
        return value + 0.5 * float(np.dot(self._pull(weights), weights))

    def _pull(self, weights):
        """Give the gradient of the penalty."""
        pull = self.penalty * weights
        pull[self.network.biases] = 0.0
        return pull
