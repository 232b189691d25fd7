"""Fits under every number of workers and of threads of the BLAS; prints JSON.

A process of its own runs it, since the number of threads that a BLAS may have is read
when it is loaded.
"""

import hashlib
import json
import sys
import threading
import warnings

import numpy as np
from sklearn.base import is_classifier
from threadpoolctl import threadpool_info, threadpool_limits

from skrnn import GRUClassifier, GRURegressor, LSTMClassifier, RNNClassifier

RNG = np.random.default_rng(0)
N = 230
BLOCK = RNG.normal(size=(N, 2, 8))
LABELS = np.arange(N) % 3

#: Batches of several shards, of one, and one that is read whole. Products of matrices
#: are large enough for OpenBLAS to use two threads.
CASES = {
    "lstm in shards": (LSTMClassifier, np.float32, {"batch_size": 230}),
    "gru of two layers": (GRUClassifier, np.float64, {"n_layers": 2}),
    "lbfgs": (RNNClassifier, np.float64, {"solver": "lbfgs", "bidirectional": True}),
    "early stopping": (GRURegressor, np.float64, {"early_stopping": True}),
    "ragged": (GRUClassifier, np.float64, {"batch_size": 115}),
}
#: Numbers of workers, and of threads of the BLAS; the first is what others must give.
WAYS = [(1, 1), (1, 2), (2, 2), (3, 2)]


def digests(case, n_jobs, n_threads):
    """Fit and predict with so many workers and threads; say what came, in short."""
    kind, dtype, more = CASES[case]
    X = BLOCK.astype(dtype)
    if case == "ragged":
        X = [x[: 1 + i % 2] for i, x in enumerate(X)]
    parameters = {"batch_size": 230, "max_iter": 1, "random_state": 0, **more}
    model = kind(160, n_jobs=n_jobs, **parameters)
    with threadpool_limits(n_threads, user_api="blas"):
        model.fit(X, LABELS)
        say = model.predict_proba if is_classifier(model) else model.predict
        answers, pooled, some = say(X), model.pooled_states(X), say(X[:70])
    return {
        name: hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()[:12]
        for name, values in [
            ("weights_", model.weights_),
            ("loss_curve_", np.array(model.loss_curve_)),
            ("predictions", answers),
            ("predictions of some", some),
            ("pooled_states", pooled),
        ]
    }


def blas_threads():
    """Say how many threads each BLAS of this process may have."""
    return [
        one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"
    ]


class Conductor:
    """Stands in for stdout, and lets fits that are `verbose` wait for each other."""

    def __init__(self):
        self.first_begun = threading.Event()
        self.second_begun = threading.Event()
        self.first_done = threading.Event()

    def write(self, text):
        """Wait, in an epoch, until the other fit is where it should be."""
        if "epoch" not in text:
            return
        if threading.current_thread().name == "first":
            self.first_begun.set()
            self.second_begun.wait(60)
        else:
            self.second_begun.set()
            self.first_done.wait(60)

    def flush(self):
        """Do nothing: there is nothing to flush."""


def overlap(fails):
    """Let two fits with two workers overlap, the first ending first; or failing."""
    conductor, before = Conductor(), blas_threads()
    X, y = BLOCK, LABELS
    common = {"batch_size": 230, "verbose": True, "max_iter": 1, "random_state": 0}

    def first():
        model = LSTMClassifier(160, n_jobs=2, **common)
        try:
            if fails:
                with warnings.catch_warnings():
                    warnings.simplefilter("error")
                    model.set_params(learning_rate="constant").fit(X, y)
            else:
                model.fit(X, y)
        except Warning:
            assert fails
        conductor.first_done.set()

    def second():
        conductor.first_begun.wait(60)
        LSTMClassifier(160, n_jobs=2, **common).fit(X, y)

    fits = [
        threading.Thread(target=target, name=target.__name__)
        for target in (first, second)
    ]
    sys.stdout, stdout = conductor, sys.stdout
    try:
        for fit in fits:
            fit.start()
        for fit in fits:
            fit.join()
    finally:
        sys.stdout = stdout
    met = conductor.second_begun.is_set() and conductor.first_done.is_set()
    return {"before": before, "after": blas_threads(), "met": met}


def main():
    """Run all cases."""
    warnings.simplefilter("ignore")
    found = {"threads": blas_threads()}
    for case in CASES:
        for n_jobs, n_threads in WAYS:
            key = f"{case}/{n_jobs}/{n_threads}"
            found[key] = digests(case, n_jobs, n_threads)
    found["overlap"], found["failure"] = overlap(fails=False), overlap(fails=True)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
