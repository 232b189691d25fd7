"""Beginnings of sequences, for a network that is to answer before they end."""

import numpy as np

from skrnn.fitting.validation_split import NAMES, named_in_errors
from skrnn.parameters.constraints import check_parameters
from skrnn.sequences import lengths_of
from skrnn.validation import (
    check_groups,
    check_labels,
    check_sequences,
    check_weights,
)


def show_prefixes(
    network,
    n_prefixes,
    X,
    y,
    sample_weight=None,
    groups=None,
    X_val=None,
    y_val=None,
    sample_weight_val=None,
):
    """Put the beginnings of sequences, in any layout, beside them.

    A sequence and its beginnings are one group, or of the group that is given for it.
    The parameters but `n_prefixes`, the number of beginnings, are those of `fit`.

    Returns
    -------
    fitted : dict of str to object
        What an estimator that is fitted on X remembers. `fit` itself is shown a list;
        what users show it later is in the layout of X.
    shown : dict of str to object
        What `fit` is to be given.
    """
    check_parameters(network)
    form, rows, shown = _show(network, n_prefixes, X, y, sample_weight)
    X, y, sample_weight = shown
    n = rows.max() + 1
    groups = None if groups is None else check_groups(groups, n)
    given = X_val, y_val, sample_weight_val
    if X_val is not None and y_val is not None:
        with named_in_errors():
            _, _, given = _show(network, n_prefixes, *given, expected=form)
    return form.attributes, {
        "X": X,
        "y": y,
        "sample_weight": sample_weight,
        "groups": rows if groups is None else groups[rows],
        **dict(zip(NAMES, given, strict=True)),
    }


def _show(network, n_prefixes, X, y, sample_weight, expected=None):
    """Put beginnings beside sequences, their labels and their weights.

    Returns
    -------
    form : SequenceFormat
        What X looks like.
    rows : ndarray of int of shape (n_parts,)
        Of which sequence each is a part.
    shown : tuple
        X, y and weights.
    """
    checked = check_sequences(network, X, expected=expected)
    y, _ = check_labels(y, len(checked))
    weight = check_weights(sample_weight, len(checked))
    parts, rows = with_prefixes(checked.samples, n_prefixes)
    return checked.format, rows, (parts, y[rows], weight[rows])


def with_prefixes(samples, n_prefixes):
    """Put beside each sequence some of its beginnings, evenly spaced in length.

    Of a sequence too short for so many different ones there are fewer.

    Parameters
    ----------
    samples : ndarray of shape (n, n_steps, n_features) or list of 2-D arrays
        The sequences.
    n_prefixes : int
        How many beginnings of each.

    Returns
    -------
    parts : list of ndarray of shape (n_steps_i, n_features)
        Views: first the whole sequences, then their beginnings.
    rows : ndarray of int of shape (n_parts,)
        Of which sequence each is a part.

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
