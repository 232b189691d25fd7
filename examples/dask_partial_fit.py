"""Learn from a Dask array that is never in memory as a whole, and predict it.

The array consists of blocks of sequences, here computed from noise and otherwise read
from files. Training takes one block at a time, in a new order in each epoch. What is
predicted is an array of Dask again, whose blocks the threads, processes or machines of
Dask compute.

Run it with ``python examples/dask_partial_fit.py``. It needs
``pip install 'skrnn[dask]'``.
"""

import dask
import dask.array as da
import numpy as np

from skrnn import LSTMClassifier

N, N_STEPS, N_FEATURES = 4000, 25, 10
N_EPOCHS = 4


def make_problem():
    """Make lazy sequences and their labels, in the same blocks of sequences."""
    rng = da.random.default_rng(0)
    X = rng.normal(size=(N, N_STEPS, N_FEATURES), chunks=(500, -1, -1))
    return X, (X[:, :, 0].sum(axis=1) > 0).astype(int)


def learn(X, y):
    model = LSTMClassifier(hidden_size=16, batch_size=50, random_state=0)
    rng = np.random.default_rng(0)
    for epoch in range(N_EPOCHS):
        for k in rng.permutation(X.numblocks[0]):
            block, labels = dask.compute(X.blocks[k], y.blocks[k])
            model.partial_fit(block, labels, classes=[0, 1])
        print(f"epoch {epoch + 1}: loss of the last block {model.loss_:.3f}")
    return model


def main():
    X, y = make_problem()
    print(f"{X.numblocks[0]} blocks of {X.blocks[0].nbytes / 1e6:.1f} MB")
    # The first blocks are for learning, and the last two for testing.
    n_train = sum(X.chunks[0][:-2])
    model = learn(X[:n_train], y[:n_train])
    X_test, y_test = X[n_train:], y[n_train:]
    proba = X_test.map_blocks(
        model.predict_proba,
        drop_axis=2,
        chunks=(X_test.chunks[0], (len(model.classes_),)),
        dtype=float,
    )
    print(f"probabilities, not yet computed: {proba.shape} in blocks {proba.chunks[0]}")
    accuracy = ((proba[:, 1] > 0.5) == y_test).mean()
    print(f"accuracy on the test blocks: {accuracy.compute():.3f}")


if __name__ == "__main__":
    main()
