"""Blocks in front: they read raw steps and hand columns to the input transform.

Each takes the columns of raw steps, changes, adds or removes some, and may hand others
to the head, past the layers. What they add stands behind the columns that they leave.
"""

from abc import abstractmethod
from dataclasses import dataclass

from skrnn.network.block import Block


@dataclass(frozen=True, eq=False)
class FrontBlock(Block):
    """Base of the blocks in front.

    Parameters
    ----------
    n_in : int
        Number of columns of a step that it reads.
    """

    n_in: int

    @property
    @abstractmethod
    def n_out(self):
        """Number of columns of a step that it hands on."""

    @property
    def names_beside(self):
        """Names of what it hands to the head, past the layers, a tuple of str."""
        return ()

    def start(self, n, dtype):
        """Return what is remembered of n streams before their first step.

        Returns
        -------
        dict of str to ndarray of shape (n, ...)
            Its names are those of no other block.
        """
        return {}

    @abstractmethod
    def step(self, params, memory, x):
        """Read a step of each stream: ``(params, memory, x) -> (out, beside, memory)``.

        Parameters
        ----------
        params : dict of str to ndarray
            The parameters.
        memory : dict of str to ndarray of shape (n, ...)
            What the steps before it left; it is only read.
        x : ndarray of shape (n, n_in)
            The step.

        Returns
        -------
        out : ndarray of shape (n, n_out)
        beside : ndarray of shape (n, n_beside) or None
            What goes to the head.
        memory : dict of str to ndarray of shape (n, ...)
        """
