"""Validation of sequences in every layout."""

import copy

import numpy as np
from sklearn.utils.validation import validate_data

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
from skrnn.validation.names import are_frames, columns_of, is_frame
from skrnn.validation.static import check_static, resolve_static
from skrnn.validation.values import (
    as_numbers,
    check_columns,
    check_finite,
    has_single_dtype,
    with_nan,
)

FEATURE_NAMES = "feature_names_in_"
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
    if expected is not None and layout != expected.layout:
        raise ValueError(
            f"{name} was fitted on {SHAPES[expected.layout]}, but X is "
            f"{SHAPES[layout]}. {ADVICE[expected.layout, layout]}"
        )
    gaps = _allows_gaps(estimator) if expected is None else expected.gaps
    if numbers and wants_categories(estimator, expected):
        raw = _check_layout(estimator, X, layout, expected, gaps, numbers=False)
        encoded = with_codes(estimator, raw, X, expected)
        if encoded is not None:
            check_finite(encoded.samples, name, gaps)
            check_static(encoded.samples, encoded.format.static_in_step, name)
            return encoded
    return _check_layout(estimator, X, layout, expected, gaps, numbers)


def _check_layout(estimator, X, layout, expected, gaps, numbers):
    """Check X of a known layout, as `check_sequences` does."""
    if layout == TABLE:
        return _check_table(estimator, X, expected, numbers, gaps)
    name = type(estimator).__name__
    names = _check_names(estimator, X, expected) if layout == RAGGED else None
    check = check_block if layout == BLOCK else check_ragged
    samples, dtype = check(X, name, numbers, gaps)
    n_features = samples[0].shape[1]
    if expected is None:
        _check_features_per_step(estimator, n_features, layout)
    elif n_features != expected.n_features_in:
        raise ValueError(_wrong_features(name, samples, expected.n_features_in))
    static = _static(estimator, n_features, names, layout, expected)
    if numbers:
        check_static(samples, static, name)
    form = SequenceFormat(layout, n_features, n_features, names, gaps, static)
    return CheckedSequences(samples, dtype, form)


def _check_names(estimator, X, expected):
    """Return the names of the columns of sequences, or None."""
    known = None if expected is None else expected.names
    if not are_frames(X, type(estimator).__name__) and known is None:
        return None
    # Not the number of features: it is checked per step by `check_sequences`.
    options = {"skip_check_array": True, "ensure_2d": False}
    return _validate_data(estimator, X[0], expected, **options)[1]


def _validate_data(estimator, X, expected, **options):
    """Validate a table and the names of its columns by scikit-learn.

    `validate_data` changes the estimator, so it gets a copy with the expected format as
    its fitted attributes.

    Returns
    -------
    X : ndarray or table
    names : ndarray of str objects or None
        Names of the columns.
    """
    stand_in = copy.copy(estimator)
    for name in ("n_features_in_", FEATURE_NAMES):
        vars(stand_in).pop(name, None)
    if expected is not None:
        vars(stand_in).update(expected.attributes)
    X = validate_data(stand_in, X, reset=expected is None, **options)
    return X, vars(stand_in).get(FEATURE_NAMES)


def _check_table(estimator, X, expected, numbers, gaps):
    name = type(estimator).__name__
    if isinstance(X, np.ndarray) and numbers:
        X = as_numbers(X, "X", name, gaps)
    if is_frame(X) and not columns_of(X):
        raise ValueError(
            f"X is a data frame without columns; {name} needs at least one."
        )
    keeps_dtype = not numbers or has_single_dtype(X)
    if is_frame(X) and not keeps_dtype:
        check_columns(X, name, gaps)
        X = with_nan(X) if gaps else X
    values, names = _validate_data(
        estimator,
        X,
        expected,
        dtype=None if keeps_dtype else (np.float64, np.float32),
        ensure_all_finite=False,
    )
    n_columns = values.shape[1]
    is_new = expected is None
    width = int(_features_per_step(estimator) if is_new else expected.n_features)
    static = _static(estimator, n_columns, names, TABLE, expected)
    form = SequenceFormat(TABLE, width, n_columns, names, gaps, static)
    _check_whole_steps(form)
    samples = form.cut(values)
    if numbers:
        check_finite(samples, name, gaps)
    return CheckedSequences(samples, _computing_type([values]), form)


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


def check_block(X, name, numbers=True, gaps=False):
    """Check a 3-D array; return it and the dtype of computation."""
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
        X = as_numbers(X, "X", name, gaps)
        check_finite(X, name, gaps)
    return X, _computing_type([X])


def check_ragged(X, name, numbers=True, gaps=False):
    """Check a ragged list; return a list of arrays and the dtype of computation.

    With `numbers` False, data frames stay data frames.
    """
    samples, keep_frames = [], not numbers and are_frames(X, name)
    for i, sequence in enumerate(X):
        sequence = sequence if keep_frames else _as_array(sequence, i)
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
        if numbers and sequence.dtype not in USUAL:
            sequence = as_numbers(sequence, f"Sequence {i} of X", name, gaps)
        samples.append(sequence)
    _check_same_features(samples, name)
    if numbers:
        check_finite(samples, name, gaps)
    return samples, _computing_type(samples)


def _computing_type(arrays):
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


def _check_same_features(samples, name):
    n_features = samples[0].shape[1]
    if n_features == 0:
        raise ValueError(
            f"Sequence 0 of X has 0 feature(s) (shape={samples[0].shape}) while a "
            f"minimum of 1 is required by {name}."
        )
    for i, sequence in enumerate(samples):
        if sequence.shape[1] == n_features:
            continue
        message = (
            f"All sequences must have the same features, but sequence 0 of X has "
            f"{n_features} and sequence {i} has {sequence.shape[1]}: expected shape "
            f"(steps, {n_features}), got {sequence.shape}."
        )
        if len({len(other) for other in samples}) == 1:
            message += (
                f" All have {len(sequence)} rows: if those are the features, the axes "
                "are swapped; pass [x.T for x in X]."
            )
        raise ValueError(message)


def _allows_gaps(estimator):
    """Return whether NaN is a gap for an estimator that is about to be fitted."""
    return reads_gaps(getattr(estimator, "missing_values", None))


def _features_per_step(estimator):
    """Return the parameter, which what passes sequences on as they are has not."""
    return getattr(estimator, "features_per_step", 1)


def _check_features_per_step(estimator, n_features, layout):
    if _features_per_step(estimator) not in (1, n_features):
        raise ValueError(
            f"features_per_step={estimator.features_per_step} is for tables, but X is "
            f"{SHAPES[layout]} with {n_features} features a step. Leave it at 1."
        )


def _wrong_features(name, samples, expected):
    n = samples[0].shape[1]
    message = (
        f"X has {n} features, but {name} is expecting {expected} features as input: "
        f"sequences must have shape (steps, {expected}), got {samples[0].shape}."
    )
    if all(len(sequence) == expected for sequence in samples):
        swap = "X.transpose(0, 2, 1)" if isinstance(samples, np.ndarray) else None
        swap = swap or "[x.T for x in X]"
        message += f" The axes look swapped: pass {swap}."
    return message
