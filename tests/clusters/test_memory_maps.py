"""Sequences in files: read where they lie, by this process and by those of joblib."""

import os
import subprocess
import sys
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.base import is_classifier
from sklearn.model_selection import GridSearchCV

ROOT = Path(__file__).parents[2]
X = np.random.default_rng(0).normal(size=(60, 6, 2))
Y = (X.sum(axis=(1, 2)) > 0).astype(int)

#: Four times the memory that it is given beside what Python and NumPy have taken.
LIMITED = """
import resource, sys, warnings
import numpy as np
from skrnn import GRUClassifier

warnings.simplefilter("ignore")
X = np.memmap(sys.argv[1], np.float64, "r", shape=(4096, 1024, 4))
y = np.arange(4096) % 2
model = GRUClassifier(4, batch_size=64, patch_size=64, max_iter=1, random_state=0)
model.fit(np.random.default_rng(0).normal(size=(64, 1024, 4)), y[:64])
with open("/proc/self/status") as status:
    taken = next(int(line.split()[1]) for line in status if "VmData" in line)
resource.setrlimit(resource.RLIMIT_DATA, ((taken << 10) + X.nbytes // 4,) * 2)
try:
    np.array(X)
except MemoryError:
    model.fit(X, y).partial_fit(X, y)
    print(model.t_, len(model.predict(X)))
"""


@pytest.fixture
def mapped(tmp_path):
    np.save(tmp_path / "X.npy", X)
    return np.load(tmp_path / "X.npy", mmap_mode="r")


@pytest.mark.linux
def test_a_file_larger_than_memory_is_enough(tmp_path):
    """Linux counts no pages of a file that is only read as the data of a process."""
    path = tmp_path / "X"
    # Mostly a hole, which takes no room on the disk. What is there makes them differ.
    X = np.memmap(path, np.float64, "w+", shape=(4096, 1024, 4))
    X[:, 0] = np.random.default_rng(0).normal(size=(4096, 4))
    X.flush()
    assert path.stat().st_size == 2**27
    ran = subprocess.run(
        [sys.executable, "-c", LIMITED, path],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
    )
    assert ran.stdout.split() == ["8192", "4096"], ran.stderr


def test_a_map_is_learnt_as_what_it_holds(any_small, mapped):
    found, expected = any_small().fit(mapped, Y), any_small().fit(X, Y)
    assert np.array_equal(found.weights_, expected.weights_)
    assert np.array_equal(found.predict(mapped), expected.predict(X))


def test_parts_of_a_map_are_learnt_in_place(any_small, mapped):
    found, expected = any_small(), any_small()
    first = {"classes": [0, 1]} if is_classifier(found) else {}
    for part in (slice(0, 25), slice(25, 50), slice(50, 60)):
        found.partial_fit(mapped[part], Y[part], **first)
        expected.partial_fit(X[part], Y[part], **first)
        first = {}
    assert np.array_equal(found.weights_, expected.weights_)


def _fit_mapped(model, X, y):
    assert isinstance(X, np.memmap)
    assert not X.flags.writeable
    return model.fit(X, y).weights_


def _go_on_mapped(model, X, y):
    assert isinstance(model.weights_, np.memmap)
    assert not model.weights_.flags.writeable
    return model.partial_fit(X, y).predict(X)


def test_joblib_maps_the_sequences_for_its_workers(any_small):
    models = [any_small(), any_small(hidden_size=3)]
    found = joblib.Parallel(n_jobs=2, max_nbytes=100)(
        joblib.delayed(_fit_mapped)(model, X, Y) for model in models
    )
    for weights, model in zip(found, models, strict=True):
        assert np.array_equal(weights, model.fit(X, Y).weights_)


def test_a_model_that_joblib_maps_goes_on(any_small):
    model = any_small().fit(X, Y)
    found = joblib.Parallel(n_jobs=2, max_nbytes=100)(
        joblib.delayed(_go_on_mapped)(model, X, Y) for _ in range(2)
    )
    expected = model.partial_fit(X, Y).predict(X)
    assert all(np.array_equal(one, expected) for one in found)


@pytest.mark.parametrize("search_in", [X, [x[: 3 + k % 4] for k, x in enumerate(X)]])
def test_a_search_over_mapped_sequences(small, search_in):
    grid = {"hidden_size": [3, 4]}
    alone = GridSearchCV(small(), grid, cv=3, scoring="neg_log_loss").fit(search_in, Y)
    with joblib.parallel_config(n_jobs=2, max_nbytes=100):
        shared = GridSearchCV(small(), grid, cv=3, scoring="neg_log_loss")
        shared.fit(search_in, Y)
    scores = "mean_test_score"
    assert np.array_equal(shared.cv_results_[scores], alone.cv_results_[scores])
    assert shared.best_params_ == alone.best_params_
    assert np.array_equal(
        shared.predict_proba(search_in), alone.predict_proba(search_in)
    )
