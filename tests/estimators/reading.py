"""Scales and patches, by hand."""

import numpy as np
import pytest

TO_ROUNDING = {"rtol": 1e-12, "atol": 1e-14}
#: With sequences of 2 to 4 steps: less, more or as many as there are.
PATCH_SIZES = (1, 3, 7)
every_size = pytest.mark.parametrize("size", PATCH_SIZES)
standardised_or_not = pytest.mark.parametrize(
    "standardize", [True, False], ids=["scaled", "raw"]
)


def of_steps(X, change):
    """Change the steps, (..., 2), of sequences in any layout."""
    if isinstance(X, list):
        return [change(sequence) for sequence in X]
    return change(X.reshape(len(X), -1, 2)).reshape(X.shape)


def for_layout(X):
    return {"features_per_step": 2} if getattr(X, "ndim", 3) == 2 else {}


def outputs(model, X):
    return getattr(model, "predict_proba", model.predict)(X)


def completed(sequence, size, value):
    """Put rows of a value after a sequence until its last patch is full."""
    missing = -len(sequence) % size
    return np.concatenate([sequence, np.tile(value, (missing, 1))])


def settled(model, size):
    """Return the size of its patches: none is longer than the longest sequence."""
    assert model.patch_size_ == min(size, 4)
    return model.patch_size_


def cut(sequence, size, value):
    return completed(sequence, size, value).reshape(-1, size * sequence.shape[1])
