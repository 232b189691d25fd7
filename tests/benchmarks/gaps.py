"""What missing values cost: forward filling inside the network, and mean imputation.

A third of all values is taken out, of training and of test sequences: each by itself,
or in stretches of each feature. Printed is the accuracy on the official test parts, of
`LSTMClassifier` with its defaults, and what part of the cost of imputation is left.

    python -m tests.benchmarks.gaps            # the table of docs/gaps_and_facts.md
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
from skrnn.network import gaps
from skrnn.preprocessing import PerStepTransformer
from tests.benchmarks.public_sets import SETS

NAMES = ("Japanese vowels", "BasicMotions")
SHARE, SEEDS = 1 / 3, (0, 1, 2)
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


def compare():
    print(f"{'set':<16}{'gaps':<14}{'whole':>7}{'mean':>7}{'filled':>8}{'left':>7}")
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
            left = (whole - filled) / (whole - mean) if whole > mean else np.nan
            print(
                f"{name:<16}{kind:<14}{whole:7.3f}{mean:7.3f}{filled:8.3f}{left:7.0%}",
                flush=True,
            )


def choose():
    for name in NAMES:
        X, y, *_ = SETS[name]()
        for kind in KINDS:
            for (age, scale), mark in product(AGES.items(), MARKS):
                gaps.age, gaps.MARK = scale, mark
                scores = [
                    cross_val_score(
                        network(seed),
                        with_gaps(X, kind, seed),
                        y,
                        cv=StratifiedKFold(3, shuffle=True, random_state=seed),
                    ).mean()
                    for seed in SEEDS
                ]
                print(
                    f"{name:<16}{kind:<14}{age:<12}{mark:<5}{np.mean(scores):7.3f} "
                    f"{np.round(scores, 3)}",
                    flush=True,
                )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--choose", action="store_true")
    choose() if parser.parse_args().choose else compare()
