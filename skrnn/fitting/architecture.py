"""Architecture of the network of an estimator."""

import numpy as np

from skrnn.cells import CELLS
from skrnn.network import Facts, Gaps, InputTransform, build_network
from skrnn.network.head import HEADS
from skrnn.parameters.auto import (
    AUTO,
    BPTT_STEPS,
    ENOUGH_SCALES,
    choose_patch_size,
    hidden_sizes,
)
from skrnn.sequences import lengths_of
from skrnn.validation.format import SequenceFormat
from skrnn.validation.static import resolve_static

#: Parameters that the data decide about, and their types: fitted attributes have what
#: they came to.
RESOLVED = {"patch_size": int, "own_scale": bool, "n_filters": int, "linear_steps": int}
#: Fitted attributes of the scale of features.
SCALE = "feature_mean_", "feature_scale_", "feature_memory_"
#: Parameters of parts of the architecture with another name.
PARAMETER_NAMES = {"hidden_sizes": "hidden_size or n_layers"}


def choose_architecture(estimator, problem):
    """Return the `architecture_` of an estimator: a dict of plain values.

    Beside the parameters of the network it has the kind of its outputs, and, as the
    user set them, those that the data decide about.
    """
    return {
        "cell": estimator._cell,
        "n_features": problem.X.n_features,
        "hidden_sizes": hidden_sizes(estimator),
        "bidirectional": bool(estimator.bidirectional),
        "head": estimator._head,
        "n_outputs": problem.n_outputs,
        "outputs": problem.loss.outputs,
        "missing_values": _plain(estimator, "missing_values"),
        **{name: _as_set(estimator, name) for name in resolved_names(estimator)},
        **{option: _plain(estimator, option) for option in options_of(estimator)},
    }


def resolved_names(estimator):
    """Return those of `RESOLVED` that are parameters of an estimator."""
    return [name for name in RESOLVED if hasattr(estimator, name)]


def reading_names(estimator):
    """Return the fitted attributes that say how a network reads raw steps."""
    return *SCALE, *(f"{name}_" for name in resolved_names(estimator))


def options_of(estimator):
    """Return the parameters that not all networks have."""
    pooling = () if HEADS[estimator._head].per_step else ("pooling",)
    return *pooling, *estimator._cell_options


def choose_reading(estimator, problem, rows):
    """Return how raw steps are read, as the parameters say or as suits the data.

    Returns
    -------
    dict of str to object
        The fitted attributes in `reading_names`.
    """
    samples, size = problem.X.samples, estimator.patch_size
    changing = problem.X.format.changing
    mean = scale = None
    if size == AUTO and HEADS[estimator._head].per_step:
        size = 1  # so that no answer looks ahead in its patch
    if estimator.standardize or size == AUTO:
        measured = problem.scale_of(rows)
    if size == AUTO:
        cell = CELLS[estimator._cell]
        size = choose_patch_size(cell, samples, rows, measured, changing)
    if estimator.standardize:
        mean, scale = measured.mean, measured.scale
    own_scale = estimator.own_scale
    n_linear = getattr(estimator, "linear_steps", 0)
    if own_scale == AUTO:
        own_scale = len(rows) >= ENOUGH_SCALES and problem.scales_differ(rows)
    longest = int(lengths_of(samples)[rows].max())
    if n_linear == AUTO:
        n_features = problem.X.format.n_changing
        n_linear = estimator._default_linear_numbers // n_features
    # What is longer than all sequences would have weights that are never used.
    size = min(int(size), longest)
    chosen = {
        "feature_mean_": mean,
        "feature_scale_": scale,
        "feature_memory_": problem.memory_of(rows, estimator.standardize),
        "patch_size_": size,
        "own_scale_": bool(own_scale),
        "n_filters_": _choose_n_filters(estimator, problem, rows, size),
        "linear_steps_": min(int(n_linear), longest),
    }
    return {name: chosen[name] for name in reading_names(estimator)}


def _choose_n_filters(estimator, problem, rows, patch_size):
    """Return the number of filters.

    By default there are none for patches of one step, and none where the deviations of
    sequences differ by orders of magnitude: what a filter finds is as large as they.
    """
    if estimator.n_filters != AUTO:
        return int(estimator.n_filters)
    n_filters = estimator._default_n_filters
    if n_filters == 0 or patch_size == 1 or problem.scales_differ(rows):
        return 0
    return n_filters


def longest_piece(estimator):
    """Return the most steps that are learnt from at once, or None for no limit."""
    longest = getattr(estimator, "bptt_steps", None)
    return BPTT_STEPS if longest == AUTO else longest


def make_network(architecture, reading, form):
    """Return the network of an estimator.

    Parameters
    ----------
    architecture : dict
        The `architecture_`.
    reading : dict
        The fitted attributes in `reading_names`.
    form : SequenceFormat
        The format of the sequences.
    """
    other = ("outputs", "missing_values", *RESOLVED)
    parts = {name: part for name, part in architecture.items() if name not in other}
    front, transform = _make_front(architecture, reading, form)
    n_filters = reading["n_filters_"]
    return build_network(
        input_transform=transform, n_filters=n_filters, front=front, **parts
    )


def _make_front(architecture, reading, form):
    """Return the blocks in front, a dict, and the input transform above them.

    What the blocks add is read as it is, and stands behind the features that they
    leave, which are those in `changing`.
    """
    mean, scale = reading["feature_mean_"], reading["feature_scale_"]
    front, n_columns, n_marks = {}, architecture["n_features"], 0
    static = form.static_in_step
    changing = np.setdiff1d(np.arange(n_columns), static)
    if form.gaps:
        is_static = np.isin(np.arange(n_columns), static)
        memory = reading["feature_memory_"]
        front["gaps"] = gaps = Gaps(
            n_columns, np.arange(n_columns), mean, is_static, memory
        )
        n_columns, n_marks = gaps.n_out, len(static)
    if len(static):
        # The marks of static features are the last columns of all.
        columns = np.r_[static, n_columns - n_marks : n_columns]
        names = form.names_of_facts()
        names += [f"{name}_missing" for name in names[:n_marks]]
        of_facts = _scale_of(mean, scale, static, n_marks)
        front["facts"] = facts = Facts(n_columns, columns, *of_facts, tuple(names))
        n_columns = facts.n_out
    return front, InputTransform(
        reading["patch_size_"],
        *_scale_of(mean, scale, changing, n_columns - len(changing)),
        reading["own_scale_"],
        reading.get("linear_steps_", 0),
        n_numeric=len(changing) if front else None,
    )


def _scale_of(mean, scale, features, n_added):
    """Return mean and scale of some features, and of columns that are read as is."""
    if mean is None:
        return None, None
    return (
        np.concatenate([mean[features], np.zeros(n_added)]),
        np.concatenate([scale[features], np.ones(n_added)]),
    )


def check_unchanged(estimator, architecture):
    """Raise ValueError if a resumed training would change the network."""
    fitted = estimator.architecture_
    changed = [
        name
        for name, value in architecture.items()
        if value != fitted[name] and name not in RESOLVED
    ]
    width = vars(estimator).get("features_per_step_", estimator.features_per_step)
    if width != estimator.features_per_step:
        changed.append("features_per_step")
    form = SequenceFormat.of(estimator)
    named = estimator, form.n_features_in, form.names, form.layout
    if not np.array_equal(resolve_static(*named), form.static):
        changed.append("static_features")
    for name in resolved_names(estimator):
        same = AUTO, getattr(estimator, f"{name}_"), fitted[name]
        if architecture[name] not in same:
            changed.append(name)
    if estimator.standardize != (estimator.feature_mean_ is not None):
        changed.append("standardize")
    if changed:
        names = [PARAMETER_NAMES.get(name, name) for name in changed]
        raise ValueError(
            f"{type(estimator).__name__} cannot go on training after a change of "
            f"{', '.join(names)}. Restore the earlier value, or call fit with "
            "warm_start=False."
        )


def _as_set(estimator, name):
    value = getattr(estimator, name)
    return AUTO if value == AUTO else RESOLVED[name](value)


def _plain(estimator, parameter):
    """Return the value of a parameter, a NumPy string as one of Python."""
    value = getattr(estimator, parameter)
    return str(value) if isinstance(value, str) else value
