"""Tasks of the tables of `speed.py`: a network, its data, and how it is trained."""

from dataclasses import dataclass, field

import numpy as np

CELLS = ("rnn", "lstm", "gru")
N_CLASSES = 3
DEEP = " 2 layers, both ways"

#: Batch size, steps, features, hidden units.
ROWS = [
    (1, 100, 8, 32),
    (16, 30, 4, 16),
    (32, 50, 1, 32),
    (32, 100, 8, 32),
    (32, 1000, 1, 32),
    (64, 100, 8, 64),
    (64, 500, 3, 32),
    (128, 60, 64, 256),
    (128, 100, 16, 128),
    (200, 28, 28, 100),
    (256, 200, 16, 64),
]
#: Those that are measured with two layers in both directions too.
DEEP_ROWS = [(32, 100, 8, 32), (200, 28, 28, 100)]
#: Nobody trains with batches of one by the defaults.
LEAST_BATCH = 2
#: Steps are those of the longest sequence.
RAGGED_ROWS = [
    (32, 100, 4, 32),
    (64, 50, 8, 64),
    (64, 200, 8, 64),
    (64, 500, 3, 32),
    (128, 100, 16, 128),
]
#: Large enough that a second thread can help.
TWO_CORES_ROWS = [
    (64, 100, 8, 64),
    (128, 100, 16, 128),
    (256, 60, 16, 256),
    (256, 200, 16, 64),
    (512, 50, 8, 64),
    (512, 100, 8, 32),
]


@dataclass(frozen=True)
class Task:
    """A network, and what it is to learn.

    `patch_size` is what the estimator chooses, so that others can do the same. With
    `ragged`, lengths are uniform from 1 to `n_steps`, and X is a list.
    """

    cell: str
    batch_size: int
    n_steps: int
    n_features: int
    hidden_size: int
    n_layers: int = 1
    bidirectional: bool = False
    n_batches: int = 4
    dtype: str = "float32"
    ragged: bool = False
    n_threads: int = 1
    patch_size: int = 1
    n_epochs: int = 1
    X: object = field(init=False, repr=False)
    y: np.ndarray = field(init=False, repr=False)

    def __post_init__(self):
        n, rng = self.n_batches * self.batch_size, np.random.default_rng(0)
        X = rng.normal(size=(n, self.n_steps, self.n_features)).astype(self.dtype)
        if self.ragged:
            lengths = rng.permutation(1 + np.arange(n) * self.n_steps // n)
            X = [x[:length].copy() for x, length in zip(X, lengths, strict=True)]
        object.__setattr__(self, "X", X)
        object.__setattr__(self, "y", np.arange(n) % N_CLASSES)

    @property
    def first_batch(self):
        """The sequences that are predicted."""
        return self.X[: self.batch_size]

    @property
    def label(self):
        """Batch size, steps, features and units, and what is more than one layer."""
        sizes = self.batch_size, self.n_steps, self.n_features, self.hidden_size
        more = DEEP if self.bidirectional else ""
        return f"{', '.join(map(str, sizes))}{more}"


def choose(rows, numbers=None, least_batch=1):
    """Return the rows of some numbers, all by default, with batches large enough."""
    chosen = rows if numbers is None else [rows[k] for k in numbers if k < len(rows)]
    return [row for row in chosen if row[0] >= least_batch]


def make_tasks(cells, rows, deep_rows=(), **options):
    """Yield the tasks of a table, cell by cell."""
    for cell in cells:
        for row in rows:
            yield Task(cell, *row, **options)
        for row in rows:
            if row in deep_rows:
                yield Task(cell, *row, n_layers=2, bidirectional=True, **options)
