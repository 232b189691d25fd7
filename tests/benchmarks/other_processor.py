"""How far results differ on another processor: training repeated, and a file loaded.

The same network is trained twice on this machine, the second time with the kernels of
an older processor in OpenBLAS and without AVX-512 in NumPy. Printed are the largest
differences of probabilities on the test part of the Japanese vowels.

    python -m tests.benchmarks.other_processor
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import joblib
import numpy as np

from skrnn import LSTMClassifier
from skrnn.datasets import load_japanese_vowels
from tests.benchmarks.environment import describe

#: An x86 processor of 2013, in the words of OpenBLAS and of NumPy.
OTHER = {
    "OPENBLAS_CORETYPE": "Haswell",
    "NPY_DISABLE_CPU_FEATURES": "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL "
    "AVX512_ICL X86_V4",
}
TYPES = ("float32", "float64")
MODEL = "model.joblib"


def train(folder, name):
    """Write probabilities of networks trained here, and of the one in the file."""
    X, y = load_japanese_vowels(subset="train", return_X_y=True)
    X_test = load_japanese_vowels(subset="test", return_X_y=True)[0]
    found = {}
    for dtype in TYPES:
        clf = LSTMClassifier(max_iter=60, dtype=dtype, random_state=0).fit(X, y)
        found[f"trained again, {dtype}"] = clf.predict_proba(X_test)
    path = Path(folder, MODEL)
    if not path.exists():
        joblib.dump(clf, path)
    found["loaded from a file"] = joblib.load(path).predict_proba(X_test)
    np.savez(Path(folder, name), **found)


def main():
    print(describe())
    with tempfile.TemporaryDirectory() as folder:
        for name, more in (("here", {}), ("there", OTHER)):
            command = [sys.executable, "-W", "ignore", "-m", __spec__.name]
            environment = {**os.environ, **more}
            subprocess.run([*command, folder, name], check=True, env=environment)
        here, there = (
            np.load(Path(folder, f"{name}.npz")) for name in ("here", "there")
        )
        for name in here.files:
            print(f"{name:24s}{np.abs(here[name] - there[name]).max():.1g}")


if __name__ == "__main__":
    train(*sys.argv[1:]) if len(sys.argv) > 1 else main()
