"""Processes that are killed, and disks that are full, for real."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from skrnn import LSTMClassifier

pytestmark = pytest.mark.posix  # it forks, and limits

ROOT = Path(__file__).parents[2]


def start(*command):
    """Start a program of Python with one thread of the BLAS."""
    return subprocess.Popen(
        [sys.executable, *map(str, command)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
    )


def end(process):
    """Wait for a program; return what it printed."""
    printed, errors = process.communicate()
    assert process.returncode == 0, printed + errors
    return printed


def run(*command):
    return end(start(*command))


def test_fits_that_are_killed_again_and_again():
    lines = run("tests/callbacks/killed.py", 4).splitlines()
    assert len(lines) == 5
    assert all(line.endswith("the same end") for line in lines)
    # A fit may be quicker than it was without a break, and end before it is killed.
    assert sum(int(line.split("killed ")[1].split()[0]) for line in lines) >= 10


#: A limit on the size of files is a disk that is full after so many bytes.
FULL = """
import resource, signal, sys, warnings
import numpy as np
from skrnn import LSTMClassifier
from skrnn.callbacks import Checkpoint
from tests.callbacks.fits import Then

def fill():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (9000, resource.RLIM_INFINITY))

X = np.random.default_rng(0).normal(size=(20, 4, 1))
model = LSTMClassifier(8, max_iter=9, random_state=0)
model.set_callbacks(Checkpoint(sys.argv[1], every=2), Then(5, fill))
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always", RuntimeWarning)
    model.fit(X, X[:, 0, 0] > 0)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
print([str(one.message) for one in caught if one.category is RuntimeWarning])
np.save(sys.argv[2], model.weights_)
"""


def test_a_disk_that_is_full(tmp_path):
    path, weights = tmp_path / "fit.npz", tmp_path / "weights.npy"
    said = run("-c", FULL, path, weights)
    for epoch in (6, 8):
        assert f"could not be written after epoch {epoch}: [Errno 27]" in said
    assert sorted(one.name for one in tmp_path.iterdir()) == ["fit.npz", "weights.npy"]
    X = np.random.default_rng(0).normal(size=(20, 4, 1))
    model = LSTMClassifier(8, max_iter=9, random_state=0)
    with np.load(path) as file:
        assert "checkpoint" in file.files
    resumed = model.fit(X, X[:, 0, 0] > 0, resume_from=path)
    assert np.array_equal(resumed.weights_, np.load(weights))


TWO = """
import sys, warnings
import numpy as np
from skrnn import LSTMClassifier
from skrnn.callbacks import Checkpoint

warnings.simplefilter("ignore")
X = np.random.default_rng(0).normal(size=(20, 4, 1))
model = LSTMClassifier(4, max_iter=80, alpha=float(sys.argv[2]), random_state=0)
model.set_callbacks(Checkpoint(sys.argv[1], every=1)).fit(X, X[:, 0, 0] > 0)
"""


def test_two_processes_on_one_path(tmp_path):
    """The file is whole, and of one of them; nothing else is left."""
    path, alphas = tmp_path / "fit.npz", (0.0, 0.1)
    for process in [start("-c", TWO, path, alpha) for alpha in alphas]:
        end(process)
    assert [one.name for one in tmp_path.iterdir()] == ["fit.npz"]
    X = np.random.default_rng(0).normal(size=(20, 4, 1))
    y, refusals = X[:, 0, 0] > 0, []
    for alpha in alphas:
        model = LSTMClassifier(4, max_iter=80, alpha=alpha, random_state=0)
        whole = model.fit(X, y).weights_
        try:
            resumed = model.fit(X, y, resume_from=path)
        except ValueError as error:
            refusals.append(str(error))
        else:
            assert np.array_equal(resumed.weights_, whole)
    assert len(refusals) == 1
    assert "alpha was" in refusals[0]
