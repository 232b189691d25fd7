"""Checks of what users pass to a cell, with messages that say what was expected.

Networks pass what they have made themselves: their passes, `Cell.forward` and
`Cell.backward`, check nothing. `Cell.step` serves both, so that its check is quick
where all is well, and looks for the reason only where something is not.
"""

from collections.abc import Mapping
from numbers import Integral

import numpy as np

#: The types in which cells compute.
COMPUTING = frozenset({np.dtype(np.float32), np.dtype(np.float64)})
#: Characters of these types, whatever the order of their bytes.
FLOATS = "fd"
#: Kinds of real numbers, which become these.
REAL = "fiub"


def check_size(kind, name, value, least=1):
    """Check a size of a cell or of its input; return it as a plain int."""
    is_other = isinstance(value, bool | np.bool_ | np.timedelta64)
    if is_other or not isinstance(value, Integral):
        raise TypeError(
            f"{name} of {kind} must be an int of at least {least}, got {value!r} of "
            f"type {type(value).__name__}."
        )
    if value < least:
        raise ValueError(
            f"{name} of {kind} must be an int of at least {least}, got {value}."
        )
    return int(value)


def float_type(dtype):
    """Return a type of computation as a dtype; None where it is none."""
    try:
        kind = np.dtype(dtype)
    except (TypeError, ValueError):
        return None
    return kind if kind in COMPUTING else None


def check_option(kind, name, value, options):
    """Check that an option of a cell is one of several names."""
    if not isinstance(value, str):
        raise TypeError(
            f"{name} of {kind} must be one of {list(options)}, got {value!r} of type "
            f"{type(value).__name__}."
        )
    if value not in options:
        raise ValueError(
            f"{name} of {kind} must be one of {list(options)}, got {value!r}."
        )


def check_step(cell, params, x, state):
    """Check the arguments of `Cell.step`."""
    try:
        rows, n_features = x.shape
        fits = (
            n_features == cell.n_features
            and x.dtype.char in FLOATS
            and len(params) == len(cell.param_shapes)
            and len(state) == len(cell.state_names)
            and type(state) is tuple
        )
        for array in state:
            fits = fits and array.shape == (rows, cell.hidden_size)
            fits = fits and array.dtype.char in FLOATS
        for name, shape in cell.param_shapes:
            array = params[name]
            fits = fits and array.shape == shape and array.dtype.char in FLOATS
    except (AttributeError, LookupError, TypeError, ValueError):
        fits = False
    if not fits:
        check_params(cell, params)
        _check_x(cell, x)
        _check_state(cell, state, len(x))


def check_params(cell, params):
    """Check the parameters of a cell: their names, types and shapes."""
    if not isinstance(params, Mapping):
        raise TypeError(
            f"params of {cell} must be a dict of arrays by name, as from init, got "
            f"{type(params).__name__}."
        )
    missing = [name for name, _ in cell.param_shapes if name not in params]
    unknown = [name for name in params if name not in cell.shapes]
    if missing or unknown:
        raise ValueError(
            f"params of {cell} must have exactly the names {list(cell.shapes)}, as "
            f"from init: missing {missing}, unknown {unknown}."
        )
    for name, shape in cell.param_shapes:
        array = _check_array(params[name], f"params[{name!r}] of {cell}")
        if array.dtype not in COMPUTING:
            raise TypeError(
                f"params[{name!r}] of {cell} must be of float32 or float64, got "
                f"{array.dtype}. Pass params[{name!r}].astype(np.float64)."
            )
        if array.shape != shape:
            raise ValueError(
                f"params[{name!r}] of {cell} must have shape {shape}, got "
                f"{array.shape}: they are of a cell of another kind or size."
            )


def _check_x(cell, x):
    """Check a step of some sequences."""
    where = f"x of {cell}"
    _check_real(_check_array(x, where), where)
    if x.ndim == 2 and x.shape[1] == cell.n_features:
        return
    advice = ""
    if x.shape == (cell.n_features,):
        advice = " Pass x[np.newaxis] for a step of one sequence."
    if x.ndim == 3:
        advice = " Whole sequences go to run, not to step."
    raise ValueError(
        f"{where} must have shape (n, {cell.n_features}), one step of n sequences, got "
        f"{x.shape}.{advice}"
    )


def _check_state(cell, state, n):
    """Check the state that a step of n sequences begins with."""
    names = ", ".join(cell.state_names) + "," * (len(cell.state_names) == 1)
    wanted = f"state of {cell} must be a tuple ({names}) of {len(cell.state_names)}"
    wanted += " array(s), as from initial_state"
    if not isinstance(state, tuple | list):
        raise TypeError(f"{wanted}, got {type(state).__name__}.")
    if len(state) != len(cell.state_names):
        raise ValueError(f"{wanted}, got {len(state)} of them.")
    for name, array in zip(cell.state_names, state, strict=True):
        where = f"{name} in the state of {cell}"
        _check_real(_check_array(array, where), where)
        if array.shape != (n, cell.hidden_size):
            raise ValueError(
                f"{where} must have shape ({n}, {cell.hidden_size}), as x has {n} "
                f"row(s), got {array.shape}."
            )


def check_sequences(cell, X):
    """Check the sequences for `Cell.run`; return an array or a list of arrays."""
    where = f"X of {cell}"
    d = cell.n_features
    wanted = f"an array of shape (n, n_steps, {d}) or a list of arrays (n_steps, {d})"
    if isinstance(X, list | tuple):
        samples = [_check_sequence(cell, x, i) for i, x in enumerate(X)]
        if not samples:
            raise ValueError(f"{where} must have at least one sequence, got none.")
        return samples
    if not isinstance(X, np.ndarray):
        raise TypeError(f"{where} must be {wanted}, got {type(X).__name__}.")
    if X.ndim != 3 or X.shape[2] != d:
        advice = " Pass X[np.newaxis] if it is one sequence." if X.ndim == 2 else ""
        if X.dtype == object and X.ndim == 1:
            advice = " Pass list(X)."
        raise ValueError(f"{where} must be {wanted}, got shape {X.shape}.{advice}")
    if 0 in X.shape:
        raise ValueError(
            f"{where} must have at least one sequence and one step, got shape "
            f"{X.shape}."
        )
    return _check_real(X, where)


def _check_sequence(cell, x, i):
    where = f"Sequence {i} in X of {cell}"
    try:
        x = np.asarray(x)
    except ValueError:
        raise ValueError(
            f"{where} must be a 2-D array, but its steps have different lengths."
        ) from None
    if x.ndim != 2 or x.shape[1] != cell.n_features or len(x) == 0:
        raise ValueError(
            f"{where} must have shape (n_steps, {cell.n_features}), with at least one "
            f"step, got {x.shape}."
        )
    return _check_real(x, where)


def _check_array(array, where):
    if not isinstance(array, np.ndarray):
        raise TypeError(f"{where} must be an ndarray, got {type(array).__name__}.")
    return array


def _check_real(array, where):
    if array.dtype.kind not in REAL:
        raise TypeError(f"{where} must have real numbers, got dtype {array.dtype}.")
    return array
