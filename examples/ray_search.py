"""Share out a halving search over the workers of Ray.

Which network adds two marked numbers of a sequence? A halving search gives many
candidates few sequences, and the best of them more. Each fit is a task for one of Ray's
workers: here two processes on this machine, or, with the address of a cluster, whatever
machines it has. The scores are those of a search without Ray, to the bit.

Run it with ``python examples/ray_search.py``, or with ``python examples/ray_search.py
auto`` on a machine of the cluster. It needs ``pip install 'skrnn[ray]'``.
"""

import os
import sys
import tempfile

# Read when Ray is imported: send no reports on how it is used.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

import joblib
import numpy as np
import ray
from ray.util.joblib import register_ray
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import HalvingGridSearchCV

from skrnn import LSTMRegressor
from skrnn.datasets import make_adding_problem


def make_search():
    return HalvingGridSearchCV(
        LSTMRegressor(max_iter=10, random_state=0),
        {"hidden_size": [8, 16], "pooling": ["last", "mean"]},
        cv=2,
        factor=2,
        min_resources=150,
        max_resources=300,
        random_state=0,
    )


def search_with_ray(X, y):
    register_ray()
    n_jobs = int(ray.cluster_resources()["CPU"])
    print(f"{n_jobs} cores")
    try:
        with joblib.parallel_config(backend="ray", n_jobs=n_jobs):
            return make_search().fit(X, y)
    finally:
        ray.shutdown()


def main(address=None):
    X, y = make_adding_problem(
        n_samples=300, n_steps=12, regression=True, random_state=0
    )
    quiet = {"log_to_driver": False, "logging_level": "ERROR"}
    if address is not None:
        ray.init(address, **quiet)
        search = search_with_ray(X, y)
    else:
        # The paths of its sockets must be short: a temporary folder may be too deep.
        with tempfile.TemporaryDirectory(prefix="ray-", dir="/tmp") as folder:
            ray.init(
                num_cpus=2,
                include_dashboard=False,
                object_store_memory=80 * 2**20,
                _temp_dir=folder,
                **quiet,
            )
            search = search_with_ray(X, y)
    results = search.cv_results_
    columns = ("iter", "n_resources", "mean_test_score", "params")
    print("round  sequences     R2  candidate")
    for row in zip(*(results[name] for name in columns), strict=True):
        print("{:5}  {:9}  {:5.2f}  {}".format(*row))
    alone = make_search().fit(X, y).cv_results_["mean_test_score"]
    same = np.array_equal(results["mean_test_score"], alone)
    print(f"the same scores without Ray: {same}")


if __name__ == "__main__":
    main(*sys.argv[1:])
