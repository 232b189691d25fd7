"""Detection of swapped axes: (channels, steps) instead of (steps, features).

All is measured on z, the values standardised over the sequences at each step and
feature. What all sequences share does not show which axis is time: bands may have a
smooth profile. Values that are missing are left out.
"""

from itertools import pairwise

import numpy as np

from skrnn.sequences import lengths_of, n_features_of, spaced
from skrnn.sequences.scaling import moments_of_seen

#: Least number of sequences for a decision, and number that is enough for one.
FEWEST, ENOUGH = 20, 256
#: Largest number of steps, and of pairs of neighbouring features, that are compared.
N_STEPS, N_PAIRS = 16, 128
#: Least ratio of the number of features to the number of steps.
RATIO = 2
#: Least correlation of neighbouring features that form a curve, absolute, and in
#: standard deviations of the correlation of random features.
CURVE, CURVE_BY_CHANCE = 0.4, 3.0
#: Least correlation of neighbouring steps if features run along time, and of the means
#: of their features, which channels hardly have in common.
ALIKE, SAME_PROFILE = 0.3, 0.6
#: Least correlations in frames of a signal: of the end of a step with the beginning of
#: the next, relative to that of neighbouring features, and of overlapping values.
GOES_ON, OVERLAP = 0.75, 0.8
#: Values smaller than this, relative to the largest, are rounding errors.
ROUNDING = 1e-12


def look_swapped(samples, rows, features=slice(None)):
    """Return whether each step looks like a channel, with a series along features.

    Parameters
    ----------
    samples : ndarray of shape (n, n_steps, n_features) or list of 2-D arrays
        The collection, of which a bounded part is measured.
    rows : ndarray of int
        Indices of the training sequences.
    features : ndarray of int, optional
        The features to look at; all by default.

    Returns
    -------
    bool
        True if there are few steps for the number of features, and if neighbouring
        features are correlated beyond what all sequences share, but neighbouring steps
        are not.
    """
    all_features = np.arange(n_features_of(samples))
    n_steps, n_features = lengths_of(samples)[rows[0]], len(all_features[features])
    if n_features < RATIO * n_steps or len(rows) < FEWEST:
        return False
    lengths = lengths_of(samples)[rows]
    # All sequences would have all channels.
    if (lengths != n_steps).any():
        return False
    first = spaced(np.arange(n_features - 1), N_PAIRS)
    columns = np.union1d(first, first + 1)
    looked_at = all_features[features][columns]
    x = _central_steps(samples, spaced(rows, ENOUGH), n_steps, looked_at)
    mean, deviation = moments_of_seen(x)
    z = (x - mean) / np.where(deviation <= ROUNDING, np.inf, deviation)
    smooth, enough = _smoothness(z, columns)
    return smooth >= enough and not (
        _steps_go_together(z, mean) or _are_frames(z, smooth)
    )


def _central_steps(samples, rows, n_steps, columns):
    """Return some steps in the middle, each divided by its largest absolute value."""
    start = max(0, (n_steps - N_STEPS) // 2)
    some = slice(start, start + N_STEPS)
    x = np.array([samples[i][some, columns] for i in rows], np.float64)
    largest = np.fmax.reduce(np.abs(x), axis=(0, 2), keepdims=True)
    return x / np.where((largest == 0) | np.isnan(largest), 1.0, largest)


def _smoothness(z, columns):
    """Return the correlation of neighbouring features, and the least one of curves.

    What all features of a step have in common is subtracted first.
    """
    mean = z.mean(axis=2, keepdims=True)
    if np.isnan(mean).any():
        mean = moments_of_seen(np.moveaxis(z, 2, 0))[0][..., np.newaxis]
    z = z - mean
    z[np.abs(z) <= ROUNDING] = 0.0
    left = np.flatnonzero(np.diff(columns) == 1)
    by_chance = CURVE_BY_CHANCE / np.sqrt(len(left))
    return _correlation(z[..., left], z[..., left + 1]), max(CURVE, by_chance)


def _steps_go_together(z, mean):
    """Return whether neighbouring steps, or their mean profiles, are correlated."""
    if len(mean) == 1:
        return False
    mean = mean - mean.mean(axis=1, keepdims=True)
    profiles = [_correlation(*pair) for pair in pairwise(mean)]
    together = abs(_correlation(z[:, :-1], z[:, 1:]))
    return together >= ALIKE or np.mean(profiles) >= SAME_PROFILE


def _are_frames(z, smooth):
    """Return whether each step continues, or overlaps, the one before it."""
    n_columns = z.shape[2]
    if z.shape[1] == 1:
        return False
    now, later = z[:, :-1], z[:, 1:]
    if _correlation(now[..., -1], later[..., 0]) >= GOES_ON * smooth:
        return True
    # Frames that fade in and out have nothing to compare at their very beginning.
    begin = later[..., [0, n_columns // 4, n_columns // 2]]
    together, count = (
        np.tensordot(*pair, axes=((0, 1), (0, 1)))
        for pair in (
            (np.nan_to_num(now), np.nan_to_num(begin)),
            (1.0 - np.isnan(now), 1.0 - np.isnan(begin)),
        )
    )
    return bool(((together >= OVERLAP * count) & (count > 0)).any())


def _correlation(a, b):
    """Return the correlation of values with mean zero; 0 if all are zero.

    It is that of the pairs of which neither is missing.
    """
    is_missing = np.isnan(a) | np.isnan(b)
    if is_missing.any():
        a, b = (np.where(is_missing, 0.0, each) for each in (a, b))
    size = np.sqrt(np.vdot(a, a) * np.vdot(b, b))
    return np.vdot(a, b) / size if size > 0 else 0.0
