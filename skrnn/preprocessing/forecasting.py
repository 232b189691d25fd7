"""Networks for the forecasters of other libraries, which make tables of lags."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from sklearn import get_config
from sklearn.base import clone
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skrnn.parameters.constraints import Interval, Options, check_options
from skrnn.preprocessing.padding import channels_last
from skrnn.preprocessing.steps_from_columns import StepsFromColumns
from skrnn.utils.documentation import DocumentationLink

if TYPE_CHECKING:
    from skrnn.utils.typing import Array, ArrayLike

STATIC = "static_features"
TABULAR, TIME_SERIES = "tabular-regressor", "time-series-regressor"


class _Lags:
    """Constraint: lags as the forecasters of skforecast take them."""

    def is_satisfied_by(self, value):
        """Return whether a value is valid."""
        number = Interval(Integral, 1)
        if not isinstance(value, list | tuple | range | np.ndarray):
            return number.is_satisfied_by(value)
        return (
            np.ndim(value) == 1
            and len(value) > 0
            and all(map(number.is_satisfied_by, value))
        )

    def __str__(self):
        return "an int in the range [1, inf) or a list of such ints"


OF_SKFORECAST = {
    "lags": [_Lags()],
    "n_series": [Interval(Integral, 1)],
    "n_window_features": [Interval(Integral, 0)],
}
OF_SKTIME = {
    "scitype": [Options((TABULAR, TIME_SERIES))],
    "n_features": [Interval(Integral, 1)],
}


class ForecastingPipeline(DocumentationLink, Pipeline):
    """A pipeline whose `fit` takes the weights of sequences.

    It is a `sklearn.pipeline.Pipeline` in all else. Forecasters look for the argument
    `sample_weight` of `fit`, and ignore the weights that they were to pass on if there
    is none.

    Read more in the :ref:`User Guide <guide_forecasting_tools>`.

    Parameters
    ----------
    steps : list of tuple of (str, estimator)
        The names and estimators, as in `sklearn.pipeline.Pipeline`.
    transform_input : list of str, default=None
        As there.
    memory : str or object, default=None
        As there.
    verbose : bool, default=False
        As there.

    See Also
    --------
    skrnn.preprocessing.make_skforecast_pipeline : Makes one.
    skrnn.preprocessing.make_sktime_pipeline : Makes one.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn import GRURegressor
    >>> from skrnn.preprocessing import ForecastingPipeline, StepsFromColumns
    >>> network = GRURegressor(max_iter=5, random_state=0)
    >>> lags = StepsFromColumns(newest_first=True)
    >>> pipeline = ForecastingPipeline([("lags", lags), ("network", network)])
    >>> X = np.random.default_rng(0).normal(size=(30, 4))
    >>> pipeline.fit(X, X[:, 0], sample_weight=np.ones(30)).predict(X).shape
    (30,)
    """

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
        **params: Any,
    ) -> Self:
        """Fit all transformers, and the network.

        Parameters
        ----------
        X : array or data frame of shape (n, n_columns), or array of shape \
(n, n_features, n_steps)
            What the forecaster passes.
        y : array-like of shape (n,) or (n, n_outputs), default=None
            The targets.
        sample_weight : array-like of shape (n,), default=None
            Weights for the last step of the pipeline. With metadata routing they go
            where they were requested.
        **params : dict
            Further parameters of `fit` of a pipeline.

        Returns
        -------
        self : object
            The fitted pipeline.
        """
        if sample_weight is not None:
            is_routed = get_config()["enable_metadata_routing"]
            prefix = "" if is_routed else f"{self.steps[-1][0]}__"
            params[f"{prefix}sample_weight"] = sample_weight
        return super().fit(X, y, **params)


def make_skforecast_pipeline(
    estimator: Any,
    *,
    lags: int | Sequence[int] | Array,
    n_series: int = 1,
    n_window_features: int = 0,
) -> ForecastingPipeline:
    """Make a pipeline that reads the tables of the forecasters of skforecast.

    They have the lags first, the newest of them foremost, and behind them window
    features, encodings of the series and exogenous columns. The pipeline reads the lags
    as steps, from the oldest to the newest, and all other columns as facts, which
    belong to no step: the parameter `static_features` of the network.

    Read more in the :ref:`User Guide <guide_forecasting_tools>`.

    Parameters
    ----------
    estimator : estimator
        A regressor of skrnn, or a pipeline, search or committee that ends in one. It is
        cloned. A `static_features` that is not None stays as it is.
    lags : int or list of int
        The `lags` of the forecaster.
    n_series : int, default=1
        For ``ForecasterDirectMultiVariate``: how many series it has. Each is a feature
        of a step. All other forecasters have 1, however many series they learn from.
    n_window_features : int, default=0
        For several of them: how many window features each series has, which stand
        between its lags and those of the next.

    Returns
    -------
    ForecastingPipeline
        A `sklearn.pipeline.Pipeline` of a `StepsFromColumns` and the estimator.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn import GRURegressor
    >>> from skrnn.preprocessing import make_skforecast_pipeline
    >>> network = GRURegressor(max_iter=5, random_state=0)
    >>> pipeline = make_skforecast_pipeline(network, lags=3)
    >>> X = np.array([[3.0, 2.0, 1.0, 12.0]])  # lag_1, lag_2, lag_3, month
    >>> pipeline[0].fit_transform(X).tolist()
    [[[1.0, 12.0], [2.0, 12.0], [3.0, 12.0]]]

    With skforecast itself, where `y` is a series of pandas::

        forecaster = ForecasterRecursive(pipeline, lags=3).fit(y)
    """
    name = "make_skforecast_pipeline"
    given = {"lags": lags, "n_series": n_series, "n_window_features": n_window_features}
    check_options(name, OF_SKFORECAST, given)
    n_lags = int(lags) if isinstance(lags, Integral) else len(np.unique(lags))
    width = n_lags + n_window_features
    columns = [s * width + lag for s in range(n_series) for lag in range(n_lags)]
    steps = StepsFromColumns(
        columns,
        features_per_step=int(n_series),
        grouped_by="feature",
        newest_first=True,
    )
    return _make_pipeline(steps, _with_facts(estimator, int(n_series), name))


def make_sktime_pipeline(
    estimator: Any,
    *,
    scitype: Literal["tabular-regressor", "time-series-regressor"] = TABULAR,
    n_features: int = 1,
) -> ForecastingPipeline:
    """Make a pipeline that reads what ``make_reduction`` of sktime passes on.

    That is a table, with all steps of the series side by side, and behind them all
    steps of each exogenous column; or, for regressors of time series, a 3-D array with
    the features before the steps. The pipeline puts either into the order of a network.

    Read more in the :ref:`User Guide <guide_forecasting_tools>`.

    Parameters
    ----------
    estimator : estimator
        A regressor of skrnn, or a pipeline, search or committee that ends in one. It is
        cloned.
    scitype : {"tabular-regressor", "time-series-regressor"}, \
default="tabular-regressor"
        The `scitype` of ``make_reduction``.
    n_features : int, default=1
        For tables: the series and the exogenous columns, how many they are together.
        The strategy "dirrec" leaves out exogenous columns: 1.

    Returns
    -------
    ForecastingPipeline
        A `sklearn.pipeline.Pipeline` of a transformer and the estimator.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn import GRURegressor
    >>> from skrnn.preprocessing import make_sktime_pipeline
    >>> network = GRURegressor(max_iter=5, random_state=0)
    >>> pipeline = make_sktime_pipeline(network, n_features=2)
    >>> X = np.array([[1.0, 2.0, 3.0, 10.0, 20.0, 30.0]])
    >>> pipeline[0].fit_transform(X).tolist()
    [[[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]]]

    With sktime itself::

        make_reduction(pipeline, window_length=3, scitype="tabular-regressor")
    """
    name = "make_sktime_pipeline"
    check_options(name, OF_SKTIME, {"scitype": scitype, "n_features": n_features})
    _static_parameters(estimator, name)
    steps = FunctionTransformer(channels_last)
    if scitype == TABULAR:
        width = int(n_features)
        steps = StepsFromColumns(features_per_step=width, grouped_by="feature")
    return _make_pipeline(steps, clone(estimator))


def _make_pipeline(*steps):
    return ForecastingPipeline(make_pipeline(*steps).steps)


def _with_facts(estimator, n_features, name):
    """Return a clone whose network reads all but the first features as facts."""
    facts = slice(n_features, None)
    given = _static_parameters(estimator, name)
    unset = {parameter: facts for parameter, value in given.items() if value is None}
    return clone(estimator).set_params(**unset)


def _static_parameters(estimator, name):
    """Return the parameters of an estimator, or within it, that name facts."""
    has_any = hasattr(estimator, "get_params") and not isinstance(estimator, type)
    params = estimator.get_params() if has_any else {}
    found = {k: v for k, v in params.items() if k.rpartition("__")[2] == STATIC}
    if not found:
        what = (
            repr(estimator) if isinstance(estimator, type) else type(estimator).__name__
        )
        raise TypeError(
            f"{name} expected a regressor of skrnn, or what ends in one, got {what}, "
            f"which has no parameter {STATIC}, nor has what it wraps."
        )
    return found
