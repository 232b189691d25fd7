"""All parameters of a network on one flat vector."""

import math
from dataclasses import dataclass
from functools import cached_property


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

    @cached_property
    def places(self):
        """Block, name, slice and shape of each array, in their order."""
        places, start = [], 0
        for block, shapes in self.shapes.items():
            for name, shape in shapes.items():
                stop = start + math.prod(shape)
                places.append((block, name, slice(start, stop), shape))
                start = stop
        return places

    @property
    def size(self):
        """Number of parameters."""
        return self.places[-1][2].stop

    def views(self, vector):
        """Give the named arrays as views on a flat vector: nothing is copied."""
        views = {block: {} for block in self.shapes}
        for block, name, place, shape in self.places:
            views[block][name] = vector[place].reshape(shape)
        return views
