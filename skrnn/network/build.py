"""From plain values, which an estimator can keep, to a network."""

from skrnn.cells import CELLS
from skrnn.network.head import Head
from skrnn.network.input import READ_AS_IT_IS
from skrnn.network.layer import Layer
from skrnn.network.network import Network
from skrnn.network.pooling import POOLINGS
from skrnn.network.stack import Stack


def build_network(
    cell,
    n_features,
    hidden_sizes,
    bidirectional,
    pooling,
    n_outputs,
    reading=READ_AS_IT_IS,
    **cell_options,
):
    """Build a network from plain values.

    Parameters
    ----------
    cell : str
        A key of `skrnn.cells.CELLS`.
    n_features : int
        Number of features of a step.
    hidden_sizes : tuple of int
        Number of hidden units of each layer, in each direction; the lowest first.
    bidirectional : bool
        Whether every layer reads backwards too.
    pooling : str
        A key of `skrnn.network.pooling.POOLINGS`.
    n_outputs : int
        Number of scores.
    reading : Reading, optional
        How raw steps come to the lowest layer.
    **cell_options
        What the cell takes beyond its sizes.

    Returns
    -------
    Network
    """
    layers, n_in = [], reading.patch_size * n_features
    for k, hidden_size in enumerate(hidden_sizes):
        one = CELLS[cell](n_in, hidden_size, **cell_options)
        layers.append(Layer(f"layer{k}", (one,) * (1 + bidirectional)))
        n_in = layers[-1].n_out
    stack, way = Stack(tuple(layers)), POOLINGS[pooling]
    head = Head(len(way.names) * stack.n_out, n_outputs)
    return Network(reading, stack, way, head)
