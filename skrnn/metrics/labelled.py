"""Labelled steps of many sequences, as the metrics need them."""

from collections.abc import Hashable
from numbers import Real

import numpy as np

from skrnn.validation.arrays import as_array, flat_array, joined
from skrnn.validation.nested import HIDDEN, as_steps, is_nested
from skrnn.validation.steps import are_labelled
from skrnn.validation.weights import as_floats


class LabelledSteps:
    """All steps that have a label, one sequence after the other.

    Parameters
    ----------
    y : array of shape (n, n_steps) or (n, n_steps, n_targets), or list of n arrays of \
shape (n_steps_i,) or (n_steps_i, n_targets)
        Labels or targets.
    name : str
        Name of y in messages.
    unlabelled : float or None
        The number that stands for no label, beside NaN, None and NA of pandas.

    Attributes
    ----------
    labels : ndarray of shape (n_labelled,) or (n_labelled, n_targets)
        Their labels or targets.
    lengths : ndarray of int of shape (n,)
        Number of steps of each sequence, with those that have no label.
    """

    def __init__(self, y, name, unlabelled):
        values, self.lengths = read_steps(y, name)
        self.name = name
        self._mask = are_labelled(values, unlabelled)
        if not self._mask.any():
            raise ValueError(
                f"No step of {name} has a label, so that there is nothing to score."
            )
        self.labels = _of_one_type(values[self._mask], name)

    def select(self, answers, name):
        """Return the answers to the labelled steps, one sequence after the other.

        Parameters
        ----------
        answers : array of shape (n, n_steps, ...), or list of n arrays of shape \
(n_steps_i, ...)
            One answer, or a row of them, for each step.
        name : str
            Their name in messages.
        """
        return _of_one_type(self._select(answers, name), name)

    def _select(self, values, name):
        values, lengths = read_steps(values, name)
        if len(lengths) != len(self.lengths):
            raise ValueError(
                f"{self.name} has {len(self.lengths)} sequence(s), but {name} has "
                f"{len(lengths)}: there must be one for each."
            )
        if (differs := lengths != self.lengths).any():
            i = int(np.argmax(differs))
            raise ValueError(
                f"Sequence {i} of {self.name} has {self.lengths[i]} step(s), but that "
                f"of {name} has {lengths[i]}: there must be one value for each step."
            )
        return values[self._mask]

    def step_weights(self, sample_weight):
        """Return the weights of the labelled steps, of shape (n_labelled,), or None."""
        if sample_weight is None:
            return None
        sample_weight = _as_list_or_array(sample_weight, "sample_weight")
        if not is_nested(sample_weight):
            weights = self.sequence_weights(sample_weight)
            return np.repeat(weights, self.lengths)[self._mask]
        weights = self._select(sample_weight, "sample_weight")
        if weights.ndim > 1:
            raise ValueError(
                "sample_weight must have one number for each step, but has "
                f"{weights.shape[1]}."
            )
        return _as_weights(weights)

    def sequence_weights(self, sample_weight):
        """Return the weights of the sequences, of shape (n,)."""
        weights = _as_weights(flat_array(sample_weight, "sample_weight"))
        if weights.shape != self.lengths.shape:
            raise ValueError(
                "sample_weight must have one number for each of the "
                f"{len(self.lengths)} sequence(s) of {self.name}, or be nested like "
                f"it, with one for each step; got shape {weights.shape}."
            )
        return weights

    def split(self, values):
        """Cut values of the labelled steps into a list of arrays, one a sequence."""
        ends = np.cumsum(self.lengths)
        labelled = np.concatenate([[0], np.cumsum(self._mask)])
        return np.split(values, labelled[ends[:-1]])


def read_steps(values, name):
    """Return the values of all steps as one array, and the lengths of the sequences."""
    values = _as_list_or_array(values, name)
    if isinstance(values, np.ndarray) and values.ndim in (2, 3) and len(values):
        n, n_steps, *rest = values.shape
        return values.reshape(n * n_steps, *rest), np.full(n, n_steps)
    if not is_nested(values) or not len(values):
        raise ValueError(
            f"{name} must have a value for each step: an array (sequences, steps), or "
            f"a list with an array for each sequence. Got {_described(values, name)}"
        )
    items = values if isinstance(values, list | tuple) else values.tolist()
    items = [read_sequence(x, f"Sequence {i} of {name}") for i, x in enumerate(items)]
    first = items[0].shape[1:]
    for i, item in enumerate(items):
        if item.shape[1:] != first:
            raise ValueError(
                f"All sequences must have the same number of values a step, but those "
                f"of {name} have not: sequence 0 has shape {items[0].shape}, and "
                f"sequence {i} has {item.shape}."
            )
    return _joined(items), np.array([len(item) for item in items])


def read_sequence(values, name):
    """Return the values of the steps of one sequence, with mixed types as objects."""
    array = as_steps(values, name)
    if array.ndim not in (1, 2):
        raise ValueError(
            f"{name} must be an array with one value for each step, or a row of "
            f"values; got shape {array.shape}."
        )
    return array


def _as_list_or_array(values, name):
    is_list = isinstance(values, list | tuple)
    return values if is_list else as_array(values, name, HIDDEN)


def _described(values, name):
    n = len(values) if isinstance(values, list | tuple) or values.ndim else None
    if n is None:
        return f"{values.item()!r:.60}."
    if n == 0:
        return "no sequences."
    return f"{n} value(s) in a row: if they are one sequence, pass [{name}]."


def _joined(items):
    """Concatenate arrays, of texts and numbers, or of records, as objects."""
    items = [item for item in items if len(item)] or items[:1]
    return joined(
        [item.astype(object) if item.dtype.kind == "V" else item for item in items]
    )


def _of_one_type(values, name):
    """Return objects that are texts, or numbers, in a dtype of their own."""
    if values.dtype != object:
        return values
    for kind in (str, Real):
        if all(isinstance(value, kind) for value in values.flat):
            return np.array(values.tolist())
    kinds = sorted({type(value).__name__ for value in values.flat})
    if len(kinds) > 1 or not isinstance(values.flat[0], Hashable):
        raise ValueError(
            f"{name} must have values of one type, texts or numbers, but has "
            f"{' and '.join(kinds)}."
        )
    return values


def _as_weights(values):
    weights = as_floats(values)
    if not np.isfinite(weights).all():
        first = weights[~np.isfinite(weights)][0]
        raise ValueError(f"sample_weight must be finite numbers, but has {first}.")
    return weights
