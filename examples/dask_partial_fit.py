"""
Learn block by block from a Dask array
======================================

The data are a Dask array: blocks that are computed, or read from files, when they are
needed. All of them together need not fit into memory. ``partial_fit`` learns from one
block after the other, and the predictions are a Dask array again.

We simulate 4000 recordings of bearings. A damaged bearing knocks once in each turn of
the shaft, more quietly than the noise around it. See :ref:`guide_block_by_block`
(``pip install 'skrnn[dask]'``).
"""

import dask
import dask.array as da
import matplotlib.pyplot as plt
import numpy as np

from skrnn import LSTMClassifier

# %%
# Lazy data
# ---------
# Nothing is computed here. The array knows only how each of its eight blocks is made.

N, N_STEPS, N_FEATURES, BLOCK = 4000, 60, 3, 500
rng = da.random.default_rng(0)
chunks = (BLOCK, -1, -1)
noise = rng.normal(size=(N, N_STEPS, N_FEATURES), chunks=chunks)
is_damaged = rng.integers(2, size=N, chunks=BLOCK)
first_knock = rng.integers(10, size=N, chunks=BLOCK)
turn = (da.arange(N_STEPS) - first_knock[:, None]) % 10 == 0
knocks = 1.5 * (turn & (is_damaged[:, None] == 1))
X, y = noise + knocks[:, :, None], is_damaged
print(f"{X.numblocks[0]} blocks of {X.blocks[0].nbytes / 1e6:.1f} MB")

# %%
# One recording of each kind:

fig, ax = plt.subplots(figsize=(7, 3), layout="constrained")
some, kinds, knocking = dask.compute(X[:20, :, 0], y[:20], turn[:20])
healthy, damaged = np.argmin(kinds), np.argmax(kinds)
ax.plot(some[healthy] + 8, "C0", label="healthy")
ax.plot(some[damaged], "C1", label="damaged")
when = np.flatnonzero(knocking[damaged])
ax.plot(when, some[damaged, when], "ko", mfc="none", label="a knock")
ax.set(xlabel="time step", ylabel="vibration, shifted", yticks=[], xlim=(0, 75))
ax.set_title("A bearing without and with damage, first sensor")
ax.legend(loc="upper right")
plt.show()

# %%
# Learn, one block at a time
# --------------------------
# The last two blocks are for testing. The others come in a new order in each epoch.
# ``dask.compute`` takes the block and its labels at once, because they are made from
# the same random numbers.

train, test = slice(N - 2 * BLOCK), slice(N - 2 * BLOCK, N)
test_block, test_labels = dask.compute(X[test], y[test])
model = LSTMClassifier(hidden_size=16, batch_size=50, random_state=0)
rng = np.random.default_rng(0)
losses, accuracies = [], []
for epoch in range(5):
    for k in rng.permutation(X[train].numblocks[0]):
        block, labels = dask.compute(X.blocks[k], y.blocks[k])
        model.partial_fit(block, labels, classes=[0, 1])
        losses.append(model.loss_)
        accuracies.append(model.score(test_block, test_labels))
    print(f"epoch {epoch + 1}: loss of the last block {model.loss_:.3f}")

# %%
# Predict lazily
# --------------
# Each block of recordings becomes a block of probabilities. They are computed when
# something asks for them, by the threads or machines of Dask.

proba = X[test].map_blocks(
    model.predict_proba, drop_axis=2, chunks=((BLOCK, BLOCK), 2), dtype=float
)
print(f"probabilities, not yet computed: {proba.shape} in blocks {proba.chunks[0]}")
accuracy = ((proba[:, 1] > 0.5) == y[test]).mean()
print(f"accuracy on the test blocks: {accuracy.compute():.3f}")

# %%
# What each block has brought
# ---------------------------

fig, ax = plt.subplots(figsize=(7, 4), layout="constrained")
blocks = np.arange(1, len(losses) + 1)
ax.plot(blocks, accuracies, "C0o-", label="accuracy on the test blocks")
ax.plot(blocks, losses, "C1s--", label="loss of the block, in training")
for end in range(6, len(losses), 6):
    ax.axvline(end + 0.5, color="0.7", lw=1)
ax.set(xlabel="blocks learnt from (a line ends each epoch)", ylim=(0, 1.02))
ax.set_ylabel("accuracy, loss")
ax.set_title("Each block improves the network")
ax.legend(loc="center right")
plt.show()

# %%
# Try it yourself
# ---------------
# Make the knocks weaker: ``0.8`` in place of ``1.5``. The curves then rise more slowly,
# and five epochs are not enough to come as high.

# sphinx_gallery_thumbnail_number = 2
