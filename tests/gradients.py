"""A checker of gradients: central differences in float64.

Coordinates find a wrong entry, random directions a wrong whole.
"""

import numpy as np


def relative_error(function, gradient, point, rng, *, n_coordinates=24, n_directions=4):
    """Hold a gradient against central differences of its function.

    Parameters
    ----------
    function : callable
        From an array like `point` to a float.
    gradient : ndarray
        What is claimed to be its gradient at `point`.
    point : ndarray of float64
        Where.
    rng : numpy.random.Generator
        Chooses coordinates and directions.

    Returns
    -------
    float
        The larger of the relative errors over the coordinates and the directions.
    """
    assert point.dtype == gradient.dtype == np.float64
    assert point.shape == gradient.shape
    coordinates = rng.choice(
        point.size, size=min(n_coordinates, point.size), replace=False
    )
    axes = np.zeros((len(coordinates), point.size))
    axes[np.arange(len(coordinates)), coordinates] = 1.0
    directions = rng.choice([-1.0, 1.0], size=(n_directions, point.size))
    return max(
        _error_along(function, gradient, point, axes),
        _error_along(function, gradient, point, directions),
    )


def _error_along(function, gradient, point, directions, step=1e-5):
    measured = np.empty(len(directions))
    for k, direction in enumerate(directions):
        move = step * direction.reshape(point.shape)
        measured[k] = (function(point + move) - function(point - move)) / (2 * step)
    claimed = directions @ gradient.ravel()
    size = np.linalg.norm(measured) + np.linalg.norm(claimed)
    return np.linalg.norm(measured - claimed) / size if size > 0 else 0.0
