"""Data frames in lists of sequences, and the names of their columns."""

from sklearn.utils.validation import validate_data


def is_frame(item):
    """Return whether an item is a data frame, which may name its columns."""
    return hasattr(item, "columns") or hasattr(item, "__dataframe__")


def columns_of(frame):
    """Return the names of the columns of a data frame as a list.

    Those of pyarrow are `column_names`, and its `columns` are their values.
    """
    names = getattr(frame, "column_names", None)
    return names if isinstance(names, list) else list(frame.columns)


def named_columns(frame):
    """Return pairs of the name and the values of each column of a data frame."""
    if isinstance(getattr(frame, "column_names", None), list):
        return zip(frame.column_names, frame.columns, strict=True)
    return ((column, frame[column]) for column in frame.columns)


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
    first = columns_of(X[0])
    for i, frame in enumerate(X):
        columns = columns_of(frame)
        if columns != first:
            raise ValueError(
                "All sequences must have the same columns, in the same order, but "
                f"sequence 0 of X has {first} and sequence {i} has {columns}."
            )
    return True


def check_names(probe, sequence, *, reset):
    """Let scikit-learn learn the names of the columns of a sequence, or compare them.

    Parameters
    ----------
    probe : estimator
        A copy of the estimator, whose `feature_names_in_` is set or compared.
    sequence : 2-D array or data frame
        One of the sequences, all of which have the same columns.
    reset : bool
        Whether the names are learnt.
    """
    # The number of features is ours to check: it is that of a step.
    validate_data(probe, sequence, reset=reset, skip_check_array=True, ensure_2d=False)
