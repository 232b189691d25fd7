"""Parts of sequences exchanged between them, in every layout.

Each layout has ``lengths`` (n,), ``n_features``, and ``exchange(part, donors)``, which
gives a collection of the same kind in which sequence i has the part of sequence
``donors[i]``. What is passed in is never written to.
"""

from typing import NamedTuple

import numpy as np

from skrnn.sequences import lengths_of
from skrnn.validation.arrays import as_array
from skrnn.validation.layouts import BLOCK, TABLE, recognise
from skrnn.validation.padding import without_padding


class Part(NamedTuple):
    """Some steps of each sequence, and some features of them.

    Attributes
    ----------
    first, last : ndarray of int of shape (n,)
        The first step of each sequence, and the one after the last.
    features : list of int or slice
        Which features.
    """

    first: np.ndarray
    last: np.ndarray
    features: object

    def donors(self, order):
        """Return for each sequence with such steps another that has some, by an order.

        Parameters
        ----------
        order : ndarray of shape (n,)
            A permutation.

        Returns
        -------
        ndarray of shape (n,)
        """
        takes_part = self.last > self.first
        donors = np.arange(len(order))
        donors[takes_part] = order[takes_part[order]]
        return donors


def collection(X, format_of, name):
    """Recognise the layout of X.

    Parameters
    ----------
    X : 3-D array, list of 2-D arrays, or table
        What the user gave.
    format_of : callable
        Gives, for a number of features of a step or columns of a table, how many of
        them are a step of a table, the indices of those that are static, and whether
        NaN at the end of a row is padding.
    name : str
        Who wants to know.

    Returns
    -------
    Block, Ragged, Table or Padded
    """
    X, layout = recognise(X, name)
    if layout == TABLE:
        width, static, padding = format_of(X.shape[1])
        data = Table(X, width, static, name)
        return Padded(data) if padding else data
    data = Block(X) if layout == BLOCK else Ragged(X)
    _, static, padding = format_of(data.n_features)
    if len(static):
        data.changing = np.setdiff1d(np.arange(data.n_features), static)
    return Padded(data) if padding and layout == BLOCK else data


class Block:
    """Sequences in an array of shape (n, n_steps, n_features)."""

    #: The features that may change from step to step.
    changing = slice(None)
    #: Columns of a table that are static.
    facts = ()

    def __init__(self, X):
        self.X = X
        self.lengths, self.n_features = lengths_of(X), X.shape[2]

    def exchange(self, part, donors):
        """Exchange a part: the same steps of all, as all have the same length."""
        steps, changed = slice(part.first[0], part.last[0]), self.X.copy()
        changed[:, steps, part.features] = self.X[:, steps, part.features][donors]
        return changed

    def steps(self):
        """Return the steps, (n, n_steps, n_features)."""
        return self.X

    def with_steps(self, steps):
        """Return a collection of the same kind with other steps."""
        return steps


class Ragged:
    """Sequences in a list, tuple or 1-D object array of (n_steps_i, n_features)."""

    changing, facts = slice(None), ()

    def __init__(self, X):
        self.X = X
        self.samples = [as_array(x, f"Sequence {i} of X") for i, x in enumerate(X)]
        for i, x in enumerate(self.samples):
            if x.ndim != 2 or x.shape[1] != self.samples[0].shape[-1]:
                raise ValueError(
                    "All sequences must have shape (steps, features), with the same "
                    f"features, but sequence 0 of X has shape {self.samples[0].shape} "
                    f"and sequence {i} has {x.shape}."
                )
        self.lengths = lengths_of(self.samples)
        self.n_features = self.samples[0].shape[1]
        self.dtype = np.result_type(*{x.dtype for x in self.samples})

    def exchange(self, part, donors):
        """Exchange a part, stretched to the steps that it has where it comes to."""
        changed = [
            self._changed(part, i, donor) if part.last[i] > part.first[i] else x
            for i, (x, donor) in enumerate(zip(self.X, donors, strict=True))
        ]
        if isinstance(self.X, np.ndarray):
            objects = np.empty(len(changed), object)
            objects[:] = changed
            return objects
        return tuple(changed) if isinstance(self.X, tuple) else changed

    def _changed(self, part, i, donor):
        x, first, last = self.samples[i].astype(self.dtype), part.first, part.last
        steps = stretched(last[donor] - first[donor], last[i] - first[i])
        given = self.samples[donor][first[donor] + steps]
        x[first[i] : last[i], part.features] = given[:, part.features]
        as_it_came = _FRAMES.get(_kind_of(self.X[i]))
        return x if as_it_came is None else as_it_came(self.X[i], x)


class Table:
    """Sequences in the rows of a table, so many columns a step.

    Static columns are features of every step, the last ones.
    """

    def __init__(self, X, width, static, name):
        n, n_columns = X.shape
        others = np.setdiff1d(np.arange(n_columns), static)
        if len(others) % width:
            raise ValueError(
                f"X has {len(others)} columns, which is not a multiple of "
                f"features_per_step={width}: a row must be made of whole steps."
            )
        self.X, self.n_features = X, width + len(static)
        self.changing, self.facts = slice(width), static
        steps = others.reshape(-1, width)
        facts = np.tile(np.asarray(static, int), (len(steps), 1))
        self._columns = np.hstack([steps, facts])
        self.lengths = np.full(n, len(steps))
        self._with_columns = _WAYS.get(_kind_of(X))
        if self._with_columns is None:
            raise TypeError(
                f"{name} expected a table as a NumPy array or a data frame of pandas "
                f"or polars, got {type(X).__module__}.{type(X).__qualname__}. Convert "
                "it to one of them."
            )

    def exchange(self, part, donors):
        """Exchange a part: the same columns of all rows."""
        columns = self._columns[part.first[0] : part.last[0], part.features]
        return self._with_columns(self.X, np.unique(columns), donors)

    def steps(self):
        """Return the steps, static columns behind: (n, n_steps, n_features)."""
        return np.asarray(self.X)[:, self._columns]

    def with_steps(self, steps):
        """Return a table of the same kind with other steps."""
        values, width = np.array(self.X, steps.dtype), self.changing.stop
        values[:, self._columns[:, :width]] = steps[:, :, :width]
        values[:, self.facts] = steps[:, 0, width:]
        as_it_came = _FRAMES.get(_kind_of(self.X))
        return values if as_it_came is None else as_it_came(self.X, values)


class Padded:
    """Sequences in the rows of an array or a table that end in padding.

    Parameters
    ----------
    rows : Block or Table
        The rows.
    """

    def __init__(self, rows):
        self.X, self.n_features, self.facts = rows.X, rows.n_features, rows.facts
        self.changing, self._rows = rows.changing, rows
        width = rows.n_features - len(rows.facts)
        self._sequences = Ragged(without_padding(rows.steps(), width))
        self.lengths = self._sequences.lengths

    def exchange(self, part, donors):
        """Exchange a part, stretched to the steps that it has where it comes to."""
        steps = self._rows.steps().copy()
        changed = self._sequences.exchange(part, donors)
        for row, sequence in zip(steps, changed, strict=True):
            row[: len(sequence)] = sequence
        return self._rows.with_steps(steps)


def stretched(n_there, n_here):
    """Return which of some steps stands for each of so many others, in order.

    A step takes the one that stands at the same part of the way.

    Returns
    -------
    ndarray of int of shape (n_here,)

    Examples
    --------
    >>> stretched(3, 3), stretched(2, 5), stretched(5, 2)
    (array([0, 1, 2]), array([0, 0, 1, 1, 1]), array([1, 3]))
    """
    return (2 * np.arange(n_here) + 1) * n_there // (2 * max(1, n_here))


def _kind_of(X):
    if isinstance(X, np.ndarray):
        return "numpy"
    return type(X).__module__.partition(".")[0]


def _array_with(X, columns, donors):
    changed = X.copy()
    changed[:, columns] = X[:, columns][donors]
    return changed


def _pandas_with(X, columns, donors):
    changed = X.copy()
    for column in columns:
        changed.isetitem(column, X.iloc[donors, column].array)
    return changed


def _polars_with(X, columns, donors):
    return X.with_columns(X.to_series(int(k)).gather(donors) for k in columns)


def _pandas_of(frame, values):
    return type(frame)(values, columns=frame.columns).infer_objects()


def _polars_of(frame, values):
    return type(frame)(_by_name(frame.columns, values))


def _pyarrow_of(frame, values):
    return type(frame).from_pydict(_by_name(frame.column_names, values))


def _by_name(names, values):
    columns = values.T.tolist() if values.dtype == object else values.T.copy()
    return dict(zip(names, columns, strict=True))


#: How a sequence that is a data frame is made anew with other values.
_FRAMES = {"pandas": _pandas_of, "polars": _polars_of, "pyarrow": _pyarrow_of}

#: How columns of a table are given the values of other rows.
_WAYS = {"numpy": _array_with, "pandas": _pandas_with, "polars": _polars_with}
