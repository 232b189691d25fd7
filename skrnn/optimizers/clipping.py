"""Clipping of gradients by their global norm."""

import numpy as np


def clip_by_norm(gradient, max_norm):
    """Scale a gradient down, in place, if it is longer than allowed.

    Parameters
    ----------
    gradient : ndarray of shape (n_parameters,)
        The gradient of all parameters together.
    max_norm : float or None
        The longest that is allowed; None for no limit.

    Returns
    -------
    norm : float
        The length before clipping; not finite if any part of the gradient is not.
    """
    norm = _norm(gradient)
    if max_norm is not None and norm > max_norm and np.isfinite(norm):
        gradient *= max_norm / norm
    return norm


def _norm(gradient):
    """Compute the Euclidean norm, also where the squares are too large for a float."""
    norm = float(np.sqrt(np.dot(gradient, gradient)))
    if np.isfinite(norm):
        return norm
    largest = np.abs(gradient).max()
    if not np.isfinite(largest):
        return float(largest)
    return float(largest) * float(np.linalg.norm(gradient / largest))
