"""What it costs to start: the import, and the first prediction of a loaded model.

The import is held against that of the parts of scikit-learn, SciPy and joblib that this
library needs itself, each in a fresh interpreter, in turn. The prediction is that of a
plain LSTM (`PLAIN` in `recipe.py`) of 32 units for one sequence of 100 steps, right
after the model was loaded.

    OPENBLAS_NUM_THREADS=1 python tests/benchmarks/start_up.py
"""

import pickle
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

import skrnn
from skrnn import LSTMClassifier
from tests.benchmarks.recipe import PLAIN

N_ROUNDS = 15
ROOT = Path(skrnn.__file__).parent
NEEDED = re.compile(r"^(?:from|import) (?:sklearn|scipy|joblib|threadpoolctl|numpy).*")

FIRST_PREDICTION = """
import pickle, sys
from time import perf_counter
import numpy as np
import skrnn
X = np.random.default_rng(0).normal(size=(1, 100, 8)).astype(np.float32)
with open(sys.argv[1], "rb") as file:
    start = perf_counter()
    model = pickle.load(file)
    loaded = perf_counter()
    model.predict_proba(X)
print(loaded - start, perf_counter() - loaded)
"""


def what_it_needs():
    """Give the import statements of the package that are not of its own modules."""
    lines = set()
    for path in ROOT.rglob("*.py"):
        text = path.read_text(encoding="utf-8").replace("(\n", "(")
        text = re.sub(r"\(([^)]*)\)", lambda m: m[1].replace("\n", " "), text)
        lines.update(line for line in text.splitlines() if NEEDED.match(line))
    return "\n".join(sorted(line.rstrip(" ,") for line in lines))


def seconds(code):
    start = perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT.parent)
    return perf_counter() - start


def first_prediction(path):
    run = [sys.executable, "-c", FIRST_PREDICTION, path]
    printed = subprocess.run(
        run, check=True, cwd=ROOT.parent, capture_output=True, text=True
    )
    return [float(number) for number in printed.stdout.split()]


def main():
    needs = what_it_needs()
    for code in (needs, "import skrnn"):
        seconds(code)
    rounds = [(seconds("import skrnn"), seconds(needs)) for _ in range(N_ROUNDS)]
    ours, theirs = (statistics.median(column) for column in zip(*rounds, strict=True))
    ratio = statistics.median(a / b for a, b in rounds)
    print(f"import skrnn:                       {1e3 * ours:7.0f} ms")
    print(f"import of what it needs:            {1e3 * theirs:7.0f} ms")
    print(f"ratio, median of {N_ROUNDS}:                 {ratio:7.2f}")

    X = np.random.default_rng(0).normal(size=(64, 100, 8)).astype(np.float32)
    model = LSTMClassifier(max_iter=1, patch_size=1, **PLAIN)
    model.fit(X, np.arange(64) % 3)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.pickle"
        path.write_bytes(pickle.dumps(model))
        times = [first_prediction(path) for _ in range(N_ROUNDS)]
    load, predict = (statistics.median(column) for column in zip(*times, strict=True))
    print(f"load a model:                       {1e3 * load:9.1f} ms")
    print(f"first prediction, 1 x 100 steps:    {1e3 * predict:9.1f} ms")


if __name__ == "__main__":
    main()
