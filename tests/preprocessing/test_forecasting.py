"""Pipelines for forecasters: what those pass on is read as our own windows are.

The tables are built as skforecast 0.26 and sktime 1.2 build them, which was looked up
by an estimator that writes down what it gets. `tests/benchmarks/forecasting_tools.py`
runs the libraries themselves.
"""

import inspect
import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import config_context
from sklearn.base import clone
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from skrnn import GRURegressor, LSTMRegressor
from skrnn.ensemble import SequenceBaggingRegressor
from skrnn.preprocessing import (
    PerStepTransformer,
    make_skforecast_pipeline,
    make_sktime_pipeline,
    sliding_windows,
)
from tests.messages import failure

N, LAGS = 60, 4
RNG = np.random.default_rng(0)
SERIES = RNG.normal(size=(2, N)).cumsum(axis=1)
TEMPERATURE, PROMOTION = RNG.normal(size=N), RNG.integers(2, size=N).astype(float)
NETWORK = GRURegressor(4, max_iter=3, dtype="float64", random_state=0)


def windows(*series):
    """Return our own windows, (n, LAGS, n_series), and the next of the first series."""
    values = np.column_stack(series)
    X = sliding_windows([values], length=LAGS).X[:-1]
    return np.asarray(X), series[0][LAGS:]


def with_facts(X, *facts):
    """Put facts, one a sequence, behind the features of every step."""
    spread = np.repeat(np.column_stack(facts)[:, np.newaxis], X.shape[1], axis=1)
    return np.concatenate([X, spread], axis=2)


def quietly(model, X, y, **params):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(X, y, **params)


def lagged(series):
    """Return lag_1, lag_2, ... of a series, as skforecast has them."""
    return np.column_stack([series[LAGS - k : N - k] for k in range(1, LAGS + 1)])


def rolling(series):
    """Return the window feature of skforecast that is called roll_mean_3."""
    return np.array([series[t - 3 : t].mean() for t in range(LAGS, N)])


def same_forecasts(model, table, n_static, *parts):
    """Check that a pipeline learns and predicts what its network does on windows."""
    own, y = windows(*parts[:n_static])
    if parts[n_static:]:
        own = with_facts(own, *parts[n_static:])
    network = clone(NETWORK).set_params(static_features=slice(n_static, None))
    expected = quietly(network, own, y)
    quietly(model, table, y)
    assert_array_equal(model[-1].weights_, expected.weights_)
    assert_array_equal(model.predict(table), expected.predict(own))
    # Forecasts come one row at a time.
    one = model.predict(table[:1])
    assert_allclose(one, expected.predict(own[:1]), rtol=0, atol=1e-12)


def test_recursive_and_direct_forecasters_of_skforecast():
    # lag_1 .. lag_4, roll_mean_3, temperature, promotion: an array without names
    facts = rolling(SERIES[0]), TEMPERATURE[LAGS:], PROMOTION[LAGS:]
    table = np.column_stack([lagged(SERIES[0]), *facts])
    model = make_skforecast_pipeline(NETWORK, lags=LAGS)
    same_forecasts(model, table, 1, SERIES[0], *facts)
    assert model[-1].static_features_.tolist() == [1, 2, 3]
    same_forecasts(model, table[:, :LAGS], 1, SERIES[0])
    assert model[-1].static_features_.tolist() == []


@pytest.mark.parametrize("lags", [LAGS, [1, 2, 3, 4], (4, 3, 2, 1), range(1, 5)])
def test_lags_as_a_forecaster_has_them(lags):
    table = lagged(SERIES[0])
    for value in (lags, np.array(lags)) if np.ndim(lags) else (lags, np.int64(lags)):
        steps = make_skforecast_pipeline(NETWORK, lags=value)[0]
        assert_array_equal(steps.fit_transform(table), windows(SERIES[0])[0])


def test_many_series_of_skforecast():
    # a data frame at fit, with the series one below the other and an encoding of each;
    # an array at predict
    y = np.concatenate([windows(series)[1] for series in SERIES])
    own = np.concatenate([windows(series)[0] for series in SERIES])
    level = np.repeat([0.0, 1.0], N - LAGS)
    names = [f"lag_{k}" for k in range(1, LAGS + 1)]
    table = pd.DataFrame(np.concatenate(list(map(lagged, SERIES))), columns=names)
    table = table.assign(_level_skforecast=level, temp=np.tile(TEMPERATURE[LAGS:], 2))
    own = with_facts(own, level, table["temp"])
    network = clone(NETWORK).set_params(static_features=[1, 2])
    expected = quietly(network, own, y)
    model = quietly(make_skforecast_pipeline(NETWORK, lags=LAGS), table, y)
    with pytest.warns(UserWarning, match="valid feature names"):
        found = model.predict(table.to_numpy())
    assert_array_equal(found, expected.predict(own))


def test_several_series_at_once_of_skforecast():
    # lags and window features of the first series, those of the second, and exogenous
    parts = [np.column_stack([lagged(s), rolling(s)]) for s in SERIES]
    table = np.column_stack([*parts, TEMPERATURE[LAGS:]])
    facts = *map(rolling, SERIES), TEMPERATURE[LAGS:]
    model = make_skforecast_pipeline(
        NETWORK, lags=LAGS, n_series=2, n_window_features=1
    )
    same_forecasts(model, table, 2, *SERIES, *facts)
    assert model[-1].static_features_.tolist() == [2, 3, 4]


def test_tables_and_arrays_of_sktime():
    # windows of the series, then windows of each exogenous column
    features = SERIES[0], TEMPERATURE, PROMOTION
    own, y = windows(*features)
    table = np.hstack([own[:, :, k] for k in range(3)])
    model = make_sktime_pipeline(NETWORK, n_features=3)
    same_forecasts(model, table, 3, *features)
    by_channel = make_sktime_pipeline(NETWORK, scitype="time-series-regressor")
    quietly(by_channel, own.transpose(0, 2, 1), y)
    assert_array_equal(by_channel[-1].weights_, model[-1].weights_)
    # "multioutput" has a column of y for each step ahead
    y = np.column_stack([y[:-1], y[1:]])
    assert quietly(clone(model), table[:-1], y).predict(table).shape == (len(own), 2)
    # "dirrec" has no exogenous columns, and one step more with each step ahead
    for n_steps in (3, 4):
        steps = make_sktime_pipeline(NETWORK)[0].fit_transform(table[:, :n_steps])
        assert_array_equal(steps, own[:, :n_steps, :1])


def test_pipelines_are_pipelines():
    model = make_skforecast_pipeline(LSTMRegressor(max_iter=3), lags=LAGS)
    assert isinstance(model, Pipeline)
    assert list(model.named_steps) == ["stepsfromcolumns", "lstmregressor"]
    model.set_params(lstmregressor__hidden_size=3, memory=None)
    twin = clone(model)
    assert twin[-1].hidden_size == 3
    assert type(twin) is type(model)
    table, y = lagged(SERIES[0]), SERIES[0][LAGS:]
    assert_array_equal(
        pickle.loads(pickle.dumps(quietly(twin, table, y))).predict(table),
        twin.predict(table),
    )
    grid = {"lstmregressor__hidden_size": [2, 3]}
    search = quietly(GridSearchCV(model, grid, cv=2), table, y)
    assert search.best_params_["lstmregressor__hidden_size"] in (2, 3)


@pytest.mark.parametrize("make", [
    lambda network: make_skforecast_pipeline(network, lags=LAGS),
    make_sktime_pipeline,
])  # fmt: skip
def test_fit_takes_weights(make):
    """Forecasters look at the arguments of `fit` before they pass on weights."""
    model = make(NETWORK)
    assert list(inspect.signature(model.fit).parameters) == [
        "X", "y", "sample_weight", "params",
    ]  # fmt: skip
    table, y = lagged(SERIES[0]), SERIES[0][LAGS:]
    weight = np.arange(len(y)) % 3.0
    repeated = np.repeat(np.arange(len(y)), weight.astype(int))
    weighted = quietly(clone(model), X=table, y=y, sample_weight=weight)
    expected = quietly(clone(model), table[repeated], y[repeated])
    named = quietly(clone(model), table, y, gruregressor__sample_weight=weight)
    assert_array_equal(weighted[-1].weights_, expected[-1].weights_)
    assert_array_equal(named[-1].weights_, expected[-1].weights_)
    with config_context(enable_metadata_routing=True):
        network = clone(NETWORK).set_fit_request(sample_weight=True)
        routed = quietly(make(network), table, y, sample_weight=weight)
        assert_array_equal(routed[-1].weights_, expected[-1].weights_)


def test_the_estimator_is_left_alone_and_may_be_more_than_a_network():
    network = GRURegressor(4, max_iter=3, random_state=0)
    facts = slice(1, None)
    for estimator, parameter in (
        (network, "static_features"),
        (GridSearchCV(network, {}), "estimator__static_features"),
        (SequenceBaggingRegressor(network), "estimator__static_features"),
        (
            make_pipeline(PerStepTransformer(StandardScaler()), network),
            "gruregressor__static_features",
        ),
    ):
        model = make_skforecast_pipeline(estimator, lags=LAGS)
        assert model[-1].get_params()[parameter] == facts
        assert estimator.get_params()[parameter] is None
        assert make_sktime_pipeline(estimator)[-1].get_params()[parameter] is None
    chosen = clone(network).set_params(static_features=[1])
    model = make_skforecast_pipeline(chosen, lags=LAGS)
    assert model[-1].static_features == [1]


def test_messages():
    message = (
        "The 'lags' parameter of make_skforecast_pipeline must be an int in the range "
        "[1, inf) or a list of such ints. Got {}."
    )
    for lags in (0, None, [], [0], 2.5, "3", [[1]], {"a": 3}):
        text = failure(ValueError, make_skforecast_pipeline, NETWORK, lags=lags)
        assert text == message.format(repr(lags))
    text = failure(
        ValueError,
        make_skforecast_pipeline,
        NETWORK,
        lags=2,
        n_series=0,
        n_window_features=-1,
    )
    assert text == (
        "The 'n_series' parameter of make_skforecast_pipeline must be an int in the "
        "range [1, inf). Got 0.\n"
        "The 'n_window_features' parameter of make_skforecast_pipeline must be an int "
        "in the range [0, inf). Got -1."
    )
    text = failure(
        ValueError, make_sktime_pipeline, NETWORK, scitype="tabular-regresor"
    )
    assert text == (
        "The 'scitype' parameter of make_sktime_pipeline must be one of "
        "'tabular-regressor', 'time-series-regressor'. Got 'tabular-regresor'. Did "
        "you mean 'tabular-regressor'?"
    )
    for make, options in (
        (make_skforecast_pipeline, {"lags": 2}),
        (make_sktime_pipeline, {}),
    ):
        for estimator, got in (
            (LinearRegression(), "LinearRegression"),
            (GRURegressor, repr(GRURegressor)),
            (SequenceBaggingRegressor(), "SequenceBaggingRegressor"),
            (None, "NoneType"),
        ):
            assert failure(TypeError, make, estimator, **options) == (
                f"{make.__name__} expected a regressor of skrnn, or what ends in one, "
                f"got {got}, which has no parameter static_features, nor has what it "
                "wraps."
            )
