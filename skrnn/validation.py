"""The border to users' sequences: the only place that looks at X and at weights.

Three layouts are told apart by type, never by value: a 3-D array, a list of 2-D arrays
and a table.
"""

import copy
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import validate_data

BLOCK = "3-D array"
RAGGED = "ragged list"
TABLE = "table"

SHAPES = {
    BLOCK: "a 3-D array (sequences, steps, features)",
    RAGGED: "a list of (steps, features) arrays",
    TABLE: "a table, one row a sequence",
}

ADVICE = {
    (BLOCK, RAGGED): "Pass np.stack(X), or fit on a list.",
    (BLOCK, TABLE): "Pass X.reshape(n, steps, features).",
    (RAGGED, BLOCK): "Pass list(X).",
    (RAGGED, TABLE): "Pass [row.reshape(steps, features) for row in X].",
    (TABLE, BLOCK): "Pass X.reshape(len(X), -1), or fit on a 3-D array.",
    (TABLE, RAGGED): "Pass an array with one row a sequence, or fit on a list.",
}


@dataclass(frozen=True, eq=False)
class CheckedSequences:
    """Sequences that have passed the border.

    Attributes
    ----------
    samples : ndarray of shape (n, n_steps, n_features) or list of 2-D arrays
        The sequences; not copied where they were arrays of numbers.
    dtype : dtype
        float32 for float32 input, else float64.
    fitted : dict of str to object
        What an estimator that is fitted on them remembers.
    """

    samples: object
    dtype: np.dtype
    fitted: dict = field(default_factory=dict)

    @property
    def n_features(self):
        """Number of features of a step."""
        return self.samples[0].shape[1]

    def __len__(self):
        return len(self.samples)


def check_sequences(estimator, X, *, reset):
    """Check X, in any layout.

    Parameters
    ----------
    estimator : estimator
        On whose behalf; it is not changed.
    X : 3-D array, list of 2-D arrays, or table
        What the user gave.
    reset : bool
        Whether the estimator learns the layout and the features from this X, or holds
        X against those that it knows.

    Returns
    -------
    CheckedSequences
    """
    name = type(estimator).__name__
    X, layout = recognise(X, name)
    if not reset and layout != estimator.input_layout_:
        fitted = estimator.input_layout_
        raise ValueError(
            f"{name} was fitted on {SHAPES[fitted]}, but X is {SHAPES[layout]}. "
            f"{ADVICE[fitted, layout]}"
        )
    if layout == TABLE:
        return _check_table(estimator, X, reset)
    check = _check_block if layout == BLOCK else _check_ragged
    samples, dtype = check(X, name)
    n_features = samples[0].shape[1]
    if reset:
        _check_features_per_step(estimator, n_features, layout)
    elif n_features != estimator.n_features_in_:
        raise ValueError(_wrong_features(name, samples, estimator.n_features_in_))
    fitted = {"n_features_in_": n_features, "input_layout_": layout}
    return CheckedSequences(samples, dtype, fitted)


def recognise(X, name):
    """Tell the layout of X by its type; give X, as an array where it is one.

    Returns
    -------
    X : ndarray, list or table
    layout : {"3-D array", "ragged list", "table"}
    """
    if sparse.issparse(X) or _is_frame(X):
        return X, TABLE
    if isinstance(X, list | tuple):
        depth = 1 + _depth(X[0]) if len(X) else 1
        if depth == 2 and _widths_differ(X):
            raise ValueError(
                f"Expected {SHAPES[RAGGED]}, but the sequences in X are 1-D and of "
                f"different length. {name} wants (steps, features) arrays: pass "
                "[np.reshape(x, (-1, 1)) for x in X] if each step is one number."
            )
        if depth == 3:
            return list(X), RAGGED
    X = X if isinstance(X, np.ndarray) else np.asarray(X)
    if X.ndim == 1 and X.dtype == object and len(X) and _depth(X[0]) == 2:
        return list(X), RAGGED
    if X.ndim == 2:
        return X, TABLE
    if X.ndim == 3:
        return X, BLOCK
    raise ValueError(
        f"{name} expected {', '.join(SHAPES.values())}; got an array of shape "
        f"{X.shape}. Reshape your data: X.reshape(-1, steps, features) makes sequences "
        "of it, X.reshape(1, -1) a single row."
    )


def check_labels(y, n):
    """Check the labels of n sequences.

    Returns
    -------
    ndarray of shape (n,)
    """
    if y is None:
        raise ValueError(
            "fit requires y to be passed, but the target y is None: give one label for "
            "each sequence."
        )
    y = column_or_1d(y, warn=True)
    if len(y) != n:
        raise ValueError(
            f"X has {n} sequences, but y has {len(y)} labels: there must be one for "
            "each sequence."
        )
    check_classification_targets(y)
    return y


def check_weights(sample_weight, n):
    """Check the weights of n sequences; ones if there are none.

    Returns
    -------
    ndarray of float64 of shape (n,)
    """
    if sample_weight is None:
        return np.ones(n)
    weights = np.asarray(sample_weight)
    if weights.ndim == 0 and weights.dtype.kind in "biuf":
        weights = np.full(n, weights)
    if weights.dtype.kind not in "biufO":
        raise ValueError(f"sample_weight must be numbers, got {weights.dtype}.")
    weights = weights.astype(np.float64)
    if weights.shape != (n,):
        raise ValueError(
            f"sample_weight must have one number for each of the {n} sequences, "
            f"got shape {weights.shape}."
        )
    if not np.isfinite(weights).all():
        at = int(np.argmin(np.isfinite(weights)))
        raise ValueError(f"sample_weight[{at}] is {weights[at]}; it must be finite.")
    if (weights < 0).any():
        at = int(np.argmax(weights < 0))
        raise ValueError(
            f"sample_weight[{at}] is {weights[at]}; weights must not be negative. "
            "Use 0 to leave a sequence out."
        )
    if not weights.any():
        raise ValueError(
            "All weights in sample_weight are zero: no sequence is left to learn from."
        )
    return weights


def _is_frame(X):
    return hasattr(X, "columns") or hasattr(X, "__dataframe__")


def _depth(item):
    """How many times an item can be indexed, seen from its first element."""
    if hasattr(item, "ndim"):
        return item.ndim
    if hasattr(item, "shape"):
        return len(item.shape)
    if isinstance(item, list | tuple):
        return 1 + (_depth(item[0]) if len(item) else 0)
    return 0


def _widths_differ(X):
    return len({len(row) if hasattr(row, "__len__") else 0 for row in X}) > 1


def _check_table(estimator, X, reset):
    name = type(estimator).__name__
    if isinstance(X, np.ndarray):
        _check_kind(X, "X", name)
    probe = copy.copy(estimator)
    values = validate_data(
        probe,
        X,
        reset=reset,
        dtype=(np.float64, np.float32),
        ensure_all_finite=False,
    )
    n, n_columns = values.shape
    width = estimator.features_per_step if reset else estimator.features_per_step_
    if n_columns % width:
        raise ValueError(
            f"X has {n_columns} columns, which is not a multiple of "
            f"features_per_step={width}: a row must be made of whole steps."
        )
    samples = values.reshape(n, -1, width)
    _check_finite_block(samples, name)
    fitted = {
        attribute: getattr(probe, attribute)
        for attribute in ("n_features_in_", "feature_names_in_")
        if hasattr(probe, attribute)
    }
    fitted |= {"input_layout_": TABLE, "features_per_step_": width}
    return CheckedSequences(samples, values.dtype, fitted)


def _check_block(X, name):
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
    X = _as_numbers(X, "X", name)
    _check_finite_block(X, name)
    return X, np.dtype(np.float32 if X.dtype == np.float32 else np.float64)


def _check_ragged(X, name):
    samples = []
    for i, sequence in enumerate(X):
        sequence = np.asarray(sequence)
        if sequence.ndim != 2:
            raise ValueError(
                f"Expected {SHAPES[RAGGED]}, but sequence {i} of X has shape "
                f"{sequence.shape}. Reshape it to (steps, features): with one number "
                "a step that is x.reshape(-1, 1)."
            )
        if len(sequence) == 0:
            raise ValueError(
                f"Sequence {i} of X has no steps (shape {sequence.shape}); {name} "
                "needs at least one. Leave empty sequences out."
            )
        samples.append(_as_numbers(sequence, f"Sequence {i} of X", name))
    _check_same_features(samples, name)
    for i, sequence in enumerate(samples):
        if not _all_finite(sequence):
            step, feature = np.argwhere(~np.isfinite(sequence))[0]
            raise ValueError(_not_finite(sequence[step, feature], i, step, feature, name))
    single = all(sequence.dtype == np.float32 for sequence in samples)
    return samples, np.dtype(np.float32 if single else np.float64)


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


def _as_numbers(values, what, name):
    """Give an array of real numbers, or say what it is instead."""
    _check_kind(values, what, name)
    if values.dtype != object:
        return values
    try:
        return values.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise type(error)(
            f"{what} has dtype object and cannot be read as numbers: {error}. Pass "
            "arrays of float."
        ) from error


def _check_kind(values, what, name):
    kind = values.dtype.kind
    if kind == "c":
        raise ValueError(
            f"Complex data not supported: {what} has dtype {values.dtype}. Pass real "
            "and imaginary parts as two features."
        )
    if kind not in "biufO":
        raise ValueError(
            f"{what} has dtype {values.dtype}, but {name} needs numbers. Encode what "
            "is not a number first, for example with OneHotEncoder."
        )


def _all_finite(values):
    if values.dtype.kind != "f":
        return True
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(values.sum()) or np.isfinite(values).all())


def _check_finite_block(samples, name):
    for i, sequence in enumerate(samples if not _all_finite(samples) else ()):
        bad = np.argwhere(~np.isfinite(sequence))
        if len(bad):
            step, feature = bad[0]
            raise ValueError(_not_finite(sequence[step, feature], i, step, feature, name))


def _not_finite(value, i, step, feature, name):
    what = "NaN" if np.isnan(value) else "infinity"
    return (
        f"X contains {what}: sequence {i}, step {step}, feature {feature} (counted "
        f"from 0). {name} takes no value for padding: impute what is missing, and cut "
        "sequences that were padded to their own length."
    )


def _check_features_per_step(estimator, n_features, layout):
    if estimator.features_per_step not in (1, n_features):
        raise ValueError(
            f"features_per_step={estimator.features_per_step} is for tables, but X is "
            f"{SHAPES[layout]} with {n_features} features a step. Leave it at 1."
        )


def _wrong_features(name, samples, expected):
    came = samples[0].shape[1]
    message = (
        f"X has {came} features, but {name} is expecting {expected} features as input: "
        f"sequences must have shape (steps, {expected}), got {samples[0].shape}."
    )
    if all(len(sequence) == expected for sequence in samples):
        swap = "X.transpose(0, 2, 1)" if isinstance(samples, np.ndarray) else None
        swap = swap or "[x.T for x in X]"
        message += f" The axes look swapped: pass {swap}."
    return message
