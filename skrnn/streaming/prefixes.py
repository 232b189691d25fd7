"""Beginnings of sequences, for a network that is to answer before they end."""

import numpy as np

from skrnn.sequences import lengths_of


def with_prefixes(samples, n_prefixes):
    """Put beside each sequence some of its beginnings, evenly spaced in length.

    Of a sequence too short for so many different ones there are fewer.

    Parameters
    ----------
    samples : ndarray of shape (n, n_steps, n_features) or list of 2-D arrays
        The sequences.
    n_prefixes : int
        How many beginnings of each.

    Returns
    -------
    parts : list of ndarray of shape (n_steps_i, n_features)
        Views: first the whole sequences, then their beginnings.
    rows : ndarray of int of shape (n_parts,)
        Of which sequence each is a part.

    Examples
    --------
    >>> parts, rows = with_prefixes([np.zeros((6, 1)), np.zeros((1, 1))], 2)
    >>> [len(part) for part in parts], rows.tolist()
    ([6, 1, 2, 4], [0, 1, 0, 0])
    """
    parts, rows = list(samples), list(range(len(samples)))
    for row, length in enumerate(lengths_of(samples).tolist()):
        shares = range(1, n_prefixes + 1)
        ends = {-(-length * share // (n_prefixes + 1)) for share in shares}
        for end in sorted(ends - {length}):
            parts.append(samples[row][:end])
            rows.append(row)
    return parts, np.array(rows)
