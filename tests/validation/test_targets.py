"""Targets of regressors, and what is said of those that are not right.

The texts speak of LSTMRegressor; all kinds are held to them.
"""

import numpy as np
import pytest
from scipy import sparse

from tests.messages import BLOCK, TARGETS, N, failure, text_for

WRONG_SHAPE = (
    "y must have shape (8,) or (8, n_targets): one number, or as many as there are "
    "targets, for each sequence. Got shape %s."
)
WRONG_LENGTH = (
    "X has 8 sequences, but y has %s targets: there must be one for each sequence."
)
WITHOUT_TARGET = (
    "y contains %s: target 3%s (counted from 0). Leave sequences without a target out "
    "of X and y."
)
NO_TARGETS = (
    "y has dtype %s, but a regressor needs numbers as targets. For labels, use a "
    "classifier."
)


def at_3(value, y=TARGETS):
    return np.array([*y[:3], value, *y[4:]])


def in_column_1(value):
    return np.c_[TARGETS, at_3(value)]


BAD_TARGETS = {
    "None": (
        None,
        ValueError,
        "fit requires y to be passed, but the target y is None: give one number for "
        "each sequence.",
    ),
    "scalar": (3.0, ValueError, WRONG_SHAPE % "()"),
    "3-D": (np.ones((N, 2, 1)), ValueError, WRONG_SHAPE % "(8, 2, 1)"),
    "empty": ([], ValueError, WRONG_SHAPE % "(0,)"),
    "no columns": (np.ones((N, 0)), ValueError, WRONG_SHAPE % "(8, 0)"),
    "too short": (TARGETS[:5], ValueError, WRONG_LENGTH % 5),
    "too long": ([0.5] * 10, ValueError, WRONG_LENGTH % 10),
    "2-D, too short": (np.ones((5, 2)), ValueError, WRONG_LENGTH % 5),
    "NaN": (at_3(np.nan), ValueError, WITHOUT_TARGET % ("NaN", "")),
    "infinity": (at_3(-np.inf), ValueError, WITHOUT_TARGET % ("infinity", "")),
    "NaN, 2-D": (
        in_column_1(np.nan),
        ValueError,
        WITHOUT_TARGET % ("NaN", ", column 1"),
    ),
    "infinity, 2-D": (
        in_column_1(np.inf),
        ValueError,
        WITHOUT_TARGET % ("infinity", ", column 1"),
    ),
    "None object": (at_3(None), ValueError, WITHOUT_TARGET % ("NaN", "")),
    "strings": (["a"] * N, ValueError, NO_TARGETS % "<U1"),
    "dates": (np.zeros(N, "M8[s]"), ValueError, NO_TARGETS % "datetime64[s]"),
    "complex": (
        TARGETS * 1j,
        ValueError,
        "Complex data not supported: y has dtype complex128. Give real and imaginary "
        "parts as two targets.",
    ),
    "string objects": (
        np.array(["a"] * N, object),
        ValueError,
        "y has dtype object and cannot be read as numbers: could not convert string "
        "to float: 'a'. Give one number for each sequence, or as many as there are "
        "targets.",
    ),
    "lists": (
        [[1.0], [1.0, 2.0]] * 4,
        ValueError,
        "y has rows of different length. Give one number for each sequence, or as many "
        "as there are targets. For one at each step, use LSTMStepRegressor or another "
        "of its kind.",
    ),
    "sparse": (
        sparse.csr_array(np.ones((N, 2))),
        TypeError,
        "Sparse data was passed for y, but dense data is required. Use '.toarray()' "
        "to convert to a dense numpy array.",
    ),
}


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize("case", BAD_TARGETS)
def test_targets(small_regressor, case, method):
    y, error, text = BAD_TARGETS[case]
    reg = small_regressor()
    assert failure(error, getattr(reg, method), BLOCK, y) == text_for(reg, text)


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize(
    ("n_targets", "kind", "others"),
    [
        (None, "(n,)", [(N, 1), (N, 2)]),
        (1, "(n, 1)", [(N,), (N, 2)]),
        (2, "(n, 2)", [(N,), (N, 1), (N, 3)]),
    ],
)
def test_going_on_with_targets_of_another_shape(
    small_regressor, n_targets, kind, others, method
):
    y = TARGETS if n_targets is None else np.repeat(TARGETS[:, None], n_targets, 1)
    reg = small_regressor(warm_start=True).fit(BLOCK, y)
    for shape in others:
        said = failure(ValueError, getattr(reg, method), BLOCK, np.ones(shape))
        assert said == text_for(
            reg,
            f"LSTMRegressor was fitted on targets of shape {kind}, but y has shape "
            f"{shape}. Fit a new model.",
        )
