"""Dropout: noise in training that keeps units from relying on each other."""

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True, eq=False)
class Dropout:
    """Sets values to zero at random, and scales up those that stay.

    A value is dropped with probability `rate` and divided by ``1 - rate`` if it is not,
    so that its mean stays what it is and prediction needs no correction.

    Parameters
    ----------
    rng : numpy.random.RandomState or None
        Where the numbers come from; not needed where nothing is dropped.
    rate : float, default=0.0
        For what goes from layer to layer, and from the pooling to the head.
    recurrent_rate : float, default=0.0
        For what goes from step to step: a unit is dropped for a whole sequence.
    """

    rng: np.random.RandomState | None = None
    rate: float = 0.0
    recurrent_rate: float = 0.0

    def forward(self, values):
        """Drop some of the values: ``(values) -> (values, mask)``."""
        mask = self._mask(self.rate, values.shape, values.dtype)
        return (values if mask is None else values * mask), mask

    @staticmethod
    def backward(mask, d_values):
        """Send a gradient back through the values that stayed."""
        return d_values if mask is None else d_values * mask

    def recurrent_mask(self, n_sequences, hidden_size, dtype):
        """Draw what the hidden states of a batch are multiplied with at every step.

        Returns
        -------
        ndarray of shape (n_sequences, hidden_size) or None
        """
        return self._mask(self.recurrent_rate, (n_sequences, hidden_size), dtype)

    def split(self, n):
        """Give noise for each of n parts of a batch, drawn in no order of theirs."""
        if self.rate == self.recurrent_rate == 0:
            return [self] * n
        seeds = self.rng.randint(2**32, size=n, dtype=np.uint32)
        return [replace(self, rng=np.random.RandomState(seed)) for seed in seeds]

    def _mask(self, rate, shape, dtype):
        if rate == 0:
            return None
        stays = self.rng.random_sample(shape) >= rate
        return stays.astype(dtype) / dtype.type(1.0 - rate)


#: What prediction does.
NO_DROPOUT = Dropout()
