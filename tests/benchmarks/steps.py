"""Labels of every step: step classifiers beside gradient boosting on windows.

    python -m tests.benchmarks.steps [--sets speakers ...] [--seeds 3]

A row for boosting has the features of the last ten steps side by side, or of ten steps
around: five before and four after. All models have their defaults. Printed are medians
over seeds, of accuracy over all steps of the test recordings, edit score, F1@50 and
seconds to fit. Two sets are read from wheels: see `public_sets`.
"""

import argparse
import time
from statistics import median

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import accuracy_score

from skrnn import GRUStepClassifier, LSTMStepClassifier
from skrnn.metrics import flatten_steps, segment_edit_score, segment_f1_score
from tests.benchmarks.environment import describe
from tests.benchmarks.step_sets import SETS

WIDTH = 10


class BoostingOnWindows:
    """Gradient boosting on the steps of a window around each, or before it."""

    def __init__(self, n_after, random_state):
        self.n_after = n_after
        self.model = HistGradientBoostingClassifier(random_state=random_state)

    def fit(self, X, y):
        self.model.fit(self._windows(X), np.concatenate(y))
        return self

    def predict(self, X):
        ends = np.cumsum([len(x) for x in X])[:-1]
        return np.split(self.model.predict(self._windows(X)), ends)

    def _windows(self, X):
        rows, before = [], WIDTH - 1 - self.n_after
        for x in X:
            sides = ((before, self.n_after), (0, 0))
            padded = np.pad(np.asarray(x, float), sides, constant_values=np.nan)
            rows += [padded[t : t + WIDTH].ravel() for t in range(len(x))]
        return np.array(rows)


MODELS = {
    "boosting, last steps": lambda seed: BoostingOnWindows(0, seed),
    "boosting, steps around": lambda seed: BoostingOnWindows(4, seed),
    "LSTM": lambda seed: LSTMStepClassifier(random_state=seed),
    "GRU": lambda seed: GRUStepClassifier(random_state=seed),
    "LSTM, both directions": lambda seed: LSTMStepClassifier(
        bidirectional=True, random_state=seed
    ),
}


def measure(make, seed, data):
    """Return accuracy, edit score, F1@50 and seconds of one fit."""
    X, y, X_test, y_test = data
    begin = time.perf_counter()
    model = make(seed).fit(X, y)
    seconds = time.perf_counter() - begin
    predicted = list(model.predict(X_test))
    return (
        accuracy_score(*flatten_steps(y_test, predicted)),
        segment_edit_score(y_test, predicted),
        segment_f1_score(y_test, predicted, threshold=0.5),
        seconds,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    print(describe())
    print("| set | model | accuracy | edit score | F1@50 | seconds |")
    print("|---|---|---|---|---|---|")
    for name in options.sets:
        data = [list(part) for part in SETS[name]()]
        for model, make in MODELS.items():
            found = [measure(make, seed, data) for seed in range(options.seeds)]
            accuracy, edit, f1, seconds = map(median, zip(*found, strict=True))
            print(
                f"| {name} | {model} | {accuracy:.3f} | {edit:.3f} | {f1:.3f} | "
                f"{seconds:.1f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
