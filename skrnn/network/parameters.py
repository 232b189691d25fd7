"""All parameters of a network on one flat vector."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class ParameterLayout:
    """Where each named array lies on a flat vector.

    Parameters
    ----------
    shapes : dict of str to dict of str to tuple of int
        For each block of the network, in order, the shape of each of its arrays.

    Examples
    --------
    >>> import numpy as np
    >>> layout = ParameterLayout({"head": {"W": (2, 3), "b": (2,)}})
    >>> views = layout.views(np.arange(8.0))
    >>> views["head"]["b"]
    array([6., 7.])
    """

    shapes: dict[str, dict[str, tuple[int, ...]]]

    @property
    def size(self):
        """Number of parameters."""
        return sum(
            math.prod(shape) for part in self.shapes.values() for shape in part.values()
        )

    def views(self, vector):
        """Give the named arrays as views on a flat vector: nothing is copied."""
        views, start = {}, 0
        for block, shapes in self.shapes.items():
            views[block] = {}
            for name, shape in shapes.items():
                stop = start + math.prod(shape)
                views[block][name] = vector[start:stop].reshape(shape)
                start = stop
        return views
