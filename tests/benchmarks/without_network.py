"""When no recurrent network is needed: an LSTM beside models that are simpler.

A line has the accuracy on the test part of a set: of MiniRocket (in aeon, 10 000 random
convolutions and a ridge classifier), of `ExtraTreesClassifier` on simple features
(mean, deviation, smallest and largest value of each feature, over the whole sequence
and over its quarters), and of an LSTM; and the seconds of a fit of each. All are at
their defaults. Means over seeds. MiniRocket reads sequences of one length only.

    pip install aeon pyts tslearn sktime
    export NUMBA_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
    python -m tests.benchmarks.without_network
"""

import argparse
import time
from importlib.metadata import version

import numpy as np
from aeon.classification.convolution_based import MiniRocketClassifier
from sklearn.ensemble import ExtraTreesClassifier

from skrnn import LSTMClassifier
from tests.benchmarks.environment import describe
from tests.benchmarks.public_sets import SETS
from tests.benchmarks.wheels import NotInstalled

ASKED = (
    "GunPoint",
    "ArrowHead",
    "OSULeaf",
    "PickupGestureWiimoteZ",
    "BasicMotions",
    "Japanese vowels",
    "digits 64x1",
    "sign of sum 20",
    "adding 50",
    "first symbol 50",
    "temporal order 50",
)


class MiniRocket:
    """MiniRocket, which has the time steps last."""

    def __init__(self, seed):
        self.model = MiniRocketClassifier(random_state=seed)

    def fit(self, X, y):
        self.model.fit(np.moveaxis(X, 1, 2), y)
        return self

    def predict(self, X):
        return self.model.predict(np.moveaxis(X, 1, 2))


class Trees:
    """Randomised trees on a few numbers of each sequence and of its quarters."""

    def __init__(self, seed):
        self.model = ExtraTreesClassifier(random_state=seed)

    def fit(self, X, y):
        self.model.fit(self.features(X), y)
        return self

    def predict(self, X):
        return self.model.predict(self.features(X))

    @staticmethod
    def features(X):
        return [
            np.concatenate(
                [
                    measure(part, axis=0)
                    for part in (x, *np.array_split(x, 4))
                    for measure in (np.mean, np.std, np.min, np.max)
                ]
            )
            for x in X
        ]


def lstm(seed):
    return LSTMClassifier(random_state=seed)


MODELS = {"MiniRocket": MiniRocket, "trees": Trees, "LSTM": lstm}


def measure(make, parts, seed):
    """Return accuracy and seconds of a fit."""
    X, y, X_test, y_test = parts
    begin = time.process_time()
    model = make(seed).fit(X, y)
    seconds = time.process_time() - begin
    return np.mean(model.predict(X_test) == y_test), seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=2)
    n_seeds = parser.parse_args().seeds
    print(describe())
    print("aeon", version("aeon"))
    print(f"{'accuracy, seconds':22s}" + "".join(f"{name:>18s}" for name in MODELS))
    warm_up = np.random.default_rng(0).normal(size=(20, 20, 1))
    MiniRocket(0).fit(warm_up, np.arange(20) % 2)  # compiles
    for name in ASKED:
        print(f"{name:22s}", end="", flush=True)
        for title, make in MODELS.items():
            try:
                parts = SETS[name]()
            except NotInstalled as error:
                print(error, end="")
                break
            if title == "MiniRocket" and isinstance(parts[0], list):
                print(f"{'-':>18s}", end="")
                continue
            found = [measure(make, parts, seed) for seed in range(n_seeds)]
            accuracy, seconds = np.mean(found, axis=0)
            print(f"{accuracy:11.3f}{seconds:7.1f}", end="", flush=True)
        print()


if __name__ == "__main__":
    main()
