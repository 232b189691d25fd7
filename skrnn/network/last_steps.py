"""The last steps of each sequence as one row: what a head may read directly."""

import numpy as np


def take_last_steps(x, n_steps):
    """Return the last steps of each sequence side by side, the newest first.

    Parameters
    ----------
    x : Sequences of d features
        The batch.
    n_steps : int
        How many. Where a sequence has fewer there are zeros.

    Returns
    -------
    ndarray of shape (n_sequences, n_steps * d)
        A row for each sorted sequence.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn.sequences import pack
    >>> batch = pack([np.array([[1.0], [2.0], [3.0]]), np.array([[4.0]])])
    >>> take_last_steps(batch, 2)
    array([[3., 2.],
           [4., 0.]])
    """
    rows, exists = _rows(x.lengths, n_steps)
    last = np.zeros((*rows.shape, x.data.shape[1]), x.data.dtype)
    last[exists] = x.data[rows[exists]]
    return last.reshape(len(rows), -1)


def add_last_steps(d_x, lengths, d_last):
    """Return the gradient of all steps, (n_rows, d), with that of the last ones."""
    rows, exists = _rows(lengths, d_last.shape[1] // d_x.shape[1])
    d_x, d_last = d_x.copy(), d_last.reshape(*rows.shape, -1)
    d_x[rows[exists]] += d_last[exists]
    return d_x


def _rows(lengths, n_steps):
    """Return the row of each of the last steps, and whether there is one."""
    steps = lengths.longest_first[:, np.newaxis] - 1 - np.arange(n_steps)
    exists = steps >= 0
    ranks = np.arange(len(steps))[:, np.newaxis]
    return lengths.starts[np.where(exists, steps, 0)] + ranks, exists
