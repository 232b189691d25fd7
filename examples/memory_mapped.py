"""
Learn from a file that is larger than memory
============================================

A sensor has written more sequences into one file than memory can hold. A memory-mapped
array looks like an array, and the system reads from the file only what is used.

How much memory do ``fit`` and ``predict`` then need? We measure it for files of growing
size. The files here are small, so that the example is quick. See :ref:`guide_scale` and
:ref:`guide_beyond_one_machine`.
"""

import tempfile
import tracemalloc
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from skrnn import GRUClassifier

N_STEPS, N_FEATURES, PART = 100, 12, 1000
temporary = tempfile.TemporaryDirectory()

# %%
# Write a file part by part
# -------------------------
# ``open_memmap`` makes a file of NumPy whose parts are filled one after the other, as a
# recorder would. The data are simulated: the sensor of a worn machine (class 1) reads
# half a unit too high in its first channel, which is hidden in the noise.


def record(path, n):
    X = np.lib.format.open_memmap(
        path, mode="w+", dtype=np.float32, shape=(n, N_STEPS, N_FEATURES)
    )
    rng = np.random.default_rng(0)
    y = rng.integers(2, size=n)
    for start in range(0, n, PART):
        part = X[start : start + PART]
        part[:] = rng.normal(size=part.shape)
        part[:, :, 0] += 0.5 * y[start : start + PART, np.newaxis]
    X.flush()
    return y


# %%
# Measure what is held
# --------------------
# ``tracemalloc`` counts what Python and NumPy allocate. It does not count the pages of
# the mapped file: the system takes them back whenever memory is needed.


def most_held(call, *args):
    tracemalloc.start()
    result = call(*args)
    held = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return result, held


# %%
# Files of growing size
# ---------------------
# The last thousand sequences of each file are the test set.

sizes, fit_held, predict_held = [], [], []
for n in (3000, 6000, 11000):
    path = Path(temporary.name, f"X_{n}.npy")
    y = record(path, n)
    X = np.load(path, mmap_mode="r")
    model = GRUClassifier(8, max_iter=2, patch_size=10, random_state=0)
    _, held = most_held(model.fit, X[:-PART], y[:-PART])
    predicted, while_predicting = most_held(model.predict, X)
    sizes.append(X.nbytes / 1e6)
    fit_held.append(held)
    predict_held.append(while_predicting)
    accuracy = (predicted[-PART:] == y[-PART:]).mean()
    print(
        f"file {sizes[-1]:4.1f} MB: fit held {held:4.1f} MB, "
        f"predict {while_predicting:4.1f} MB, accuracy {accuracy:.3f}"
    )
del X
temporary.cleanup()

# %%
# The file grows, and what is held stays the same.

fig, ax = plt.subplots(figsize=(7, 4), layout="constrained")
ax.plot(sizes, sizes, color="0.5", ls=":", label="the whole file in memory")
ax.plot(sizes, predict_held, "C1s--", label="held by predict")
ax.plot(sizes, fit_held, "C0o-", label="held by fit")
ax.set(xlabel="size of the file (MB)", ylabel="most memory held (MB)", ylim=(0, None))
ax.set_title("Memory does not grow with the file")
ax.legend(loc="upper left")
plt.show()

# %%
# Try it yourself
# ---------------
# Read the file into memory first, inside of what is measured:
# ``most_held(lambda: model.fit(np.load(path)[:-PART], y[:-PART]))``. The line of
# ``fit`` then climbs with the size of the file. The weights of the model are the same.
