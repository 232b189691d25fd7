"""Who looks on while training goes on: the lines of `verbose`, callbacks."""

from abc import ABC, abstractmethod


class Watcher(ABC):
    """Is told of every epoch, or iteration, and may ask to stop."""

    @abstractmethod
    def begin(self, state):
        """Take note that an epoch begins at this state of `Training`."""

    @abstractmethod
    def end(self, state):
        """Take note that an epoch has ended there; say whether to stop."""

    @abstractmethod
    def close(self, fitted):
        """Take note that training has ended, with these attributes of the estimator.

        They are None if it keeps those that it has.
        """


class Reporter(Watcher):
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
        """Say nothing yet."""

    def end(self, state):
        """Print what the epoch has led to."""
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
        """Say nothing more."""


class Watchers:
    """All who look on.

    Parameters
    ----------
    each : iterable of Watcher
        Each of them.
    """

    def __init__(self, each=()):
        self.each = tuple(each)
        self.begun = False

    def begin(self, state):
        """Tell them that an epoch begins, if they do not know yet."""
        if not self.begun:
            self.begun = True
            for watcher in self.each:
                watcher.begin(state)

    def end(self, state):
        """Tell them that an epoch has ended; say whether anyone asks to stop."""
        self.begun = False
        asked = [watcher.end(state) for watcher in self.each]
        return any(asked)

    def close(self, fitted):
        """Tell them that training has ended."""
        for watcher in self.each:
            watcher.close(fitted)
