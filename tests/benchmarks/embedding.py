"""What a batch of training costs by the number of categories.

Run from the repository root::

    python tests/benchmarks/embedding.py
    python tests/benchmarks/embedding.py --sizes 100 1000000 --zipf

An LSTM of 32 units reads 64 sequences of 50 words, each with a vector of 32 numbers,
and Adam takes a step. The sizes of the vocabulary take turns of some batches, and the
median of each is compared with that of the first. Times are those of the processor, so
that what else runs does not count. The words are drawn evenly, which is the most that a
vocabulary can cost; with `--zipf` as words of texts are.
"""

import argparse
import sys
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks import one_core  # noqa: F401, I001  before any that computes

import numpy as np

from skrnn.losses import BinaryCrossEntropy
from skrnn.network import Embedding, InputTransform, build_network
from skrnn.optimizers import SCHEDULES, Adam
from skrnn.training import Objective, TrainingSet
from skrnn.training.minibatch import MinibatchSolver
from skrnn.training.objective import Shards
from skrnn.training.state import Plateau, Training

N_SEQUENCES, N_STEPS, SIZE, UNITS = 64, 50, 32, 32
#: Different batches, and how many a turn has: the first ones fill the caches.
N_BATCHES, OF_A_TURN = 8, 24


def make_solver(n_categories, zipf):
    """Return a solver for words of a vocabulary, its state, shards and batches."""
    rng = np.random.default_rng(0)
    front = {"embedding": Embedding(1, (0,), (1 + n_categories,), (SIZE,))}
    transform = InputTransform(n_numeric=0)
    network = build_network(
        "lstm", 1, (UNITS,), False, "concat", 1, transform, front=front
    )
    weights = network.init(np.random.RandomState(0)).astype(np.float32)
    n = N_SEQUENCES * N_BATCHES
    share = 1.0 / np.arange(1, n_categories + 1) if zipf else np.ones(n_categories)
    codes = rng.choice(n_categories, (n, N_STEPS, 1), p=share / share.sum()) + 1.0
    data = TrainingSet(codes, rng.integers(0, 2, n), np.ones(n), np.arange(n))
    solver = MinibatchSolver(
        objective=Objective(network, BinaryCrossEntropy(), 0.0003),
        data=data,
        optimizer=Adam(len(weights), np.float32),
        # Steps so small that nothing is learnt: of what is known by heart the
        # gradients would be denormal numbers, which processors are slow with.
        schedule=SCHEDULES["constant"](1e-7, 1),
        batch_size=N_SEQUENCES,
        max_iter=1,
        plateau=Plateau(0.0, np.inf),
        max_grad_norm=1.0,
        rng=np.random.RandomState(0),
    )
    batches = np.arange(n).reshape(N_BATCHES, -1)
    return solver, Training(weights), Shards(solver.objective, data), batches


def measure(sizes, n_turns, zipf=False):
    """Return the median seconds of a batch for each size of a vocabulary."""
    made = {size: make_solver(size, zipf) for size in sizes}
    seconds = {size: [] for size in sizes}
    for _ in range(n_turns):
        for size, (solver, state, shards, batches) in made.items():
            taken = []
            for k in range(OF_A_TURN):
                start = process_time()
                solver._run_batch(state, shards, batches[k % N_BATCHES])
                taken.append(process_time() - start)
            seconds[size] += taken[N_BATCHES:]
    return {size: float(np.median(some)) for size, some in seconds.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 10_000, 100_000])
    parser.add_argument("--turns", type=int, default=15)
    parser.add_argument("--zipf", action="store_true")
    options = parser.parse_args()
    found = measure(options.sizes, options.turns, options.zipf)
    least = found[options.sizes[0]]
    print("categories  ms a batch  ratio")
    for size, seconds in found.items():
        print(f"{size:10d}  {1e3 * seconds:10.2f}  {seconds / least:5.2f}")


if __name__ == "__main__":
    main()
