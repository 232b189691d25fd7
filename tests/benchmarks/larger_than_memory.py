"""Memory and time of learning from files that are larger than the memory it may take.

Random walks of 1000 steps of 16 float32 features, 64 KB each, are written to a
temporary folder: as a file of NumPy, a data set of HDF5, and one file a sequence. From
each of them an `LSTMClassifier` learns for an epoch and predicts, in a process of its
own that may have `--limit` MB beside what it had once all was imported and opened
(RLIMIT_DATA: what it allocates, not the pages of a file that is mapped). Peaks are
those of its anonymous memory (RssAnon, looked at every 20 ms) above that. All has just
been written, so that it comes from the page cache where there is room for it.

Times are relative to those of the same array in memory, which has no limit.

    OPENBLAS_NUM_THREADS=1 python tests/benchmarks/larger_than_memory.py --gigabytes 4
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import warnings
from pathlib import Path
from time import perf_counter, sleep

import numpy as np
from sklearn.exceptions import ConvergenceWarning

sys.path.insert(0, str(Path(__file__).parents[2]))

from skrnn import LSTMClassifier

N_STEPS, N_FEATURES = 1000, 16
EACH = N_STEPS * N_FEATURES * 4
#: So many sequences are drawn at a time.
PORTION = 256


class Files:
    """A collection that opens a file for each sequence."""

    def __init__(self, folder, n):
        self.folder, self.n = folder, n

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        values = np.fromfile(self.folder / f"{i}.f4", np.float32)
        return values.reshape(N_STEPS, N_FEATURES)


def drawn(n):
    """Give where each portion of the sequences begins, and the portion."""
    rng = np.random.default_rng(0)
    for first in range(0, n, PORTION):
        shape = min(PORTION, n - first), N_STEPS, N_FEATURES
        yield first, rng.standard_normal(shape, "float32").cumsum(axis=1)


def write_npy(folder, n):
    path, shape = folder / "X.npy", (n, N_STEPS, N_FEATURES)
    X = np.lib.format.open_memmap(path, "w+", "float32", shape)
    for first, portion in drawn(n):
        X[first : first + len(portion)] = portion
    X.flush()


def write_hdf5(folder, n, chunks=None):
    import h5py

    with h5py.File(folder / "X.h5", "w") as file:
        shape = n, N_STEPS, N_FEATURES
        X = file.create_dataset("X", shape, "float32", chunks=chunks)
        for first, portion in drawn(n):
            X[first : first + len(portion)] = portion


def write_chunks(folder, n):
    write_hdf5(folder, n, (8, N_STEPS, N_FEATURES))


def write_files(folder, n):
    for first, portion in drawn(n):
        for k, x in enumerate(portion, first):
            x.tofile(folder / f"{k}.f4")


def open_hdf5(folder, n):
    import h5py

    return h5py.File(folder / "X.h5")["X"]


#: How each is written and opened.
KINDS = {
    "memory": (write_npy, lambda folder, n: np.load(folder / "X.npy")),
    "memory map": (
        write_npy,
        lambda folder, n: np.load(folder / "X.npy", mmap_mode="r"),
    ),
    "HDF5": (write_hdf5, open_hdf5),
    "HDF5 in chunks of 8": (write_chunks, open_hdf5),
    "a file each": (write_files, Files),
}


def status(name):
    """Give a number of bytes that the kernel knows about this process."""
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) << 10 for line in lines if name in line)


class Watch:
    """Looks at the anonymous memory of this process until it is closed."""

    def __init__(self):
        self.start = self.peak = status("RssAnon")
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.look)
        self.thread.start()

    def look(self):
        while not self.over.is_set():
            self.peak = max(self.peak, status("RssAnon"))
            sleep(0.02)

    def close(self):
        self.over.set()
        self.thread.join()
        return (self.peak - self.start) / 1e6


def child(kind, folder, n, limit):
    """Print what learning and predicting took."""
    warnings.simplefilter("ignore", ConvergenceWarning)
    make = LSTMClassifier(max_iter=1, random_state=0).set_params
    few = np.random.default_rng(0).normal(size=(64, 10, 2)).astype("f")
    make().fit(few, np.arange(64) % 2)  # what is imported and allocated once
    X, y = KINDS[kind][1](folder, n), np.arange(n) % 2
    if limit and kind != "memory":
        most = status("VmData") + limit * 10**6
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    watch, found = Watch(), {}
    model = make()
    for call in (lambda: model.fit(X, y), lambda: model.predict(X)):
        start = perf_counter()
        call()
        found["predict" if found else "fit"] = perf_counter() - start
    found |= {"peak": watch.close(), "weights": float(model.weights_.sum())}
    print(json.dumps(found))


def run(kind, n, limit):
    """Write the data, and learn from them in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        KINDS[kind][0](Path(folder), n)
        command = [sys.executable, __file__, "--child", kind, folder]
        command += ["--n", str(n), "--limit", str(limit)]
        ran = subprocess.run(command, capture_output=True, text=True, env=os.environ)
    if ran.returncode:
        raise SystemExit(f"{kind}: {ran.stderr}")
    return json.loads(ran.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--gigabytes", type=float, default=0.25)
    parser.add_argument("--limit", type=int, default=300, help="MB; 0 for none")
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=KINDS)
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--n", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        kind, folder = asked.child
        child(kind, Path(folder), asked.n, asked.limit)
        return
    n = int(asked.gigabytes * 1e9 / EACH)
    print(f"{n} sequences, {n * EACH / 1e9:.2f} GB")
    print(f"{'':20}    fit          predict        beyond the start")
    base = None
    for kind in asked.kinds:
        found = run(kind, n, asked.limit)
        base = base or found
        assert found["weights"] == base["weights"]
        times = (f"{found[k]:7.1f} s {found[k] / base[k]:5.2f}" for k in FOUND)
        print(f"{kind:20}", *times, f"{found['peak']:9.0f} MB", flush=True)


FOUND = ("fit", "predict")

if __name__ == "__main__":
    main()
