"""What missing values cost: forward filling inside the network, and mean imputation.

A third of all values is taken out, of training and of test sequences: each by itself,
or in stretches of each feature. Printed is the accuracy on the official test parts, of
`LSTMClassifier` with its defaults, the mean over seeds and its standard error, and what
part of the cost of imputation is left.

    python -m tests.benchmarks.gaps            # table of docs/benchmarks/gaps.md
    python -m tests.benchmarks.gaps --guess    # how far what is filled is from what was
                                               # taken out of the training parts
    python -m tests.benchmarks.gaps --fading   # accuracy with the memories of --guess,
                                               # by cross-validation of training parts
    python -m tests.benchmarks.gaps --choose   # sizes of marks, and scales of the age,
                                               # by cross-validation of training parts

BasicMotions lies in the wheel of aeon: see public_sets.py.
"""

import argparse
from itertools import product

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline

from skrnn import LSTMClassifier
from skrnn.fitting import memory, problem
from skrnn.fitting.memory import measure_memory
from skrnn.network import gaps
from skrnn.preprocessing import PerStepTransformer
from skrnn.sequences import pack
from skrnn.sequences.scaling import Scale
from tests.benchmarks.public_sets import SETS

NAMES = ("Japanese vowels", "BasicMotions")
SHARE, SEEDS, CHOOSE_SEEDS = 1 / 3, range(5), range(3)
#: Scales for numbers of steps since a value was seen.
AGES = {
    "k / (k + 1)": lambda k: k / (k + 1.0),
    "log(1 + k)": np.log1p,
    "none": lambda k: 0.0 * k,
}
#: Sizes of marks and ages.
MARKS = (0.0, 0.1, 0.3, 1.0)


def at_random(shape, rng):
    """Whether each value is missing, each by itself."""
    return rng.random(shape) < SHARE


def in_stretches(shape, rng):
    """Whether each value is missing: a stretch of each feature, somewhere."""
    n_steps, n_features = shape
    is_missing = np.zeros(shape, bool)
    n = max(1, round(n_steps * SHARE))
    for feature, first in enumerate(rng.integers(0, n_steps - n + 1, n_features)):
        is_missing[first : first + n, feature] = True
    return is_missing


KINDS = {"at random": at_random, "in stretches": in_stretches}


def with_gaps(X, kind, seed):
    """Sequences without a third of their values."""
    rng = np.random.default_rng(seed)
    return [np.where(KINDS[kind](np.shape(x), rng), np.nan, x) for x in X]


def network(seed):
    return LSTMClassifier(missing_values="forward_fill", random_state=seed)


def imputed(seed):
    imputer = PerStepTransformer(SimpleImputer())
    return make_pipeline(imputer, LSTMClassifier(random_state=seed))


def errors(X, kind, seed):
    """Errors of filling, in deviations, where something was seen before."""
    X = [np.asarray(x, np.float64) for x in X]
    taken, rows, weight = with_gaps(X, kind, seed), np.arange(len(X)), np.ones(len(X))
    scale = Scale.of_steps(taken, rows, weight)
    x, whole = pack(taken), pack(X).data
    last, since, _ = gaps.last_seen(x.lengths, np.isnan(x.data))
    carried = gaps.carry(x.data, last, scale.mean)
    found = []
    for way in WAYS.values():
        left = way(taken, rows, weight, scale)
        filled = gaps.fade(carried, since, scale.mean, left)
        off = ((filled - whole) / scale.scale)[(since > 0) & (last >= 0)]
        found.append(np.sqrt(np.mean(off**2)))
    return found


def by_neighbours(*parts):
    """Measure memories by pairs of neighbouring steps alone."""
    lags, memory.LAGS = memory.LAGS, np.array([1])
    try:
        return measure_memory(*parts)
    finally:
        memory.LAGS = lags


#: What is left of what was seen after each step.
WAYS = {
    "mean": lambda *parts: np.zeros(len(parts[-1].mean)),
    "carried": lambda *parts: np.ones(len(parts[-1].mean)),
    "1 lag": by_neighbours,
    "8 lags": measure_memory,
}


def guess():
    print(f"{'set':<16}{'gaps':<14}" + "".join(f"{way:>9}" for way in WAYS))
    for name in NAMES:
        X, *_ = SETS[name]()
        for kind in KINDS:
            found = np.mean([errors(X, kind, seed) for seed in SEEDS], axis=0)
            found = "".join(f"{error:9.3f}" for error in found)
            print(f"{name:<16}{kind:<14}{found}", flush=True)


def compare():
    print(f"{'set':<16}{'gaps':<14}{'whole':>7}{'mean':>15}{'filled':>15}{'left':>7}")
    for name in NAMES:
        X, y, X_new, y_new = SETS[name]()
        whole = np.mean([imputed(s).fit(X, y).score(X_new, y_new) for s in SEEDS])
        for kind in KINDS:
            scores = np.array(
                [
                    [
                        make(seed)
                        .fit(with_gaps(X, kind, seed), y)
                        .score(with_gaps(X_new, kind, seed + 100), y_new)
                        for make in (imputed, network)
                    ]
                    for seed in SEEDS
                ]
            )
            mean, filled = scores.mean(axis=0)
            off = scores.std(axis=0, ddof=1) / np.sqrt(len(SEEDS))
            left = (whole - filled) / (whole - mean) if whole > mean else np.nan
            print(
                f"{name:<16}{kind:<14}{whole:7.3f}{mean:7.3f} +-{off[0]:.3f}"
                f"{filled:7.3f} +-{off[1]:.3f}{left:7.0%}",
                flush=True,
            )


def fading():
    for name in NAMES:
        X, y, *_ = SETS[name]()
        for kind in KINDS:
            for way in ("mean, without marks", *WAYS):
                problem.measure_memory = WAYS.get(way)
                make = network if way in WAYS else imputed
                scores = cross_validated(make, X, y, kind)
                print(
                    f"{name:<16}{kind:<14}{way:<20}{np.mean(scores):7.3f} "
                    f"{np.round(scores, 3)}",
                    flush=True,
                )


def cross_validated(make, X, y, kind):
    """Accuracy of each seed in cross-validation of a training part."""
    return [
        cross_val_score(
            make(seed),
            with_gaps(X, kind, seed),
            y,
            cv=StratifiedKFold(3, shuffle=True, random_state=seed),
        ).mean()
        for seed in CHOOSE_SEEDS
    ]


def choose():
    for name in NAMES:
        X, y, *_ = SETS[name]()
        for kind in KINDS:
            for (age, scale), mark in product(AGES.items(), MARKS):
                gaps.age, gaps.MARK = scale, mark
                scores = cross_validated(network, X, y, kind)
                print(
                    f"{name:<16}{kind:<14}{age:<12}{mark:<5}{np.mean(scores):7.3f} "
                    f"{np.round(scores, 3)}",
                    flush=True,
                )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--choose", action="store_true")
    parser.add_argument("--guess", action="store_true")
    parser.add_argument("--fading", action="store_true")
    asked = vars(parser.parse_args())
    chosen = {"choose": choose, "guess": guess, "fading": fading}
    next((call for name, call in chosen.items() if asked[name]), compare)()
