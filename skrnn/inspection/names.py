"""Names of the features of a step."""

import re

import numpy as np

#: What stands between the name of a feature and the number of a step, as in "x_3".
BETWEEN = " _-.:[](){}"


def names_of_features(estimator, X, n_features, facts=()):
    """Find the names of the features of a step.

    They are the columns of sequences that are data frames. A column of a table is one
    feature of one step: there they are what the columns of the steps have in common,
    and differ in by the number of the step alone, as "x" of "x_0", "x_1" and so on.
    Where X has no names, those are asked for that the estimator was fitted with.

    Parameters
    ----------
    estimator : estimator
        A fitted model.
    X : 3-D array, list of 2-D arrays or data frames, or table
        What the user gave.
    n_features : int
        Features of a step.
    facts : sequence of int
        Columns of a table that are features of every step, the last ones.

    Returns
    -------
    list of str
        "feature 0" and so on where there are no such names.
    """
    columns = _columns_in(X)
    if columns is None:
        columns = getattr(estimator, "feature_names_in_", [])
        n_columns = X.shape[1] if getattr(X, "ndim", 1) == 2 else n_features
        columns = columns if len(columns) == n_columns else []
    names = list(map(str, columns))
    of_facts = [names[k] for k in facts] if names else []
    names = [name for k, name in enumerate(names) if k not in set(facts)]
    if len(names) + len(of_facts) != n_features:
        names = _stems(names, n_features - len(facts))
    names += of_facts
    if len(set(names)) == n_features:
        return names
    return [f"feature {k}" for k in range(n_features)]


def _columns_in(X):
    """Return the columns of a table, or those that all sequences have, or None."""
    if not isinstance(X, list | tuple | np.ndarray):
        return _strings(X)
    if isinstance(X, np.ndarray) and X.ndim > 1:
        return None
    columns = _strings(X[0])
    return columns if all(_strings(x) == columns for x in X) else None


def _strings(frame):
    """Return the names of the columns of a data frame where they are strings."""
    if not hasattr(frame, "columns") or hasattr(frame, "__dask_graph__"):
        return None
    names = getattr(frame, "column_names", None)  # of pyarrow
    names = names if isinstance(names, list) else list(frame.columns)
    return names if all(isinstance(name, str) for name in names) else None


def _stems(columns, n_features):
    """Return what the columns of each feature have in common; none if it is unclear.

    With one feature a step it is time that tells columns apart, and what they have in
    common may as well be a name of time: "day" of "day 1", "day 2".
    """
    stems = []
    for k in range(n_features if n_features > 1 else 0):
        stem = _stem(columns[k::n_features])
        if not stem:
            return []
        stems.append(stem)
    return stems


def _stem(columns):
    """Return names without the one number in them that counts the steps, or None."""
    parts = [re.split(r"([0-9]+)", name) for name in columns]
    if len({len(one) for one in parts}) != 1:
        return None
    differ = [
        k for k, same in enumerate(zip(*parts, strict=True)) if len(set(same)) > 1
    ]
    if len(differ) != 1 or differ[0] % 2 == 0:
        return None
    numbers = [int(one[differ[0]]) for one in parts]
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        return None
    before = "".join(parts[0][: differ[0]]).rstrip(BETWEEN)
    after = "".join(parts[0][differ[0] + 1 :]).lstrip(BETWEEN)
    return "_".join(filter(None, [before, after]))
