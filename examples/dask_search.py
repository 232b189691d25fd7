"""Share out a grid search over the workers of a Dask cluster.

Which network tells nine speakers apart by how they say two vowels? Each fit of the
search is a task for one of the workers: here two processes on this machine, or, with
the address of a scheduler, whatever machines it has. scikit-learn does the search and
joblib hands it to Dask. The scores are those of a search without a cluster, to the bit,
and a worker that is lost in the middle costs time and nothing else.

Run it with ``python examples/dask_search.py``, or with
``python examples/dask_search.py tcp://scheduler:8786``. It needs
``pip install 'skrnn[dask]'``.
"""

import logging
import sys
import tempfile

import dask
import joblib
import numpy as np
from distributed import Client, LocalCluster
from sklearn.model_selection import GridSearchCV

from skrnn import GRUClassifier
from skrnn.datasets import load_japanese_vowels


class Replicating(Client):
    """A client that leaves what joblib hands out with every worker.

    joblib leaves each array with one of them. If that one is lost, so is the search.
    """

    def scatter(self, data, **options):
        return super().scatter(data, **{**options, "broadcast": True})


def make_search():
    return GridSearchCV(
        GRUClassifier(max_iter=10, random_state=0),
        {"hidden_size": [8, 16], "pooling": ["last", "concat"]},
        cv=2,
        scoring="neg_log_loss",
    )


def search_on(cluster, X, y):
    """Search with the workers of a cluster, or of a scheduler at an address."""
    with Replicating(cluster) as client:
        client.amm.stop()  # it would take away what is there twice
        print(
            f"{sum(client.ncores().values())} cores in {len(client.ncores())} workers"
        )
        with joblib.parallel_config(backend="dask"):
            return make_search().fit(X, y)


def main(address=None):
    X, y = load_japanese_vowels(subset="train", return_X_y=True)
    X_test, y_test = load_japanese_vowels(subset="test", return_X_y=True)
    if address is not None:
        search = search_on(address, X, y)
    else:
        # A worker has one thread, and so has its BLAS: Dask sees to that.
        with (
            tempfile.TemporaryDirectory() as folder,
            dask.config.set({"temporary-directory": folder}),
            LocalCluster(
                n_workers=2,
                threads_per_worker=1,
                dashboard_address=":0",
                silence_logs=logging.ERROR,
            ) as cluster,
        ):
            search = search_on(cluster, X, y)
    scores = search.cv_results_["mean_test_score"]
    for parameters, score in zip(search.cv_results_["params"], scores, strict=True):
        print(f"{score:8.3f}  {parameters}")
    print(f"accuracy on the test set: {(search.predict(X_test) == y_test).mean():.3f}")
    alone = make_search().fit(X, y).cv_results_["mean_test_score"]
    print(f"the same scores without a cluster: {np.array_equal(scores, alone)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
