"""Small series to forecast: two public ones, and others that are generated.

A set draws its series for a seed: a list of arrays (n_steps, n_features), of which the
first feature is to be foretold, one step ahead. Public series are the same for each
seed.

    pip install --no-deps sktime
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from tests.benchmarks.regression_sets import sktime

#: The last part of a series is for testing, and of what is left for development.
LAST_PART = 0.25
#: Months of a year.
SEASON = 12


@dataclass(frozen=True)
class Forecast:
    """Series, the length of their season, and how many values a model reads."""

    draw: Callable
    n_lags: int
    season: int = SEASON

    def parts(self, seed, development):
        """Return X, y, X_test, y_test: windows, each with the value behind it.

        Windows for testing begin in what comes before; what they foretell is new.
        """
        learn, test = [], []
        for series in self.draw(np.random.default_rng(seed)):
            end = len(series)
            if development:
                end -= round(LAST_PART * end)
            windows, targets = cut(series[:end], self.n_lags)
            n_test = round(LAST_PART * end)
            learn.append((windows[:-n_test], targets[:-n_test]))
            test.append((windows[-n_test:], targets[-n_test:]))
        parts = *zip(*learn, strict=True), *zip(*test, strict=True)
        return tuple(map(np.concatenate, parts))


def cut(series, n_lags):
    """Return the windows of a series, and the first value behind each."""
    X = np.lib.stride_tricks.sliding_window_view(series[:-1], n_lags, axis=0)
    return X.transpose(0, 2, 1), series[n_lags:, 0]


def public(*place):
    """Return what draws a series that a wheel ships, in the units of its file."""
    return lambda rng: [sktime(*place)]


def year(n, phase=0.0):
    """Return the season of n months: a wave and a peak in one month of twelve."""
    t = np.arange(n)
    return np.sin(2 * np.pi * (t / SEASON + phase)) + 1.5 * (t % SEASON == SEASON - 1)


def autoregressive(rng, n, phi):
    """Return noise of deviation 1, of which a part `phi` is that of the step before."""
    x = rng.normal(size=n)
    for t in range(1, n):
        x[t] = phi * x[t - 1] + np.sqrt(1 - phi**2) * x[t]
    return x


def trend_and_season(rng, n=144):
    x = 20 + 0.1 * np.arange(n) + 2 * year(n) + 0.7 * rng.normal(size=n)
    return [x[:, np.newaxis]]


def growing_season(rng, n=200):
    """Return sales that grow at a constant rate, their season and noise with them."""
    log = 0.01 * np.arange(n) + 0.15 * year(n) + 0.05 * rng.normal(size=n)
    return [100 * np.exp(log)[:, np.newaxis]]


def season_and_autoregression(rng, n=200):
    x = 50 + 3 * year(n) + 2 * autoregressive(rng, n, 0.8)
    return [x[:, np.newaxis]]


def wandering_level(rng, n=300):
    """Return a season around a level that walks at random."""
    x = 100 + np.cumsum(rng.normal(size=n)) + 4 * year(n) + rng.normal(size=n)
    return [x[:, np.newaxis]]


def counts_of_quarters(rng, n=100):
    """Return what is counted in each quarter of a year, without a trend."""
    mean = 40 + 15 * np.tile([0.0, 1.0, -1.0, 0.5], n)[:n]
    return [rng.poisson(mean)[:, np.newaxis] * 1.0]


def two_regimes(rng, n=300, n_series=1, spread=0.0):
    """Return cycles that climb slowly and fall fast, each on a level of its own.

    Which of two rules holds is decided by a limit that the value before last is over.
    """
    x = np.zeros((n + 50, n_series))
    for t in range(1, len(x)):
        x[t] = np.where(x[t - 2] < 4, 1.0 + 0.9 * x[t - 1], -2.0 + 0.3 * x[t - 1])
        x[t] += 0.4 * rng.normal(size=n_series)
    x = x[50:] + spread * rng.normal(size=n_series)
    return list(x.T[:, :, np.newaxis])


def campaigns(rng, n_shops=40, n=200):
    """Return sales, campaigns of the next step, and moves of the price, of shops.

    What a campaign sells, more or less, is decided by which way the price was moved
    last, and that may be long ago. Nothing else shows it.
    """
    shops = []
    for _ in range(n_shops):
        moves = rng.choice([-1.0, 0.0, 1.0], p=[0.025, 0.95, 0.025], size=n)
        campaign = (rng.random(n) < 0.1) * 1.0
        last, sales = 0.0, 0.5 * rng.normal(size=n)
        for t in range(n - 1):
            last = moves[t] or last
            sales[t + 1] += 3 * last * campaign[t]
        shops.append(np.column_stack([20 + sales, campaign, moves]))
    return shops


def many_levels(rng, n_series=100, n=60):
    """Return series with one season, each on a level and with a growth of its own."""
    levels = 100 * np.exp(rng.normal(size=n_series))
    rates = 0.01 * rng.normal(size=n_series)
    return [
        level
        * np.exp(rate * np.arange(n) + 0.3 * year(n) + 0.1 * rng.normal(size=n))[
            :, np.newaxis
        ]
        for level, rate in zip(levels, rates, strict=True)
    ]


def life_cycles(rng, n_series=100, n=60):
    """Return sales of products that come, are bought and go, each at its own pace."""
    products = []
    for _ in range(n_series):
        middle, pace = rng.uniform(10, 70), rng.uniform(2, 6)
        bell = 1 / np.cosh((np.arange(n) - middle) / pace) ** 2
        noise = 1 + 0.05 * rng.normal(size=n)
        sales = np.exp(rng.normal()) * (1 + 100 * bell) * noise
        products.append(sales[:, np.newaxis])
    return products


AIRLINE = public("Airline", "Airline.csv")
FORECASTS = {
    "airline, 12 lags": Forecast(AIRLINE, 12),
    "airline, 24 lags": Forecast(AIRLINE, 24),
    "shampoo": Forecast(public("ShampooSales", "ShampooSales.csv"), 12),
    "trend and season": Forecast(trend_and_season, 24),
    "growing season": Forecast(growing_season, 24),
    "season and AR": Forecast(season_and_autoregression, 24),
    "wandering level": Forecast(wandering_level, 24),
    "counts of quarters": Forecast(counts_of_quarters, 8, season=4),
    "two regimes": Forecast(two_regimes, 12),
    "campaigns, 12 lags": Forecast(campaigns, 12),
    "campaigns, 48 lags": Forecast(campaigns, 48),
    "100 of two regimes": Forecast(
        partial(two_regimes, n=60, n_series=100, spread=5.0), 12
    ),
    "100 levels": Forecast(many_levels, 24),
    "100 life cycles": Forecast(life_cycles, 12),
}
