"""Validation of labels, targets and weights of every step."""

from numbers import Real

import numpy as np
from sklearn.utils.multiclass import check_classification_targets

from skrnn.validation.arrays import is_missing, not_finite
from skrnn.validation.labels import sorted_once
from skrnn.validation.nested import StepValues, is_nested, read_steps
from skrnn.validation.targets import as_real_numbers
from skrnn.validation.values import within_float64
from skrnn.validation.weights import as_floats, check_values, check_weights

#: Label of a step without one, where labels are numbers.
UNLABELLED = -1


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
    if targets.values.dtype.kind not in "biufO":
        raise ValueError(
            f"y has dtype {targets.values.dtype}, but a regressor needs real numbers "
            "as targets. For labels, use a classifier."
        )
    targets = StepValues(as_real_numbers(targets.values, "step"), targets.starts)
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


def check_weights_of(has_answer, sample_weight, lengths, what):
    """Check weights as `check_step_weights` does; steps without an answer have zero.

    Parameters
    ----------
    has_answer : ndarray of bool of shape (n_steps_in_all,)
        Which steps have a label, or a target.
    sample_weight, lengths
        As for `check_step_weights`.
    what : {"label", "target"}
        What they have.
    """
    weight = check_step_weights(sample_weight, lengths)
    weight[~has_answer] = 0.0
    if not weight.any():
        raise ValueError(
            f"sample_weight is zero wherever y has a {what}: no step is left to learn "
            "from."
        )
    return weight


def _check_no_infinity(read, what):
    if read.values.dtype.kind != "f" or not np.isinf(read.values).any():
        return
    at = np.argwhere(np.isinf(read.values))[0]
    i, step = read.place(at[0])
    advice = f"NaN marks a step without a {what}."
    where = f"sequence {i}, step {step}"
    raise ValueError(not_finite("y", read.values[tuple(at)], where, advice))
