"""Validation of labels and classes."""

from collections.abc import Hashable
from contextlib import suppress
from numbers import Real

import numpy as np
from scipy import sparse
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import check_classification_targets

from skrnn.validation.arrays import (
    INHOMOGENEOUS,
    as_array,
    flat_array,
    is_missing,
    not_finite,
)
from skrnn.validation.targets import check_all_finite, check_length, read_y
from skrnn.validation.values import within_float64

#: Advice on labels that are as many as the steps.
OF_STEPS = "For a label at each step, use LSTMStepClassifier or another of its kind."

#: Kinds of labels in messages: the second is that of `multilabel`.
KINDS = ("one label a sequence", "an indicator matrix of several labels")


def check_labels(y, n):
    """Check the labels of n sequences.

    Returns
    -------
    y : ndarray of shape (n,), or of int of shape (n, n_labels)
    multilabel : bool
        Whether it is the latter, an indicator matrix.
    """
    y = read_y(y, "label")
    if is_indicator_matrix(y):
        y = y.toarray() if sparse.issparse(y) else np.asarray(y)
        return _check_indicators(y, n), True
    return _check_single_labels(y, n), False


def is_indicator_matrix(y):
    """Return whether labels are an indicator matrix, that is, have several columns."""
    try:
        shape = y.shape if sparse.issparse(y) else as_array(y, "y").shape
    except ValueError as error:
        if INHOMOGENEOUS not in str(error):
            raise
        raise ValueError(
            "y has rows of different length. Give one label for each sequence, or an "
            "indicator matrix, such as sklearn.preprocessing.MultiLabelBinarizer() "
            f"makes of lists of labels. {OF_STEPS}"
        ) from error
    return len(shape) == 2 and shape[1] > 1


def _check_indicators(y, n):
    check_length(y, n, "rows")
    if y.dtype == object:
        with suppress(TypeError, ValueError):
            y = y.astype(np.float64)
    check_all_finite(y, "label")
    if y.dtype.kind not in "biuf" or not np.isin(y, (0, 1)).all():
        raise ValueError(
            f"y has shape {y.shape}, and values other than 0 and 1. A classifier wants "
            "one label for each sequence, or an indicator matrix with a column of 0 "
            "and 1 for each label. For several classes a sequence, use "
            f"sklearn.multioutput.MultiOutputClassifier. {OF_STEPS}"
        )
    return y.astype(np.intp)


def _check_single_labels(y, n):
    y = column_or_1d(y, warn=True)
    check_length(y, n, "labels")
    if y.dtype.kind == "f":
        y = within_float64(y, "y")
    _check_all_labelled(y)
    sorted_once(y, "Labels", "y")
    check_classification_targets(y)
    return y


def _check_all_labelled(y):
    """Raise ValueError for labels that are NaN, infinity or None."""
    suspect = y.dtype == object or (y.dtype.kind == "f" and not np.isfinite(y).all())
    for i, label in enumerate(y if suspect else ()):
        infinite = isinstance(label, float | np.floating) and np.isinf(label)
        if infinite or is_missing(label):
            advice = "Leave sequences without a label out of X and y."
            raise ValueError(not_finite("y", label, f"label {i}", advice))


def settle_classes(name, y, multilabel, announced, earlier):
    """Return the classes: those of an earlier fit, those announced or those in y.

    Parameters
    ----------
    name : str
        Name of the classifier.
    y : ndarray of shape (n,) or (n, n_labels)
        The labels of the sequences that have weight.
    multilabel : bool
        Whether y is an indicator matrix.
    announced : array-like or None
        All classes there will ever be, as the user says.
    earlier : (ndarray, bool) or None
        The classes of an earlier fit that is resumed, and its `multilabel`.

    Returns
    -------
    ndarray of shape (n_classes,)
        The labels of an indicator matrix are its columns, counted from 0.
    """
    if earlier is not None and multilabel != earlier[1]:
        raise ValueError(
            f"{name} was fitted on {KINDS[earlier[1]]}, but y is {KINDS[multilabel]}. "
            "Fit a new model."
        )
    if announced is not None:
        announced = check_classes(announced)
    present = np.arange(y.shape[1]) if multilabel else np.unique(y)
    if multilabel:
        return _settle_labels(name, present, announced, earlier)
    if announced is not None and len(announced) < 2:
        raise ValueError(
            f"{name} needs at least two classes, but classes has "
            f"{'one' if len(announced) else 'none'}: {announced.tolist()}."
        )
    if earlier is not None:
        if announced is not None and not np.array_equal(announced, earlier[0]):
            raise ValueError(
                f"classes={announced.tolist()} differs from those of the earlier fit, "
                f"{earlier[0].tolist()}. Make a new {name} for them."
            )
        announced = earlier[0]
    classes = present if announced is None else announced
    if len(classes) < 2:
        raise ValueError(
            f"{name} needs at least two classes, but y has one class with weight: "
            f"{classes.tolist()}."
        )
    unknown = _not_among(present, classes)
    if unknown:
        raise ValueError(
            f"y has labels {unknown}, which are not among the classes "
            f"{classes.tolist()} that {name} was told of. Announce all classes in "
            "the first call, or fit a new model."
        )
    return classes


def _not_among(labels, classes):
    """Return a list of the labels that are no classes; text never equals a number."""
    if labels.dtype.kind == classes.dtype.kind:
        return labels[~np.isin(labels, classes)].tolist()
    known = set(classes.tolist())
    return [label for label in labels.tolist() if label not in known]


def _settle_labels(name, present, announced, earlier):
    if announced is not None and not np.array_equal(announced, present):
        raise ValueError(
            f"y has {len(present)} labels, one a column, so that classes must be "
            f"{present.tolist()} or None; got {announced.tolist()}."
        )
    if earlier is not None and len(earlier[0]) != len(present):
        raise ValueError(
            f"y has {len(present)} labels, one a column, but {name} was fitted on "
            f"{len(earlier[0])}. Give a column for each of them, or fit a new model."
        )
    return present


def check_classes(classes):
    """Check the classes that a user passes.

    Returns
    -------
    ndarray of shape (n_classes,)
        The distinct classes, sorted.
    """
    classes = flat_array(classes, "classes")
    if classes.ndim != 1:
        raise ValueError(
            "classes must be a flat list of all labels that will ever come, got shape "
            f"{classes.shape}."
        )
    missing = [i for i, label in enumerate(classes.tolist()) if is_missing(label)]
    if missing:
        raise ValueError(
            f"classes[{missing[0]}] is {classes[missing[0]]}, which stands for no "
            "label. Leave it out."
        )
    classes = sorted_once(classes, "Classes", "classes")
    for label in classes.tolist():  # sets have an order, of a kind
        if not isinstance(label, Hashable):
            raise ValueError(
                f"classes has {label!r}, which cannot be a label. Pass texts, numbers "
                "or booleans."
            )
    return classes


def check_class_weight(class_weight, multilabel):
    """Check the weights of classes, if they are in a dict."""
    if multilabel and class_weight is not None:
        raise ValueError(
            "class_weight is for one label a sequence, but y is an indicator matrix. "
            "Set it to None, and weigh sequences with sample_weight."
        )
    if not isinstance(class_weight, dict):
        return
    for label, weight in class_weight.items():
        if not _is_weight(weight):
            raise ValueError(
                f"class_weight[{label!r}] is {weight!r:.60}; it must be a finite "
                "number and not negative."
            )


def _is_weight(value):
    try:
        with np.errstate(over="ignore"):
            return isinstance(value, Real) and 0 <= float(value) < np.inf
    except OverflowError:
        return False


def sorted_once(values, kind, what, **options):
    """Return the sorted distinct values of an array, as `numpy.unique` does.

    For values that cannot be sorted, raise a ValueError that names their types.
    """
    try:
        return np.unique(values, **options)
    except TypeError as error:
        kinds = sorted({type(value).__name__ for value in values})
        must_be = "of one type" if len(kinds) > 1 else "numbers or texts"
        raise ValueError(
            f"{kind} must be {must_be}, but {what} has {' and '.join(kinds)}."
        ) from error
