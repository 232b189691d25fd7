"""Sequences from long data frames, which have a row for each step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils import Bunch

from skrnn.parameters.constraints import Boolean, check_options
from skrnn.preprocessing.columns import (
    check_columns,
    check_features,
    name_in,
    names_in,
    read_frame,
    steps_of,
)
from skrnn.preprocessing.rows import rows_by_id

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME = "sequences_from_frame"
OPTIONS = {"as_frames": [Boolean()]}


def sequences_from_frame(
    frame: Any,
    *,
    id: str,
    time: str | None = None,
    features: Sequence[str] | None = None,
    target: str | Sequence[str] | None = None,
    step_target: str | Sequence[str] | None = None,
    groups: str | None = None,
    time_since: str | None = None,
    as_frames: bool = False,
) -> Bunch:
    """Gather the rows of a long data frame into sequences.

    A row is a step of the sequence that its `id` names. The rows of a sequence need not
    stand together. Sequences come in the order in which their ids first appear.

    Read more in the :ref:`User Guide <guide_long_frames>`.

    Parameters
    ----------
    frame : data frame of shape (n_rows, n_columns)
        Of pandas, polars, pyarrow, or another library that narwhals reads. One that is
        lazy is collected.
    id : str
        The column that says which sequence a row belongs to.
    time : str, default=None
        The column by which the steps of a sequence are sorted: numbers or dates. If
        None, they stay in the order of the rows.
    features : list of str, default=None
        The columns that make a step, in this order: numbers and booleans. If None, all
        other columns, sorted by name: the order of the columns in the frame changes
        nothing.
    target : str or list of str, default=None
        The column with the label or target of the sequence, the same in each of its
        rows; several for several targets or labels.
    step_target : str or list of str, default=None
        In place of `target`, the column with the label or target of each step, for
        estimators that predict one for each step.
    groups : str, default=None
        The column that says what a sequence belongs to, such as its user or device, the
        same in each of its rows: for splitters such as `GroupKFold`.
    time_since : str, default=None
        The name of a new feature, the last: the time since the step before, in seconds
        if `time` is dates, and otherwise in its unit. It is 0 at the first step.
    as_frames : bool, default=False
        Whether X is a list of data frames of the kind of `frame`. An estimator then
        sees the names of the columns, and refuses others later. The columns keep their
        types and may hold anything, such as text for a `PerStepTransformer`.

    Returns
    -------
    sequences : Bunch
        With these attributes:

        X : list of n arrays of shape (n_steps_i, n_features)
            float32 if all features are, else float64; what is missing is NaN. They are
            views of one array. With `as_frames` a list of n data frames.
        y : ndarray of shape (n,) or (n, n_targets), or None
            The target of each sequence; 2-D if `target` is a list. With `step_target` a
            list of n arrays of shape (n_steps_i,) or (n_steps_i, n_targets).
        ids : ndarray of shape (n,)
            The id of each sequence.
        groups : ndarray of shape (n,), or None
            The group of each sequence, if `groups` is given.
        feature_names : list of str
            The columns that make a step.
        times : list of n arrays of shape (n_steps_i,), or None
            The time of each step, if `time` is given.

    Examples
    --------
    >>> import pandas as pd
    >>> from skrnn.preprocessing import sequences_from_frame
    >>> frame = pd.DataFrame({
    ...     "trial": ["b", "a", "b", "a", "b"],
    ...     "second": [2, 0, 1, 1, 0],
    ...     "speed": [0.5, 1.0, 0.3, 1.5, 0.1],
    ...     "fell": [True, False, True, False, True],
    ... })
    >>> found = sequences_from_frame(frame, id="trial", time="second", target="fell")
    >>> [x.ravel().tolist() for x in found.X]
    [[0.1, 0.3, 0.5], [1.0, 1.5]]
    >>> found.ids.tolist(), found.y.tolist(), found.feature_names
    (['b', 'a'], [True, False], ['speed'])

    The time since the last step as a feature, and a label for each step:

    >>> found = sequences_from_frame(
    ...     frame, id="trial", time="second", features=["speed"],
    ...     time_since="pause", step_target="fell",
    ... )
    >>> found.feature_names, found.X[1].tolist()
    (['speed', 'pause'], [[1.0, 0.0], [1.5, 1.0]])
    >>> [y.tolist() for y in found.y]
    [[True, True, True], [False, False]]
    """
    check_options(NAME, OPTIONS, {"as_frames": as_frames})
    frame = read_frame(frame, NAME)
    targets = _targets(target, step_target)
    roles = {"id": id, "time": time, "groups": groups}
    keys = [
        name_in(c, role) for role, c in roles.items() if role == "id" or c is not None
    ]
    if features is None:
        used = {*keys, *targets}
        features = sorted((c for c in frame.columns if c not in used), key=str)
    features = names_in(features, "features")
    check_columns(frame, [*keys, *targets], features, targets)
    check_features(frame, features, time, time_since, as_frames)
    rows = rows_by_id(frame, id, time)
    times = None if time is None else frame[time].to_numpy()[rows.order]
    more = {} if time_since is None else {time_since: rows.since_last(times)}
    return Bunch(
        X=steps_of(frame, features, rows, more, as_frames),
        y=_read_targets(frame, rows, target, step_target),
        ids=rows.ids,
        groups=None
        if groups is None
        else rows.one_of_each(frame[groups], groups, "group"),
        feature_names=[*features, *more],
        times=None if time is None else rows.cut(times),
    )


def _targets(target, step_target):
    """Return the names of the columns with targets, of one kind or the other."""
    if target is None and step_target is None:
        return []
    if step_target is None:
        return names_in(target, "target")
    if target is None:
        return names_in(step_target, "step_target")
    raise ValueError(
        f"target={target!r} makes one y for each sequence and "
        f"step_target={step_target!r} one for each step: pass one of the two."
    )


def _read_targets(frame, rows, target, step_target):
    """Return the targets of sequences, or those of the steps of each, or None."""
    of_steps = target is None
    names = step_target if of_steps else target
    if names is None:
        return None
    read = rows.each if of_steps else rows.one_of_each
    y = [read(frame[name], name, "target") for name in names_in(names, "target")]
    if not y:
        return None
    y = y[0] if isinstance(names, str) else np.column_stack(y)
    return rows.cut(y) if of_steps else y
