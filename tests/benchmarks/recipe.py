"""The recipe that skrnn's defaults are, for other libraries to follow.

It is that of a plain recurrent network, on both sides (`PLAIN`): where an estimator
would choose a convolution, a direct path or a second reading, the others have none, and
the work would not be the same. Else everything is taken over but recurrent dropout,
which PyTorch's layers do not have: that favours them, as they draw and apply no masks
from step to step.
"""

from dataclasses import dataclass

import numpy as np

#: Parameters of an estimator that is to be the network which other libraries have:
#: cells that read patches, a head on their states, and labels as they are. All
#: measurements of speed have them, so that they stay those of the same network.
PLAIN = {
    "n_filters": 0,
    "linear_steps": 0,
    "own_scale": False,
    "augmentation": 0,
    "label_smoothing": 0,
}
MAX_NORM = 1.0
#: Gates of each cell, and which of them in PyTorch's order keeps the past.
N_GATES = {"rnn": 1, "lstm": 4, "gru": 3}
KEEPS = {"lstm": 1, "gru": 1}
LEARNING_RATES = {"rnn": 0.01, "lstm": 0.02, "gru": 0.02}
ALPHAS = {"rnn": 0.003, "lstm": 0.0003, "gru": 0.0003}
DROPOUT = {"rnn": 0.0, "lstm": 0.2, "gru": 0.2}
RECURRENT_DROPOUT = {"rnn": 0.2, "lstm": 0.3, "gru": 0.3}


def plain(kind):
    """Return those of `PLAIN` that a class of estimators has.

    An older checkout, which `compare.py` measures too, has plain networks alone and
    refuses parameters that it does not know.
    """
    known = kind().get_params()
    return {name: value for name, value in PLAIN.items() if name in known}


@dataclass(frozen=True)
class Recipe:
    """A network and its training, as the defaults of a plain classifier have them.

    With `packed`, PyTorch reads ragged batches as `PackedSequence`, otherwise padded.
    """

    cell: str
    n_features: int
    hidden_size: int
    n_classes: int
    batch_size: int
    n_epochs: int
    patch_size: int
    n_layers: int = 1
    bidirectional: bool = False
    packed: bool = False

    @classmethod
    def of(cls, task, n_classes, **options):
        """Return the recipe for a `Task`."""
        return cls(
            cell=task.cell,
            n_features=task.n_features,
            hidden_size=task.hidden_size,
            n_classes=n_classes,
            batch_size=task.batch_size,
            n_epochs=task.n_epochs,
            patch_size=task.patch_size,
            n_layers=task.n_layers,
            bidirectional=task.bidirectional,
            **options,
        )

    @property
    def learning_rate(self):
        """The first learning rate."""
        return LEARNING_RATES[self.cell]

    @property
    def alpha(self):
        """Twice the factor of the sum of squares of all weights but the biases."""
        return ALPHAS[self.cell]

    @property
    def dropout(self):
        """The share that is dropped between layers, and before the head."""
        return DROPOUT[self.cell]


@dataclass(frozen=True)
class Preparation:
    """From sequences as users have them to blocks of float32: scaled, in patches."""

    mean: np.ndarray
    scale: np.ndarray
    patch_size: int

    @classmethod
    def of(cls, X, patch_size):
        """Measure mean and scale of each feature over all steps."""
        steps = _steps(X)
        scale = steps.std(axis=0)
        return cls(steps.mean(axis=0), np.where(scale == 0, 1, scale), patch_size)

    def __call__(self, X):
        """Return a block of float32, zeros behind the ends, and the lengths.

        Lengths are None for an array, in which all sequences have the same.
        """
        steps, p, lengths = (_steps(X) - self.mean) / self.scale, self.patch_size, None
        if isinstance(X, list):
            lengths = np.array([len(x) for x in X])
            ends = np.cumsum(lengths)
            block = np.zeros((len(X), lengths.max(), steps.shape[1]), np.float32)
            for row, sequence in zip(block, np.split(steps, ends[:-1]), strict=True):
                row[: len(sequence)] = sequence
            lengths = -(-lengths // p)
        else:
            block = steps.reshape(X.shape)
        n, n_steps, d = block.shape
        if n_steps % p:
            block = np.pad(block, ((0, 0), (0, -n_steps % p), (0, 0)))
        return block.reshape(n, -1, p * d), lengths


def _steps(X):
    """Return the steps of all sequences, one below the other, in float32."""
    steps = np.concatenate(X) if isinstance(X, list) else X.reshape(-1, X.shape[2])
    return steps.astype(np.float32)
