"""
Find faults by the errors of a forecast
=======================================

A pump is watched by three sensors, and nobody has labelled faults to learn from. But
there are weeks of normal operation. A network learns to forecast the next measurement
of a normal pump. Where the forecast is wrong, something is not normal.

The data are simulated: load, temperature and vibration of a pump, every ten minutes.
The temperature follows the load with a delay, which a limit for each sensor cannot
know. See :ref:`guide_forecasting`.
"""

import matplotlib.pyplot as plt
import numpy as np

from skrnn import GRURegressor
from skrnn.preprocessing import sliding_windows

SENSORS = ["load (%)", "temperature (°C)", "vibration (mm/s)"]

# %%
# A pump
# ------
# The load changes from time to time. The temperature takes about three hours to follow,
# and the vibration follows at once.


def run_pump(n_days, rng):
    n = 144 * n_days
    levels = rng.uniform(30, 90, size=n // 20 + 1)
    load = np.repeat(levels, 20)[:n] + rng.normal(0, 1.5, size=n)
    temperature = np.empty(n)
    now = 45.0
    for t in range(n):
        now += (20 + 0.5 * load[t] - now) / 18
        temperature[t] = now
    temperature += rng.normal(0, 0.3, size=n)
    vibration = 1 + 0.03 * load + rng.normal(0, 0.15, size=n)
    return np.column_stack([load, temperature, vibration])


rng = np.random.default_rng(0)
normal = run_pump(30, rng)

# %%
# Three faults
# ------------
# In the week that we want to check, we put in three faults. A limit on the range of
# each sensor would notice few of the faulty measurements.

week = run_pump(7, rng)
faults = {
    "cooling is blocked": (250, 300),
    "sensor is stuck": (520, 570),
    "bearing is worn": (800, 850),
}
is_fault = np.zeros(len(week), dtype=bool)
for begin, end in faults.values():
    is_fault[begin:end] = True
week[250:300, 1] += np.linspace(0, 8, 50)
week[520:570, 1] = week[520, 1]
week[800:850, 2] += 1.0
inside = (week >= normal.min(axis=0)) & (week <= normal.max(axis=0))
noticed = ~inside.all(axis=1)[is_fault]
print(f"faulty measurements outside the normal range: {noticed.mean():.0%}")

# %%
# Forecast the next measurement
# -----------------------------
# The network reads three hours of all sensors, and the load of the next step, and
# forecasts the next temperature and vibration.

options = {"length": 18, "horizon": 1, "target": [1, 2], "known_ahead": 0}
windows = sliding_windows(normal, **options)
n_train = 144 * 20
model = GRURegressor(24, max_iter=40, random_state=0)
model.fit(windows.X[:n_train], windows.y[:n_train])

# %%
# From errors to alarms
# ---------------------
# Ten normal days, which the network has not seen, tell how large an error is usual.
# The score is the error in that unit, as a mean over the last hour, of the worse of the
# two sensors. The alarm goes off above the largest score of the normal days.


def errors(X, y):
    return np.abs(y - model.predict(X))


def hourly_mean(series):
    return np.convolve(series, np.ones(6) / 6)[: len(series)]


def score(X, y, usual):
    return np.max([hourly_mean(e) for e in (errors(X, y) / usual).T], axis=0)


X_held, y_held = windows.X[n_train:], windows.y[n_train:]
usual = errors(X_held, y_held).mean(axis=0)
threshold = score(X_held, y_held, usual).max()

# %%
# Check the week
# --------------

checked = sliding_windows(week, **options)
forecast = model.predict(checked.X)
times = checked.target_times[:, 0]
scores = score(checked.X, checked.y, usual)
alarms = times[scores > threshold]
for name, (begin, end) in faults.items():
    within = alarms[(alarms >= begin) & (alarms < end)]
    print(f"{name}: found after {10 * (within[0] - begin)} minutes")
# A window has three hours: for so long a fault that has ended is in what is read.
after_a_fault = [is_fault[max(0, t - 18) : t + 1].any() for t in alarms]
print(f"false alarms: {np.sum(~np.array(after_a_fault))}")

# %%
# The temperature while the cooling is blocked looks like any other: it is too high for
# the load, and not too high in itself. The shaded parts are the faults.

fig, axes = plt.subplots(3, sharex=True, figsize=(7.5, 7), layout="constrained")
days = np.arange(len(week)) / 144
for column, ax in enumerate(axes[:2]):
    ax.plot(days, week[:, column + 1], color="C0", label="measured")
    ax.plot(days[times], forecast[:, column], "C1--", lw=1, label="forecast")
    ax.set_ylabel(SENSORS[column + 1])
axes[2].plot(days[times], scores, color="C0", label="score")
axes[2].axhline(threshold, color="C1", ls="--", label="threshold")
axes[2].set(yscale="log", ylabel="error / usual error", xlabel="time (days)")
for ax in axes:
    for begin, end in faults.values():
        ax.axvspan(days[begin], days[end], color="0.85", zorder=0)
for name, (begin, _) in faults.items():
    axes[2].text(days[begin], 0.13, name, fontsize=9)
axes[0].legend(loc="upper right", ncols=2)
axes[0].set_ylim(None, 72)
axes[2].legend(loc="upper right")
axes[0].set_title("A pump: the forecast errors reveal three faults")
axes[2].set_ylim(0.1, None)
plt.show()

# %%
# Try it yourself
# ---------------
# Take the load of the next step away: ``"known_ahead": None``. The network cannot know
# before when the load will change. Usual errors are larger, the threshold is higher,
# and each fault is found ten or twenty minutes later.
