"""Validation of sequences in every layout."""

from dataclasses import replace

import numpy as np

from skrnn.validation.advice import MASKED
from skrnn.validation.arrays import as_array
from skrnn.validation.format import CheckedSequences, SequenceFormat
from skrnn.validation.layouts import (
    ADVICE,
    BLOCK,
    RAGGED,
    SHAPES,
    TABLE,
    reads_gaps,
    recognise,
)
from skrnn.validation.mixed import wants_categories, with_codes
from skrnn.validation.n_features import (
    check_features_per_step,
    check_same_features,
    features_per_step,
    wrong_features,
)
from skrnn.validation.names import (
    are_frames,
    check_names,
    columns_of,
    is_frame,
    validate_table,
)
from skrnn.validation.padding import (
    advice_at_nan,
    reads_padding,
    without_padding,
)
from skrnn.validation.static import check_static, resolve_static
from skrnn.validation.values import (
    as_numbers,
    check_columns,
    check_finite,
    has_single_dtype,
    with_nan,
)

#: Types that need no conversion and no further check.
USUAL = {np.dtype(np.float64), np.dtype(np.float32)}


def check_sequences(estimator, X, *, expected=None, numbers=True):
    """Check X, in any layout.

    Parameters
    ----------
    estimator : estimator
        The estimator, for messages and for scikit-learn; it is not changed.
    X : 3-D array, list of 2-D arrays, or table
        The sequences.
    expected : SequenceFormat, optional
        Format that X must have; by default, any.
    numbers : bool, default=True
        Whether all values must be finite numbers; if not, they are left unchanged, and
        sequences that are data frames stay data frames.

    Returns
    -------
    CheckedSequences
    """
    name = type(estimator).__name__
    X, layout = recognise(X, name)
    check_fitted_layout(name, layout, expected)
    if numbers and wants_categories(estimator, expected):
        raw = _check_layout(estimator, X, layout, expected, numbers=False)
        encoded = with_codes(estimator, raw, X, expected)
        if encoded is not None:
            return _check_values(estimator, encoded)
    checked = _check_layout(estimator, X, layout, expected, numbers)
    return _check_values(estimator, checked) if numbers else checked


def check_fitted_layout(name, layout, expected):
    """Raise ValueError if a layout is not that of the sequences in `fit`."""
    if expected is not None and layout != expected.layout:
        raise ValueError(
            f"{name} was fitted on {SHAPES[expected.layout]}, but X is "
            f"{SHAPES[layout]}. {ADVICE[expected.layout, layout]}"
        )


def _check_layout(estimator, X, layout, expected, numbers):
    """Check X of a known layout but for its values, and cut padding off."""
    check = _check_table if layout == TABLE else _check_arrays
    nan = meanings_of_nan(estimator, layout, expected)
    checked = check(estimator, X, layout, expected, numbers, nan)
    if not checked.format.padding:
        return checked
    samples = without_padding(checked.samples, checked.format.n_features)
    n_steps = checked.samples.shape[1]
    return replace(checked, samples=samples, n_steps=n_steps)


def meanings_of_nan(estimator, layout, expected):
    """Return whether NaN is a gap, and whether it is padding at the end of a row."""
    if expected is not None:
        return {"gaps": expected.gaps, "padding": expected.padding}
    padding = reads_padding(getattr(estimator, "padding", None))
    return {
        "gaps": reads_gaps(getattr(estimator, "missing_values", None)),
        "padding": padding and layout != RAGGED,
    }


def _check_values(estimator, X):
    """Check the numbers of sequences, and return these."""
    name, form = type(estimator).__name__, X.format
    check_finite(X.samples, name, form.gaps, advice_at_nan(estimator, form))
    check_static(X.samples, form.static_in_step, name)
    return X


def _check_arrays(estimator, X, layout, expected, numbers, nan):
    name = type(estimator).__name__
    names = check_names(estimator, X, expected) if layout == RAGGED else None
    check = check_block if layout == BLOCK else check_ragged
    samples, dtype = check(X, name, numbers, any(nan.values()))
    form = format_of_steps(estimator, samples, names, layout, expected, nan)
    return CheckedSequences(samples, dtype, form)


def format_of_steps(estimator, samples, names, layout, expected, nan):
    """Return the format of sequences that are no table.

    Parameters
    ----------
    estimator : estimator
        The estimator.
    samples : ndarray of shape (n, n_steps, n_features) or list of 2-D arrays
        The sequences, or the first of them.
    names : ndarray of str objects or None
        The names of their columns.
    layout : str
        Their layout.
    expected : SequenceFormat or None
        Format that they must have.
    nan : dict
        As from `meanings_of_nan`.

    Returns
    -------
    SequenceFormat
    """
    name, n_features = type(estimator).__name__, samples[0].shape[1]
    if expected is None:
        check_features_per_step(estimator, n_features, layout)
    elif n_features != expected.n_features_in:
        raise ValueError(wrong_features(name, samples, expected.n_features_in))
    static = _static(estimator, n_features, names, layout, expected)
    return SequenceFormat(layout, n_features, n_features, names, static=static, **nan)


def _check_table(estimator, X, layout, expected, numbers, nan):
    name, allow_nan = type(estimator).__name__, any(nan.values())
    if isinstance(X, np.ndarray) and numbers:
        X = as_numbers(X, "X", name, allow_nan)
    if is_frame(X) and not columns_of(X):
        raise ValueError(
            f"X is a data frame without columns; {name} needs at least one."
        )
    keeps_dtype = not numbers or has_single_dtype(X)
    if is_frame(X) and not keeps_dtype:
        check_columns(X, name, allow_nan)
        X = with_nan(X) if allow_nan else X
    values, names = validate_table(
        estimator,
        X,
        expected,
        dtype=None if keeps_dtype else (np.float64, np.float32),
        ensure_all_finite=False,
    )
    n_columns = values.shape[1]
    is_new = expected is None
    width = int(features_per_step(estimator) if is_new else expected.n_features)
    static = _static(estimator, n_columns, names, layout, expected)
    form = SequenceFormat(layout, width, n_columns, names, static=static, **nan)
    _check_whole_steps(form)
    return CheckedSequences(form.cut(values), computing_type([values]), form)


def _static(estimator, n, names, layout, expected):
    """Return the indices of the static features, of which an earlier fit decided."""
    if expected is not None:
        return expected.static
    return resolve_static(estimator, n, names, layout)


def _check_whole_steps(form):
    n, k, width = form.n_features_in, len(form.static), form.n_features
    if (n - k) % width:
        without = f" without its {k} static feature(s)" if k else ""
        raise ValueError(
            f"X has {n - k} columns{without}, which is not a multiple of "
            f"features_per_step={width}: a row must be made of whole steps."
        )


def check_block(X, name, numbers=True, allow_nan=False):
    """Check a 3-D array; return it and the dtype of computation.

    With `numbers` and `allow_nan`, objects that say that a value is missing become NaN.
    """
    n, n_steps, n_features = X.shape
    if n == 0:
        raise ValueError(
            f"X has no sequences (shape {X.shape}); {name} needs at least one."
        )
    if n_steps == 0:
        raise ValueError(
            f"The sequences in X have no steps (shape {X.shape}); {name} needs at "
            "least one."
        )
    if n_features == 0:
        raise ValueError(
            f"The steps in X have 0 feature(s) (shape={X.shape}) while a minimum of 1 "
            f"is required by {name}."
        )
    if numbers:
        X = as_numbers(X, "X", name, allow_nan)
    return X, computing_type([X])


def check_ragged(X, name, numbers=True, allow_nan=False):
    """Check a ragged list; return a list of arrays and the dtype of computation.

    With `numbers` False, data frames stay data frames.
    """
    samples, keep_frames = [], not numbers and are_frames(X, name)
    for i, sequence in enumerate(X):
        if keep_frames:
            _check_shape(sequence, i, name)
        else:
            sequence = read_sequence(sequence, i, name, numbers, allow_nan)
        samples.append(sequence)
    check_same_features(samples, name)
    return samples, computing_type(samples)


def read_sequence(sequence, i, name, numbers=True, allow_nan=False):
    """Check sequence i of a ragged list, and return it as an array."""
    sequence = _as_array(sequence, i)
    _check_shape(sequence, i, name)
    if numbers and sequence.dtype not in USUAL:
        return as_numbers(sequence, f"Sequence {i} of X", name, allow_nan)
    return sequence


def _check_shape(sequence, i, name):
    if len(sequence.shape) != 2:
        raise ValueError(
            f"Expected {SHAPES[RAGGED]}, but sequence {i} of X has shape "
            f"{sequence.shape}. Reshape it to (steps, features): with one number "
            "a step that is x.reshape(-1, 1)."
        )
    if sequence.shape[0] == 0:
        raise ValueError(
            f"Sequence {i} of X has no steps (shape {sequence.shape}); {name} "
            "needs at least one. Leave empty sequences out."
        )


def computing_type(arrays):
    """Return float32 if all arrays, or what stands for them, are that; else float64."""
    single = all(getattr(values, "dtype", None) == np.float32 for values in arrays)
    return np.dtype(np.float32 if single else np.float64)


def _as_array(sequence, i):
    if type(sequence) is np.ndarray:
        return sequence
    try:
        return as_array(sequence, f"Sequence {i} of X", MASKED)
    except ValueError as error:
        if not isinstance(sequence, list | tuple):
            raise
        raise ValueError(
            f"Expected {SHAPES[RAGGED]}, but the steps of sequence {i} of X have "
            "different numbers of features."
        ) from error
