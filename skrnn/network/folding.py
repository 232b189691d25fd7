"""Folding of the scale of the features into the weights that read them.

Weights for other libraries have it folded in, so that it need not be carried along.
"""

import numpy as np


def fold(network, weights):
    """Return the weights that do to raw steps what these do to scaled ones.

    Parameters
    ----------
    network : Network
        The network.
    weights : ndarray of shape (n_parameters,)
        Its weights.

    Returns
    -------
    ndarray of shape (n_parameters,)
        With a scale, in float64: a mean far from zero would cost float32 its digits.
    """

    def to_raw(W, b, mean, scale):
        W /= scale
        b -= W @ mean

    return _change(network, weights, to_raw)


def unfold(network, weights):
    """Undo `fold`."""

    def to_scaled(W, b, mean, scale):
        b += W @ mean
        W *= scale

    return _change(network, weights, to_scaled)


def _change(network, weights, change):
    """Apply a change to a copy of all that reads scaled steps."""
    if network.input.mean is None:
        return weights.copy()
    changed = weights.astype(np.float64)
    params = network.layout.views(changed)
    for W, b in _reading_patches(network, params):
        change(W, b, *network.input.scale_of_patches)
    head, n = params["head"], network.head.n_features
    last = slice(n - len(network.input.beside(network.n_columns)), n)
    if network.input.linear_steps:
        change(head["W"][:, last], head["b"], *network.input.scale_of_last_steps)
    if "facts" in network.front:
        facts = network.front["facts"]
        before = slice(last.start - len(facts.names), last.start)
        change(head["W"][:, before], head["b"], facts.mean, facts.scale)
    return changed


def _reading_patches(network, params):
    """Return weights and biases of what reads patches, as a list of views."""
    if network.convolution:
        own, n_in = params["convolution"], network.convolution.n_in
        return [(own["W"][:, :n_in], own["b"]), (own["W"][:, n_in:], own["b"])]
    name, lowest = next(iter(network.layers.items()))
    parts = [one.cell.split(one.params(params[name])) for one in lowest.directions]
    return [(W_x, b) for W_x, b, _ in parts]
