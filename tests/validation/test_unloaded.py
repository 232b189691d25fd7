"""What is told from what by type, and the messages where X cannot be read."""

from collections import UserList, deque

import dask.array as da
import numpy as np
import pytest

from skrnn import GRURegressor, GRUStepClassifier, LSTMClassifier
from skrnn.sequences import Unloaded
from skrnn.validation import check_or_open
from tests.messages import BLOCK, RAGGED, TARGETS, Y, failure, with_item
from tests.unloaded import Collection, Stored

MODEL = LSTMClassifier(3, max_iter=1, random_state=0)
CHANGED = (
    "A collection that is read several times must have the same sequences each time: "
    "leave it unchanged meanwhile, or pass a list of arrays."
)
FAILED = (
    "What X holds must be there as long as it is read: in fit that is once in each "
    "epoch."
)
ALONE = (
    "X must have the sequences alone: return just that part of an item from "
    "__getitem__, and pass labels as y."
)


class Tensor(Stored):
    """An array of another library, in memory."""

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self._values, dtype)

    def __dlpack__(self, **options):
        return self._values.__dlpack__(**options)


class Buffer(Collection):
    """A collection that can make an array of all of it by itself."""

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.sequences, dtype)


@pytest.mark.parametrize(
    ("X", "layout"),
    [
        (Stored(BLOCK), "3-D array"),
        (Collection(RAGGED), "ragged list"),
        (Collection(list(BLOCK)), "ragged list"),
        (Collection([x.tolist() for x in RAGGED]), "ragged list"),
        (UserList(RAGGED), "ragged list"),
        (deque(RAGGED), "ragged list"),
        ([Stored(x) for x in RAGGED], "ragged list"),
        ((*RAGGED[:-1], Stored(RAGGED[-1])), "ragged list"),
    ],
    ids=lambda X: type(X).__name__,
)
def test_what_is_read_when_it_is_needed(X, layout):
    found = check_or_open(MODEL, X)
    assert isinstance(found.samples, Unloaded)
    assert found.format.layout == layout
    assert (len(found), found.n_features, found.dtype) == (8, 2, np.float64)


@pytest.mark.parametrize(
    "X",
    [
        *(BLOCK, RAGGED, tuple(RAGGED), BLOCK.reshape(8, -1), BLOCK.tolist()),
        *(Tensor(BLOCK), [Tensor(x) for x in RAGGED], Buffer(BLOCK)),
        *(da.from_array(BLOCK), da.from_array(BLOCK.reshape(8, -1))),
        *([da.from_array(x) for x in RAGGED], memoryview(BLOCK)),
    ],
    ids=lambda X: type(X).__name__,
)
def test_all_else_is_in_memory(X):
    assert isinstance(check_or_open(MODEL, X).samples, np.ndarray | list)


def test_large_arrays_of_dask_are_read_block_by_block():
    X = da.zeros((2**20, 8, 2), chunks=(2**17, 8, 2))
    samples = check_or_open(MODEL, X).samples
    assert isinstance(samples, Unloaded)
    assert samples.in_blocks


def test_those_of_unknown_size_are_computed(monkeypatch):
    monkeypatch.setattr("skrnn.validation.unloaded.SMALL", 0)
    X = da.from_array(BLOCK, chunks=(3, 3, 2))
    assert isinstance(check_or_open(MODEL, X).samples, Unloaded)
    found = check_or_open(MODEL, X[X[:, 0, 0] > 0])
    assert np.array_equal(found.samples, BLOCK[BLOCK[:, 0, 0] > 0])


def test_an_array_of_another_library_is_fitted_as_it_was():
    expected = LSTMClassifier(3, max_iter=1, random_state=0).fit(BLOCK, Y)
    for X in (Tensor(BLOCK), Buffer(BLOCK)):
        found = LSTMClassifier(3, max_iter=1, random_state=0).fit(X, Y)
        assert np.array_equal(found.weights_, expected.weights_)


def wrong(i, x):
    """Give a collection and a list in which one sequence is wrong."""
    return [Collection(with_item(RAGGED, i, x)), with_item(RAGGED, i, x)]


def with_number(x, step, feature, value):
    x = x.copy()
    x[step, feature] = value
    return x


BAD = {
    "three axes": (3, BLOCK),
    "one axis": (5, np.zeros(3)),
    "no steps": (7, np.zeros((0, 2))),
    "NaN": (4, with_number(RAGGED[4], 1, 0, np.nan)),
    "infinity": (6, with_number(RAGGED[6], 0, 1, -np.inf)),
    "complex": (2, RAGGED[2].astype(complex)),
    "text": (2, RAGGED[2].astype(str)),
    "masked": (1, np.ma.masked_greater(RAGGED[1], 0)),
    "first": (0, with_number(RAGGED[0], 1, 0, np.nan)),
}


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("kind", [LSTMClassifier, GRURegressor])
def test_a_wrong_sequence_is_named_as_in_a_list(case, kind):
    unloaded, in_memory = wrong(*BAD[case])
    model = kind(3, max_iter=1)
    expected = failure(ValueError, model.fit, in_memory, Y)
    assert f"equence {BAD[case][0]}" in expected
    assert failure(ValueError, model.fit, unloaded, Y) == expected
    model = kind(3, max_iter=1, random_state=0).fit(RAGGED, Y)
    expected = failure(ValueError, model.predict, in_memory)
    assert failure(ValueError, model.predict, unloaded) == expected


@pytest.mark.parametrize("chunks", [None, (3, 3, 2)])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_so_is_a_row_of_an_array(value, chunks):
    block = BLOCK.copy()
    block[5, 2, 1] = value
    expected = failure(ValueError, MODEL.fit, block, Y)
    assert "sequence 5, step 2, feature 1 " in expected
    assert failure(ValueError, MODEL.fit, Stored(block, chunks), Y) == expected
    padded = LSTMClassifier(3, padding="nan")
    block[6] = np.nan
    block[5, 2, 1] = 0.0
    expected = failure(ValueError, padded.fit, block, Y)
    assert "sequence(s) 6 of X" in expected
    assert failure(ValueError, padded.fit, Stored(block, chunks), Y) == expected


@pytest.mark.parametrize("shape", [(0, 3, 2), (8, 0, 2), (8, 3, 0)])
def test_an_array_with_nothing_in_it(shape):
    empty = np.zeros(shape)
    expected = failure(ValueError, MODEL.fit, empty, Y)
    assert failure(ValueError, MODEL.fit, Stored(empty), Y) == expected


@pytest.mark.parametrize("dtype", [complex, str, "M8[s]"])
def test_an_array_without_numbers(dtype):
    X = np.zeros(BLOCK.shape).astype(dtype)
    expected = failure(ValueError, MODEL.fit, X, Y)
    assert failure(ValueError, MODEL.fit, Stored(X), Y) == expected


def test_an_empty_collection():
    message = "X has no sequences; LSTMClassifier needs at least one."
    assert failure(ValueError, MODEL.fit, Collection([]), []) == message


def test_sequences_of_other_features():
    X = with_item(RAGGED, 6, np.zeros((4, 5)))
    assert failure(ValueError, MODEL.fit, Collection(X), Y) == (
        "All sequences must have the same features, but sequence 0 of X has 2 and "
        "sequence 6 has 5: expected shape (steps, 2), got (4, 5)."
    )


@pytest.mark.parametrize("in_memory", [BLOCK, RAGGED])
def test_other_features_or_another_layout_than_in_fit(in_memory):
    model = LSTMClassifier(3, max_iter=1, random_state=0).fit(in_memory, Y)
    other = [x[:, :1] for x in in_memory[::-1]]  # the first has three steps
    if in_memory is BLOCK:
        other, unloaded = np.array(other), Stored(np.array(other))
        other_layout = Collection(RAGGED), RAGGED
    else:
        unloaded, other_layout = Collection(other), (Stored(BLOCK), BLOCK)
    expected = failure(ValueError, model.predict, other)
    assert failure(ValueError, model.predict, unloaded) == expected
    expected = failure(ValueError, model.predict, other_layout[1])
    assert failure(ValueError, model.predict, other_layout[0]) == expected


def test_features_per_step_is_for_tables():
    model = LSTMClassifier(3, features_per_step=3)
    for X, unloaded in ((BLOCK, Stored(BLOCK)), (RAGGED, Collection(RAGGED))):
        expected = failure(ValueError, model.fit, X, Y)
        assert failure(ValueError, model.fit, unloaded, Y) == expected


def test_a_static_feature_that_varies():
    model = LSTMClassifier(3, static_features=[1])
    block = BLOCK.copy()
    block[:, :, 1] = 0.0
    block[6, 1, 1] = 3.0
    ragged = [x[:2] for x in block]
    for X, unloaded in ((block, Stored(block)), (ragged, Collection(ragged))):
        expected = failure(ValueError, model.fit, X, Y)
        assert "sequence 6" in expected
        assert failure(ValueError, model.fit, unloaded, Y) == expected


def test_a_sequence_of_another_type():
    X = [x.astype("f") for x in RAGGED]
    X[5] = RAGGED[5]
    assert failure(ValueError, MODEL.fit, Collection(X), Y) == (
        "The sequences of X are float32, as the first is, but sequence 5 is float64. "
        "All must be of one type: convert them as they are read, by "
        "x.astype(np.float32)."
    )


class Broken(Collection):
    def __init__(self, sequences, i):
        super().__init__(sequences)
        self.i = i

    def __getitem__(self, i):
        if i == self.i:
            raise FileNotFoundError(2, "No such file or directory", f"{i}.npy")
        return super().__getitem__(i)


@pytest.mark.parametrize("i", [0, 5])
def test_a_sequence_that_cannot_be_read(i):
    with pytest.raises(RuntimeError) as caught:
        MODEL.fit(Broken(RAGGED, i), Y)
    assert str(caught.value) == (
        f"Reading sequence {i} of X failed: FileNotFoundError: [Errno 2] No such file "
        f"or directory: '{i}.npy'. {FAILED}"
    )
    assert isinstance(caught.value.__cause__, FileNotFoundError)


class BrokenFile(Stored):
    def __getitem__(self, which):
        raise OSError("Can't read data")


def test_an_array_that_cannot_be_read():
    with pytest.raises(RuntimeError) as caught:
        MODEL.fit(BrokenFile(BLOCK), Y)
    expected = (
        f"Reading sequences 0 to 7 of X failed: OSError: Can't read data. {FAILED}"
    )
    assert str(caught.value) == expected
    assert isinstance(caught.value.__cause__, OSError)
    assert failure(RuntimeError, MODEL.fit, [BrokenFile(x) for x in RAGGED], Y) == (
        f"Reading sequence 0 of X failed: OSError: Can't read data. {FAILED}"
    )


class Short(Stored):
    def __getitem__(self, which):
        return super().__getitem__(which)[:-1]


def test_an_array_that_is_not_what_its_shape_says():
    assert failure(ValueError, MODEL.fit, Short(BLOCK), Y) == (
        "X[0:8] has shape (7, 3, 2), but (8, 3, 2) was expected by the shape of X, and "
        "by the number of its features."
    )


class Growing(Collection):
    """Sequences that are longer when they are read again."""

    def __getitem__(self, i):
        x = super().__getitem__(i)
        return x if i != 3 or self.n_reads[i] == 1 else x[: 1 - self.n_reads[i]]


def test_a_sequence_that_changes_its_length():
    assert failure(ValueError, MODEL.fit, Growing(RAGGED), Y) == (
        "Sequence 3 of X had 3 steps when it was first read, and now it has 2. "
        f"{CHANGED}"
    )


def test_so_does_one_that_is_learnt_in_pieces():
    long = list(np.random.default_rng(0).normal(size=(8, 20, 2)))
    y = [np.arange(20) % 2 for _ in long]
    model = GRUStepClassifier(3, max_iter=1, bptt_steps=10, standardize=False)
    message = failure(ValueError, model.fit, Growing(long), y)
    assert message in {
        f"Sequence 3 of X had {n} steps or more when it was first read, and now it has "
        f"{n - 1}. {CHANGED}"
        for n in (10, 20)
    } | {
        f"Sequence 3 of X had 20 steps when it was first read, and now it has 19. "
        f"{CHANGED}"
    }


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        (lambda x: (x, 1), "a tuple of 2"),
        (lambda x: (x, 1, "name"), "a tuple of 3"),
        (lambda x: {"x": x, "y": 1}, "dict"),
    ],
)
def test_a_data_set_with_labels_in_it(item, kind):
    X = Collection([item(x) for x in RAGGED])
    assert failure(ValueError, MODEL.fit, X, Y) == (
        "LSTMClassifier expected a (steps, features) array for each item of X, but "
        f"X[0] is {kind}. {ALONE}"
    )
    X = Collection(with_item(RAGGED, 4, item(RAGGED[4])))
    assert failure(ValueError, MODEL.fit, X, Y) == (
        "LSTMClassifier expected a (steps, features) array for each item of X, but "
        f"X[4] is {kind}. {ALONE}"
    )


@pytest.mark.parametrize(
    "items",
    [["ab", "cd"] * 4, list(range(8)), list(BLOCK[:, 0]), [BLOCK] * 8, [None] * 8],
    ids=["text", "numbers", "rows", "blocks", "nothing"],
)
def test_a_collection_of_anything_else_is_what_a_list_of_it_is(items):
    class Endless(Collection):
        """It never says that there is no more."""

        def __getitem__(self, i):
            return self.sequences[i % 8]

    def outcome(X):
        model = LSTMClassifier(3, max_iter=1, random_state=0)
        try:
            return model.fit(X, Y).weights_.sum()
        except (TypeError, ValueError) as error:
            return type(error), str(error)

    assert outcome(Endless(items)) == outcome(items)


def test_labels_are_looked_at_before_all_is_read():
    X = Collection(RAGGED)
    failure(ValueError, MODEL.fit, X, Y[:5])
    assert set(X.n_reads) == {0}


def test_categories_need_all_at_once():
    codes = [np.abs(x).astype(int) for x in RAGGED]
    model = LSTMClassifier(3, max_iter=1, categorical_features=[0], random_state=0)
    message = (
        "categorical_features of LSTMClassifier needs all categories before it learns, "
        "but X is Collection, which is read a few sequences at a time. Encode the "
        "categories beforehand with skrnn.preprocessing.TokenEncoder, or pass [X[i] "
        "for i in range(len(X))], which is in memory."
    )
    assert failure(ValueError, model.fit, Collection(codes), Y) == message
    model.fit(codes, Y)
    assert failure(ValueError, model.predict, Collection(codes)) == message
    # By their types, there are none.
    model = LSTMClassifier(3, max_iter=1, categorical_features="from_dtype")
    assert model.fit(Collection(codes), Y).categories_ == []


@pytest.mark.parametrize("model", [MODEL, GRURegressor(3, max_iter=1)])
def test_the_sequences_held_out_are_named(model):
    model.set_params(early_stopping=True)
    y = Y if model is MODEL else TARGETS
    with pytest.raises(ValueError, match="X_val and y_val, cannot be used: ") as caught:
        model.fit(RAGGED, y, X_val=wrong(4, BAD["NaN"][1])[0], y_val=y)
    assert "sequence 4, step 1, feature 0" in str(caught.value)
    model.set_params(early_stopping=False)
