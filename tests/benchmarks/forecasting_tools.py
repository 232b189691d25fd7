"""Forecasters of skforecast and sktime: do they forecast as our own windows do?

Run it by hand where both are installed, with Python 3.11 or later:

    python -m pip install skforecast sktime
    python tests/benchmarks/forecasting_tools.py

It prints the largest difference between the forecasts of each tool and those of the
same network on windows that are cut here, whether a network without a pipeline warns,
and what the code of docs/guide/forecasting_tools.md prints.
"""

import re
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from environment import describe
from skforecast.direct import ForecasterDirect
from skforecast.recursive import ForecasterRecursive
from sklearn.base import clone
from sktime.forecasting.compose import make_reduction

from skrnn import GRURegressor
from skrnn.preprocessing import make_skforecast_pipeline, make_sktime_pipeline

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "forecasting_tools.md"
N, LAGS, AHEAD = 200, 6, 4
RNG = np.random.default_rng(0)
Y = np.sin(np.arange(N) / 4) + RNG.normal(0, 0.2, N)
EXOGENOUS = RNG.normal(size=(N + AHEAD, 2))
DAYS = pd.date_range("2024-01-01", periods=N + AHEAD, freq="D")
SERIES = pd.Series(Y, DAYS[:N], name="y")
FRAME = pd.DataFrame(EXOGENOUS, DAYS, columns=["temperature", "promotion"])
NETWORK = GRURegressor(8, max_iter=20, random_state=0)


def fitted(X, y, static=None):
    return clone(NETWORK).set_params(static_features=static).fit(X, y)


def with_facts(windows, facts):
    """Put exogenous columns of the day to forecast behind every step."""
    spread = np.repeat(facts[:, np.newaxis], windows.shape[1], axis=1)
    return np.concatenate([windows, spread], axis=2)


def windows_of(values, ends):
    """Return the steps before some days, (n, LAGS, n_features)."""
    return np.array([values[end - LAGS : end] for end in ends])


def skforecast_by_hand(direct):
    """Forecast with the lags as steps, and exogenous columns as facts."""
    y, found = Y[:, np.newaxis], []
    for ahead in range(AHEAD if direct else 1):
        # All of the direct networks learn from the same windows.
        ends = np.arange(LAGS, N - (AHEAD - 1) * direct)
        X = with_facts(windows_of(y, ends), EXOGENOUS[ends + ahead])
        model = fitted(X, Y[ends + ahead], [1, 2])
        for day in [N + ahead] if direct else range(N, N + AHEAD):
            end = N if direct else day
            X = with_facts(windows_of(y, [end]), EXOGENOUS[[day]])
            found.append(model.predict(X)[0])
            y = y if direct else np.append(y, [[found[-1]]], axis=0)
    return np.array(found)


def sktime_by_hand(strategy):
    """Forecast with the series and the exogenous columns as features of a step."""
    values, found = np.column_stack([Y, EXOGENOUS[:N]]), []
    if strategy == "recursive":
        ends = np.arange(LAGS, N)
        model = fitted(windows_of(values, ends), Y[ends])
        for day in range(N, N + AHEAD):
            found.append(model.predict(windows_of(values, [day]))[0])
            values = np.vstack([values, [found[-1], *EXOGENOUS[day]]])
        return np.array(found)
    ends = np.arange(LAGS, N - AHEAD + 1)
    targets = [Y[ends + ahead] for ahead in range(AHEAD)]
    X, last = windows_of(values, ends), windows_of(values, [N])
    if strategy == "direct":
        return np.array([fitted(X, y).predict(last)[0] for y in targets])
    return fitted(X, np.column_stack(targets)).predict(last)[0]


def skforecast(estimator, direct):
    if direct:
        forecaster = ForecasterDirect(estimator, lags=LAGS, steps=AHEAD, n_jobs=1)
    else:
        forecaster = ForecasterRecursive(estimator, lags=LAGS)
    forecaster.fit(SERIES, exog=FRAME[:N])
    return forecaster.predict(AHEAD, exog=FRAME[N:]).to_numpy()


def sktime(estimator, strategy, scitype):
    forecaster = make_reduction(
        estimator, window_length=LAGS, strategy=strategy, scitype=scitype
    )
    forecaster.fit(SERIES, X=FRAME[:N], fh=range(1, AHEAD + 1))
    return forecaster.predict(X=FRAME[N:]).to_numpy()


def report(name, ours, theirs):
    print(f"{name:45} {np.abs(ours - theirs).max():.1e}")


def compare():
    """Print the largest differences between forecasts."""
    print("largest difference from the forecasts of our own windows")
    for direct in (False, True):
        model = make_skforecast_pipeline(NETWORK, lags=LAGS)
        name = "direct" if direct else "recursive"
        report(
            f"skforecast, {name}", skforecast_by_hand(direct), skforecast(model, direct)
        )
    for scitype in ("tabular-regressor", "time-series-regressor"):
        model = make_sktime_pipeline(NETWORK, scitype=scitype, n_features=3)
        for strategy in ("recursive", "direct", "multioutput"):
            theirs = sktime(model, strategy, scitype)
            report(f"sktime, {strategy}, {scitype}", sktime_by_hand(strategy), theirs)


def look_for_warnings():
    """Print what a network says that is given the tables as they are."""
    print("\na network without a pipeline")
    for name, call in {
        "skforecast, recursive": lambda: skforecast(NETWORK, False),
        "skforecast, direct": lambda: skforecast(NETWORK, True),
        "sktime, tabular-regressor": lambda: sktime(
            NETWORK, "recursive", "tabular-regressor"
        ),
    }.items():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            call()
        said = [str(w.message) for w in caught if "columns of X" in str(w.message)]
        print(f"{name:45} {said[0] if said else 'NO WARNING'}")


def run_page():
    """Run the code of the page that tests cannot run."""
    print("\ndocs/guide/forecasting_tools.md prints")
    namespace = {"__name__": "__main__"}
    for source in re.findall(r"```py\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL):
        exec(compile(source, PAGE, "exec"), namespace)


if __name__ == "__main__":
    print(describe(), end="\n\n")
    # sktime shows warnings of its own future whatever the filters say.
    warnings.showwarning = lambda *args, **kwargs: None
    compare()
    look_for_warnings()
    run_page()
