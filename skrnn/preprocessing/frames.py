"""From a long data frame, one row a step, to sequences."""

from dataclasses import dataclass

import numpy as np
from sklearn.utils import Bunch

from skrnn.extras import narwhals
from skrnn.preprocessing.wording import some_of


def sequences_from_frame(frame, *, id, time=None, features=None, target=None):
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
        other columns.
    target : str or list of str, default=None
        The column with the label or target of the sequence, the same in each of its
        rows; several for several targets or labels.

    Returns
    -------
    sequences : Bunch
        With these attributes:

        X : list of n arrays of shape (n_steps_i, n_features)
            float32 if all features are, else float64; what is missing is NaN. They are
            views of one array.
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
    frame = _read(frame)
    targets = [target] if isinstance(target, str) else list(target or ())
    keys = [id] if time is None else [id, time]
    if features is None:
        used = {*keys, *targets}
        features = [column for column in frame.columns if column not in used]
    features = [features] if isinstance(features, str) else list(features)
    _check_columns(frame, [*keys, *targets], features, targets)
    rows = _sort(frame, id, time)
    y = [rows.one_of_each(frame[column], column) for column in targets]
    return Bunch(
        X=rows.cut(_numbers(frame, features, rows.order)),
        y=y[0] if isinstance(target, str) else np.column_stack(y) if y else None,
        ids=rows.ids,
        feature_names=features,
        times=None if time is None else rows.cut(frame[time].to_numpy()[rows.order]),
    )


@dataclass(frozen=True, eq=False)
class _Rows:
    """Which rows of a frame make which sequence, in which order.

    Attributes
    ----------
    order : ndarray of int of shape (n_rows,)
        The rows, those of the first sequence first, and each sorted by time.
    starts : ndarray of int of shape (n,)
        Where in `order` each sequence begins.
    ids : ndarray of shape (n,)
        The id of each sequence.
    """

    order: np.ndarray
    starts: np.ndarray
    ids: np.ndarray

    def cut(self, values):
        """Cut what is in order, (n_rows, ...), into sequences."""
        return np.split(values, self.starts[1:])

    def one_of_each(self, column, name):
        """Give the one value that a column has in each sequence."""
        if ids := self.ids_where(_is_missing(column)[self.order]):
            raise ValueError(
                f"Column {name!r}, the target, has no value in some rows of id {ids}. "
                "Fill it in, or leave such sequences out."
            )
        values = column.to_numpy()[self.order]
        one = values[self.starts]
        lengths = np.diff(self.starts, append=len(values))
        if ids := self.ids_where(values != np.repeat(one, lengths)):
            raise ValueError(
                f"Column {name!r}, the target, changes within id {ids}. A sequence has "
                "one target: pass a column that is constant in it. For a label a step, "
                "make windows: skrnn.preprocessing.sliding_windows."
            )
        return one

    def ids_where(self, rows):
        """List the ids of the sequences to which some rows, a mask in order, belong."""
        which = np.searchsorted(self.starts, np.flatnonzero(rows), side="right") - 1
        return some_of(self.ids[np.unique(which)].tolist())


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
            "sklearn.preprocessing.OrdinalEncoder, or name the columns that you want "
            "in `features`."
        )


def _sort(frame, id, time):
    """Order the rows by the first appearance of their id, then by time."""
    nw = narwhals()
    _check_id(frame[id], id)
    # Old pandas warn of groups by category; its text tells the same rows apart.
    is_category = frame.schema[id] in (nw.Categorical, nw.Enum)
    key = nw.col(id).cast(nw.String) if is_category else nw.col(id)
    keys = [key.alias("id")]
    if time is not None:
        _check_time(frame, id, time)
        keys.append(nw.col(time).alias("time"))
    keys = frame.select(*keys).with_row_index("row")
    keys = keys.with_columns(first=nw.col("row").min().over("id")).drop("id")
    keys = keys.sort("first", *([] if time is None else ["time"]), "row")
    order, first = keys["row"].to_numpy(), keys["first"].to_numpy()
    starts = np.flatnonzero(np.diff(first, prepend=-1))
    rows = _Rows(order, starts, frame[id].to_numpy()[order[starts]])
    if time is not None:
        _check_apart(rows, keys["time"].to_numpy(), time)
    return rows


def _check_id(column, name):
    rows = np.flatnonzero(_is_missing(column))
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
    rows = np.flatnonzero(_is_missing(frame[time]))
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


def _is_missing(column):
    """Say which values are null, or NaN: ndarray of bool of shape (n_rows,)."""
    missing = column.is_null().to_numpy()
    if column.dtype.is_float():
        missing = missing | np.isnan(column.to_numpy())
    return missing


def _numbers(frame, features, order):
    """Give columns side by side, in order: ndarray of shape (n_rows, n_features)."""
    nw = narwhals()
    single = all(frame.schema[column] == nw.Float32 for column in features)
    kind = nw.Float32 if single else nw.Float64
    values = np.empty((len(order), len(features)), np.float32 if single else np.float64)
    for j, column in enumerate(features):
        values[:, j] = frame[column].cast(kind).to_numpy()[order]
    return values
