"""Advice in error messages about data that are no sequences of numbers."""

import datetime
from collections.abc import Iterable, Mapping, Set

import numpy as np

from skrnn.validation.arrays import is_missing
from skrnn.validation.names import is_frame

TEXT = (
    "Name features of text in categorical_features of a network, or encode text in a "
    "pipeline, with PerStepTransformer(OneHotEncoder()) or an OrdinalEncoder in it. A "
    "sequence of characters or words x becomes an array of shape (steps, 1) by "
    "np.reshape(list(x), (-1, 1))."
)
TIMES = (
    "Make numbers of dates and times, such as the seconds since the first one: "
    "(t - t[0]) / np.timedelta64(1, 's')."
)
READ_OR_FILL = (
    "let the network read the gaps with missing_values='forward_fill', or fill them in "
    "a pipeline with PerStepTransformer(SimpleImputer())"
)
MISSING = f"Pass np.nan for what is missing, and {READ_OR_FILL}."
NESTED = (
    "If each cell holds a whole series, as in nested frames of sktime, make a list of "
    "arrays of them: [np.column_stack([np.asarray(cell) for cell in row]) for row in "
    "np.asarray(X)]."
)
LONG = (
    "If a row is a step, and a column says of which sequence, gather the rows first "
    "with skrnn.preprocessing.sequences_from_frame."
)
GROUPS = (
    "For one sequence a group, pass the X of skrnn.preprocessing.sequences_from_frame, "
    "which takes the frame itself and the column of the groups as its id."
)
FIELDS = "Of fields, numpy.lib.recfunctions.structured_to_unstructured makes features."
FLOATS = "Pass arrays of float."
MASKED = (
    "If it hides padding, pass skrnn.preprocessing.ragged_from_padded(X.data, "
    "lengths). If it hides missing values, pass X.astype(float).filled(np.nan), and "
    f"{READ_OR_FILL}."
)
OF_TYPE = {"U": TEXT, "S": TEXT, "T": TEXT, "M": TIMES, "m": TIMES, "V": FIELDS}


def advice_on_values(values):
    """Return advice on an array whose values are not numbers."""
    if values.dtype != object:
        return OF_TYPE.get(values.dtype.kind, FLOATS)
    for value in values.flat:
        if isinstance(value, str | bytes) and not _is_number(value):
            return TEXT
        if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
            return TIMES
        if isinstance(value, np.datetime64 | np.timedelta64):
            return TIMES
        if hasattr(value, "__len__") and not isinstance(value, Mapping | str):
            return NESTED
        if is_missing(value):
            return MISSING
    return FLOATS


def advice_on_container(X):
    """Return advice on an X that is no array, list or table; "" if there is none."""
    if "GroupBy" in type(X).__name__:
        return GROUPS
    if isinstance(X, Mapping):
        return "If its values are the sequences, pass list(X.values())."
    if isinstance(X, Set):
        return "It has no order, so that y could not belong to it: make a list."
    if isinstance(X, str | bytes):
        return TEXT
    return "Pass list(X)." if isinstance(X, Iterable) else ""


def is_text(X):
    """Return whether the items of X are texts, or lists or arrays of texts."""
    return all(isinstance(_first(item), str | bytes) for item in X)


def are_pairs(X):
    """Return whether the items of X are pairs of a key and a data frame."""
    return all(
        isinstance(item, tuple) and len(item) == 2 and is_frame(item[1]) for item in X
    )


def _first(item):
    if isinstance(item, list | tuple) or np.ndim(item) == 1:
        return item[0] if len(item) else None
    return item


def _is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True
