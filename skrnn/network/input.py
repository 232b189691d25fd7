"""How raw steps come to the lowest layer: on one scale, and several at a time."""

from dataclasses import dataclass

import numpy as np

from skrnn.sequences.patches import put_in_patches, take_from_patches

#: The least and the largest number that is read, in each type of computation. Far
#: beyond all that makes a difference, and its square is still finite.
BOUNDS = {
    np.dtype(kind): (-kind(np.sqrt(np.finfo(kind).max)), np.sqrt(np.finfo(kind).max))
    for kind in (np.float32, np.float64)
}


@dataclass(frozen=True, eq=False)
class Reading:
    """Brings each feature to one scale and puts consecutive steps side by side.

    A patch of p steps is read as one step: the network has a p-th of the steps to
    remember through, to learn through and to compute. What is missing of a last patch
    is the mean of each feature.

    Nothing here is learnt by gradients: mean and scale are measured beforehand.

    Parameters
    ----------
    patch_size : int, default=1
        Steps in a patch.
    mean, scale : ndarray of float64 of shape (n_features,) or None
        What is taken off each feature, and what it is divided by; None leaves all as
        it is.
    """

    patch_size: int = 1
    mean: np.ndarray | None = None
    scale: np.ndarray | None = None

    def forward(self, x):
        """Read a batch: ``Sequences`` of raw steps to ``Sequences`` of patches."""
        return put_in_patches(x.replace(self.scaled(x.data)), self.patch_size)

    def scaled(self, data, scale=None):
        """Return features, ndarray of shape (n, n_features), on the scale read.

        `scale` is that of `in_type`, for whoever reads many times.

        What is far from anything seen is brought to a number with which products do not
        overflow: an infinity less another would be no number at all.
        """
        least, most = BOUNDS[data.dtype]
        if self.mean is None:
            return np.minimum(np.maximum(data, least), most)
        mean, divisor = scale or self.in_type(data.dtype)
        data = data - mean
        data /= divisor
        np.maximum(data, least, out=data)
        return np.minimum(data, most, out=data)

    def in_type(self, dtype):
        """Return what is taken off and what is divided by, in a type of computation.

        Returns
        -------
        mean, divisor : ndarray of shape (n_features,)
        """
        most = np.finfo(dtype).max
        return np.clip(self.mean, -most, most).astype(dtype), self._divisor(dtype)

    def backward(self, d_patches, lengths):
        """Send a gradient back to the raw steps, packed by their `lengths`."""
        d_x = take_from_patches(d_patches, lengths, self.patch_size)
        return d_x if self.scale is None else d_x / self._divisor(d_x.dtype)

    def fold(self, W_x, b):
        """Give the input weights and biases that do the same to raw patches.

        That is, to patches that a `Reading` of the same size and no scale makes.

        Parameters
        ----------
        W_x : ndarray of shape (n_rows, patch_size * n_features)
            Input weights of the lowest layer.
        b : ndarray of shape (n_rows,)
            Its biases.

        Returns
        -------
        W_x, b : ndarray
        """
        W_x = W_x / np.tile(self.scale, self.patch_size)
        return W_x, b - W_x @ np.tile(self.mean, self.patch_size)

    def unfold(self, W_x, b):
        """Undo `fold`."""
        b = b + W_x @ np.tile(self.mean, self.patch_size)
        return W_x * np.tile(self.scale, self.patch_size), b

    def _divisor(self, dtype):
        """Return the scale in the type of the computation: not zero, nor infinite."""
        limits = np.finfo(dtype)
        return np.clip(self.scale, limits.tiny, limits.max).astype(dtype)


#: One step at a time, on the scale that it has.
READ_AS_IT_IS = Reading()
