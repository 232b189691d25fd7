"""Sequences from long data frames, which have a row for each step."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils import Bunch

from skrnn.parameters.constraints import Boolean, check_options
from skrnn.preprocessing.rows import Rows, is_missing
from skrnn.utils.optional import narwhals
from skrnn.utils.wording import some_of
from skrnn.validation import arrays

if TYPE_CHECKING:
    from collections.abc import Sequence


def sequences_from_frame(
    frame: Any,
    *,
    id: str,
    time: str | None = None,
    features: Sequence[str] | None = None,
    target: str | Sequence[str] | None = None,
    as_frames: bool = False,
) -> Bunch:
    """Gather the rows of a long data frame into sequences.

    A row is a step of the sequence that its `id` names. The rows of a sequence need not
    stand together. Sequences come in the order in which their ids first appear.

    Parameters
    ----------
    frame : data frame of shape (n_rows, n_columns)
        Of pandas, polars, pyarrow, or another library that narwhals reads. One that is
        lazy is collected.
    id : str
        The column that says which sequence a row belongs to.
    time : str, default=None
        The column by which the steps of a sequence are sorted: numbers or dates. If
        None, they stay in the order of the rows.
    features : list of str, default=None
        The columns that make a step, in this order: numbers and booleans. If None, all
        other columns, sorted by name: the order of the columns in the frame changes
        nothing.
    target : str or list of str, default=None
        The column with the label or target of the sequence, the same in each of its
        rows; several for several targets or labels.
    as_frames : bool, default=False
        Whether X is a list of data frames of the kind of `frame`. An estimator then
        sees the names of the columns, and refuses others later. The columns keep their
        types and may hold anything, such as text for a `PerStepTransformer`.

    Returns
    -------
    sequences : Bunch
        With these attributes:

        X : list of n arrays of shape (n_steps_i, n_features)
            float32 if all features are, else float64; what is missing is NaN. They are
            views of one array. With `as_frames` a list of n data frames.
        y : ndarray of shape (n,) or (n, n_targets), or None
            The target of each sequence; 2-D if `target` is a list.
        ids : ndarray of shape (n,)
            The id of each sequence.
        feature_names : list of str
            The columns that make a step.
        times : list of n arrays of shape (n_steps_i,), or None
            The time of each step, if `time` is given.

    Examples
    --------
    >>> import pandas as pd
    >>> from skrnn.preprocessing import sequences_from_frame
    >>> frame = pd.DataFrame({
    ...     "trial": ["b", "a", "b", "a", "b"],
    ...     "second": [2, 0, 1, 1, 0],
    ...     "speed": [0.5, 1.0, 0.3, 1.5, 0.1],
    ...     "fell": [True, False, True, False, True],
    ... })
    >>> found = sequences_from_frame(frame, id="trial", time="second", target="fell")
    >>> [x.ravel().tolist() for x in found.X]
    [[0.1, 0.3, 0.5], [1.0, 1.5]]
    >>> found.ids.tolist(), found.y.tolist(), found.feature_names
    (['b', 'a'], [True, False], ['speed'])
    """
    check_options(
        "sequences_from_frame", {"as_frames": [Boolean()]}, {"as_frames": as_frames}
    )
    frame = _read(frame)
    targets = [] if target is None else _names_in(target, "target")
    keys = [_name(id, "id")]
    if time is not None:
        keys.append(_name(time, "time"))
    if features is None:
        used = {*keys, *targets}
        features = sorted((c for c in frame.columns if c not in used), key=str)
    features = _names_in(features, "features")
    _check_columns(frame, [*keys, *targets], features, targets)
    if not as_frames:
        _check_numbers(frame, features)
    rows = _sort(frame, id, time)
    y = [rows.one_of_each(frame[column], column) for column in targets]
    return Bunch(
        X=rows.cut_frame(frame, features)
        if as_frames
        else rows.cut(_numbers(frame, features, rows.order)),
        y=y[0] if isinstance(target, str) else np.column_stack(y) if y else None,
        ids=rows.ids,
        feature_names=features,
        times=None if time is None else rows.cut(frame[time].to_numpy()[rows.order]),
    )


def _read(frame):
    nw = narwhals()
    try:
        read = nw.from_native(frame)
    except TypeError as error:
        raise TypeError(
            "sequences_from_frame expected a data frame with one row a step, got "
            f"{type(frame).__name__}."
        ) from error
    read = read.collect() if isinstance(read, nw.LazyFrame) else read
    if len(read) == 0:
        raise ValueError("The frame has no rows: there is no sequence in it.")
    return read


def _may_be_name(value):
    """Whether something can be compared with the names of columns."""
    return isinstance(value, Hashable) and not arrays.is_missing(value)


def _name(value, parameter):
    """Check that a parameter may be the name of a column."""
    if not _may_be_name(value):
        raise ValueError(
            f"{parameter} must be the name of a column, got {type(value).__name__}."
        )
    return value


def _names_in(value, parameter):
    """Check that a parameter may be the names of columns: one of them, or a list."""
    several = isinstance(value, list | tuple) or getattr(value, "ndim", 0) == 1
    names = list(value) if several else [value]
    if not all(map(_may_be_name, names)):
        raise ValueError(
            f"{parameter} must be the name of a column, or a list of names, got "
            f"{type(value).__name__}."
        )
    return names


def _check_columns(frame, others, features, targets):
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
    if not features:
        raise ValueError(
            "No column is left for the features of a step: pass their names in "
            "`features`."
        )


def _check_numbers(frame, features):
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
            f"{', '.join(no_numbers)}. Encode them first, for example with "
            "sklearn.preprocessing.OrdinalEncoder, pass as_frames=True and encode them "
            "in a PerStepTransformer, or name the columns that you want in `features`."
        )


def _sort(frame, id, time):
    """Order the rows by the first appearance of their id, then by time."""
    _check_id(frame[id], id)
    first = _first_rows(frame, id)
    by_time = np.arange(len(first))
    if time is not None:
        _check_time(frame, id, time)
        keys = frame.select(narwhals().col(time).alias("time")).with_row_index("row")
        by_time = keys.sort("time", "row")["row"].to_numpy()
    order = by_time[np.argsort(first[by_time], kind="stable")]
    starts = np.flatnonzero(np.diff(first[order], prepend=-1))
    rows = Rows(order, starts, frame[id].to_numpy()[order[starts]])
    if time is not None:
        _check_apart(rows, frame[time].to_numpy()[order], time)
    return rows


def _first_rows(frame, id):
    """Return for each row the first row with the same id: ndarray of int.

    A plain dict does it: narwhals mixes up the rows of large tables of pyarrow when it
    computes anything "over" a column, as pyarrow's joins keep no order.
    """
    seen = {}
    ids = enumerate(frame[id].to_list())
    return np.fromiter((seen.setdefault(key, row) for row, key in ids), np.intp)


def _check_id(column, name):
    rows = np.flatnonzero(is_missing(column))
    if len(rows):
        raise ValueError(
            f"Column {name!r}, the id, has no value in {len(rows)} row(s), the first "
            f"of them row {rows[0]} (counted from 0). Drop them, or say which sequence "
            "they belong to."
        )


def _check_time(frame, id, time):
    kind = frame.schema[time]
    if not (kind.is_numeric() or kind.is_temporal()):
        raise ValueError(
            f"Column {time!r}, the time, must be numbers or dates, but is {kind}. Text "
            "sorts '10' before '9': convert the column first."
        )
    rows = np.flatnonzero(is_missing(frame[time]))
    if len(rows):
        ids = list(dict.fromkeys(frame[id].to_numpy()[rows].tolist()))
        raise ValueError(
            f"Column {time!r}, the time, has no value in some rows of id "
            f"{some_of(ids)}. Drop these rows, or fill the time in."
        )


def _check_apart(rows, times, name):
    same = np.r_[False, times[1:] == times[:-1]]
    same[rows.starts] = False
    if ids := rows.ids_where(same):
        raise ValueError(
            f"Column {name!r}, the time, has the same value twice in id {ids}: the "
            "order of such rows is not known. Drop or average them, or leave `time` "
            "out if the rows are in order."
        )


def _numbers(frame, features, order):
    """Return columns side by side, in order: ndarray (n_rows, n_features)."""
    nw = narwhals()
    single = all(frame.schema[column] == nw.Float32 for column in features)
    kind = nw.Float32 if single else nw.Float64
    values = np.empty((len(order), len(features)), np.float32 if single else np.float64)
    for j, column in enumerate(features):
        values[:, j] = frame[column].cast(kind).to_numpy()[order]
    return values
