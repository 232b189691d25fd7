"""Fitted state of an estimator: replaced as a whole, and validated before use.

A state from a file may be damaged, or of another version. It must not predict garbage.
"""

from numbers import Integral
from weakref import WeakKeyDictionary

import numpy as np
from sklearn.base import is_classifier
from sklearn.frozen import FrozenEstimator

from skrnn.cells import CELLS
from skrnn.fitting.architecture import (
    LOSS_OPTIONS,
    loss_of,
    loss_options,
    options_of,
    reading_names,
    reading_of,
    resolved_names,
)
from skrnn.fitting.network import make_network
from skrnn.losses import LOSSES, classification_loss
from skrnn.network.pooling import POOLINGS
from skrnn.validation.format import SequenceFormat
from skrnn.validation.layouts import (
    FORWARD_FILL,
    SHAPES,
    TABLE,
    reads_gaps,
)
from skrnn.validation.padding import NAN

COMMON = (
    "architecture_",
    "weights_",
    "input_layout_",
    "n_features_in_",
    "static_features_",
    "is_categorical_",
    "categories_",
)
#: Validated if present.
OPTIONAL = ("features_per_step_", "feature_names_in_", "optimizer_state_")

#: By estimator, the objects of its state when it was last validated, and its network.
_VALIDATED = WeakKeyDictionary()


def publish(estimator, fitted, network=None):
    """Replace all fitted attributes of an estimator at once.

    `network` is that of the new attributes, if the caller has it.
    """
    rest = {k: v for k, v in vars(estimator).items() if not k.endswith("_")}
    estimator.__dict__ = {**rest, **fitted}
    if network is not None:
        _VALIDATED[estimator] = _objects(estimator), network


def fitted_network(estimator):
    """Return the network of a fitted estimator, and validate its state.

    Both are done once for the same objects.

    Raises
    ------
    ValueError
        If an attribute is missing or invalid, or does not fit the others.
    """
    while isinstance(estimator, FrozenEstimator):
        estimator = estimator.estimator
    objects = _objects(estimator)
    validated, network = _VALIDATED.get(estimator, ((), None))
    if validated and all(a is b for a, b in zip(validated, objects, strict=True)):
        return network
    fault = _state_fault(estimator)
    if fault is None:
        form = SequenceFormat.of(estimator)
        network = make_network(estimator.architecture_, reading_of(estimator), form)
        fault = _weights_fault(estimator, network.layout.size)
    if fault:
        raise ValueError(
            f"The fitted state of this {type(estimator).__name__} is not whole: "
            f"{fault}. Its file may be damaged, or of another version of skrnn. Load "
            "it again from a good one, or fit anew."
        )
    _VALIDATED[estimator] = objects, network
    return network


def _needed(estimator):
    return *COMMON, *reading_names(estimator), *estimator._target_attributes


def _objects(estimator):
    state = vars(estimator)
    return [state.get(name) for name in (*_needed(estimator), *OPTIONAL)]


def _state_fault(estimator):
    """Return the first fault of all but the weights as text, or None."""
    faults = (
        _missing_fault,
        _architecture_fault,
        _features_fault,
        _categories_fault,
        _classes_fault if is_classifier(estimator) else _targets_fault,
    )
    # Each relies on what those before it have validated.
    return next(filter(None, (fault(estimator) for fault in faults)), None)


def _missing_fault(estimator):
    missing = [name for name in _needed(estimator) if name not in vars(estimator)]
    return f"{', '.join(missing)} is missing" if missing else None


def _architecture_fault(estimator):
    architecture = estimator.architecture_
    names = {"cell", "n_features", "hidden_sizes", "bidirectional", "head"}
    names |= {"n_outputs", "outputs", "missing_values", *resolved_names(estimator)}
    names |= {*options_of(estimator), *loss_options(estimator)}
    if not isinstance(architecture, dict) or set(architecture) != names:
        return f"architecture_ is not a dict with {', '.join(sorted(names))}"
    sizes = architecture["hidden_sizes"]
    counts = [architecture["n_features"], architecture["n_outputs"]]
    valid = (
        architecture["cell"] == estimator._cell in CELLS
        and architecture["head"] == estimator._head
        and architecture.get("pooling", "last") in POOLINGS
        and isinstance(architecture["bidirectional"], bool)
        and architecture["missing_values"] in ("error", FORWARD_FILL)
        and architecture.get("padding") in (None, NAN)
        and isinstance(sizes, tuple)
        and len(sizes) > 0
        and all(map(_is_count, [*sizes, *counts]))
    )
    return None if valid else f"architecture_ is {architecture!r}"


def _features_fault(estimator):
    d, layout = estimator.architecture_["n_features"], estimator.input_layout_
    mean, scale = estimator.feature_mean_, estimator.feature_scale_
    if layout not in SHAPES:
        return f"input_layout_ is {layout!r}"
    if not _is_count(estimator.patch_size_):
        return f"patch_size_ is {estimator.patch_size_!r}"
    if not isinstance(estimator.own_scale_, bool):
        return f"own_scale_ is {estimator.own_scale_!r}"
    for name in ("n_filters_", "linear_steps_"):
        number = getattr(estimator, name, 0)
        if type(number) is not int or number < 0:
            return f"{name} is {number!r}"
    n, static = estimator.n_features_in_, estimator.static_features_
    width = vars(estimator).get("features_per_step_", d)
    n_facts = len(static) if isinstance(static, np.ndarray) else 0
    n_taken_out = n_facts if layout == TABLE else 0
    fits = _is_count(n) and _is_count(width) and width + n_taken_out == d
    if not fits or ((n - n_taken_out) % width if layout == TABLE else n != d):
        return f"n_features_in_ is {n!r}, for {d} feature(s) a step"
    if not _are_columns(static, n):
        return f"static_features_ is {static!r}, of {n}"
    if (mean is None) != (scale is None):
        return "only one of feature_mean_ and feature_scale_ is there"
    fault = None if mean is None else _scale_fault("feature", mean, scale, d)
    return fault or _memory_fault(estimator, d)


def _memory_fault(estimator, n):
    memory = estimator.feature_memory_
    if not reads_gaps(estimator.architecture_["missing_values"]):
        return None if memory is None else "feature_memory_ is there without gaps"
    if _are_numbers(memory, n) and ((memory >= 0) & (memory <= 1)).all():
        return None
    return f"feature_memory_ is not {n} number(s) from 0 to 1"


def _categories_fault(estimator):
    is_categorical, d = estimator.is_categorical_, estimator.architecture_["n_features"]
    values, sizes = estimator.categories_, estimator.embedding_sizes_
    if (
        not isinstance(is_categorical, np.ndarray)
        or is_categorical.dtype != bool
        or is_categorical.shape != (d,)
    ):
        return f"is_categorical_ is not a mask of {d} feature(s)"
    n = np.count_nonzero(is_categorical)
    arrays = isinstance(values, list) and all(
        isinstance(some, np.ndarray) and some.ndim == 1 for some in values
    )
    if not arrays or len(values) != n:
        return f"categories_ is not a list of {n} 1-D array(s)"
    if (
        not isinstance(sizes, tuple)
        or len(sizes) != n
        or not all(map(_is_count, sizes))
    ):
        return f"embedding_sizes_ is {sizes!r}, for {n} categorical feature(s)"
    return None


def _classes_fault(estimator):
    classes, multilabel = estimator.classes_, estimator.multilabel_
    if not isinstance(classes, np.ndarray) or classes.ndim != 1 or len(classes) < 1:
        return "classes_ is not a 1-D array"
    if not isinstance(multilabel, bool | np.bool_):
        return f"multilabel_ is {multilabel!r}"
    if len(set(classes.tolist())) < len(classes):
        return "classes_ has a label twice"
    binary = len(classes) == 2 and not multilabel
    loss = classification_loss(len(classes), multilabel)
    return _outputs_fault(estimator, loss, 1 if binary else len(classes))


def _targets_fault(estimator):
    mean, scale = estimator.target_mean_, estimator.target_scale_
    n, n_dimensions = estimator.architecture_["n_outputs"], estimator.target_ndim_
    fault = _loss_fault(estimator.architecture_)
    if fault:
        return fault
    loss = loss_of(estimator.architecture_)
    n = n // loss.n_answers
    fault = _outputs_fault(estimator, loss, n * loss.n_answers)
    if fault is None and n_dimensions not in (1, 2)[n > 1 :]:
        fault = f"target_ndim_ is {n_dimensions!r}, for {n} target(s)"
    return fault or _scale_fault("target", mean, scale, n)


def _loss_fault(architecture):
    name, quantile = (architecture[key] for key in LOSS_OPTIONS)
    if name not in LOSSES:
        return f"the loss in architecture_ is {name!r}"
    levels = quantile if isinstance(quantile, tuple) else (quantile,)
    fits = (
        len(levels) > 0 and all(isinstance(q, float) and 0 < q < 1 for q in levels)
        if name == "quantile"
        else quantile is None
    )
    return None if fits else f"the quantile in architecture_ is {quantile!r}"


def _outputs_fault(estimator, loss, n_outputs):
    outputs, n = (estimator.architecture_[name] for name in ("outputs", "n_outputs"))
    if (outputs, n) == (loss.outputs, n_outputs):
        return None
    return (
        f"the network has {n} output(s) for {outputs}, not {n_outputs} for "
        f"{loss.outputs}"
    )


def _scale_fault(of, mean, scale, n):
    for name, values in ((f"{of}_mean_", mean), (f"{of}_scale_", scale)):
        if not _are_numbers(values, n):
            return f"{name} is not {n} finite number(s)"
    return None if (scale > 0).all() else f"{of}_scale_ is not positive"


def _weights_fault(estimator, n):
    weights = estimator.weights_
    if not _are_numbers(weights, n) or weights.dtype not in (np.float32, np.float64):
        return f"weights_ is not {n} finite number(s) of float32 or float64"
    memory = vars(estimator).get("optimizer_state_", {})
    for solver, state in memory.items():
        for name, values in state.items():
            if isinstance(values, np.ndarray) and not _are_numbers(values, n):
                return f"{name} of {solver} in optimizer_state_ is not {n} number(s)"
    return None


def _are_columns(values, n):
    """Return whether a value is an array of some of n indices, but not of all."""
    return (
        isinstance(values, np.ndarray)
        and values.ndim == 1
        and values.dtype.kind == "i"
        and len(values) < n
        and bool((np.diff(values) > 0).all())
        and bool(((values >= 0) & (values < n)).all())
    )


def _is_count(value):
    return isinstance(value, Integral) and not isinstance(value, bool) and value >= 1


def _are_numbers(values, n):
    """Return whether a value is an array of n finite floats."""
    return (
        isinstance(values, np.ndarray)
        and values.shape == (n,)
        and values.dtype.kind == "f"
        and bool(np.isfinite(values).all())
    )
