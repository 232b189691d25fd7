"""Time and memory of fit and predict as sets grow: more sequences, and longer ones.

One epoch of a small LSTM in float32 with batches of 64, everything else by default but
patches, which are of one step, so that all steps are computed, and the parts beside the
cells (`PLAIN` in `recipe.py`), as in the other tables of speed. X is mapped into memory
from a file. Memory is what is allocated beyond X at a time, by tracemalloc, in a run of
its own: it slows Python down. Both kinds of run are warmed up by a tenth of the
smallest set.

    OPENBLAS_NUM_THREADS=1 python tests/benchmarks/scale.py
"""

import sys
import tempfile
import tracemalloc
import warnings
from pathlib import Path
from time import perf_counter

import numpy as np
from sklearn.exceptions import ConvergenceWarning

sys.path.insert(0, str(Path(__file__).parents[2]))

from skrnn import LSTMClassifier
from tests.benchmarks.recipe import PLAIN

#: Sequences and steps: more and more of the former, then of the latter.
BY_NUMBER = [(10**3, 10), (10**4, 10), (10**5, 10), (10**6, 10)]
BY_LENGTH = [(64, 10), (64, 10**2), (64, 10**3), (64, 10**4)]
#: Runs that are short are timed several times, and the least time is taken.
LARGE, N_ROUNDS = 10**6, 5
#: A file is written so many sequences at a time.
PORTION = 10**5


def write(path, n, n_steps):
    """Write sequences of noise to a file; give it as a memory-mapped array."""
    X = np.lib.format.open_memmap(path, "w+", "float32", (n, n_steps, 1))
    rng = np.random.default_rng(0)
    for first in range(0, n, PORTION):
        X[first : first + PORTION] = rng.standard_normal(
            (min(PORTION, n - first), n_steps, 1), "float32"
        )
    X.flush()
    return np.load(path, mmap_mode="r")


def make():
    return LSTMClassifier(
        8, batch_size=64, max_iter=1, patch_size=1, random_state=0, **PLAIN
    )


def seconds(n_rounds, call, *args):
    """Give the least time of some rounds."""
    times = []
    for _ in range(n_rounds):
        start = perf_counter()
        call(*args)
        times.append(perf_counter() - start)
    return min(times)


def peak(call, *args):
    """Give the most bytes held at a time."""
    tracemalloc.start()
    try:
        call(*args)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def measure(X):
    """Give seconds of fit and of predict, and the memory of both."""
    y, model = np.arange(len(X)) % 2, make()
    n_rounds = N_ROUNDS if X.size < LARGE else 1
    times = seconds(n_rounds, model.fit, X, y), seconds(n_rounds, model.predict, X)
    return *times, peak(make().fit, X, y), peak(model.predict, X)


def print_table(sizes, folder):
    print("                         fit, one epoch          predict        beyond X")
    print("     n  steps        X    time  a step     time  a step      fit   predict")
    smallest = None
    for n, n_steps in sizes:
        X = write(Path(folder) / f"{n}-{n_steps}.npy", n, n_steps)
        *times, fit, predict = measure(X)
        steps = [1e6 * time / (n * n_steps) for time in times]
        smallest = smallest or steps
        print(
            f"{f'10^{np.log10(n):.0f}' if n > 64 else n:>6}  {n_steps:5}"
            f"  {X.nbytes / 1e6:5.2f} MB"
            f"  {times[0]:6.3f} s  {steps[0] / smallest[0]:4.2f}"
            f"  {times[1]:6.3f} s  {steps[1] / smallest[1]:4.2f}"
            f"  {fit / 1e6:6.1f} MB  {predict / 1e6:5.1f} MB",
            flush=True,
        )


def main():
    # Nothing is learnt from noise in one epoch; that is not the question.
    warnings.simplefilter("ignore", ConvergenceWarning)
    with tempfile.TemporaryDirectory() as folder:
        measure(write(Path(folder) / "warm.npy", 100, 10))
        for sizes in (BY_NUMBER, BY_LENGTH):
            print_table(sizes, folder)
            print()


if __name__ == "__main__":
    main()
