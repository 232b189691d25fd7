"""Parts of sequences whose importance is measured."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from skrnn.inspection.exchange import Part

#: So many blocks of steps there are unless the user says otherwise.
N_BLOCKS = 10


class Parts(NamedTuple):
    """Parts of the sequences of a collection.

    Attributes
    ----------
    parts : list of Part
        Each of them.
    names : list of str
        Their names.
    edges : ndarray of shape (n_parts + 1,) or None
        Where blocks of steps begin and end; None for features.
    unit : str or None
        What the edges are.
    """

    parts: list
    names: list
    edges: np.ndarray | None = None
    unit: str | None = None


def features_of(data, names):
    """Return the whole course of each feature as a part."""
    n = data.n_features
    first = np.zeros_like(data.lengths)
    parts = [Part(first, data.lengths, [k]) for k in range(n)]
    return Parts(parts, names)


def shares_of(data, n_blocks):
    """Cut each sequence into as many blocks of steps, a share of it each."""
    longest = int(data.lengths.max())
    n = min(N_BLOCKS, longest) if n_blocks is None else n_blocks
    if n > longest:
        raise ValueError(
            f"n_blocks={n} is more than the {longest} steps of the longest sequence. "
            "Ask for fewer."
        )
    at = np.arange(n + 1) * data.lengths[:, np.newaxis] // n
    edges = np.linspace(0.0, 100.0, n + 1)
    names = [f"{a:.3g} to {b:.3g} %" for a, b in pairwise(edges)]
    parts = _steps_between(at, data.changing)
    return Parts(parts, names, edges, "part of the sequence (%)")


def blocks_of(data, size, origin):
    """Cut each sequence into blocks of so many steps, from its start or its end."""
    longest = int(data.lengths.max())
    edges = np.minimum(np.arange(-(-longest // size) + 1) * size, longest)
    lengths, unit = data.lengths[:, np.newaxis], "step"
    at = np.minimum(edges, lengths)
    if origin == "end":
        edges, unit = -edges[::-1], "step, counted from the end"
        at = np.maximum(lengths + edges, 0)
    names = [
        f"step {a}" if b == a + 1 else f"steps {a} to {b - 1}"
        for a, b in pairwise(edges)
    ]
    return Parts(_steps_between(at, data.changing), names, edges, unit)


def _steps_between(at, features):
    """Return parts of features between the edges, (n, n_parts + 1)."""
    return [Part(at[:, k], at[:, k + 1], features) for k in range(at.shape[1] - 1)]
