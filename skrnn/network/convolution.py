"""Convolution over patches, with a path of its own to the head."""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from skrnn.network.block import Block
from skrnn.sequences import Sequences


class ConvolutionTape(NamedTuple):
    """What the backward pass needs.

    Attributes
    ----------
    x : Sequences
        The patches.
    out : Sequences
        What the filters made of them.
    largest : ndarray of shape (n_sequences, n_filters)
        The largest values of each sequence.
    """

    x: Sequences
    out: Sequences
    largest: np.ndarray


@dataclass(frozen=True)
class Convolution(Block):
    """Filters that read each patch together with the one before it.

    ``y_t = relu(W_before x_{t-1} + W x_t + b)``, with ``x_0 = 0``. The layers above
    read y. Its mean and its largest values over the sequence pass them by, straight to
    the head: what a filter finds is not for the layers to carry to the end.

    Parameters
    ----------
    n_in : int
        Number of features of a patch.
    n_out : int
        Number of filters.
    is_pooled : bool, default=True
        Whether anything passes the layers by: not where each step has an answer.
    """

    n_in: int
    n_out: int
    is_pooled: bool = True

    #: What of each filter goes to the head.
    names: ClassVar[tuple[str, ...]] = ("mean", "max")

    def beside(self):
        """Return the names of what it hands to the head, past the layers."""
        filters = range(self.n_out if self.is_pooled else 0)
        return tuple(f"{name}_filter{k}" for name in self.names for k in filters)

    @property
    def shapes(self):
        """Shape of each parameter, by name."""
        shape = self.n_out, self.n_in
        return {"W_before": shape, "W": shape, "b": (self.n_out,)}

    def init(self, rng):
        """Return initial parameters: He uniform weights, zero biases."""
        bound = np.sqrt(6.0 / (2 * self.n_in))
        shape = self.n_out, self.n_in
        return {
            "W_before": rng.uniform(-bound, bound, shape),
            "W": rng.uniform(-bound, bound, shape),
            "b": np.zeros(self.n_out),
        }

    def biases(self, params):
        """Return the biases, as a view."""
        return (params["b"],)

    def forward(self, params, x, **options):
        """Filter, and pool beside: ``(params, x) -> (out, tape)``."""
        lengths, n = x.lengths, x.n_sequences
        y = x.data @ params["W"].T + params["b"]
        from_before = x.data @ params["W_before"].T
        y[n:] += from_before[lengths.rows_before]
        out = x.replace(np.maximum(y, 0.0, out=y))
        if not self.is_pooled:
            return out, ConvolutionTape(x, out, None)
        mean, largest = self._mean(out), out.reduce(np.maximum)
        others = () if x.beside is None else (x.beside,)
        out.beside = np.concatenate([mean, largest, *others], axis=1)
        return out, ConvolutionTape(x, out, largest)

    def backward(self, params, tape, d_out, *, input_gradient=True):
        """Backpropagate: ``(params, tape, d_out) -> (d_in, grads)``.

        Where several patches have the largest value, each has its part of the gradient.
        """
        x, out, _ = tape
        d_y, d_beside = d_out.data.copy(), d_out.beside
        if self.is_pooled:
            d_pooled, d_beside = np.split(d_beside, [2 * self.n_out], axis=1)
            d_y += self._d_from_pooled(tape, d_pooled)
        d_y *= out.data > 0
        before = x.lengths.rows_before
        d_from_before = np.zeros_like(d_y)
        d_from_before[before] = d_y[x.n_sequences :]
        grads = {
            "W_before": d_from_before.T @ x.data,
            "W": d_y.T @ x.data,
            "b": np.ones(len(d_y), d_y.dtype) @ d_y,  # faster than a sum
        }
        if not input_gradient:
            return None, grads
        d_x = d_y @ params["W"] + d_from_before @ params["W_before"]
        return Sequences(d_x, x.lengths, beside=d_beside), grads

    def _d_from_pooled(self, tape, d_pooled):
        """Return the gradient that comes from the mean and the largest values."""
        _, out, largest = tape
        d_mean, d_max = np.split(d_pooled, 2, axis=1)
        is_largest = out.data == out.broadcast(largest)
        n_largest = out.replace(is_largest).reduce(np.add, dtype=d_max.dtype)
        d_y = is_largest * out.broadcast(d_max / n_largest)
        d_y += out.broadcast(d_mean / self._n_steps(out))
        return d_y

    def start(self, n, dtype):
        """Return what is remembered of n streams before their first patch.

        The sum is kept in float64, as that of the states is.
        """
        shape = n, self.n_out
        if not self.is_pooled:
            return {"from_before": np.zeros(shape, dtype)}
        return {
            "from_before": np.zeros(shape, dtype),
            "filter_sum": np.zeros(shape),
            "filter_max": np.zeros(shape, dtype),
        }

    def step(self, params, memory, x, count):
        """Filter one more patch: ``(params, memory, x, count) -> (y, beside, memory)``.

        `count` is how many patches each stream has had with this one, (n, 1).
        """
        y = x @ params["W"].T + params["b"] + memory["from_before"]
        y = np.maximum(y, 0.0)
        from_before = x @ params["W_before"].T
        if not self.is_pooled:
            return y, y[:, :0], {"from_before": from_before}
        after = {
            "from_before": from_before,
            "filter_sum": memory["filter_sum"] + y,
            "filter_max": np.maximum(memory["filter_max"], y),
        }
        mean = (after["filter_sum"] / count).astype(y.dtype, copy=False)
        return y, np.concatenate([mean, after["filter_max"]], axis=1), after

    def _mean(self, out):
        return out.reduce(np.add) / self._n_steps(out)

    @staticmethod
    def _n_steps(out):
        n_steps = out.lengths.longest_first[:, np.newaxis]
        return n_steps.astype(out.data.dtype)
