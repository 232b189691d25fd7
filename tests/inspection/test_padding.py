"""What networks that read padding rely on, in rows that end in it."""

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_array_equal
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skrnn import GRUClassifier, RNNRegressor
from skrnn.inspection import permutation_importance, saliency
from skrnn.preprocessing import padded_from_ragged, ragged_from_table

N, T, D = 30, 7, 2
RNG = np.random.default_rng(0)
RAGGED = [RNG.normal(size=(1 + i % (T - 1), D)) for i in range(N)]
Y = np.array([x[0, 0] > 0 for x in RAGGED]).astype(int)
BLOCK, _ = padded_from_ragged(RAGGED, n_steps=T)
TABLE = BLOCK.reshape(N, -1)
COLUMNS = [f"{name}{step}" for step in range(T) for name in "ab"]
QUICK = {"hidden_size": 3, "max_iter": 3, "random_state": 0}


def fitted(X, kind=GRUClassifier, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return kind(**QUICK, **options).fit(X, Y)


RAGGED_MODEL = fitted(RAGGED)
BLOCK_MODEL = fitted(BLOCK, padding="nan")
TABLE_MODEL = fitted(TABLE, padding="nan", features_per_step=D)
EXCHANGES = [
    {"by": "feature"},
    {"by": "step", "n_blocks": 2},
    {"by": "step", "block_size": 3, "origin": "end"},
]


def exactly(X, model, **options):
    result = permutation_importance(model, X, Y, n_repeats=3, random_state=0, **options)
    return result.importances


@pytest.mark.parametrize("options", EXCHANGES, ids=str)
def test_what_is_exchanged_is_that_of_the_list(options):
    expected = exactly(RAGGED, RAGGED_MODEL, scoring="neg_log_loss", **options)
    assert (expected != 0).any()
    frame = pd.DataFrame(TABLE, columns=COLUMNS)
    frames = [frame, frame.convert_dtypes(), pl.DataFrame(dict(frame.items()))]
    untouched = TABLE.copy()
    for model, X in (
        (BLOCK_MODEL, BLOCK),
        (TABLE_MODEL, TABLE),
        *((fitted(X, padding="nan", features_per_step=D), X) for X in frames),
    ):
        found = exactly(X, model, scoring="neg_log_loss", **options)
        assert_array_equal(found, expected)
    assert_array_equal(TABLE, untouched)


class Seen:
    """A model that ends in a network, and keeps what it is shown."""

    def __init__(self, network):
        self.estimator_, self.seen = network, []

    def fit(self, X, y):
        return self

    def score(self, X, y):
        self.seen.append(X)
        return self.estimator_.score(X, y)


def test_facts_are_exchanged_whole_and_steps_without_them():
    table = np.column_stack([TABLE[:, :4], np.arange(N), TABLE[:, 4:]])
    network = fitted(table, padding="nan", static_features=[4], features_per_step=D)
    model = Seen(network)
    permutation_importance(model, table, Y, n_repeats=1, random_state=0)
    whole, _, _, facts = model.seen
    assert_array_equal(whole, table)
    assert sorted(facts[:, 4]) == list(range(N))
    assert (facts[:, 4] != table[:, 4]).any()
    assert_array_equal(np.delete(facts, 4, 1), TABLE)
    permutation_importance(model, table, Y, by="step", n_repeats=1, random_state=0)
    for changed in model.seen[5:]:
        assert_array_equal(changed[:, 4], table[:, 4])
        assert_array_equal(np.isnan(changed), np.isnan(table))


def test_text_stays_text():
    words = np.where(BLOCK[:, :, 1] > 0, "up", "down").astype(object)
    words[np.isnan(BLOCK[:, :, 1])] = None
    rows = np.stack([BLOCK[:, :, 0].astype(object), words], axis=2)
    frame = pd.DataFrame(rows.reshape(N, -1), columns=COLUMNS)
    network = fitted(
        frame, padding="nan", categorical_features=[1], features_per_step=D
    )
    model = Seen(network)
    permutation_importance(model, frame, Y, n_repeats=1, random_state=0)
    for changed in model.seen[1:]:
        assert_array_equal(changed.isna(), frame.isna())
        for before, after in zip(
            ragged_words(frame), ragged_words(changed), strict=True
        ):
            assert len(before) == len(after)
            assert set(after) <= {"up", "down"}


def ragged_words(frame):
    return [row.dropna().tolist() for _, row in frame.iloc[:, 1::2].iterrows()]


def test_a_pipeline_that_ends_in_such_a_network():
    pipeline = make_pipeline(
        StandardScaler(), GRUClassifier(padding="nan", features_per_step=D, **QUICK)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline.fit(TABLE, Y)
    result = permutation_importance(pipeline, TABLE, Y, random_state=0)
    assert result.importances.shape == (D, 5)


@pytest.mark.parametrize("method", ["gradient", "integrated_gradients"])
@pytest.mark.parametrize("kind", [GRUClassifier, RNNRegressor])
def test_padding_has_no_part_in_an_answer(kind, method):
    options = {"missing_values": "forward_fill"}
    expected = np.zeros((N, T, D))
    for row, one in zip(
        expected,
        saliency(fitted(RAGGED, kind, **options), RAGGED, method=method),
        strict=True,
    ):
        row[: len(one)] = one
    options["padding"] = "nan"
    block = saliency(fitted(BLOCK, kind, **options), BLOCK, method=method)
    assert_array_equal(block, expected)
    model = fitted(TABLE, kind, features_per_step=D, **options)
    table = saliency(model, TABLE, method=method)
    assert_array_equal(table, expected.reshape(N, -1))


def test_what_facts_add_is_the_sum_over_their_steps():
    table = np.column_stack([np.arange(N) / N, TABLE])
    options = {"static_features": [0], "features_per_step": D}
    found = saliency(fitted(table, padding="nan", **options), table)
    sequences = [
        np.column_stack([x, np.full(len(x), i / N)])
        for i, x in enumerate(ragged_from_table(TABLE, features_per_step=D))
    ]
    listed = saliency(fitted(sequences, static_features=[2]), sequences)
    np.testing.assert_allclose(found[:, 0], [x[:, 2].sum() for x in listed])
    for row, x in zip(found, listed, strict=True):
        assert_array_equal(row[1 : 1 + 2 * len(x)], x[:, :2].ravel())
        assert not row[1 + 2 * len(x) :].any()


def test_baselines_end_where_the_sequences_end():
    options = {"method": "gradient_x_input"}
    baseline = np.where(np.isnan(BLOCK), np.nan, 0.0)
    found = saliency(BLOCK_MODEL, BLOCK, baseline=baseline, **options)
    assert_array_equal(found, saliency(BLOCK_MODEL, BLOCK, baseline=0, **options))
    with pytest.raises(ValueError, match="Sequence 0 of baseline has 7 steps, but"):
        saliency(BLOCK_MODEL, BLOCK, baseline=np.zeros_like(BLOCK), **options)
