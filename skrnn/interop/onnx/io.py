"""Inputs, outputs and metadata of an ONNX model."""

import json

import numpy as np
from sklearn.base import is_classifier

import skrnn
from skrnn.estimators.introspection import answers_every_step
from skrnn.interop.onnx.front import COMPUTED, count_steps, without_padding
from skrnn.losses import LogLinkLoss
from skrnn.losses.log_link import LARGEST_LOG
from skrnn.validation.arrays import is_missing
from skrnn.validation.format import SequenceFormat
from skrnn.validation.layouts import RAGGED, TABLE

#: Names of the dimensions that may vary in the shapes of a model.
N, N_STEPS = "n", "n_steps"


def write_inputs(graph, estimator):
    """Write the conversion of the inputs to sequences.

    Returns
    -------
    inputs : list of onnx.ValueInfoProto
        The inputs.
    x : str
        Name of the sequences, (n, n_steps, n_features).
    lengths : str or None
        Name of their numbers of steps, (n,).
    """
    layout, n_features = estimator.input_layout_, estimator.architecture_["n_features"]
    form = SequenceFormat.of(estimator)
    if layout == TABLE:
        inputs = [_tensor("X", COMPUTED, (N, form.n_features_in))]
        return inputs, *_write_ends(graph, _write_steps(graph, form), form)
    inputs = [_tensor("X", COMPUTED, (N, N_STEPS, n_features))]
    if layout == RAGGED:
        inputs.append(_tensor("lengths", np.int64, (N,)))
        return inputs, "X", "lengths"
    return inputs, *_write_ends(graph, "X", form)


def _write_ends(graph, x, form):
    """Write sequences without NaN after their end, and their lengths, if padded."""
    if not form.padding:
        return x, None
    features = graph.add("Slice", x, [0], [form.n_features], [2])
    is_there = graph.cast(graph.add("Not", graph.add("IsNaN", features)), np.int64)
    is_there = graph.add("ReduceMax", is_there, [2], keepdims=0)
    end = graph.add("Squeeze", count_steps(graph, x), [0])
    end = graph.add("Add", end, np.int64(1))
    numbers = graph.add("Range", np.int64(1), end, np.int64(1))
    lengths = graph.add("Mul", is_there, numbers)
    lengths = graph.add("ReduceMax", lengths, [1], keepdims=0)
    return without_padding(graph, x, lengths, 0.0), lengths


def _write_steps(graph, form):
    """Write the steps of the rows of a table, with facts behind each of them."""
    shape = [0, form.n_steps, form.n_features]
    if len(form.static) == 0:
        return graph.add("Reshape", "X", shape)
    steps = graph.add("Gather", "X", form.columns_of_steps, axis=1)
    facts = graph.add("Gather", "X", form.static, axis=1)
    facts = graph.add("Unsqueeze", facts, [1])
    facts = graph.add("Expand", facts, np.array([1, form.n_steps, 1]))
    return graph.add("Concat", graph.add("Reshape", steps, shape), facts, axis=2)


def write_outputs(graph, estimator, scores):
    """Write the outputs, computed from scores.

    Returns
    -------
    list of onnx.ValueInfoProto
    """
    if not is_classifier(estimator):
        return _write_targets(graph, estimator, scores)
    if estimator.multilabel_:
        return _write_labels(graph, len(estimator.classes_), scores)
    return _write_classes(graph, labels_of(estimator), scores, _answers(estimator))


def _answers(estimator):
    """Return the shape of the answers: one a sequence, or one a step."""
    return (N, N_STEPS) if answers_every_step(estimator) else (N,)


def _write_targets(graph, estimator, scores):
    """Write the predictions in the units of the targets, in float64 as `predict`."""
    loss, shape = estimator._loss, _answers(estimator)
    mean, scale = estimator.target_mean_, estimator.target_scale_
    shape = (*shape, len(mean))
    scores = graph.cast(scores, np.float64)
    if loss.has_axis:
        mean, scale = mean[:, np.newaxis], scale[:, np.newaxis]
        scores = graph.add("Reshape", scores, [*[0] * (len(shape) - 1), len(mean), -1])
        shape = (*shape, loss.n_answers)
        names = "quantiles", "order_of_quantiles"
        scores, _ = graph.add("TopK", scores, [loss.n_answers], largest=0, to=names)
    scores = graph.add("Mul", scores, scale)
    if isinstance(loss, LogLinkLoss):
        scores = graph.add("Clip", scores, -LARGEST_LOG, LARGEST_LOG)
        graph.add("Mul", graph.add("Exp", scores), np.exp(mean), to="variable")
    else:
        graph.add("Add", scores, mean, to="variable")
    return [_tensor("variable", np.float64, shape)]


def _write_classes(graph, labels, scores, answers):
    if len(labels) == 2:
        # One score: the log-odds of the second class.
        both = graph.add("Concat", graph.add("Neg", scores), scores, axis=-1)
        graph.add("Sigmoid", both, to="probabilities")
        scores = both
    else:
        graph.add("Softmax", scores, to="probabilities", axis=-1)
    likeliest = graph.add("ArgMax", scores, axis=-1, keepdims=0)
    graph.add("Gather", labels, likeliest, to="label")
    return [
        _tensor("label", labels.dtype, answers),
        _tensor("probabilities", COMPUTED, (*answers, len(labels))),
    ]


def _write_labels(graph, n_labels, scores):
    graph.add("Sigmoid", scores, to="probabilities")
    likely = graph.add("Greater", scores, COMPUTED.type(0))
    graph.cast(likely, np.int64, to="label")
    return [
        _tensor("label", np.int64, (N, n_labels)),
        _tensor("probabilities", COMPUTED, (N, n_labels)),
    ]


def labels_of(estimator):
    """Return the classes in a dtype that a model can hold."""
    classes = estimator.classes_
    if classes.dtype.kind in "OU":
        return classes.astype(object)
    if classes.dtype.kind in "iu" and classes.max() <= np.iinfo(np.int64).max:
        return classes.astype(np.int64)
    if classes.dtype in (bool, np.float32, np.float64):
        return classes
    raise ValueError(
        "export_onnx takes labels that are strings, bools, integers that fit int64, "
        f"float32 or float64, but those of this {type(estimator).__name__} have dtype "
        f"{classes.dtype}. Fit it to labels of one of these types."
    )


def metadata(estimator):
    """Return the metadata of a model, a dict of str to str."""
    entries = {
        "estimator": type(estimator).__name__,
        "skrnn_version": skrnn.__version__,
        "input_layout": estimator.input_layout_,
    }
    if is_classifier(estimator):
        entries["classes"] = json.dumps(estimator.classes_.tolist())
    if hasattr(estimator, "feature_names_in_"):
        entries["feature_names"] = json.dumps(estimator.feature_names_in_.tolist())
    if estimator.is_categorical_.any():
        entries["is_categorical"] = json.dumps(estimator.is_categorical_.tolist())
        values = [
            [None if is_missing(value) else value for value in some.tolist()]
            for some in estimator.categories_
        ]
        entries["categories"] = json.dumps(values)
    return entries


def _tensor(name, dtype, shape):
    from onnx import helper

    kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    return helper.make_tensor_value_info(name, kind, shape)
