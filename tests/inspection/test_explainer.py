"""Attributions in every layout and from any baseline, and what cannot be explained."""

from functools import partial

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skrnn import GRUClassifier, LSTMClassifier, RecurrentFeatures, RNNRegressor
from skrnn.inspection import explainer, saliency
from tests.inspection.problems import joined, small

METHODS = ("gradient", "gradient_x_input", "integrated_gradients")
every_method = pytest.mark.parametrize("method", METHODS)


@every_method
def test_every_layout_tells_the_same(method, any_small, layouts, y, targets):
    block = layouts["block"]
    frame = layouts["frame"]
    known = {}
    for name, X, width in (
        ("block", block, 1),
        ("list", list(block), 1),
        ("tuple", tuple(block), 1),
        ("table", layouts["table"], 2),
        ("frame", frame, 2),
    ):
        model = any_small(features_per_step=width)
        model.fit(X, y if is_classifier(model) else targets)
        known[name] = saliency(model, X[:6], method=method)
    block = block[:6]
    assert known["block"].shape == block.shape
    assert type(known["list"]) is type(known["tuple"]) is list
    for name, found in known.items():
        expected = (6, 8) if name in ("table", "frame") else block.shape
        assert np.shape(found) == expected
        assert_allclose(
            np.reshape(found, block.shape), known["block"], rtol=1e-9, atol=1e-14
        )


def test_an_object_array_is_a_ragged_list(any_small, layouts, codes):
    ragged = layouts["ragged"]
    objects = np.empty(len(ragged), object)
    objects[:] = ragged
    model = any_small().fit(ragged, codes)
    found = saliency(model, objects)
    assert type(found) is list
    assert_array_equal(joined(found), joined(saliency(model, ragged)))


@every_method
def test_float32(method, any_small, layouts, codes):
    ragged = layouts["ragged"]
    single = [x.astype(np.float32) for x in ragged]
    # The gradient of filters jumps, and one point of an integral on the other side of
    # a jump is more than rounding.
    n_filters = 0 if method == "integrated_gradients" else "auto"
    parameters = {"max_iter": 20, "patch_size": 2, "n_filters": n_filters}
    model = any_small(**parameters).fit(single, codes)
    found, exact = (saliency(model, X[:6], method=method) for X in (single, ragged))
    expected = np.float32 if is_classifier(model) else np.float64
    assert {one.dtype for one in found} == {np.dtype(expected)}
    assert {one.dtype for one in exact} == {np.dtype(np.float64)}
    tolerance = 1e-3 if method == "integrated_gradients" else 1e-4
    assert_allclose(joined(found), joined(exact), rtol=0, atol=tolerance)
    assert abs(joined(exact)).max() > 20 * tolerance


@every_method
def test_a_batch_is_its_sequences_one_by_one(method, any_small, layouts, codes):
    ragged = layouts["ragged"]
    model = any_small(bidirectional=True).fit(ragged, codes)
    together = saliency(model, ragged[:9], method=method)
    for i in (0, 1, 5):
        alone = saliency(model, ragged[i : i + 1], method=method)[0]
        assert_allclose(alone, together[i], rtol=1e-9, atol=1e-13)


@every_method
def test_blocks_and_workers_change_nothing(method, layouts, y, monkeypatch):
    ragged = layouts["ragged"]
    model = small(LSTMClassifier, ragged, y)
    ragged = ragged[:12]
    whole = saliency(model, ragged, method=method)
    monkeypatch.setattr(explainer, "STATES_AT_ONCE", 3 * 9)
    in_blocks = saliency(model, ragged, method=method)
    assert_allclose(joined(in_blocks), joined(whole), rtol=1e-9, atol=1e-13)
    model.n_jobs = 2
    shared = saliency(model, ragged, method=method)
    assert_array_equal(joined(shared), joined(in_blocks))


def test_nothing_is_changed(layouts, y):
    model = small(LSTMClassifier, layouts["block"], y)
    X, weights = layouts["block"].copy(), model.weights_.copy()
    saliency(model, layouts["block"], method="integrated_gradients")
    assert_array_equal(X, layouts["block"])
    assert_array_equal(weights, model.weights_)


def test_a_frozen_network_is_a_network(layouts, y):
    for X in (layouts["ragged"], layouts["block"]):
        model = small(LSTMClassifier, X, y)
        found = saliency(FrozenEstimator(model), X)
        assert_array_equal(joined(found), joined(saliency(model, X)))


@pytest.mark.parametrize("name", ["block", "ragged", "table"])
def test_a_baseline_may_be_like_X(name, any_small, layouts, codes):
    X = layouts[name]
    model = any_small(features_per_step=2 if name == "table" else 1).fit(X, codes)
    X = X[:6]
    call = partial(saliency, model, X, method="integrated_gradients")
    other = [1.5 + 0 * x for x in X] if name == "ragged" else np.full_like(X, 1.5)
    expected = joined(call(baseline=1.5))
    assert_allclose(joined(call(baseline=other)), expected, rtol=1e-12, atol=1e-15)
    assert_allclose(joined(call(baseline=(1.5, 1.5))), expected, rtol=1e-12, atol=1e-15)
    assert_array_equal(joined(call(baseline=X)), np.zeros_like(expected))


def failure(error, call, *args, **kwargs):
    with pytest.raises(error) as caught:
        call(*args, **kwargs)
    assert type(caught.value) is error
    return str(caught.value)


NOT_A_NETWORK = "saliency expected a fitted classifier or regressor of skrnn, got "


def test_what_wraps_a_network_is_told_what_to_pass(layouts, y):
    X = layouts["block"]
    network = LSTMClassifier(hidden_size=2, max_iter=1, random_state=0)
    pipeline = make_pipeline(FunctionTransformer(), network).fit(X, y)
    search = GridSearchCV(network, {"max_iter": [1]}, cv=2).fit(X, y)
    features = RecurrentFeatures(network).fit(X, y)
    advice = {
        pipeline: "Pipeline. Pass the last step of the pipeline, and X as that step "
        "reads it: saliency(pipeline[-1], pipeline[:-1].transform(X)).",
        search: "GridSearchCV. Pass its best_estimator_.",
        features: "RecurrentFeatures. Pass its estimator_.",
        FunctionTransformer(): "FunctionTransformer.",
        "model": "str.",
    }
    for estimator, text in advice.items():
        assert failure(TypeError, saliency, estimator, X) == NOT_A_NETWORK + text
    found = saliency(pipeline[-1], pipeline[:-1].transform(X))
    assert_array_equal(found, saliency(search.best_estimator_, X))
    assert_array_equal(found, saliency(features.estimator_, X))


def test_it_must_be_fitted(any_small, layouts):
    with pytest.raises(NotFittedError):
        saliency(any_small(), layouts["block"])


def test_X_is_held_against_that_of_fit(layouts, y):
    model = small(LSTMClassifier, layouts["block"], y)
    assert failure(ValueError, saliency, model, layouts["ragged"]) == failure(
        ValueError, model.predict, layouts["ragged"]
    )


TWO_CLASSES = "target must be one class, or one for each of the 40 sequences of X: "


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            {"method": "gradients"},
            "The 'method' parameter of saliency must be one of 'gradient', "
            "'gradient_x_input', 'integrated_gradients'. Got 'gradients'. Did you mean "
            "'gradient'?",
        ),
        (
            {"output": "logit"},
            "The 'output' parameter of saliency must be one of 'score', 'probability'. "
            "Got 'logit'.",
        ),
        (
            {"n_steps": 0, "tol": 0},
            "The 'n_steps' parameter of saliency must be an int in the range [1, inf). "
            "Got 0.\n"
            "The 'tol' parameter of saliency must be a float in the range (0, inf). "
            "Got 0.",
        ),
        (
            {"baseline": 0.0},
            "method='gradient' is a slope at X itself and has no baseline. Leave "
            "baseline out, or choose 'gradient_x_input' or 'integrated_gradients'.",
        ),
        (
            {"target": "left"},
            "target='left' is no class of this LSTMClassifier: it must be one of "
            "['down', 'up'].",
        ),
        (
            {"target": ["up", "down"]},
            TWO_CLASSES + "got an array of shape (2,).",
        ),
        (
            {"method": "gradient_x_input", "baseline": [1.0, 2.0, 3.0]},
            "baseline must be a finite number, 2 of them, one for each feature of a "
            "step, or sequences like X. Got [1.0, 2.0, 3.0].",
        ),
        (
            {"method": "gradient_x_input", "baseline": np.nan},
            "baseline must be a finite number, 2 of them, one for each feature of a "
            "step, or sequences like X. Got nan.",
        ),
        (
            {"method": "gradient_x_input", "baseline": np.zeros((1, 4, 2))},
            "baseline has 1 sequences, but X has 40: there must be one for each "
            "sequence.",
        ),
        (
            {"method": "gradient_x_input", "baseline": np.zeros((40, 3, 2))},
            "Sequence 0 of baseline has 3 steps, but sequence 0 of X has 4: they must "
            "be of the same length.",
        ),
    ],
)
def test_options_that_will_not_do(layouts, y, options, text):
    model = small(LSTMClassifier, layouts["block"], y)
    assert failure(ValueError, saliency, model, layouts["block"], **options) == text


def test_targets_must_be_named_where_there_are_several(layouts, y):
    X, two = layouts["block"], np.eye(2, dtype=int)[np.arange(40) % 2]
    which = (
        "{} was fitted on 2 {}s, and target does not say which of them to explain. "
        "Pass the number of one, from 0 to 1, or one for each sequence."
    )
    unknown = "target={} is no {} of this {}: it must be one of [0, 1]."
    for kind, what in ((GRUClassifier, "label"), (RNNRegressor, "target")):
        model = small(kind, X, two)
        name = kind.__name__
        assert failure(ValueError, saliency, model, X) == which.format(name, what)
        for target in (2, -1, 1.0, True, "1"):
            told = failure(ValueError, saliency, model, X, target=target)
            assert told == unknown.format(repr(target), what, name)


def test_a_regressor_has_no_probability(layouts, targets):
    model = small(RNNRegressor, layouts["block"], targets)
    told = failure(ValueError, saliency, model, layouts["block"], output="probability")
    assert told == (
        "output='probability' is for classifiers: RNNRegressor predicts numbers. "
        "Leave output at 'score'."
    )
