"""A fit that is killed, and another that goes on from where it was.

A process learns to tell nine speakers apart, and writes a checkpoint every five epochs.
It is killed as a machine that is taken away would kill it, without a warning. The next
process goes on from the checkpoint and ends with the same weights, to the bit, as a fit
that nobody disturbed.

Run it with ``python examples/checkpoint.py``.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from skrnn import LSTMClassifier
from skrnn.callbacks import Checkpoint
from skrnn.datasets import load_japanese_vowels


def network(**options):
    return LSTMClassifier(hidden_size=24, max_iter=60, random_state=0, **options)


def learn(folder):
    """What each process does: it goes on if there is something to go on from."""
    X, y = load_japanese_vowels(subset="train", return_X_y=True)
    model = network().set_callbacks(Checkpoint(folder, every=5))
    return model.fit(X, y, resume_from=folder)


def main():
    X, y = load_japanese_vowels(subset="train", return_X_y=True)
    undisturbed = network().fit(X, y)
    with tempfile.TemporaryDirectory() as folder:
        # The same program in a process of its own, which learns and does nothing else.
        process = subprocess.Popen([sys.executable, __file__, folder])
        while not list(Path(folder).glob("LSTMClassifier-*.npz")):
            time.sleep(0.01)
        process.kill()
        process.wait()
        [path] = Path(folder).glob("LSTMClassifier-*.npz")
        print(f"killed; what is left is a file of {path.stat().st_size / 1e3:.0f} kB")
        model = learn(folder)
    print(f"epochs: {model.n_iter_}")
    print(f"the same weights: {np.array_equal(model.weights_, undisturbed.weights_)}")
    X_test, y_test = load_japanese_vowels(subset="test", return_X_y=True)
    print(f"accuracy: {model.score(X_test, y_test):.3f}")


if __name__ == "__main__":
    if sys.argv[1:]:
        learn(sys.argv[1])
    else:
        main()
