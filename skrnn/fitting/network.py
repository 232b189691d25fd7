"""Networks of estimators: the blocks in front, and what is built upon them."""

import numpy as np

from skrnn.fitting.architecture import LOSS_OPTIONS, RESOLVED
from skrnn.network import Embedding, Facts, Gaps, InputTransform, build_network


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
    other = "outputs", "missing_values", "padding", *LOSS_OPTIONS, *RESOLVED
    parts = {name: part for name, part in architecture.items() if name not in other}
    front, transform = _make_front(architecture, reading, form)
    n_filters = reading["n_filters_"]
    return build_network(
        input_transform=transform, n_filters=n_filters, front=front, **parts
    )


def _make_front(architecture, reading, form):
    """Return the blocks in front, a dict, and the input transform above them.

    What the blocks add is read as it is, and stands behind the numeric features that
    they leave: vectors of categories, then marks and ages of gaps.
    """
    mean, scale = reading["feature_mean_"], reading["feature_scale_"]
    columns = np.arange(architecture["n_features"])
    static, is_code = np.isin(columns, form.static_in_step), form.is_categorical
    front, n, left = {}, len(columns), columns[~is_code]
    # Where the columns of each feature come to stand, for those that are static.
    places = {k: [at] for at, k in enumerate(left)}
    if is_code.any():
        codes = np.flatnonzero(is_code)
        front["embedding"] = embedding = Embedding(
            n,
            tuple(codes.tolist()),
            tuple(1 + len(values) for values in form.categories.values),
            reading["embedding_sizes_"],
        )
        n = embedding.n_out
        for k, place in zip(codes, embedding.places, strict=True):
            places[k] = list(range(place.start, place.stop))
    if form.gaps and len(left):
        of_gaps = mean if mean is None else mean[left]
        memory = reading["feature_memory_"][left]
        front["gaps"] = gaps = Gaps(
            n, np.arange(len(left)), of_gaps, static[left], memory
        )
        n = gaps.n_out
        facts = left[static[left]]
        for k, mark in zip(facts, range(n - len(facts), n), strict=True):
            places[k].append(mark)
    if static.any():
        front["facts"] = facts = _make_facts(n, places, reading, form)
        n = facts.n_out
    numeric = columns[~is_code & ~static]
    return front, InputTransform(
        reading["patch_size_"],
        *_scale_of(mean, scale, numeric, n - len(numeric)),
        reading["own_scale_"],
        reading.get("linear_steps_", 0),
        n_numeric=len(numeric) if front else None,
    )


def _make_facts(n, places, reading, form):
    """Return the block that takes the columns of static features out of n columns.

    Those of the features themselves come first, numbers and vectors, then their marks.
    """
    mean, scale = reading["feature_mean_"], reading["feature_scale_"]
    named, is_code = [], form.is_categorical
    for k, name in zip(form.static_in_step, form.names_of_facts(), strict=True):
        if is_code[k]:
            named += [(at, f"{name}_{i}", None) for i, at in enumerate(places[k])]
        else:
            named.append((places[k][0], name, k))
    for k, name in zip(form.static_in_step, form.names_of_facts(), strict=True):
        if not is_code[k]:
            named += [(at, f"{name}_missing", None) for at in places[k][1:]]
    columns, names, features = zip(*named, strict=True)
    if mean is not None:
        mean = np.array([0.0 if k is None else mean[k] for k in features])
        scale = np.array([1.0 if k is None else scale[k] for k in features])
    return Facts(n, np.array(columns), mean, scale, names)


def _scale_of(mean, scale, features, n_added):
    """Return mean and scale of some features, and of columns that are read as is."""
    if mean is None:
        return None, None
    return (
        np.concatenate([mean[features], np.zeros(n_added)]),
        np.concatenate([scale[features], np.ones(n_added)]),
    )
