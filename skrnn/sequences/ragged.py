"""Lists of arrays of different length that NumPy can read."""

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
