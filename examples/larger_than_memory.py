"""Learn from recordings in files, each of which is opened when it is needed.

The recordings differ in length. A class of a few lines gives them to `fit` and
`predict`, which read some of them ahead while they compute. What they hold is measured.

Run it with ``python examples/larger_than_memory.py``. The files go into a temporary
folder that is removed at the end.
"""

import tempfile
import tracemalloc
from pathlib import Path

import numpy as np

from skrnn import GRUClassifier

N, N_TRAIN, N_FEATURES = 3000, 2400, 12


class Recordings:
    """Sequences in files of NumPy, by number."""

    def __init__(self, paths):
        self.paths = paths

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, i):
        return np.load(self.paths[i])


def record(folder):
    """Write recordings of different length; give their paths and labels."""
    rng = np.random.default_rng(0)
    y = rng.integers(2, size=N)
    paths = [folder / f"{i}.npy" for i in range(N)]
    for path, label in zip(paths, y, strict=True):
        x = rng.normal(size=(rng.integers(500, 2500), N_FEATURES))
        # Class 1 swings in its first feature.
        x[:, 0] += label * np.sin(np.arange(len(x)) / 20)
        np.save(path, x.astype(np.float32))
    return paths, y


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
        paths, y = record(Path(folder))
        size = sum(path.stat().st_size for path in paths)
        print(f"the files:     {size / 1e6:5.1f} MB in {N} recordings")
        train, test = Recordings(paths[:N_TRAIN]), Recordings(paths[N_TRAIN:])
        model = GRUClassifier(8, max_iter=2, batch_size=16, patch_size=50)
        model.set_params(random_state=0)
        _, fit = most_held(model.fit, train, y[:N_TRAIN])
        print(f"fit held:      {fit:5.1f} MB at most")
        predicted, predict = most_held(model.predict, test)
        print(f"predict held:  {predict:5.1f} MB at most")
        accuracy = (predicted == y[N_TRAIN:]).mean()
        print(f"accuracy on what was not learnt: {accuracy:.3f}")


if __name__ == "__main__":
    main()
