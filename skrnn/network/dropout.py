"""Dropout: noise in training that keeps units from relying on each other."""

from dataclasses import dataclass, replace

import numpy as np

from skrnn.network.block import Block
from skrnn.sequences import Sequences


@dataclass(frozen=True, eq=False)
class Dropout:
    """Sets values to zero at random, and scales up those that stay.

    A value is dropped with probability `rate` and divided by ``1 - rate`` if it is not,
    so that its mean stays what it is and prediction needs no correction.

    Parameters
    ----------
    rng : numpy.random.Generator or None
        Where the numbers come from; None where nothing is drawn.
    rate : float, default=0.0
        For what goes from layer to layer, and from the pooling to the head.
    recurrent_rate : float, default=0.0
        For what goes from step to step: a unit is dropped for a whole sequence.
    """

    rng: np.random.Generator | None = None
    rate: float = 0.0
    recurrent_rate: float = 0.0

    @classmethod
    def seeded(cls, random_state, rate, recurrent_rate, *, augments=False):
        """Return noise that a `RandomState` begins, drawn by a generator twice as fast.

        Nothing is taken from it where nothing is dropped, and sequences are not changed
        by the same generator (`augments`).
        """
        if rate == recurrent_rate == 0 and not augments:
            return cls()
        seed = random_state.randint(2**32, size=4, dtype=np.uint32)
        return cls(_generator(seed), rate, recurrent_rate)

    @property
    def state(self):
        """State of the source of the numbers, a dict; None where there is none."""
        return None if self.rng is None else self.rng.bit_generator.state

    def set_state(self, state):
        """Set it, so that the same numbers come next."""
        if state is not None:
            self.rng.bit_generator.state = state

    def mask(self, values):
        """Draw what values from layer to layer are multiplied with; None is all ones.

        Returns
        -------
        ndarray of the shape of `values`, or None
        """
        return self._mask(self.rate, values.shape, values.dtype)

    def recurrent_mask(self, n_sequences, hidden_size, dtype):
        """Draw what the hidden states of a batch are multiplied with at every step.

        Returns
        -------
        ndarray of shape (n_sequences, hidden_size) or None
        """
        return self._mask(self.recurrent_rate, (n_sequences, hidden_size), dtype)

    def split(self, n):
        """Return noise for each of n parts of a batch, whatever the order they run in.

        Returns
        -------
        list of Dropout
        """
        if self.rng is None:
            return [self] * n
        seeds = self.rng.integers(2**32, size=(n, 4), dtype=np.uint32)
        return [replace(self, rng=_generator(seed)) for seed in seeds]

    def _mask(self, rate, shape, dtype):
        if rate == 0:
            return None
        stays = self.rng.random(shape, dtype=np.float32) >= rate
        return np.multiply(stays, 1.0 / (1.0 - rate), dtype=dtype)


def _generator(seed):
    return np.random.Generator(np.random.SFC64(seed))


#: No noise, as in prediction.
NO_DROPOUT = Dropout()


class DropoutLayer(Block):
    """The place in a network where `Dropout` is applied to what passes."""

    def forward(self, params, x, *, dropout=NO_DROPOUT, **options):
        """Drop some of the values: ``(params, x) -> (out, mask)``."""
        mask = dropout.mask(x.data if isinstance(x, Sequences) else x)
        return _times(x, mask), mask

    def backward(self, params, tape, d_out, *, input_gradient=True):
        """Backpropagate through the values that stayed."""
        return _times(d_out, tape), {}


def _times(x, mask):
    """Multiply a value that goes from block to block with a mask."""
    if mask is None:
        return x
    return x.replace(x.data * mask) if isinstance(x, Sequences) else x * mask
