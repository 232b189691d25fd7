"""Conversion of array-likes to arrays of NumPy."""

from collections.abc import Set

import numpy as np

#: Advice on values hidden by a mask, in anything but X.
LEAVE_OUT = "Leave out of X, and of all that comes with it, what has no value."

#: Word in the message of NumPy for lists whose items differ in shape.
INHOMOGENEOUS = "inhomogeneous"


def as_array(values, what, hidden=LEAVE_OUT):
    """Return values as an array of NumPy, through `__array__` or DLPack.

    Parameters
    ----------
    values : array-like
        An array or tensor of any library, or a list.
    what : str
        Name of the values in messages.
    hidden : str
        Advice if they are a masked array whose mask hides some of them.

    Returns
    -------
    ndarray

    Raises
    ------
    ValueError
        If a mask hides values, NumPy cannot read them, or the items of a list are of
        different shape.
    """
    check_nothing_hidden(values, what, hidden)
    try:
        array = np.asarray(values)
        if array.ndim == 0 and array.dtype == object and hasattr(values, "__dlpack__"):
            array = np.from_dlpack(values)
    except (BufferError, RuntimeError, TypeError, ValueError) as error:
        if INHOMOGENEOUS in str(error):
            raise ValueError(
                f"{what} has items of different shape: {sentence(error)}"
            ) from error
        raise ValueError(
            f"{what} is {_kind_of(values)} and cannot be read as an array of NumPy: "
            f"{sentence(error)} Pass an array of NumPy; of a tensor of PyTorch that is "
            "tensor.detach().cpu().numpy(), and for bfloat16 tensor.float() before it."
        ) from error
    return array


def joined(parts):
    """Concatenate arrays; those of different kinds as objects, which stay as they are.

    NumPy would make text of numbers that stand beside text.
    """
    kinds = {part.dtype.kind for part in parts}
    if len(kinds) > 1 and not kinds <= set("biuf"):
        parts = [part.astype(object) for part in parts]
    return np.concatenate(parts)


def _kind_of(values):
    if isinstance(values, list | tuple) and len(values):
        return f"a {type(values).__name__}, whose first item is {_kind_of(values[0])},"
    kind = type(values)
    library = kind.__module__.partition(".")[0]
    return f"of type {'' if library == 'builtins' else f'{library}.'}{kind.__name__}"


def as_plain(values, what):
    """Return arrays of other libraries as those of NumPy, anything else unchanged.

    Lists and objects of NumPy, pandas, polars or SciPy are left to scikit-learn.
    """
    check_nothing_hidden(values, what)
    if isinstance(values, np.ma.MaskedArray):
        return np.asarray(values)
    known = isinstance(values, np.ndarray | np.generic | list | tuple)
    if known or hasattr(values, "to_numpy"):
        return values
    is_array = hasattr(values, "__array__") or hasattr(values, "__dlpack__")
    return as_array(values, what) if is_array else values


def flat_array(values, what):
    """Return a flat list, set or array of values as an array."""
    if isinstance(values, Set):
        values = list(values)
    try:
        return as_array(values, what)
    except ValueError as error:
        if INHOMOGENEOUS not in str(error):
            raise
        raise ValueError(
            f"{what} must be a flat list, but some of its items are lists."
        ) from error


def check_nothing_hidden(values, what, hidden=LEAVE_OUT):
    """Raise ValueError if a masked array, or one in a list, hides values."""
    if isinstance(values, np.ma.MaskedArray):
        mask = np.ma.getmaskarray(values)
        if mask.dtype == bool and mask.any():
            at = tuple(np.argwhere(mask)[0].tolist())
            raise ValueError(
                f"{what} is a masked array, and its mask hides {mask.sum()} value(s), "
                f"the first at index {at}. Masks are not read. {hidden}"
            )
    elif isinstance(values, list | tuple):
        for i, item in enumerate(values):
            if isinstance(item, np.ma.MaskedArray):
                check_nothing_hidden(item, f"Item {i} of {what}", hidden)


def is_missing(value):
    """Return whether a value is None, NaN, NaT or NA of pandas."""
    if value is None:
        return True
    try:
        return bool(value != value)
    except TypeError:  # NA cannot say whether it differs from itself
        return True
    except ValueError:  # an array
        return False


def name_of_missing(value):
    """Return what a value that is missing or infinite is called in messages."""
    if not isinstance(value, float | np.floating):
        return str(value)
    return "infinity" if np.isinf(value) else "NaN"


def not_finite(what, value, where, advice):
    """Return the message for a value that is missing or infinite.

    Parameters
    ----------
    what : str
        What was passed, such as "X".
    value : object
        The value.
    where : str
        Its place, counted from 0.
    advice : str
        What to do.

    Returns
    -------
    str
    """
    name = name_of_missing(value)
    return f"{what} contains {name}: {where} (counted from 0). {advice}"


def sentence(error):
    """Return the message of an error as one line that ends with a full stop."""
    return f"{' '.join(str(error).split()).rstrip('.')}."
