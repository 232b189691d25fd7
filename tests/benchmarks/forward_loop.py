"""Ten epochs of training against a forward pass that reads one sequence at a time.

The task of many a first tutorial: 1000 sequences of 10 random numbers, labelled by the
sign of their sum, and 32 hidden units. One side trains an `RNNClassifier` for ten
epochs with batches of 32, a plain network (`PLAIN` in `recipe.py`): forward, backward
and optimizer. The other runs ten epochs of the forward pass alone, written as tutorials
write it, a sequence and a step at a time, its states kept for a backward pass. The two
take turns; what counts is the median of the ratios.

    OPENBLAS_NUM_THREADS=1 python tests/benchmarks/forward_loop.py
"""

import statistics
import sys
from pathlib import Path
from time import perf_counter

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from skrnn import RNNClassifier
from skrnn.datasets import make_sign_of_sum
from tests.benchmarks.recipe import PLAIN

N_EPOCHS, HIDDEN_SIZE, N_ROUNDS = 10, 32, 9


def tutorial_forward(X, epochs):
    """Run the forward pass of a simple network, one column vector after the other."""
    rng = np.random.default_rng(0)
    Wxh = rng.normal(size=(HIDDEN_SIZE, 1)) * 0.01
    Whh = rng.normal(size=(HIDDEN_SIZE, HIDDEN_SIZE)) * 0.01
    Why = rng.normal(size=(1, HIDDEN_SIZE)) * 0.01
    bh, by = np.zeros((HIDDEN_SIZE, 1)), np.zeros((1, 1))
    for _ in range(epochs):
        for sequence in X:
            hs = {-1: np.zeros((HIDDEN_SIZE, 1))}
            for t, x in enumerate(sequence):
                z = np.dot(Wxh, x.reshape(1, 1)) + np.dot(Whh, hs[t - 1]) + bh
                hs[t] = np.tanh(z)
            1 / (1 + np.exp(-(np.dot(Why, hs[t]) + by)))


def train(X, y, epochs):
    """Train by backpropagation through time, with batches of 32."""
    RNNClassifier(
        hidden_size=HIDDEN_SIZE,
        batch_size=32,
        max_iter=epochs,
        patch_size=1,
        recurrent_dropout=0,
        random_state=0,
        **PLAIN,
    ).fit(X, y)


def seconds(function, *arguments):
    start = perf_counter()
    function(*arguments)
    return perf_counter() - start


def main():
    X, y = make_sign_of_sum(1000, 10, random_state=0)
    train(X, y, 1)
    rounds = [
        (seconds(train, X, y, N_EPOCHS), seconds(tutorial_forward, X, N_EPOCHS))
        for _ in range(N_ROUNDS)
    ]
    ours, theirs = (statistics.median(column) for column in zip(*rounds, strict=True))
    ratio = statistics.median(a / b for a, b in rounds)
    print(f"training, {N_EPOCHS} epochs, batches of 32:      {1e3 * ours:7.1f} ms")
    print(f"forward alone, {N_EPOCHS} epochs, one by one:    {1e3 * theirs:7.1f} ms")
    print(f"ratio, median of {N_ROUNDS}:                       {ratio:7.2f}")


if __name__ == "__main__":
    main()
