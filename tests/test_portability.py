"""skrnn works without what Linux has, and other systems have not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import skrnn
from skrnn import LSTMClassifier
from skrnn.callbacks import Checkpoint
from tests.platforms import SYSTEMS, missing

#: Takes away what Windows has not, once other libraries are loaded; then uses skrnn.
#: Files that are open are not replaced, as on Windows.
PROGRAM = r"""
import os, pickle, pkgutil, signal, sys, types, warnings
from importlib import import_module
from pathlib import Path

import dask.array, distributed, joblib, matplotlib.pyplot, narwhals, onnx, pandas
import scipy.optimize, sklearn.model_selection, sklearn.pipeline, threadpoolctl

# Not uname: ctypes asks for it where it believes itself on Linux.
FUNCTIONS = (
    "chown fchmod fchown fork forkpty getegid geteuid getgid getloadavg getpgid getuid "
    "kill killpg lchown mkfifo nice openpty posix_fadvise posix_fallocate posix_spawn "
    "pread pwrite readv register_at_fork sched_getaffinity sched_setaffinity sendfile "
    "setsid statvfs sync sysconf wait3 wait4 writev "
    "O_CLOEXEC O_DIRECTORY O_NOFOLLOW O_NONBLOCK O_SYNC"
)
for name in FUNCTIONS.split():
    if hasattr(os, name):
        delattr(os, name)
SIGNALS = (
    "SIGALRM SIGHUP SIGKILL SIGUSR1 SIGXFSZ alarm pthread_sigmask setitimer sigwait"
)
for name in SIGNALS.split():
    if hasattr(signal, name):
        delattr(signal, name)
MODULES = "crypt fcntl grp posix pty pwd readline resource syslog termios tty"
for name in MODULES.split():
    sys.modules[name] = None

warnings.filterwarnings("error", category=EncodingWarning, module=r"skrnn\b")
import skrnn

for module in pkgutil.walk_packages(skrnn.__path__, "skrnn."):
    import_module(module.name)


class Windows(types.ModuleType):
    name, sep, altsep = "nt", "\\", "/"

    def __getattr__(self, name):
        return getattr(os, name)

    def open(self, path, *args):
        if Path(path).is_dir():
            raise PermissionError(13, "Permission denied", str(path))
        return os.open(path, *args)

    def replace(self, source, target):
        here = Path("/proc/self/fd")
        handles = list(here.iterdir()) if here.is_dir() else []
        opened = {os.path.realpath(handle) for handle in handles}
        for path in (source, target):
            if os.path.realpath(path) in opened:
                raise PermissionError(13, "Permission denied", str(path))
        self.replaced.append(os.path.basename(target))
        os.replace(source, target)


windows = Windows("os")
windows.replaced = []
import skrnn.callbacks.checkpoint, skrnn.utils.files
skrnn.callbacks.checkpoint.os = skrnn.utils.files.os = windows

import numpy as np
from skrnn import GRURegressor, LSTMClassifier
from skrnn.callbacks import Checkpoint
from skrnn.datasets import load_japanese_vowels, load_words
from skrnn.interop import export_onnx
from skrnn.streaming import Stream

X, y = load_japanese_vowels(subset="train", return_X_y=True)
X, y = X[::9], y[::9]
model = LSTMClassifier(4, max_iter=3, random_state=0, n_jobs=2).set_callbacks(
    Checkpoint("fit.npz", every=1), Checkpoint("folder/", every=1)
)
weights = model.fit(X, y).weights_
assert np.array_equal(model.fit(X, y, resume_from="fit.npz").weights_, weights)
export_onnx(model, "model.onnx")
export_onnx(model, "model.onnx")
assert os.path.getsize("model.onnx") > 1000
copy = pickle.loads(pickle.dumps(model))
assert np.array_equal(copy.predict_proba(X), model.predict_proba(X))
joblib.dump(model, "model.joblib")
joblib.load("model.joblib").predict(X)
block = np.random.default_rng(0).normal(size=(30, 5, 2))
regressor = GRURegressor(4, max_iter=3, random_state=0, solver="lbfgs", own_scale=False)
regressor.fit(block, block.sum((1, 2)))
Stream(regressor, n_streams=30).run(block)
assert len(load_words().data) == 1920
print(sorted(set(windows.replaced)), len(os.listdir("folder")))
"""


def test_skrnn_works_without_what_windows_has_not(tmp_path):
    (tmp_path / "folder").mkdir()
    done = subprocess.run(
        [sys.executable, "-X", "warn_default_encoding", "-c", PROGRAM],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=tmp_path,
        env=os.environ
        | {"PYTHONPATH": str(Path(skrnn.__file__).parents[1]), "MPLBACKEND": "agg"},
    )
    assert done.returncode == 0, done.stderr
    names, _, n_in_folder = done.stdout.rpartition(" ")
    assert "'fit.npz'" in names
    assert "'model.onnx'" in names
    assert n_in_folder.strip() == "1"


def test_both_separators_of_windows_end_a_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "sep", "\\")
    monkeypatch.setattr(os, "altsep", "/")
    model = LSTMClassifier(2, max_iter=1, random_state=0)
    model.set_callbacks(Checkpoint(f"{tmp_path}/missing/"))
    with pytest.raises(FileNotFoundError, match=r"needs the folder .*missing'"):
        model.fit([[[0.0]], [[1.0]]], [0, 1])


def test_nothing_is_skipped_on_linux():
    assert missing({"parametrize", *SYSTEMS}, "linux") is None


@pytest.mark.parametrize(
    ("system", "lacks"), [("win32", {"linux", "posix"}), ("darwin", {"linux"})]
)
def test_what_other_systems_lack(system, lacks, monkeypatch):
    monkeypatch.setattr("tests.platforms.has_blas_threads", lambda: True)
    found = {mark for mark in SYSTEMS if missing({mark}, system)}
    assert found == lacks
    assert missing({"linux"}, system) == f"needs linux, and this is {system}"


def test_accelerate_has_threads_of_its_own(monkeypatch):
    monkeypatch.setattr("tests.platforms.has_blas_threads", lambda: False)
    assert missing({"blas_threads"}, "darwin") == (
        "needs blas_threads, and this is darwin"
    )
    assert missing({"blas_threads"}, "linux") is None
