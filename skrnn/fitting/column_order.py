"""Detection of tables whose columns are no steps in the order of time.

Names tell it where they say lags. Otherwise values do, if the rows are windows of a
series, one below the other.
"""

import re
from itertools import pairwise

import numpy as np

from skrnn.fitting.column_shifts import leads_of_columns
from skrnn.utils.wording import some_of

NEWEST_FIRST, MISTAKEN, NOT_STEPS = "newest_first", "mistaken", "not_steps"

#: "lag_3", "y_lag3", "0_lag_3", "lag_3__y", "y(t-3)" and the like; the last one counts.
LAG = re.compile(
    r"((?<![A-Za-z])(?i:lags?)[ _.-]?|(?<![A-Za-z0-9])t ?- ?)(?P<lag>\d+)"
    r"(?![A-Za-z0-9])",
    re.ASCII,
)
NUMBERED = re.compile(r"(.*?)[ _.-]?(\d{1,9})")
#: Most columns whose values are looked at.
MOST = 256


def look_out_of_order(samples, form):
    """Return what is wrong with the order of the columns of a table, or None.

    Parameters
    ----------
    samples : ndarray of shape (n, n_steps, n_features)
        The rows, cut into steps, in the order in which they came.
    form : SequenceFormat
        The format of a table.

    Returns
    -------
    tuple of (str, str) or None
        `NEWEST_FIRST`, `MISTAKEN` or `NOT_STEPS`, and what shows it.
    """
    columns = form.columns_of_steps.reshape(-1, form.n_features)
    if len(columns) < 2:
        return None
    if form.names is None:
        return _by_values(samples, form, columns)
    names = form.names[columns]
    lags = [_lag(name) for name in names.ravel()]
    stems = [lag[0] for lag in lags if lag]
    if len(set(stems)) < len(stems):
        return _by_lags(names, lags)
    return _by_numbers(names) or _by_values(samples, form, names)


def _lag(name):
    """Return the name without its lag, and the lag, or None if it has none."""
    found = list(LAG.finditer(name))
    if not found:
        return None
    start, end = found[-1].span("lag")
    return f"{name[:start]}#{name[end:]}", int(name[start:end])


def _by_lags(names, lags):
    """Judge the order by the lags in the names, of which a stem has two or more."""
    width, names = names.shape[1], names.ravel()
    if all(_are_steps(lags[k::width]) for k in range(width)):
        return None
    others = [name for name, lag in zip(names, lags, strict=True) if not lag]
    last = {}
    for name, lag in zip(names, lags, strict=True):
        if lag and lag[0] in last:
            earlier, before = last[lag[0]]
            if lag[1] > before:
                return NEWEST_FIRST, _newest_first(
                    f"{earlier!r} stands before {name!r}", others
                )
        if lag:
            last[lag[0]] = name, lag[1]
    if others:
        (kept, _), *_ = last.values()
        return NOT_STEPS, _not_steps(f"{kept!r} is a lag", others)
    return _mistaken(names, width, [stem for stem, _ in lags])


def _are_steps(lags):
    """Return whether the columns of a feature have no lags, or those of one series."""
    if not any(lags):
        return True
    if not all(lags) or len({stem for stem, _ in lags}) > 1:
        return False
    return all(before > lag for (_, before), (_, lag) in pairwise(lags))


def _by_numbers(names):
    """Judge names such as a_0, a_1, a_2, b_0, b_1, b_2 with two features a step."""
    n_steps, width = names.shape
    found = [NUMBERED.fullmatch(name) for name in names.ravel()]
    # Rows of a picture, r0_0, r0_1, r1_0, r1_1, look the same, and are steps.
    if width == 1 or n_steps == width or not all(found):
        return None
    stems = [match[1] for match in found]
    numbers = np.reshape([int(match[2]) for match in found], (width, n_steps))
    in_groups = stems == [stem for stem in stems[::n_steps] for _ in range(n_steps)]
    if not in_groups or len(set(stems)) < width or (np.diff(numbers) != 1).any():
        return None
    return _mistaken(names.ravel(), width, stems)


def _by_values(samples, form, labels):
    """Judge the order by the values of columns that have those of others, shifted."""
    width, labels = form.n_features, labels.ravel()[:MOST]
    values = samples[:, :, :width].reshape(len(samples), -1)[:, :MOST]
    leads = leads_of_columns(values, width)
    if (leads < 0).sum() > (leads > 0).sum():
        return NEWEST_FIRST, _newest_first_by(leads, labels, width)
    by_feature = [leads[k::width] for k in range(width)]
    is_broken = any((one > 0).any() and (one == 0).any() for one in by_feature)
    is_in_order = (leads > 0).any() and not is_broken
    if width > 1 and len(leads) and not is_in_order:
        beside = leads_of_columns(values, 1)
        if (beside < 0).sum() > len(beside) / 2:
            return NEWEST_FIRST, _newest_first_by(beside, labels, 1)
        if (beside > 0).sum() > len(beside) / 2:
            within = (beside > 0) & (np.arange(1, len(labels)) % width > 0)
            j = int(np.argmax(within))
            return _two_steps(labels[j], labels[j + 1])
    return _broken(leads, labels, width) if is_broken else None


def _broken(leads, labels, width):
    """Say where the steps of a series end before the row does."""
    alone = _alone(leads, width)
    if not alone.any():
        j = int(np.argmax(leads == 0))
        return _two_features(labels[j], labels[j + width])
    j = int(np.argmax(leads > 0))
    evidence = _shift(labels[j], labels[j + width], leads[j])
    return NOT_STEPS, _not_steps(evidence, labels[alone])


def _alone(leads, width):
    """Return which columns have nothing to do with the steps before and after them."""
    edge = np.ones(width, bool)
    return np.append(leads == 0, edge) & np.append(edge, leads == 0)


def _newest_first_by(leads, labels, width):
    first = int(np.argmax(leads < 0))
    evidence = _shift(labels[first + width], labels[first], -leads[first])
    return _newest_first(evidence, labels[_alone(leads, width)])


def _shift(later, earlier, rows):
    return f"{_named(later)} has what {_named(earlier)} had {int(rows)} row(s) before"


def _newest_first(evidence, others):
    if len(others) == 0:
        return evidence
    return f"{evidence}, and {_listed(others)} are read as steps as well"


def _not_steps(evidence, others):
    return f"{evidence}, but not so {_listed(others)}"


def _mistaken(names, width, stems):
    """Say which columns are taken for what they are not, by the stems of their names.

    Columns of one stem are steps of one feature.
    """
    for j, (one, other) in enumerate(pairwise(stems)):
        if one == other and (j + 1) % width:
            return _two_steps(names[j], names[j + 1])
    for j, (one, other) in enumerate(zip(stems, stems[width:], strict=False)):
        if one != other:
            return _two_features(names[j], names[j + width])
    return None


def _two_steps(one, other):
    pair = f"{_named(one)} and {_named(other)}"
    return (
        MISTAKEN,
        f"{pair} are two steps of one feature, and are read as two features",
    )


def _two_features(one, other):
    pair = f"{_named(one)} and {_named(other)}"
    return MISTAKEN, f"{pair} are two features, and are read as two steps"


def _named(label):
    return repr(label) if isinstance(label, str) else f"column {label}"


def _listed(labels):
    return f"column(s) {some_of(np.asarray(labels).tolist())}"
