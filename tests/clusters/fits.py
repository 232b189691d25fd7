"""Fits with several shards a batch, and clusters that share them out."""

import os
import signal
from contextlib import contextmanager

import dask
import numpy as np
import pytest
from distributed import Client, LocalCluster

import skrnn
import skrnn.dask
from skrnn.dask.crew import Crew

KINDS = skrnn.dask.__all__
_RNG = np.random.default_rng(0)
N = 600
X = _RNG.normal(size=(N, 5, 3)).astype(np.float32)
RAGGED = [x[: 2 + k % 4] for k, x in enumerate(X)]
LABELS = np.where(X.sum(axis=(1, 2)) > 0, "up", "down")
#: Batches of so many sequences have four shards for so many units.
SETTINGS = {"hidden_size": 220, "batch_size": 300, "max_iter": 2, "random_state": 0}


def targets_of(kind, X):
    """Return targets for a kind of estimator, by its name, of an array or a list."""
    if "Step" in kind:
        steps = [x[:, 0].cumsum() for x in X]
        if "Classifier" in kind:
            steps = [(y > 0).astype(int) for y in steps]
        return steps if isinstance(X, list) else np.array(steps)
    if "Classifier" in kind:
        return LABELS
    return np.array([x[:, 0].sum() ** 2 + x[0, 1] for x in X])


def pair(kind, **parameters):
    """Make the estimator of a name on the cluster, and that without one."""
    of_cluster = getattr(skrnn.dask, kind)(**{**SETTINGS, **parameters})
    return of_cluster, of_cluster.to_local()


def assert_same(found, expected):
    """Hold all that two fits have found together, to the bit."""
    names = {name for name in vars(expected) if name.endswith("_")}
    assert names == {name for name in vars(found) if name.endswith("_")}
    assert np.isfinite(expected.weights_).all()
    for name in names:
        same(getattr(found, name), getattr(expected, name), name)


def same(one, other, name):
    assert type(one) is type(other), name
    if isinstance(other, dict):
        assert one.keys() == other.keys(), name
        for key in other:
            same(one[key], other[key], name)
    elif isinstance(other, list):
        assert len(one) == len(other), name
        for a, b in zip(one, other, strict=True):
            same(a, b, name)
    else:
        equal_nan = isinstance(other, np.ndarray) and other.dtype.kind == "f"
        assert np.array_equal(one, other, equal_nan=equal_nan), name


@contextmanager
def cluster_of(n_workers, folder, **options):
    """Start a cluster of processes, with its client."""
    with (
        dask.config.set({"temporary-directory": str(folder)}),
        LocalCluster(
            n_workers=n_workers,
            threads_per_worker=1,
            dashboard_address=":0",
            silence_logs=50,
            **options,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


def pids_of(client):
    """Return the processes of the workers of a local cluster, by their addresses."""
    return {
        nanny.worker_address: nanny.pid for nanny in client.cluster.workers.values()
    }


def kill(client, address):
    """Kill the process of a worker."""
    os.kill(pids_of(client)[address], signal.SIGKILL)


@pytest.fixture
def calls(monkeypatch):
    """Write down which worker each call went to."""
    seen, right = [], Crew._send

    def send(self, round, errand, call):
        seen.append(errand.member.address)
        right(self, round, errand, call)

    monkeypatch.setattr(Crew, "_send", send)
    return seen
