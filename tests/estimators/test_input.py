"""Estimators put features on one scale and steps into patches: what that must mean."""

import pickle

import joblib
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone, is_classifier
from sklearn.model_selection import GridSearchCV

from skrnn.interop import load_torch_state, torch_state
from tests import reference

TO_ROUNDING = {"rtol": 1e-12, "atol": 1e-14}
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
#: With sequences of 2 to 4 steps: less, more or as many as there are.
PATCH_SIZES = (1, 3, 7)

every_size = pytest.mark.parametrize("size", PATCH_SIZES)
standardised_or_not = pytest.mark.parametrize(
    "standardize", [True, False], ids=["scaled", "raw"]
)


def of_steps(X, change):
    """Change the steps, (..., 2), of sequences in any layout."""
    if isinstance(X, list):
        return [change(sequence) for sequence in X]
    return change(X.reshape(len(X), -1, 2)).reshape(X.shape)


def as_list(X):
    return X if isinstance(X, list) else list(X.reshape(len(X), -1, 2))


def for_layout(X):
    return {"features_per_step": 2} if getattr(X, "ndim", 3) == 2 else {}


def outputs(model, X):
    return getattr(model, "predict_proba", model.predict)(X)


def raw_scores(model, X):
    """Give what the head computes, (n, n_outputs)."""
    if is_classifier(model):
        return model.decision_function(X).reshape(len(X), -1)
    return (model.predict(X).reshape(len(X), -1) - model.target_mean_) / (
        model.target_scale_
    )


def partial_fit(model, X, codes):
    return model.partial_fit(
        X, codes, **({"classes": [0, 1]} if is_classifier(model) else {})
    )


def completed(sequence, size, value):
    """Put rows of a value after a sequence until its last patch is full."""
    missing = -len(sequence) % size
    return np.concatenate([sequence, np.tile(value, (missing, 1))])


def settled(model, size):
    """Return the size of its patches: none is longer than the longest sequence."""
    assert model.patch_size_ == min(size, 4)
    return model.patch_size_


def cut(sequence, size, value):
    return completed(sequence, size, value).reshape(-1, size * sequence.shape[1])


# Scale


@pytest.mark.parametrize("units", UNITS.values(), ids=UNITS)
@pytest.mark.parametrize("size", ["auto", 3])
def test_the_units_of_features_do_not_matter(any_small, X, codes, size, units):
    factor, shift = units
    changed = of_steps(X, lambda steps: steps * factor + shift)
    options = {"patch_size": size, **NO_NOISE, **for_layout(X)}
    one = any_small(**options).fit(X, codes)
    other = any_small(**options).fit(changed, codes)
    assert other.patch_size_ == one.patch_size_
    assert_allclose(other.feature_mean_, factor * one.feature_mean_ + shift, rtol=1e-9)
    assert_allclose(other.feature_scale_, factor * one.feature_scale_, rtol=1e-9)
    assert_allclose(outputs(other, changed), outputs(one, X), rtol=1e-9)


@every_size
def test_reading_is_the_same_as_scaling_and_cutting_by_hand(any_small, X, codes, size):
    options = {"hidden_size": (4, 3), "bidirectional": True, **NO_NOISE}
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
    options = {"standardize": False, **NO_NOISE}
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


# What is measured


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


# At predict


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


# Training goes on


def kept(model):
    return model.patch_size_, *model.feature_mean_, *model.feature_scale_


@pytest.mark.parametrize("size", ["auto", 1, 3])
def test_partial_fit_keeps_what_its_first_call_has_measured(
    any_small, layouts, codes, size
):
    X = layouts["ragged"]
    model = partial_fit(any_small(patch_size=size), X[:20], codes[:20])
    first, steps = kept(model), np.concatenate(X[:20])
    assert_allclose(model.feature_mean_, steps.mean(axis=0), **TO_ROUNDING)
    far = [5.0 + 10.0 * np.tile(sequence, (20, 1)) for sequence in X[20:]]
    assert kept(partial_fit(model, far, codes[20:])) == first


@pytest.mark.parametrize("size", ["auto", 1, 3])
def test_warm_start_keeps_scale_and_patches(any_small, layouts, codes, size):
    block = layouts["block"]
    curves = np.repeat(block, 10, axis=1)
    model = any_small(patch_size=size, warm_start=True).fit(curves, codes)
    assert model.patch_size_ == (3 if size == "auto" else size)
    first, before = kept(model), model.weights_
    assert kept(model.fit(7.0 + 3.0 * block, codes)) == first
    assert not np.array_equal(model.weights_, before)
    model.set_params(warm_start=False).fit(block, codes)
    assert model.patch_size_ == (1 if size == "auto" else size)
    assert_allclose(model.feature_mean_, block.mean(axis=(0, 1)), **TO_ROUNDING)


CHANGES = {
    "patch_size": {"patch_size": 2},
    "standardize": {"standardize": False},
    "patch_size, standardize": {"patch_size": 1, "standardize": False},
}


@pytest.mark.parametrize("way", ["partial_fit", "warm_start"])
@pytest.mark.parametrize(("names", "changes"), CHANGES.items(), ids=CHANGES)
def test_changes_of_what_was_learnt_with_are_refused(
    any_small, layouts, codes, names, changes, way
):
    X = layouts["ragged"]
    model = any_small(patch_size=3, warm_start=True).fit(X, codes)
    before = pickle.dumps(model.set_params(**changes))
    with pytest.raises(ValueError, match="cannot go on") as error:
        partial_fit(model, X, codes) if way == "partial_fit" else model.fit(X, codes)
    assert str(error.value) == (
        f"{type(model).__name__} cannot go on training after a change of {names}. "
        "Restore the earlier value, or call fit with warm_start=False."
    )
    assert pickle.dumps(model) == before
    model.set_params(warm_start=False).fit(X, codes)
    assert model.patch_size_ == changes.get("patch_size", 3)


@pytest.mark.parametrize(
    "same",
    [
        {"patch_size": "auto"},
        {"patch_size": np.int64(3)},
        {"standardize": np.True_},
        {"features_per_step": np.int64(2)},
    ],
    ids=str,
)
def test_the_same_said_in_another_way_is_no_change(any_small, layouts, codes, same):
    X = layouts["table"]
    model = any_small(patch_size=3, features_per_step=2, warm_start=True)
    model.fit(X, codes)
    first = kept(model)
    assert kept(model.set_params(**same).fit(X, codes)) == first
    assert kept(partial_fit(model, X, codes)) == first


# The tools of scikit-learn


@pytest.mark.parametrize("size", ["auto", 3])
@standardised_or_not
def test_copies_read_as_the_original(any_small, X, codes, size, standardize, tmp_path):
    options = {"patch_size": size, "standardize": standardize, **for_layout(X)}
    model = any_small(**options).fit(X, codes)
    joblib.dump(model, tmp_path / "model")
    twins = [
        pickle.loads(pickle.dumps(model)),
        joblib.load(tmp_path / "model"),
        joblib.load(tmp_path / "model", mmap_mode="r"),
        clone(model).fit(X, codes),
    ]
    assert clone(model).get_params() == model.get_params()
    for twin in twins:
        assert twin.patch_size_ == model.patch_size_
        assert_array_equal(outputs(twin, X), outputs(model, X))
        if standardize:
            assert kept(twin) == kept(model)


def test_a_search_over_both(any_small, layouts, codes):
    grid = {"patch_size": [1, 3, "auto"], "standardize": [True, False]}
    search = GridSearchCV(any_small(), grid, cv=2, error_score="raise")
    search.fit(layouts["ragged"], codes)
    assert len(search.cv_results_["params"]) == 6
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    best, chosen = search.best_estimator_, search.best_params_
    assert best.patch_size_ == (3 if chosen["patch_size"] == 3 else 1)
    assert (best.feature_mean_ is not None) == chosen["standardize"]


# Weights on their way out and in

#: Gates in the order of PyTorch, what a step does, and how many states it has.
CELLS = {
    "rnn": ("h", reference.rnn_step, 1),
    "lstm": ("ifgo", reference.lstm_step, 2),
    "gru": ("rzn", reference.gru_step, 1),
}


def reader(cell, state, suffix):
    """Make a function from a sequence to its states, of weights by PyTorch's names."""
    names, step, n_states = CELLS[cell]
    W_x, W_h, b, second = (
        np.split(state[f"{name}_{suffix}"], len(names))
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    gates = {}
    for k, name in enumerate(names):
        biases = (
            (b[k], second[k]) if (cell, name) == ("gru", "n") else (b[k] + second[k],)
        )
        gates[name] = [part.tolist() for part in (W_x[k], W_h[k], *biases)]
    zero = ([0.0] * W_h[0].shape[1],) * n_states
    return lambda sequence: reference.run(step, gates, sequence, zero)


def scores_by_hand(cell, state, patches):
    """Read raw patches in two layers, both ways, by the loops of `tests.reference`."""
    for layer in ("l0", "l1"):
        ahead = reader(cell, state, layer)
        back = reader(cell, state, f"{layer}_reverse")
        patches = reference.run_both_ways(ahead, back, patches)
    h = np.array(patches)
    half = h.shape[1] // 2
    last = [*h[-1, :half], *h[0, half:]]
    pooled = np.concatenate([last, h.mean(axis=0), h.max(axis=0)])
    return state["head.weight"] @ pooled + state["head.bias"]


STACKED = {"hidden_size": (4, 3), "bidirectional": True}


@every_size
@standardised_or_not
def test_weights_that_go_out_read_raw_patches(
    each_small, layouts, codes, size, standardize
):
    X = layouts["ragged"]
    if standardize:
        factor, shift = np.array([[30.0, 0.2], [100.0, 0.7]])
        X = of_steps(X, lambda steps: steps * factor + shift)
    model = each_small(patch_size=size, standardize=standardize, **STACKED)
    model.fit(X, codes)
    size = settled(model, size)
    cell, state = model.architecture_["cell"], torch_state(model)
    value = model.feature_mean_ if standardize else np.zeros(2)
    patches = [cut(sequence, size, value).tolist() for sequence in X]
    by_hand = [scores_by_hand(cell, state, each) for each in patches[:10]]
    assert_allclose(by_hand, raw_scores(model, X)[:10], rtol=1e-9, atol=1e-10)


@every_size
@standardised_or_not
def test_weights_that_come_back_are_the_same(
    each_small, layouts, codes, size, standardize
):
    options = {"patch_size": size, "standardize": standardize, **STACKED}
    model, X = each_small(**options), layouts["ragged"]
    before, expected = model.fit(X, codes).weights_.copy(), outputs(model, X)
    load_torch_state(model, torch_state(model))
    assert_allclose(outputs(model, X), expected, **TO_ROUNDING)
    if not standardize:
        assert_array_equal(model.weights_, before, strict=True)


@every_size
def test_weights_travel_between_scales(any_small, layouts, codes, size):
    """What goes out reads raw steps, so that it does so in another model too."""
    X = layouts["block"][:, :3].repeat(7, axis=1)
    near = any_small(patch_size=size).fit(X, codes)
    far = any_small(patch_size=size, random_state=1).fit(20.0 + 5.0 * X, codes)
    load_torch_state(far, torch_state(near))
    assert_allclose(raw_scores(far, X), raw_scores(near, X), rtol=1e-9, atol=1e-11)


# L-BFGS


@pytest.mark.filterwarnings("ignore:L-BFGS stopped at max_iter")
def test_lbfgs_goes_without_dropout_by_itself(any_small, X, codes):
    options = {"solver": "lbfgs", **for_layout(X)}
    models = [
        any_small(**options, **rate).fit(X, codes)
        for rate in ({}, {"dropout": "auto"}, {"dropout": 0, "recurrent_dropout": 0})
    ]
    first, *others = (model.weights_ for model in models)
    for weights in others:
        assert_array_equal(weights, first)


@pytest.mark.parametrize("rate", [0.2, 1e-9])
def test_lbfgs_refuses_recurrent_dropout_that_is_asked_for(any_small, X, codes, rate):
    model = any_small(solver="lbfgs", recurrent_dropout=rate, **for_layout(X))
    with pytest.raises(ValueError, match="lbfgs") as error:
        model.fit(X, codes)
    assert str(error.value) == (
        f"solver='lbfgs' does not support recurrent_dropout={rate}: the loss must be "
        "the same each time that it is computed. Use solver='adam' or 'sgd', or set "
        "both rates to 0 and raise alpha."
    )
