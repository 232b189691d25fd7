"""Whether the axes of sequences look swapped: (channels, steps) for (steps, features).

All is measured on z, the numbers less the mean over the sequences, divided by their
deviation, at each step and feature. What all sequences share tells nothing of which
axis is time: bands may have a smooth profile.
"""

from itertools import pairwise

import numpy as np

from skrnn.sequences import lengths_of, spaced

#: So few sequences tell nothing, and so many are enough.
FEWEST, ENOUGH = 20, 256
#: So many steps are looked at, and so many pairs of neighbouring features.
N_STEPS, N_PAIRS = 16, 128
#: Features to a step, from which on there are few steps for so many features.
RATIO = 2
#: Correlation of neighbouring features from which on they run like a curve, and in
#: deviations of what features in random directions have by chance.
CURVE, CURVE_BY_CHANCE = 0.4, 3.0
#: Correlation of neighbouring steps from which on features may well go along with
#: time, and of the means of their features, which channels hardly have in common.
ALIKE, SAME_PROFILE = 0.3, 0.6
#: Frames of a signal: correlation of where a step ends with where the next begins, as a
#: part of that of neighbouring features, and of numbers that two steps have in common.
GOES_ON, OVERLAP = 0.75, 0.8
#: Less than this, as a part of the largest number, is rounding.
ROUNDING = 1e-12


def look_swapped(samples, rows):
    """Say whether each step looks like a channel, with a series along its features.

    Parameters
    ----------
    samples : ndarray of shape (n, n_steps, n_features) or list of 2-D arrays
        The collection, of which a bounded part is looked at.
    rows : ndarray of int
        Which of its sequences count.

    Returns
    -------
    bool
        True if there are few steps for so many features, if neighbouring features go
        together beyond what is common to all sequences, and neighbouring steps do not.
    """
    n_steps, n_features = samples[rows[0]].shape
    if n_features < RATIO * n_steps or len(rows) < FEWEST:
        return False
    lengths = lengths_of(samples)[rows]
    # There is no sequence without one of the channels.
    if (lengths != n_steps).any():
        return False
    first = spaced(np.arange(n_features - 1), N_PAIRS)
    columns = np.union1d(first, first + 1)
    x = _take(samples, spaced(rows, ENOUGH), columns)
    mean, deviation = x.mean(axis=0), x.std(axis=0)
    z = (x - mean) / np.where(deviation <= ROUNDING, np.inf, deviation)
    smooth, enough = _smoothness(z, columns)
    return smooth >= enough and not (
        _steps_go_together(z, mean) or _are_frames(z, smooth)
    )


def _take(samples, rows, columns):
    """Take some steps in the middle, each in units of its largest number."""
    n_steps = len(samples[rows[0]])
    start = max(0, (n_steps - N_STEPS) // 2)
    some = slice(start, start + N_STEPS)
    x = np.array([samples[i][some, columns] for i in rows], np.float64)
    largest = np.abs(x).max(axis=(0, 2), keepdims=True)
    return x / np.where(largest == 0, 1.0, largest)


def _smoothness(z, columns):
    """Give how features go along with neighbours, and how much would make curves.

    That they go along with all features alike is taken off.
    """
    z = z - z.mean(axis=2, keepdims=True)
    z[np.abs(z) <= ROUNDING] = 0.0
    left = np.flatnonzero(np.diff(columns) == 1)
    by_chance = CURVE_BY_CHANCE / np.sqrt(len(left))
    return _correlation(z[..., left], z[..., left + 1]), max(CURVE, by_chance)


def _steps_go_together(z, mean):
    """Say whether steps go along with the next, or features are the same at each."""
    if len(mean) == 1:
        return False
    mean = mean - mean.mean(axis=1, keepdims=True)
    profiles = [_correlation(*pair) for pair in pairwise(mean)]
    together = abs(_correlation(z[:, :-1], z[:, 1:]))
    return together >= ALIKE or np.mean(profiles) >= SAME_PROFILE


def _are_frames(z, smooth):
    """Say whether a step begins where the one before it ends, or within it."""
    n, n_steps, n_columns = z.shape
    if n_steps == 1:
        return False
    now, later = z[:, :-1], z[:, 1:]
    if _correlation(now[..., -1], later[..., 0]) >= GOES_ON * smooth:
        return True
    # Frames that fade in and out have nothing to compare at their very beginning.
    begin = later[..., [0, n_columns // 4, n_columns // 2]]
    together = np.tensordot(now, begin, axes=((0, 1), (0, 1)))
    return together.max() >= OVERLAP * n * (n_steps - 1)


def _correlation(a, b):
    """Give the correlation of numbers with a mean of zero; 0 where there are none."""
    size = np.sqrt(np.vdot(a, a) * np.vdot(b, b))
    return np.vdot(a, b) / size if size > 0 else 0.0
