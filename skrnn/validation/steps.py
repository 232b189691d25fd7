"""Validation of what comes with every step: labels, targets and weights.

They are laid out as the sequences are: a list of arrays, one a sequence, or where all
sequences have the same number of steps one array.
"""

from collections.abc import Iterator, Mapping, Set
from numbers import Real
from typing import NamedTuple

import numpy as np
from scipy import sparse
from sklearn.utils.multiclass import check_classification_targets

from skrnn.validation.arrays import as_array, is_missing, not_finite, sentence
from skrnn.validation.labels import sorted_once
from skrnn.validation.layouts import depth_of
from skrnn.validation.values import within_float64
from skrnn.validation.weights import as_floats, check_values, check_weights

#: Label of a step without one, where labels are numbers.
UNLABELLED = -1
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


def check_step_labels(y, lengths):
    """Check the labels of all steps, of which some may have none.

    Steps without a label have -1 or NaN where labels are numbers, and None or another
    missing value where they are objects.

    Returns
    -------
    labels : StepValues
        The labels; where there is none, anything.
    has_label : ndarray of bool of shape (n_steps_in_all,)
    """
    labels = read_steps(y, lengths, "y", "label")
    values = labels.values
    if values.ndim == 2:
        raise ValueError(
            f"y has {values.shape[1]} columns of labels for each step, but a step has "
            "one label. For several, fit one classifier for each column."
        )
    if values.dtype.kind == "f":
        values = within_float64(values, "y")
    has_label = are_labelled(values, UNLABELLED)
    if not has_label.any():
        raise ValueError(
            "y has no label: every step is marked as without one, by -1, NaN or None."
        )
    _check_no_infinity(labels, "label")
    sorted_once(values[has_label], "Labels", "y")
    values = _as_numbers_if_so(values, has_label)
    check_classification_targets(values[has_label])
    return StepValues(values, labels.starts), has_label


def _as_numbers_if_so(values, has_label):
    """Return labels as numbers where only the marks have made objects of them."""
    if values.dtype.kind != "O":
        return values
    known = np.array(values[has_label].tolist())
    if known.dtype.kind not in "biuf":
        return values
    numbers = np.zeros(len(values), known.dtype)
    numbers[has_label] = known
    return numbers


def check_mark_is_no_class(name, values, labels):
    """Raise ValueError if -1, which marks steps without a label, seems to be one.

    Parameters
    ----------
    name : str
        Name of the classifier.
    values : ndarray of shape (n,)
        Labels and marks.
    labels : ndarray
        Those that count.
    """
    if values.dtype.kind not in "if" or UNLABELLED not in values:
        return
    if len(np.unique(labels)) == 1:
        raise ValueError(
            f"{name} needs at least two classes, but y has one class beside -1, which "
            "marks steps without a label. If -1 is a class, give it another name."
        )


def are_labelled(values, unlabelled):
    """Return which steps have a label, or all of their targets.

    Parameters
    ----------
    values : ndarray of shape (n,) or (n, n_targets)
        Labels or targets; NaN, None and NA of pandas are none.
    unlabelled : float or None
        The number that is none either.

    Returns
    -------
    ndarray of bool of shape (n,)
    """
    if values.dtype.kind in "biuf":
        labelled = values == values  # NaN is not itself
        if unlabelled is not None and values.dtype.kind != "b":
            labelled &= values != unlabelled
    elif values.dtype.kind in "US":
        labelled = np.ones(values.shape, bool)
    else:
        marked = (_is_mark(value, unlabelled) for value in values.flat)
        labelled = ~np.fromiter(marked, bool, values.size).reshape(values.shape)
    return labelled.all(axis=1) if values.ndim == 2 else labelled


def _is_mark(value, unlabelled):
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    return is_missing(value) or (
        is_number and unlabelled is not None and value == unlabelled
    )


def check_step_targets(y, lengths):
    """Check the targets of all steps, of which some may have none, that is, NaN.

    Returns
    -------
    targets : StepValues
        Of float64.
    has_target : ndarray of bool of shape (n_steps_in_all,)
        Whether all targets of a step are there.
    """
    targets = read_steps(y, lengths, "y", "target")
    targets = StepValues(_as_numbers(targets), targets.starts)
    _check_no_infinity(targets, "target")
    has_target = are_labelled(targets.values, None)
    if not has_target.any():
        raise ValueError(
            "y has no target: every step has NaN, which marks it as without one."
        )
    return targets, has_target


def check_step_weights(sample_weight, lengths):
    """Check weights, one a sequence or one a step; return ones if there are none.

    Returns
    -------
    ndarray of float64 of shape (n_steps_in_all,)
    """
    if sample_weight is None or not is_nested(sample_weight):
        return np.repeat(check_weights(sample_weight, len(lengths)), lengths)
    weights = read_steps(sample_weight, lengths, "sample_weight", "weight")
    if weights.values.ndim == 2:
        raise ValueError(
            "sample_weight must have one number for each sequence, or one for each "
            f"step, but has {weights.values.shape[1]} for each step."
        )

    def name_of(at):
        i, step = weights.place(at)
        return f"sample_weight[{i}][{step}]"

    values = as_floats(weights.values)
    check_values(values, name_of, "step")
    return values


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


def _as_numbers(targets):
    values = targets.values
    if values.dtype.kind not in "biufO":
        raise ValueError(
            f"y has dtype {values.dtype}, but a regressor needs real numbers as "
            "targets. For labels, use a classifier."
        )
    try:
        return within_float64(values, "y").astype(np.float64)
    except (OverflowError, TypeError, ValueError) as error:
        if values.dtype != object:
            raise
        raise ValueError(
            f"y has dtype object and cannot be read as numbers: {sentence(error)} Give "
            "one number for each step, or as many as there are targets."
        ) from error


def _check_no_infinity(read, what):
    if read.values.dtype.kind != "f" or not np.isinf(read.values).any():
        return
    at = np.argwhere(np.isinf(read.values))[0]
    i, step = read.place(at[0])
    advice = f"NaN marks a step without a {what}."
    where = f"sequence {i}, step {step}"
    raise ValueError(not_finite("y", read.values[tuple(at)], where, advice))
