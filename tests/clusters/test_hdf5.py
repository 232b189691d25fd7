"""Data sets of HDF5 and arrays of Zarr: learnt and predicted from the file."""

import h5py
import numpy as np
import pytest
import zarr
from sklearn.base import is_classifier

from skrnn.sequences import Unloaded
from skrnn.validation import check_or_open

X = np.random.default_rng(0).normal(size=(60, 12, 2))
RAGGED = [x[: 4 + k % 9] for k, x in enumerate(X)]
Y = (X.sum(axis=(1, 2)) > 0).astype(int)

OPTIONS = {
    "contiguous": {},
    "chunked": {"chunks": (7, 5, 2)},
    "compressed": {"chunks": (16, 12, 2), "compression": "gzip"},
    "float32": {"dtype": "float32"},
    "big-endian": {"dtype": ">f8"},
}


@pytest.fixture(params=OPTIONS)
def data_set(request, tmp_path):
    with h5py.File(tmp_path / "X.h5", "w") as file:
        file.create_dataset("X", data=X, **OPTIONS[request.param])
    with h5py.File(tmp_path / "X.h5") as file:
        yield file["X"]


@pytest.fixture
def data_sets(tmp_path):
    with h5py.File(tmp_path / "X.h5", "w") as file:
        for k, x in enumerate(RAGGED):
            file[f"{k:02}"] = x
    with h5py.File(tmp_path / "X.h5") as file:
        yield list(file.values())


def check(any_small, unloaded, in_memory):
    assert isinstance(check_or_open(any_small(), unloaded).samples, Unloaded)
    expected = any_small(batch_size=16).fit(in_memory, Y)
    found = any_small(batch_size=16).fit(unloaded, Y)
    assert np.array_equal(found.weights_, expected.weights_)
    np.testing.assert_allclose(
        found.pooled_states(unloaded), found.pooled_states(in_memory), rtol=1e-6
    )
    assert np.array_equal(found.predict(unloaded) > 0, found.predict(in_memory) > 0)
    assert found.score(unloaded, Y) == pytest.approx(found.score(in_memory, Y))


def test_a_data_set_is_the_array_that_it_holds(any_small, data_set):
    check(any_small, data_set, data_set[:])


def test_so_are_data_sets_of_different_length(any_small, data_sets):
    check(any_small, data_sets, RAGGED)


def test_parts_of_them_are_learnt_as_those_of_lists(any_small, data_sets):
    found, expected = any_small(), any_small()
    first = {"classes": [0, 1]} if is_classifier(found) else {}
    for part in (slice(0, 25), slice(25, 60)):
        found.partial_fit(data_sets[part], Y[part], **first)
        expected.partial_fit(RAGGED[part], Y[part], **first)
        first = {}
    assert np.array_equal(found.weights_, expected.weights_)


@pytest.mark.parametrize("chunks", [(7, 5, 2), (1, 12, 2), (60, 12, 2)])
def test_so_are_arrays_of_zarr(any_small, tmp_path, chunks):
    path = str(tmp_path / "X.zarr")
    array = zarr.open(path, mode="w", shape=X.shape, chunks=chunks, dtype="f8")
    array[:] = X
    check(any_small, zarr.open(path, mode="r"), X)


def test_a_file_that_was_closed_is_named(small, tmp_path):
    with h5py.File(tmp_path / "X.h5", "w") as file:
        file["X"] = X

    class Closed:
        """Opens the file for each sequence, but the fifth time it is gone."""

        def __len__(self):
            return len(X)

        def __getitem__(self, i):
            with h5py.File(tmp_path / ("gone" if i == 5 else "X.h5")) as file:
                return file["X"][i]

    with pytest.raises(RuntimeError, match="Reading sequence 5 of X failed: FileNot"):
        small().fit(Closed(), Y)
