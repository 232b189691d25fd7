"""Steps of all sequences in one table, and sequences of them again."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from skrnn.sequences import lengths_of
from skrnn.utils.optional import narwhals
from skrnn.validation import SequenceFormat, check_whole
from skrnn.validation.arrays import as_array, name_of_missing
from skrnn.validation.layouts import BLOCK, RAGGED, TABLE, recognise
from skrnn.validation.names import is_frame
from skrnn.validation.nested import read_steps


@dataclass(frozen=True, eq=False)
class Steps:
    """The steps of some sequences, one below the other.

    Attributes
    ----------
    values : ndarray or data frame of shape (n_steps_in_all, n_features)
        The steps of the first sequence, then those of the second, and so on. A view
        where the sequences were one array, a copy where they were many.
    lengths : ndarray of int of shape (n,)
        How many steps each sequence has.
    format : SequenceFormat
        What the sequences look like.
    """

    values: object
    lengths: np.ndarray
    format: SequenceFormat

    @classmethod
    def of(cls, estimator, X, expected=None):
        """Stack the sequences in X, in any layout, once their shapes are checked."""
        if isinstance(X, list | tuple) and any(map(is_frame, X)):
            narwhals()  # before anything else asks for it
        checked = check_whole(estimator, X, expected=expected, numbers=False)
        samples = checked.samples
        lengths = lengths_of(samples)
        if is_frame(samples[0]):
            nw = narwhals()
            frames = [nw.from_native(frame, eager_only=True) for frame in samples]
            values = nw.concat(frames).to_native()
        elif isinstance(samples, list):
            values = np.concatenate(samples)
        else:
            values = samples.reshape(-1, samples.shape[2])
        return cls(values, lengths, checked.format)

    def repeat(self, values):
        """Repeat values for each step: (n, ...) to (n_steps_in_all, ...)."""
        return np.repeat(np.asarray(values), self.lengths, axis=0)

    def repeat_targets(self, y):
        """Return labels or targets for each step, once their number is checked.

        Those of sequences are repeated; a list of arrays has one for each step already.
        """
        if _are_arrays(y):
            return read_steps(y, self.lengths, "y", "target").values
        n, y = len(self.lengths), as_array(y, "y")
        if y.shape[:1] != (n,):
            raise ValueError(
                f"X has {n} sequences, but y has shape {y.shape}: there must be "
                "one label or target for each sequence. Each of its steps gets it."
            )
        return self.repeat(y)

    def first_not_finite(self):
        """Return where the first NaN or infinity stands, or None."""
        values = np.asarray(self.values)
        if values.dtype.kind != "f" or np.isfinite(values).all():
            return None
        row, feature = np.argwhere(~np.isfinite(values))[0]
        sequence = np.searchsorted(np.cumsum(self.lengths), row, side="right")
        step = row - self.lengths[:sequence].sum()
        what = name_of_missing(values[row, feature])
        return (
            f"The first {what} in X: sequence {sequence}, step {step}, feature "
            f"{feature} (counted from 0)."
        )

    def restore(self, values, name):
        """Cut what a transformer made of the steps into sequences, in their layout.

        Parameters
        ----------
        values : array, sparse matrix or data frame of shape (n_steps_in_all, n_outputs)
            One row for each step.
        name : str
            The transformer.

        Returns
        -------
        ndarray of shape (n, n_steps, n_outputs), list of n arrays of shape \
(n_steps_i, n_outputs), or ndarray of shape (n, n_steps * n_outputs)
            Views, where `values` is an array.
        """
        if isinstance(values, tuple):
            values = values[0]  # those of PLS give y, transformed, beside X
        values = values.toarray() if sparse.issparse(values) else np.asarray(values)
        n_steps = self.lengths.sum()
        if values.ndim != 2 or len(values) != n_steps:
            raise ValueError(
                f"{name} must give one row of features for each step: expected shape "
                f"({n_steps}, n_features_out), got {values.shape}. A transformer that "
                "drops, adds or mixes rows cannot work step by step."
            )
        if self.format.layout == RAGGED:
            return np.split(values, np.cumsum(self.lengths)[:-1])
        n = len(self.lengths)
        if self.format.layout == BLOCK:
            return values.reshape(n, -1, values.shape[1])
        return values.reshape(n, -1)


def _are_arrays(y):
    """Return whether y is a list of arrays."""
    if isinstance(y, np.ndarray) and (y.ndim != 1 or y.dtype.kind != "O"):
        return False
    is_list = isinstance(y, list | tuple | np.ndarray)
    return is_list and all(getattr(part, "ndim", 0) > 0 for part in y)


def without_names(X):
    """Return X without the names of its columns, in any layout."""
    if is_frame(X):
        return np.asarray(X)
    if isinstance(X, list | tuple):
        return [np.asarray(x) if is_frame(x) else x for x in X]
    return X


def format_of_outputs(estimator, X):
    """Return the format of what a fitted estimator returns, such as X."""
    name = type(estimator).__name__
    X, layout = recognise(X, name)
    if len(X) == 0:
        raise ValueError(f"X has no sequences; {name} needs at least one.")
    n_columns = np.shape(X if layout == TABLE else X[0])[1]
    n_steps = 1
    if layout == TABLE == estimator.input_layout_:
        n_steps = estimator.n_features_in_ // estimator.features_per_step_
    n_outputs = n_columns // n_steps
    if hasattr(estimator.transformer_, "get_feature_names_out"):
        n_outputs = len(estimator.transformer_.get_feature_names_out())
    return SequenceFormat(estimator.input_layout_, n_outputs, n_steps * n_outputs)
