"""Parts of a network as ONNX operators.

Between the parts a batch is an array of shape (n, n_steps, n_features), padded at its
ends, beside the number of steps of each sequence, of shape (n,), or None if nothing is
padded.
"""

import numpy as np

from skrnn.cells import GRUCell, LSTMCell, RNNCell
from skrnn.interop.onnx.front import (
    COMPUTED,
    count_steps,
    without_padding,
    write_front,
    write_scaled,
)
from skrnn.interop.torch import TORCH_GATES, vector_to_state
from skrnn.network.own_scale import ROUNDING

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
        Name of the scores, (n, n_outputs) or (n, n_steps, n_outputs).
    """
    state = vector_to_state(network, weights.astype(COMPUTED))
    params = network.layout.views(weights.astype(COMPUTED))
    x, beside = write_front(graph, network.front, params, x, lengths)
    steps = _scaled(graph, network.input, x, lengths)
    if network.input.linear_steps:
        last = _numeric(graph, network.input, steps)
        beside.append(write_last_steps(graph, network.input, last, lengths))
    x, n_patches = write_input(graph, network, x, steps, lengths)
    if network.convolution:
        x, *filtered = write_convolution(graph, network, state, x, n_patches)
        beside = [*filtered, *beside]
    for k, layer in enumerate(network.layers.values()):
        x, last = write_layer(graph, layer, k, state, x, n_patches)
    weight, bias = state["head.weight"], state["head.bias"]
    if network.pooling is None:
        x = _with_beside(graph, x, beside)
        return write_step_head(graph, network, weight, bias, x, steps)
    pooled = write_pooling(graph, network.pooling, x, last, n_patches)
    if beside:
        pooled = graph.add("Concat", pooled, *beside, axis=1)
    return graph.add("Gemm", pooled, weight, bias, to="scores", transB=1)


def _with_beside(graph, states, beside):
    """Write what passed by the layers behind the states of every step."""
    if not beside:
        return states
    passed = graph.add("Concat", *beside, axis=1) if len(beside) > 1 else beside[0]
    shape = graph.add("Shape", states, start=0, end=2)
    shape = graph.add("Concat", shape, [1], axis=0)
    passed = graph.add("Expand", graph.add("Unsqueeze", passed, [1]), shape)
    return graph.add("Concat", states, passed, axis=2)


def write_step_head(graph, network, weight, bias, states, steps):
    """Write the scores of every step, (n, n_steps, n_outputs), of those of patches."""
    head = network.head
    scores = graph.add("Add", graph.add("MatMul", states, weight.T), bias)
    scores = graph.add("Reshape", scores, [0, -1, head.n_outputs])
    return graph.add("Slice", scores, [0], count_steps(graph, steps), [1], to="scores")


def write_input(graph, network, x, steps, lengths):
    """Write what the lowest layer reads, of raw steps `x` and the scaled `steps`."""
    transform = network.input
    width = transform.n_out(network.n_columns)
    if transform.own_scale:
        own = write_own_scale(graph, _numeric(graph, transform, x), lengths)
        steps = graph.add("Concat", steps, own, axis=2)
    if transform.patch_size > 1:
        steps = _put_in_patches(graph, steps, transform.patch_size, width)
        lengths = lengths and _n_patches(graph, lengths, transform.patch_size)
    return steps, lengths


def _numeric(graph, transform, x):
    """Write the columns that have an own scale and are among the last steps."""
    if transform.n_numeric is None:
        return x
    return graph.add("Slice", x, [0], [transform.n_numeric], [2])


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

    x, kind = without_padding(graph, x, lengths, 0.0), np.finfo(COMPUTED)
    unit = graph.add("ReduceMax", graph.add("Abs", x), [1], keepdims=1)
    z = graph.add("Div", x, graph.add("Max", unit, kind.tiny))
    z = graph.add("Sub", z, graph.add("Slice", z, [0], [1], [1]))
    z = graph.add("Sub", z, mean(z))
    deviation = graph.add("Sqrt", mean(graph.add("Mul", z, z)))
    is_constant = graph.add("LessOrEqual", deviation, ROUNDING * kind.eps)
    deviation = graph.add("Where", is_constant, COMPUTED.type(np.inf), deviation)
    return without_padding(graph, graph.add("Div", z, deviation), lengths, 0.0)


def write_convolution(graph, network, state, x, lengths):
    """Write the largest of each filter in each patch, and what goes to the head."""
    convolution = network.convolution
    windows, n_filters = convolution.windows, convolution.n_out
    read, first = [x], graph.add("Slice", x, [0], [1], [1])
    # The first patch has none before it.
    nothing = graph.add("Mul", first, COMPUTED.type(0))
    for _ in range(2):
        before = graph.add("Slice", read[0], [0], [-1], [1])
        read.insert(0, graph.add("Concat", nothing, before, axis=1))
    weight = np.zeros((len(windows), 3 * convolution.n_in, n_filters), COMPUTED)
    for at_place, window in zip(weight, windows, strict=True):
        at_place[window] = state["convolution.W"].T
    y = graph.add("MatMul", graph.add("Concat", *read, axis=2), np.hstack(weight))
    y = graph.add("Add", y, np.tile(state["convolution.b"], len(windows)))
    y = without_padding(graph, graph.add("Relu", y), lengths, 0.0)
    y = graph.add("Reshape", y, [0, -1, len(windows), n_filters])
    largest = graph.add("ReduceMax", y, [2], keepdims=0)
    if not convolution.is_pooled:
        return (largest,)
    mean = _write_mean(graph, graph.add("ReduceMean", y, [2], keepdims=0), lengths)
    return largest, mean, _write_max(graph, largest, lengths)


def _scaled(graph, transform, x, lengths):
    """Write the scaling of raw steps."""
    x = write_scaled(graph, x, transform.mean, transform.scale)
    # Padding may hold anything, NaN too.
    return without_padding(graph, x, lengths, 0.0)


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
    states = without_padding(graph, states, lengths, 0.0)
    total = graph.add("ReduceSum", states, [1], keepdims=0)
    n_steps = graph.add("Unsqueeze", graph.cast(lengths, COMPUTED), [1])
    return graph.add("Div", total, n_steps)


def _write_max(graph, states, lengths):
    states = without_padding(graph, states, lengths, -np.inf)
    return graph.add("ReduceMax", states, [1], keepdims=0)


def _put_in_patches(graph, x, size, width):
    """Write the patches: `size` steps side by side, a last patch filled with zeros."""
    missing = graph.add("Mod", graph.add("Neg", count_steps(graph, x)), [size])
    n = graph.add("Shape", x, start=0, end=1)
    zeros = graph.add("Concat", n, missing, [width // size], axis=0)
    # Not by Pad, after which the inference of shapes has lost `n`.
    x = graph.add("Concat", x, graph.add("ConstantOfShape", zeros), axis=1)
    return graph.add("Reshape", x, [0, -1, width])


def _n_patches(graph, lengths, size):
    return graph.add(
        "Div", graph.add("Add", lengths, np.int64(size - 1)), np.int64(size)
    )


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
