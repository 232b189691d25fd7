"""Labels of long series, or of their steps, as they come."""

import numpy as np

from skrnn.validation.arrays import as_array
from skrnn.validation.layouts import depth_of


def read_labels(y, series, is_one):
    """Return labels of series as an array, or of steps as a list; and which.

    Parameters
    ----------
    y : array-like, list of array-likes, or a label
        As it came.
    series : list of n_series arrays of shape (n_steps_i, n_features)
        The series.
    is_one : bool
        Whether one series was passed, not in a list.

    Returns
    -------
    labels : ndarray of shape (n_series, ...), list of n_series ndarrays of shape \
(n_steps_i, ...), or None
    of_steps : bool
        Whether they are labels of steps.
    """
    if y is None:
        return None, False
    n = len(series)
    y = y if isinstance(y, list | tuple) else as_array(y, "y")
    if is_one:
        of_steps, y = np.ndim(y) > 0, [y]
    else:
        of_steps = getattr(y, "ndim", 1) == 1 and any(map(depth_of, y))
    if of_steps:
        labels = [as_array(item, f"y of series {i}") for i, item in enumerate(y)]
    else:
        labels = as_array(y, "y")
    if not of_steps and labels.ndim == 0:
        raise ValueError(
            f"X has {n} series, but y is {y!r} alone: it must have one label for each "
            "series, or be a list with the labels of the steps of each."
        )
    if len(labels) != n:
        raise ValueError(
            f"X has {n} series, but y has {len(labels)} items: it must have one label "
            "for each series, or be a list with the labels of the steps of each."
        )
    if of_steps:
        _check_labels_of_steps(labels, series)
    elif labels.ndim == 2 and all(len(x) == labels.shape[1] for x in series):
        raise ValueError(
            f"y of shape {labels.shape} could be a label for each step or "
            f"{labels.shape[1]} targets for each series. Pass list(y) for the former; "
            "for the latter leave y out, and index it with `series` of the result."
        )
    return labels, of_steps


def _check_labels_of_steps(labels, series):
    for i, (of_steps, x) in enumerate(zip(labels, series, strict=True)):
        if of_steps.shape[:1] != (len(x),):
            raise ValueError(
                f"Series {i} of X has {len(x)} steps, but y of it has shape "
                f"{of_steps.shape}: there must be one label for each step."
            )
