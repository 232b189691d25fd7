"""Sequences from tables whose columns are steps in another order."""

from __future__ import annotations

import copy
import warnings
from collections import Counter
from numbers import Integral
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data

from skrnn.fitting.fitted_state import publish
from skrnn.parameters.columns import Columns, StepPattern
from skrnn.parameters.constraints import Boolean, Interval, Options, check_parameters
from skrnn.preprocessing.order_check import doubtful_order
from skrnn.preprocessing.output import SequenceOutput
from skrnn.preprocessing.step_order import order_by_name, order_by_position
from skrnn.utils.documentation import DocumentationLink
from skrnn.utils.wording import some_of
from skrnn.validation.columns import resolve_columns
from skrnn.validation.layouts import SHAPES, TABLE, recognise
from skrnn.validation.names import columns_of, is_frame

if TYPE_CHECKING:
    from skrnn.utils.typing import Array, ArrayLike, ColumnsLike

PASSTHROUGH, DROP = "passthrough", "drop"
OF_POSITIONS = {"features_per_step": 1, "grouped_by": "step", "newest_first": False}


class StepsFromColumns(DocumentationLink, SequenceOutput, BaseEstimator):
    r"""Makes sequences of the rows of tables whose columns come in any order.

    A network reads the row of a table from its first column to its last, as steps from
    the oldest to the newest, with all features of a step side by side. Other tools make
    tables with the newest lag first, or with all steps of a feature side by side, and
    put columns behind them that belong to no step. Here is said which column is what,
    and out comes a 3-D array. Columns that belong to no step are its last features, the
    same at every step: pass ``static_features=slice(d, None)`` to the network, where d
    is the number of features of a step.

    Read more in the :ref:`User Guide <guide_forecasting_tools>`.

    Parameters
    ----------
    columns : str, array-like of int, str or bool, slice or None, default=None
        The columns that are steps. A str is a regular expression for whole names, with
        a group named "lag" where a larger number is older, or "step" where it is newer,
        and a group named "feature" if there is more than one: it says the order itself.
        Otherwise indices, names, a mask or a slice of columns, which the three next
        parameters put in order. None is all columns.
    features_per_step : int, default=1
        How many features a step has.
    grouped_by : {"step", "feature"}, default="step"
        Whether all features of one step stand side by side, or all steps of one
        feature.
    newest_first : bool, default=False
        Whether the newest step comes first.
    remainder : {"passthrough", "drop"}, default="passthrough"
        What becomes of the other columns: features of every step, behind its own, or
        nothing.

    Attributes
    ----------
    step_columns_ : ndarray of int of shape (n_steps, n_features)
        Which column is which feature of which step, the oldest step first.
    fact_columns_ : ndarray of int of shape (n_facts,)
        The columns that follow in every step, in the order of X.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of str objects of shape (`n_features_in_`,)
        Names of the columns, of a data frame in which they are all strings.

    See Also
    --------
    skrnn.preprocessing.make_skforecast_pipeline : For the tables of skforecast.
    skrnn.preprocessing.make_sktime_pipeline : For those of sktime.

    Notes
    -----
    Columns are found once, by `fit`, and then known by their positions. So `transform`
    takes arrays too, after a fit on data frames. Steps need not be equally far apart:
    lags 1, 2 and 24 make three of them.

    Where the rows are windows of a series, one below the other, as forecasters make
    them, `fit` warns if the values of the columns speak against what is said of them.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn.pipeline import make_pipeline
    >>> from skrnn import GRURegressor
    >>> from skrnn.preprocessing import StepsFromColumns
    >>> names = ["lag_1", "lag_2", "lag_3", "month"]
    >>> X = pd.DataFrame([[3.0, 2.0, 1.0, 12.0]], columns=names)
    >>> steps = StepsFromColumns(r"lag_(?P<lag>\d+)")
    >>> steps.fit_transform(X).tolist()
    [[[1.0, 12.0], [2.0, 12.0], [3.0, 12.0]]]

    The same without names:

    >>> steps = StepsFromColumns(slice(3), newest_first=True)
    >>> steps.fit_transform(X.to_numpy()).tolist()
    [[[1.0, 12.0], [2.0, 12.0], [3.0, 12.0]]]
    >>> network = GRURegressor(static_features=slice(1, None), random_state=0)
    >>> pipeline = make_pipeline(steps, network)
    """

    _parameter_constraints: ClassVar[dict] = {
        "columns": [StepPattern(), Columns(), Options((None,))],
        "features_per_step": [Interval(Integral, 1)],
        "grouped_by": [Options(("step", "feature"))],
        "newest_first": [Boolean()],
        "remainder": [Options((PASSTHROUGH, DROP))],
    }

    def __init__(
        self,
        columns: str | ColumnsLike | None = None,
        *,
        features_per_step: int = 1,
        grouped_by: Literal["step", "feature"] = "step",
        newest_first: bool = False,
        remainder: Literal["passthrough", "drop"] = PASSTHROUGH,
    ) -> None:
        self.columns = columns
        self.features_per_step = features_per_step
        self.grouped_by = grouped_by
        self.newest_first = newest_first
        self.remainder = remainder

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Find the columns of the steps.

        Parameters
        ----------
        X : array or data frame of shape (n, n_columns)
            The table, a row for each sequence.
        y : array-like of shape (n,), default=None
            Not used.

        Returns
        -------
        self : object
            The fitted transformer.
        """
        check_parameters(self)
        stand_in = copy.copy(self)
        publish(stand_in, {})
        values, name = _read(stand_in, X, reset=True), type(self).__name__
        fitted = {k: v for k, v in vars(stand_in).items() if k.endswith("_in_")}
        steps, facts = self._find_columns(stand_in)
        doubt = doubtful_order(values, steps, facts, name)
        facts = facts[:0] if self.remainder == DROP else facts
        publish(self, {**fitted, "step_columns_": steps, "fact_columns_": facts})
        if doubt:
            warnings.warn(doubt, UserWarning, stacklevel=2)
        return self

    def transform(self, X: ArrayLike) -> Array:
        """Put the columns into steps.

        Parameters
        ----------
        X : array or data frame of shape (n, n_columns)
            The table, with the columns of `fit`.

        Returns
        -------
        ndarray of shape (n, n_steps, n_features + n_facts)
            The sequences, the oldest step first.
        """
        check_is_fitted(self)
        values = _read(self, X, reset=False)
        n_steps, facts = len(self.step_columns_), self.fact_columns_
        of_steps = np.tile(facts, (n_steps, 1))
        return values[:, np.hstack([self.step_columns_, of_steps])]

    def _find_columns(self, read):
        """Return the columns of steps, (n_steps, n_features), and all others."""
        n, names = read.n_features_in_, getattr(read, "feature_names_in_", None)
        name = type(self).__name__
        if isinstance(self.columns, str):
            self._check_pattern_is_alone(name)
            steps = order_by_name(self.columns, names, name)
        else:
            columns = slice(None) if self.columns is None else self.columns
            steps = order_by_position(
                resolve_columns(f"columns of {name}", columns, n, names),
                name,
                width=self.features_per_step,
                by_feature=self.grouped_by == "feature",
                newest_first=self.newest_first,
            )
        return steps, np.setdiff1d(np.arange(n), steps)

    def _check_pattern_is_alone(self, name):
        """Raise ValueError if the order is said twice, by a pattern and otherwise."""
        for parameter, default in OF_POSITIONS.items():
            if getattr(self, parameter) != default:
                raise ValueError(
                    f"{parameter} of {name} is for columns in a known order, but "
                    f"columns is a pattern, {self.columns!r}, which says the order "
                    f"itself. Leave {parameter} at {default!r}."
                )

    def __sklearn_tags__(self) -> Any:
        """Return the tags of the transformer: values pass through as they are."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        return tags


def _read(transformer, X, *, reset):
    """Return a table as an array, its columns checked by scikit-learn."""
    name = type(transformer).__name__
    X, layout = recognise(X, name)
    if layout != TABLE:
        raise ValueError(
            f"{name} expected {SHAPES[TABLE]}, got {SHAPES[layout]}: the steps of "
            "those have an axis of their own, and the network reads them as they are. "
            "Features before steps are put right by skrnn.preprocessing.channels_last."
        )
    if is_frame(X):
        _check_names_differ(columns_of(X), name)
    return validate_data(
        transformer, X, reset=reset, dtype=None, ensure_all_finite=False
    )


def _check_names_differ(names, name):
    twice = [column for column, count in Counter(names).items() if count > 1]
    if twice:
        raise ValueError(
            f"{name} expected columns of different names, but X has more than one "
            f"column {some_of(twice)}. Rename them, or pass an array."
        )
