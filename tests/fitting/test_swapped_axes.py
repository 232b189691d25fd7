"""Swapped axes, (n, channels, steps), are pointed out; wide sensors are not."""

import warnings

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skrnn.datasets import load_japanese_vowels
from skrnn.fitting.swapped_axes import look_swapped
from skrnn.preprocessing import channels_last

SWAPPED = (
    "The axes of X look swapped: a sequence has {} step(s) of {} features, and its "
    "numbers run like a curve along the features, not along the steps. If these are "
    "{} channel(s) of {} steps, as aeon, sktime and tsai have them, pass "
    "skrnn.preprocessing.channels_last(X), or begin the pipeline with "
    "FunctionTransformer(channels_last)."
)
#: The numbers in these are enough to tell for sure, or nearly so.
N_DRAWS = 5


def looks(X):
    return look_swapped(X, np.arange(len(X)))


def draws(make, *shape):
    """Make sequences again and again."""
    return [make(np.random.default_rng(seed), *shape) for seed in range(N_DRAWS)]


def smooth(rng, *shape, axis=2, memory=0.95):
    """Give numbers of deviation one that change slowly along one axis."""
    return smoothed(rng.normal(size=shape), axis, memory)


def smoothed(noise, axis, memory):
    x = np.moveaxis(noise.copy(), axis, 0)
    for t in range(1, len(x)):
        x[t] = memory * x[t - 1] + np.sqrt(1 - memory**2) * x[t]
    return np.moveaxis(x, 0, axis)


# Channels first: each function gives (n, channels, steps)


def walks(rng, n, c, t):
    return rng.normal(size=(n, c, t)).cumsum(axis=2)


def channels_of_different_scale(rng, n, c, t):
    units = 10.0 ** rng.integers(-3, 4, (c, 1))
    return units * (walks(rng, n, c, t) + rng.normal(0, 100, (c, 1)))


def waves(rng, n, c, t):
    turns = rng.uniform(2, 6, (n, c, 1)) * np.arange(t) / t + rng.random((n, c, 1))
    return np.sin(2 * np.pi * turns) + 0.3 * rng.normal(size=(n, c, t))


def gestures(rng, n, c, t):
    movement = 3 * smooth(rng, 6, c, t)[rng.integers(6, size=n)]
    return movement + smooth(rng, n, c, t, memory=0.8)


def levels(rng, n, c, t):
    return 5 * rng.normal(size=(n, c, 1)) + smooth(rng, n, c, t)


def counts(rng, n, c, t):
    return (50 * smooth(rng, n, c, t)).round().astype(np.int16)


CHANNELS_FIRST = [
    smooth,
    walks,
    channels_of_different_scale,
    waves,
    gestures,
    levels,
    counts,
]


@pytest.mark.parametrize("n_channels", [1, 3, 8])
@pytest.mark.parametrize("make", CHANNELS_FIRST, ids=lambda make: make.__name__)
def test_channels_first(make, n_channels):
    blocks = draws(make, 60, n_channels, 100)
    # A few channels may go together by chance.
    assert sum(map(looks, blocks)) >= 0.8 * N_DRAWS
    assert not any(looks(channels_last(X)) for X in blocks)


def test_neither_layout_nor_type_nor_size_matter():
    X = np.round(100 * walks(np.random.default_rng(0), 60, 3, 100))
    for same in (
        X,
        list(X),
        X.astype(np.float32),
        X.astype(int),
        1e-300 * X,
        1e300 * X,
    ):
        assert looks(same)
        assert not looks(channels_last(same))


@pytest.mark.parametrize("n_steps", [30, 2000])
def test_short_and_long_channels(n_steps):
    X = smooth(np.random.default_rng(0), 40, 2, n_steps)
    assert looks(X)


# Wide sensors: each function gives (n, steps, features) as they should be


def spectrogram(rng, n, t, d):
    return smoothed(smooth(rng, n, t, d, axis=1, memory=0.6), 2, 0.95)


def spatial_array(rng, n, t, d):
    return smoothed(smooth(rng, n, t, d, axis=1), 2, 0.9)


def slow_sensors(rng, n, t, d):
    return smooth(rng, n, t, d, axis=1)


def noise(rng, n, t, d):
    return rng.normal(size=(n, t, d))


def noise_of_different_scale(rng, n, t, d):
    return noise(rng, n, t, d) * 10.0 ** rng.integers(-4, 5, d)


def loud_and_low_steps(rng, n, t, d):
    return noise(rng, n, t, d) + 3 * rng.normal(size=(n, t, 1))


def loud_and_low_sequences(rng, n, t, d):
    return noise(rng, n, t, d) + 3 * rng.normal(size=(n, 1, 1))


def tokens(rng, n, t, d):
    return np.eye(d)[rng.integers(d, size=(n, t))]


def thermometer(rng, n, t, d):
    return np.arange(d) < rng.integers(d + 1, size=(n, t, 1))


def embedded(rng, n, t, d):
    return rng.normal(size=(30, d))[rng.integers(30, size=(n, t))]


def embedded_in_one_direction(rng, n, t, d):
    return rng.normal(size=(n, t, 1)) * rng.normal(size=d)


def profile_and_noise(rng, n, t, d):
    return rng.normal(size=d).cumsum() + noise(rng, n, t, d)


def profile_times_gain(rng, n, t, d):
    return rng.normal(size=d).cumsum() * rng.lognormal(size=(n, t, 1))


def spectra_of_mixtures(rng, n, t, d):
    bands = np.exp(-(((np.arange(d) - np.linspace(0, d, 6)[:, None]) / (d / 8)) ** 2))
    return rng.random((n, t, 6)) * rng.uniform(0.2, 3, 6) @ bands


def sorted_numbers(rng, n, t, d):
    return np.sort(noise(rng, n, t, d), axis=2)


def images(rng, n, t, d):
    pictures = load_digits().data
    return pictures[rng.integers(len(pictures), size=(n, t))]


def frames(rng, n, t, d):
    return smooth(rng, n, t * d, 1, axis=1).reshape(n, t, d)


def frames_that_overlap(rng, n, t, d):
    signal = smooth(rng, n, (t + 1) * d // 2, 1, axis=1)[..., 0]
    starts = np.arange(t) * (d // 2)
    return np.stack([signal[:, start : start + d] for start in starts], axis=1)


def frames_that_fade(rng, n, t, d):
    return frames_that_overlap(rng, n, t, d) * np.hanning(d)


def half_of_it_constant(rng, n, t, d):
    return np.concatenate([noise(rng, n, t, d // 2), np.ones((n, t, d // 2))], axis=2)


STEPS_FIRST = [
    spectrogram,
    spatial_array,
    slow_sensors,
    noise,
    noise_of_different_scale,
    loud_and_low_steps,
    loud_and_low_sequences,
    tokens,
    thermometer,
    embedded,
    embedded_in_one_direction,
    profile_and_noise,
    profile_times_gain,
    spectra_of_mixtures,
    sorted_numbers,
    images,
    frames,
    frames_that_overlap,
    frames_that_fade,
    half_of_it_constant,
]


@pytest.mark.parametrize("shape", [(60, 6, 120), (25, 3, 64), (20, 8, 100)])
@pytest.mark.parametrize("make", STEPS_FIRST, ids=lambda make: make.__name__)
def test_wide_sensors_are_no_channels(make, shape):
    assert not any(map(looks, draws(make, *shape)))


@pytest.mark.parametrize("n_features", [2, 5, 10, 16, 40])
def test_random_directions_of_one_step(n_features):
    """Few features in one direction may go together by chance: it is no evidence."""
    rng = np.random.default_rng(0)
    found = [
        looks(embedded_in_one_direction(rng, 30, 1, n_features)) for _ in range(200)
    ]
    assert sum(found) <= 2


def test_real_sequences():
    X, _ = load_japanese_vowels(subset="train", return_X_y=True)
    assert not looks(X)
    assert not looks(np.array([x[:7] for x in X]))
    block = np.array([x[:16, :6] for x in X if len(x) >= 16])
    assert looks(channels_last(block))
    assert not looks(block)


# What cannot be told, and must do no harm


BARE = {
    "constant": np.ones((20, 2, 50)),
    "zero": np.zeros((20, 2, 50)),
    "constant rows": np.arange(20.0)[:, None, None] + np.zeros((20, 2, 50)),
    "constant columns": np.arange(50.0) + np.zeros((20, 2, 50)),
    "one step": np.ones((20, 1, 50)),
    "one column": np.random.default_rng(0).normal(size=(20, 5, 1)),
    "one number": np.random.default_rng(0).normal(size=(20, 1, 1)),
    "two columns": np.random.default_rng(0).normal(size=(20, 1, 2)),
    "one sequence": smooth(np.random.default_rng(0), 1, 2, 50),
    "few sequences": smooth(np.random.default_rng(0), 19, 2, 50),
    "more steps": smooth(np.random.default_rng(0), 20, 50, 60),
    "huge": np.where(tokens(np.random.default_rng(0), 20, 2, 50), 1.7e308, -1.7e308),
    "tiny": 5e-324 * tokens(np.random.default_rng(0), 20, 2, 50),
    "bool": tokens(np.random.default_rng(0), 20, 2, 50).astype(bool),
    "int8": np.full((20, 2, 50), -128, np.int8),
    "float16": np.random.default_rng(0).normal(size=(20, 2, 50)).astype(np.float16),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("X", BARE.values(), ids=BARE)
def test_nothing_to_tell(X):
    with np.errstate(all="raise", under="ignore"):
        assert not looks(X)
        assert not looks(list(X))


def test_lists_with_another_number_of_rows_have_steps_there():
    X = list(walks(np.random.default_rng(0), 40, 4, 60))
    assert looks(X)
    assert not looks([X[0][:3], *X[1:]])


def test_only_the_rows_that_count_are_looked_at():
    rng = np.random.default_rng(0)
    X = np.concatenate([walks(rng, 30, 2, 60), noise(rng, 300, 2, 60)])
    assert look_swapped(X, np.arange(30))
    assert not look_swapped(X, np.arange(30, 330))


# In fit


def said(call, *args, **kwargs):
    """Give the text of each warning about data; all point here."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call(*args, **kwargs)
    swapped = [w for w in caught if str(w.message).startswith(SWAPPED[:10])]
    for warning in swapped:
        assert warning.category is UserWarning
        assert warning.filename == __file__
    return [str(warning.message) for warning in swapped]


@pytest.fixture
def swapped():
    return walks(np.random.default_rng(0), 40, 3, 60)


@pytest.mark.parametrize("as_it_comes", [np.array, list], ids=["block", "list"])
def test_fit_says_so(any_small, swapped, codes, as_it_comes):
    X, expected = as_it_comes(swapped), [SWAPPED.format(3, 60, 3, 60)]
    assert said(any_small().fit, X, codes) == expected
    assert said(any_small().fit, channels_last(X), codes) == []


def test_what_it_says_helps_in_a_pipeline(small, swapped, codes):
    model = make_pipeline(FunctionTransformer(channels_last), small())
    assert said(model.fit, swapped, codes) == []


def test_one_channel(small, codes):
    X = walks(np.random.default_rng(0), 40, 1, 50)
    assert said(small().fit, X, codes) == [SWAPPED.format(1, 50, 1, 50)]


def test_a_table_says_itself_what_a_step_is(small, swapped, codes):
    X = swapped.reshape(40, -1)
    assert said(small(features_per_step=60).fit, X, codes) == []


def test_it_is_said_once(small, swapped, codes):
    clf = small(warm_start=True)
    assert said(clf.fit, swapped, codes) == [SWAPPED.format(3, 60, 3, 60)]
    assert said(clf.fit, swapped, codes) == []
    assert said(clf.partial_fit, swapped, codes) == []
    first = small()
    assert len(said(first.partial_fit, swapped, codes, classes=[0, 1])) == 1
    assert said(first.partial_fit, swapped, codes) == []
