"""What a second thread brings: `n_jobs=2` against one, in turn.

The network is the plain one (`PLAIN` in `recipe.py`), and the BLAS has one thread on
both sides. Where a batch is not worth two threads, it is left to one, and the ratio is
1.

    OPENBLAS_NUM_THREADS=1 python tests/benchmarks/threads.py
"""

import statistics
import sys
import warnings
from pathlib import Path
from time import perf_counter

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from skrnn import GRUClassifier, LSTMClassifier, RNNClassifier
from tests.benchmarks.recipe import PLAIN

N_BATCHES, N_EPOCHS, N_ROUNDS = 2, 6, 5
#: Batch size, steps, features, hidden units.
ROWS = [
    (64, 100, 8, 64),
    (128, 100, 16, 128),
    (512, 50, 8, 64),
    (512, 100, 8, 32),
    (256, 60, 16, 256),
]


def seconds(function, *arguments):
    start = perf_counter()
    function(*arguments)
    return perf_counter() - start


def main():
    warnings.simplefilter("ignore")
    print("network  batch, steps, features, units    fit  predict_proba")
    for kind in (LSTMClassifier, GRUClassifier, RNNClassifier):
        for batch_size, n_steps, n_features, hidden_size in ROWS:
            rng, n = np.random.default_rng(0), N_BATCHES * batch_size
            X = rng.normal(size=(n, n_steps, n_features)).astype(np.float32)
            one, two = (
                kind(
                    hidden_size,
                    batch_size=batch_size,
                    max_iter=N_EPOCHS,
                    patch_size=1,
                    n_jobs=n_jobs,
                    random_state=0,
                    **PLAIN,
                )
                for n_jobs in (1, 2)
            )
            ratios = {"fit": [], "predict_proba": []}
            for _ in range(N_ROUNDS):
                for method, data in (
                    ("fit", (X, np.arange(n) % 3)),
                    ("predict_proba", (X,)),
                ):
                    times = [
                        seconds(getattr(one, method), *data),
                        seconds(getattr(two, method), *data),
                    ]
                    ratios[method].append(times[0] / times[1])
            fit, predict = (statistics.median(values) for values in ratios.values())
            sizes = f"{batch_size}, {n_steps}, {n_features}, {hidden_size}"
            print(
                f"{kind.__name__[:-10]:7}  {sizes:30} {fit:6.2f} {predict:14.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
