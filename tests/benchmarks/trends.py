"""Series with a trend: forecasts of raw values, and of differences to the last value.

Windows of 24 values forecast the next 12, all at once. The last quarter of each series
is for testing: no target of the training part is in it. A line has the mean absolute
error of a series, in its units: of the value a season ago, and of each model on raw
windows and on windows minus their last value. "network alone" is the LSTM without the
linear path, `linear_steps=0`. Medians over `--seeds` seeds, which also draw the
generated series.

    pip install --no-deps sktime statsmodels
    OPENBLAS_NUM_THREADS=1 python -m tests.benchmarks.trends
"""

import argparse
import statistics

import numpy as np
from sklearn.linear_model import RidgeCV

from skrnn import LSTMRegressor
from skrnn.preprocessing import sliding_windows, time_splits
from tests.benchmarks.environment import describe
from tests.benchmarks.forecasting_sets import growing_season, trend_and_season
from tests.benchmarks.models import Flat
from tests.benchmarks.regression_sets import sktime
from tests.benchmarks.wheels import NotInstalled, read_table

SEASON = HORIZON = 12
LENGTH = 24


def airline(rng):
    """Return passengers of an airline, in thousands a month."""
    return [sktime("Airline", "Airline.csv")]


def carbon_dioxide(rng):
    """Return the CO2 of the air in parts per million, the means of 300 months."""
    table = read_table("statsmodels", "datasets", "co2", "co2.csv").interpolate()
    months = table["co2"].groupby(table["date"] // 100).mean()
    return [months.to_numpy()[-300:, np.newaxis]]


def climbing_wave(rng, n=300):
    t = np.arange(n)
    x = 0.05 * t + np.sin(2 * np.pi * t / SEASON) + 0.1 * rng.normal(size=n)
    return [x[:, np.newaxis]]


SERIES = {
    "airline": airline,
    "CO2": carbon_dioxide,
    "trend and season": trend_and_season,
    "growing season": growing_season,
    "climbing wave": climbing_wave,
}
MODELS = {
    "RidgeCV": lambda seed: Flat(RidgeCV(np.logspace(-3, 3, 7))),
    "LSTM": lambda seed: LSTMRegressor(random_state=seed),
    "network alone": lambda seed: LSTMRegressor(linear_steps=0, random_state=seed),
}


def measure(series, seed):
    """Return the errors: a season ago, then each model on raw values and minus last."""
    windows = sliding_windows(series, length=LENGTH, horizon=HORIZON)
    n_test = round(len(series[0]) / 4)
    ((train, test),) = time_splits(windows, n_splits=1, test_size=n_test)
    X, y = windows.X, windows.y
    last = X[:, -1:, 0]
    found = [np.abs(y[test] - X[test, -SEASON:, 0]).mean()]
    for make in MODELS.values():
        for minus in (0 * last, last):
            x, target = X - minus[:, np.newaxis], y - minus
            model = make(seed).fit(x[train], target[train])
            error = model.predict(x[test]) - target[test]
            found.append(np.abs(error).mean())
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=1)
    n_seeds = parser.parse_args().seeds
    print(describe())
    print(f"{'':17s}{'season':>10s}" + "".join(f"{name:>22s}" for name in MODELS))
    columns = f"{'raw':>11s}{'minus last':>11s}" * len(MODELS)
    print(f"{'series':17s}{'ago':>10s}{columns}")
    for name, draw in SERIES.items():
        try:
            rows = [
                measure(draw(np.random.default_rng(seed)), seed)
                for seed in range(n_seeds)
            ]
        except NotInstalled as error:
            print(f"{name:17s}{error}")
            continue
        first, *rest = map(statistics.median, zip(*rows, strict=True))
        print(
            f"{name:17s}{first:10.3g}" + "".join(f"{x:11.3g}" for x in rest), flush=True
        )


if __name__ == "__main__":
    main()
