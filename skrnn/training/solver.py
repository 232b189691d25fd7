"""Solvers: what they have in common, and what tells one from another."""

from abc import ABC, abstractmethod
from typing import ClassVar


class Solver(ABC):
    """Moves weights so that an objective becomes small.

    A solver is made for one run, with all that it needs but the weights.
    """

    #: What a turn of it is called, of which there are `max_iter` at most.
    unit: ClassVar[str]
    #: Whether it reads a minibatch for each update; if not, it reads the whole training
    #: set for each, so that there is no `partial_fit` and no dropout.
    has_batches: ClassVar[bool]
    #: The type in which it computes unless it is told another.
    dtype: ClassVar[type]
    #: The warning where `max_iter` was reached.
    at_max_iter: ClassVar[str]
    #: What to try where the loss was not finite.
    remedy: ClassVar[str]

    @classmethod
    @abstractmethod
    def create(cls, settings, name, *, size, dtype, memory, **common):
        """Make a solver for an estimator.

        Parameters
        ----------
        settings : object
            The parameters of the estimator, "auto" resolved: `batch_size`, `n_epochs`,
            `patience`, `tol` and so on.
        name : str
            What the parameter `solver` of the estimator is.
        size : int
            Number of weights.
        dtype : dtype
            Their type.
        memory : dict or None
            What `memory` of an earlier solver was, to go on from there.
        **common
            What all solvers take: `objective`, `data`, `rng`, `validate`, `monitors`,
            `workers`, `schedule` (its name) and `incremental`, whether this is one of
            many calls of `partial_fit`.
        """

    @property
    @abstractmethod
    def memory(self):
        """What is needed to go on from here, a dict; None if nothing is."""

    @abstractmethod
    def progress(self, state):
        """Return all that is needed to go on after an epoch, with the same numbers.

        Parameters
        ----------
        state : Training
            The state that the monitors were called with at the end of the epoch.

        Returns
        -------
        dict
            Of arrays, plain values, and dicts and lists of them. Some are those that
            training is about to change.
        """

    @abstractmethod
    def solve(self, weights, progress=None):
        """Move weights until there is a reason to stop.

        Parameters
        ----------
        weights : ndarray of shape (n_parameters,)
            Where to start; it is left as it is.
        progress : dict, optional
            What `progress` of a solver of the same kind, on the same data, returned:
            training goes on from there.

        Returns
        -------
        Training
            Its weights are always finite.
        """
