"""The ways to explain an output: ``(explainer, rows, ...) -> one array a sequence``."""

from itertools import chain

import numpy as np
from numpy.polynomial.legendre import leggauss

#: The way from a baseline is halved so often at most.
DEEPEST = 12
#: A difference of two outputs is known to so many times the rounding of their type.
ROUNDING = 64


def gradient(explainer, rows):
    """Take the gradient at the sequences."""
    x, _ = explainer.read(rows)
    return x.replace(explainer.gradient(x, rows)).unpack()


def gradient_x_input(explainer, rows):
    """Take the gradient at the sequences, times their way from the baseline."""
    x, way = explainer.read(rows)
    return x.replace(explainer.gradient(x, rows) * way).unpack()


def integrated_gradients(explainer, rows, n_steps, tol):
    """Integrate the gradient along the way from the baseline.

    A network that remembers may change its mind at one point of the way, where no fixed
    number of points finds how. What the parts of the way should add up to is known, so
    that those which do not are halved.

    Returns
    -------
    attributions : list of ndarray of shape (n_steps_i, n_features)
    missed : ndarray of bool of shape (n_rows,)
        Of which sequences the sum is still wrong.
    """
    n = len(rows)
    attributions, short = [0.0] * n, np.zeros(n)
    which, ends, whole = np.arange(n), np.tile([0.0, 1.0], (n, 1)), None
    for depth in range(DEEPEST + 1):
        parts, error, size = _integrate_all(explainer, rows, which, ends, n_steps)
        whole = size if whole is None else whole
        still = np.bincount(which, error, n)
        done = (error <= tol * size) | (still <= tol * whole)[which]
        done |= depth == DEEPEST
        for k in np.flatnonzero(done):
            attributions[which[k]] = attributions[which[k]] + parts[k]
        np.add.at(short, which[done], error[done])
        if done.all():
            break
        which, ends = np.repeat(which[~done], 2), _halved(ends[~done])
    size = np.array([np.abs(values).sum() for values in attributions])
    return attributions, short > 2 * tol * np.maximum(size, whole)


def _integrate_all(explainer, rows, which, ends, n_steps):
    """Integrate over parts of the way, as `_integrate`, of some sequences of a block.

    As many parts at a time as the block has sequences fit into memory.
    """
    found = []
    for first in range(0, len(which), len(rows)):
        some = slice(first, first + len(rows))
        found.append(_integrate(explainer, rows[which[some]], ends[some], n_steps))
    parts, error, size = zip(*found, strict=True)
    return list(chain.from_iterable(parts)), np.concatenate(error), np.concatenate(size)


def _integrate(explainer, rows, ends, n_steps):
    """Integrate over one part of the way of each sequence.

    Parameters
    ----------
    rows : ndarray of int of shape (n,)
        The sequences.
    ends : ndarray of float of shape (n, 2)
        Where the part begins and ends: 0 is the baseline, 1 the sequence.

    Returns
    -------
    parts : list of ndarray of shape (n_steps_i, n_features)
    error : ndarray of shape (n,)
        By how much their sums miss the difference of the outputs at the ends, beyond
        rounding.
    size : ndarray of shape (n,)
        The sums of their absolute values.
    """
    x, way = explainer.read(rows)
    low, high = x.spread(x.sort(ends.astype(way.dtype))).T[..., np.newaxis]

    def at(point):
        return x.replace(x.data - (1 - low - point * (high - low)) * way)

    total = np.zeros_like(way)
    for point, weight in zip(*leggauss(n_steps), strict=True):
        middle = way.dtype.type(0.5 + 0.5 * point)
        total += way.dtype.type(0.5 * weight) * explainer.gradient(at(middle), rows)
    parts = x.replace(total * (high - low) * way).unpack()
    before, after = (explainer.value(at(end), rows) for end in (0, 1))
    error = np.abs([part.sum() for part in parts] - (after - before))
    rounding = ROUNDING * np.finfo(way.dtype).eps * np.maximum(abs(before), abs(after))
    size = np.array([np.abs(part).sum() for part in parts])
    return parts, np.maximum(error - rounding, 0), size


def _halved(ends):
    """Cut each part into two: (n, 2) to (2 n, 2)."""
    low, high = ends.T
    middle = 0.5 * (low + high)
    return np.stack([low, middle, middle, high], axis=1).reshape(-1, 2)
