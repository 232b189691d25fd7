"""Validation of sequences in every layout."""

import copy

import numpy as np
from sklearn.utils.validation import validate_data

from skrnn.validation.advice import MASKED
from skrnn.validation.arrays import as_array
from skrnn.validation.layouts import (
    ADVICE,
    BLOCK,
    RAGGED,
    SHAPES,
    TABLE,
    CheckedSequences,
    SequenceFormat,
    recognise,
)
from skrnn.validation.mixed import wants_categories, with_codes
from skrnn.validation.names import are_frames, columns_of, is_frame
from skrnn.validation.values import (
    as_numbers,
    check_columns,
    first_not_finite,
    has_single_dtype,
)

FEATURE_NAMES = "feature_names_in_"
#: Types that need no conversion and no further check.
USUAL = {np.dtype(np.float64), np.dtype(np.float32)}
#: About so many numbers of X are checked at a time.
PART = 2**16


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
    if numbers and wants_categories(estimator, expected):
        raw = _check_layout(estimator, X, layout, expected, numbers=False)
        encoded = with_codes(estimator, raw, X, expected)
        if encoded is not None:
            _check_finite(encoded.samples, name)
            return encoded
    return _check_layout(estimator, X, layout, expected, numbers)


def _check_layout(estimator, X, layout, expected, numbers):
    """Check X of a known layout, as `check_sequences` does."""
    if layout == TABLE:
        return _check_table(estimator, X, expected, numbers)
    name = type(estimator).__name__
    names = _check_names(estimator, X, expected) if layout == RAGGED else None
    check = check_block if layout == BLOCK else check_ragged
    samples, dtype = check(X, name, numbers)
    n_features = samples[0].shape[1]
    if expected is None:
        _check_features_per_step(estimator, n_features, layout)
    elif n_features != expected.n_features_in:
        raise ValueError(_wrong_features(name, samples, expected.n_features_in))
    form = SequenceFormat(layout, n_features, n_features, names)
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


def _check_table(estimator, X, expected, numbers):
    name = type(estimator).__name__
    if isinstance(X, np.ndarray) and numbers:
        X = as_numbers(X, "X", name)
    if is_frame(X) and not columns_of(X):
        raise ValueError(
            f"X is a data frame without columns; {name} needs at least one."
        )
    keeps_dtype = not numbers or has_single_dtype(X)
    if is_frame(X) and not keeps_dtype:
        check_columns(X, name)
    values, names = _validate_data(
        estimator,
        X,
        expected,
        dtype=None if keeps_dtype else (np.float64, np.float32),
        ensure_all_finite=False,
    )
    n, n_columns = values.shape
    is_new = expected is None
    width = int(_features_per_step(estimator) if is_new else expected.n_features)
    if n_columns % width:
        raise ValueError(
            f"X has {n_columns} columns, which is not a multiple of "
            f"features_per_step={width}: a row must be made of whole steps."
        )
    samples = values.reshape(n, -1, width)
    if numbers:
        _check_finite(samples, name)
    form = SequenceFormat(TABLE, width, n_columns, names)
    return CheckedSequences(samples, _computing_type([values]), form)


def check_block(X, name, numbers=True):
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
        X = as_numbers(X, "X", name)
        _check_finite(X, name)
    return X, _computing_type([X])


def check_ragged(X, name, numbers=True):
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
            sequence = as_numbers(sequence, f"Sequence {i} of X", name)
        samples.append(sequence)
    _check_same_features(samples, name)
    if numbers:
        _check_finite(samples, name)
    return samples, _computing_type(samples)


def _check_finite(samples, name):
    """Raise ValueError if sequences have NaN or infinity."""
    for first, part in _parts(samples):
        if not _all_finite(part):
            raise ValueError(first_not_finite(part, first, name))


def _all_finite(part):
    """Return whether no value is NaN or infinite; fast where that is so."""
    values = np.concatenate(part) if isinstance(part, list) else part
    if values.dtype.kind != "f":
        return True
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(values.sum()) or np.isfinite(values).all())


def _parts(samples):
    """Yield the sequences in parts of about `PART` numbers, and where each begins."""
    if isinstance(samples, np.ndarray):
        n = max(1, PART // samples[0].size)
        for first in range(0, len(samples), n):
            yield first, samples[first : first + n]
        return
    first = size = 0
    for last, sequence in enumerate(samples, 1):
        size += sequence.size
        if size >= PART or last == len(samples):
            yield first, samples[first:last]
            first, size = last, 0


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
