"""Input transform: from raw steps to what the lowest layer reads."""

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from skrnn.network.block import Block
from skrnn.network.last_steps import add_last_steps, take_last_steps
from skrnn.network.own_scale import from_own_scale, to_own_scale
from skrnn.sequences import Sequences
from skrnn.sequences.patches import put_in_patches, take_from_patches

#: The least and the largest number that is read, in each type of computation. Far
#: beyond all that makes a difference, and its square is still finite.
BOUNDS = {
    np.dtype(kind): (-kind(np.sqrt(np.finfo(kind).max)), np.sqrt(np.finfo(kind).max))
    for kind in (np.float32, np.float64)
}


#: About so many numbers are scaled at a time.
WIDE = 512


class Input(Block):
    """The lowest block of a network, which reads raw steps."""

    #: Steps that are read as one.
    patch_size = 1
    #: What is subtracted from each feature, and what it is divided by, if anything.
    mean = scale = None
    #: Whether it must have read a sequence to its end before it knows the first step.
    needs_end = False
    #: How many of the last steps it hands to the head, past the layers.
    linear_steps = 0
    #: How many columns have a scale of their own, and are among the last steps that go
    #: to the head: the first so many, None for all.
    n_numeric = None

    @abstractmethod
    def n_out(self, n_features):
        """Return the number of features that it makes of steps of so many."""

    def beside(self, n_features):
        """Return the names of what it hands to the head, past the layers, a tuple."""
        return ()

    def count_numeric(self, n_features):
        """Return how many of the columns of a step are numbers by themselves."""
        return n_features if self.n_numeric is None else self.n_numeric

    @abstractmethod
    def step(self, params, x):
        """Compute what it makes of one step of each stream, before patches are cut.

        Parameters
        ----------
        params : dict of str to ndarray
            The parameters.
        x : ndarray of shape (n, n_features)
            The step.

        Returns
        -------
        ndarray of shape (n, n_out // patch_size)
        """


@dataclass(frozen=True, eq=False)
class InputTransform(Input):
    """Scaling of each feature, and patches of consecutive steps side by side.

    A patch of p steps is read as one step: the network has a p-th of the steps to
    remember through, to learn through and to compute. What is missing of a last patch
    is the mean of each feature.

    Nothing here is learnt by gradients: mean and scale are measured beforehand.

    Parameters
    ----------
    patch_size : int, default=1
        Steps in a patch.
    mean, scale : ndarray of float64 of shape (n_features,) or None
        What is subtracted from each feature, and what it is divided by; None for no
        scaling.
    own_scale : bool, default=False
        Whether each step has its features once more, on the own scale of its sequence:
        less their mean over the sequence, over their deviation in it. They stand behind
        the others, step by step.
    linear_steps : int, default=0
        How many of the last scaled steps go to the head directly, the newest first.
    n_numeric : int, optional
        The last steps and the own scale are of the first so many columns; all by
        default. Those behind them, which blocks in front have made, are read alone.
    """

    patch_size: int = 1
    mean: np.ndarray | None = None
    scale: np.ndarray | None = None
    own_scale: bool = False
    linear_steps: int = 0
    n_numeric: int | None = None

    @property
    def needs_end(self):
        """Whether a step is known only when its sequence has ended."""
        return self.own_scale

    def n_out(self, n_features):
        """Return the number of features of a patch of steps of so many features."""
        own = self.count_numeric(n_features) if self.own_scale else 0
        return self.patch_size * (n_features + own)

    def beside(self, n_features):
        """Return the names of the last steps: the number from the end, the feature."""
        numbers = range(1, self.linear_steps + 1)
        n_features = self.count_numeric(n_features)
        return tuple(f"step-{k}_{j}" for k in numbers for j in range(n_features))

    def forward(self, params, x, *, dtype=None, **options):
        """Scale steps and put them in patches: ``(params, x) -> (out, tape)``.

        Features are scaled in their own type and only then converted: the digits of a
        small change far from zero are not lost.
        """
        steps, own = x.replace(self.scaled(x.data, dtype)), None
        n_columns, numeric = x.data.shape[1], slice(self.n_numeric)
        if self.linear_steps:
            numbers = steps.replace(steps.data[:, numeric])
            last = take_last_steps(numbers, self.linear_steps)
            steps.beside = last if x.beside is None else np.hstack([x.beside, last])
        if self.own_scale:
            own = to_own_scale(x.replace(x.data[:, numeric]))
            values = own.values.astype(steps.data.dtype, copy=False)
            steps = steps.replace(np.concatenate([steps.data, values], axis=1))
        return put_in_patches(steps, self.patch_size), (x.lengths, own, n_columns)

    def backward(self, params, tape, d_out, *, input_gradient=True):
        """Backpropagate to the raw steps: ``(params, tape, d_out) -> (d_x, {})``."""
        lengths, own, n_columns = tape
        d_scaled = take_from_patches(d_out.data, lengths, self.patch_size)
        d_x, d_beside = d_scaled[:, :n_columns], d_out.beside
        numeric = slice(self.n_numeric)
        if self.linear_steps:
            n = self.linear_steps * self.count_numeric(n_columns)
            d_last, d_beside = d_beside[:, -n:], d_beside[:, :-n]
            d_x = d_x.copy()
            d_x[:, numeric] = add_last_steps(d_x[:, numeric], lengths, d_last)
        if self.scale is not None:
            d_x = d_x / self._by_type[d_x.dtype][1][:n_columns]
        if self.own_scale:
            d_x = d_x.copy()
            d_own = d_scaled[:, n_columns:]
            d_x[:, numeric] += from_own_scale(lengths, own, d_own)
        return Sequences(d_x, lengths, beside=d_beside), {}

    def step(self, params, x):
        """Scale one step of each stream."""
        return self.scaled(x)

    def scaled(self, data, dtype=None):
        """Return features, ndarray of shape (n, n_features), less the mean, scaled.

        What is far from anything seen is brought to a number with which products do not
        overflow: an infinity less another would be no number at all.

        Parameters
        ----------
        data : ndarray of shape (n, n_features)
            The features.
        dtype : dtype, optional
            The type of the result; by default theirs.
        """
        out = np.empty(data.shape, dtype or data.dtype)
        least, most = BOUNDS[out.dtype]
        if self.mean is None:
            np.maximum(data, least, out=out)
        else:
            self._standardise(data.reshape(-1), out.reshape(-1))
            np.maximum(out, least, out=out)
        return np.minimum(out, most, out=out)

    def _standardise(self, data, out):
        """Scale the features of steps one after the other, ndarray of shape (n,)."""
        mean, divisor = self._by_type[data.dtype]
        shifted = out if out.dtype == data.dtype else np.empty_like(data)
        n = len(data) // len(mean) * len(mean)
        for part, width in ((slice(n), len(mean)), (slice(n, None), len(data) - n)):
            if width:
                x, y, z = (
                    each[part].reshape(-1, width) for each in (data, shifted, out)
                )
                np.subtract(x, mean[:width], out=y)
                np.divide(y, divisor[:width], out=z)

    @property
    def scale_of_patches(self):
        """Mean and scale of each number of a patch; an own scale is left as it is."""
        mean, scale = self.mean, self.scale
        if self.own_scale:
            n = self.count_numeric(len(mean))
            mean = np.concatenate([mean, np.zeros(n)])
            scale = np.concatenate([scale, np.ones(n)])
        return np.tile(mean, self.patch_size), np.tile(scale, self.patch_size)

    @property
    def scale_of_last_steps(self):
        """Mean and scale of each number that goes to the head directly."""
        n_steps, numeric = self.linear_steps, slice(self.n_numeric)
        mean, scale = self.mean[numeric], self.scale[numeric]
        return np.tile(mean, n_steps), np.tile(scale, n_steps)

    @cached_property
    def _by_type(self):
        """Mean and scale, neither infinite nor divided by zero, in each type.

        Those of several steps stand side by side: NumPy takes about as long for a row
        of two numbers as for a row of a hundred.
        """
        by_type, n_steps = {}, max(1, WIDE // len(self.mean))
        for dtype in BOUNDS:
            least, most = np.finfo(dtype).tiny, np.finfo(dtype).max
            mean = np.clip(self.mean, -most, most).astype(dtype)
            scale = np.clip(self.scale, least, most).astype(dtype)
            by_type[dtype] = np.tile(mean, n_steps), np.tile(scale, n_steps)
        return by_type


#: One step at a time, on the scale that it has.
IDENTITY = InputTransform()
