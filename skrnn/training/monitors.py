"""Monitors: called before and after every epoch or iteration of training."""

from abc import ABC, abstractmethod


class Monitor(ABC):
    """Looks on while training goes on, and may ask to stop."""

    #: Whether it keeps the progress of the solver, which may have to write it down.
    keeps_progress: bool = False

    @abstractmethod
    def begin(self, state):
        """Do what is to be done before an epoch, at this state of `Training`."""

    @abstractmethod
    def end(self, state):
        """Do what is to be done after an epoch; return whether to stop."""

    @abstractmethod
    def close(self, fitted):
        """Do what is to be done after training.

        Parameters
        ----------
        fitted : dict of str to object, or None
            The attributes that the estimator gets; None if it keeps those that it has.
        """


class Reporter(Monitor):
    """Prints a line for each epoch.

    Parameters
    ----------
    max_iter : int
        Largest number of epochs.
    unit : str, default="epoch"
        What they are called.
    """

    def __init__(self, max_iter, unit="epoch"):
        self.max_iter = max_iter
        self.unit = unit

    def begin(self, state):
        """Print nothing yet."""

    def end(self, state):
        """Print the loss, and the score if there is one."""
        history = state.history
        line = (
            f"{self.unit} {history.n_epochs:>4}/{self.max_iter}"
            f"  loss {history.loss_curve[-1]:.6f}"
        )
        if history.validation_scores:
            line += f"  validation score {history.validation_scores[-1]:.4f}"
        print(line)  # noqa: T201
        return False

    def close(self, fitted):
        """Print nothing more."""
