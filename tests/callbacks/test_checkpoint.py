"""The file of a checkpoint: whole at any time, and refused where it does not fit."""

import io
import pickle
import re
import zipfile

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skrnn import GRUClassifier, LSTMClassifier, RecurrentFeatures
from skrnn.callbacks import Checkpoint
from skrnn.estimators.callbacks import HAS_CALLBACKS
from tests.callbacks.fits import CutAfter, CutShort, Then, assert_same_fit

RNG = np.random.default_rng(1)
X = RNG.normal(size=(24, 5, 2))
Y = (X[:, :, 0].sum(axis=1) > 0).astype(int)


def small(kind=GRUClassifier, **options):
    usual = {"hidden_size": 3, "max_iter": 6, "random_state": 0, "batch_size": 7}
    return kind(**{**usual, **options})


@pytest.fixture
def path(tmp_path):
    """The file of a fit that was cut short after its third epoch."""
    path = tmp_path / "fit.npz"
    model = small().set_callbacks(Checkpoint(path, every=1), CutAfter(3))
    with pytest.raises(CutShort):
        model.fit(X, Y)
    return path


def refusal(model, path, *data, **given):
    with pytest.raises(ValueError, match=r"\.") as caught:
        model.fit(*data, **given, resume_from=path)
    return str(caught.value)


REST = " Set what differs back, or fit without resume_from."
OTHER_DATA = "X, y, the weights or the groups differ from those that it is of."


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"hidden_size": 4}, "hidden_size was 3, and is 4."),
        ({"random_state": 1}, "random_state was 0, and is 1."),
        ({"max_iter": np.int64(7)}, "max_iter was 6, and is 7."),
        ({"kind": LSTMClassifier}, "it is of GRUClassifier, not of LSTMClassifier."),
        (
            {"class_weight": {0: 1, 1: 2}},
            "class_weight was None, and is {0: 1, 1: 2}.",
        ),
    ],
)
def test_other_parameters_are_refused(path, options, reason):
    said = refusal(small(**options), path, X, Y)
    assert said == f"The fit cannot go on from {str(path)!r}: {reason}{REST}"


@pytest.mark.parametrize(
    "change",
    [
        lambda X, y: ((np.where(X[3, 2, 1] == X, 0, X), y), {}),
        lambda X, y: ((X[:-1], y[:-1]), {}),
        lambda X, y: ((X, np.r_[1 - y[:1], y[1:]]), {}),
        lambda X, y: ((X, np.array(["a", "b"])[y]), {}),
        lambda X, y: ((list(X), y), {}),
        lambda X, y: ((np.float32(X), y), {}),
        lambda X, y: ((X, y), {"sample_weight": np.arange(1, 25)}),
    ],
)
def test_other_data_are_refused(path, change):
    data, given = change(X, Y)
    said = refusal(small(), path, *data, **given)
    assert said == f"The fit cannot go on from {str(path)!r}: {OTHER_DATA}{REST}"


def test_what_changes_no_number_may_differ(path):
    whole = small().fit(X, Y)
    other = small(n_jobs=2, warm_start=True, max_iter=np.int16(6))
    assert_same_fit(other.fit(X, Y, resume_from=path), whole)
    weighted = small().fit(X, Y, sample_weight=np.full(24, 2.0), resume_from=path)
    assert_same_fit(weighted, whole)


def test_another_validation_set_is_refused(tmp_path):
    path, model = tmp_path / "fit.npz", small(early_stopping=True)
    model.set_callbacks(Checkpoint(path, every=1)).fit(X, Y, X_val=X[:9], y_val=Y[:9])
    reason = "X_val, y_val or their weights differ."
    said = f"The fit cannot go on from {str(path)!r}: {reason}{REST}"
    model = small(early_stopping=True)
    assert refusal(model, path, X, Y, X_val=X[:8], y_val=Y[:8]) == said
    assert refusal(model, path, X, Y) == said


def test_another_beginning_is_refused(path):
    model = small(warm_start=True).fit(X, Y)
    before = model.weights_
    said = refusal(model, path, X, Y)
    reason = "its fit began with other weights, those of an earlier fit."
    assert said == f"The fit cannot go on from {str(path)!r}: {reason}{REST}"
    assert model.weights_ is before


def test_another_version_is_refused(path, monkeypatch):
    monkeypatch.setattr("skrnn.fitting.identity.__version__", "7.8")
    said = refusal(small(), path, X, Y)
    found = re.search("it is of skrnn (.*), format 1, and this is 7.8, format 1", said)
    assert found


def test_a_file_that_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.npz"):
        small().fit(X, Y, resume_from=tmp_path / "nowhere.npz")


def _without_the_tree(path):
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files if name != "checkpoint"}
    np.savez(path, **arrays)


def _with_code(path):
    """An array of objects, which only pickle reads."""
    np.savez(path, checkpoint=np.array([print], dtype=object))


def _with_one_bit_changed(path):
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as file:
        first = file.infolist()[0]
    content[first.header_offset + 400] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(b"PK\3\4" + path.read_bytes()[4:40]),
        lambda path: path.write_bytes(pickle.dumps(small())),
        lambda path: path.write_text("epoch 3"),
        lambda path: np.save(path, X) or path.with_suffix(".npz.npy").replace(path),
        _with_one_bit_changed,
        _without_the_tree,
        lambda path: np.savez(path, checkpoint=np.array("{}")),
        lambda path: np.savez(path, checkpoint=np.array("[1, 2]")),
        _with_code,
    ],
)
def test_a_damaged_file_is_refused(path, damage):
    damage(path)
    said = refusal(small(), path, X, Y)
    begins = f"{str(path)!r} is no checkpoint of skrnn, or it is damaged: "
    assert said.startswith(begins)
    assert said.endswith(". Fit without resume_from, or go on from another.")


def test_no_file_is_read_by_pickle(path):
    with zipfile.ZipFile(path) as file:
        for name in file.namelist():
            array = np.lib.format.read_array(
                io.BytesIO(file.read(name)), allow_pickle=False
            )
            assert not array.dtype.hasobject


def test_every_so_many_epochs(tmp_path, monkeypatch):
    written = []
    monkeypatch.setattr(
        "skrnn.callbacks.checkpoint.write",
        lambda path, contents: written.append(len(contents["progress"]["training"])),
    )
    for every, n in [(1, 6), (2, 3), (4, 1), (6, 1), (7, 0)]:
        written.clear()
        model = small(max_iter=6).set_callbacks(Checkpoint(tmp_path / "f.npz", every))
        model.fit(X, Y)
        assert len(written) == n


def test_a_file_that_cannot_be_written_costs_nothing_else(tmp_path, monkeypatch):
    whole, path = small().fit(X, Y), tmp_path / "fit.npz"
    real, n = np.savez, 0

    def disk_full_from_the_third_on(file, **arrays):
        nonlocal n
        n += 1
        if n > 2:
            file.write(b"half of it")
            raise OSError(28, "No space left on device")
        real(file, **arrays)

    monkeypatch.setattr("numpy.savez", disk_full_from_the_third_on)
    model = small().set_callbacks(Checkpoint(path, every=1))
    with pytest.warns(RuntimeWarning) as caught:
        model.fit(X, Y)
    assert [str(one.message) for one in caught] == [
        f"The checkpoint {str(path)!r} could not be written after epoch {epoch}: "
        "[Errno 28] No space left on device. The fit goes on, and what was written "
        "before stays."
        for epoch in (3, 4, 5, 6)
    ]
    assert_same_fit(model, whole)
    assert [one.name for one in tmp_path.iterdir()] == ["fit.npz"]
    assert_same_fit(small().fit(X, Y, resume_from=path), whole)


def test_two_fits_on_one_path(tmp_path):
    path = tmp_path / "fit.npz"
    first = small().set_callbacks(
        Checkpoint(path, every=1),
        Then(3, lambda: small(alpha=0.1).set_callbacks(Checkpoint(path, 1)).fit(X, Y)),
    )
    with pytest.warns(RuntimeWarning) as caught:
        first.fit(X, Y)
    assert [str(one.message) for one in caught] == [
        f"Another fit writes its checkpoints to {str(path)!r} too. The file is of the "
        "other now, and this fit writes none any more. Give each fit a file of its "
        "own, or all of them a folder that exists."
    ]
    assert_same_fit(first, small().fit(X, Y))
    other = small(alpha=0.1).fit(X, Y)
    assert_same_fit(small(alpha=0.1).fit(X, Y, resume_from=path), other)


def test_a_file_that_was_deleted_is_written_again(tmp_path):
    path = tmp_path / "fit.npz"
    model = small().set_callbacks(Checkpoint(path, every=1), Then(3, path.unlink))
    model.fit(X, Y)
    assert path.exists()


def test_a_folder_has_a_file_for_each_fit_of_a_search(tmp_path):
    network = small().set_callbacks(Checkpoint(tmp_path, every=1))
    grid = {"alpha": [0.0, 0.1], "hidden_size": [2, 3]}
    search = GridSearchCV(network, grid, cv=2, n_jobs=2).fit(X, Y)
    names = {path.name for path in tmp_path.iterdir()}
    assert len(names) == 4 * 2 + 1
    assert all(re.fullmatch(r"GRUClassifier-[0-9a-f]{24}\.npz", name) for name in names)
    again = GridSearchCV(small(), grid, cv=2).fit(X, Y, resume_from=str(tmp_path))
    for name in ("mean_test_score", "rank_test_score"):
        assert np.array_equal(again.cv_results_[name], search.cv_results_[name])
    assert_same_fit(again.best_estimator_, search.best_estimator_)


def test_a_folder_without_a_file_of_the_fit_begins_from_scratch(path):
    other = small(alpha=0.1).fit(X, Y, resume_from=path.parent)
    assert_same_fit(other, small(alpha=0.1).fit(X, Y))


@pytest.mark.parametrize("where", ["missing/fit.npz", "missing/"])
def test_a_folder_that_is_missing(tmp_path, where):
    place = str(tmp_path / "missing")
    checkpoint = Checkpoint(f"{tmp_path}/{where}", every=3)
    with pytest.raises(FileNotFoundError) as caught:
        small().set_callbacks(checkpoint).fit(X, Y)
    assert str(caught.value) == (
        f"Checkpoint({f'{tmp_path}/{where}'!r}, every=3) needs the folder {place!r}, "
        "which does not exist. Make it first."
    )


def test_a_folder_that_is_read_only(tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda *args: False)
    with pytest.raises(PermissionError) as caught:
        small().set_callbacks(Checkpoint(tmp_path / "fit.npz")).fit(X, Y)
    assert str(caught.value) == (
        f"Checkpoint({str(tmp_path / 'fit.npz')!r}, every=10) may not write to the "
        f"folder {str(tmp_path)!r}."
    )


@pytest.mark.parametrize("every", [0, -1, 1.5, True, "3", None])
def test_every_must_be_a_number_of_epochs(every):
    with pytest.raises(ValueError, match="every must be") as caught:
        Checkpoint("fit.npz", every)
    assert str(caught.value) == (
        f"every must be a number of epochs, an int from 1 on; got {every!r}."
    )


def test_the_path_must_be_a_path():
    with pytest.raises(TypeError) as caught:
        Checkpoint(3)
    assert str(caught.value) == (
        "path must be the path of a file or folder, a str or path-like; got int."
    )


@pytest.mark.parametrize("place", [3, True, [], b"fit.npz"])
def test_so_must_resume_from(place):
    with pytest.raises(TypeError) as caught:
        small().fit(X, Y, resume_from=place)
    assert str(caught.value) == (
        "resume_from must be the path of a file or folder, a str or path-like; got "
        f"{type(place).__name__}."
    )


@pytest.mark.parametrize("kind", [RecurrentFeatures, make_pipeline])
def test_it_is_set_on_the_network(tmp_path, kind):
    outer = kind(small())
    if kind is make_pipeline and not HAS_CALLBACKS:
        assert not hasattr(outer, "set_callbacks")
        return
    checkpoint = Checkpoint(tmp_path / "fit.npz")
    with pytest.raises(TypeError) as caught:
        outer.set_callbacks(checkpoint).fit(X, Y)
    assert str(caught.value) == (
        f"{checkpoint!r} is set on {type(outer).__name__}, which trains no network "
        "itself: set it on the network inside, which keeps it when it is cloned."
    )


@pytest.mark.filterwarnings("ignore:L-BFGS stopped")
def test_lbfgs_that_takes_another_way(tmp_path, monkeypatch):
    path, options = tmp_path / "fit.npz", {"solver": "lbfgs", "batch_size": "auto"}
    small(**options).set_callbacks(Checkpoint(path, every=2)).fit(X, Y)
    contents = dict(np.load(path))
    name = next(k for k, v in contents.items() if v.shape[-1:] == (16,))
    contents[name][2] ^= 1
    np.savez(path, **contents)
    with pytest.raises(ValueError, match="evaluation 3") as caught:
        small(**options).fit(X, Y, resume_from=path)
    assert str(caught.value) == (
        "L-BFGS cannot go on from its checkpoint here: evaluation 3 is at other "
        "weights than it was there, as happens with another processor or version of "
        "SciPy. Fit without resume_from."
    )
