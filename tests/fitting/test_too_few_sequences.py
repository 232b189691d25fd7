"""Too few sequences to hold some of them out."""

import re

import numpy as np
import pytest

from tests.messages import BLOCK, TARGETS, N, Y, failure


@pytest.mark.parametrize(
    ("fraction", "y", "weights"),
    [(0.1, Y, None), (0.25, [0] * 7 + [1], None), (0.5, Y, [1] * 2 + [0] * 6)],
    ids=["too small a share", "a single one", "few with weight"],
)
def test_too_few_sequences_for_early_stopping(small, fraction, y, weights):
    clf = small(early_stopping=True, validation_fraction=fraction)
    n = int(np.sum(weights)) if weights else N
    said = failure(ValueError, clf.fit, BLOCK, y, weights)
    assert re.fullmatch(  # in the middle, the words of sklearn
        f"early_stopping=True cannot hold out validation_fraction={fraction} of {n} "
        r"sequences with every class on both sides: The [^.]+.*[^.]\. Give more data, "
        r"another fraction, or early_stopping=False\.",
        said,
    )


@pytest.mark.parametrize("n_targets", [None, 2])
@pytest.mark.parametrize(("fraction", "n"), [(0.1, N), (0.25, 4), (0.5, 2)])
def test_too_few_sequences_for_early_stopping_on_targets(
    small_regressor, fraction, n, n_targets
):
    y = TARGETS[:n] if n_targets is None else np.ones((n, n_targets))
    reg = small_regressor(early_stopping=True, validation_fraction=fraction)
    assert failure(ValueError, reg.fit, BLOCK[:n], y) == (
        f"early_stopping=True cannot hold out validation_fraction={fraction} of {n} "
        "sequences: a score needs at least two sequences. Give more data, another "
        "fraction, or early_stopping=False."
    )
