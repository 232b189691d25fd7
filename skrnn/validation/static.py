"""Validation of static features: facts that are constant in a sequence."""

import numpy as np

from skrnn.sequences import Unloaded
from skrnn.validation.columns import resolve_columns
from skrnn.validation.layouts import TABLE

NONE = np.empty(0, np.intp)


def resolve_static(estimator, n, names, layout):
    """Return the indices of the static features, ndarray of int, sorted.

    Parameters
    ----------
    estimator : estimator
        One with the parameter `static_features`, or without any such.
    n : int
        Number of features of a step, or of columns of a table.
    names : ndarray of str objects of shape (n,) or None
        Their names.
    layout : str
        Layout of X.

    Raises
    ------
    ValueError
        If there is no such feature, or no other is left.
    """
    value = getattr(estimator, "static_features", None)
    if value is None:
        return NONE
    name, kind = type(estimator).__name__, "column" if layout == TABLE else "feature"
    found = resolve_columns(f"static_features of {name}", value, n, names, kind)
    if 0 < len(found) == n:
        raise ValueError(
            f"static_features of {name} has all {n} {kind}(s) of X, but a network "
            "needs at least one to read step by step. Use a model of rows instead, if "
            "none changes within a sequence."
        )
    return np.sort(found)


def check_static(samples, static, name, first=0):
    """Raise ValueError if a feature named static varies within a sequence.

    Values that are missing differ from none. `first` is the number of the first
    sequence in X.
    """
    if len(static) == 0:
        return
    if isinstance(samples, np.ndarray):
        facts = samples[:, :, static]
        varies = np.fmin.reduce(facts, axis=1) < np.fmax.reduce(facts, axis=1)
        suspect = np.flatnonzero(varies.any(axis=1))[:1].tolist()
    else:
        suspect = range(len(samples))
    for i in suspect:
        facts = samples[i][:, static]
        varies = np.fmin.reduce(facts) < np.fmax.reduce(facts)
        if varies.any():
            k = int(varies.argmax())
            raise ValueError(_varies(facts[:, k], first + i, static[k], name))


def _varies(values, i, feature, name):
    seen = np.flatnonzero(~np.isnan(values))
    first = seen[0]
    step = seen[values[seen] != values[first]][0]
    return (
        f"Feature {feature} of X is in static_features of {name}, but it varies within "
        f"sequence {i}: it is {values[first]} at step {first} and {values[step]} at "
        f"step {step} (counted from 0). Leave it out of static_features, or make it "
        "constant."
    )


def facts_of(samples, rows, static):
    """Return the static features of some sequences, ndarray of shape (n, n_static).

    What is missing at all steps is NaN.
    """
    if isinstance(samples, np.ndarray):
        return np.fmax.reduce(samples[rows][:, :, static], axis=1)
    if isinstance(samples, Unloaded):
        return samples.facts[rows]
    return np.array([np.fmax.reduce(samples[i][:, static]) for i in rows])
