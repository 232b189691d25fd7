"""Shifts of columns against each other, which windows of a series have.

If the rows of a table are windows of a series, one below the other, what stands in a
column stands in its neighbour some rows later or earlier, to the last bit.
"""

import numpy as np

#: Rows looked at, and the fewest of them that tell something.
ROWS, FEWEST = 1024, 20
#: Least share of rows in which columns agree: windows of several series may stand one
#: below the other.
AGREE = 0.9
#: Fewest different values of a column: of those with fewer, many agree by chance.
DIFFERENT = 10
#: Most shifts that are tried for a pair of columns.
TRIED = 16


def leads_of_columns(values, distance):
    """Return by how many rows columns are ahead of those some columns to their left.

    Parameters
    ----------
    values : ndarray of shape (n, n_columns)
        The table.
    distance : int
        From one column of a pair to the other.

    Returns
    -------
    ndarray of shape (n_columns - distance,)
        Above zero if the right column of a pair has a value first and the left one has
        it so many rows later, as in windows whose newest step comes last; below zero if
        it is the other way round. 0 for columns that have nothing to do with each
        other, and NaN where that cannot be told.
    """
    columns = [np.ascontiguousarray(column) for column in values[:ROWS].T]
    variety = [_variety(column) for column in columns]
    pairs = zip(columns, columns[distance:], variety, variety[distance:], strict=False)
    return np.array([_lead(*pair) for pair in pairs])


def _variety(column):
    """Return the number of different values, up to those that are enough."""
    return len(np.unique(column[~np.isnan(column)][: 4 * DIFFERENT]))


def _lead(left, right, left_variety, right_variety):
    """Return by how many rows the right column is ahead."""
    least, most = sorted((left_variety, right_variety))
    if least < 2 or most < DIFFERENT or len(left) <= FEWEST:
        return np.nan
    if least < DIFFERENT:
        return 0
    for lead in _candidates(left, right):
        if _agree(left, right, lead):
            return np.nan if _agree(left, right, -lead) else lead
    return 0


def _candidates(left, right):
    """Return shifts by which some values of the left column are met in the right."""
    n = len(left)
    leads = {
        row - int(other)
        for row in (n // 4, n // 2, 3 * n // 4)
        for other in np.flatnonzero(right == left[row])
    }
    return sorted(leads - {0}, key=abs)[:TRIED]


def _agree(left, right, lead):
    """Return whether two columns are the same, but for a shift that is not zero."""
    if lead < 0:
        return _agree(right, left, -lead)
    later, earlier, now = left[lead:], right[:-lead], right[lead:]
    if (later[::16] == earlier[::16]).mean() < 0.5:  # most are told by a few rows
        return False
    # What does not change would agree with any shift.
    tells = (later != now) & ~np.isnan(later) & ~np.isnan(earlier)
    n = np.count_nonzero(tells)
    same = np.count_nonzero(tells & (later == earlier))
    return n >= FEWEST and same >= AGREE * n
