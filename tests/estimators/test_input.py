"""Steps are put on one scale and cut into patches: what is measured, and read so."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tests.estimators.reading import (
    TO_ROUNDING,
    completed,
    cut,
    every_size,
    for_layout,
    of_steps,
    outputs,
    settled,
    standardised_or_not,
)

#: A factor and a shift for each of the two features of `layouts`.
UNITS = {
    "larger": np.array([[1e4, 1e4], [0.0, 0.0]]),
    "smaller": np.array([[1e-4, 1e-4], [0.0, 0.0]]),
    "huge": np.array([[1e300, 1e300], [0.0, 0.0]]),
    "tiny": np.array([[1e-300, 1e-300], [0.0, 0.0]]),
    "shifted": np.array([[1.0, 1.0], [-40.0, 300.0]]),
    "different": np.array([[1e4, 1e-4], [1e5, -1e-3]]),
}


#: What depends on chance depends on the order that the bytes of the sequences have.
NO_NOISE = {"dropout": 0.0, "recurrent_dropout": 0.0}
#: What patches by hand have not by default, or not in the same steps.
NOTHING_BESIDE = {"n_filters": 0, "linear_steps": 0}


CLOSE = {"float64": 1e-9, "float32": 1e-5}


def as_list(X):
    return X if isinstance(X, list) else list(X.reshape(len(X), -1, 2))


@pytest.mark.parametrize("units", UNITS.values(), ids=UNITS)
@pytest.mark.parametrize(
    ("size", "dtype"), [("auto", "float64"), (3, "float64"), (3, "float32")]
)
def test_the_units_of_features_do_not_matter(any_small, X, codes, size, dtype, units):
    factor, shift = units
    changed = of_steps(X, lambda steps: steps * factor + shift)
    options = {"patch_size": size, "dtype": dtype, **NO_NOISE, **for_layout(X)}
    one = any_small(**options).fit(X, codes)
    other = any_small(**options).fit(changed, codes)
    assert other.patch_size_ == one.patch_size_
    assert_allclose(other.feature_mean_, factor * one.feature_mean_ + shift, rtol=1e-9)
    assert_allclose(other.feature_scale_, factor * one.feature_scale_, rtol=1e-9)
    assert_allclose(outputs(other, changed), outputs(one, X), rtol=CLOSE[dtype])


@every_size
def test_reading_is_the_same_as_scaling_and_cutting_by_hand(any_small, X, codes, size):
    options = {"hidden_size": (4, 3), "bidirectional": True, **NO_NOISE}
    options["dtype"] = "float64"
    options |= NOTHING_BESIDE
    model = any_small(patch_size=size, **options, **for_layout(X)).fit(X, codes)
    size = settled(model, size)
    steps = np.concatenate(as_list(X))
    mean, scale = steps.mean(axis=0), steps.std(axis=0)
    assert_allclose(model.feature_mean_, mean, **TO_ROUNDING)
    assert_allclose(model.feature_scale_, scale, **TO_ROUNDING)
    patches = [cut((sequence - mean) / scale, size, [0, 0]) for sequence in as_list(X)]
    by_hand = any_small(patch_size=1, standardize=False, **options)
    by_hand.fit(patches, codes)
    assert by_hand.feature_mean_ is by_hand.feature_scale_ is None
    assert_allclose(by_hand.loss_curve_, model.loss_curve_, rtol=1e-11)
    assert_allclose(outputs(by_hand, patches), outputs(model, X), rtol=1e-10)


@every_size
def test_raw_steps_are_only_cut(any_small, X, codes, size):
    options = {"standardize": False, "dtype": "float64", **NO_NOISE}
    options |= NOTHING_BESIDE
    model = any_small(patch_size=size, **options, **for_layout(X)).fit(X, codes)
    size = settled(model, size)
    patches = [cut(sequence, size, [0, 0]) for sequence in as_list(X)]
    by_hand = any_small(patch_size=1, **options).fit(patches, codes)
    assert_allclose(outputs(by_hand, patches), outputs(model, X), rtol=1e-10)


@standardised_or_not
def test_layouts_agree(any_small, layouts, codes, standardize):
    block, frame = layouts["block"], layouts["frame"]
    options = {"patch_size": 3, "standardize": standardize, "batch_size": 7}
    models = [
        any_small(**options).fit(block, codes),
        any_small(**options).fit(list(block), codes),
        any_small(features_per_step=2, **options).fit(layouts["table"], codes),
        any_small(features_per_step=2, **options).fit(frame, codes),
    ]
    expected, *others = map(outputs, models, [block, list(block), frame.values, frame])
    for found in others:
        assert_allclose(found, expected, **TO_ROUNDING)


@pytest.mark.parametrize("size", [1, 3])
def test_weights_are_copies_to_the_bit(any_small, layouts, codes, size):
    X, times = layouts["ragged"], np.arange(40) % 4
    rows = np.random.default_rng(0).permutation(np.repeat(np.arange(40), times))
    weighted = any_small(patch_size=size).fit(X, codes, sample_weight=times)
    copied = any_small(patch_size=size).fit([X[i] for i in rows], codes[rows])
    assert_array_equal(copied.feature_mean_, weighted.feature_mean_)
    assert_array_equal(copied.feature_scale_, weighted.feature_scale_)
    assert_array_equal(copied.weights_, weighted.weights_)


@standardised_or_not
def test_float32_is_computed_in_float32(any_small, layouts, codes, standardize):
    X = [sequence.astype("float32") for sequence in layouts["ragged"]]
    model = any_small(patch_size=3, standardize=standardize).fit(X, codes)
    assert model.weights_.dtype == model.pooled_states(X).dtype == "float32"
    assert {states.dtype for states in model.hidden_states(X)} == {np.dtype("float32")}
    if standardize:
        assert model.feature_mean_.dtype == model.feature_scale_.dtype == "float64"


def test_sequences_held_out_are_not_measured(any_small, X, codes, splits):
    model = any_small(
        early_stopping=True, validation_fraction=0.5, **for_layout(X)
    ).fit(X, codes)
    [(learn, held_out)] = splits
    assert len(held_out) == 20
    assert not set(learn) & set(held_out.rows)
    steps = np.concatenate([as_list(X)[i] for i in learn])
    assert_allclose(model.feature_mean_, steps.mean(axis=0), **TO_ROUNDING)
    assert_allclose(model.feature_scale_, steps.std(axis=0), **TO_ROUNDING)
    everything = np.concatenate(as_list(X))
    assert not np.allclose(model.feature_mean_, everything.mean(axis=0), rtol=1e-3)


def test_sequences_of_weight_zero_are_not_measured(any_small, X, codes):
    """Nor do they decide on the patches: beside short ones they are curves."""
    longer = [np.tile(sequence, (11, 1)) for sequence in as_list(X)[:20]]
    noise = np.random.default_rng(0).normal(size=(20, 40, 2))
    far = [1e6 + sequence for sequence in longer]
    weight = np.repeat([0.0, 1.0], 20)
    one = any_small().fit([*far, *noise], codes, sample_weight=weight)
    other = any_small().fit(list(noise), codes[20:])
    assert one.patch_size_ == other.patch_size_ == 1
    assert_array_equal(one.feature_mean_, other.feature_mean_)
    assert_array_equal(one.feature_scale_, other.feature_scale_)
    assert_array_equal(outputs(one, list(noise)), outputs(other, list(noise)))


def test_classes_weigh_in_the_scale_as_in_the_loss(small, layouts, y):
    X = layouts["ragged"]
    model = small(class_weight={"up": 3.0, "down": 0.5}).fit(X, y)
    same = small().fit(X, y, sample_weight=np.where(y == "up", 3.0, 0.5))
    assert_array_equal(model.feature_mean_, same.feature_mean_)
    assert_array_equal(model.feature_scale_, same.feature_scale_)


def test_a_feature_that_was_constant_is_not_blown_up(small, layouts):
    """Balanced classes have uneven weights: their rounding is no deviation."""
    X = np.insert(np.tile(layouts["block"], (1, 8, 1)), 1, 22.5, axis=2)
    y = np.repeat(["a", "b", "c"], [27, 8, 5])
    model = small(class_weight="balanced").fit(X, y)
    assert model.feature_scale_[1] == 1.0
    near = X + np.array([0.0, 1e-9, 0.0])
    assert_allclose(model.predict_proba(near), model.predict_proba(X), rtol=1e-7)


@pytest.mark.parametrize("size", [5, 10**7, np.int64(10**9)])
def test_a_patch_is_no_longer_than_the_longest_sequence(any_small, X, codes, size):
    options = for_layout(X)
    model = any_small(patch_size=size, warm_start=True, **options).fit(X, codes)
    twin = any_small(patch_size=4, **options).fit(X, codes)
    assert model.patch_size_ == twin.patch_size_ == 4
    assert_array_equal(model.weights_, twin.weights_, strict=True)
    # What was asked for may be asked for again; anything else is a change.
    model.fit(X, codes)
    model.set_params(patch_size=4).fit(X, codes)
    with pytest.raises(ValueError, match="after a change of patch_size"):
        model.set_params(patch_size=6).fit(X, codes)


@every_size
@standardised_or_not
def test_a_sequence_alone_is_as_in_a_batch(any_small, X, codes, size, standardize):
    options = {"patch_size": size, "standardize": standardize, "bidirectional": True}
    model = any_small(**options, **for_layout(X)).fit(X, codes)
    alone = [outputs(model, X[i : i + 1]) for i in range(0, len(X), 4)]
    assert_allclose(np.concatenate(alone), outputs(model, X)[::4], **TO_ROUNDING)


@every_size
@standardised_or_not
def test_what_is_missing_of_a_patch_is_the_mean(
    any_small, layouts, codes, size, standardize
):
    """Also where a sequence is shorter than a patch, and than all that fit has seen."""
    model = any_small(patch_size=size, standardize=standardize, bidirectional=True)
    model.set_params(linear_steps=0)
    X = of_steps(layouts["ragged"], lambda steps: steps + np.array([3.0, -9.0]))
    model.fit(X, codes)
    size = settled(model, size)
    value = model.feature_mean_ if standardize else np.zeros(2)
    new = [X[0][:1], np.concatenate(X[:4]), X[1]]
    full = [completed(sequence, size, value) for sequence in new]
    assert_allclose(outputs(model, new), outputs(model, full), **TO_ROUNDING)


@pytest.mark.parametrize("bidirectional", [False, True], ids=["uni", "bi"])
@every_size
def test_there_is_a_state_for_each_patch(any_small, X, codes, size, bidirectional):
    options = {"hidden_size": (4, 3), "bidirectional": bidirectional}
    options |= NOTHING_BESIDE
    model = any_small(patch_size=size, **options, **for_layout(X)).fit(X, codes)
    size = settled(model, size)
    for layer, units in enumerate((4, 3)):
        states, width = model.hidden_states(X, layer), units * (1 + bidirectional)
        assert isinstance(states, list) == isinstance(X, list)
        lengths = [len(sequence) for sequence in as_list(X)]
        assert [len(h) for h in states] == [-(-n // size) for n in lengths]
        assert {h.shape[1] for h in states} == {width}
    last, mean, largest = np.split(model.pooled_states(X), 3, axis=1)
    assert last.shape == (40, width)
    assert_allclose(last[:, :3], [h[-1, :3] for h in states], **TO_ROUNDING)
    assert_allclose(last[:, 3:], [h[0, 3:] for h in states], **TO_ROUNDING)
    assert_allclose(mean, [h.mean(axis=0) for h in states], **TO_ROUNDING)
    assert_allclose(largest, [h.max(axis=0) for h in states], **TO_ROUNDING)
