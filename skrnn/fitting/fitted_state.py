"""The fitted state of an estimator: published whole, and checked before it is used.

What comes from a file may be damaged, or of another version. It must not predict
garbage.
"""

from numbers import Integral
from weakref import WeakKeyDictionary

import numpy as np
from sklearn.base import is_classifier
from sklearn.frozen import FrozenEstimator

from skrnn.cells import CELLS
from skrnn.fitting.architecture import make_network
from skrnn.losses import SquaredError, classification_loss
from skrnn.network import InputTransform
from skrnn.network.pooling import POOLINGS
from skrnn.validation.layouts import SHAPES, TABLE

COMMON = (
    "architecture_",
    "weights_",
    "patch_size_",
    "feature_mean_",
    "feature_scale_",
    "input_layout_",
    "n_features_in_",
)
OF_CLASSIFIERS = ("classes_", "multilabel_")
OF_REGRESSORS = ("target_mean_", "target_scale_", "target_ndim_")
#: Checked where they are there.
OPTIONAL = ("features_per_step_", "optimizer_state_")

#: For each estimator the objects that its state had when it was last found to be whole,
#: and its network.
_KNOWN = WeakKeyDictionary()


def publish(estimator, fitted, network=None):
    """Replace the fitted attributes of an estimator by others, in one stroke.

    The network is theirs, where it is known.
    """
    rest = {k: v for k, v in vars(estimator).items() if not k.endswith("_")}
    estimator.__dict__ = {**rest, **fitted}
    if network is not None:
        _KNOWN[estimator] = _objects(estimator), network


def fitted_network(estimator):
    """Return the network of a fitted estimator, whose state must be whole.

    That is checked, and the network made, once for the same objects.

    Raises
    ------
    ValueError
        If an attribute is missing, or does not go with the others.
    """
    while isinstance(estimator, FrozenEstimator):
        estimator = estimator.estimator
    objects, (known, network) = _objects(estimator), _KNOWN.get(estimator, ((), None))
    if known and all(a is b for a, b in zip(known, objects, strict=True)):
        return network
    state = vars(estimator)
    missing = [name for name in _needed(estimator) if name not in state]
    fault = f"{', '.join(missing)} is missing" if missing else _fault(estimator)
    if fault:
        raise ValueError(
            f"The fitted state of this {type(estimator).__name__} is not whole: "
            f"{fault}. Its file may be damaged, or of another version of skrnn. Load "
            "it again from a good one, or fit anew."
        )
    network = make_network(
        estimator.architecture_,
        InputTransform(
            estimator.patch_size_, estimator.feature_mean_, estimator.feature_scale_
        ),
    )
    _KNOWN[estimator] = objects, network
    return network


def _needed(estimator):
    is_one = is_classifier(estimator)
    return (*COMMON, *(OF_CLASSIFIERS if is_one else OF_REGRESSORS))


def _objects(estimator):
    state = vars(estimator)
    return [state.get(name) for name in (*_needed(estimator), *OPTIONAL)]


def _fault(estimator):
    """Return what is wrong, or None."""
    faults = (
        _of_architecture,
        _of_features,
        _of_targets if is_classifier(estimator) else _of_numbers,
        _of_weights,
    )
    # Each relies on what those before it have found to be right.
    return next(filter(None, (fault(estimator) for fault in faults)), None)


def _of_architecture(estimator):
    made_of = estimator.architecture_
    names = {"cell", "n_features", "hidden_sizes", "bidirectional", "pooling"}
    names |= {"n_outputs", "outputs", "patch_size", *estimator._cell_options}
    if not isinstance(made_of, dict) or set(made_of) != names:
        return f"architecture_ is not a dict with {', '.join(sorted(names))}"
    sizes = made_of["hidden_sizes"]
    counts = [made_of["n_features"], made_of["n_outputs"]]
    right = (
        made_of["cell"] == estimator._cell in CELLS
        and made_of["pooling"] in POOLINGS
        and isinstance(made_of["bidirectional"], bool)
        and isinstance(sizes, tuple)
        and len(sizes) > 0
        and all(map(_is_count, [*sizes, *counts]))
    )
    return None if right else f"architecture_ is {made_of!r}"


def _of_features(estimator):
    d, layout = estimator.architecture_["n_features"], estimator.input_layout_
    mean, scale = estimator.feature_mean_, estimator.feature_scale_
    if layout not in SHAPES:
        return f"input_layout_ is {layout!r}"
    if not _is_count(estimator.patch_size_):
        return f"patch_size_ is {estimator.patch_size_!r}"
    n, width = estimator.n_features_in_, vars(estimator).get("features_per_step_", d)
    if width != d or not _is_count(n) or (n % d if layout == TABLE else n != d):
        return f"n_features_in_ is {n!r}, for {d} feature(s) a step"
    if (mean is None) != (scale is None):
        return "only one of feature_mean_ and feature_scale_ is there"
    if mean is None:
        return None
    return _of_scale("feature", mean, scale, d)


def _of_targets(estimator):
    classes, multilabel = estimator.classes_, estimator.multilabel_
    if not isinstance(classes, np.ndarray) or classes.ndim != 1 or len(classes) < 1:
        return "classes_ is not a 1-D array"
    if not isinstance(multilabel, bool | np.bool_):
        return f"multilabel_ is {multilabel!r}"
    if len(set(classes.tolist())) < len(classes):
        return "classes_ has a label twice"
    one = len(classes) == 2 and not multilabel
    loss = classification_loss(len(classes), multilabel)
    return _of_outputs(estimator, loss, 1 if one else len(classes))


def _of_numbers(estimator):
    mean, scale = estimator.target_mean_, estimator.target_scale_
    n, n_dimensions = estimator.architecture_["n_outputs"], estimator.target_ndim_
    fault = _of_outputs(estimator, SquaredError(), n)
    if fault is None and n_dimensions not in (1, 2)[n > 1 :]:
        fault = f"target_ndim_ is {n_dimensions!r}, for {n} target(s)"
    return fault or _of_scale("target", mean, scale, n)


def _of_outputs(estimator, loss, n_outputs):
    made_of = estimator.architecture_
    if (made_of["outputs"], made_of["n_outputs"]) == (loss.outputs, n_outputs):
        return None
    return (
        f"the network has {made_of['n_outputs']} output(s) for {made_of['outputs']}, "
        f"not {n_outputs} for {loss.outputs}"
    )


def _of_scale(of, mean, scale, n):
    for name, values in ((f"{of}_mean_", mean), (f"{of}_scale_", scale)):
        if not _are_numbers(values, n):
            return f"{name} is not {n} finite number(s)"
    return None if (scale > 0).all() else f"{of}_scale_ is not positive"


def _of_weights(estimator):
    network = make_network(
        estimator.architecture_, InputTransform(estimator.patch_size_)
    )
    n, weights = network.layout.size, estimator.weights_
    if not _are_numbers(weights, n) or weights.dtype not in (np.float32, np.float64):
        return f"weights_ is not {n} finite number(s) of float32 or float64"
    memory = vars(estimator).get("optimizer_state_", {})
    for solver, state in memory.items():
        for name, values in state.items():
            if isinstance(values, np.ndarray) and not _are_numbers(values, n):
                return f"{name} of {solver} in optimizer_state_ is not {n} number(s)"
    return None


def _is_count(value):
    return isinstance(value, Integral) and not isinstance(value, bool) and value >= 1


def _are_numbers(values, n):
    """Whether something is an array of n finite floats."""
    return (
        isinstance(values, np.ndarray)
        and values.shape == (n,)
        and values.dtype.kind == "f"
        and bool(np.isfinite(values).all())
    )
