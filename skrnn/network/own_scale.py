"""Own scale: each sequence less its own mean, over its own deviation."""

from typing import NamedTuple

import numpy as np

from skrnn.sequences import Sequences

#: A deviation of so many units of the precision, as a part of the largest value, is
#: rounding.
ROUNDING = 8


class OwnScale(NamedTuple):
    """What the gradient needs of the scale of each sequence.

    Attributes
    ----------
    values : ndarray of shape (n_rows, n_features)
        The features on the own scale of their sequence.
    scale : ndarray of shape (n_sequences, n_features)
        What they were divided by; infinity where a sequence is constant.
    n_steps : ndarray of shape (n_sequences, 1)
        How many steps each sequence has.
    """

    values: np.ndarray
    scale: np.ndarray
    n_steps: np.ndarray


def to_own_scale(x):
    """Bring each feature of each sequence to its own mean of 0 and deviation of 1.

    ``z = (x - mean(x)) / std(x)``, over the steps of a sequence. A feature that is
    constant in a sequence has no scale of its own: there z is zero.

    All is computed in units of the largest value of a sequence, so that nothing
    overflows, and from its first step, so that what is constant is exactly that.

    Parameters
    ----------
    x : Sequences
        Raw steps.

    Returns
    -------
    OwnScale
        Of the type of `x`.
    """
    dtype, first = x.data.dtype, x.data[: x.n_sequences]
    n_steps = x.lengths.longest_first[:, np.newaxis].astype(dtype)
    unit = np.maximum(x.reduce(np.maximum), -x.reduce(np.minimum))
    unit = np.maximum(unit, np.finfo(dtype).tiny)
    z = x.data / x.broadcast(unit)
    z -= x.broadcast(first / unit)
    z -= x.broadcast(x.replace(z).reduce(np.add) / n_steps)
    deviation = np.sqrt(x.replace(z * z).reduce(np.add) / n_steps)
    deviation[deviation <= ROUNDING * np.finfo(dtype).eps] = np.inf
    z /= x.broadcast(deviation)
    return OwnScale(z, deviation * unit, n_steps)


def from_own_scale(lengths, own, d_z):
    """Backpropagate to the raw steps: the gradient of x, of that of z.

    ``d_x = (d_z - mean(d_z) - z mean(z d_z)) / std(x)``: the mean and the deviation
    depend on every step.
    """
    d = Sequences(d_z, lengths)
    z, (_, scale, n_steps) = own.values.astype(d_z.dtype, copy=False), own
    mean = d.reduce(np.add) / n_steps
    along = d.replace(z * d_z).reduce(np.add) / n_steps
    d_x = d_z - d.broadcast(mean) - z * d.broadcast(along)
    return d_x / d.broadcast(scale)
