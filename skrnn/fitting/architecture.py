"""Architecture of the network of an estimator."""

import numpy as np

from skrnn.cells import CELLS
from skrnn.fitting.categories import default_size
from skrnn.losses import regression_loss
from skrnn.network.head import HEADS
from skrnn.parameters.auto import AUTO, BPTT_STEPS, hidden_sizes
from skrnn.parameters.measured import (
    ENOUGH_SCALES,
    SHAPELESS,
    SHORT,
    SMOOTH,
    choose_patch_size,
    patch_size_of_symbols,
)
from skrnn.sequences import lengths_of
from skrnn.training import SOLVERS
from skrnn.validation.format import SequenceFormat
from skrnn.validation.mixed import find_columns
from skrnn.validation.static import resolve_static

#: Parameters that the data decide about, and their types: fitted attributes have what
#: they came to.
RESOLVED = {"patch_size": int, "own_scale": bool, "n_filters": int, "linear_steps": int}
#: Fitted attributes that say how raw steps are read, beside those of `RESOLVED`.
READING = (
    "feature_mean_",
    "feature_scale_",
    "feature_memory_",
    "embedding_sizes_",
)
#: Parameters that say what the scores of a regressor mean.
LOSS_OPTIONS = "loss", "quantile"
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
        **loss_options(estimator),
        "missing_values": _plain(estimator, "missing_values"),
        **{name: _as_set(estimator, name) for name in resolved_names(estimator)},
        **{option: _plain(estimator, option) for option in options_of(estimator)},
    }


def loss_options(estimator):
    """Return the loss of a regressor and its quantiles as plain values, a dict."""
    if not hasattr(estimator, "loss"):
        return {}
    quantile = estimator.quantile
    if quantile is not None:
        several = np.ndim(quantile) > 0
        quantile = tuple(map(float, quantile)) if several else float(quantile)
    return {"loss": str(estimator.loss), "quantile": quantile}


def loss_of(architecture):
    """Return the loss that an `architecture_` names, on no scale yet."""
    return regression_loss(*(architecture[name] for name in LOSS_OPTIONS))


def resolved_names(estimator):
    """Return those of `RESOLVED` that are parameters of an estimator."""
    return [name for name in RESOLVED if hasattr(estimator, name)]


def reading_names(estimator):
    """Return the fitted attributes that say how a network reads raw steps."""
    resolved = (f"{name}_" for name in resolved_names(estimator))
    augmentation = ("augmentation_",) if hasattr(estimator, "augmentation") else ()
    return *READING, *resolved, *augmentation


def reading_of(estimator):
    """Return these attributes of a fitted estimator, a dict."""
    return {name: getattr(estimator, name) for name in reading_names(estimator)}


def reading_of_resumed(estimator):
    """Return them for a training that goes on, with another augmentation if asked."""
    reading, asked = reading_of(estimator), getattr(estimator, "augmentation", AUTO)
    return reading if asked == AUTO else {**reading, "augmentation_": float(asked)}


def options_of(estimator):
    """Return the parameters that not all networks have."""
    of_sequences = () if HEADS[estimator._head].per_step else ("pooling", "padding")
    return *of_sequences, *estimator._cell_options


def choose_reading(estimator, problem, rows):
    """Return how raw steps are read, as the parameters say or as suits the data.

    Returns
    -------
    dict of str to object
        The fitted attributes in `reading_names`.
    """
    reading = {
        "embedding_sizes_": _choose_embedding_sizes(estimator, problem),
        **_choose_transform(estimator, problem, rows),
    }
    size = reading["patch_size_"]
    reading["n_filters_"] = _choose_n_filters(estimator, problem, rows, size)
    if hasattr(estimator, "augmentation"):
        reading["augmentation_"] = _choose_augmentation(estimator, problem, rows)
    return {name: reading[name] for name in reading_names(estimator)}


def _choose_embedding_sizes(estimator, problem):
    categories, size = problem.X.format.categories, estimator.embedding_size
    values = () if categories is None else categories.values
    return tuple(
        default_size(len(some)) if size == AUTO else int(size) for some in values
    )


def _choose_transform(estimator, problem, rows):
    """Return patches, scale and last steps, chosen by the numeric features."""
    samples, form, size = problem.X.samples, problem.X.format, estimator.patch_size
    lengths = lengths_of(samples)[rows]
    mean = scale = None
    if size == AUTO and HEADS[estimator._head].per_step:
        size = 1  # so that no answer looks ahead in its patch
    if estimator.standardize or size == AUTO:
        measured = problem.scale_of(rows)
    if size == AUTO:
        cell = CELLS[estimator._cell]
        if form.n_numeric == 0:
            size = patch_size_of_symbols(cell, lengths)
        else:
            size = choose_patch_size(cell, samples, rows, measured, form.numeric)
    if estimator.standardize:
        mean, scale = measured.mean, measured.scale
    own_scale = estimator.own_scale
    n_linear = getattr(estimator, "linear_steps", 0)
    if own_scale == AUTO:
        own_scale = len(rows) >= ENOUGH_SCALES and problem.scales_differ(rows)
    if n_linear == AUTO:
        n_linear = estimator._default_linear_numbers // max(1, form.n_numeric)
    if form.n_numeric == 0:
        own_scale, n_linear = False, 0
    # What is longer than all sequences would have weights that are never used.
    longest = int(lengths.max())
    return {
        "patch_size_": min(int(size), longest),
        "feature_mean_": mean,
        "feature_scale_": scale,
        "feature_memory_": problem.memory_of(rows, estimator.standardize),
        "own_scale_": bool(own_scale),
        "linear_steps_": min(int(n_linear), longest),
    }


def _choose_n_filters(estimator, problem, rows, patch_size):
    """Return the number of filters.

    By default there are none for patches of one step, none where the deviations of
    sequences differ by orders of magnitude, as what a filter finds is as large as they,
    and none where a step has little to do with its neighbours.
    """
    if estimator.n_filters != AUTO:
        return int(estimator.n_filters)
    n_filters = estimator._default_n_filters
    if n_filters == 0 or patch_size == 1 or problem.scales_differ(rows):
        return 0
    if problem.X.format.n_numeric and problem.missed_by_neighbours(rows) >= SHAPELESS:
        return 0
    return n_filters


def _choose_augmentation(estimator, problem, rows):
    """Return how much training sequences are changed.

    By default those that are long, smooth and not aligned: they are what they are when
    they begin a little later, and go on a little slower.
    """
    if estimator.augmentation != AUTO:
        return float(estimator.augmentation)
    most = estimator._default_augmentation
    if most == 0 or not SOLVERS[estimator.solver].has_batches:
        return 0.0
    lengths = lengths_of(problem.X.samples)[rows]
    if lengths.mean() <= SHORT or problem.missed_by_neighbours(rows) >= SMOOTH:
        return 0.0
    return 0.0 if problem.are_aligned(rows) else most


def longest_piece(estimator):
    """Return the most steps that are learnt from at once, or None for no limit."""
    longest = getattr(estimator, "bptt_steps", None)
    return BPTT_STEPS if longest == AUTO else longest


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
