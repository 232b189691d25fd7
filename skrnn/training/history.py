"""What training writes down for others to read."""

from dataclasses import dataclass, field


@dataclass
class History:
    """The course of training, epoch by epoch.

    Attributes
    ----------
    loss_curve : list of float
        Mean of the objective over the batches of each epoch.
    validation_scores : list of float
        Score on the sequences held out, if any, after each epoch.
    n_seen : int
        How many sequences were read in all.
    """

    loss_curve: list = field(default_factory=list)
    validation_scores: list = field(default_factory=list)
    n_seen: int = 0

    @property
    def n_epochs(self):
        """Number of epochs."""
        return len(self.loss_curve)


def report(history, max_iter, unit="epoch"):
    """Print one line on the epoch, or iteration, that has just ended."""
    line = f"{unit} {history.n_epochs:>4}/{max_iter}  loss {history.loss_curve[-1]:.6f}"
    if history.validation_scores:
        line += f"  validation score {history.validation_scores[-1]:.4f}"
    print(line)  # noqa: T201
