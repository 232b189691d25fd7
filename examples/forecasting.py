"""Forecast the next week of sixty shops, with intervals.

Sales follow the week, and promotions, which are planned ahead; on days with one they
are higher, and harder to foretell. One network learns from the windows of all shops. It
forecasts three quantiles of each of the next seven days, so that the days with a
promotion have wider intervals. The split is by time, and the forecast that costs
nothing, the same day a week ago, stands beside.

Run it with ``python examples/forecasting.py``, or with the name of a picture to be
written: ``python examples/forecasting.py forecast.png``.
"""

import sys

import numpy as np

from skrnn import GRURegressor
from skrnn.preprocessing import last_windows, sliding_windows, time_splits

WEEK = np.array([1.0, 0.9, 0.9, 1.0, 1.3, 1.6, 0.4])
OPTIONS = {"length": 28, "horizon": 7, "known_ahead": [1, 2]}
QUANTILES = [0.1, 0.5, 0.9]


def make_shops(n_shops, n_days, rng):
    """Return for each shop sales, whether there is a promotion, and which weekday."""
    shops = []
    for _ in range(n_shops):
        weekday = np.arange(n_days) % 7
        promotion = rng.random(n_days) < 0.15
        level, gain = rng.uniform(20, 60), rng.uniform(1.3, 1.8)
        mean = level * WEEK[weekday] * np.where(promotion, gain, 1.0)
        noise = rng.normal(size=n_days) * np.where(promotion, 0.2, 0.05)
        shops.append(np.column_stack([mean * (1 + noise), promotion, WEEK[weekday]]))
    return shops


def coverage(windows, rows, found, with_promotion):
    """Return how many of the days, with a promotion or without, are in the interval."""
    ahead = windows.X[rows, -7:, -2] == 1
    low, _, high = np.moveaxis(found, 2, 0)
    inside = (low <= windows.y[rows]) & (windows.y[rows] <= high)
    return inside[ahead == with_promotion].mean()


def plot(shop, found, picture=None):
    """Draw the last weeks of a shop, and its next week."""
    import matplotlib.pyplot as plt

    figure, ax = plt.subplots(figsize=(6.4, 4.0), layout="constrained")
    past, ahead = shop[-35:, 0], np.arange(1, 8)
    low, middle, high = found.T
    ax.plot(np.arange(-34, 1), past, color="#000000", label="sales so far")
    ax.fill_between(ahead, low, high, color="#56B4E9", alpha=0.5, label="80 % of days")
    ax.plot(ahead, middle, color="#0072B2", label="median forecast")
    ax.set(title="The next week of one shop", xlabel="day from now", ylabel="sales")
    ax.set_ylim(bottom=0)
    ax.legend(loc="lower left", ncols=3)
    if picture is None:
        plt.show()
    else:
        figure.savefig(picture, dpi=120)


def main(picture=None):
    rng = np.random.default_rng(0)
    shops = make_shops(60, 160, rng)
    windows = sliding_windows(shops, target=0, stride=3, **OPTIONS)
    train, test = time_splits(windows, n_splits=1, test_size=14)[0]
    print(f"{len(train)} windows to learn from, {len(test)} later ones to test")

    model = GRURegressor(
        24, loss="quantile", quantile=QUANTILES, max_iter=40, random_state=0
    )
    found = model.fit(windows.X[train], windows.y[train]).predict(windows.X[test])
    week_ago = windows.X[test, -7:, 0]
    for name, forecast in {"a week ago": week_ago, "median": found[:, :, 1]}.items():
        print(f"{name}: mean error {np.abs(forecast - windows.y[test]).mean():.2f}")
    for name, with_promotion in {
        "without a promotion": False,
        "with one": True,
    }.items():
        share = coverage(windows, test, found, with_promotion)
        print(f"days {name}: {share:.0%} are in the interval of 80 %")

    coming = np.zeros((7, 2))
    coming[[2, 5], 0] = 1  # promotions in three and in six days
    coming[:, 1] = WEEK[(160 + np.arange(7)) % 7]
    last = last_windows(shops, future=[coming] * 60, **OPTIONS)
    plot(shops[0], model.predict(last.X)[0], picture)


if __name__ == "__main__":
    main(*sys.argv[1:])
