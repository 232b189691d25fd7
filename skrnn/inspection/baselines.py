"""Baselines: the sequences with which explained ones are compared."""

from numbers import Real

import numpy as np

from skrnn.network.embedding import UNKNOWN
from skrnn.network.gaps import carry, fade, last_seen
from skrnn.sequences import pack
from skrnn.validation import SequenceFormat, check_whole
from skrnn.validation.arrays import as_array
from skrnn.validation.layouts import depth_of
from skrnn.validation.mixed import encode_columns


class Row:
    """The same features at every step.

    Parameters
    ----------
    features : ndarray of shape (n_features,)
        Their values.
    """

    def __init__(self, features):
        self.features = features

    def packed(self, block, dtype):
        """Return an array that broadcasts with the packed steps of some sequences."""
        return self.features.astype(dtype)


class Given:
    """A sequence for each sequence, of its shape.

    Parameters
    ----------
    samples : ndarray of shape (n, n_steps, n_features) or list of 2-D arrays
        The sequences. What is missing of them is filled as the network fills it.
    features : ndarray of shape (n_features,)
        What stands for values before the first one.
    memory : ndarray of shape (n_features,) or None
        How fast values fade to those. None is for sequences without gaps.
    """

    def __init__(self, samples, features, memory):
        self.samples, self.features, self.memory = samples, features, memory

    def packed(self, block, dtype):
        """Return the steps of some sequences, packed: (n_rows, n_features)."""
        x = pack(self.samples, block, dtype)
        is_missing = np.isnan(x.data)
        if not is_missing.any():
            return x.data
        last, since, _ = last_seen(x.lengths, is_missing)
        first = self.features.astype(dtype)
        return fade(carry(x.data, last, first), since, first, self.memory)


def check_baseline(estimator, baseline, X):
    """Check what the user gave as a baseline for checked sequences.

    Parameters
    ----------
    estimator : estimator
        Fitted; None stands for what its network reads as zero.
    baseline : None, float, array-like of shape (n_features,), or as X
        What the user gave.
    X : CheckedSequences
        The sequences that are explained.

    Returns
    -------
    Row or Given
    """
    d, mean = X.n_features, estimator.feature_mean_
    mean = np.zeros(d) if mean is None else mean
    if baseline is None:
        return Row(mean)
    if not _has_steps(baseline):
        row = _as_row(baseline, X.format.categories, d)
        if row is None or row.shape not in ((), (d,)) or not np.isfinite(row).all():
            raise ValueError(
                f"baseline must be a finite number, {d} of them, one for each feature "
                f"of a step, or sequences like X. Got {baseline!r}."
            )
        return Row(np.broadcast_to(row, d))
    other = check_whole(
        estimator, baseline, expected=SequenceFormat.of(estimator)
    ).samples
    if len(other) != len(X):
        raise ValueError(
            f"baseline has {len(other)} sequences, but X has {len(X)}: there must be "
            "one for each sequence."
        )
    for i, (start, end) in enumerate(zip(other, X.samples, strict=True)):
        if len(start) != len(end):
            raise ValueError(
                f"Sequence {i} of baseline has {len(start)} steps, but sequence {i} of "
                f"X has {len(end)}: they must be of the same length."
            )
    return Given(other, mean, estimator.feature_memory_)


def _as_row(baseline, categories, n_features):
    """Return numbers, and codes, as an array of float64; None where they are none."""
    row = as_array(baseline, "baseline")
    if categories is not None and row.shape == (n_features,):
        columns = list(row.reshape(1, -1).T)
        values, _ = encode_columns(
            columns, categories, lambda _: "the baseline", "baseline", "saliency"
        )
        return values[0].astype(np.float64)
    if categories is not None and row.shape == ():
        row = np.where(categories.mask(n_features), UNKNOWN, row)
    try:
        return row.astype(np.float64)
    except (OverflowError, TypeError, ValueError):
        return None


def _has_steps(baseline):
    """Return whether a baseline is more than a number, or one a feature."""
    if isinstance(baseline, Real):
        return False
    if isinstance(baseline, list | tuple) or np.ndim(baseline) == 1:
        return any(depth_of(item) > 0 for item in baseline)
    return True
