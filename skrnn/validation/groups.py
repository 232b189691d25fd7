"""The border to users' groups and classes."""

from collections.abc import Hashable

import numpy as np

from skrnn.validation.arrays import flat_array, is_missing


def check_groups(groups, n):
    """Number the groups of n sequences; None if there are none.

    Returns
    -------
    ndarray of int of shape (n,) or None
    """
    if groups is None:
        return None
    groups = flat_array(groups, "groups")
    if groups.shape != (n,):
        raise ValueError(
            f"groups must have one entry for each of the {n} sequences, got shape "
            f"{groups.shape}."
        )
    missing = np.array([is_missing(group) for group in groups.tolist()])
    if missing.any():
        raise ValueError(
            f"groups has no value for sequence {missing.argmax()} (counted from 0). "
            "Give one that belongs to no other a group of its own."
        )
    return sorted_once(groups, "Groups", "groups", return_inverse=True)[1]


def check_classes(classes):
    """Check the classes that a user announces.

    Returns
    -------
    ndarray of shape (n_classes,)
        Each of them once, in order.
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


def sorted_once(values, kind, what, **options):
    """Return the distinct values of an array, in order, as `numpy.unique` does.

    Values that cannot be put in order are an error that names their types.
    """
    try:
        return np.unique(values, **options)
    except TypeError as error:
        kinds = sorted({type(value).__name__ for value in values})
        must_be = "of one type" if len(kinds) > 1 else "numbers or texts"
        raise ValueError(
            f"{kind} must be {must_be}, but {what} has {' and '.join(kinds)}."
        ) from error
