import copy
import pickle
import re
from importlib import resources

import numpy as np
import pytest
from sklearn.utils import Bunch

from skrnn.datasets import load_japanese_vowels


def numbers(text):
    return [float(word) for word in text.split()]


# Written down from the text the data were read from.
FIRST_TRAIN_STEP = numbers(
    """
    1.860936 -0.207383 0.261557 -0.214562 -0.171253 -0.118167
    -0.277557 0.025668 0.126701 -0.306756 -0.213076 0.088728
    """
)
FIRST_TRAIN_UTTERANCE_CEPSTRUM_1 = numbers(
    """
    1.860936 1.891651 1.939205 1.717517 1.741191 1.684695
    1.637373 1.643283 1.60703 1.617907 1.51035 1.371225
    1.299045 1.221498 1.181849 1.16163 1.19499 1.264847
    1.250698 1.261441
    """
)
FIRST_TEST_STEP = numbers(
    """
    1.635533 0.024848 0.432087 -0.361914 -0.074776 -0.693481
    -0.229621 0.261503 -0.089421 -0.020431 -0.008612 0.139754
    """
)
LAST_TEST_STEP = numbers(
    """
    1.177449 -0.40408 0.052026 -0.284812 0.42984 -0.203484
    -0.072393 -0.080955 -0.244424 -0.001849 -0.016634 0.224688
    """
)
TRAIN_COUNTS = [30] * 9
TEST_COUNTS = [31, 35, 88, 44, 29, 24, 40, 50, 29]


@pytest.fixture(scope="module")
def vowels():
    return load_japanese_vowels()


def test_returns_a_bunch(vowels):
    assert isinstance(vowels, Bunch)
    assert set(vowels) == {
        "data",
        "target",
        "target_names",
        "feature_names",
        "train_indices",
        "test_indices",
        "DESCR",
    }


def test_utterances_are_ragged_arrays_of_steps(vowels):
    assert isinstance(vowels.data, list)
    assert len(vowels.data) == 640
    for utterance in vowels.data:
        assert utterance.dtype == np.float64
        assert utterance.ndim == 2
        assert utterance.shape[1] == 12
        assert np.isfinite(utterance).all()
    lengths = [len(utterance) for utterance in vowels.data]
    assert min(lengths) == 7
    assert max(lengths) == 29
    assert lengths[:3] == [20, 26, 22]
    assert sum(lengths) == 9961


def test_values_are_exactly_those_of_the_source(vowels):
    first_train, first_test = vowels.data[0], vowels.data[270]
    assert first_train[0].tolist() == FIRST_TRAIN_STEP
    assert first_train[:, 0].tolist() == FIRST_TRAIN_UTTERANCE_CEPSTRUM_1
    assert first_test[0].tolist() == FIRST_TEST_STEP
    assert vowels.data[-1][-1].tolist() == LAST_TEST_STEP


def test_values_have_six_decimals_at_most(vowels):
    for value in np.concatenate(vowels.data).ravel().tolist():
        assert value == float(f"{value:.6f}")


def test_no_utterance_comes_twice(vowels):
    assert len({utterance.tobytes() for utterance in vowels.data}) == 640


def test_targets_are_nine_speakers(vowels):
    assert vowels.target.shape == (640,)
    assert vowels.target.dtype == np.int64
    assert sorted(set(vowels.target.tolist())) == list(range(9))


def test_names(vowels):
    assert isinstance(vowels.target_names, np.ndarray)
    assert vowels.target_names.tolist() == [
        "speaker 1",
        "speaker 2",
        "speaker 3",
        "speaker 4",
        "speaker 5",
        "speaker 6",
        "speaker 7",
        "speaker 8",
        "speaker 9",
    ]
    assert vowels.feature_names == [f"cepstrum {i}" for i in range(1, 13)]


def test_official_split(vowels):
    assert vowels.train_indices.tolist() == list(range(270))
    assert vowels.test_indices.tolist() == list(range(270, 640))
    assert np.bincount(vowels.target[vowels.train_indices]).tolist() == TRAIN_COUNTS
    assert np.bincount(vowels.target[vowels.test_indices]).tolist() == TEST_COUNTS


@pytest.mark.parametrize(
    ("subset", "begin", "end"), [("train", 0, 270), ("test", 270, 640)]
)
def test_subset_is_that_part_of_all(vowels, subset, begin, end):
    part = load_japanese_vowels(subset=subset)
    assert len(part.data) == end - begin
    for utterance, expected in zip(part.data, vowels.data[begin:end], strict=True):
        np.testing.assert_array_equal(utterance, expected)
    np.testing.assert_array_equal(part.target, vowels.target[begin:end])
    assert part.target_names.tolist() == vowels.target_names.tolist()


@pytest.mark.parametrize(
    ("subset", "n_train", "n_test"), [("train", 270, 0), ("test", 0, 370)]
)
def test_indices_of_a_subset_point_into_the_subset(subset, n_train, n_test):
    part = load_japanese_vowels(subset=subset)
    assert part.train_indices.tolist() == list(range(n_train))
    assert part.test_indices.tolist() == list(range(n_test))


@pytest.mark.parametrize("subset", ["train", "test", "all"])
def test_return_X_y_gives_data_and_target(subset):
    bunch = load_japanese_vowels(subset=subset)
    X, y = load_japanese_vowels(subset=subset, return_X_y=True)
    assert isinstance(X, list)
    for utterance, expected in zip(X, bunch.data, strict=True):
        np.testing.assert_array_equal(utterance, expected)
    np.testing.assert_array_equal(y, bunch.target)


def test_changing_what_was_loaded_changes_nothing_else(vowels):
    X, y = load_japanese_vowels(return_X_y=True)
    X[0][:] = 0.0
    y[:] = 0
    X_again, y_again = load_japanese_vowels(return_X_y=True)
    np.testing.assert_array_equal(X_again[0], vowels.data[0])
    np.testing.assert_array_equal(y_again, vowels.target)
    assert all(utterance.base is None for utterance in X)


def test_survives_pickle_and_copy(vowels):
    for twin in (pickle.loads(pickle.dumps(vowels)), copy.deepcopy(vowels)):
        np.testing.assert_array_equal(twin.data[-1], vowels.data[-1])
        np.testing.assert_array_equal(twin.target, vowels.target)


@pytest.mark.parametrize(
    ("subset", "came"),
    [
        ("validation", "'validation'"),
        ("Train", "'Train'"),
        (None, "None"),
        (["train"], "['train']"),
    ],
)
@pytest.mark.parametrize("return_X_y", [False, True])
def test_bad_subset(subset, came, return_X_y):
    message = (
        f"load_japanese_vowels: subset must be 'all', 'train' or 'test', but got "
        f"{came}. For a split of your own, load subset='all' and select from it."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load_japanese_vowels(subset=subset, return_X_y=return_X_y)


def test_arguments_are_keyword_only():
    with pytest.raises(TypeError, match="takes 0 positional arguments"):
        load_japanese_vowels("train")


def test_description_credits_the_creators(vowels):
    for name in ("Mineichi Kudo", "Jun Toyama", "Masaru Shimbo"):
        assert name in vowels.DESCR
    assert "UCI Machine Learning Repository" in vowels.DESCR
    assert "https://creativecommons.org/licenses/by/4.0/" in vowels.DESCR


def test_data_file_is_small_and_without_pickled_objects():
    file = resources.files("skrnn.datasets").joinpath("data", "japanese_vowels.npz")
    content = file.read_bytes()
    assert len(content) < 500_000
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
        shapes = {name: arrays[name].shape for name in arrays.files}
    assert shapes == {"values": (9961, 12), "lengths": (640,), "labels": (640,)}
