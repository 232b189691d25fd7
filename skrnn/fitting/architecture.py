"""Architecture of the network of an estimator."""

import numpy as np

from skrnn.cells import CELLS
from skrnn.fitting.categories import default_size
from skrnn.network import Embedding, InputTransform, build_network
from skrnn.parameters.auto import (
    AUTO,
    ENOUGH_SCALES,
    choose_patch_size,
    hidden_sizes,
    patch_size_of_symbols,
)
from skrnn.sequences import lengths_of
from skrnn.sequences.scaling import Scale
from skrnn.validation import SequenceFormat
from skrnn.validation.mixed import find_columns

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
        "pooling": _plain(estimator, "pooling"),
        "n_outputs": problem.n_outputs,
        "outputs": problem.loss.outputs,
        **{name: _as_set(estimator, name) for name in RESOLVED},
        **{option: _plain(estimator, option) for option in estimator._cell_options},
    }


#: Fitted attributes that say how steps are read, beside `architecture_`.
READING = (
    "patch_size_",
    "feature_mean_",
    "feature_scale_",
    "own_scale_",
    "n_filters_",
    "linear_steps_",
    "is_categorical_",
    "categories_",
    "embedding_sizes_",
)


def choose_reading(estimator, problem, rows):
    """Return the attributes of `READING`, as the parameters say or as suits the data.

    Returns
    -------
    dict of str to object
    """
    reading = {
        "is_categorical_": problem.is_categorical,
        **_choose_embedding(estimator, problem),
        **_choose_transform(estimator, problem, rows),
    }
    patch_size = reading["patch_size_"]
    reading["n_filters_"] = _choose_n_filters(estimator, problem, rows, patch_size)
    return reading


def _choose_embedding(estimator, problem):
    categories, size = problem.X.format.categories, estimator.embedding_size
    values = [] if categories is None else list(categories.values)
    sizes = (default_size(len(some)) if size == AUTO else int(size) for some in values)
    return {"categories_": values, "embedding_sizes_": tuple(sizes)}


def _choose_transform(estimator, problem, rows):
    """Return patches, scale and last steps, chosen by the numeric features."""
    size, samples = estimator.patch_size, problem.numeric
    mean = scale = None
    if estimator.standardize or size == AUTO:
        measured = problem.scale_of(rows)
    longest = int(lengths_of(problem.X.samples)[rows].max())
    if size == AUTO:
        cell = CELLS[estimator._cell]
        if samples is None:
            size = patch_size_of_symbols(cell, lengths_of(problem.X.samples)[rows])
        else:
            numeric = ~problem.is_categorical
            own = Scale(measured.mean[numeric], measured.scale[numeric])
            size = choose_patch_size(cell, samples, rows, own)
    if estimator.standardize:
        mean, scale = measured.mean, measured.scale
    own_scale, n_linear = estimator.own_scale, estimator.linear_steps
    if own_scale == AUTO:
        own_scale = len(rows) >= ENOUGH_SCALES and problem.scales_differ(rows)
    n_numeric = np.count_nonzero(~problem.is_categorical)
    if n_linear == AUTO:
        n_linear = estimator._default_linear_numbers // max(1, n_numeric)
    if samples is None:
        own_scale, n_linear = False, 0
    return {
        # What is longer than all sequences would have weights that are never used.
        "patch_size_": min(int(size), longest),
        "feature_mean_": mean,
        "feature_scale_": scale,
        "own_scale_": bool(own_scale),
        "linear_steps_": min(int(n_linear), longest),
    }


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


def make_network(architecture, reading):
    """Return the network with an `architecture_`, and the attributes of `READING`."""
    other = ("outputs", *RESOLVED)
    parts = {name: part for name, part in architecture.items() if name not in other}
    front = make_front(architecture["n_features"], reading)
    return build_network(
        input_transform=make_transform(reading, front),
        n_filters=reading["n_filters_"],
        front=front,
        **parts,
    )


def make_front(n_features, reading):
    """Return the blocks in front by name, the lowest first."""
    front = {}
    if reading["embedding_sizes_"]:
        front["embedding"] = Embedding(
            n_features,
            tuple(np.flatnonzero(reading["is_categorical_"]).tolist()),
            tuple(1 + len(values) for values in reading["categories_"]),
            reading["embedding_sizes_"],
        )
    return front


def make_transform(reading, front):
    """Return the input transform of what the blocks in front hand on.

    What they add has the scale on which it comes, and is in no linear path.
    """
    mean, scale = reading["feature_mean_"], reading["feature_scale_"]
    n_numeric = None
    if front:
        numeric = ~reading["is_categorical_"]
        n_numeric = np.count_nonzero(numeric)
        n_added = list(front.values())[-1].n_out - n_numeric
        if mean is not None:
            mean = np.concatenate([mean[numeric], np.zeros(n_added)])
            scale = np.concatenate([scale[numeric], np.ones(n_added)])
    return InputTransform(
        reading["patch_size_"],
        mean,
        scale,
        reading["own_scale_"],
        reading["linear_steps_"],
        n_numeric,
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
    for name in RESOLVED:
        same = AUTO, getattr(estimator, f"{name}_"), fitted[name]
        if architecture[name] not in same:
            changed.append(name)
    if _other_categories(estimator):
        changed.append("categorical_features")
    size = estimator.embedding_size
    if size != AUTO and any(own != size for own in estimator.embedding_sizes_):
        changed.append("embedding_size")
    if estimator.standardize != (estimator.feature_mean_ is not None):
        changed.append("standardize")
    if changed:
        names = [PARAMETER_NAMES.get(name, name) for name in changed]
        raise ValueError(
            f"{type(estimator).__name__} cannot go on training after a change of "
            f"{', '.join(names)}. Restore the earlier value, or call fit with "
            "warm_start=False."
        )


def _other_categories(estimator):
    """Return whether other features than before are said to be categories."""
    asked, fitted = estimator.categorical_features, estimator.is_categorical_
    if asked is None:
        return bool(fitted.any())
    if isinstance(asked, str):
        return False  # the types are not looked at again
    columns = find_columns(asked, None, SequenceFormat.of(estimator))
    return columns != tuple(np.flatnonzero(fitted).tolist())


def _as_set(estimator, name):
    value = getattr(estimator, name)
    return AUTO if value == AUTO else RESOLVED[name](value)


def _plain(estimator, parameter):
    """Return the value of a parameter, a NumPy string as one of Python."""
    value = getattr(estimator, parameter)
    return str(value) if isinstance(value, str) else value
