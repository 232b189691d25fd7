"""
One network, trained by a cluster that loses a worker
=====================================================

A large network can be trained by all machines of a Dask cluster together: each batch
is cut into shards, and the workers share them out. What happens when a machine fails in
the middle?

Here the cluster is two processes on this machine, and we kill one of them. The training
continues, and the network is exactly the one that a training without a cluster gives.
See :ref:`guide_dask_fit` (``pip install 'skrnn[dask]'``).
"""

import logging
import os
import signal
import tempfile
import threading
import time
from pathlib import Path

import dask.array as da
import matplotlib.pyplot as plt
import numpy as np
from distributed import Client, LocalCluster

import skrnn
from skrnn.callbacks import Checkpoint
from skrnn.dask import LSTMClassifier
from skrnn.datasets import make_sign_of_sum

X, y = make_sign_of_sum(n_samples=1024, n_steps=12, random_state=0)

# %%
# Start a cluster
# ---------------
# The workers are new processes that read this file, and must not run it: what starts
# them, and all that follows, is for the main process only. A notebook does not need
# this line. With a cluster of several machines, ``Client("tcp://scheduler:8786")``
# takes the place of these lines.

if __name__ == "__main__":
    temporary = tempfile.TemporaryDirectory()
    folder = Path(temporary.name)
    cluster = LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        dashboard_address=":0",
        local_directory=folder / "dask",
        silence_logs=logging.CRITICAL,
    )
    client = Client(cluster)

# %%
# Train, and kill a worker
# ------------------------
# A thread counts the workers. It kills one of them as soon as there is a checkpoint,
# which the training writes after its second epoch.

if __name__ == "__main__":
    history, killed, done = [], [], threading.Event()

    def watch():
        start = time.perf_counter()
        while not done.wait(0.02):
            now = time.perf_counter() - start
            history.append((now, len(cluster.scheduler.workers)))
            if not killed and list(folder.glob("*.npz")):
                os.kill(cluster.workers[0].pid, signal.SIGKILL)
                killed.append(now)

    watcher = threading.Thread(target=watch)
    watcher.start()
    model = LSTMClassifier(
        hidden_size=128, batch_size=512, max_iter=8, client=client, random_state=0
    )
    model.set_callbacks(Checkpoint(folder, every=2)).fit(X, y)
    done.set()
    watcher.join()

# %%
# Predict a Dask array
# --------------------
# For a Dask array the answer is a Dask array, which nobody has computed yet. The
# workers compute it block by block.

if __name__ == "__main__":
    blocks = da.from_array(X, chunks=(512, -1, -1))
    proba = model.predict_proba(blocks)
    print(f"not yet computed: {proba.shape} in blocks {proba.chunks[0]}")
    print(f"accuracy: {((proba[:, 1] > 0.5) == y).mean().compute():.3f}")
    client.close()
    cluster.close()
    temporary.cleanup()

# %%
# The same network
# ----------------
# ``to_local`` returns a plain estimator, which can be saved and used without Dask. Its
# weights are equal, in every bit, to those of a training in one process.

if __name__ == "__main__":
    local = model.to_local()
    alone = skrnn.LSTMClassifier(**local.get_params()).fit(X, y)
    same = np.array_equal(local.weights_, alone.weights_)
    print(f"the same weights without a cluster: {same}")

# %%
# The picture shows the workers while the network learns, and its loss beside that of
# the training in one process.

if __name__ == "__main__":
    seconds, n_workers = np.transpose(history)
    fig, (top, bottom) = plt.subplots(2, figsize=(7, 5.5), layout="constrained")
    top.step(seconds, n_workers, "C0", where="post")
    top.axvline(killed[0], color="C1", ls="--", label="one is killed")
    top.set(xlabel="time (s)", ylabel="number of workers", yticks=[0, 1, 2])
    top.set(ylim=(0, 2.3), title="One of two workers is killed while they train ...")
    top.legend(loc="lower right")
    epochs = np.arange(1, 9)
    bottom.plot(epochs, alone.loss_curve_, "0.75", lw=8, label="in one process")
    bottom.plot(epochs, local.loss_curve_, "C0o-", label="by the cluster")
    bottom.set(xlabel="epoch", ylabel="loss in training")
    bottom.set_title("... and the network learns exactly the same")
    bottom.legend()
    plt.show()

# %%
# Try it yourself
# ---------------
# Set ``n_workers=1``. For a while there is no worker at all: the training waits until
# Dask has started another one, and the weights are the same once more.
