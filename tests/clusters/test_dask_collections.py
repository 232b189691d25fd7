"""Collections of Dask: given whole, learnt block by block, predicted block by block."""

import dask
import dask.array as da
import dask.bag as db
import numpy as np
import pytest
from sklearn.base import is_classifier

N_STEPS, N_FEATURES = 6, 2
X = np.random.default_rng(0).normal(size=(60, N_STEPS, N_FEATURES))
Y = (X.sum(axis=(1, 2)) > 0).astype(int)
BLOCKS = da.from_array(X, chunks=(25, -1, -1))
RAGGED = [sequence[: 2 + k % 4] for k, sequence in enumerate(X)]


@pytest.fixture(autouse=True)
def _here():
    """Compute in this thread: how Dask shares out its work is not the question."""
    with dask.config.set(scheduler="synchronous"):
        yield


def same(one, other):
    return np.array_equal(one.weights_, other.weights_)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_array_given_whole_is_the_array_that_it_stands_for(any_small, dtype):
    expected = any_small().fit(X.astype(dtype), Y)
    lazy = BLOCKS.astype(dtype)
    found = any_small().fit(lazy, da.from_array(Y, chunks=25))
    assert same(found, expected)
    assert found.input_layout_ == "3-D array"
    assert found.pooled_states(lazy).dtype == dtype
    assert np.array_equal(found.predict(lazy), expected.predict(X.astype(dtype)))
    assert found.score(lazy, Y) == expected.score(X.astype(dtype), Y)


def test_so_is_a_table(any_small):
    table = X.reshape(60, -1)
    expected = any_small(features_per_step=2).fit(table, Y)
    found = any_small(features_per_step=2).fit(da.from_array(table, chunks=25), Y)
    assert same(found, expected)


@pytest.mark.parametrize(
    "collection",
    [
        lambda: db.from_sequence(RAGGED, partition_size=25),
        lambda: dask.delayed(RAGGED),
        lambda: [dask.delayed(sequence) for sequence in RAGGED],
        lambda: tuple(da.from_array(sequence) for sequence in RAGGED),
    ],
    ids=["bag", "delayed list", "list of delayed", "tuple of arrays"],
)
def test_so_are_sequences_of_different_length(any_small, collection):
    expected = any_small().fit(RAGGED, Y)
    found = any_small().fit(collection(), Y)
    assert same(found, expected)
    assert found.input_layout_ == "ragged list"
    assert np.array_equal(found.predict(collection()), expected.predict(RAGGED))


def test_sequences_are_computed_together_and_once(small):
    computed = []

    @dask.delayed
    def load(k):
        computed.append(k)
        return RAGGED[k]

    # All are made of the first: computed apart, it would be computed for each of them.
    first = load(0)
    small().fit([first, *(first * k for k in range(2, 9))], Y[:8])
    assert computed == [0]


class Frame:
    """A data frame of Dask, as far as we look at it. (A real one needs pyarrow.)"""

    def __init__(self, frame):
        self.frame, self.columns = frame, frame.columns

    def __dask_graph__(self):
        raise AssertionError("only Dask looks at it")

    def compute(self):
        return self.frame


def test_the_names_of_columns_are_kept(small, layouts, y):
    frame = layouts["frame"]
    expected = small(features_per_step=2).fit(frame, y)
    found = small(features_per_step=2).fit(Frame(frame), y)
    assert same(found, expected)
    assert found.feature_names_in_.tolist() == list("abcdefgh")
    assert np.array_equal(found.predict(Frame(frame)), expected.predict(frame))


def test_learning_block_by_block_needs_one_block_at_a_time(any_small):
    alive = []

    def load(block):
        alive.append(len(block))
        return block

    lazy = BLOCKS.map_blocks(load, meta=np.empty((0, 0, 0)))
    model, expected = any_small(), any_small()
    first = {"classes": [0, 1]} if is_classifier(model) else {}
    start = 0
    for k, block in enumerate(lazy.blocks):
        stop = start + block.shape[0]
        model.partial_fit(block, Y[start:stop], **first)
        assert len(alive) == k + 1
        expected.partial_fit(X[start:stop], Y[start:stop], **first)
        start, first = stop, {}
    assert same(model, expected)
    assert model.t_ == len(X)


def test_blocks_are_predicted_where_they_lie(any_small):
    model = any_small().fit(X, Y)
    lazy = BLOCKS.map_blocks(model.predict, drop_axis=(1, 2), dtype=float)
    assert lazy.shape == (60,)
    assert lazy.chunks == ((25, 25, 10),)
    found = lazy.compute()
    parts = [model.predict(X[start : start + 25]) for start in (0, 25, 50)]
    assert np.array_equal(found, np.concatenate(parts))
    np.testing.assert_allclose(found, model.predict(X), rtol=1e-12)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_so_are_probabilities(small, n_classes):
    y = np.arange(60) % n_classes
    model = small().fit(X, y)
    lazy = BLOCKS.map_blocks(
        model.predict_proba,
        drop_axis=2,
        chunks=(BLOCKS.chunks[0], (n_classes,)),
        dtype=float,
    )
    assert lazy.shape == (60, n_classes)
    found = lazy.compute()
    assert found.shape == lazy.shape
    np.testing.assert_allclose(found, model.predict_proba(X), rtol=1e-12)


def test_ragged_sequences_are_predicted_part_by_part(any_small):
    model = any_small().fit(RAGGED, Y)
    lazy = db.from_sequence(RAGGED, partition_size=25).map_partitions(model.predict)
    np.testing.assert_allclose(lazy.compute(), model.predict(RAGGED), rtol=1e-12)
