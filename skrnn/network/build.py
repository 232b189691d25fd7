"""Networks made of plain values, which an estimator can keep."""

from skrnn.cells import CELLS
from skrnn.network.convolution import Convolution
from skrnn.network.dropout import DropoutLayer
from skrnn.network.head import HEADS
from skrnn.network.input import IDENTITY
from skrnn.network.layer import RecurrentLayer
from skrnn.network.network import Network
from skrnn.network.pooling import POOLINGS, PoolingBeside


def build_network(
    cell,
    n_features,
    hidden_sizes,
    bidirectional,
    pooling=None,
    n_outputs=1,
    input_transform=IDENTITY,
    head="linear",
    n_filters=0,
    front=None,
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
        A key of `skrnn.network.pooling.POOLINGS`; not used if the head is per step.
    n_outputs : int
        Number of scores.
    input_transform : Input, optional
        From raw steps to patches.
    head : str, default="linear"
        A key of `skrnn.network.head.HEADS`.
    n_filters : int, default=0
        Number of filters of a convolution over the patches; none without.
    front : dict of str to FrontBlock, optional
        Blocks that read raw steps before the transform, each by its name, the lowest
        first.
    **cell_options
        What the cell takes beyond its sizes.

    Returns
    -------
    Network
    """
    blocks, beside = dict(front or {}), ()
    for block in blocks.values():
        n_features, beside = block.n_out, beside + block.names_beside
    blocks["input"], n_in = input_transform, input_transform.n_out(n_features)
    beside += input_transform.beside(n_features)
    per_step = HEADS[head].per_step
    if n_filters:
        blocks["convolution"] = convolution = Convolution(
            n_in, n_filters, not per_step, input_transform.patch_size
        )
        n_in, beside = n_filters, convolution.beside() + beside
    only = None if per_step else POOLINGS[pooling].reads
    for k, hidden_size in enumerate(hidden_sizes):
        is_top = k == len(hidden_sizes) - 1
        cells = (CELLS[cell](n_in, hidden_size, **cell_options),) * (1 + bidirectional)
        blocks[f"layer{k}"] = layer = RecurrentLayer(cells, only if is_top else None)
        if not is_top:
            blocks[f"dropout{k}"] = DropoutLayer()
        n_in = layer.n_out
    if not per_step:
        method = POOLINGS[pooling](n_in)
        blocks["pooling"] = PoolingBeside(method, beside) if beside else method
        n_in = blocks["pooling"].n_out
    else:
        n_in += len(beside)
    blocks["dropout"] = DropoutLayer()
    blocks["head"] = HEADS[head](n_in, n_outputs, input_transform.patch_size)
    return Network(blocks)
