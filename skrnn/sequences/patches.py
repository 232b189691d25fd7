"""Patches: several consecutive steps of a sequence side by side, as one step.

A sequence of T steps of d features becomes one of ``ceil(T / p)`` patches of ``p * d``
features. Each sequence is cut from its own beginning; where it does not fill its last
patch, there are zeros.
"""

from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from skrnn.sequences.packed import Lengths, Sequences


class Patches(NamedTuple):
    """Places of the steps of a packed batch in patches.

    Attributes
    ----------
    lengths : Lengths
        How many patches each sequence has.
    rows : ndarray of shape (n_patches * p,)
        The row of the batch that stands at each place; the number of rows where none
        does.
    places : ndarray of shape (n_rows,)
        The place of each row: the inverse.
    """

    lengths: Lengths
    rows: np.ndarray
    places: np.ndarray


#: The patches of all batches alive, by their lengths and the size: gone with those.
_PATCHES = WeakKeyDictionary()


def patches_of(lengths, size):
    """Return the `Patches` of so many steps; the same object for the same batch."""
    by_size = _PATCHES.setdefault(lengths, {})
    if size not in by_size:
        by_size[size] = _cut(lengths, size)
    return by_size[size]


def _cut(lengths, size):
    patched = Lengths(-(-lengths.longest_first // size), lengths.order)
    patch, within = np.divmod(lengths.steps, size)
    places = (patched.starts[patch] + lengths.ranks) * size + within
    n_rows = len(places)
    rows = np.full(patched.starts[-1] * size, n_rows)
    rows[places] = np.arange(n_rows)
    return Patches(patched, rows, places)


def put_in_patches(x, size):
    """Return a batch with so many consecutive steps of each sequence side by side.

    Parameters
    ----------
    x : Sequences of d features
        The batch.
    size : int
        How many.

    Returns
    -------
    Sequences of size * d features

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn.sequences import pack
    >>> batch = pack([np.array([[1.0], [2.0], [3.0]]), np.array([[4.0]])])
    >>> put_in_patches(batch, 2).unpack()
    [array([[1., 2.], [3., 0.]]), array([[4., 0.]])]
    """
    if size == 1:
        return x
    patches, (n_rows, d) = patches_of(x.lengths, size), x.data.shape
    with_zeros = np.zeros((n_rows + 1, d), x.data.dtype)
    with_zeros[:n_rows] = x.data
    data = with_zeros.take(patches.rows, axis=0)
    return Sequences(data.reshape(-1, size * d), patches.lengths, beside=x.beside)


def take_from_patches(data, lengths, size):
    """Return an array with a row for each step, of one with a row for each patch.

    Parameters
    ----------
    data : ndarray of shape (n_patches, size * d)
        Packed patches.
    lengths : Lengths
        Of the sequences in steps.
    size : int
        Steps in a patch.

    Returns
    -------
    ndarray of shape (n_rows, d)
    """
    if size == 1:
        return data
    one_by_one = data.reshape(len(data) * size, -1)
    return one_by_one.take(patches_of(lengths, size).places, axis=0)
