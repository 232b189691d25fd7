"""Intervals of MAPIE around LSTMRegressor; and the examples of the page on other tools.

    python -m tests.benchmarks.tools           # docs/benchmarks/conformal.md
    python -m tests.benchmarks.tools --page    # run docs/guide/other_tools.md

A series is generated of which the next value has noise of a size that depends on the
past. Windows of it are learnt from, others make the intervals, and a last part tests
them. Methods that need no windows of their own for the intervals learn from both of the
first parts. Printed are medians over seeds: how many of the values lie within, of all,
of the third with the least noise and of the third with the most, and how wide the
intervals are.

They need what the project does not; all but the first two are for --page:

    pip install MAPIE pandas shap mlflow-skinny sqlalchemy alembic skops \
imbalanced-learn mlxtend optuna
"""

import argparse
import os
import tempfile
import time
import warnings

import numpy as np
from mapie.conformity_scores import ResidualNormalisedScore
from mapie.regression import (
    ConformalizedQuantileRegressor,
    CrossConformalRegressor,
    SplitConformalRegressor,
    TimeSeriesRegressor,
)
from mapie.subsample import BlockBootstrap
from scipy.stats import norm

from skrnn import LSTMRegressor
from skrnn.preprocessing import sliding_windows
from tests.benchmarks.environment import describe
from tests.test_docs import ROOT, python_blocks

PAGE = ROOT / "docs" / "guide" / "other_tools.md"
LEVELS = (0.8, 0.95)
LENGTH, N_FEATURES = 12, 2
#: Windows to learn from, to make intervals with, and to test them.
PARTS = (1200, 600, 1200)
#: After so many steps EnbPI gets to know their values.
STRIDE = 100


def draw(seed):
    """Return of the three parts the windows, as a table, and their targets.

    A row of targets has the next value, its mean, and the deviation of the noise.
    """
    rng = np.random.default_rng(seed)
    n = sum(PARTS) + len(PARTS) * LENGTH
    value, load, mean, size = np.zeros((4, n))
    noise = rng.normal(size=(2, n))
    for t in range(3, n):
        load[t] = 0.9 * load[t - 1] + 0.4 * noise[0, t]
        size[t] = 0.1 + 0.9 / (1 + np.exp(-2 * load[t - 1]))
        mean[t] = 0.8 * value[t - 1] - 0.3 * value[t - 2] + np.tanh(2 * load[t - 3])
        value[t] = mean[t] + size[t] * noise[1, t]
    targets = np.column_stack([value, mean, size])
    series = np.column_stack([value, load])
    windows = sliding_windows(series, length=LENGTH, y=targets, horizon=1)
    parts, first = [], 0
    for n_windows in PARTS:
        part = slice(first, first + n_windows)
        parts.append((windows.X[part].reshape(n_windows, -1), windows.y[part]))
        first += n_windows + LENGTH  # no value is in two parts
    return parts


def network(seed):
    return LSTMRegressor(features_per_step=N_FEATURES, random_state=seed)


def known(_, train, calibration, test):
    """Return the intervals of someone who knows how the series is made."""
    _, mean, size = test[1].T[..., np.newaxis]
    z = norm.ppf((1 + np.array(LEVELS)) / 2)
    return mean - z * size, mean + z * size


def split(seed, train, calibration, test, score="absolute"):
    """Return the intervals around a model that is trained once."""
    model = network(seed).fit(train[0], train[1][:, 0])
    mapie = SplitConformalRegressor(
        model, confidence_level=LEVELS, conformity_score=score
    )
    mapie.conformalize(calibration[0], calibration[1][:, 0])
    return bounds(mapie.predict_interval(test[0]))


def normalised(seed, *parts):
    """Return intervals as wide as a second network says that residuals are large."""
    score = ResidualNormalisedScore(network(seed), split_size=0.5, random_state=seed)
    return split(seed, *parts, score=score)


def cross(seed, train, calibration, test):
    """Return the intervals of five models, each of which left out a fifth."""
    X, y = map(np.concatenate, zip(train, calibration, strict=True))
    mapie = CrossConformalRegressor(network(seed), confidence_level=LEVELS, cv=5)
    return bounds(mapie.fit_conformalize(X, y[:, 0]).predict_interval(test[0]))


def enbpi(seed, train, calibration, test):
    """Return the intervals of an ensemble that gets to know what came."""
    X, y = map(np.concatenate, zip(train, calibration, strict=True))
    cv = BlockBootstrap(n_resamplings=15, length=50, random_state=seed)
    mapie = TimeSeriesRegressor(network(seed), cv=cv, agg_function="mean")
    mapie.fit(X, y[:, 0])
    found, asked = [], {"ensemble": True, "confidence_level": LEVELS}
    for first in range(0, len(test[0]), STRIDE):
        now = slice(first, first + STRIDE)
        found.append(bounds(mapie.predict(test[0][now], **asked)))
        mapie.update(test[0][now], test[1][now, 0], ensemble=True)
    return tuple(map(np.concatenate, zip(*found, strict=True)))


def quantiles(seed, train, calibration, test):
    """Return the quantiles that one network learns."""
    X, y = map(np.concatenate, zip(train, calibration, strict=True))
    levels = sorted((1 + sign * level) / 2 for level in LEVELS for sign in (-1, 1))
    model = network(seed).set_params(loss="quantile", quantile=levels)
    found = model.fit(X, y[:, 0]).predict(test[0])
    return found[:, [1, 0]], found[:, [2, 3]]


def conformalized(seed, train, calibration, test):
    """Return quantiles that are moved apart until they cover what they should."""
    found = []
    for level in LEVELS:
        quantile = (1 - level) / 2, (1 + level) / 2, 0.5
        models = [
            network(seed).set_params(loss="quantile", quantile=q).fit(*train_of(train))
            for q in quantile
        ]
        mapie = ConformalizedQuantileRegressor(
            models, confidence_level=level, prefit=True
        )
        mapie.conformalize(*train_of(calibration))
        found.append(bounds(mapie.predict_interval(test[0])))
    return tuple(map(np.column_stack, zip(*found, strict=True)))


def train_of(part):
    """Return the windows of a part and the values that come next."""
    return part[0], part[1][:, 0]


def bounds(answer):
    """Return lower and upper bounds, (n, n_levels), of what MAPIE predicts."""
    _, intervals = answer
    return intervals[:, 0], intervals[:, 1]


METHODS = {
    "who knows the noise": known,
    "SplitConformalRegressor": split,
    "the same, ResidualNormalisedScore": normalised,
    "CrossConformalRegressor": cross,
    "TimeSeriesRegressor, EnbPI": enbpi,
    'loss="quantile", without MAPIE': quantiles,
    "ConformalizedQuantileRegressor": conformalized,
}


def measure(method, seed):
    """Return coverage, of all, calm and noisy, and width: a row for each level."""
    parts = draw(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # `update` warns each time
        low, high = method(seed, *parts)
    y, _, size = parts[-1][1].T
    inside = (low <= y[:, np.newaxis]) & (y[:, np.newaxis] <= high)
    thirds = np.quantile(size, [1 / 3, 2 / 3])
    groups = [size > 0, size <= thirds[0], size >= thirds[1]]
    covered = [inside[group].mean(axis=0) for group in groups]
    return np.transpose([*covered, (high - low).mean(axis=0)])


def compare(n_seeds):
    print(describe())
    columns = "within | little noise | much noise | width |"
    print("| method |", " ".join(f"{level:.0%}: {columns}" for level in LEVELS))
    print("|---" * (1 + 4 * len(LEVELS)) + "|")
    for name, method in METHODS.items():
        found = [measure(method, seed) for seed in range(n_seeds)]
        cells = [
            f"{share:.1%} | {calm:.1%} | {noisy:.1%} | {width:.2f} |"
            for share, calm, noisy, width in np.median(found, axis=0)
        ]
        print(f"| {name} |", *cells, flush=True)


def run_page():
    """Run the examples of the page, one after the other, in a folder of their own."""
    namespace = {"__name__": "__main__"}
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for source in python_blocks(PAGE, languages=("python", "py")):
            begin = time.perf_counter()
            exec(compile(source, PAGE, "exec"), namespace)
            line = source.count("\n", 0, len(source) - len(source.lstrip())) + 1
            print(f"line {line}: {time.perf_counter() - begin:.1f} s", flush=True)
        os.chdir(ROOT)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--page", action="store_true")
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    run_page() if options.page else compare(options.seeds)
