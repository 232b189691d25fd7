"""Blocks in front as ONNX operators."""

import numpy as np

from skrnn.network import Embedding, Facts, Gaps
from skrnn.network.gaps import MARK
from skrnn.network.input import BOUNDS

#: The type in which ONNX runtimes compute recurrent operators.
COMPUTED = np.dtype(np.float32)


def write_front(graph, front, params, x, lengths):
    """Write the blocks in front.

    Parameters
    ----------
    graph : GraphWriter
        The graph to write to.
    front : dict of str to FrontBlock
        The blocks, the lowest first.
    params : dict of str to dict of str to ndarray
        Their parameters, by name.
    x : str
        Name of the sequences, (n, n_steps, n_features).
    lengths : str or None
        Name of their numbers of steps, (n,).

    Returns
    -------
    x : str
        Name of what they hand on, (n, n_steps, n_columns).
    beside : list of str
        Names of what they hand to the head, (n, n_beside).
    """
    beside = []
    for name, block in front.items():
        own = params.get(name, {})
        x, passed = WRITERS[type(block)](graph, block, own, x, lengths)
        beside += passed
    return x, beside


def write_gaps(graph, gaps, params, x, lengths):
    """Write the filling of gaps, the marks and the ages."""
    values = graph.add("Gather", x, gaps.columns, axis=2)
    carried, since = _write_scan(graph, gaps.first(COMPUTED), values)
    filled = _write_fading(graph, gaps, carried, since)
    changing = graph.add("Gather", since, np.flatnonzero(~gaps.constant), axis=2)
    constant = graph.add("Gather", since, np.flatnonzero(gaps.constant), axis=2)
    n_steps = graph.add("Squeeze", graph.add("Shape", x, start=1, end=2), [0])
    steps = graph.add("Range", np.int64(0), n_steps, np.int64(1))
    steps = graph.add("Unsqueeze", graph.cast(steps, COMPUTED), [1])
    one, size = COMPUTED.type(1), COMPUTED.type(MARK)
    marks = graph.cast(graph.add("Greater", changing, COMPUTED.type(0)), COMPUTED)
    ages = graph.add("Div", changing, graph.add("Add", changing, one))
    out = graph.add(
        "Concat",
        _replaced(graph, x, gaps, filled),
        graph.add("Mul", marks, size),
        graph.add("Mul", ages, size),
        graph.cast(graph.add("Greater", constant, steps), COMPUTED),
        axis=2,
    )
    return out, []


def _write_fading(graph, gaps, carried, since):
    """Write what is left of values after some steps."""
    first, memory = gaps.first(COMPUTED), gaps.memory.astype(COMPUTED)
    left = graph.add("Pow", graph.constant(memory), since)
    lost = graph.add("Sub", COMPUTED.type(1), left)
    return graph.add(
        "Add", graph.add("Mul", left, carried), graph.add("Mul", lost, first)
    )


def _replaced(graph, x, gaps, filled):
    """Write steps with some columns replaced by those that are filled."""
    place = np.arange(gaps.n_in)
    place[gaps.columns] = gaps.n_in + np.arange(len(gaps.columns))
    return graph.add("Gather", graph.add("Concat", x, filled, axis=2), place, axis=2)


def _write_scan(graph, first, values):
    """Write what was last seen of each value, and how many steps ago.

    Returns
    -------
    carried, since : str
        Of the shape of `values`, (n, n_steps, n_columns).
    """
    n = graph.add("Shape", values, start=0, end=1)
    shape = graph.add("Concat", n, [len(first)], axis=0)
    before = graph.add("Expand", first[np.newaxis], shape)
    ago = graph.add("Expand", np.zeros((1, len(first)), COMPUTED), shape)
    body = _one_step(graph, len(first))
    *_, carried, since = graph.add(
        "Scan",
        before,
        ago,
        values,
        to=("last_value", "last_since", "carried", "since"),
        body=body,
        num_scan_inputs=1,
        scan_input_axes=[1],
        scan_output_axes=[1, 1],
    )
    return carried, since


def _one_step(graph, n_columns):
    """Return the graph of one step of the scan, which reads constants of the other."""
    from onnx import TensorProto, helper

    zero, one = (graph.constant(COMPUTED.type(number)) for number in (0, 1))
    nodes = [
        ("IsNaN", ["step_x"], "step_missing"),
        ("Where", ["step_missing", "step_before", "step_x"], "step_value"),
        ("Add", ["step_ago", one], "step_longer"),
        ("Where", ["step_missing", "step_longer", zero], "step_since"),
        ("Identity", ["step_value"], "step_carried"),
        ("Identity", ["step_since"], "step_age"),
    ]

    def values(*names):
        shape = [None, n_columns]
        return [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
            for name in names
        ]

    return helper.make_graph(
        [helper.make_node(kind, inputs, [to]) for kind, inputs, to in nodes],
        "last_seen",
        values("step_before", "step_ago", "step_x"),
        values("step_value", "step_since", "step_carried", "step_age"),
    )


def write_embedding(graph, block, params, x, lengths):
    """Write the vectors of categories, behind the columns that are no codes."""
    # Padding may hold what is no code.
    x, parts = without_padding(graph, x, lengths, 0.0), []
    if block.numeric:
        parts.append(graph.add("Gather", x, np.array(block.numeric), axis=2))
    for name, column in zip(block.names, block.columns, strict=True):
        codes = graph.add("Gather", x, np.int64(column), axis=2)
        codes = graph.cast(codes, np.int64)
        parts.append(graph.add("Gather", params[name], codes, axis=0))
    out = graph.add("Concat", *parts, axis=2) if len(parts) > 1 else parts[0]
    return out, []


def write_facts(graph, facts, params, x, lengths):
    """Write what the head reads of the last steps, and what is left of all steps."""
    if lengths is None:
        last = graph.add("Gather", x, np.int64(-1), axis=1)
    else:
        step = graph.add("Unsqueeze", graph.add("Sub", lengths, np.int64(1)), [1])
        last = graph.add("GatherND", x, step, batch_dims=1)
    values = graph.add("Gather", last, facts.columns, axis=1)
    beside = write_scaled(graph, values, facts.mean, facts.scale)
    return graph.add("Gather", x, facts.others, axis=2), [beside]


def write_scaled(graph, x, mean, scale):
    """Write the scaling of raw features, each less its mean, over its scale."""
    if mean is not None:
        # Folded into the weights, a mean far from zero would cost float32 its digits.
        x = graph.add("Sub", x, mean.astype(COMPUTED))
        scale = np.maximum(scale, np.finfo(COMPUTED).tiny)
        x = graph.add("Div", x, scale.astype(COMPUTED))
    # An infinity less another would be no number.
    return graph.add("Clip", x, *BOUNDS[COMPUTED])


def without_padding(graph, x, lengths, value):
    """Write the replacement of padding by a value, if there is padding."""
    if lengths is None:
        return x
    n_steps = graph.add("Squeeze", count_steps(graph, x), [0])
    step = graph.add("Range", np.int64(0), n_steps, np.int64(1))
    exists = graph.add("Less", step, graph.add("Unsqueeze", lengths, [1]))
    exists = graph.add("Unsqueeze", exists, [2])
    return graph.add("Where", exists, x, COMPUTED.type(value))


def count_steps(graph, x):
    """Write the number of steps of padded sequences."""
    return graph.add("Shape", x, start=1, end=2)


#: From the class of a block to what writes it.
WRITERS = {Gaps: write_gaps, Embedding: write_embedding, Facts: write_facts}
