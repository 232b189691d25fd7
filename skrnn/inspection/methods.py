"""Methods of saliency: ``(explainer, rows, ...) -> one array a sequence``."""

from functools import lru_cache
from itertools import chain

import numpy as np
from numpy.polynomial.legendre import leggauss

#: The way from a baseline is halved so often at most.
DEEPEST = 12
#: A difference of two outputs is known to so many times the rounding of their type.
ROUNDING = 64


def gradient(explainer, rows):
    """Compute the gradient at the sequences."""
    x, way = explainer.read(rows)
    return x.replace(explainer.slopes(explainer.gradient(x, rows), way)).unpack()


def gradient_x_input(explainer, rows):
    """Compute the gradient at the sequences, times their distance from the baseline."""
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
    which, ends, outputs = np.arange(n), np.tile([0.0, 1.0], (n, 1)), None
    for depth in range(DEEPEST + 1):
        parts, values = _integrate_all(explainer, rows, which, ends, n_steps)
        outputs = values if outputs is None else outputs
        error = _shortfall(parts, values)
        size = _sizes(_added(attributions, which, parts))
        bound = short + np.bincount(which, error, n)
        # A part that is good enough is done with. All of them together use up half of
        # what is allowed at most, for the size is never less than the change.
        allowed = 0.5 * tol * np.abs(outputs[:, 1] - outputs[:, 0])
        done = error <= allowed[which] * (ends[:, 1] - ends[:, 0])
        done |= (bound <= tol * size)[which] | ~np.isfinite(error) | (depth == DEEPEST)
        some = [part for part, is_done in zip(parts, done, strict=True) if is_done]
        attributions = _added(attributions, which[done], some)
        short += np.bincount(which[done], error[done], n)
        if done.all():
            break
        which, ends = np.repeat(which[~done], 2), _halved(ends[~done])
    error = _shortfall(attributions, outputs)
    return attributions, ~(error <= tol * _sizes(attributions))


def _added(attributions, which, parts):
    """Add parts to the attributions of the sequences that they are of."""
    added = list(attributions)
    for k, part in zip(which, parts, strict=True):
        added[k] = added[k] + part
    return added


def _sizes(attributions):
    """Sum the absolute values of each."""
    return np.array([np.abs(values).sum() for values in attributions])


def _shortfall(attributions, outputs):
    """Compute by how much sums miss the change of an output, beyond rounding.

    Parameters
    ----------
    attributions : list of ndarray of shape (n_steps_i, n_features)
        Of n ways, or parts of ways.
    outputs : ndarray of shape (n, 2)
        The output where they begin, and where they end.

    Returns
    -------
    ndarray of shape (n,)
    """
    before, after = outputs.T
    error = np.abs([values.sum() for values in attributions] - (after - before))
    rounding = ROUNDING * np.finfo(outputs.dtype).eps * np.abs(outputs).max(axis=1)
    return np.maximum(error - rounding, 0)


def _integrate_all(explainer, rows, which, ends, n_steps):
    """Integrate over parts of the way, as `_integrate`, of some sequences of a block.

    As many parts at a time as the block has sequences fit into memory.
    """
    found = []
    for first in range(0, len(which), len(rows)):
        some = slice(first, first + len(rows))
        found.append(_integrate(explainer, rows[which[some]], ends[some], n_steps))
    parts, outputs = zip(*found, strict=True)
    return list(chain.from_iterable(parts)), np.concatenate(outputs)


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
    outputs : ndarray of shape (n, 2)
        The output at the ends.
    """
    x, way = explainer.read(rows)
    low, high = x.broadcast(x.sort(ends.astype(way.dtype))).T[..., np.newaxis]

    def at(point):
        return x.replace(x.data - (1 - low - point * (high - low)) * way)

    total = np.zeros_like(way)
    for point, weight in zip(*_quadrature(n_steps), strict=True):
        middle = way.dtype.type(0.5 + 0.5 * point)
        total += way.dtype.type(0.5 * weight) * explainer.gradient(at(middle), rows)
    parts = x.replace(total * (high - low) * way).unpack()
    outputs = [explainer.value(at(end), rows) for end in (0, 1)]
    return parts, np.stack(outputs, axis=1)


@lru_cache(maxsize=1)
def _quadrature(n_steps):
    """Compute points and weights: for large numbers of them that takes long."""
    return leggauss(n_steps)


def _halved(ends):
    """Cut each part into two: (n, 2) to (2 n, 2)."""
    low, high = ends.T
    middle = 0.5 * (low + high)
    return np.stack([low, middle, middle, high], axis=1).reshape(-1, 2)
