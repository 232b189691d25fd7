"""From the hidden states of every step to one row of features a sequence.

Each way of pooling has ``forward(h, x) -> (pooled, tape)`` and
``backward(tape, d_pooled, x) -> (d_h, d_last)``, where `h` is packed as the batch `x`
is, one row of `pooled` belongs to one sorted sequence, `d_h` is the gradient of every
hidden state and `d_last` that of the last state of each sequence; None is no gradient.
"""

from abc import ABC, abstractmethod

import numpy as np


class Pooling(ABC):
    """One way of pooling.

    Attributes
    ----------
    width : int
        Pooled features for each hidden unit.
    """

    width = 1

    @abstractmethod
    def forward(self, h, x):
        """Pool the hidden states: ``(h, x) -> (pooled, tape)``."""

    @abstractmethod
    def backward(self, tape, d_pooled, x):
        """Send a gradient back: ``(tape, d_pooled, x) -> (d_h, d_last)``."""


class LastPooling(Pooling):
    """The state after the last step of each sequence."""

    def forward(self, h, x):
        """Pick the last state of each sequence."""
        return h[x.lengths.final_rows], None

    def backward(self, tape, d_pooled, x):
        """Hand the gradient to the last states."""
        return None, d_pooled


class MeanPooling(Pooling):
    """The mean of the states over the steps of each sequence."""

    def forward(self, h, x):
        """Average over the steps."""
        scale = (1.0 / x.lengths.longest_first).astype(h.dtype)[:, np.newaxis]
        return _reduce(np.add, h, x) * scale, (scale, h.shape)

    def backward(self, tape, d_pooled, x):
        """Give each state its share."""
        scale, shape = tape
        d_h = np.empty(shape, d_pooled.dtype)
        share = d_pooled * scale
        for d_states in _by_run(d_h, x):
            d_states[...] = share[: d_states.shape[1]]
        return d_h, None


class MaxPooling(Pooling):
    """The largest value of each hidden unit over the steps of each sequence."""

    def forward(self, h, x):
        """Find the largest values."""
        largest = _reduce(np.maximum, h, x)
        return largest, (h, largest)

    def backward(self, tape, d_pooled, x):
        """Hand the gradient to the first of the states that were largest."""
        h, largest = tape
        d_h = np.empty_like(h)
        there = _where_largest(h, largest, x)
        for d_states, mask in zip(_by_run(d_h, x), _by_run(there, x), strict=True):
            np.multiply(mask, d_pooled[: mask.shape[1]], d_states)
        return d_h, None


class ConcatPooling(Pooling):
    """Last, mean and max side by side."""

    width = 3
    parts = (LastPooling(), MeanPooling(), MaxPooling())

    def forward(self, h, x):
        """Pool in each way."""
        pooled, tapes = zip(*(part.forward(h, x) for part in self.parts), strict=True)
        return np.concatenate(pooled, axis=1), tapes

    def backward(self, tape, d_pooled, x):
        """Add up what each way sends back."""
        size = d_pooled.shape[1] // self.width
        d_last, d_mean, d_max = (
            d_pooled[:, k * size : (k + 1) * size] for k in range(self.width)
        )
        scale, _ = tape[1]
        d_h, _ = self.parts[2].backward(tape[2], d_max, x)
        share = d_mean * scale
        for d_states in _by_run(d_h, x):
            d_states += share[: d_states.shape[1]]
        return d_h, d_last


def _reduce(ufunc, h, x):
    """Reduce the states of each sequence over its steps."""
    runs = _by_run(h, x)
    result = ufunc.reduce(next(runs), axis=0)
    for states in runs:
        alive = result[: states.shape[1]]
        ufunc(alive, ufunc.reduce(states, axis=0), out=alive)
    return result


def _where_largest(h, largest, x):
    """Say which states are the largest of their sequence; of several, the first."""
    there = np.empty(h.shape, bool)
    for states, mask in zip(_by_run(h, x), _by_run(there, x), strict=True):
        np.equal(states, largest[: states.shape[1]], mask)
    if np.count_nonzero(there) > largest.size:
        found = np.zeros(largest.shape, bool)
        for mask in _by_run(there, x):
            for at_step in mask:
                before = found[: len(at_step)]
                at_step &= ~before
                before |= at_step
    return there


def _by_run(values, x):
    """Views of shape (n_steps, n_alive, width) in which no sequence ends."""
    for first, last, n_steps, size in x.lengths.runs:
        yield values[first:last].reshape(n_steps, size, -1)


#: The ways of pooling by the name under which estimators ask for them.
POOLINGS: dict[str, Pooling] = {
    "last": LastPooling(),
    "mean": MeanPooling(),
    "max": MaxPooling(),
    "concat": ConcatPooling(),
}
