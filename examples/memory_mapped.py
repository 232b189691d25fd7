"""Learn from a file of sequences that is mapped, not read, into memory.

The file is written part by part, as from a recorder. `fit` and `predict` then read from
it the batch that they are at. What they hold is measured, and it is a small part of
what the file has.

Run it with ``python examples/memory_mapped.py``. The file goes into a temporary folder
that is removed at the end.
"""

import tempfile
import tracemalloc
from pathlib import Path

import numpy as np

from skrnn import GRUClassifier

N, N_STEPS, N_FEATURES = 10_000, 100, 12
PART = 1000


def record(path):
    """Write sequences part by part, and give their labels."""
    X = np.lib.format.open_memmap(
        path, mode="w+", dtype=np.float32, shape=(N, N_STEPS, N_FEATURES)
    )
    rng = np.random.default_rng(0)
    y = rng.integers(2, size=N)
    for start in range(0, N, PART):
        part = X[start : start + PART]
        part[:] = rng.normal(size=part.shape)
        # Class 1 drifts in its first feature.
        part[:, :, 0] += 0.5 * y[start : start + PART, np.newaxis]
    X.flush()
    return y


def most_held(call, *args):
    """Call a function; give its result, and the most megabytes that it held."""
    tracemalloc.start()
    try:
        result = call(*args)
        return result, tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "X.npy")
        y = record(path)
        X = np.load(path, mmap_mode="r")
        print(f"the file:      {X.nbytes / 1e6:5.1f} MB in {len(X)} sequences")
        test = slice(8 * PART, None)
        model = GRUClassifier(8, max_iter=2, patch_size=10, random_state=0)
        _, fit = most_held(model.fit, X[: test.start], y[: test.start])
        print(f"fit held:      {fit:5.1f} MB at most")
        predicted, predict = most_held(model.predict, X[test])
        print(f"predict held:  {predict:5.1f} MB at most")
        print(f"accuracy on what was not learnt: {(predicted == y[test]).mean():.3f}")
        del X


if __name__ == "__main__":
    main()
