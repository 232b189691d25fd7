"""What network an estimator has, and whether it may go on with the one that it had."""

from skrnn.cells import CELLS
from skrnn.network import InputTransform, build_network
from skrnn.parameters.auto import AUTO, choose_patch_size, hidden_sizes
from skrnn.sequences import lengths_of

#: Parts of the architecture whose parameter has another name.
LIKE_PARAMETERS = {"hidden_sizes": "hidden_size or n_layers"}


def choose_architecture(estimator, problem):
    """Return the plain values of which `make_network` makes the network.

    Beside them it has what its outputs are for, and the size of patches that was asked
    for: sequences may have been too short for it.
    """
    size = estimator.patch_size
    return {
        "cell": estimator._cell,
        "n_features": problem.X.n_features,
        "hidden_sizes": hidden_sizes(estimator),
        "bidirectional": bool(estimator.bidirectional),
        "pooling": _plain(estimator, "pooling"),
        "n_outputs": problem.n_outputs,
        "outputs": problem.loss.outputs,
        "patch_size": AUTO if size == AUTO else int(size),
        **{option: _plain(estimator, option) for option in estimator._cell_options},
    }


def choose_input_transform(estimator, problem, rows):
    """Measure the features of the sequences to learn from, and settle the patches."""
    samples, size = problem.X.samples, estimator.patch_size
    mean = scale = None
    if estimator.standardize or size == AUTO:
        measured = problem.scale_of(rows)
    if size == AUTO:
        cell = CELLS[estimator._cell]
        size = choose_patch_size(cell, samples, rows, measured)
    if estimator.standardize:
        mean, scale = measured.mean, measured.scale
    # A patch longer than all sequences has weights for what is never there.
    size = min(int(size), int(lengths_of(samples)[rows].max()))
    return InputTransform(size, mean, scale)


def make_network(architecture, input_transform):
    """Return the network of an `architecture_`."""
    beside = ("outputs", "patch_size")
    parts = {name: part for name, part in architecture.items() if name not in beside}
    return build_network(input_transform=input_transform, **parts)


def check_unchanged(estimator, architecture):
    """Refuse to go on training a network of another shape."""
    fitted = estimator.architecture_
    changed = [
        name
        for name, value in architecture.items()
        if value != fitted[name] and name != "patch_size"
    ]
    width = vars(estimator).get("features_per_step_", estimator.features_per_step)
    if width != estimator.features_per_step:
        changed.append("features_per_step")
    sizes = AUTO, estimator.patch_size_, fitted["patch_size"]
    if architecture["patch_size"] not in sizes:
        changed.append("patch_size")
    if estimator.standardize != (estimator.feature_mean_ is not None):
        changed.append("standardize")
    if changed:
        names = [LIKE_PARAMETERS.get(name, name) for name in changed]
        raise ValueError(
            f"{type(estimator).__name__} cannot go on training after a change of "
            f"{', '.join(names)}. Restore the earlier value, or call fit with "
            "warm_start=False."
        )


def _plain(estimator, parameter):
    """Return the value of a parameter, a text of NumPy's as one of Python's."""
    value = getattr(estimator, parameter)
    return str(value) if isinstance(value, str) else value
