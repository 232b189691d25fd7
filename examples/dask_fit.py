"""Fit one network with the workers of a Dask cluster, and lose one of them.

Each batch is cut into shards, which the workers share out: here two processes on this
machine, or, with the address of a scheduler, whatever machines it has. The network is
the one that a fit without a cluster gives, to the bit, also when a worker is killed in
the middle.

Run it with ``python examples/dask_fit.py``, or with
``python examples/dask_fit.py tcp://scheduler:8786``. It needs
``pip install 'skrnn[dask]'``.
"""

import logging
import os
import signal
import sys
import tempfile
import threading

import dask
import dask.array as da
import numpy as np
from distributed import Client, LocalCluster

import skrnn
from skrnn.dask import LSTMClassifier
from skrnn.datasets import make_sign_of_sum


def fit_on(client, X, y):
    """Fit with the workers of a client, and predict a Dask array with them."""
    model = LSTMClassifier(
        hidden_size=128, batch_size=512, max_iter=6, client=client, random_state=0
    ).fit(X, y)
    blocks = da.from_array(X, chunks=(512, -1, -1))
    proba = model.predict_proba(blocks)
    print(f"probabilities, not yet computed: {proba.shape} in blocks {proba.chunks[0]}")
    print(f"accuracy: {((proba[:, 1] > 0.5) == y).mean().compute():.3f}")
    return model


def main(address=None):
    X, y = make_sign_of_sum(n_samples=1024, n_steps=20, random_state=0)
    if address is not None:
        with Client(address) as client:
            model = fit_on(client, X, y)
    else:
        with (
            tempfile.TemporaryDirectory() as folder,
            dask.config.set({"temporary-directory": folder}),
            LocalCluster(
                n_workers=2,
                threads_per_worker=1,
                dashboard_address=":0",
                silence_logs=logging.CRITICAL,
            ) as cluster,
            Client(cluster) as client,
        ):
            victim = cluster.workers[0].pid
            killer = threading.Timer(1.0, os.kill, (victim, signal.SIGKILL))
            killer.start()
            model = fit_on(client, X, y)
            killer.join()
    local = model.to_local()  # to be saved, or used where there is no Dask
    alone = skrnn.LSTMClassifier(**local.get_params()).fit(X, y)
    same = np.array_equal(local.weights_, alone.weights_)
    print(f"the same weights without a cluster: {same}")


if __name__ == "__main__":
    main(*sys.argv[1:])
