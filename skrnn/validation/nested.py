"""Values that come with every step: labels, targets and weights.

They are laid out as the sequences are: a list of arrays, one a sequence, or where all
sequences have the same number of steps one array.
"""

from collections.abc import Iterator, Mapping, Set
from typing import NamedTuple

import numpy as np
from scipy import sparse

from skrnn.validation.arrays import as_array
from skrnn.validation.layouts import depth_of

#: Advice on values hidden by a mask.
HIDDEN = "Give NaN, None or, among labels, -1 to steps that have no label."


class StepValues(NamedTuple):
    """Values of all steps of a collection, end to end.

    Attributes
    ----------
    values : ndarray of shape (n_steps_in_all,) or (n_steps_in_all, n_columns)
        The values.
    starts : ndarray of int of shape (n + 1,)
        Where those of each sequence begin, and the number of all.
    """

    values: np.ndarray
    starts: np.ndarray

    def place(self, at):
        """Return the sequence and the step of a place in `values`."""
        i = int(np.searchsorted(self.starts, at, side="right")) - 1
        return i, int(at - self.starts[i])


def read_steps(values, lengths, name, what):
    """Read values that come with every step of checked sequences.

    Parameters
    ----------
    values : list of array-like, or array-like of shape (n, n_steps, ...)
        As the user passed them.
    lengths : ndarray of int of shape (n,)
        Number of steps of each sequence.
    name : str
        Name of the values in messages, such as "y".
    what : str
        What one of them is, such as "label".

    Returns
    -------
    StepValues
    """
    n = len(lengths)
    parts = _as_parts(values, name, what)
    if len(parts) != n:
        raise ValueError(
            f"X has {n} sequences, but {name} has {what}s for {len(parts)}: there must "
            f"be one {what} for each step of each sequence."
        )
    parts = [
        _check_part(part, i, length, name, what)
        for i, (part, length) in enumerate(zip(parts, lengths.tolist(), strict=True))
    ]
    _check_alike(parts, name, what)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    return StepValues(np.concatenate(parts), starts)


def _as_parts(values, name, what):
    """Return the values of each sequence, a list or an array."""
    if values is None:
        raise ValueError(
            f"fit requires {name} to be passed, but the target {name} is None: give "
            f"one {what} for each step of each sequence."
        )
    if sparse.issparse(values) or isinstance(values, Iterator | Mapping | Set | str):
        raise ValueError(
            f"{name} must be a list of arrays, one a sequence with one {what} a step, "
            f"or an array of shape (sequences, steps); got {type(values).__name__}."
        )
    if not isinstance(values, list | tuple):
        values = as_array(values, name)
    if not is_nested(values):
        raise ValueError(
            f"{name} must have one {what} for each step of each sequence: a list of "
            "arrays of shape (steps,), or an array of shape (sequences, steps). It has "
            f"one {what} for each sequence; for that, use an estimator without Step in "
            "its name."
        )
    return values


def as_steps(values, name):
    """Return the values of the steps of one sequence, of mixed types as objects."""
    array = as_array(values, name, HIDDEN)
    if array.dtype.kind in "US" and isinstance(values, list | tuple):
        # NumPy makes a text of NaN, None and numbers that stand among texts.
        objects = np.array(values, dtype=object)
        if not all(isinstance(value, str | bytes) for value in objects.flat):
            return objects
    return array


def is_nested(values):
    """Return whether values have an axis of steps below that of the sequences."""
    if not isinstance(values, list | tuple):
        array = np.asarray(values)
        if array.ndim != 1 or array.dtype.kind != "O":
            return array.ndim > 1
    return any(depth_of(item) > 0 for item in values)


def _check_part(part, i, length, name, what):
    """Return the values of one sequence as an array of shape (n_steps, ...)."""
    part = as_steps(part, f"{name}[{i}]")
    if part.ndim == 2 and part.shape[1] == 1 and what != "target":
        part = part[:, 0]
    if part.ndim not in (1, 2):
        raise ValueError(
            f"{name}[{i}] must have one {what} for each step of sequence {i}: shape "
            f"({length},). Got shape {part.shape}."
        )
    if len(part) != length:
        raise ValueError(
            f"Sequence {i} of X has {length} steps, but {name}[{i}] has {len(part)} "
            f"{what}s: there must be one for each step."
        )
    return part


def _check_alike(parts, name, what):
    """Raise ValueError if values differ in shape, or mix text with numbers."""
    first = parts[0]
    for i, part in enumerate(parts):
        if part.shape[1:] != first.shape[1:]:
            raise ValueError(
                f"All steps must have as many {what}s, but {name}[0] has shape "
                f"{first.shape} and {name}[{i}] has shape {part.shape}."
            )
        kinds = part.dtype.kind, first.dtype.kind
        if "O" not in kinds and (kinds[0] in "US") != (kinds[1] in "US"):
            raise ValueError(
                f"All {what}s must be of one type, but {name}[0] has dtype "
                f"{first.dtype} and {name}[{i}] has {part.dtype}."
            )
