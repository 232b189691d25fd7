"""A small log, as a data frame of each kind."""

import pandas as pd
import polars
import pyarrow
import pytest

DATA = {
    "who": ["b", "a", "b", "c", "a", "b"],
    "second": [3, 7, 1, 0, 5, 2],
    "speed": [0.3, 1.7, 0.1, None, 1.5, 0.2],
    "count": [30, 17, 10, 0, 15, 20],
    "on": [True, False, False, True, True, False],
    "label": ["x", "y", "x", "y", "y", "x"],
}


def pandas_with(**options):
    return lambda data: pd.DataFrame(data).convert_dtypes(**options)


def with_categories(data):
    return pd.DataFrame(data).astype({"who": "category", "label": "category"})


KINDS = {
    "pandas": pd.DataFrame,
    "pandas, nullable": pandas_with(),
    "pandas, pyarrow": pandas_with(dtype_backend="pyarrow"),
    "pandas, categories": with_categories,
    "polars": polars.DataFrame,
    "polars, lazy": polars.LazyFrame,
    "polars, categories": lambda data: polars.DataFrame(data).with_columns(
        polars.col("who").cast(polars.Categorical)
    ),
    "pyarrow": pyarrow.table,
}
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
