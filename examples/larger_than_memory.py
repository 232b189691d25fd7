"""
Hundreds of recordings, each in a file
======================================

Recordings often lie in a folder, one file each, of different length, and all of them
together do not fit into memory. A class of a few lines makes such a folder something
that ``fit`` and ``predict`` can read.

skrnn asks it for the recordings of one batch after another, and reads some ahead while
it computes. How much is in memory at any time? See :ref:`guide_scale`.
"""

import tempfile
import threading
import time
import tracemalloc
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from skrnn import GRUClassifier

N, N_TRAIN, N_FEATURES = 1200, 1000, 12
temporary = tempfile.TemporaryDirectory()

# %%
# The files
# ---------
# We simulate the vibration of a machine in twelve sensors. In recordings of class 1 a
# loose part swings slowly, in the first sensor. The recordings have 2000 to 8000 steps.

rng = np.random.default_rng(0)
y = rng.integers(2, size=N)
paths = [Path(temporary.name, f"{i}.npy") for i in range(N)]
for path, label in zip(paths, y, strict=True):
    shape = rng.integers(2000, 8000), N_FEATURES
    x = rng.standard_normal(shape, dtype=np.float32)
    x[:, 0] += label * np.sin(np.arange(len(x)) / 20)
    np.save(path, x)
size = sum(path.stat().st_size for path in paths) / 1e6
print(f"{N} files, {size:.0f} MB")

# %%
# The class
# ---------
# A length, and a sequence by number: that is all it takes.


class Recordings:
    def __init__(self, paths):
        self.paths = paths

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, i):
        return np.load(self.paths[i])


# %%
# Watch the memory
# ----------------
# A thread notes, a hundred times a second, how much memory Python and NumPy hold.

held = []


def watch(done):
    start = time.perf_counter()
    while not done.wait(0.01):
        now = time.perf_counter() - start
        held.append((now, tracemalloc.get_traced_memory()[0] / 1e6))


done = threading.Event()
watcher = threading.Thread(target=watch, args=[done])
tracemalloc.start()
watcher.start()

# %%
# Learn and predict
# -----------------

model = GRUClassifier(8, max_iter=1, batch_size=16, patch_size=100, random_state=0)
model.fit(Recordings(paths[:N_TRAIN]), y[:N_TRAIN])
fit_ended = len(held)
predicted = model.predict(Recordings(paths[N_TRAIN:]))

done.set()
watcher.join()
tracemalloc.stop()
temporary.cleanup()
print(f"accuracy on new recordings: {(predicted == y[N_TRAIN:]).mean():.3f}")

# %%
# What ``fit`` holds does not depend on the number of files. The largest part are two
# groups of batches of about 32 MB: one is in use, and one is read ahead.

seconds, megabytes = np.array(held).T
fig, ax = plt.subplots(figsize=(7, 4), layout="constrained")
ax.axhline(size, color="0.5", ls=":", label="size of all files")
for part, color, name in [
    (slice(fit_ended), "C0", "fit"),
    (slice(fit_ended, None), "C1", "predict"),
]:
    ax.plot(seconds[part], megabytes[part], color=color)
    ax.fill_between(seconds[part], megabytes[part], color=color, alpha=0.4, label=name)
ax.set(xlabel="time (s)", ylabel="memory held (MB)", ylim=(0, 1.2 * size))
ax.set_title("Memory while hundreds of files are read")
ax.legend(loc="upper left", bbox_to_anchor=(0, 0.78))
plt.show()

# %%
# Try it yourself
# ---------------
# Set ``batch_size=128``: a batch has eight times as many recordings, and ``fit`` holds
# nearly three times as much. Small batches save memory.
