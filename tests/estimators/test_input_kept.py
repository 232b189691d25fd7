"""Scale and patches go on with training, with copies, and with weights."""

import pickle

import joblib
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone, is_classifier
from sklearn.model_selection import GridSearchCV

from skrnn.interop import load_torch_state, torch_state
from tests import reference
from tests.estimators.problems import PLAIN
from tests.estimators.reading import (
    TO_ROUNDING,
    cut,
    every_size,
    for_layout,
    of_steps,
    outputs,
    settled,
    standardised_or_not,
)


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
    model = each_small(patch_size=size, standardize=standardize, **STACKED, **PLAIN)
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
    for dtype in ("float64", "auto"):
        # Before its first patch a filter reads the mean, which differs.
        options = {"patch_size": size, "n_filters": 0}
        near = any_small(dtype=dtype, **options).fit(X, codes)
        far = any_small(random_state=1, **options).fit(20.0 + 5.0 * X, codes)
        load_torch_state(far, torch_state(near))
        assert far.weights_.dtype == near.weights_.dtype
        atol = 1e-11 if dtype == "float64" else 1e-5
        assert_allclose(raw_scores(far, X), raw_scores(near, X), rtol=atol, atol=atol)


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
        "all of these to 0 and raise alpha."
    )
