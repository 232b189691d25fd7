"""Names of the columns of data frames."""

import copy

import numpy as np
from sklearn.utils.validation import validate_data

FEATURE_NAMES = "feature_names_in_"


def is_frame(item):
    """Return whether an item is a data frame, which may name its columns."""
    if type(item) is np.ndarray:  # fast for long lists of arrays
        return False
    return hasattr(item, "columns") or hasattr(item, "__dataframe__")


def columns_of(frame):
    """Return the names of the columns of a data frame as a list."""
    return list(_columns_of(frame))


def _columns_of(frame):
    """Return the names of the columns of a data frame in its own type of container."""
    if not hasattr(frame, "columns"):
        return list(frame.__dataframe__().column_names())
    columns = frame.columns
    return frame.column_names if _are_values(frame, columns) else columns


def _are_values(frame, columns):
    """Return whether `columns` has values instead of names, as in pyarrow tables."""
    return isinstance(columns, list) and hasattr(frame, "column_names")


def named_columns(frame):
    """Return pairs of the name and the values of each column of a data frame."""
    names = columns_of(frame)
    if _are_values(frame, getattr(frame, "columns", None)):
        return zip(names, frame.columns, strict=True)
    return ((name, frame[name]) for name in names)


def are_frames(X, name):
    """Return whether the sequences in X are data frames, all with the same columns."""
    found = [is_frame(sequence) for sequence in X]
    if not any(found):
        return False
    if not all(found):
        i, j = found.index(True), found.index(False)
        raise ValueError(
            f"{name} expected sequences of one kind, but sequence {i} of X is a data "
            f"frame and sequence {j} is {type(X[j]).__name__}. Pass data frames with "
            "the same columns, or arrays of shape (steps, features)."
        )
    first = _columns_of(X[0])
    for i, frame in enumerate(X):
        check_same_columns(first, _columns_of(frame), i)
    return True


def check_same_columns(first, columns, i):
    """Raise ValueError if sequence i has other columns than the first one."""
    if not _are_equal(first, columns):
        raise ValueError(
            "All sequences must have the same columns, in the same order, but "
            f"sequence 0 of X has {list(first)} and sequence {i} has {list(columns)}."
        )


def _are_equal(first, columns):
    if first is columns:
        return True
    if type(first) is type(columns) and hasattr(first, "equals"):
        return first.equals(columns)  # an index of pandas is slow as a list
    return list(first) == list(columns)


def check_names(estimator, X, expected):
    """Return the names of the columns of sequences, or None."""
    known = None if expected is None else expected.names
    if not are_frames(X, type(estimator).__name__) and known is None:
        return None
    # Not the number of features: it is checked per step by `check_sequences`.
    options = {"skip_check_array": True, "ensure_2d": False}
    return validate_table(estimator, X[0], expected, **options)[1]


def validate_table(estimator, X, expected, **options):
    """Validate a table and the names of its columns by scikit-learn.

    `validate_data` changes the estimator, so it gets a copy with the expected format as
    its fitted attributes.

    Returns
    -------
    X : ndarray or table
    names : ndarray of str objects or None
        Names of the columns.
    """
    stand_in = copy.copy(estimator)
    for name in ("n_features_in_", FEATURE_NAMES):
        vars(stand_in).pop(name, None)
    if expected is not None:
        vars(stand_in).update(expected.attributes)
    X = validate_data(stand_in, X, reset=expected is None, **options)
    return X, vars(stand_in).get(FEATURE_NAMES)
