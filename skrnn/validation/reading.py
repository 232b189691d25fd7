"""Check of sequences that are not in memory, as they are read."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from skrnn.sequences.unloaded import SAME_EACH_TIME
from skrnn.validation.advice import MASKED
from skrnn.validation.arrays import as_array
from skrnn.validation.format import SequenceFormat
from skrnn.validation.layouts import depth_of
from skrnn.validation.n_features import different_features
from skrnn.validation.names import check_same_columns, columns_of, is_frame
from skrnn.validation.padding import lengths_without_padding
from skrnn.validation.sequences import read_sequence
from skrnn.validation.static import check_static
from skrnn.validation.values import as_numbers, check_finite


def check_no_record(item, i, name):
    """Raise ValueError if an item is a sequence with its label, or a record with it."""
    is_pair = isinstance(item, tuple) and len(item) > 0 and depth_of(item[0]) == 2
    if is_pair or isinstance(item, Mapping):
        kind = f"a tuple of {len(item)}" if is_pair else type(item).__name__
        raise ValueError(
            f"{name} expected a (steps, features) array for each item of X, but X[{i}] "
            f"is {kind}. X must have the sequences alone: return just that part of an "
            "item from __getitem__, and pass labels as y."
        )


@dataclass(frozen=True, eq=False)
class Check:
    """Check of sequences as they are read.

    Attributes
    ----------
    name : str
        Name of the estimator.
    form : SequenceFormat
        What they must be.
    dtype : dtype
        The type of the computation.
    at_nan : callable
        Gives advice for a sequence with NaN.
    columns : list or None
        The columns that they must have if they are data frames.
    n_steps : int or None
        The number of steps, with padding, that all of an array must have.
    """

    name: str
    form: SequenceFormat
    dtype: np.dtype
    at_nan: object
    columns: list | None = None
    n_steps: int | None = None

    def item(self, item, i):
        """Return sequence i as an array of numbers that belongs to nobody else."""
        values = self._as_numbers(item, i)
        self._check_values(values[np.newaxis], i)
        return values

    def piece(self, item, i, start, stop, begin=0):
        """Return steps from `start` to `stop` of sequence i, which begin at `begin`."""
        values = self._as_numbers(item, i, slice(begin, begin + stop - start))
        if len(values) != stop - start:
            raise ValueError(
                f"Sequence {i} of X had {stop} steps or more when it was first read, "
                f"and now it has {start + len(values)}. {SAME_EACH_TIME}"
            )
        options = {"first": i, "step": start}
        numbers = values[np.newaxis]
        check_finite(numbers, self.name, self.form.gaps, self.at_nan, **options)
        return values

    def run(self, values, first, stop):
        """Return sequences from `first` to `stop` of an array, without padding."""
        values = as_array(values, "X", MASKED)
        shape = stop - first, self.n_steps, self.form.n_features
        if values.shape != shape:
            raise ValueError(
                f"X[{first}:{stop}] has shape {values.shape}, but {shape} was expected "
                "by the shape of X, and by the number of its features."
            )
        values = as_numbers(values, "X", self.name, self._allows_nan)
        if not self.form.padding:
            self._check_values(values, first)
            return values
        lengths = lengths_without_padding(values, first).tolist()
        # Copies, with which the rest of the array need not stay.
        samples = [x[:n].copy() for x, n in zip(values, lengths, strict=True)]
        for i, x in enumerate(samples, first):
            self._check_values(x[np.newaxis], i)
        return samples

    @property
    def _allows_nan(self):
        return self.form.gaps or self.form.padding

    def _as_numbers(self, item, i, steps=slice(None)):
        check_no_record(item, i, self.name)
        if (self.columns is not None) != is_frame(item):
            raise ValueError(self._other_kind(item, i))
        if self.columns is not None:
            check_same_columns(self.columns, columns_of(item), i)
        x = read_sequence(item, i, self.name, allow_nan=self._allows_nan)
        if x.shape[1] != self.form.n_features:
            raise ValueError(different_features(self.form.n_features, x, i))
        if self.dtype == np.float32 and x.dtype != np.float32:
            raise ValueError(
                f"The sequences of X are float32, as the first is, but sequence {i} is "
                f"{x.dtype}. All must be of one type: convert them as they are read, "
                "by x.astype(np.float32)."
            )
        return np.array(x[steps])

    def _other_kind(self, item, i):
        kind, first = type(item).__name__, "a data frame"
        if self.columns is None:
            kind, first = "a data frame", "an array"
        return (
            f"{self.name} expected sequences of one kind, but sequence 0 of X is "
            f"{first} and sequence {i} is {kind}. Pass data frames with the same "
            "columns, or arrays of shape (steps, features)."
        )

    def _check_values(self, values, first):
        check_finite(values, self.name, self.form.gaps, self.at_nan, first=first)
        check_static(values, self.form.static_in_step, self.name, first)
