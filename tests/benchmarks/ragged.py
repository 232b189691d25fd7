"""A ragged set against the same set padded to its longest sequence.

Lengths are uniform from 1 to T, so that half of the steps of the padded set are
padding. Both sides train the same plain network (`PLAIN` in `recipe.py`) for the same
number of epochs with default batches, and take turns; what counts is the median of the
ratios of their times. Were the cost exactly that of the steps that are alive, the ratio
would be 0.50.

    OPENBLAS_NUM_THREADS=1 python tests/benchmarks/ragged.py
"""

import statistics
import sys
from pathlib import Path
from time import perf_counter

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from skrnn import GRUClassifier, LSTMClassifier, RNNClassifier
from tests.benchmarks.recipe import PLAIN

N, N_EPOCHS, N_ROUNDS = 512, 4, 7
#: Steps, features, hidden units, type.
ROWS = [
    (100, 4, 32, np.float64),
    (100, 4, 32, np.float32),
    (50, 8, 64, np.float64),
    (200, 8, 64, np.float32),
]


def make(n_steps, n_features, dtype):
    """Draw sequences, and pad them with zeros."""
    rng = np.random.default_rng(0)
    lengths = rng.permutation(np.arange(N) % n_steps + 1)
    ragged = [rng.normal(size=(length, n_features)).astype(dtype) for length in lengths]
    padded = np.zeros((N, n_steps, n_features), dtype)
    for row, sequence in zip(padded, ragged, strict=True):
        row[: len(sequence)] = sequence
    return ragged, padded, rng.integers(0, 2, N)


def seconds(kind, hidden_size, X, y):
    estimator = kind(
        hidden_size,
        max_iter=N_EPOCHS,
        patch_size=1,
        recurrent_dropout=0,
        random_state=0,
        **PLAIN,
    )
    start = perf_counter()
    estimator.fit(X, y)
    return perf_counter() - start


def main():
    print("network  steps  features  units  type       ragged    padded  ratio")
    for n_steps, n_features, hidden_size, dtype in ROWS:
        ragged, padded, y = make(n_steps, n_features, dtype)
        for kind in (RNNClassifier, LSTMClassifier, GRUClassifier):
            rounds = [
                (
                    seconds(kind, hidden_size, ragged, y),
                    seconds(kind, hidden_size, padded, y),
                )
                for _ in range(N_ROUNDS)
            ]
            ours, theirs = (
                1e3 * statistics.median(column) for column in zip(*rounds, strict=True)
            )
            ratio = statistics.median(a / b for a, b in rounds)
            print(
                f"{kind.__name__[:-10]:7}  {n_steps:5}  {n_features:8}  {hidden_size:5}"
                f"  {np.dtype(dtype)}  {ours:6.0f} ms {theirs:6.0f} ms   {ratio:.2f}"
            )


if __name__ == "__main__":
    main()
