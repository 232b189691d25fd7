"""
A grid search on a Dask cluster
===============================

A grid search fits many networks, and a cluster can fit them at the same time. Which
network tells nine speakers apart best, by how they say two Japanese vowels?

scikit-learn does the search, joblib hands each fit to Dask, and two worker processes on
this machine do the work. The scores are those of a search without a cluster, in every
bit. See :ref:`guide_cluster_searches` (``pip install 'skrnn[dask]'``).
"""

import logging
import tempfile

import joblib
import matplotlib.pyplot as plt
import numpy as np
from distributed import Client, LocalCluster, get_task_stream
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from skrnn import GRUClassifier
from skrnn.datasets import load_japanese_vowels

# %%
# The search
# ----------
# Four candidates, each of which is fitted on three parts of the data.

X, y = load_japanese_vowels(subset="train", return_X_y=True)
X_test, y_test = load_japanese_vowels(subset="test", return_X_y=True)
search = GridSearchCV(
    GRUClassifier(max_iter=20, random_state=0),
    {"hidden_size": [8, 16], "pooling": ["last", "concat"]},
    cv=3,
    scoring="neg_log_loss",
)

# %%
# A client that survives the loss of a worker
# -------------------------------------------
# joblib leaves each array with one of the workers. If that one is lost, so is the
# search. This client leaves a copy with every worker, and a lost worker costs time and
# nothing else.


class Replicating(Client):
    def scatter(self, data, **options):
        return super().scatter(data, **{**options, "broadcast": True})


# %%
# Search on the cluster
# ---------------------
# The workers are new processes that read this file and must not run this part. A
# notebook does not need the first line. For a cluster of several machines, write
# ``Replicating("tcp://scheduler:8786")``. ``client.amm`` would remove what is there
# twice, so it is stopped. The task stream tells which worker did what, and when.

if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            dashboard_address=":0",
            local_directory=folder,
            silence_logs=logging.ERROR,
        ) as cluster,
        Replicating(cluster) as client,
    ):
        client.amm.stop()
        print(
            f"{sum(client.ncores().values())} cores in {len(cluster.workers)} workers"
        )
        with get_task_stream() as tasks, joblib.parallel_config(backend="dask"):
            search.fit(X, y)

    scores = search.cv_results_["mean_test_score"]
    for parameters, score in zip(search.cv_results_["params"], scores, strict=True):
        print(f"{score:8.3f}  {parameters}")
    alone = clone(search).fit(X, y).cv_results_["mean_test_score"]
    accuracy = np.mean(search.predict(X_test) == y_test)
    print(f"accuracy on the test set: {accuracy:.3f}")
    print(f"the same scores without a cluster: {np.array_equal(scores, alone)}")

# %%
# Who did what
# ------------
# Each box is a fit of one of the workers, which works on one fit at a time. The dots
# are the scores that came out.

if __name__ == "__main__":
    fig, (top, bottom) = plt.subplots(2, figsize=(7, 5.5), layout="constrained")
    workers = sorted({task["worker"] for task in tasks.data})
    spans = [
        (span["start"], span["stop"] - span["start"], workers.index(task["worker"]))
        for task in tasks.data
        if "fit_and_score" in str(task["key"])
        for span in task["startstops"]
        if span["action"] == "compute"
    ]
    begin = min(start for start, _, _ in spans)
    for start, duration, worker in spans:
        box = [(start - begin, duration)]
        top.broken_barh(box, (worker - 0.35, 0.7), fc=f"C{worker}", ec="white", lw=2)
    top.set(yticks=[0, 1], yticklabels=["worker 1", "worker 2"], xlabel="time (s)")
    top.set_title(f"{len(spans)} fits, shared out over two workers")
    tried = search.cv_results_["params"]
    names = [f"{params['hidden_size']} units, {params['pooling']}" for params in tried]
    bottom.plot(-scores, names, "C0o", ms=10, label="with the cluster")
    bottom.plot(-alone, names, "C1x", ms=12, mew=2, label="without")
    bottom.set(xlabel="log loss in cross-validation (lower is better)")
    bottom.set_title("The same scores with and without the cluster")
    bottom.margins(y=0.2)
    bottom.legend()
    plt.show()

# %%
# Try it yourself
# ---------------
# Add ``"bidirectional": [False, True]`` to the parameters: eight candidates, 24
# fits, and the boxes of both workers still end at about the same time.
