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
        return h[x.final_rows], None

    def backward(self, tape, d_pooled, x):
        """Hand the gradient to the last states."""
        return None, d_pooled


class MeanPooling(Pooling):
    """The mean of the states over the steps of each sequence."""

    def forward(self, h, x):
        """Average over the steps."""
        total = np.zeros((x.n_sequences, h.shape[1]), h.dtype)
        for states in _by_run(h, x):
            total[: states.shape[1]] += states.sum(axis=0)
        scale = _one_over_length(x, h.dtype)
        return total * scale, (scale, h.shape)

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
        """Find the largest values, and the packed row in which each first stood."""
        n, width = x.n_sequences, h.shape[1]
        largest = np.full((n, width), -np.inf, h.dtype)
        row = np.zeros((n, width), np.intp)
        for (first, _, _, size), states in zip(x.runs, _by_run(h, x), strict=True):
            step = states.argmax(axis=0)
            found = np.take_along_axis(states, step[np.newaxis], axis=0)[0]
            better = found > largest[:size]
            here = first + step * size + np.arange(size)[:, np.newaxis]
            np.copyto(row[:size], here, where=better)
            np.copyto(largest[:size], found, where=better)
        return largest, (row, h.shape)

    def backward(self, tape, d_pooled, x):
        """Hand the gradient to the states that were largest."""
        row, shape = tape
        d_h = np.zeros(shape, d_pooled.dtype)
        d_h[row, np.arange(shape[1])] = d_pooled
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
        d_parts = np.split(d_pooled, len(self.parts), axis=1)
        _, d_last = self.parts[0].backward(tape[0], d_parts[0], x)
        d_h, _ = self.parts[1].backward(tape[1], d_parts[1], x)
        row, shape = tape[2]
        d_h[row, np.arange(shape[1])] += d_parts[2]
        return d_h, d_last


def _by_run(values, x):
    """Views of shape (n_steps, n_alive, width) in which no sequence ends."""
    for first, last, n_steps, size in x.runs:
        yield values[first:last].reshape(n_steps, size, -1)


def _one_over_length(x, dtype):
    return (1.0 / x.lengths).astype(dtype)[:, np.newaxis]


#: The ways of pooling by the name under which estimators ask for them.
POOLINGS: dict[str, Pooling] = {
    "last": LastPooling(),
    "mean": MeanPooling(),
    "max": MaxPooling(),
    "concat": ConcatPooling(),
}
