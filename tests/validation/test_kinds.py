"""Arrays of any library, in the place of X, y, weights, groups and classes.

What NumPy can read is the same as the array that it reads; what it cannot read, or
would read wrongly, is an error that says what to do.
"""

from functools import partial

import numpy as np
import pandas as pd
import pyarrow
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import DataConversionWarning
from sklearn.preprocessing import StandardScaler

from skrnn import RNNClassifier, RNNRegressor
from skrnn.preprocessing import (
    PerStepTransformer,
    channels_last,
    padded_from_ragged,
    ragged_from_padded,
    sliding_windows,
)

N = 20
X = np.random.default_rng(0).normal(size=(N, 3, 2))
Y = np.arange(N) % 2
WEIGHT = 1.0 + np.arange(N) % 3
GROUPS = np.arange(N) // 2
TARGET = X.sum(axis=(1, 2))


class WithArray:
    """Has only `__array__`, as tensors that hide everything else."""

    def __init__(self, values):
        self._values = np.asarray(values)

    def __array__(self, dtype=None, copy=None):
        return self._values if dtype is None else self._values.astype(dtype)


class WithDLPack:
    """Has only DLPack, as arrays of the array API may."""

    def __init__(self, values):
        self._values = np.asarray(values)

    def __dlpack__(self, **options):
        return self._values.__dlpack__(**options)

    def __dlpack_device__(self):
        return self._values.__dlpack_device__()


class Elsewhere:
    """A tensor that NumPy cannot read, as one that requires a gradient."""

    error = RuntimeError("Can't call numpy() on Tensor that requires grad.")

    def __init__(self, values):
        pass

    def __array__(self, dtype=None, copy=None):
        raise self.error


class OnDevice(Elsewhere):
    """A tensor that lives on another device."""

    error = TypeError("can't convert cuda:0 device type tensor to numpy.")


KINDS = {"__array__": WithArray, "DLPack": WithDLPack, "nothing masked": np.ma.array}
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def network(kind=RNNClassifier, **parameters):
    return kind(hidden_size=2, max_iter=2, random_state=0, **parameters)


def same(a, b):
    assert np.array_equal(a.weights_, b.weights_)


LAYOUTS = {
    "block": lambda kind: kind(X),
    "list": lambda kind: [kind(x) for x in X],
    "ragged list": lambda kind: [kind(x[: 1 + i % 3]) for i, x in enumerate(X)],
    "table": lambda kind: kind(X.reshape(N, -1)),
}


@every_kind
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_sequences(kind, layout):
    plain, other = layout(np.array), layout(kind)
    model = network().fit(other, Y)
    expected = network().fit(plain, Y)
    same(model, expected)
    assert model.input_layout_ == expected.input_layout_
    assert np.array_equal(model.predict_proba(other), model.predict_proba(plain))
    scaler = PerStepTransformer(StandardScaler())
    for a, b in zip(
        scaler.fit_transform(other), scaler.fit_transform(plain), strict=True
    ):
        assert np.array_equal(a, b)


@every_kind
def test_labels_targets_weights_and_groups(kind):
    same(network().fit(X, kind(Y)), network().fit(X, Y))
    names = np.array(["down", "up"])[Y]
    if kind is not WithDLPack:  # it has no text
        assert network().fit(X, kind(names)).classes_.tolist() == ["down", "up"]
    indicators = np.eye(2, dtype=int)[Y]
    same(network().fit(X, kind(indicators)), network().fit(X, indicators))
    for y in (TARGET, np.column_stack([TARGET, -TARGET])):
        same(network(RNNRegressor).fit(X, kind(y)), network(RNNRegressor).fit(X, y))
    same(
        network().fit(X, Y, sample_weight=kind(WEIGHT)),
        network().fit(X, Y, sample_weight=WEIGHT),
    )
    split = network(early_stopping=True, validation_fraction=0.5)
    with pytest.warns(UserWarning, match="holds out 10 sequences"):
        first = clone(split).fit(X, Y, groups=kind(GROUPS))
    with pytest.warns(UserWarning, match="holds out 10 sequences"):
        same(first, clone(split).fit(X, Y, groups=GROUPS))
    model = network().partial_fit(X, Y, classes=kind([0, 1, 2]))
    assert model.classes_.tolist() == [0, 1, 2]


@every_kind
def test_functions(kind):
    lengths = 1 + np.arange(N) % 3
    cut = ragged_from_padded(kind(X), kind(lengths))
    assert [len(x) for x in cut] == lengths.tolist()
    padded, found = padded_from_ragged([kind(np.array(x)) for x in cut])
    assert padded.shape == X.shape
    assert found.tolist() == lengths.tolist()
    assert np.array_equal(channels_last(kind(X)), X.transpose(0, 2, 1))
    assert channels_last([kind(x) for x in X])[0].shape == (2, 3)
    windows = sliding_windows(
        [kind(x) for x in X], length=2, y=kind(Y), groups=kind(GROUPS)
    )
    assert windows.y.tolist() == np.repeat(Y, 2).tolist()
    assert windows.groups.tolist() == np.repeat(GROUPS, 2).tolist()
    of_steps = sliding_windows(kind(X[0]), length=2, y=kind(np.arange(3)))
    assert of_steps.y.tolist() == [1, 2]


def calls_with(bad):
    """Give calls that get something bad in one place, and the name of that place."""
    split = network(early_stopping=True)
    return {
        "X": partial(network().fit, bad(X), Y),
        "y": partial(network().fit, X, bad(Y)),
        "y of regressor": partial(network(RNNRegressor).fit, X, bad(TARGET)),
        "sample_weight": partial(network().fit, X, Y, bad(WEIGHT)),
        "groups": partial(split.fit, X, Y, groups=bad(GROUPS)),
        "classes": partial(network().partial_fit, X, Y, classes=bad([0, 1])),
        "X_val": partial(split.fit, X, Y, X_val=bad(X), y_val=Y),
        "y_val": partial(split.fit, X, Y, X_val=X, y_val=bad(Y)),
        "X of scaler": partial(PerStepTransformer(StandardScaler()).fit, bad(X)),
        "y of scaler": partial(PerStepTransformer(StandardScaler()).fit, X, bad(Y)),
        "weight of scaler": partial(
            PerStepTransformer(StandardScaler()).fit, X, sample_weight=bad(WEIGHT)
        ),
        "X of cut": partial(ragged_from_padded, bad(X)),
        "lengths": partial(ragged_from_padded, X, bad(np.full(N, 2))),
        "X of pad": partial(padded_from_ragged, bad(X)),
        "X of channels_last": partial(channels_last, bad(X)),
        "X of windows": partial(sliding_windows, bad(X), length=2),
        "y of windows": partial(sliding_windows, X, length=2, y=bad(Y)),
        "groups of windows": partial(sliding_windows, X, length=2, groups=bad(GROUPS)),
    }


PLACES = list(calls_with(np.array))


def place_of(name):
    """Give how a message calls a place: "X", "y", "sample_weight" or so."""
    said = name.split(" of ")[0]
    return {"weight": "sample_weight", "X_val": "X", "y_val": "y"}.get(said, said)


def failure(call):
    with pytest.raises(ValueError, match=r"\.$") as caught:
        call()
    assert type(caught.value) is ValueError
    return str(caught.value)


@pytest.mark.parametrize("kind", [Elsewhere, OnDevice])
@pytest.mark.parametrize("place", PLACES)
def test_what_cannot_be_read_says_so(place, kind):
    message = failure(calls_with(kind)[place])
    module = __name__.partition(".")[0]
    assert message.endswith(
        f"{place_of(place)} is of type {module}.{kind.__name__} and cannot be read as "
        f"an array of NumPy: {kind.error} Pass an array of NumPy; of a tensor of "
        "PyTorch that is tensor.detach().cpu().numpy(), and for bfloat16 "
        "tensor.float() before it."
    )


@pytest.mark.parametrize("kind", [Elsewhere, OnDevice])
def test_a_list_of_what_cannot_be_read_says_so(kind):
    assert failure(partial(network().fit, X, [kind(label) for label in Y])).startswith(
        "y is a list, whose first item is of type "
        f"{__name__.partition('.')[0]}.{kind.__name__}, and cannot be read as an array "
        "of NumPy: "
    )


def masked(values):
    """Hide the last value of an array, or all that belongs to the last sequence."""
    hidden = np.zeros(np.shape(values), bool)
    hidden[-1] = True
    return np.ma.MaskedArray(values, mask=hidden)


@pytest.mark.parametrize("place", PLACES)
def test_a_mask_that_hides_something_is_an_error(place):
    call, said = calls_with(masked)[place], place_of(place)
    shape = X.shape if said == "X" else (2,) if said == "classes" else (N,)
    at = (shape[0] - 1, *[0] * (len(shape) - 1))
    advice = {
        "X": "If it hides padding, pass skrnn.preprocessing.ragged_from_padded(X.data, "
        "lengths). If it hides missing values, pass X.astype(float).filled(np.nan), "
        "and let the network read the gaps with missing_values='forward_fill', or fill "
        "them in a pipeline with PerStepTransformer(SimpleImputer()).",
    }
    assert failure(call).endswith(
        f"{said} is a masked array, and its mask hides {np.prod(shape[1:], dtype=int)} "
        f"value(s), the first at index {at}. Masks are not read. "
        + advice.get(
            said, "Leave out of X, and of all that comes with it, what has no value."
        )
    )


@pytest.mark.parametrize("as_layout", [list, tuple])
def test_a_mask_of_one_sequence_names_it(as_layout):
    sequences = [np.ma.array(x[: 2 + i % 2]) for i, x in enumerate(X)]
    sequences[5][1, 1] = np.ma.masked
    model = network().fit([x.data for x in sequences], Y)
    for call in (
        partial(network().fit, y=Y),
        model.predict,
        PerStepTransformer(StandardScaler()).fit,
        padded_from_ragged,
    ):
        assert failure(partial(call, as_layout(sequences))).startswith(
            "Sequence 5 of X is a masked array, and its mask hides 1 value(s), the "
            "first at index (1, 1). Masks are not read. If it hides padding,"
        )


def test_rows_of_labels_that_are_masked():
    rows = [np.ma.array(row) for row in np.eye(2, dtype=int)[Y]]
    rows[3][0] = np.ma.masked
    assert failure(partial(network().fit, X, rows)) == (
        "Item 3 of y is a masked array, and its mask hides 1 value(s), the first at "
        "index (0,). Masks are not read. Leave out of X, and of all that comes with "
        "it, what has no value."
    )


def test_the_advice_on_masks_works():
    hidden = np.ma.MaskedArray(X, mask=np.zeros(X.shape, bool))
    hidden[4, 2:] = np.ma.masked
    cut = ragged_from_padded(hidden.astype(float).filled(np.nan))
    assert [len(x) for x in cut] == [2 if i == 4 else 3 for i in range(N)]
    lengths = np.where(np.arange(N) == 4, 2, 3)
    for a, b in zip(ragged_from_padded(hidden.data, lengths), cut, strict=True):
        assert np.array_equal(a, b)
    network().fit(cut, Y)


# Tables of pyarrow


def test_a_table_of_pyarrow():
    values = X.reshape(N, -1)
    names = list("abcdef")
    table = pyarrow.table(list(values.T), names=names)
    model = network(features_per_step=2).fit(table, pyarrow.array(Y))
    expected = network(features_per_step=2).fit(values, Y)
    same(model, expected)
    assert model.feature_names_in_.tolist() == names
    assert np.array_equal(model.predict_proba(table), expected.predict_proba(values))
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(table.select(names[::-1]))
    ints = pyarrow.table([np.arange(N) % 5, [True, False] * 10], names=["a", "b"])
    frame = ints.to_pandas()
    same(network().fit(ints, Y), network().fit(frame, Y))
    scaler = PerStepTransformer(StandardScaler(), features_per_step=2)
    out = scaler.fit_transform(table)
    assert np.array_equal(out, scaler.fit_transform(values))


def test_a_table_of_pyarrow_with_text():
    table = pyarrow.table({"load": np.arange(N), "state": ["on", "off"] * 10})
    assert failure(partial(network().fit, table, Y)).startswith(
        "Column 'state' of X has dtype object and cannot be read as numbers: could not "
        "convert string to float: 'on'."
    )


@pytest.mark.parametrize(
    "y", [pyarrow.array(Y), pyarrow.chunked_array([Y]), pd.Series(Y, dtype="Int64")]
)
def test_columns_of_other_libraries_are_labels(y):
    same(network().fit(X, y), network().fit(X, Y))


def test_a_column_vector_of_labels_is_said_so():
    column = Y[:, np.newaxis]
    for y in (column, pyarrow.table({"label": Y}), WithArray(column)):
        with pytest.warns(DataConversionWarning, match="column-vector y"):
            same(network().fit(X, y), network().fit(X, Y))


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "dok", "lil"])
def test_sparse_data_are_sparse_in_any_form(form):
    """Some forms of SciPy are dicts as well."""
    table = sparse.coo_array(X.reshape(N, -1)).asformat(form)
    with pytest.raises(TypeError, match="Sparse data was passed"):
        network().fit(table, Y)
    with pytest.raises(TypeError, match="Sparse data was passed for y"):
        network(RNNRegressor).fit(X, sparse.coo_array(np.eye(N)).asformat(form))
    labels = sparse.coo_array(np.eye(2, dtype=int)[Y]).asformat(form)
    assert network().fit(X, labels).multilabel_
