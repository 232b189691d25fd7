"""Parts of a network as ONNX operators.

Between the parts a batch is an array of shape (n, n_steps, n_features), padded at its
ends, beside the number of steps of each sequence, of shape (n,), or None if nothing is
padded.
"""

import numpy as np

from skrnn.cells import GRUCell, LSTMCell, RNNCell
from skrnn.interop.torch import TORCH_GATES, vector_to_state

#: The type in which ONNX runtimes compute recurrent operators.
COMPUTED = np.dtype(np.float32)

#: The operator of each cell, and its gates in the order of that operator.
OPERATORS = {
    RNNCell: ("RNN", ("h",)),
    LSTMCell: ("LSTM", ("i", "o", "f", "g")),
    GRUCell: ("GRU", ("z", "r", "n")),
}


def write_network(graph, network, weights, x, lengths):
    """Write the network, from raw steps to scores.

    Parameters
    ----------
    graph : GraphWriter
        The graph to write to.
    network : Network
        The network.
    weights : ndarray of shape (n_parameters,)
        Its weights.
    x : str
        Name of the sequences, (n, n_steps, n_features).
    lengths : str or None
        Name of their numbers of steps, (n,).

    Returns
    -------
    str
        Name of the scores, (n, n_outputs).
    """
    state = vector_to_state(network, weights.astype(COMPUTED))
    x, lengths = write_input(graph, network, x, lengths)
    for k, layer in enumerate(network.layers.values()):
        x, last = write_layer(graph, layer, k, state, x, lengths)
    pooled = write_pooling(graph, network.pooling, x, last, lengths)
    weight, bias = state["head.weight"], state["head.bias"]
    return graph.add("Gemm", pooled, weight, bias, to="scores", transB=1)


def write_input(graph, network, x, lengths):
    """Write the transform of raw steps to the input of the lowest layer."""
    transform, width = network.input, network.cells["layer0"].n_features
    if transform.mean is not None:
        # Folded into the weights, a mean far from zero would cost float32 its digits.
        x = graph.add("Sub", x, transform.mean.astype(COMPUTED))
        scale = np.maximum(transform.scale, np.finfo(COMPUTED).tiny)
        x = graph.add("Div", x, scale.astype(COMPUTED))
    if lengths is not None:
        # Padding may hold anything, NaN too.
        x = _without_padding(graph, x, lengths, 0.0)
    if transform.patch_size > 1:
        x = _put_in_patches(graph, x, transform.patch_size, width)
        lengths = lengths and _n_patches(graph, lengths, transform.patch_size)
    return x, lengths


def write_layer(graph, layer, k, state, x, lengths):
    """Write a layer, both its directions in one operator.

    Returns
    -------
    states : str or None
        Name of the hidden states, (n, n_steps, n_out); None for a layer of which only
        the last ones are needed.
    last : str
        Name of the last ones of each direction, (n, n_out).
    """
    cell, suffixes = layer.cells[0], (f"l{k}", f"l{k}_reverse")[: len(layer.cells)]
    operator, _ = OPERATORS[type(cell)]

    def weights(name):
        return np.stack([_reordered(cell, state[f"{name}_{end}"]) for end in suffixes])

    states, last = graph.add(
        operator,
        graph.add("Transpose", x, perm=[1, 0, 2]),
        weights("weight_ih"),
        weights("weight_hh"),
        np.concatenate([weights("bias_ih"), weights("bias_hh")], axis=1),
        lengths and graph.cast(lengths, np.int32),
        to=("" if layer.only == ("last",) else f"layer{k}_states", f"layer{k}_last"),
        hidden_size=cell.hidden_size,
        direction="bidirectional" if len(suffixes) == 2 else "forward",
        **_options(cell, len(suffixes)),
    )
    # In ONNX directions are an axis before sequences; here they are side by side.
    last = graph.add("Transpose", last, perm=[1, 0, 2])
    last = graph.add("Reshape", last, [0, layer.n_out])
    if layer.only == ("last",):
        return None, last
    states = graph.add("Transpose", states, perm=[2, 0, 1, 3])
    return graph.add("Reshape", states, [0, 0, layer.n_out]), last


#: Methods of pooling that can be written.
POOLED = ("last", "mean", "max")


def write_pooling(graph, pooling, states, last, lengths):
    """Write the pooling of the states of all steps, (n, pooled features)."""
    write = {"last": lambda *_: last, "mean": _write_mean, "max": _write_max}
    parts = [write[name](graph, states, lengths) for name in pooling.names]
    return graph.add("Concat", *parts, axis=1) if len(parts) > 1 else parts[0]


def _write_mean(graph, states, lengths):
    if lengths is None:
        return graph.add("ReduceMean", states, [1], keepdims=0)
    states = _without_padding(graph, states, lengths, 0.0)
    total = graph.add("ReduceSum", states, [1], keepdims=0)
    n_steps = graph.add("Unsqueeze", graph.cast(lengths, COMPUTED), [1])
    return graph.add("Div", total, n_steps)


def _write_max(graph, states, lengths):
    if lengths is not None:
        states = _without_padding(graph, states, lengths, -np.inf)
    return graph.add("ReduceMax", states, [1], keepdims=0)


def _without_padding(graph, x, lengths, value):
    """Write the replacement of padding by a value."""
    n_steps = graph.add("Squeeze", _n_steps(graph, x), [0])
    step = graph.add("Range", np.int64(0), n_steps, np.int64(1))
    exists = graph.add("Less", step, graph.add("Unsqueeze", lengths, [1]))
    exists = graph.add("Unsqueeze", exists, [2])
    return graph.add("Where", exists, x, COMPUTED.type(value))


def _put_in_patches(graph, x, size, width):
    """Write the patches: `size` steps side by side, a last patch filled with zeros."""
    missing = graph.add("Mod", graph.add("Neg", _n_steps(graph, x)), [size])
    n = graph.add("Shape", x, start=0, end=1)
    zeros = graph.add("Concat", n, missing, [width // size], axis=0)
    # Not by Pad, after which the inference of shapes has lost `n`.
    x = graph.add("Concat", x, graph.add("ConstantOfShape", zeros), axis=1)
    return graph.add("Reshape", x, [0, -1, width])


def _n_patches(graph, lengths, size):
    return graph.add(
        "Div", graph.add("Add", lengths, np.int64(size - 1)), np.int64(size)
    )


def _n_steps(graph, x):
    return graph.add("Shape", x, start=1, end=2)


def _reordered(cell, array):
    """Return rows in the order of the gates of the operator, from that of PyTorch."""
    blocks = np.split(array, len(cell.gates))
    by_gate = dict(zip(TORCH_GATES[type(cell)], blocks, strict=True))
    return np.concatenate([by_gate[gate] for gate in OPERATORS[type(cell)][1]])


def _options(cell, n_directions):
    """Return the attributes of the operator other than sizes."""
    if isinstance(cell, RNNCell):
        return {"activations": [cell.activation.capitalize()] * n_directions}
    return {"linear_before_reset": 1} if isinstance(cell, GRUCell) else {}
