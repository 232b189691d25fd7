"""Rows of a long data frame, gathered into sequences."""

from dataclasses import dataclass

import numpy as np

from skrnn.utils.wording import some_of


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
    """

    order: np.ndarray
    starts: np.ndarray
    ids: np.ndarray

    def cut(self, values):
        """Cut what is in order, (n_rows, ...), into sequences."""
        return np.split(values, self.starts[1:])

    def cut_frame(self, frame, columns):
        """Cut columns of a frame of narwhals into frames of its own library."""
        ordered = frame.select(columns)[self.order]
        cut = _cutter(ordered)
        ends = [*self.starts[1:].tolist(), len(self.order)]
        return [
            cut(start, end)
            for start, end in zip(self.starts.tolist(), ends, strict=True)
        ]

    def one_of_each(self, column, name):
        """Return the one value that a column has in each sequence."""
        if ids := self.ids_where(is_missing(column)[self.order]):
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


def is_missing(column):
    """Return which values are null, or NaN: ndarray of bool of shape (n_rows,)."""
    missing = column.is_null().to_numpy()
    if column.dtype.is_float():
        missing = missing | np.isnan(column.to_numpy())
    return missing
