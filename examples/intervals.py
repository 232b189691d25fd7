"""
Forecasts with intervals, and whether they keep their word
==========================================================

A hospital wants to know how many patients will come in the next hours. One number is
not enough to plan the staff: how many will come at most, in nine cases of ten? A
network with ``loss="quantile"`` forecasts several quantiles at once.

The arrivals are simulated: they depend on the hour and on the day of the week, some
days are busier than others, and busy hours vary more. An interval of 80 % should hold
80 % of what comes. Does it? See :ref:`guide_losses` and :ref:`guide_forecasting`.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.dates import DateFormatter, DayLocator

from skrnn import GRURegressor
from skrnn.preprocessing import sliding_windows, time_splits

# %%
# The arrivals
# ------------
# A year, hour by hour. The busyness of a day changes slowly and is not observed.

rng = np.random.default_rng(0)
hours = pd.date_range("2025-01-01", periods=52 * 7 * 24, freq="h")
by_hour = 24 + 18 * np.sin(2 * np.pi * (hours.hour - 8) / 24)
by_day = np.where(hours.day_of_week < 5, 1.0, 0.7)
drift = np.zeros(len(hours))
for t in range(1, len(hours)):
    drift[t] = 0.97 * drift[t - 1] + rng.normal(0, 0.04)
arrivals = rng.poisson(by_hour * by_day * np.exp(drift))
history = pd.DataFrame(
    {
        "arrivals": arrivals.astype(float),
        "sin": np.sin(2 * np.pi * hours.hour / 24),
        "cos": np.cos(2 * np.pi * hours.hour / 24),
        "weekend": (hours.day_of_week >= 5).astype(float),
    },
    index=hours,
)

# %%
# Windows of two days
# -------------------
# The network reads 48 hours and forecasts the next 24. What the clock and the calendar
# will say is known ahead. We test on the last eight weeks. The eight weeks before are
# not learnt from either: they tell how large errors are.

windows = sliding_windows(
    history,
    target="arrivals",
    known_ahead=["sin", "cos", "weekend"],
    length=48,
    horizon=24,
    stride=3,
)
(train, recent), (_, test) = time_splits(windows, n_splits=2, test_size=8 * 7 * 8)
X, y = windows.X[train], windows.y[train]
X_recent, y_recent = windows.X[recent], windows.y[recent]
X_test, y_test = windows.X[test], windows.y[test]
print(f"{len(X)} windows to learn from, {len(X_test)} to test")

# %%
# Five quantiles at once
# ----------------------
# Of 24 targets and five quantiles, ``predict`` returns an array of shape (windows, 24,
# 5). The outer two quantiles bound an interval of 80 %, the inner two one of 50 %.
# There is no trend, so the linear path beside the network is not needed
# (``linear_steps=0``), which saves most of the time.

model = GRURegressor(
    24,
    loss="quantile",
    quantile=[0.1, 0.25, 0.5, 0.75, 0.9],
    linear_steps=0,
    max_iter=25,
    random_state=0,
)
quantiles = model.fit(X, y).predict(X_test)
print(quantiles.shape)
low, low_50, middle, high_50, high = np.moveaxis(quantiles, 2, 0)

# %%
# Three days of the test set, each forecast at midnight. By day the intervals are wide,
# and at night they are narrow.

starts = windows.target_times[test, 0]
at_midnight = np.flatnonzero(pd.DatetimeIndex(starts).hour == 0)[30:33]
fig, ax = plt.subplots(figsize=(7.5, 4), layout="constrained")
for number, k in enumerate(at_midnight):
    time = windows.target_times[test[k]]
    names = ["80 % interval", "50 % interval", "median", "arrivals"]
    labels = names if number == 0 else [None] * 4
    band = {"color": "C0", "lw": 0}
    ax.fill_between(time, low[k], high[k], alpha=0.25, label=labels[0], **band)
    ax.fill_between(time, low_50[k], high_50[k], alpha=0.4, label=labels[1], **band)
    ax.plot(time, middle[k], color="C0", label=labels[2])
    ax.plot(time, y_test[k], "k.", label=labels[3])
ax.xaxis.set_major_locator(DayLocator())
ax.xaxis.set_major_formatter(DateFormatter("%a %d %b"))
ax.set(ylabel="patients in an hour", ylim=(0, 72))
ax.set_title("Forecasts of the next day, made at midnight")
ax.legend(loc="upper left", ncols=2)
plt.show()

# %%
# Coverage
# --------
# How many of the arrivals lie within the interval? For comparison we make intervals of
# one width: the median, and the errors that it made in the eight weeks before the test.


def coverage(low, high, y):
    return ((low <= y) & (y <= high)).mean()


print(f"interval of 80 %: {coverage(low, high, y_test):.0%}")
print(f"interval of 50 %: {coverage(low_50, high_50, y_test):.0%}")

errors = y_recent - model.predict(X_recent)[:, :, 2]
below, above = np.quantile(errors, [0.1, 0.9])
fixed_low, fixed_high = middle + below, middle + above
print(f"one width for all, 80 %: {coverage(fixed_low, fixed_high, y_test):.0%}")

# %%
# All are near what they promise. But intervals of one width are too wide at night, and
# too narrow when the hospital is full, which is when it matters.

hour = pd.DatetimeIndex(windows.target_times[test].ravel()).hour.to_numpy()
fig, ax = plt.subplots(figsize=(7.5, 4), layout="constrained")
for lower, upper, style, name in [
    (low, high, "C0o-", "learnt quantiles"),
    (fixed_low, fixed_high, "C1s--", "one width for all"),
]:
    is_inside = ((lower <= y_test) & (y_test <= upper)).ravel()
    by_hour = [is_inside[hour == h].mean() for h in range(24)]
    ax.plot(range(24), by_hour, style, label=name)
ax.axhline(0.8, color="0.3", ls=":", label="promised")
ax.set(xlabel="hour of the day", ylabel="share of arrivals inside", ylim=(0.4, 1.02))
ax.set_title("Coverage of intervals of 80 %")
ax.legend(loc="lower left")
plt.show()

# %%
# Try it yourself
# ---------------
# Ask for ``quantile=[0.05, 0.25, 0.5, 0.75, 0.95]``: the outer interval is wider, and
# about nine of ten arrivals lie within. Where an exact coverage is needed,
# :ref:`conformal prediction <guide_other_tools>` corrects intervals on data held out.
