"""Segments: steps with the same label in a row."""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from skrnn.metrics.labelled import LabelledSteps, read_sequence
from skrnn.validation.arrays import as_array, sentence
from skrnn.validation.steps import UNLABELLED, are_labelled

if TYPE_CHECKING:
    from skrnn.utils.typing import Array, ArrayLike


class Segment(NamedTuple):
    """Steps of one label in a row, from `start` up to, but without, `stop`."""

    label: Any
    start: int
    stop: int


def find_segments(labels: ArrayLike) -> list[Segment]:
    """Return the segments of a sequence: the stretches of steps with the same label.

    Read more in the :ref:`User Guide <guide_metrics>`.

    Parameters
    ----------
    labels : array-like of shape (n_steps,)
        The labels of the steps of one sequence. Those without one, which is NaN, None,
        NA of pandas or the number -1, belong to no segment.

    Returns
    -------
    list of (label, start, stop)
        Named tuples, in the order of time. `start` is the first step of a segment, and
        `stop` the one after its last.

    Examples
    --------
    >>> from skrnn.metrics import find_segments
    >>> for label, start, stop in find_segments(["walk", "walk", "rest", None, "rest"]):
    ...     print(label, start, stop)
    walk 0 2
    rest 2 3
    rest 4 5
    """
    values = read_sequence(labels, "labels")
    _check_labels(values, "labels")
    labelled = are_labelled(values, UNLABELLED)
    edges = np.flatnonzero(np.diff(labelled, prepend=False, append=False))
    return [
        Segment(label, int(start + shift), int(stop + shift))
        for shift, end in edges.reshape(-1, 2)
        for label, start, stop in zip(*_stretches(values[shift:end]), strict=True)
    ]


class SegmentArrays(NamedTuple):
    """Segments of a sequence: numbers of their labels, first steps and ends."""

    codes: Array
    starts: Array
    stops: Array


def segment_pairs(y_true, y_pred, ignore, sample_weight):
    """Return weight, true and predicted segments of each sequence that has labels."""
    steps = LabelledSteps(y_true, "y_true", UNLABELLED)
    predicted = steps.select(y_pred, "y_pred")
    _check_labels(steps.labels, "y_true")
    _check_labels(predicted, "y_pred")
    _check_same_kind(steps.labels, predicted)
    weights = np.ones(len(steps.lengths))
    if sample_weight is not None:
        weights = steps.sequence_weights(sample_weight)
    read = _reader(ignore)
    pairs = [
        (weight, read(true), read(found))
        for weight, true, found in zip(
            weights, steps.split(steps.labels), steps.split(predicted), strict=True
        )
        if len(true)
    ]
    _check_weights([weight for weight, _, _ in pairs])
    return pairs


def _reader(ignore):
    """Return a function from labels to segments, whose labels it gives numbers."""
    ignored, codes = _read_ignore(ignore), {}

    def read(labels):
        names, starts, stops = _stretches(labels)
        numbers = [
            -1 if name in ignored else codes.setdefault(name, len(codes))
            for name in names
        ]
        numbers = np.array(numbers, dtype=np.intp)
        kept = numbers >= 0
        return SegmentArrays(numbers[kept], starts[kept], stops[kept])

    return read


def _stretches(labels):
    """Return labels, first steps and ends of the stretches of equal labels."""
    n, values = len(labels), labels
    if labels.dtype == object:
        known = {}
        values = np.array(
            [known.setdefault(x, len(known)) for x in _hashable(labels, "labels")]
        )
    starts = np.flatnonzero(np.append(True, values[1:] != values[:-1])[:n])
    return labels[starts].tolist(), starts, np.append(starts, n)[1:]


def _read_ignore(ignore):
    if ignore is None:
        return frozenset()
    if isinstance(ignore, str | bytes) or not hasattr(ignore, "__len__"):
        ignore = [ignore]
    elif not isinstance(ignore, list | tuple | Set):
        ignore = np.atleast_1d(as_array(ignore, "ignore")).tolist()
    return set(_hashable(ignore, "ignore"))


def _hashable(values, name):
    """Return values as a list; raise ValueError if they cannot be labels."""
    values = list(values)
    try:
        hash(tuple(values))
    except TypeError as error:
        raise ValueError(
            f"{name} has values that cannot be labels: {sentence(error)} Labels are "
            "texts, numbers or booleans."
        ) from error
    return values


def _check_labels(values, name):
    if values.ndim != 1:
        raise ValueError(
            f"{name} must have one label for each step, as predict returns, but has "
            f"{values.shape[1]} values."
        )


def _check_same_kind(true, found):
    kinds = [
        None if labels.dtype == object else labels.dtype.kind in "US"
        for labels in (true, found)
    ]
    if None not in kinds and kinds[0] != kinds[1]:
        texts, numbers = ("y_true", "y_pred") if kinds[0] else ("y_pred", "y_true")
        raise ValueError(
            f"The labels of {texts} are texts, and those of {numbers} are numbers, so "
            "that none is equal to another. Give both the same labels."
        )


def _check_weights(weights):
    if min(weights) < 0 or not any(weights):
        raise ValueError(
            "sample_weight must not be negative, and some sequence with labels must "
            "have a weight above zero."
        )
