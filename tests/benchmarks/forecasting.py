"""What forecasts of small series reach: networks at their defaults beside usual models.

Every model reads the same windows of the last values, raw or minus the last value of
the window, and foretells the next one. A line has the RMSE of Ridge on raw values, and
for each model its RMSE divided by that: medians over seeds, and for the networks the
worst seed too. Each seed draws other series where they are generated. Seconds are those
of a fit of the LSTM.

    pip install --no-deps sktime
    OPENBLAS_NUM_THREADS=1 python tests/benchmarks/forecasting.py

The last quarter of each series is for testing. Choose with `--development`, which tests
on the last quarter of what comes before, and never looks at the test parts.
"""

import argparse
import statistics
import sys
import warnings
from functools import partial
from pathlib import Path

import numpy as np
from sklearn.linear_model import RidgeCV
from sklearn.metrics import root_mean_squared_error

sys.path.insert(0, str(Path(__file__).parents[2]))

from skrnn import GRURegressor, LSTMRegressor
from tests.benchmarks.environment import describe
from tests.benchmarks.forecasting_sets import FORECASTS
from tests.benchmarks.learning import named
from tests.benchmarks.models import Flat, boosting
from tests.benchmarks.scores import predictions
from tests.benchmarks.wheels import NotInstalled


class Repeat:
    """Foretells the value that was so many steps ago."""

    def __init__(self, n_steps, random_state=None):
        self.n_steps = n_steps

    def fit(self, X, y):
        return self

    def predict(self, X):
        return X[:, -self.n_steps, 0]


class MinusLast:
    """A model of the differences to the last value, which a trend leaves alike."""

    def __init__(self, make, random_state):
        self.model = make(random_state=random_state)

    def fit(self, X, y):
        self.model.fit(self.differences(X), y - X[:, -1, 0])
        return self

    def predict(self, X):
        return X[:, -1, 0] + self.model.predict(self.differences(X))

    def differences(self, X):
        """Return windows whose values to be foretold are minus the last of them."""
        X = X.copy()
        X[:, :, 0] -= X[:, -1:, 0]
        return X


def ridge(random_state):
    """Seven penalties tried; there is nothing random in it."""
    return Flat(RidgeCV(np.logspace(-3, 3, 7)))


NAIVE = "season ago", "last value"
NETWORKS = {"LSTM": LSTMRegressor, "GRU": GRURegressor}
LEARNERS = {"Ridge": ridge, "boosting": boosting, **NETWORKS}


def models_of(forecast):
    """Return what makes each model of a set, by its title and whether it reads raw."""
    steps = dict(zip(NAIVE, (forecast.season, 1), strict=True))
    models = {(title, True): partial(Repeat, n) for title, n in steps.items()}
    for title, make in LEARNERS.items():
        models[title, True] = make
        models[title, False] = partial(MinusLast, make)
    return models


def measure(make, forecast, n_seeds, development):
    """Return the RMSE of each seed, and the median seconds of a fit."""
    errors, seconds = [], []

    def parts(seed):
        return [forecast.parts(seed, development)]

    for seed in range(n_seeds):
        y, predicted, _, times = predictions(make, parts, seed, "predict")
        errors.append(root_mean_squared_error(y, predicted))
        seconds += times
    return np.array(errors), statistics.median(seconds)


def head():
    titles = [title for title in (*NAIVE, *LEARNERS) if title not in NETWORKS]
    columns = "".join(f"{title:>12}" for title in titles)
    columns += "".join(f"{title:>8}{'worst':>7}" for title in NETWORKS)
    return f"{'set':20}{'windows':12}{'Ridge RMSE':>10}{columns}  seconds"


def print_lines(name, forecast, n_seeds, development):
    """Print what was measured of a set: a line for raw values, one for differences."""
    options = forecast, n_seeds, development
    found = {key: measure(make, *options) for key, make in models_of(forecast).items()}
    of_ridge = found["Ridge", True][0]
    for raw, windows in ((True, "raw"), (False, "minus last")):
        line = f"{name:20}{windows:12}{np.median(of_ridge):10.4g}"
        for title in (*NAIVE, *LEARNERS):
            if (title, raw) not in found:
                line += f"{'':12}"
                continue
            ratios = found[title, raw][0] / of_ridge
            line += f"{np.median(ratios):{8 if title in NETWORKS else 12}.3f}"
            line += f"{max(ratios):7.3f}" if title in NETWORKS else ""
        print(f"{line}{found['LSTM', raw][1]:9.1f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+", help="by name; else all")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument(
        "--development",
        action="store_true",
        help="test on the last quarter of the training parts",
    )
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    print(describe(), end="\n\n")
    print(head())
    for name in named(parser, "set", arguments.sets, FORECASTS):
        try:
            print_lines(name, FORECASTS[name], arguments.seeds, arguments.development)
        except NotInstalled as hint:
            print(f"{name:20}left out: {hint}")


if __name__ == "__main__":
    main()
