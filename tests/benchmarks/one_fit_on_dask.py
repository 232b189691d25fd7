"""One fit on a Dask cluster: round trips, times of an update, a model, averaging.

Run it with ``python tests/benchmarks/one_fit_on_dask.py``, on a quiet machine, with
``OPENBLAS_NUM_THREADS=1``. Parts of it: ``trips``, ``updates``, ``averaging``. The
workers are processes of this machine. What is printed for more of them is a model,
with the measured time to compute and the data that travel.
"""

import contextlib
import sys
import time
import warnings
from unittest import mock

import dask
import numpy as np
from distributed import Client, LocalCluster
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import skrnn
import skrnn.dask
from skrnn.dask.base import ClusterMixin
from skrnn.dask.crew import Crew
from skrnn.datasets import load_japanese_vowels, make_sign_of_sum
from skrnn.training import MinibatchSolver

#: Units, sequences in a batch, steps: all with 8 features.
NETWORKS = [(128, 512, 50), (64, 1024, 50), (32, 1024, 50), (256, 512, 50)]
N_FEATURES, N_UPDATES, N_PAIRS = 8, 10, 5
#: Bytes in a second of usual networks, beside what is measured here.
NETWORK_SPEEDS = {"1 Gbit/s": 1.25e8, "10 Gbit/s": 1.25e9}


class Echo:
    """The task of returning what all jobs have in common."""

    def __call__(self, common, job, tapes):
        return common


def median_time(call, n=100):
    times = []
    for _ in range(n):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return np.median(times)


#: As docs/guide/dask_fit.md advises: without it a worker gives its memory
#: back to the system after each array. With ``trimmed`` as last argument it does.
KEEP = {
    f"distributed.nanny.pre-spawn-environ.MALLOC_{which}_THRESHOLD_": 2**28
    for which in ("MMAP", "TRIM")
}
if sys.argv[-1] == "trimmed":
    KEEP = {}
    sys.argv.pop()


@contextlib.contextmanager
def cluster(n_workers):
    with (
        dask.config.set(KEEP),
        LocalCluster(
            n_workers=n_workers, threads_per_worker=1, dashboard_address=":0"
        ) as local,
        Client(local) as client,
    ):
        yield client


def measure_trips():
    """Measure calls by size; return seconds of a trip, and of a byte there and back."""
    sizes, times = [10, 20_000, 200_000], []
    with cluster(1) as client, Crew(client, "benchmark") as crew:
        task, same = Echo(), client.submit(len, "warm up").result()
        for size in sizes:
            array = np.ones(size, np.float32)

            def call(array=array):
                crew.run(task, array, [None], lambda job: job)

            call()
            times.append(median_time(call))
        submitted = median_time(
            lambda: client.submit(len, [same], pure=False).result(), 30
        )
    for size, took in zip(sizes, times, strict=True):
        print(f"call of an actor with {4 * size:7} bytes: {took * 1e3:6.2f} ms")
    print(f"a task by submit and result:           {submitted * 1e3:6.2f} ms")
    per_byte = max(times[-1] - times[0], 0.0) / (2 * 4 * sizes[-1])
    return times[0], per_byte


def time_of_update(model, X, y):
    """Return the median time of an update."""
    times, right = [], MinibatchSolver._run_batch

    def timed(self, state, shards, *where):
        start = time.perf_counter()
        value = right(self, state, shards, *where)
        times.append(time.perf_counter() - start)
        return value

    with mock.patch.object(MinibatchSolver, "_run_batch", timed):
        model.fit(X, y)
    return np.median(times[2:])


def measure_updates(trip, per_byte):
    for units, batch_size, n_steps in NETWORKS:
        X, y = problem(batch_size, n_steps)
        settings = {"batch_size": batch_size, "max_iter": N_UPDATES, "patch_size": 1}
        plain = skrnn.LSTMClassifier(units, random_state=0, **settings)
        remote = skrnn.dask.LSTMClassifier(units, random_state=0, **settings)
        times = {name: [] for name in ("n_jobs=1", "n_jobs=2", 1, 2)}
        with cluster(1) as one, cluster(2) as two:
            for _ in range(N_PAIRS):
                for n in (1, 2):
                    took = time_of_update(plain.set_params(n_jobs=n), X, y)
                    times[f"n_jobs={n}"].append(took)
                for n, client in ((1, one), (2, two)):
                    took = time_of_update(remote.set_params(client=client), X, y)
                    times[n].append(took)
        report(units, batch_size, plain, X, times, trip, per_byte)


def problem(batch_size, n_steps):
    rng = np.random.default_rng(0)
    # One batch is an epoch: no other work of an epoch is in between.
    X = rng.normal(size=(batch_size, n_steps, N_FEATURES)).astype(np.float32)
    return X, (X[:, :, 0].sum(axis=1) > 0).astype(int)


def report(units, batch_size, plain, X, times, trip, per_byte):
    medians = {name: np.median(took) for name, took in times.items()}
    gains = np.array(times[1]) / np.array(times[2])
    alone = np.array(times["n_jobs=1"]) / np.array(times[2])
    n_shards = max(1, batch_size // max(1, 16384 // units))
    print(f"\nLSTM of {units} units, {batch_size} sequences, {n_shards} shard(s)")
    for name, took in medians.items():
        what = name if isinstance(name, str) else f"{name} worker(s)"
        print(f"  {what:12} {took * 1e3:7.1f} ms")
    print(
        f"  2 workers for 1: {np.median(gains):.2f} times, "
        f"from {gains.min():.2f} to {gains.max():.2f}; "
        f"2 workers for none: {np.median(alone):.2f} times"
    )
    n_weights = plain.weights_.nbytes
    for network, seconds in {
        "this machine": per_byte,
        **{name: 1 / speed for name, speed in NETWORK_SPEEDS.items()},
    }.items():

        def model(n_workers, seconds=seconds):
            busy = min(n_workers, n_shards)
            rounds = -(-n_shards // n_workers) / n_shards
            n_bytes = busy * n_weights + n_shards * n_weights + X.nbytes
            return medians["n_jobs=1"] * rounds + trip + n_bytes * seconds

        line = ", ".join(
            f"{n}: {model(n) * 1e3:.1f} ms ({medians['n_jobs=1'] / model(n):.1f}x)"
            for n in (1, 2, 4, 8, 16)
        )
        print(f"  model, {network:12} {line}")


def averaged(kind, average_every, **settings):
    """Make an estimator that averages in this process: the numbers of any cluster."""

    class Here(kind):
        def _workers_for(self, run):
            return super(ClusterMixin, self)._workers_for(run)

        def _client(self):
            return contextlib.nullcontext()

    Here._client = lambda self: mock.Mock(as_current=contextlib.nullcontext)
    return Here(average_every=average_every, **settings)


def sets():
    vowels = load_japanese_vowels(subset="train", return_X_y=True)
    digits = load_digits(return_X_y=True)
    sums = make_sign_of_sum(n_samples=2000, n_steps=20, random_state=0)
    rng = np.random.default_rng(0)
    walks = rng.normal(size=(4000, 30, 2)).cumsum(axis=1)
    signs = (np.abs(walks).max(axis=1).argmax(axis=1)) + 2 * (walks[:, -1, 0] > 0)
    yield "Japanese vowels", *vowels
    yield "digits, a row a step", digits[0].reshape(-1, 8, 8), digits[1]
    yield "sign of the sum", *sums
    yield "random walks", walks, signs


def measure_averaging():
    steps = [None, 1, 4, 16]
    head = "".join(f"{'none' if k is None else k:>9}" for k in steps)
    print(
        f"\naccuracy on a third held out, mean of 5 seeds\n{'average_every':24}{head}"
    )
    for name, X, y in sets():
        X = X if isinstance(X, list) else np.asarray(X, np.float32)
        rows = np.arange(len(y))
        scores = {k: [] for k in steps}
        for seed in range(5):
            split = train_test_split(
                rows, test_size=1 / 3, stratify=y, random_state=seed
            )
            train, test = (
                ([X[i] for i in part] if isinstance(X, list) else X[part], y[part])
                for part in split
            )
            for k in steps:
                model = averaged(skrnn.dask.GRUClassifier, k, random_state=seed)
                scores[k].append(model.fit(*train).to_local().score(*test))
        line = "".join(f"{100 * np.mean(scores[k]):9.1f}" for k in steps)
        print(f"{name:24}{line}")


def main(*parts):
    warnings.simplefilter("ignore")
    trip = per_byte = 0.0
    if not parts or {"trips", "updates"} & set(parts):
        trip, per_byte = measure_trips()
    if not parts or "updates" in parts:
        measure_updates(trip, per_byte)
    if not parts or "averaging" in parts:
        measure_averaging()


if __name__ == "__main__":
    main(*sys.argv[1:])
