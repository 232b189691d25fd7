"""From the hidden states of every step to one row of features a sequence.

Each way of pooling has ``forward(h, last, x) -> (pooled, tape)`` and
``backward(tape, d_pooled, x) -> (d_h, d_last)``, where `h` is packed as the batch `x`
is, `last` has the last state of each sorted sequence in each direction, as `pooled` has
a row for each sorted sequence, and `d_h` and `d_last` are gradients; None is none.
"""

from abc import ABC, abstractmethod
from itertools import pairwise

import numpy as np


class Pooling(ABC):
    """One way of pooling.

    Attributes
    ----------
    names : tuple of str
        For each pooled feature of a hidden unit, what it is of its states.
    """

    names: tuple[str, ...]
    #: Whether it reads the last states alone, so that `h` may be None.
    only_last: bool = False

    @abstractmethod
    def forward(self, h, last, x):
        """Pool the hidden states: ``(h, last, x) -> (pooled, tape)``."""

    @abstractmethod
    def backward(self, tape, d_pooled, x):
        """Send a gradient back: ``(tape, d_pooled, x) -> (d_h, d_last)``."""


class LastPooling(Pooling):
    """The state after the last step of each sequence, the first when read backwards."""

    names = ("last",)
    only_last = True

    def forward(self, h, last, x):
        """Take the last states."""
        return last, None

    def backward(self, tape, d_pooled, x):
        """Hand the gradient to the last states."""
        return None, d_pooled


class MeanPooling(Pooling):
    """The mean of the states over the steps of each sequence."""

    names = ("mean",)

    def forward(self, h, last, x):
        """Average over the steps."""
        scale = (1.0 / x.lengths.longest_first).astype(h.dtype)[:, np.newaxis]
        return _reduce(np.add, h, x) * scale, scale

    def backward(self, tape, d_pooled, x):
        """Give each state its share."""
        scale = tape
        return x.spread(d_pooled * scale), None


class MaxPooling(Pooling):
    """The largest value of each hidden unit over the steps of each sequence."""

    names = ("max",)

    def forward(self, h, last, x):
        """Find the largest values."""
        largest = _reduce(np.maximum, h, x)
        return largest, (h, largest)

    def backward(self, tape, d_pooled, x):
        """Hand the gradient to the first of the states that were largest."""
        h, largest = tape
        d_h = x.spread(d_pooled)
        d_h *= _where_largest(h, largest, x)
        return d_h, None


class ConcatPooling(Pooling):
    """Last, mean and max side by side."""

    names = ("last", "mean", "max")
    parts = (LastPooling(), MeanPooling(), MaxPooling())

    def forward(self, h, last, x):
        """Pool in each way."""
        results = [part.forward(h, last, x) for part in self.parts]
        pooled, tapes = zip(*results, strict=True)
        return np.concatenate(pooled, axis=1), tapes

    def backward(self, tape, d_pooled, x):
        """Add up what each way sends back."""
        size = d_pooled.shape[1] // len(self.parts)
        (_, d_last), (d_mean, _), (d_h, _) = (
            part.backward(notes, d_pooled[:, k * size : (k + 1) * size], x)
            for k, (part, notes) in enumerate(zip(self.parts, tape, strict=True))
        )
        d_h += d_mean
        return d_h, d_last


def _reduce(ufunc, h, x):
    """Reduce the states of each sequence over its steps."""
    result = None
    for first, last, n_steps, size in x.lengths.runs:
        states = h[first:last]
        if n_steps > 1:
            states = ufunc.reduce(states.reshape(n_steps, size, -1), axis=0)
        if result is None:
            result = states.copy()
        else:
            ufunc(result[:size], states, out=result[:size])
    return result


def _where_largest(h, largest, x):
    """Say which states are the largest of their sequence; of several, the first."""
    there = h == x.spread(largest)
    if np.count_nonzero(there) > largest.size:
        found = np.zeros(largest.shape, bool)
        for first, last in pairwise(x.lengths.starts.tolist()):
            at_step, before = there[first:last], found[: last - first]
            at_step &= ~before
            before |= at_step
    return there


#: The ways of pooling by the name under which estimators ask for them.
POOLINGS: dict[str, Pooling] = {
    "last": LastPooling(),
    "mean": MeanPooling(),
    "max": MaxPooling(),
    "concat": ConcatPooling(),
}
