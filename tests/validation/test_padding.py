"""What is said of NaN where it is padding, may be padding, or is none."""

import numpy as np
import pytest

from skrnn import GRUClassifier, GRUStepClassifier
from skrnn.validation.advice import READ_OR_FILL
from skrnn.validation.padding import lengths_without_padding
from tests.messages import BLOCK, RAGGED, TABLE, N, Y, failure, with_value

NAN = np.nan
QUICK = {"hidden_size": 2, "max_iter": 2, "random_state": 0}
OF_TABLE = {"features_per_step": 2}
LAYOUTS = {"block": (BLOCK, {}), "table": (TABLE, OF_TABLE)}
HELPERS = {"block": "ragged_from_padded", "table": "ragged_from_table"}
MISSING = f" Where values are missing, {READ_OR_FILL}."


def tailed(X, i, step):
    """Put NaN into a row from a step on."""
    X = np.array(X)
    X.reshape(N, -1, 2)[i, step:] = NAN
    return X


def model(**options):
    return GRUClassifier(**QUICK, **options)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_rows_that_end_in_nan_may_be_shorter(layout):
    """Said where the last step has no number, in fit and later."""
    X, width = LAYOUTS[layout]
    may_be = (
        "If rows that end in NaN are shorter sequences, fit with padding='nan', or "
        f"make a list of them with skrnn.preprocessing.{HELPERS[layout]}." + MISSING
    )
    start = "X contains NaN: sequence 5, step 1, feature 0 (counted from 0). "
    X_bad = tailed(X, 5, 1)
    assert failure(ValueError, model(**width).fit, X_bad, Y) == start + may_be
    fitted = model(**width).fit(X, Y)
    assert failure(ValueError, fitted.predict, X_bad) == start + may_be
    before = with_value(X_bad, 2, 0, 1, NAN)
    assert failure(ValueError, fitted.predict, before) == (
        "X contains NaN: sequence 2, step 0, feature 1 (counted from 0). GRUClassifier "
        "takes no value for padding: cut sequences that were padded to their own "
        "length with skrnn.preprocessing.ragged_from_padded." + MISSING
    )
    half = with_value(X, 2, 2, 1, NAN)
    assert "takes no value for padding" in failure(ValueError, fitted.predict, half)


def test_lists_and_answers_for_every_step_have_no_such_choice():
    ragged = [*RAGGED[:3], np.full((2, 2), NAN), *RAGGED[4:]]
    said = failure(ValueError, model().fit, ragged, Y)
    assert "takes no value for padding" in said
    steps = np.repeat(Y[:, np.newaxis], 3, axis=1)
    said = failure(
        ValueError, GRUStepClassifier(**QUICK).fit, tailed(BLOCK, 3, 2), steps
    )
    assert "takes no value for padding" in said


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nan_before_the_end_is_no_padding(layout):
    X, width = LAYOUTS[layout]
    X = with_value(tailed(X, 1, 1), 6, 1, 0, NAN)
    said = (
        "X contains NaN: sequence 6, step 1, feature 0 (counted from 0). With "
        "padding='nan' a row ends after its last step with a number, and this one is "
        "not after it. Where values are missing, let the network read the gaps with "
        "missing_values='forward_fill', or make a list of the rows with "
        f"skrnn.preprocessing.{HELPERS[layout]} before you fill them."
    )
    assert failure(ValueError, model(padding="nan", **width).fit, X, Y) == said
    fitted = model(padding="nan", **width).fit(tailed(X, 6, 1), Y)
    assert failure(ValueError, fitted.predict, X) == said
    half = with_value(tailed(X, 6, 2), 6, 1, 1, NAN)
    half = with_value(half, 6, 1, 0, 0.0)
    assert "sequence 6, step 1, feature 1" in failure(ValueError, fitted.predict, half)


@pytest.mark.parametrize("missing_values", ["error", "forward_fill"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_row_without_a_number_has_no_end(layout, missing_values):
    X, width = LAYOUTS[layout]
    options = {"padding": "nan", "missing_values": missing_values, **width}
    bad = tailed(tailed(X, 6, 0), 4, 0)
    said = (
        "All values are NaN in sequence(s) 4, 6 of X: nothing would be left. Leave "
        "such sequences and their labels out."
    )
    assert failure(ValueError, model(**options).fit, bad, Y) == said
    fitted = model(**options).fit(tailed(X, 6, 1), Y)
    assert failure(ValueError, fitted.predict, bad) == said


@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_infinity_is_no_padding(value):
    X = tailed(BLOCK, 3, 2)
    X[3, 2] = value
    said = failure(ValueError, model(padding="nan").fit, X, Y)
    assert said.startswith("X contains infinity: sequence 3, step 2, feature 0")


def test_facts_tell_nothing_of_the_end():
    """A row of facts alone is empty, and facts that are missing are no padding."""
    options = {"padding": "nan", "static_features": [0], **OF_TABLE}
    table = np.column_stack([np.arange(N), tailed(TABLE, 2, 0)])
    said = failure(ValueError, model(**options).fit, table, Y)
    assert said.startswith("All values are NaN in sequence(s) 2 of X")
    table = np.column_stack([np.arange(N), tailed(TABLE, 2, 1)])
    options["padding"] = None
    said = failure(ValueError, model(**options).fit, table, Y)
    assert "fit with padding='nan'" in said


def test_text_in_a_table_is_no_padding():
    frame = tailed(TABLE, 2, 1).astype(object)
    frame[3, 0] = "a"
    said = failure(ValueError, model(padding="nan", **OF_TABLE).fit, frame, Y)
    assert said.startswith("X has dtype object and cannot be read as numbers: could")


@pytest.mark.parametrize("missing", [None, NAN, np.float32(NAN), np.datetime64("NaT")])
def test_whatever_is_missing_of_objects(missing):
    values = np.full((2, 3, 1), missing, object)
    values[0, 1], values[1, 0] = "a", 0
    assert lengths_without_padding(values).tolist() == [2, 1]
