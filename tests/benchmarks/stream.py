"""What a step of a stream costs, beside a step of the same network in PyTorch.

The network is the plain one (`PLAIN` in `recipe.py`). Both keep the state, read one
step of each stream and give probabilities; pooling is "last", float32, one core. Times
are medians, in microseconds, and the two take turns.

    python tests/benchmarks/stream.py
"""

import statistics
import sys
import warnings
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks import one_core  # noqa: F401, I001  before any that computes

import numpy as np
import torch

from skrnn import GRUClassifier, LSTMClassifier, RNNClassifier
from skrnn.streaming import Stream
from tests.benchmarks.recipe import PLAIN

#: Streams, features, hidden units.
ROWS = [(1, 8, 32), (1, 8, 128), (16, 8, 32), (256, 8, 64)]
KINDS = {
    RNNClassifier: torch.nn.RNN,
    LSTMClassifier: torch.nn.LSTM,
    GRUClassifier: torch.nn.GRU,
}
N_ROUNDS, N_CALLS, N_CLASSES = 31, 100, 3


def skrnn_step(kind, n, d, hidden_size):
    """Give a function that reads a step."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(32, 10, d)).astype(np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        estimator = kind(
            hidden_size, pooling="last", max_iter=1, random_state=0, **PLAIN
        )
        estimator.fit(X, np.arange(32) % N_CLASSES)
    stream, x = Stream(estimator, n), np.resize(X[:, 0], (n, d))
    return lambda: stream.step(x)


def torch_step(kind, n, d, hidden_size):
    """Give a function that reads a step, in PyTorch."""
    network = KINDS[kind](d, hidden_size, batch_first=True)
    head, state = torch.nn.Linear(hidden_size, N_CLASSES), [None]
    x = np.random.default_rng(0).normal(size=(n, d)).astype(np.float32)

    def step():
        with torch.inference_mode():
            steps = torch.from_numpy(x)[:, None]
            h, state[0] = network(steps, state[0])
            return head(h[:, -1]).softmax(1).numpy()

    return step


def microseconds(function):
    start = perf_counter()
    for _ in range(N_CALLS):
        function()
    return (perf_counter() - start) / N_CALLS * 1e6


def main():
    torch.set_num_threads(1)
    print("network  streams, features, units     skrnn   PyTorch")
    for kind in KINDS:
        for row in ROWS:
            steps = [make(kind, *row) for make in (skrnn_step, torch_step)]
            rounds = [[microseconds(step) for step in steps] for _ in range(N_ROUNDS)]
            ours, theirs = map(statistics.median, zip(*rounds, strict=True))
            sizes = ", ".join(map(str, row))
            print(f"{kind.__name__[:-10]:7}  {sizes:25} {ours:8.0f} {theirs:9.0f}")


if __name__ == "__main__":
    main()
