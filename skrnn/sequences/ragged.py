"""Lists of arrays of different length, as NumPy can read them."""

import numpy as np


class RaggedList(list):
    """A list of arrays, which NumPy reads as a 1-D array of objects.

    NumPy refuses a plain list of arrays of different length, and with it all tools that
    join answers by `numpy.concatenate`, as `cross_val_predict` does.

    Examples
    --------
    >>> import numpy as np
    >>> ragged = RaggedList([np.array([1, 2]), np.array([3])])
    >>> np.concatenate([ragged, ragged]).shape
    (4,)
    """

    def __array__(self, dtype=None, copy=None):
        """Return a 1-D array of objects with the arrays in it."""
        array = np.empty(len(self), object)
        for i, item in enumerate(self):
            array[i] = item
        return array


def padded(sequences, n_steps=None, fill_value=np.nan):
    """Return sequences of different length in one array.

    Parameters
    ----------
    sequences : list of n arrays of shape (n_steps_i, n_features)
        The sequences.
    n_steps : int, optional
        How many steps all get; as many as the longest has by default.
    fill_value : float
        What stands after the end of a sequence.

    Returns
    -------
    ndarray of shape (n, n_steps, n_features)
        A copy.

    Examples
    --------
    >>> padded([np.array([[1.0], [2.0]]), np.array([[3.0]])])[:, :, 0]
    array([[ 1.,  2.],
           [ 3., nan]])
    """
    if n_steps is None:
        n_steps = max(map(len, sequences))
    dtype = np.result_type(*{x.dtype for x in sequences}, fill_value)
    shape = len(sequences), n_steps, sequences[0].shape[1]
    block = np.full(shape, fill_value, dtype)
    for row, sequence in zip(block, sequences, strict=True):
        row[: len(sequence)] = sequence
    return block


def joined(parts):
    """Return arrays one after the other, or the items of lists as one list."""
    if isinstance(parts[0], list):
        return [item for part in parts for item in part]
    return np.concatenate(parts)
