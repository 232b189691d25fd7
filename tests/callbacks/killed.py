"""Kill fits at random moments, and let others go on until the end.

    python tests/callbacks/killed.py [kills of each fit] [seed]

Each fit is done by processes that are killed (SIGKILL) at a random moment, within half
the time that it takes, until so many have been; the next goes on from its checkpoint.
The end must be that of a fit without a break, to the bit.
"""

import os
import signal
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

from skrnn import (
    GRUClassifier,
    LSTMClassifier,
    LSTMStepClassifier,
    RNNRegressor,
)
from skrnn.callbacks import Checkpoint

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 12, 2))
Y = (X[:, :, 0].sum(axis=1) > 0).astype(int)
STEPS = (np.cumsum(X[:, :, 0], axis=1) > 0).astype(int)

#: Long enough to be killed in, and so small that much of the time goes to the file.
FITS = {
    "adam, early stopping": (GRUClassifier, {"early_stopping": True}, Y),
    "sgd, adaptive": (RNNRegressor, {"solver": "sgd", "learning_rate": "adaptive"}, Y),
    "lbfgs": (LSTMClassifier, {"solver": "lbfgs", "max_iter": 60, "tol": 0}, Y),
    "two threads": (LSTMClassifier, {"n_jobs": 2, "n_layers": 2, "dropout": 0.2}, Y),
    "steps": (LSTMStepClassifier, {"recurrent_dropout": 0.2}, STEPS),
}


def fit(kind, options, y, folder=None):
    """Fit, with checkpoints in a folder if there is one."""
    usual = {"max_iter": 120, "batch_size": 16, "random_state": 0}
    model = kind(6, **{**usual, **options})
    given = {}
    if folder is not None:
        model.set_callbacks(Checkpoint(folder, every=1))
        given["resume_from"] = folder
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(X, y, **given)


def in_a_child(function):
    """Run a function in a new process; return its number."""
    child = os.fork()
    if child:
        return child
    failed = 1
    try:
        function()
        failed = 0
    finally:
        os._exit(failed)


def until_the_end(kind, options, y, n_kills, seconds, rng):
    """Fit in processes that are killed; return the last weights, and how many were."""
    killed = 0
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder, "weights.npy")
        checkpoints = Path(folder, "checkpoints")
        checkpoints.mkdir()

        def work():
            weights = fit(kind, options, y, checkpoints).weights_
            part = Path(folder, "part.npy")
            np.save(part, weights)
            part.replace(result)

        while not result.exists():
            child = in_a_child(work)
            if killed < n_kills:
                time.sleep(rng.uniform(0, seconds / 2))
                os.kill(child, signal.SIGKILL)
                killed += not result.exists()
            _, status = os.waitpid(child, 0)
            if os.WIFEXITED(status) and os.WEXITSTATUS(status):
                raise SystemExit("a fit failed that was not killed")
        return np.load(result), killed


def main(n_kills=4, seed=0):
    """Kill each of the fits, and print what came of it; return the number of faults."""
    rng, faults = np.random.default_rng(seed), 0
    for name, (kind, options, y) in FITS.items():
        began = time.perf_counter()
        expected = fit(kind, options, y).weights_
        seconds = time.perf_counter() - began
        found, killed = until_the_end(kind, options, y, n_kills, seconds, rng)
        same = np.array_equal(found, expected)
        faults += not same
        print(f"{name}: killed {killed} times, {'the same' if same else 'ANOTHER'} end")
    return faults


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
