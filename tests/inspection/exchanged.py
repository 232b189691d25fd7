"""Sequences of which each number says whose it is."""

import numpy as np


class Seen:
    """A model that scores nothing, and keeps what it is shown."""

    def __init__(self):
        self.seen = []

    def fit(self, X, y):
        return self

    def score(self, X, y):
        self.seen.append(X)
        return 0.0


def numbered(lengths, n_features=2):
    """Make sequences of which each number says whose it is, when and what."""
    return [
        100.0 * i + np.arange(n_steps)[:, np.newaxis] + [0.0, 0.5][:n_features]
        for i, n_steps in enumerate(lengths)
    ]
