"""Sequences with categorical features: which those are, and numbers of all of it."""

from dataclasses import replace

import numpy as np

from skrnn.validation.arrays import joined
from skrnn.validation.categories import Categories
from skrnn.validation.layouts import TABLE
from skrnn.validation.names import is_frame, named_columns
from skrnn.validation.values import as_numbers

#: Names of the types of columns with categories, in pandas and polars.
CATEGORY_TYPES = ("CategoricalDtype", "Categorical", "Enum", "DictionaryType")


def with_codes(estimator, raw, X, expected):
    """Return sequences as numbers, or None where no feature is categorical.

    Parameters
    ----------
    estimator : estimator
        What has a parameter `categorical_features`, if nothing is expected.
    raw : CheckedSequences
        The sequences, whose values have not been looked at.
    X : 3-D array, list of 2-D arrays, or table
        The same as they came.
    expected : SequenceFormat or None
        Format that they must have.

    Returns
    -------
    CheckedSequences or None
        Arrays that belong to nobody else.
    """
    if expected is not None:
        categories = expected.categories
    else:
        columns = find_columns(estimator.categorical_features, X, raw.format)
        if not columns:
            return None
        categories = Categories(columns)
    name, gaps = type(estimator).__name__, raw.format.gaps
    samples, categories = _encode_samples(raw.samples, categories, name, gaps)
    form = replace(raw.format, categories=categories)
    return replace(
        raw,
        samples=samples,
        dtype=samples[0].dtype,
        format=form,
        has_new_categories=expected is None,
    )


def wants_categories(estimator, expected):
    """Return whether X is to be read with categorical features."""
    if expected is not None:
        return expected.categories is not None
    return getattr(estimator, "categorical_features", None) is not None


def find_columns(asked, X, form):
    """Return which features of a step are categorical, a tuple of int.

    Parameters
    ----------
    asked : "from_dtype", array-like or slice
        The parameter `categorical_features`.
    X : 3-D array, list of 2-D arrays, or table
        The sequences as they came.
    form : SequenceFormat
        Their format.
    """
    if isinstance(asked, str):
        frames = [X] if is_frame(X) else X
        if not is_frame(frames[0]):
            return ()
        return _of_a_step(
            np.any([_have_categories(frame) for frame in frames], axis=0), form
        )
    if isinstance(asked, slice):
        asked = range(form.n_features)[asked]
    asked = np.asarray(asked)
    if asked.size == 0:
        return ()
    if asked.dtype == bool:
        return _from_mask(asked, form)
    if asked.dtype.kind in "iu":
        _check_indices(asked, form.n_features)
        return tuple(np.unique(asked).tolist())
    if form.names is None:
        raise ValueError(
            f"categorical_features={asked.tolist()} are names, but X has none. Pass "
            "data frames, or the indices of the features of a step."
        )
    names = form.names.tolist()
    unknown = [name for name in asked.tolist() if name not in names]
    if unknown:
        raise ValueError(
            f"categorical_features has {unknown}, but the columns of X are {names}."
        )
    return _of_a_step(np.isin(names, asked.tolist()), form)


def _have_categories(frame):
    return [
        type(getattr(values, "dtype", getattr(values, "type", None))).__name__
        in CATEGORY_TYPES
        for _, values in named_columns(frame)
    ]


def _check_indices(asked, n_features):
    wrong = asked[(asked < 0) | (asked >= n_features)]
    if len(wrong):
        raise ValueError(
            f"categorical_features has {wrong[0]}, but a step of X has {n_features} "
            f"feature(s), numbered from 0 to {n_features - 1}."
        )


def _from_mask(asked, form):
    if len(asked) == form.n_features:
        return tuple(np.flatnonzero(asked).tolist())
    if len(asked) == form.n_features_in:
        return _of_a_step(asked, form)
    sizes = f"{form.n_features}, the features of a step"
    if form.n_features_in != form.n_features:
        sizes += f", or {form.n_features_in}, the columns of X"
    raise ValueError(
        f"categorical_features is a mask of {len(asked)} values; expected {sizes}."
    )


def _of_a_step(chosen, form):
    """Return features of a step, of a mask of columns in which all steps must agree.

    The static columns of a table stand behind each step.
    """
    by_step, facts = chosen[np.newaxis], chosen[:0]
    if form.layout == TABLE:
        by_step = chosen[form.columns_of_steps].reshape(-1, form.n_features)
        facts = chosen[form.static]
    any_step, each_step = by_step.any(axis=0), by_step.all(axis=0)
    differ = np.flatnonzero(any_step & ~each_step)
    if len(differ):
        feature = int(differ[0])
        column = int(np.argmin(by_step[:, feature])) * form.n_features + feature
        column = int(form.columns_of_steps[column])
        name = column if form.names is None else repr(form.names[column])
        raise ValueError(
            f"Feature {feature} of a step is categorical in some steps of X, but "
            f"column {name} is not. A feature is the same at every step: name all of "
            "its columns, or give its index among the features of a step."
        )
    return tuple(np.flatnonzero(np.concatenate([any_step, facts])).tolist())


def _encode_samples(samples, categories, name, gaps):
    """Return sequences as numbers, and the vocabularies of the categories."""
    if isinstance(samples, np.ndarray):
        n, n_steps, n_features = samples.shape
        lengths = np.full(n, n_steps)
        columns = list(samples.reshape(-1, n_features).T)
    else:
        lengths = np.array([len(sequence) for sequence in samples])
        columns = _columns_of_all(samples)
    where = _Where(np.cumsum(lengths))
    values, categories = encode_columns(columns, categories, where, "X", name, gaps)
    if isinstance(samples, np.ndarray):
        return values.reshape(n, n_steps, n_features), categories
    return np.split(values, where.ends[:-1]), categories


def encode_columns(columns, categories, where, what, name, gaps=False):
    """Return columns as numbers, (n, n_columns), and the vocabularies.

    Parameters
    ----------
    columns : list of ndarray of shape (n,)
        The values of each feature.
    categories : Categories
        The categorical features.
    where : callable
        Returns text that says where a row stands.
    what, name : str
        Names of what was passed, and of what reads it, for messages.
    gaps : bool, default=False
        Whether numbers may be missing.
    """
    numeric = [k for k in range(len(columns)) if k not in categories.columns]
    tokens = [columns[k] for k in categories.columns]
    codes, categories = categories.encode(tokens, where)
    single = bool(numeric) and all(columns[k].dtype == np.float32 for k in numeric)
    dtype = np.dtype(np.float32 if single else np.float64)
    _check_fits(categories, dtype)
    values = np.empty((len(columns[0]), len(columns)), dtype)
    for k in numeric:
        values[:, k] = _numbers(columns[k], k, where, what, name, gaps)
    for k, some in zip(categories.columns, codes, strict=True):
        values[:, k] = some
    return values, categories


def _numbers(column, k, where, what, name, gaps):
    """Return the numbers of a feature, which may be written as text."""
    if column.dtype.kind in "UT":
        column = column.astype(object)
    try:
        return as_numbers(column, f"Feature {k} of {what}", name, gaps)
    except (TypeError, ValueError) as error:
        row = next((i for i, x in enumerate(column) if not _is_number(x)), None)
        if row is None:
            raise
        raise type(error)(
            f"Feature {k} of {what} has {column[row]!r} at {where(row)} (counted from "
            f"0), which is no number. If the feature is categorical, name it in "
            "categorical_features."
        ) from error


def _is_number(value):
    try:
        float(value)
    except (OverflowError, TypeError, ValueError):
        return False
    return True


def _check_fits(categories, dtype):
    """Raise ValueError if codes are too large for the type of the features."""
    most = max(len(values) for values in categories.values)
    if most >= 2 ** (np.finfo(dtype).nmant + 1):
        raise ValueError(
            f"A feature of X has {most} categories, more than {dtype} can number. Pass "
            "the numeric features as float64."
        )


def _columns_of_all(samples):
    """Return the values of each feature at all steps of a list of sequences."""
    if is_frame(samples[0]):
        by_frame = [
            [np.asarray(values) for _, values in named_columns(frame)]
            for frame in samples
        ]
        return [joined(parts) for parts in zip(*by_frame, strict=True)]
    return list(joined(samples).T)


class _Where:
    """Says of which sequence and step a row is."""

    def __init__(self, ends):
        self.ends = ends

    def __call__(self, row):
        sequence = int(np.searchsorted(self.ends, row, side="right"))
        first = self.ends[sequence - 1] if sequence else 0
        return f"sequence {sequence}, step {int(row - first)}"
