"""Intervals of forecasts by quantiles: their coverage and their pinball loss.

Each generated series has noise whose size depends on the time of the day, on the last
value, or on a calm that lasts: a network reads the last values, gradient boosting has
them as lags. The first part is for training; printed is, for the part after it, the
coverage of the intervals of 80 % and of 95 %, and the pinball loss over that of
boosting, the means over seeds.

    OPENBLAS_NUM_THREADS=1 python -m tests.benchmarks.intervals

`--losses` has the share of other losses that is explained (`score`), beside gradient
boosting and, for poisson and gamma, linear models of scikit-learn.

    OPENBLAS_NUM_THREADS=1 python -m tests.benchmarks.intervals --losses
"""

import argparse

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import GammaRegressor, PoissonRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skrnn import LSTMRegressor
from skrnn.estimators.scores import score_targets
from skrnn.losses import regression_loss
from skrnn.preprocessing import sliding_windows

LEVELS = [0.025, 0.1, 0.5, 0.9, 0.975]
LENGTH, SEEDS, N_TEST = 24, range(3), 2000
BURN_IN = 200


def daily(n, rng):
    """Return a series with a daily course, noisier by day than by night."""
    t = np.arange(n)
    by_day = np.sin(2 * np.pi * t / 24) > 0
    return np.sin(2 * np.pi * t / 24) + (0.1 + 0.4 * by_day) * rng.normal(size=n)


def by_level(n, rng):
    """Return an autoregression whose noise grows with the last value."""
    y = np.zeros(n)
    for t in range(1, n):
        y[t] = 0.7 * y[t - 1] + (0.3 + 0.4 * abs(y[t - 1])) * rng.normal()
    return y


def volatile(n, rng):
    """Return a series with times of calm and of unrest, such as returns have."""
    y, variance = np.zeros(n), np.ones(n)
    for t in range(1, n):
        variance[t] = 0.05 + 0.35 * y[t - 1] ** 2 + 0.6 * variance[t - 1]
        y[t] = np.sqrt(variance[t]) * rng.normal()
    return y


SERIES = {"by the hour": daily, "by the level": by_level, "volatile": volatile}


def parts(make, n_train, seed):
    """Return the windows for training, and those after them."""
    rng = np.random.default_rng(seed)
    series = make(BURN_IN + LENGTH + n_train + N_TEST, rng)[BURN_IN:]
    windows = sliding_windows(series, length=LENGTH, horizon=1)
    X, y = windows.X, windows.y
    return X[:n_train], y[:n_train], X[n_train:], y[n_train:]


def boosted(X, y, X_new):
    """Return quantiles by gradient boosting on lags, one model each."""
    lags, new = (x.reshape(len(x), -1) for x in (X, X_new))
    columns = [
        HistGradientBoostingRegressor(loss="quantile", quantile=level, random_state=0)
        .fit(lags, y)
        .predict(new)
        for level in LEVELS
    ]
    return np.column_stack(columns)


def pinball(y, found):
    """Return the mean pinball loss over the quantiles."""
    loss = regression_loss("quantile", tuple(LEVELS))
    return loss.value_and_gradient(found, y)[0].mean()


def coverage(y, found):
    """Return the coverage of the intervals of 80 % and of 95 %."""
    return [np.mean((y >= found[:, k]) & (y <= found[:, -1 - k])) for k in (1, 0)]


def table_of_intervals():
    print(f"{'noise':14}{'n':>6}{'':4}{'LSTM 80 %':>10}{'95 %':>7}", end="")
    print(f"{'boosting 80 %':>15}{'95 %':>7}{'pinball, LSTM / boosting':>26}")
    for name, make in SERIES.items():
        for n_train in (500, 2000):
            rows = []
            for seed in SEEDS:
                X, y, X_new, y_new = parts(make, n_train, seed)
                reg = LSTMRegressor(loss="quantile", quantile=LEVELS, random_state=seed)
                ours, theirs = reg.fit(X, y).predict(X_new), boosted(X, y, X_new)
                ratio = pinball(y_new, ours) / pinball(y_new, theirs)
                rows.append(
                    [*coverage(y_new, ours), *coverage(y_new, theirs), 1e-2 * ratio]
                )
            mean = 100 * np.mean(rows, axis=0)
            print(f"{name:14}{n_train:6}{'':4}{mean[0]:10.1f}{mean[1]:7.1f}", end="")
            print(f"{mean[2]:15.1f}{mean[3]:7.1f}{mean[4]:26.3f}", flush=True)


def sequences(n, rng):
    """Return sequences and the logarithm of a mean: of what came last, and long ago."""
    X = rng.normal(size=(n, 12, 2))
    long_ago = np.sign(X[:, :4, 1].sum(axis=1))
    return X, 1 + 0.4 * X[:, -1, 0] + 0.4 * X[:, -2, 1] * long_ago


def drawn(loss, mean, rng):
    """Return targets with a mean."""
    if loss == "poisson":
        return rng.poisson(np.exp(mean)).astype(float)
    if loss == "gamma":
        return rng.gamma(2, np.exp(mean) / 2)
    return mean + 0.3 * rng.standard_t(2, size=len(mean))


def table_of_losses():
    print(f"{'loss':16}{'n':>6}{'LSTM':>8}{'boosting':>10}{'linear':>9}")
    linear = {"poisson": PoissonRegressor, "gamma": GammaRegressor}
    for name in ("absolute_error", "huber", "poisson", "gamma"):
        loss = regression_loss(name)
        for n_train in (300, 2000):
            rows = []
            for seed in SEEDS:
                rng = np.random.default_rng(seed)
                X, mean = sequences(n_train + N_TEST, rng)
                y, table = drawn(name, mean, rng), X.reshape(len(X), -1)
                theirs = "squared_error" if name == "huber" else name
                models = [HistGradientBoostingRegressor(loss=theirs, random_state=0)]
                if name in linear:
                    models.append(make_pipeline(StandardScaler(), linear[name]()))
                reg = LSTMRegressor(loss=name, random_state=seed)
                reg.fit(X[:n_train], y[:n_train])
                found = [reg.predict(X[n_train:])]
                for model in models:
                    model.fit(table[:n_train], y[:n_train])
                    found.append(model.predict(table[n_train:]))
                new = y[n_train:]
                rows.append([score_targets(loss, one, new, None) for one in found])
            mean = "".join(f"{s:9.3f}" for s in np.mean(rows, axis=0))
            print(f"{name:16}{n_train:6}{mean}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--losses", action="store_true", help="table of other losses")
    table_of_losses() if parser.parse_args().losses else table_of_intervals()
