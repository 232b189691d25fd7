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
