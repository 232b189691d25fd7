"""What the training sequences decide: the size of patches, and whether scales differ.

The measurements behind the limits are in docs/benchmarks/default_changes.md.
"""

import math

import numpy as np

from skrnn.sequences import lengths_of, spaced
from skrnn.sequences.scaling import ROUNDING, moments_of_seen

#: Deviations of sequences differ where the quartiles of their logarithms are so far
#: apart. Then so many sequences are read on their own scale too: of fewer, a second
#: reading takes more than it brings.
SCALES_DIFFER, ENOUGH_SCALES = 2.0, 250

#: Largest mean number of steps of sequences that are always read step by step.
SHORT = 32
#: Correlation of neighbouring steps from which on sequences are read in patches.
CORRELATED = 0.2
#: Sequences are smooth where the mean of its neighbours misses a step by less than the
#: first, see `missed_by_neighbours`. There is no shape to find from the second on.
SMOOTH, SHAPELESS = 0.05, 1.0
#: They are aligned where, moved by a part of their length, they are this many times
#: farther from themselves than from others, in squares.
MOVED_BY, ALIGNED = 0.05, 4.0
#: Distances between the steps that are compared.
LAGS = (1, 2, 3, 4)
#: Largest number of reads where steps are not correlated, for cells with and without a
#: gate that keeps their memory.
LASTING, FADING = 512, 64
#: Numbers of sequences and of steps of each in the sample that is measured.
LOOK_AT = 256, 1024
#: So many sequences are enough to see how smooth they are.
FEW = 50


def choose_patch_size(cell, samples, rows, scale, columns=slice(None)):
    """Return the default number of steps that are read at once.

    Where neighbouring steps are correlated, as in sampled curves, several of them say
    little more than one, and fewer reads are easier to learn: patches of half the
    square root of the mean length leave twice that root. Short sequences are read step
    by step, and so are those of uncorrelated steps, such as words, as far as the memory
    of the cell lasts.

    Parameters
    ----------
    cell : type
        Class of the cells.
    samples : ndarray of shape (n, n_steps, n_features) or list of 2-D arrays
        The collection.
    rows : ndarray of int
        The training sequences.
    scale : Scale
        Mean and scale of their features.
    columns : ndarray of int, optional
        The features to look at; all by default.

    Returns
    -------
    int
    """
    n_steps = lengths_of(samples)[rows].mean()
    if n_steps <= SHORT:
        return 1
    if _correlation(samples, rows, scale, columns) >= CORRELATED:
        return round(0.5 * math.sqrt(n_steps))
    return patch_size_of_symbols(cell, lengths_of(samples)[rows])


def patch_size_of_symbols(cell, lengths):
    """Return that of sequences whose steps are not correlated, such as words."""
    n_steps = lengths.mean()
    if n_steps <= SHORT:
        return 1
    return math.ceil(n_steps / (LASTING if cell.memory_gate else FADING))


def missed_by_neighbours(samples, rows, columns=slice(None)):
    """Measure by how much the mean of its two neighbours misses a step.

    It is a part of the variance of the sequence, squared as that is: about 0 in smooth
    curves, 1 if the mean of the sequence would do as well, 1.5 in noise.

    Parameters
    ----------
    samples : ndarray of shape (n, n_steps, n_features) or list of 2-D arrays
        The collection.
    rows : ndarray of int
        The training sequences.
    columns : ndarray of int, optional
        The features to look at; all by default.

    Returns
    -------
    float
        The median over features and sequences. What is constant is left out, and so are
        values that are missing; infinity if nothing is left.
    """
    sample = _sample(samples, rows, columns, FEW)
    parts = np.concatenate([[], *map(_missed_between_neighbours, sample)])
    return float(np.median(parts)) if len(parts) else math.inf


def are_aligned(samples, rows, columns=slice(None)):
    """Return whether sequences are what they are at certain steps, as spectra are.

    Then a sequence that is moved by a part of its length is much farther from itself
    than from others.

    Parameters
    ----------
    samples : ndarray of shape (n, n_steps, n_features) or list of 2-D arrays
        The collection.
    rows : ndarray of int
        The training sequences.
    columns : ndarray of int, optional
        The features to look at; all by default.

    Returns
    -------
    bool
    """
    moved, apart = _moved_and_apart(_sample(samples, rows, columns, FEW))
    return bool(len(apart) and np.median(moved / apart) >= ALIGNED)


def _sample(samples, rows, columns, n):
    """Return the first steps of n of the sequences, a list of arrays of float64."""
    _, n_steps = LOOK_AT
    some = (samples[i][:n_steps, columns] for i in spaced(rows, n).tolist())
    return [np.asarray(x, np.float64) for x in some]


def _unit(sequences):
    """Return the largest size of each feature, 1 where there is none."""
    largest = np.fmax.reduce([np.fmax.reduce(np.abs(x)) for x in sequences])
    return np.where((largest == 0) | np.isnan(largest), 1.0, largest)


def _missed_between_neighbours(x):
    """Return by what part of the variance steps are missed, for features that vary."""
    if len(x) < 3:
        return np.empty(0)
    x = x / _unit([x])
    off = (x[2:] + x[:-2]) / 2 - x[1:-1]
    missed, deviation = moments_of_seen(off**2)[0], moments_of_seen(x)[1]
    varies = (deviation > ROUNDING) & ~np.isnan(off).all(axis=0)
    return missed[varies] / deviation[varies] ** 2


def _moved_and_apart(sequences):
    """Return how far sequences that are moved are from themselves, and from others.

    Both are mean squares over the steps, for each feature in which sequences differ.
    """
    sequences = [x for x in sequences if len(x) > 1]
    if not sequences:
        return np.empty(0), np.empty(0)
    unit, moved = _unit(sequences), []
    # Number of sequences, sum and sum of squares at each step.
    sums = np.zeros((3, max(map(len, sequences)), len(unit)))
    for x in sequences:
        x, shift = x / unit, max(1, round(MOVED_BY * len(x)))
        moved.append(moments_of_seen((x[shift:] - x[:-shift]) ** 2)[0] / 2)
        is_seen = ~np.isnan(x)
        x = np.where(is_seen, x, 0.0)
        sums[:, : len(x)] += is_seen, x, x**2
    count, total, squares = sums
    apart = np.sum(squares - total**2 / np.maximum(count, 1), axis=0)
    apart /= np.maximum(count.sum(axis=0), 1)
    differ = apart > ROUNDING
    return np.mean(moved, axis=0)[differ], apart[differ]


def scales_differ(samples, rows, columns=slice(None)):
    """Return whether the deviations of sequences differ by orders of magnitude.

    They do if the quartiles of their logarithms are far apart, in most features. What
    is constant has no deviation. Sequences that were normed before are alike. Values
    that are missing are left out.

    Parameters
    ----------
    samples : ndarray of shape (n, n_steps, n_features) or list of 2-D arrays
        The collection.
    rows : ndarray of int
        The training sequences.
    columns : ndarray of int, optional
        The features to look at; all by default.

    Returns
    -------
    bool
    """
    sequences = _sample(samples, rows, columns, LOOK_AT[0])
    unit = _unit(sequences)
    deviations = np.array([moments_of_seen(x / unit)[1] for x in sequences])
    ranges = [_quartile_range(column) for column in deviations.T]
    return bool(np.median(ranges) > SCALES_DIFFER)


def _quartile_range(deviations):
    """Return how far the quartiles of the logarithm of those above zero are apart."""
    some = deviations[deviations > ROUNDING]
    return np.ptp(np.quantile(np.log(some), (0.25, 0.75))) if len(some) else 0.0


def _correlation(samples, rows, scale, columns):
    """Return the largest absolute correlation of steps over the lags.

    It is that of the pairs of which neither value is missing.
    """
    n, n_steps = LOOK_AT
    products = np.zeros((len(LAGS), 3))
    for i in spaced(rows, n):
        steps = scale.encode(samples[i][:n_steps])[:, columns]
        n_features, steps = steps.shape[1], steps.ravel()
        has_gaps = np.isnan(steps).any()
        for at_lag, lag in zip(products, LAGS, strict=True):
            now, later = steps[: -lag * n_features], steps[lag * n_features :]
            if has_gaps:
                both = ~np.isnan(now) & ~np.isnan(later)
                now, later = now[both], later[both]
            at_lag += now @ later, now @ now, later @ later
    together, *alone = products.T
    size = np.sqrt(np.multiply(*alone))
    return np.max(np.abs(together) / np.where(size == 0, 1.0, size))
