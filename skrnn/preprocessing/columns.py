"""Columns of long data frames: their names, their types and their numbers."""

from collections.abc import Hashable

import numpy as np

from skrnn.utils.optional import narwhals
from skrnn.utils.wording import some_of
from skrnn.validation import arrays


def read_frame(frame, caller):
    """Return a data frame of any library as one of narwhals."""
    nw = narwhals()
    try:
        read = nw.from_native(frame)
    except TypeError as error:
        raise TypeError(
            f"{caller} expected a data frame with one row a step, got "
            f"{type(frame).__name__}."
        ) from error
    read = read.collect() if isinstance(read, nw.LazyFrame) else read
    if len(read) == 0:
        raise ValueError("The frame has no rows: there is no sequence in it.")
    return read


def _may_be_name(value):
    """Whether something can be compared with the names of columns."""
    return isinstance(value, Hashable) and not arrays.is_missing(value)


def name_in(value, parameter):
    """Check that a parameter may be the name of a column."""
    if not _may_be_name(value):
        raise ValueError(
            f"{parameter} must be the name of a column, got {type(value).__name__}."
        )
    return value


def names_in(value, parameter):
    """Check that a parameter may be the names of columns: one of them, or a list."""
    several = isinstance(value, list | tuple) or getattr(value, "ndim", 0) == 1
    names = list(value) if several else [value]
    if not all(map(_may_be_name, names)):
        raise ValueError(
            f"{parameter} must be the name of a column, or a list of names, got "
            f"{type(value).__name__}."
        )
    return names


def check_columns(frame, others, features, targets):
    """Check that a frame has some columns, and that no target is a feature."""
    if missing := [c for c in [*others, *features] if c not in frame.columns]:
        raise ValueError(
            f"The frame has no column {some_of(missing)}. It has: "
            f"{some_of(frame.columns, 20)}. If it is in the index of a pandas frame, "
            "pass frame.reset_index()."
        )
    if unnamed := [c for c in [*others, *features] if not isinstance(c, str)]:
        raise ValueError(
            f"Columns are named by text, but {some_of(unnamed)} is not. Pass "
            "frame.rename(columns=str), and the names as text."
        )
    if both := [column for column in targets if column in features]:
        raise ValueError(
            f"Column {some_of(both)} is a feature as well as the target: the network "
            "would read what it is to predict."
        )


def check_features(frame, features, time, time_since, as_frames):
    """Check that a step has features, and that they are numbers where they must be."""
    if time_since is not None:
        _check_time_since(frame, time_since, time)
    elif not features:
        raise ValueError(
            "No column is left for the features of a step: pass their names in "
            "`features`."
        )
    if not as_frames:
        _check_numbers(frame, features)


def _check_numbers(frame, features):
    """Check that the columns of the features hold numbers or booleans."""
    types = frame.schema
    boolean = narwhals().Boolean
    no_numbers = [
        f"{column!r} ({types[column]})"
        for column in features
        if not (types[column].is_numeric() or types[column] == boolean)
    ]
    if no_numbers:
        raise ValueError(
            "Features must be numbers or booleans, but these columns are not: "
            f"{', '.join(no_numbers)}. Pass as_frames=True, and name them in "
            "categorical_features of a network or encode them in a PerStepTransformer; "
            "or name the columns that you want in `features`."
        )


def _check_time_since(frame, name, time):
    """Check that a feature of the time since the last step can have its name."""
    if not isinstance(name, str):
        raise ValueError(
            "time_since must be the name of the new feature, a str, got "
            f"{type(name).__name__}."
        )
    if time is None:
        raise ValueError(
            f"time_since={name!r} needs `time`, the column from which it is computed."
        )
    if name in frame.columns:
        raise ValueError(
            f"time_since={name!r} names the new feature, but the frame has such a "
            "column already. Choose another name."
        )
    if frame.schema[time] == narwhals().Time:
        raise ValueError(
            f"Column {time!r}, the time, holds times of day: whether midnight lies "
            "between two of them is not known. Make dates of them for time_since."
        )


def steps_of(frame, features, rows, more, as_frames):
    """Return the features of the steps of each sequence.

    Parameters
    ----------
    frame : data frame of narwhals of shape (n_rows, n_columns)
        The frame.
    features : list of str
        Its columns to take.
    rows : Rows
        Which rows make which sequence.
    more : dict of str to ndarray of shape (n_rows,)
        Features that are no columns, by name, in the order of `rows`.
    as_frames : bool
        Whether the sequences are data frames of the kind of `frame`.

    Returns
    -------
    list of n arrays or data frames of shape (n_steps_i, n_features)
    """
    if not as_frames:
        values = list(more.values())
        return rows.cut(_numbers(frame, features, rows.order, values))
    nw = narwhals()
    library = frame.implementation
    new = [nw.new_series(name, more[name], backend=library) for name in more]
    if not features:
        return rows.cut_frame(new[0].to_frame())
    return rows.cut_frame(frame.select(features)[rows.order].with_columns(*new))


def _numbers(frame, features, order, more):
    """Return columns in order, and beside them more, as an array (n_rows, n)."""
    nw = narwhals()
    single = {frame.schema[column] for column in features} == {nw.Float32}
    kind = nw.Float32 if single else nw.Float64
    shape = len(order), len(features) + len(more)
    values = np.empty(shape, np.float32 if single else np.float64)
    for j, column in enumerate(features):
        values[:, j] = frame[column].cast(kind).to_numpy()[order]
    for j, column in enumerate(more, len(features)):
        values[:, j] = column
    return values
