"""Check of what was said of columns against their values."""

import numpy as np

from skrnn.fitting.column_shifts import ROWS, leads_of_columns

MESSAGE = (
    "The parameters of {name} do not seem to say what the columns of X are: "
    "{evidence}. Are all lags named, and are they in this order?"
)


def doubtful_order(values, steps, facts, name):
    """Return what speaks against an order of columns, or None.

    Where the rows are windows of a series, one below the other, a step has the values
    of the step after it, some rows later. Elsewhere values tell nothing.

    Parameters
    ----------
    values : ndarray of shape (n, n_columns)
        The table.
    steps : ndarray of int of shape (n_steps, n_features)
        The columns of the steps, the oldest first.
    facts : ndarray of int of shape (n_facts,)
        The columns that belong to no step.
    name : str
        Name of the transformer.
    """
    if values.dtype.kind not in "iuf":
        return None
    values = values[:ROWS].astype(np.float64)
    for columns in steps.T:
        found = _of_steps(values, columns) or _of_fact(values, columns[0], facts[:1])
        if found:
            return MESSAGE.format(name=name, evidence=found)
    return None


def _of_steps(values, columns):
    """Judge the steps of one feature."""
    leads = leads_of_columns(values[:, columns], 1)
    is_wrong = leads < 0
    if not is_wrong.any() and (leads > 0).any():
        is_wrong = leads == 0
    if not is_wrong.any():
        return None
    j = int(np.argmax(is_wrong))
    rows = int(-leads[j])
    found = f"has its values {rows} row(s) earlier" if rows else "shares no values"
    return (
        f"column {columns[j]} is to be the step before column {columns[j + 1]}, but "
        f"{found}"
    )


def _of_fact(values, oldest, facts):
    """Judge the first fact, which may be the step before the oldest."""
    for fact in facts:
        (lead,) = leads_of_columns(values[:, [fact, oldest]], 1)
        if lead > 0:
            return (
                f"column {fact} is to belong to no step, but has the values of column "
                f"{oldest}, the oldest step, {int(lead)} row(s) later"
            )
    return None
