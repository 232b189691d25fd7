"""What cannot be labels, answers or weights of steps."""

import numpy as np
import pytest

from skrnn.metrics import flatten_steps
from tests.messages import failure

NEEDS = (
    "y_true must have a value for each step: an array (sequences, steps), or a list "
    "with an array for each sequence. Got "
)
FAULTS = [
    (
        [0, 1, 0],
        NEEDS + "3 value(s) in a row: if they are one sequence, pass [y_true].",
    ),
    (
        np.zeros(1),
        NEEDS + "1 value(s) in a row: if they are one sequence, pass [y_true].",
    ),
    ([], NEEDS + "no sequences."),
    (np.zeros((0, 3)), NEEDS + "no sequences."),
    (None, NEEDS + "None."),
    ("abc", NEEDS + "'abc'."),
    (
        [[0, 1], 1],
        "Sequence 1 of y_true must be an array with one value for each step, or a row "
        "of values; got shape ().",
    ),
    (
        np.zeros((2, 3, 1, 1)),
        "Sequence 0 of y_true must be an array with one value for each step, or a row "
        "of values; got shape (3, 1, 1).",
    ),
    (
        [np.zeros((2, 1)), np.zeros(2)],
        "All sequences must have the same number of values a step, but those of y_true "
        "have not: sequence 0 has shape (2, 1), and sequence 1 has (2,).",
    ),
    (
        [[0, 1], ["a", None]],
        "y_true must have values of one type, texts or numbers, but has int and str.",
    ),
    (
        [[0, 1], np.array([{}, None])],
        "y_true must have values of one type, texts or numbers, but has dict and int.",
    ),
    (
        [np.array([{}, None])],
        "y_true must have values of one type, texts or numbers, but has dict.",
    ),
    (
        [[-1], [np.nan, -1.0]],
        "No step of y_true has a label, so that there is nothing to score.",
    ),
    (
        [[0.5, -1.0]],
        "y_true has numbers such as 0.5, which are no labels, and -1, which marks "
        "steps without a label. Pass unlabelled=None for targets of regression.",
    ),
    (
        np.array([[[1, -1]]]),
        "y_true has 2 values a step, which are no labels, and -1, which marks steps "
        "without a label. Pass unlabelled=None for targets of regression.",
    ),
    (
        [np.ma.masked_array([0, 1], [False, True])],
        "Item 0 of y_true is a masked array, and its mask hides 1 value(s), the first "
        "at index (1,). Masks are not read. Give NaN, None or, among labels, -1 to "
        "steps that have no label.",
    ),
]


@pytest.mark.parametrize(("y", "message"), FAULTS)
def test_labels_that_are_none(y, message):
    if isinstance(y, list) and isinstance(y[0] if y else 0, np.ma.MaskedArray):
        message = message.replace("Item", "Sequence")
    assert failure(ValueError, flatten_steps, y) == message


def test_answers_and_weights_that_do_not_fit():
    y = [[0, 1, 0], [1], [0, 0]]
    assert failure(ValueError, flatten_steps, y, y[:2]) == (
        "y_true has 3 sequence(s), but y_pred has 2: there must be one for each."
    )
    assert failure(ValueError, flatten_steps, y, [[0, 1, 0], [1, 1], [0]]) == (
        "Sequence 1 of y_true has 1 step(s), but that of y_pred has 2: there must be "
        "one value for each step."
    )

    def weighted(weights):
        return failure(ValueError, flatten_steps, y, y, sample_weight=weights)

    for weights, shape in (([1, 2], (2,)), (3.0, ()), ([], (0,))):
        assert weighted(weights) == (
            "sample_weight must have one number for each of the 3 sequence(s) of "
            f"y_true, or be nested like it, with one for each step; got shape {shape}."
        )
    assert weighted([[1], [1], [1]]) == (
        "Sequence 0 of y_true has 3 step(s), but that of sample_weight has 1: there "
        "must be one value for each step."
    )
    assert weighted([np.ones((len(item), 2)) for item in y]) == (
        "sample_weight must have one number for each step, but has 2."
    )
    assert weighted(["a", "b", "c"]) == "sample_weight must be numbers, got <U1."
    assert weighted([1, object(), 2]).startswith(
        "sample_weight must be numbers, got object: float() argument must be"
    )
    for weights in ([1, None, 2], [[1, 1, np.nan], [1], [1, 1]]):
        assert weighted(weights) == (
            "sample_weight must be finite numbers, but has nan."
        )
    assert failure(ValueError, flatten_steps, y, unlabelled="a") == (
        "The 'unlabelled' parameter of flatten_steps must be a float in the range "
        "[-inf, inf) or None. Got 'a'."
    )
