"""Regression sets to measure learning on, which wheels ship.

Each loader gives X_train, y_train, X_test, y_test as users have them, unscaled. The
series are cut into windows, each with the value that comes next, and the last windows
are for testing.

    pip install --no-deps aeon sktime statsmodels river reservoirpy
"""

from functools import partial

import numpy as np

from tests.benchmarks.wheels import find, read_table, read_ts

TEST_PART = 0.3


def measured(package, name):
    """A set in the .ts format with a measured quantity as label."""
    X, y, X_test, y_test = read_ts(package, name)
    return X, y.astype(float), X_test, y_test.astype(float)


def tecator():
    """The fat of meat from its near infrared spectrum.

    Some spectra are there twice. Copies are left out of the training part, those of
    test spectra too, while the test part is the official one.
    """
    X, y, X_test, y_test = measured("sktime", "Tecator")
    seen = {x.tobytes() for x in X_test}
    new = []
    for row, x in enumerate(X):
        if x.tobytes() not in seen:
            seen.add(x.tobytes())
            new.append(row)
    return X[new], y[new], X_test, y_test


def pigs():
    """Return weights and feed of pigs in six weeks, the weight in the twelfth, litters.

    Feed is what a pig has eaten so far, in kilograms as the weight.
    """
    place = "regression", "tests", "results", "dietox.csv"
    table = read_table("statsmodels", *place).fillna({"Feed": 0.0})
    X, y, litters = [], [], []
    for _, pig in table.sort_values("Time").groupby("Pig"):
        last = pig[pig["Time"] == 12]
        if len(last):
            X.append(pig[pig["Time"] <= 6][["Weight", "Feed"]].to_numpy(float))
            y.append(last["Weight"].item())
            litters.append(last["Litter"].item())
    return np.array(X), np.array(y), np.array(litters)


def growth():
    """What a pig will weigh six weeks later; the last third of the litters to test."""
    X, y, litters = pigs()
    train = litters <= np.quantile(litters, 1 - TEST_PART)
    return X[train], y[train], X[~train], y[~train]


def growth_litters():
    """Return the litter of each pig of the training part."""
    _, _, litters = pigs()
    return litters[litters <= np.quantile(litters, 1 - TEST_PART)]


def windows(read, n_steps):
    """Cut a series into overlapping windows, each with the first value behind it.

    Of several columns the first is to be foretold. No value that is to be foretold in
    the test part is in a window of training.
    """
    series = read()
    X = np.lib.stride_tricks.sliding_window_view(series[:-1], n_steps, axis=0)
    X, y = X.transpose(0, 2, 1).copy(), series[n_steps:, 0]
    n_train = round((1 - TEST_PART) * len(y))
    return X[:n_train], y[:n_train], X[n_train:], y[n_train:]


def series(*place, columns=(1,), log=False):
    """Return columns of a table; gaps are filled on a line between their ends."""
    table = read_table(*place).iloc[:, list(columns)].interpolate()
    values = table.to_numpy(float)
    return np.log10(values) if log else values


def el_nino():
    """The temperature of the sea, a row a year in the file, as one series of months."""
    table = read_table("statsmodels", "datasets", "elnino", "elnino.csv")
    return table.iloc[:, 1:].to_numpy(float).reshape(-1, 1)


def laser():
    """The intensity of a chaotic laser, the Santa Fe series; its first 2000 steps."""
    return np.load(find("reservoirpy", "datasets", "santafe_laser.npy"))[:2000] * 1.0


sktime = partial(series, "sktime", "datasets", "data")
statsmodels = partial(series, "statsmodels", "datasets")
DEMAND = "statsmodels", "tsa", "stl", "tests", "results", "mstl_elec_vic.csv"
WINDOWS = {
    # Passengers a month, and lynxes a year, are counted in powers of ten.
    "airline": (partial(sktime, "Airline", "Airline.csv", log=True), 24),
    "lynx": (partial(sktime, "Lynx", "Lynx.csv", log=True), 12),
    "shampoo": (partial(sktime, "ShampooSales", "ShampooSales.csv"), 12),
    # Five quantities a quarter, of which consumption is to be foretold.
    "US change": (
        partial(sktime, "Uschange", "Uschange.csv", columns=range(2, 7)),
        12,
    ),
    "sunspots": (partial(statsmodels, "sunspots", "sunspots.csv"), 24),
    "CO2": (partial(statsmodels, "co2", "co2.csv"), 24),
    "El Nino": (el_nino, 24),
    "equipment": (partial(statsmodels, "elec_equip", "elec_equip.csv"), 24),
    "electricity demand": (partial(series, *DEMAND), 24),
    "water flow": (partial(series, "river", "datasets", "water-flow.csv"), 24),
    "laser": (laser, 24),
}
REGRESSION = {
    "Covid3Month": partial(measured, "aeon", "Covid3Month"),
    "CardanoSentiment": partial(measured, "aeon", "CardanoSentiment"),
    "Tecator": tecator,
    "growth of pigs": growth,
    **{name: partial(windows, *given) for name, given in WINDOWS.items()},
}
REGRESSION_GROUPS = {"growth of pigs": growth_litters}
