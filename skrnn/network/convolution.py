"""Convolution over steps, with a path of its own to the head."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NamedTuple

import numpy as np

from skrnn.network.block import Block
from skrnn.sequences import Sequences

#: A filter stands at so many places of a patch at most. Neighbouring steps of curves
#: are alike: at more places it finds hardly more, and takes longer.
MOST_PLACES = 3
#: Patches that stand side by side, so that each place has its steps in a row.
N_READ = 3


class ConvolutionTape(NamedTuple):
    """What the backward pass needs.

    Attributes
    ----------
    x : Sequences
        The patches.
    read : ndarray of shape (n_rows, N_READ * n_in)
        Each patch behind the two before it.
    y : ndarray of shape (n_places, n_rows, n_out)
        What the filters made of them at each place.
    out : Sequences
        The largest of it in each patch.
    largest : ndarray of shape (n_sequences, n_out) or None
        The largest values of each sequence.
    """

    x: Sequences
    read: np.ndarray
    y: np.ndarray
    out: Sequences
    largest: np.ndarray | None


@dataclass(frozen=True)
class Convolution(Block):
    """Filters that slide over the steps.

    ``y_s = relu(W [x_(s-2p+1), ..., x_s] + b)`` reads 2 p steps, with p steps in a
    patch; before the first step there are zeros. In each patch s is the last step and
    up to two others, evenly spaced. The layers above read the largest y of each patch.
    The mean and the largest y of the sequence pass them by, straight to the head: what
    a filter finds is not for the layers to carry to the end.

    Parameters
    ----------
    n_in : int
        Number of features of a patch.
    n_out : int
        Number of filters.
    is_pooled : bool, default=True
        Whether anything passes the layers by: not where each step has an answer.
    patch_size : int, default=1
        Steps in a patch.
    """

    n_in: int
    n_out: int
    is_pooled: bool = True
    patch_size: int = 1

    #: What of each filter goes to the head.
    names: ClassVar[tuple[str, ...]] = ("mean", "max")

    def beside(self):
        """Return the names of what it hands to the head, past the layers."""
        filters = range(self.n_out if self.is_pooled else 0)
        return tuple(f"{name}_filter{k}" for name in self.names for k in filters)

    @cached_property
    def windows(self):
        """What the filters read at each place, of three patches: a list of slices."""
        p, d = self.patch_size, self.n_in // self.patch_size
        n = min(p, MOST_PLACES)
        first = (k * p // n for k in range(1, n + 1))
        return [slice(k * d, k * d + 2 * self.n_in) for k in first]

    @property
    def shapes(self):
        """Shape of each parameter, by name: in W the oldest step comes first."""
        return {"W": (self.n_out, 2 * self.n_in), "b": (self.n_out,)}

    def init(self, rng):
        """Return initial parameters: He uniform weights, zero biases."""
        shapes = self.shapes
        bound = np.sqrt(6.0 / (2 * self.n_in))
        return {
            "W": rng.uniform(-bound, bound, shapes["W"]),
            "b": np.zeros(shapes["b"]),
        }

    def biases(self, params):
        """Return the biases, as a view."""
        return (params["b"],)

    def forward(self, params, x, **options):
        """Filter, and pool beside: ``(params, x) -> (out, tape)``."""
        read = self._with_those_before(x)
        y = self._filter(params, read)
        out = x.replace(np.maximum.reduce(y))
        if not self.is_pooled:
            return out, ConvolutionTape(x, read, y, out, None)
        total = x.replace(np.add.reduce(y)).reduce(np.add)
        mean, largest = total / self._count(x), out.reduce(np.maximum)
        others = () if x.beside is None else (x.beside,)
        out.beside = np.concatenate([mean, largest, *others], axis=1)
        return out, ConvolutionTape(x, read, y, out, largest)

    def backward(self, params, tape, d_out, *, input_gradient=True):
        """Backpropagate: ``(params, tape, d_out) -> (d_in, grads)``.

        Where several places have the largest value, each has its part of the gradient.
        """
        x, read, y, out, _ = tape
        d_each, d_largest, d_beside = None, d_out.data, d_out.beside
        if self.is_pooled:
            d_mean, d_max, d_beside = np.split(
                d_beside, [self.n_out, 2 * self.n_out], axis=1
            )
            d_each = x.broadcast(d_mean / self._count(x))
            d_largest = d_largest + self._d_from_largest(tape, d_max)
        d_y = self._d_places(y, out.data, d_largest, d_each)
        at_places = list(zip(d_y, self.windows, strict=True))
        grads = {
            "W": sum(d.T @ read[:, window] for d, window in at_places),
            "b": sum(np.ones(len(d), d.dtype) @ d for d in d_y),  # faster than a sum
        }
        if not input_gradient:
            return None, grads
        d_read = np.zeros_like(read)
        for d, window in at_places:
            d_read[:, window] += d @ params["W"]
        d_x = self._to_patches(x.lengths, d_read)
        return Sequences(d_x, x.lengths, beside=d_beside), grads

    @staticmethod
    def _d_places(y, largest, d_largest, d_each):
        """Return the gradient of y at each place, before it is cut at zero."""
        is_largest = [place == largest for place in y]
        if len(y) > 1:
            d_largest = d_largest / np.add.reduce(is_largest, dtype=y.dtype)
        d_y = np.empty_like(y)
        for d, place, takes_part in zip(d_y, y, is_largest, strict=True):
            np.multiply(d_largest, takes_part, d)
            if d_each is not None:
                d += d_each
            d *= place > 0
        return d_y

    def start(self, n, dtype):
        """Return what is remembered of n streams before their first patch.

        The sum is kept in float64, as that of the states is.
        """
        before = {"patches_before": np.zeros((n, 2 * self.n_in), dtype)}
        if not self.is_pooled:
            return before
        return {
            **before,
            "filter_sum": np.zeros((n, self.n_out)),
            "filter_max": np.zeros((n, self.n_out), dtype),
        }

    def step(self, params, memory, x, count):
        """Filter one more patch: ``(params, memory, x, count) -> (y, beside, memory)``.

        `count` is how many patches each stream has had with this one, (n, 1).
        """
        read = np.concatenate([memory["patches_before"], x], axis=1)
        y = self._filter(params, read)
        largest, before = y.max(axis=0), {"patches_before": read[:, self.n_in :]}
        if not self.is_pooled:
            return largest, largest[:, :0], before
        after = {
            **before,
            "filter_sum": memory["filter_sum"] + y.sum(axis=0),
            "filter_max": np.maximum(memory["filter_max"], largest),
        }
        mean = after["filter_sum"] / (count * len(self.windows))
        mean = mean.astype(largest.dtype, copy=False)
        return largest, np.concatenate([mean, after["filter_max"]], axis=1), after

    def _filter(self, params, read):
        """Return what the filters make of three patches at each place."""
        W = np.ascontiguousarray(params["W"].T)
        y = np.empty((len(self.windows), len(read), self.n_out), W.dtype)
        for out, window in zip(y, self.windows, strict=True):
            np.matmul(read[:, window], W, out)
        y += params["b"]
        return np.maximum(y, 0.0, out=y)

    def _with_those_before(self, x):
        """Return a row for each patch: the two before it, and the patch itself."""
        n, n_in, before = x.n_sequences, self.n_in, x.lengths.rows_before
        read = np.zeros((len(x.data), N_READ * n_in), x.data.dtype)
        read[:, 2 * n_in :] = x.data
        read[n:, n_in : 2 * n_in] = x.data[before]
        read[n:, :n_in] = read[before, n_in : 2 * n_in]
        return read

    def _to_patches(self, lengths, d_read):
        """Return the gradient of the patches, of that of three side by side."""
        n, n_in, before = len(lengths.order), self.n_in, lengths.rows_before
        d_oldest, d_before, d_x = np.split(d_read, [n_in, 2 * n_in], axis=1)
        d_before[before] += d_oldest[n:]
        d_x[before] += d_before[n:]
        return d_x

    def _d_from_largest(self, tape, d_max):
        """Return the gradient of each patch that comes from the largest values."""
        _, _, _, out, largest = tape
        is_largest = out.data == out.broadcast(largest)
        n_largest = out.replace(is_largest).reduce(np.add, dtype=d_max.dtype)
        return is_largest * out.broadcast(d_max / n_largest)

    def _count(self, x):
        """Return at how many places the filters stood in each sequence."""
        n_steps = x.lengths.longest_first[:, np.newaxis] * len(self.windows)
        return n_steps.astype(x.data.dtype)
