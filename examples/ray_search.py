"""
A halving search on Ray
=======================

A halving search gives many candidates few sequences, and only the best of them more.
Ray can do the fits on the machines of a cluster, at the same time.

Which network recognizes handwritten digits best that are read row by row? The images
are those of :func:`~sklearn.datasets.load_digits`: eight rows are eight time steps, of
eight pixels each. Two worker processes on this machine do the work. The scores are
those of a search without Ray, in every bit. See :ref:`guide_cluster_searches`
(``pip install 'skrnn[ray]'``).
"""

import os
import tempfile

# Read when Ray is imported: send no reports on how it is used.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

import joblib
import matplotlib.pyplot as plt
import numpy as np
import ray
from ray.util.joblib import register_ray
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import HalvingGridSearchCV

from skrnn import LSTMClassifier

# %%
# The search
# ----------
# Six candidates begin with 120 images. Half of them go on with 240, and so on.

digits = load_digits()
X, y = digits.images, digits.target
search = HalvingGridSearchCV(
    LSTMClassifier(max_iter=15, random_state=0),
    {"hidden_size": [4, 12, 36], "pooling": ["last", "concat"]},
    cv=2,
    factor=2,
    min_resources=120,
    max_resources=480,
    random_state=0,
)

# %%
# Search with Ray
# ---------------
# On a cluster ``ray.init("auto")`` is enough. Here we start two workers. The paths of
# Ray's sockets must be short, so its folder lies directly in ``/tmp``.

with tempfile.TemporaryDirectory(prefix="ray-", dir="/tmp") as folder:
    ray.init(
        num_cpus=2,
        include_dashboard=False,
        object_store_memory=80 * 2**20,
        _temp_dir=folder,
        log_to_driver=False,
        logging_level="ERROR",
    )
    register_ray()
    n_jobs = int(ray.cluster_resources()["CPU"])
    with joblib.parallel_config(backend="ray", n_jobs=n_jobs):
        search.fit(X, y)
    ray.shutdown()

# %%
# The same scores
# ---------------

results = search.cv_results_
alone = clone(search).fit(X, y).cv_results_["mean_test_score"]
print(f"{n_jobs} cores, best candidate: {search.best_params_}")
same = np.array_equal(results["mean_test_score"], alone)
print(f"the same scores without Ray: {same}")

# %%
# The race of the candidates
# --------------------------
# A candidate that is among the better half goes on, to the right. The others end.

fig, ax = plt.subplots(figsize=(7, 4.5), layout="constrained")
candidates = [str(params) for params in results["params"]]
for number, candidate in enumerate(dict.fromkeys(candidates)):
    rounds = np.flatnonzero([name == candidate for name in candidates])
    params = results["params"][rounds[0]]
    style = "-o" if params["pooling"] == "last" else "--s"
    ax.plot(
        results["n_resources"][rounds],
        results["mean_test_score"][rounds],
        style,
        color=["C1", "C0", "C3"][number // 2],
        label=f"{params['hidden_size']} units, pooling {params['pooling']}",
    )
ax.set(xlabel="number of images", ylabel="accuracy (cross-validation)")
ax.set_xticks(np.unique(results["n_resources"]))
ax.set_title("Each round keeps the better half, with twice the images")
ax.legend(loc="lower right")
plt.show()

# %%
# Try it yourself
# ---------------
# Set ``factor=3``: only the best third goes on, with three times the images. There are
# fewer fits, and a candidate that learns slowly is dropped earlier.
