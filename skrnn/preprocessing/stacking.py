"""Frames of sequences, one below the other in one."""

import numpy as np

from skrnn.preprocessing.columns import check_columns, read_frame
from skrnn.preprocessing.rows import rows_by_id, rows_of_frames
from skrnn.utils.optional import narwhals
from skrnn.validation.advice import are_pairs
from skrnn.validation.names import are_frames, is_frame

EXPECTED = "a list with a data frame for each sequence, or one long data frame"


def stack(X, id, time, name):
    """Read sequences from a list of data frames, or from a long one.

    Parameters
    ----------
    X : list of n data frames of shape (n_steps_i, n_columns), or data frame
        What the user passed.
    id, time : str or None
        The columns that say which sequence a row belongs to, and when it was.
    name : str
        Name of the estimator.

    Returns
    -------
    frame : data frame of narwhals of shape (n_rows, n_columns)
        All rows.
    rows : Rows
        Which of them make which sequence.
    """
    is_list = isinstance(X, list | tuple)
    X = list(map(_collected, X)) if is_list else _collected(X)
    if is_list and len(X) and all(map(is_frame, X)):
        frame, lengths = _concatenate(X, name)
        check_columns(frame, [] if time is None else [time], [], [])
        rows = rows_of_frames(frame, lengths, time)
        if id is not None and id in frame.columns:
            _check_one_id(frame, rows, id)
        return frame, rows
    _check_frame(X, id, name)
    frame = read_frame(X, name)
    check_columns(frame, [id] if time is None else [id, time], [], [])
    return frame, rows_by_id(frame, id, time)


def _collected(frame):
    return frame.collect() if type(frame).__name__ == "LazyFrame" else frame


def _check_frame(X, id, name):
    """Check that X is one data frame, and that there is an id for it."""
    kind = type(X).__name__
    is_list = isinstance(X, list)
    if "GroupBy" in kind or (is_list and len(X) and are_pairs(X)):
        raise TypeError(
            f"{name} expected {EXPECTED}; got what groupby gives. Pass "
            "[frame for _, frame in X]."
        )
    if is_list:
        other = next((i for i, item in enumerate(X) if not is_frame(item)), None)
        came = "an empty list" if other is None else _item(X[other], other)
        raise TypeError(f"{name} expected {EXPECTED}; got {came}.")
    if not is_frame(X):
        raise TypeError(f"{name} expected {EXPECTED}; got {kind}.")
    if id is None:
        raise ValueError(
            f"{name} got one data frame, but has no `id`, the column that says which "
            "sequence a row belongs to. Set it, or pass a list with a data frame for "
            "each sequence."
        )


def _item(item, i):
    return f"a list in which item {i} is {type(item).__name__}"


def _concatenate(X, name):
    """Return frames with the same columns as one, and their lengths."""
    nw = narwhals()
    are_frames(X, name)
    frames = [nw.from_native(frame, eager_only=True) for frame in X]
    lengths = np.array([len(frame) for frame in frames])
    if not lengths.all():
        raise ValueError(
            f"Sequence {int(np.argmin(lengths))} of X has no steps. Leave it and its "
            "label out."
        )
    if not frames[0].implementation.is_pandas_like():  # pandas finds a common type
        _check_types(frames)
    return nw.concat(frames), lengths


def _check_types(frames):
    first = frames[0].schema
    for i, frame in enumerate(frames):
        if frame.schema == first:
            continue
        column = next(c for c in first if frame.schema[c] != first[c])
        raise ValueError(
            f"Column {column!r} is {first[column]} in sequence 0 of X and "
            f"{frame.schema[column]} in sequence {i}: cast it to one type."
        )


def _check_one_id(frame, rows, id):
    """Check that each frame is one sequence."""
    values = frame[id].to_numpy()[rows.order]
    if where := rows.where_varies(values):
        raise ValueError(
            f"Column {id!r}, the id, changes within {where} of X. In a list each data "
            "frame is one sequence: pass a single long data frame, or cut it by id."
        )
