"""Parts of a network as ONNX operators.

Between the parts a batch is an array of shape (n, n_steps, n_features), padded at its
ends, beside the number of steps of each sequence, of shape (n,), or None if nothing is
padded.
"""

import numpy as np

from skrnn.cells import GRUCell, LSTMCell, RNNCell
from skrnn.interop.torch import TORCH_GATES, vector_to_state
from skrnn.network.embedding import Embedding
from skrnn.network.input import BOUNDS
from skrnn.network.own_scale import ROUNDING

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
    for name, block in network.front.items():
        params = network.layout.views(weights.astype(COMPUTED)).get(name, {})
        x = WRITE_FRONT[type(block)](graph, block, params, x, lengths)
    steps, beside = _scaled(graph, network.input, x, lengths), []
    numeric = slice(network.input.n_numeric)
    if network.input.linear_steps:
        last = _columns(graph, steps, numeric)
        beside = [write_last_steps(graph, network.input, last, lengths)]
    x, lengths = write_input(graph, network, x, steps, lengths)
    if network.convolution:
        x, *filtered = write_convolution(graph, state, x, lengths)
        beside = [*filtered, *beside]
    for k, layer in enumerate(network.layers.values()):
        x, last = write_layer(graph, layer, k, state, x, lengths)
    pooled = write_pooling(graph, network.pooling, x, last, lengths)
    if beside:
        pooled = graph.add("Concat", pooled, *beside, axis=1)
    weight, bias = state["head.weight"], state["head.bias"]
    return graph.add("Gemm", pooled, weight, bias, to="scores", transB=1)


def write_input(graph, network, x, steps, lengths):
    """Write what the lowest layer reads, of raw steps `x` and the scaled `steps`."""
    transform = network.input
    width = transform.n_out(network.n_columns)
    if transform.own_scale:
        numbers = _columns(graph, x, slice(transform.n_numeric))
        own = write_own_scale(graph, numbers, lengths)
        steps = graph.add("Concat", steps, own, axis=2)
    if transform.patch_size > 1:
        steps = _put_in_patches(graph, steps, transform.patch_size, width)
        lengths = lengths and _n_patches(graph, lengths, transform.patch_size)
    return steps, lengths


def write_embedding(graph, block, params, x, lengths):
    """Write the vectors of categories, behind the columns that are no codes."""
    # Padding may hold what is no code.
    x, parts = _without_padding(graph, x, lengths, 0.0), []
    if block.numeric:
        parts.append(graph.add("Gather", x, np.array(block.numeric), axis=2))
    for name, column in zip(block.names, block.columns, strict=True):
        codes = graph.add("Gather", x, np.int64(column), axis=2)
        codes = graph.cast(codes, np.int64)
        parts.append(graph.add("Gather", params[name], codes, axis=0))
    return graph.add("Concat", *parts, axis=2) if len(parts) > 1 else parts[0]


#: What writes the blocks in front.
WRITE_FRONT = {Embedding: write_embedding}


def _columns(graph, x, some):
    """Write the choice of the first columns of steps, if these are not all."""
    if some.stop is None:
        return x
    return graph.add("Slice", x, [0], [some.stop], [2])


def write_last_steps(graph, transform, x, lengths):
    """Write the last of scaled steps, the newest first."""
    n_steps = transform.linear_steps
    if lengths is None:
        x = graph.add("Slice", x, [-1], [np.iinfo(np.int64).min], [1], [-1])
    else:
        x = graph.add("ReverseSequence", x, lengths, batch_axis=0, time_axis=1)
    width = graph.add("Shape", x, start=2, end=3)
    n = graph.add("Shape", x, start=0, end=1)
    zeros = graph.add(
        "ConstantOfShape", graph.add("Concat", n, [n_steps], width, axis=0)
    )
    x = graph.add("Slice", graph.add("Concat", x, zeros, axis=1), [0], [n_steps], [1])
    return graph.add("Flatten", x, axis=1)


def write_own_scale(graph, x, lengths):
    """Write each sequence less its own mean, over its own deviation."""

    def mean(values):
        return graph.add("Unsqueeze", _write_mean(graph, values, lengths), [1])

    x, kind = _without_padding(graph, x, lengths, 0.0), np.finfo(COMPUTED)
    unit = graph.add("ReduceMax", graph.add("Abs", x), [1], keepdims=1)
    z = graph.add("Div", x, graph.add("Max", unit, kind.tiny))
    z = graph.add("Sub", z, graph.add("Slice", z, [0], [1], [1]))
    z = graph.add("Sub", z, mean(z))
    deviation = graph.add("Sqrt", mean(graph.add("Mul", z, z)))
    is_constant = graph.add("LessOrEqual", deviation, ROUNDING * kind.eps)
    deviation = graph.add("Where", is_constant, COMPUTED.type(np.inf), deviation)
    return _without_padding(graph, graph.add("Div", z, deviation), lengths, 0.0)


def write_convolution(graph, state, x, lengths):
    """Write the filters of patches, and the mean and the largest value of each."""
    weight, weight_before, bias = (
        state[f"convolution.{name}"] for name in ("W", "W_before", "b")
    )
    y = graph.add("Add", graph.add("MatMul", x, weight.T), bias)
    # The first patch has none before it.
    first = graph.add("Slice", x, [0], [1], [1])
    others = graph.add("Slice", x, [0], [-1], [1])
    nothing = graph.add("Mul", first, COMPUTED.type(0))
    before = graph.add("Concat", nothing, others, axis=1)
    y = graph.add("Add", y, graph.add("MatMul", before, weight_before.T))
    y = _without_padding(graph, graph.add("Relu", y), lengths, 0.0)
    return y, _write_mean(graph, y, lengths), _write_max(graph, y, lengths)


def _scaled(graph, transform, x, lengths):
    """Write the scaling of raw steps."""
    if transform.mean is not None:
        # Folded into the weights, a mean far from zero would cost float32 its digits.
        x = graph.add("Sub", x, transform.mean.astype(COMPUTED))
        scale = np.maximum(transform.scale, np.finfo(COMPUTED).tiny)
        x = graph.add("Div", x, scale.astype(COMPUTED))
    # An infinity less another would be no number.
    x = graph.add("Clip", x, *BOUNDS[COMPUTED])
    # Padding may hold anything, NaN too.
    return _without_padding(graph, x, lengths, 0.0)


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
    states = _without_padding(graph, states, lengths, -np.inf)
    return graph.add("ReduceMax", states, [1], keepdims=0)


def _without_padding(graph, x, lengths, value):
    """Write the replacement of padding by a value, if there is padding."""
    if lengths is None:
        return x
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
