"""Base class of the blocks of a network, and the layout of their parameters."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property


class Block(ABC):
    """A differentiable part of a network.

    A block holds sizes and no numbers that are learnt: its parameters are a dict of
    arrays that is passed to each method, so that they may be views on one flat vector.
    Nothing of a pass stays on it either. A block without parameters leaves `shapes`,
    `init` and `biases` as they are here.

    What goes from block to block is a batch of `Sequences`, or, from the pooling on, an
    array with a row for each sorted sequence. The gradient of a value is a value of the
    same kind.
    """

    @property
    def shapes(self):
        """Shape of each parameter, by name: a dict of str to tuple of int."""
        return {}

    def init(self, rng):
        """Return initial parameters, a dict of str to ndarray."""
        return {}

    def biases(self, params):
        """Return the parameters that are not penalised, as views on `params`."""
        return ()

    @abstractmethod
    def forward(self, params, x, **options):
        """Compute the output: ``(params, x) -> (out, tape)``.

        Parameters
        ----------
        params : dict of str to ndarray
            The parameters.
        x : Sequences or ndarray
            Output of the block below.
        **options
            Options of the pass: `keep`, whether the tape must have what `backward`
            needs; `reuse`, a tape of an earlier pass that may be written over, or None;
            `dropout`, a `Dropout`; `dtype`, the type of the computation, to which the
            block that reads raw steps converts them; and `lengths`, the `Lengths` of
            the batch in raw steps. A block may ignore each.

        Returns
        -------
        out : Sequences or ndarray
        tape : object
            What `backward` needs.
        """

    @abstractmethod
    def backward(self, params, tape, d_out, *, input_gradient=True):
        """Backpropagate: ``(params, tape, d_out) -> (d_in, grads)``.

        Parameters
        ----------
        params : dict of str to ndarray
            The parameters.
        tape : object
            As from `forward`.
        d_out : Sequences or ndarray
            The gradient of the output.
        input_gradient : bool, default=True
            Whether that of the input is needed.

        Returns
        -------
        d_in : Sequences or ndarray, or None
            The gradient of the input; it may be None if it is not needed.
        grads : dict of str to ndarray
            That of each parameter.
        """


@dataclass(frozen=True)
class ParameterLayout:
    """Layout of named arrays on a flat vector.

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
    def slices(self):
        """Block, name, slice and shape of each array, in their order."""
        slices, start = [], 0
        for block, shapes in self.shapes.items():
            for name, shape in shapes.items():
                stop = start + math.prod(shape)
                slices.append((block, name, slice(start, stop), shape))
                start = stop
        return slices

    @property
    def size(self):
        """Number of parameters."""
        return self.slices[-1][2].stop

    def views(self, vector):
        """Return the named arrays as views on a flat vector: nothing is copied."""
        views = {block: {} for block in self.shapes}
        for block, name, place, shape in self.slices:
            views[block][name] = vector[place].reshape(shape)
        return views
