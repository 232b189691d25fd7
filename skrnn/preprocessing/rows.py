"""Rows of a long data frame, gathered into sequences."""

from dataclasses import dataclass

import numpy as np

from skrnn.utils.optional import narwhals
from skrnn.utils.wording import some_of

#: What to do if a column changes within a sequence, by what it is.
ADVICE = {"target": " For a label a step, pass it as `step_target`.", "group": ""}


@dataclass(frozen=True, eq=False)
class Rows:
    """Which rows of a frame make which sequence, in which order.

    Attributes
    ----------
    order : ndarray of int of shape (n_rows,)
        The rows, those of the first sequence first, and each sorted by time.
    starts : ndarray of int of shape (n,)
        Where in `order` each sequence begins.
    ids : ndarray of shape (n,)
        The id of each sequence.
    kind : {"id", "sequence"}
        What the ids are called in messages.
    """

    order: np.ndarray
    starts: np.ndarray
    ids: np.ndarray
    kind: str = "id"

    @property
    def lengths(self):
        """Number of steps of each sequence, ndarray of int of shape (n,)."""
        return np.diff(self.starts, append=len(self.order))

    def cut(self, values):
        """Cut what is in order, (n_rows, ...), into sequences."""
        return np.split(values, self.starts[1:])

    def cut_frame(self, frame):
        """Cut a frame of narwhals, in order, into frames of its own library."""
        cut = _cutter(frame)
        ends = [*self.starts[1:].tolist(), len(self.order)]
        return [
            cut(start, end)
            for start, end in zip(self.starts.tolist(), ends, strict=True)
        ]

    def each(self, column, name, role):
        """Return the values of a column in order, none of which may be missing."""
        if where := self.where(is_missing(column)[self.order]):
            raise ValueError(
                f"Column {name!r}, the {role}, has no value in some rows of {where}. "
                "Fill it in, or leave such sequences out."
            )
        return column.to_numpy()[self.order]

    def one_of_each(self, column, name, role):
        """Return the one value that a column has in each sequence."""
        values = self.each(column, name, role)
        if where := self.where_varies(values):
            raise ValueError(
                f"Column {name!r}, the {role}, changes within {where}. A sequence has "
                f"one {role}: pass a column that is constant in it.{ADVICE[role]}"
            )
        return values[self.starts]

    def since_last(self, times):
        """Return the time since the row before in each sequence, and 0 in its first.

        Parameters
        ----------
        times : ndarray of shape (n_rows,)
            Numbers or dates, in order.

        Returns
        -------
        ndarray of float64 of shape (n_rows,)
            In seconds, if times are dates.
        """
        if times.dtype == object and hasattr(times[0], "year"):
            times = times.astype("datetime64[us]")
        past = np.diff(times, prepend=times[:1])
        if past.dtype.kind == "m":
            past = past / np.timedelta64(1, "s")
        past = past.astype(np.float64)
        past[self.starts] = 0
        return past

    def where_varies(self, values):
        """Name the sequences in which values, in order, are not constant, if any."""
        return self.where(values != np.repeat(values[self.starts], self.lengths))

    def where(self, rows):
        """Name the sequences to which some rows, a mask in order, belong, if any do."""
        which = np.searchsorted(self.starts, np.flatnonzero(rows), side="right") - 1
        ids = self.ids[np.unique(which)].tolist()
        return f"{self.kind} {some_of(ids)}" if ids else ""


def rows_by_id(frame, id, time):
    """Order the rows by the first appearance of their id, then by time."""
    column = frame[id]
    missing = np.flatnonzero(is_missing(column))
    if len(missing):
        raise ValueError(
            f"Column {id!r}, the id, has no value in {len(missing)} row(s), the first "
            f"of them row {missing[0]} (counted from 0). Drop them, or say which "
            "sequence they belong to."
        )
    return _sort(frame, _first_rows(column), time, column.to_numpy(), "id")


def rows_of_frames(frame, lengths, time):
    """Order the rows of frames, one below the other, by time within each of them."""
    starts = np.cumsum(lengths) - lengths
    which = np.repeat(np.arange(len(lengths)), lengths)
    return _sort(frame, starts[which], time, which, "sequence")


def is_missing(column):
    """Return which values are null, or NaN: ndarray of bool of shape (n_rows,)."""
    missing = column.is_null().to_numpy()
    if column.dtype.is_float():
        missing = missing | np.isnan(column.to_numpy())
    return missing


def _cutter(frame):
    """Return a function that cuts rows out of a frame: (start, end) -> native frame.

    Of many short sequences, a cut by narwhals would take nearly all the time.
    """
    native = frame.to_native()
    if hasattr(native, "iloc"):
        return lambda start, end: native.iloc[start:end]
    if hasattr(native, "slice"):
        return lambda start, end: native.slice(start, end - start)
    return lambda start, end: frame[start:end].to_native()


def _sort(frame, first, time, ids, kind):
    """Order the rows.

    Parameters
    ----------
    frame : data frame of narwhals of shape (n_rows, n_columns)
        The rows.
    first : ndarray of int of shape (n_rows,)
        For each row the first row of its sequence.
    time : str or None
        The column by which the rows of a sequence are sorted.
    ids : ndarray of shape (n_rows,)
        The id of the sequence of each row.
    kind : str
        What ids are called in messages.
    """
    by_time = np.arange(len(first))
    if time is not None:
        _check_time(frame, time, ids, kind)
        keys = frame.select(narwhals().col(time).alias("time")).with_row_index("row")
        by_time = keys.sort("time", "row")["row"].to_numpy()
    order = by_time[np.argsort(first[by_time], kind="stable")]
    starts = np.flatnonzero(np.diff(first[order], prepend=-1))
    rows = Rows(order, starts, ids[order[starts]], kind)
    if time is not None:
        _check_apart(rows, frame[time].to_numpy()[order], time)
    return rows


def _first_rows(column):
    """Return for each row the first row with the same id: ndarray of int.

    A plain dict does it: narwhals mixes up the rows of large tables of pyarrow when it
    computes anything "over" a column, as pyarrow's joins keep no order.
    """
    seen = {}
    ids = enumerate(column.to_list())
    return np.fromiter((seen.setdefault(key, row) for row, key in ids), np.intp)


def _check_time(frame, time, ids, kind):
    type_ = frame.schema[time]
    if not (type_.is_numeric() or type_.is_temporal()):
        raise ValueError(
            f"Column {time!r}, the time, must be numbers or dates, but is {type_}. "
            "Text sorts '10' before '9': convert the column first."
        )
    rows = np.flatnonzero(is_missing(frame[time]))
    if len(rows):
        missing = list(dict.fromkeys(ids[rows].tolist()))
        raise ValueError(
            f"Column {time!r}, the time, has no value in some rows of {kind} "
            f"{some_of(missing)}. Drop these rows, or fill the time in."
        )


def _check_apart(rows, times, name):
    same = np.r_[False, times[1:] == times[:-1]]
    same[rows.starts] = False
    if where := rows.where(same):
        raise ValueError(
            f"Column {name!r}, the time, has the same value twice in {where}: the "
            "order of such rows is not known. Drop or average them, or leave `time` "
            "out if the rows are in order."
        )
