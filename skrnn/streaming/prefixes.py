"""Prefixes of sequences, the training data of early classification."""

import numpy as np

from skrnn.fitting.validation_split import NAMES, named_in_errors
from skrnn.parameters.constraints import check_parameters
from skrnn.sequences import lengths_of
from skrnn.validation import (
    check_groups,
    check_labels,
    check_weights,
    check_whole,
)


def add_prefixes(
    network,
    n_prefixes,
    X,
    y,
    sample_weight=None,
    groups=None,
    X_val=None,
    y_val=None,
    sample_weight_val=None,
    resume_from=None,
):
    """Return the arguments of `fit` with prefixes added to sequences of any layout.

    A sequence and its prefixes are one group, or of the group that `groups` has for it.
    All parameters but `n_prefixes`, the number of prefixes, are those of `fit`.

    Returns
    -------
    form : SequenceFormat
        The format of X. `fit` itself gets a list, but users pass the layout of X to the
        fitted estimator.
    arguments : dict of str to object
        Arguments of `fit`.
    """
    check_parameters(network)
    form, rows, data = _extend(network, n_prefixes, X, y, sample_weight)
    X, y, sample_weight = data
    n = rows.max() + 1
    groups = None if groups is None else check_groups(groups, n)
    validation = X_val, y_val, sample_weight_val
    if X_val is not None and y_val is not None:
        with named_in_errors():
            _, _, validation = _extend(network, n_prefixes, *validation, expected=form)
    return form, {
        "X": X,
        "y": y,
        "sample_weight": sample_weight,
        "groups": rows if groups is None else groups[rows],
        **dict(zip(NAMES, validation, strict=True)),
        "resume_from": resume_from,
    }


def fit_on_prefixes(network, form, known, arguments):
    """Fit a network on a list of prefixes, as `add_prefixes` makes it.

    In a list static features have other indices than in a table, no feature has a name,
    and categories are codes.

    Parameters
    ----------
    network : estimator
        Not fitted; its parameters are the same afterwards.
    form : SequenceFormat
        The format of X.
    known : dict of str to object
        Gets the fitted attributes for X in its own layout, also if an interrupt ends
        `fit`.
    arguments : dict of str to object
        Those of `fit`.
    """
    known.update(form.attributes_of_network)
    of_list = {}
    if len(form.static):
        of_list |= {"static_features": form.static_in_step, "features_per_step": 1}
    if form.categories is not None:
        of_list["categorical_features"] = list(form.categories.columns)
    asked = {name: getattr(network, name) for name in of_list}
    network.set_params(**of_list)
    try:
        network.fit(**arguments)
    finally:
        network.set_params(**asked)
        if hasattr(network, "categories_"):
            pairs = zip(known["categories_"], network.categories_, strict=True)
            # The codes that it knows, of which 0 is none.
            known["categories_"] = [
                values[codes.astype(np.intp) - 1] for values, codes in pairs
            ]


def _extend(network, n_prefixes, X, y, sample_weight, expected=None):
    """Add prefixes to sequences, with their labels and weights.

    Returns
    -------
    form : SequenceFormat
        Format of X.
    rows : ndarray of int of shape (n_parts,)
        Index of the sequence of each part.
    data : tuple
        X, y and weights.
    """
    checked = check_whole(network, X, expected=expected)
    y, _ = check_labels(y, len(checked))
    weight = check_weights(sample_weight, len(checked))
    parts, rows = with_prefixes(checked.samples, n_prefixes)
    return checked.format, rows, (parts, y[rows], weight[rows])


def with_prefixes(samples, n_prefixes):
    """Add prefixes of each sequence, evenly spaced in length.

    A sequence too short for that many different ones has fewer.

    Parameters
    ----------
    samples : ndarray of shape (n, n_steps, n_features) or list of 2-D arrays
        The sequences.
    n_prefixes : int
        Number of prefixes of each.

    Returns
    -------
    parts : list of ndarray of shape (n_steps_i, n_features)
        Views: first the whole sequences, then their prefixes.
    rows : ndarray of int of shape (n_parts,)
        Index of the sequence of each part.

    Examples
    --------
    >>> parts, rows = with_prefixes([np.zeros((6, 1)), np.zeros((1, 1))], 2)
    >>> [len(part) for part in parts], rows.tolist()
    ([6, 1, 2, 4], [0, 1, 0, 0])
    """
    parts, rows = list(samples), list(range(len(samples)))
    for row, length in enumerate(lengths_of(samples).tolist()):
        shares = range(1, n_prefixes + 1)
        ends = {-(-length * share // (n_prefixes + 1)) for share in shares}
        for end in sorted(ends - {length}):
            parts.append(samples[row][:end])
            rows.append(row)
    return parts, np.array(rows)
