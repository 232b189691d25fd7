"""Order of columns: which column is which feature of which step."""

import re

import numpy as np

from skrnn.utils.wording import some_of
from skrnn.validation.columns import close_to


def order_by_position(columns, name, *, width, by_feature, newest_first):
    """Return the columns of steps by their positions, ndarray of int of shape (T, d).

    Parameters
    ----------
    columns : ndarray of int
        The columns that are steps, in the order that the others describe.
    name : str
        Name of the transformer.
    width : int
        Number of features of a step, d.
    by_feature : bool
        Whether all steps of the first feature come first, not all features of a step.
    newest_first : bool
        Whether the last step comes first.
    """
    if len(columns) == 0:
        raise ValueError(
            f"columns of {name} is empty: it needs at least one column for a step."
        )
    if len(columns) % width:
        raise ValueError(
            f"columns of {name} has {len(columns)} columns, which is not a multiple of "
            f"features_per_step={width}: all features must have all steps. Columns "
            "that belong to no step are left out of columns."
        )
    shape = (width, -1) if by_feature else (-1, width)
    steps = columns.reshape(shape)
    steps = steps.T if by_feature else steps
    return steps[::-1] if newest_first else steps


def order_by_name(pattern, names, name):
    """Return the columns of steps by their names, ndarray of int of shape (T, d).

    Parameters
    ----------
    pattern : str
        A regular expression for whole names, with a group "lag" or "step".
    names : ndarray of str objects of shape (n,) or None
        Names of the columns.
    name : str
        Name of the transformer.
    """
    if names is None:
        raise ValueError(
            f"columns of {name} is a pattern of names, {pattern!r}, but X has none: "
            "its columns have no names that are all strings. Pass a data frame, or "
            "positions in columns."
        )
    found = _places(re.compile(pattern), names.tolist(), name)
    if not found:
        raise ValueError(_no_match(pattern, names.tolist(), name))
    first, *others = found
    for feature in others:
        _check_same_steps(first, found[first], feature, found[feature], names, name)
    in_order = [[places[at] for at in sorted(places)] for places in found.values()]
    steps = np.array(in_order, np.intp).T
    return steps[::-1] if "lag" in re.compile(pattern).groupindex else steps


def _places(pattern, names, name):
    """Return for each feature a dict from lags or steps to columns."""
    found = {}
    (group,) = pattern.groupindex.keys() - {"feature"}
    for column, text in enumerate(names):
        match = pattern.fullmatch(text)
        if match is None:
            continue
        groups = match.groupdict()
        places = found.setdefault(groups.get("feature"), {})
        at = _as_int(groups[group], group, text, name)
        if at in places:
            raise ValueError(
                f"Columns {places[at]} and {column} of X, {names[places[at]]!r} and "
                f"{text!r}, are both {group} {at} of one feature by the pattern of "
                f"{name}. Rename one, or give the pattern a group named 'feature' that "
                "tells them apart."
            )
        places[at] = column
    return found


def _as_int(text, group, column, name):
    try:
        return int(text)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"The pattern of {name} finds {group} {text!r} in the name {column!r}, "
            r"which is no whole number. Write the group as (?P<" + group + r">\d+)."
        ) from error


def _no_match(pattern, names, name):
    message = (
        f"No column of X has a name that the pattern of {name}, {pattern!r}, matches "
        "as a whole."
    )
    part = next((text for text in names if re.search(pattern, text)), None)
    if part is not None:
        return f"{message} It matches a part of {part!r}."
    literal = re.sub(r"\(.*?\)", "1", pattern)
    return message + (close_to(literal, names) or f" X has: {some_of(names, 20)}.")


def _check_same_steps(one, places, other, other_places, names, name):
    """Raise ValueError if two features have different lags or steps."""
    different = sorted(places.keys() ^ other_places.keys())
    if not different:
        return
    at = different[0]
    has, lacks = (one, other) if at in places else (other, one)
    column = {**other_places, **places}[at]
    raise ValueError(
        f"All features must have the same steps, but by the pattern of {name} feature "
        f"{has!r} has {names[column]!r} and feature {lacks!r} has no such column: "
        f"{_count(one, places)}, {_count(other, other_places)}."
    )


def _count(feature, places):
    return f"feature {feature!r} has {len(places)} step(s)"
