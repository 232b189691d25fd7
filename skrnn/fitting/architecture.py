"""Architecture of the network of an estimator."""

from skrnn.cells import CELLS
from skrnn.network import InputTransform, build_network
from skrnn.network.head import HEADS
from skrnn.parameters.auto import (
    AUTO,
    BPTT_STEPS,
    ENOUGH_SCALES,
    choose_patch_size,
    hidden_sizes,
)
from skrnn.sequences import lengths_of

#: Parameters that the data decide about, and their types: fitted attributes have what
#: they came to.
RESOLVED = {"patch_size": int, "own_scale": bool, "n_filters": int, "linear_steps": int}
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
        **{name: _as_set(estimator, name) for name in resolved_names(estimator)},
        **{option: _plain(estimator, option) for option in options_of(estimator)},
    }


def resolved_names(estimator):
    """Return those of `RESOLVED` that are parameters of an estimator."""
    return [name for name in RESOLVED if hasattr(estimator, name)]


def options_of(estimator):
    """Return the parameters that not all networks have."""
    pooling = () if HEADS[estimator._head].per_step else ("pooling",)
    return *pooling, *estimator._cell_options


def choose_input_transform(estimator, problem, rows):
    """Return the transform of the input, as the parameters say or as suits the data."""
    samples, size = problem.X.samples, estimator.patch_size
    mean = scale = None
    if size == AUTO and HEADS[estimator._head].per_step:
        size = 1  # so that no answer looks ahead in its patch
    if estimator.standardize or size == AUTO:
        measured = problem.scale_of(rows)
    if size == AUTO:
        cell = CELLS[estimator._cell]
        size = choose_patch_size(cell, samples, rows, measured)
    if estimator.standardize:
        mean, scale = measured.mean, measured.scale
    own_scale = estimator.own_scale
    n_linear = getattr(estimator, "linear_steps", 0)
    if own_scale == AUTO:
        own_scale = len(rows) >= ENOUGH_SCALES and problem.scales_differ(rows)
    longest = int(lengths_of(samples)[rows].max())
    if n_linear == AUTO:
        n_linear = estimator._default_linear_numbers // problem.X.n_features
    # What is longer than all sequences would have weights that are never used.
    return InputTransform(
        patch_size=min(int(size), longest),
        mean=mean,
        scale=scale,
        own_scale=bool(own_scale),
        linear_steps=min(int(n_linear), longest),
    )


def choose_n_filters(estimator, problem, rows, patch_size):
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


def make_network(architecture, input_transform, n_filters):
    """Return the network with an `architecture_`."""
    other = ("outputs", *RESOLVED)
    parts = {name: part for name, part in architecture.items() if name not in other}
    return build_network(input_transform=input_transform, n_filters=n_filters, **parts)


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
