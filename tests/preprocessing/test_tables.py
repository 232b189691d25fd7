"""Tables whose rows end in NaN, and the sequences in them: there and back."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_array_equal
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skrnn import GRUClassifier
from skrnn.preprocessing import ragged_from_table, table_from_ragged
from tests.messages import failure

NAN = np.nan
RAGGED = [
    np.array([[1.0, NAN], [NAN, NAN], [0.0, 5.0]]),
    np.array([[0.0, 0.0]]),
    np.array([[2.0, 3.0], [NAN, 7.0]]),
]
TABLE = np.array(
    [
        [1.0, NAN, NAN, NAN, 0.0, 5.0],
        [0.0, 0.0, NAN, NAN, NAN, NAN],
        [2.0, 3.0, NAN, 7.0, NAN, NAN],
    ]
)


def assert_equal_sequences(found, expected, dtype=np.float64):
    assert isinstance(found, list)
    for x, other in zip(found, expected, strict=True):
        assert_array_equal(x, other)
        assert x.dtype == dtype


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_steps", [None, 3, 5])
def test_there_and_back(n_steps, dtype):
    ragged = [x.astype(dtype) for x in RAGGED]
    table = table_from_ragged(ragged, n_steps=n_steps)
    assert table.dtype == dtype
    assert_array_equal(table[:, :6], TABLE)
    assert table.shape == (3, 2 * (n_steps or 3))
    assert np.isnan(table[:, 6:]).all()
    assert_equal_sequences(ragged_from_table(table, features_per_step=2), ragged, dtype)


def test_a_column_is_a_step_by_default():
    table = table_from_ragged([[[1], [2]], [[3]]])
    assert_array_equal(table, [[1.0, 2.0], [3.0, NAN]])
    assert_equal_sequences(ragged_from_table(table), [[[1.0], [2.0]], [[3.0]]])


def test_rows_are_views_and_sequences_are_copied():
    table = TABLE.copy()
    ragged_from_table(table, features_per_step=2)[1][0, 0] = 9
    assert table[1, 0] == 9
    sequences = [x.copy() for x in RAGGED]
    table_from_ragged(sequences)[0, 0] = 9
    assert sequences[0][0, 0] == 1


def test_arrays_and_frames():
    block = np.arange(12).reshape(2, 3, 2)
    assert_array_equal(table_from_ragged(block), block.reshape(2, 6))
    back = ragged_from_table(block.reshape(2, 6), features_per_step=2)
    assert_equal_sequences(back, block, block.dtype)
    frames = [pd.DataFrame(x, columns=["a", "b"]) for x in RAGGED]
    assert_array_equal(table_from_ragged(frames), TABLE)
    columns = list("abcdef")
    frame = pd.DataFrame(TABLE, columns=columns)
    objects = TABLE.astype(object)
    objects[np.isnan(TABLE)] = None
    rows = pl.DataFrame(objects.tolist(), schema=columns, orient="row")
    for X in (frame, frame.convert_dtypes(), rows, objects, TABLE.tolist()):
        assert_equal_sequences(ragged_from_table(X, features_per_step=2), RAGGED)


def test_inside_a_pipeline_that_takes_tables():
    rng = np.random.default_rng(0)
    X = [rng.normal(size=(1 + i % 5, 2)) for i in range(30)]
    y = np.arange(30) % 2
    network = GRUClassifier(2, max_iter=2, random_state=0)
    reader = FunctionTransformer(
        ragged_from_table, kw_args={"features_per_step": 2}, validate=False
    )
    found = cross_val_score(make_pipeline(reader, network), table_from_ragged(X), y)
    assert_array_equal(found, cross_val_score(network, X, y))


def test_errors():
    assert failure(ValueError, table_from_ragged, RAGGED, n_steps=2) == (
        "n_steps=2 is less than the 3 steps of sequence 0 of X. Nothing is cut off: "
        "pass at least 3, or cut the sequences first, as [x[-2:] for x in X]."
    )
    assert failure(ValueError, table_from_ragged, RAGGED, n_steps=0.5) == (
        "The 'n_steps' parameter of table_from_ragged must be an int in the range "
        "[1, inf) or None. Got 0.5."
    )
    tailed = [RAGGED[0][:2], RAGGED[1], np.full((1, 2), NAN)]
    assert failure(ValueError, table_from_ragged, tailed) == (
        "The last step has no number in sequence(s) 0, 2 of X: in a table it would be "
        "padding. Leave such steps out."
    )
    assert failure(ValueError, table_from_ragged, TABLE) == (
        "table_from_ragged expected a list of (steps, features) arrays, got a table, "
        "one row a sequence of shape (3, 6). ragged_from_table makes sequences of its "
        "rows."
    )
    for X, shape in (
        (RAGGED, "a list of (steps, features) arrays"),
        (TABLE.reshape(3, 3, 2), "a 3-D array (sequences, steps, features)"),
    ):
        assert failure(ValueError, ragged_from_table, X) == (
            f"ragged_from_table expected a table, one row a sequence, got {shape}. It "
            "is for tables only: ragged_from_padded cuts a 3-D array, and a list is "
            "ragged already."
        )
    assert failure(ValueError, ragged_from_table, TABLE, features_per_step=4) == (
        "X has 6 columns, which is not a multiple of features_per_step=4: a row must "
        "be made of whole steps."
    )
    assert failure(ValueError, ragged_from_table, TABLE, features_per_step=0) == (
        "The 'features_per_step' parameter of ragged_from_table must be an int in the "
        "range [1, inf). Got 0."
    )
    empty = np.vstack([TABLE, np.full((1, 6), NAN)])
    assert failure(ValueError, ragged_from_table, empty, features_per_step=2) == (
        "All values are NaN in sequence(s) 3 of X: nothing would be left. Leave such "
        "sequences and their labels out."
    )
    for shape, what in (((0, 6), "X has no sequences"), ((3, 0), "The sequences in X")):
        said = failure(ValueError, ragged_from_table, np.zeros(shape))
        assert said.startswith(what)
