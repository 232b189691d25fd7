"""Rows that end in NaN, with padding="nan": the same as ragged lists, to the bit."""

import pickle
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
import skops.io
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import get_tags

from skrnn import GRUClassifier, LSTMRegressor, RecurrentFeatures, RNNClassifier
from skrnn.ensemble import SequenceBaggingClassifier
from skrnn.interop import SKOPS_TRUSTED
from skrnn.preprocessing import padded_from_ragged, table_from_ragged
from skrnn.streaming import EarlyClassifier, Stream
from tests.conftest import CLASSIFIERS, REGRESSORS

N, T, D = 40, 7, 2
RNG = np.random.default_rng(0)
#: The longest is shorter than the rows.
RAGGED = [RNG.normal(size=(1 + i % (T - 1), D)) for i in range(N)]
Y = np.array([x[0, 0] > 0 for x in RAGGED]).astype(int)
BLOCK, _ = padded_from_ragged(RAGGED, n_steps=T)
TABLE = BLOCK.reshape(N, -1)
COLUMNS = [f"{name}{step}" for step in range(T) for name in "ab"]
FRAME = pd.DataFrame(TABLE, columns=COLUMNS)
NONE = TABLE.astype(object)
NONE[np.isnan(TABLE)] = None
OF_TABLE = {"features_per_step": D}
ROWS = {
    "block": (BLOCK, {}),
    "objects": (NONE.reshape(BLOCK.shape), {}),
    "table": (TABLE, OF_TABLE),
    "Fortran": (np.asfortranarray(TABLE), OF_TABLE),
    "table of objects": (NONE, OF_TABLE),
    "pandas": (FRAME, OF_TABLE),
    "pandas with NA": (FRAME.convert_dtypes(), OF_TABLE),
    "pandas with None": (pd.DataFrame(NONE, columns=COLUMNS), OF_TABLE),
    "polars": (pl.DataFrame(NONE.tolist(), schema=COLUMNS, orient="row"), OF_TABLE),
}
QUICK = {"hidden_size": 3, "max_iter": 3, "random_state": 0}
METHODS = "predict", "predict_proba", "decision_function", "pooled_states"


def quietly(call, *args, **kwargs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call(*args, **kwargs)


def fitted(X, y=Y, kind=GRUClassifier, weights=None, **parameters):
    model = kind(**{**QUICK, **parameters})
    return quietly(model.fit, X, y, sample_weight=weights)


def on_rows(X, y=Y, **parameters):
    return fitted(X, y, padding="nan", **parameters)


def in_block(sequences, n_steps, fill=np.nan):
    """Give sequences in one array, in plain loops."""
    block = np.full((len(sequences), n_steps, sequences[0].shape[1]), fill)
    for i, x in enumerate(sequences):
        for step, features in enumerate(x):
            block[i, step] = features
    return block


def assert_equal_models(rows, X, ragged, sequences=RAGGED):
    assert_array_equal(rows.weights_, ragged.weights_)
    assert rows.loss_curve_ == ragged.loss_curve_
    for method in METHODS:
        if hasattr(rows, method):
            answers = getattr(rows, method)(X)
            assert_array_equal(answers, getattr(ragged, method)(sequences))


def failure(call, *args, **kwargs):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        call(*args, **kwargs)
    return str(caught.value)


@pytest.mark.parametrize("layout", ROWS)
def test_every_layout_is_the_list(layout):
    X, width = ROWS[layout]
    rows, ragged = on_rows(X, **width), fitted(RAGGED)
    assert_equal_models(rows, X, ragged)
    assert rows.score(X, Y) == ragged.score(RAGGED, Y)
    assert rows.n_features_in_ == (T * D if width else D)
    if hasattr(X, "columns"):
        assert rows.feature_names_in_.tolist() == COLUMNS


OPTIONS = [
    {"patch_size": 2},
    {"patch_size": 3, "own_scale": True, "n_filters": 2},
    {"linear_steps": 3, "pooling": "last"},
    {"bidirectional": True, "hidden_size": (3, 2)},
    {"early_stopping": True, "validation_fraction": 0.3},
    {"solver": "lbfgs", "standardize": False},
    {"missing_values": "forward_fill", "n_jobs": 2},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("kind", CLASSIFIERS + REGRESSORS)
def test_every_network_is_that_of_the_list(kind, options):
    ragged = fitted(RAGGED, kind=kind, **options)
    for X, width in (ROWS["block"], ROWS["table"]):
        assert_equal_models(on_rows(X, kind=kind, **options, **width), X, ragged)


def test_float32():
    rows, ragged = on_rows(BLOCK.astype(np.float32)), fitted(RAGGED)
    single = [x.astype(np.float32) for x in RAGGED]
    assert_equal_models(
        rows, BLOCK.astype(np.float32), fitted(single), sequences=single
    )
    proba = rows.predict_proba(BLOCK.astype(np.float32))
    assert proba.dtype == np.float32
    assert ragged.predict_proba(RAGGED).dtype == np.float64


@pytest.mark.parametrize("layout", ["block", "table"])
def test_weights_copies_and_the_order_of_rows(layout):
    """A weight of two is two rows, whatever padding they come with."""
    X, width = ROWS[layout]
    weights = 1.0 + np.arange(N) % 3
    weights[:4] = 0
    rows = on_rows(X, weights=weights, **width)
    assert_array_equal(rows.weights_, fitted(RAGGED, weights=weights).weights_)
    order = np.random.default_rng(1).permutation(
        np.repeat(np.arange(N), weights.astype(int))
    )
    copies = on_rows(X[order], Y[order], **width)
    assert_array_equal(copies.weights_, rows.weights_)


@pytest.mark.parametrize("layout", ["block", "table"])
def test_training_that_goes_on(layout):
    X, width = ROWS[layout]
    rows, ragged = on_rows(X, warm_start=True, **width), fitted(RAGGED, warm_start=True)
    for model, some in ((rows, X), (ragged, RAGGED)):
        quietly(model.fit, some, Y)
        quietly(model.partial_fit, some[:20], Y[:20])
    assert_equal_models(rows, X, ragged)
    rows.padding = None
    assert failure(rows.partial_fit, X, Y) == (
        "GRUClassifier cannot go on training after a change of padding. Restore the "
        "earlier value, or call fit with warm_start=False."
    )


@pytest.mark.parametrize("layout", ["block", "table"])
def test_validation_data(layout):
    X, width = ROWS[layout]
    rows = GRUClassifier(early_stopping=True, padding="nan", **QUICK, **width)
    quietly(rows.fit, X[:30], Y[:30], X_val=X[30:], y_val=Y[30:])
    ragged = GRUClassifier(early_stopping=True, **QUICK)
    quietly(ragged.fit, RAGGED[:30], Y[:30], X_val=RAGGED[30:], y_val=Y[30:])
    assert rows.validation_scores_ == ragged.validation_scores_
    assert_equal_models(rows, X, ragged)


@pytest.mark.parametrize("layout", ["block", "table"])
@pytest.mark.parametrize("patch_size", [1, 3])
def test_states_and_stages(layout, patch_size):
    X, width = ROWS[layout]
    rows = on_rows(X, patch_size=patch_size, **width)
    ragged = fitted(RAGGED, patch_size=patch_size)
    states = rows.hidden_states(X)
    assert states.shape == (N, -(-T // patch_size), 3)
    expected = in_block(ragged.hidden_states(RAGGED), states.shape[1])
    assert_array_equal(states, expected)
    for method in ("staged_predict", "staged_predict_proba"):
        stages = list(getattr(rows, method)(X))
        assert_array_equal(stages, list(getattr(ragged, method)(RAGGED)))
        assert len(stages) == T - 1


def test_static_columns_of_a_table_are_no_steps():
    """Columns of facts tell nothing of padding, wherever they stand."""
    facts = RNG.normal(size=(N, 2))
    facts[::5, 1] = np.nan
    table = np.column_stack([facts[:, 0], TABLE[:, :6], facts[:, 1], TABLE[:, 6:]])
    sequences = [
        np.column_stack([x, np.tile(f, (len(x), 1))])
        for x, f in zip(RAGGED, facts, strict=True)
    ]
    options = {"missing_values": "forward_fill"}
    ragged = fitted(sequences, static_features=[2, 3], **options)
    rows = on_rows(table, static_features=[0, 7], **options, **OF_TABLE)
    assert_equal_models(rows, table, ragged, sequences)
    names = RecurrentFeatures(rows).fit(table, Y).get_feature_names_out()
    assert names[-4:].tolist() == [
        "fact_0",
        "fact_7",
        "fact_0_missing",
        "fact_7_missing",
    ]


def with_categories(missing):
    """Make sequences of a number and a category, which may be missing, in rows too."""
    rng = np.random.default_rng(2)
    sequences = []
    for x in RAGGED:
        words = rng.choice(np.array(["a", "b", missing], object), size=len(x))
        sequences.append(np.column_stack([x[:, 0].astype(object), words]))
    rows = np.full((N, T, D), np.nan, object)
    rows[:, :, 1] = missing
    for row, x in zip(rows, sequences, strict=True):
        row[: len(x)] = x
    return sequences, rows


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA], ids=repr)
def test_a_missing_category_is_padding_only_where_all_is_missing(missing):
    sequences, rows = with_categories(missing)
    options = {"categorical_features": [1], "embedding_size": 2}
    ragged = fitted(sequences, **options)
    assert ragged.categories_[0].tolist() == ["a", "b", None]
    for X, width in ((rows, {}), (rows.reshape(N, -1), OF_TABLE)):
        model = on_rows(X, **options, **width)
        assert model.categories_[0].tolist() == ["a", "b", None]
        assert_equal_models(model, X, ragged, sequences)


def test_categories_of_a_frame():
    sequences, rows = with_categories(None)
    frame = pd.DataFrame(rows.reshape(N, -1), columns=COLUMNS)
    frame = frame.astype(
        {name: "category" if name.startswith("b") else float for name in COLUMNS}
    )
    rows = on_rows(frame, categorical_features="from_dtype", **OF_TABLE)
    ragged = fitted(sequences, categorical_features=[1])
    assert_equal_models(rows, frame, ragged, sequences)


def test_numbers_as_categories_end_in_nan_too():
    """Nothing but categories, of which NaN is none where it is padding."""
    codes = [np.floor(2 * np.abs(x[:, :1])) for x in RAGGED]
    table = table_from_ragged(codes)
    rows = on_rows(table, categorical_features=[0])
    assert not np.isnan(rows.categories_[0]).any()
    ragged = fitted(codes, categorical_features=[0])
    assert_equal_models(rows, table, ragged, codes)


@pytest.mark.parametrize("layout", ["block", "table"])
def test_gaps_before_the_end(layout):
    sequences = [np.where(RNG.random(x.shape) < 0.3, np.nan, x) for x in RAGGED]
    for x in sequences:
        x[-1, 0] = 1.0  # what ends in a gap of all features would be shorter
    X = in_block(sequences, T)
    X = X if layout == "block" else X.reshape(N, -1)
    options = {"missing_values": "forward_fill"}
    rows = on_rows(X, **options, **ROWS[layout][1])
    assert_equal_models(rows, X, fitted(sequences, **options), sequences)


def test_one_row_one_step_one_feature():
    X, y = np.array([[1.0, np.nan], [2.0, np.nan], [3.0, np.nan]]), [0.5, 1.0, 2.0]
    rows = on_rows(X, y, kind=LSTMRegressor)
    ragged = fitted([x[:1, np.newaxis] for x in X], y, kind=LSTMRegressor)
    assert_array_equal(rows.weights_, ragged.weights_)
    assert_array_equal(rows.predict(X[:1]), ragged.predict([X[0, :1, np.newaxis]]))
    whole = np.array([[1.0, 5.0]])
    assert_array_equal(rows.predict(whole), ragged.predict([whole.T]))


def test_integers_have_no_padding():
    X = RNG.integers(5, size=(N, 6))
    assert_array_equal(on_rows(X).weights_, fitted(X).weights_)


def test_a_list_is_read_as_it_is():
    ragged = on_rows(RAGGED)
    assert_array_equal(ragged.weights_, fitted(RAGGED).weights_)
    tailed = [*RAGGED[:4], np.vstack([RAGGED[4], [[np.nan] * D]])]
    said = "X contains NaN: sequence 4, step 5, feature 0 (counted from 0). "
    assert failure(ragged.predict, tailed).startswith(
        said + "GRUClassifier takes no value for padding"
    )
    gaps = on_rows(RAGGED, missing_values="forward_fill")
    before, after = (gaps.predict_proba([x])[0] for x in (RAGGED[4], tailed[4]))
    assert (before != after).all()


@pytest.mark.parametrize("missing_values", ["error", "forward_fill"])
def test_the_tag_is_about_nan_anywhere(missing_values):
    network = GRUClassifier(padding="nan", missing_values=missing_values)
    allowed = missing_values == "forward_fill"
    assert get_tags(network).input_tags.allow_nan is allowed


def test_a_fitted_model_remembers():
    rows = on_rows(TABLE, **OF_TABLE)
    proba = rows.predict_proba(TABLE)
    rows.set_params(padding=None)
    assert_array_equal(rows.predict_proba(TABLE), proba)
    assert_array_equal(pickle.loads(pickle.dumps(rows)).predict_proba(TABLE), proba)
    again = skops.io.loads(skops.io.dumps(rows), trusted=SKOPS_TRUSTED)
    assert_array_equal(again.predict_proba(TABLE), proba)
    assert clone(rows).padding is None
    strict = fitted(np.nan_to_num(TABLE), **OF_TABLE).set_params(padding="nan")
    assert failure(strict.predict, TABLE).startswith("X contains NaN: sequence 0")


def test_a_state_that_is_not_whole():
    rows = on_rows(TABLE, **OF_TABLE)
    rows.architecture_ = {**rows.architecture_, "padding": "zero"}
    assert failure(rows.predict, TABLE).startswith(
        "The fitted state of this GRUClassifier is not whole: architecture_ is {"
    )
    rows.architecture_.pop("padding")
    assert "architecture_ is not a dict with " in failure(rows.predict, TABLE)


def test_searches_and_pipelines():
    """A scaler of tables leaves NaN as it is."""
    model = GRUClassifier(features_per_step=D, padding="nan", **QUICK)
    pipeline = make_pipeline(StandardScaler(), model)
    search = GridSearchCV(pipeline, {"gruclassifier__hidden_size": [2, 3]}, cv=2)
    quietly(search.fit, FRAME, Y)
    assert search.predict(FRAME).shape == (N,)
    refusing = GridSearchCV(model, {"padding": ["nan", None]}, cv=2, refit=False)
    quietly(refusing.fit, TABLE, Y)
    assert_array_equal(np.isnan(refusing.cv_results_["mean_test_score"]), [False, True])


@pytest.mark.parametrize("layout", ["block", "table", "pandas"])
def test_committees_draw_rows_with_padding(layout):
    X, width = ROWS[layout]
    options = {"n_estimators": 3, "oob_score": True, "random_state": 0}
    member = RNNClassifier(padding="nan", **QUICK, **width)
    rows = SequenceBaggingClassifier(member, **options)
    ragged = SequenceBaggingClassifier(RNNClassifier(**QUICK), **options)
    quietly(rows.fit, X, Y)
    quietly(ragged.fit, RAGGED, Y)
    assert_array_equal(rows.predict_proba(X), ragged.predict_proba(RAGGED))
    assert rows.oob_score_ == ragged.oob_score_


@pytest.mark.parametrize("layout", ["block", "table"])
@pytest.mark.parametrize("n_prefixes", [0, 3])
def test_early_decisions(layout, n_prefixes):
    X, width = ROWS[layout]
    network = GRUClassifier(padding="nan", **QUICK, **width)
    options = {"threshold": 0.6, "n_prefixes": n_prefixes}
    rows = quietly(EarlyClassifier(network, **options).fit, X, Y)
    ragged = EarlyClassifier(GRUClassifier(**QUICK), **options)
    quietly(ragged.fit, RAGGED, Y)
    assert_array_equal(rows.predict_proba(X), ragged.predict_proba(RAGGED))
    assert_array_equal(rows.decision_times(X), ragged.decision_times(RAGGED))
    assert rows.earliness(X) == ragged.earliness(RAGGED)


def test_a_stream_brings_steps_and_no_padding():
    rows = on_rows(TABLE, **OF_TABLE, patch_size=1)
    stream = Stream(rows)
    for step in RAGGED[5]:
        proba = stream.step(step)
    np.testing.assert_allclose(proba[0], rows.predict_proba(TABLE[[5]])[0], rtol=1e-6)
    assert failure(stream.step, [np.nan, np.nan]).startswith("x contains NaN: stream 0")


@pytest.mark.parametrize("facts", [[], [0]])
def test_columns_that_differ_in_scale(facts):
    """The warning measures what is there, and names columns of the table."""
    table = np.column_stack([RNG.normal(size=(N, len(facts))), TABLE])
    table[:, 3 + len(facts)] *= 1e4
    model = GRUClassifier(
        padding="nan", static_features=facts, features_per_step=D, **QUICK
    )
    with pytest.warns(UserWarning, match="The columns of X differ") as caught:
        quietly_but(model.fit, table, Y)
    column = 3 + len(facts)
    deviation = np.nanstd(table[:, column])
    assert f"{deviation:.3g} in column {column}." in str(caught[0].message)


def quietly_but(call, *args):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.filterwarnings("default", message="The columns of X differ")
        call(*args)
