"""Saliency is the gradient of what users see, for every network and layout."""

import warnings
from functools import cache, partial
from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import is_classifier
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skrnn import (
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    RecurrentFeatures,
    RNNClassifier,
    RNNRegressor,
)
from skrnn.inspection import explainer, saliency
from tests.golden.files import HIDDEN_SIZE, LOSSES, POOLINGS, REGRESSION, read
from tests.golden.test_golden import every_file
from tests.gradients import relative_error

CELLS = {
    "rnn-tanh": partial(RNNClassifier, activation="tanh"),
    "rnn-relu": partial(RNNClassifier, activation="relu"),
    "lstm": LSTMClassifier,
    "gru": GRUClassifier,
}
#: Every pooling, with and without patches and scale, in another pairing each time.
READINGS = [(1, True), (3, False), (1, False), (3, True)]
METHODS = ("gradient", "gradient_x_input", "integrated_gradients")
UNITS = np.array([1.0, 30.0])
MEANS = np.array([0.0, 7.0])

every_method = pytest.mark.parametrize("method", METHODS)


def sequences(lengths, seed=0):
    rng = np.random.default_rng(seed)
    return [MEANS + UNITS * rng.normal(size=(steps, 2)) for steps in lengths]


LENGTHS = {"rectangular": [7] * 9, "ragged": [3, 7, 1, 5, 7, 2, 4, 6, 5]}
THREE = np.arange(9) % 3


def small(kind, X, y=THREE, **parameters):
    settings = {"hidden_size": 3, "max_iter": 1, "random_state": 0, **parameters}
    return kind(**settings).fit(X, y)


def joined(attributions):
    return np.concatenate([np.reshape(one, (-1, 2)) for one in attributions])


def totals(attributions):
    return np.array([np.sum(one) for one in attributions])


def error_of(claimed, X, output, units=UNITS):
    """Hold attributions against differences of the sum of an output, (X) -> (n,)."""
    ends = np.cumsum([len(x) for x in X])[:-1]

    def value(point):
        moved = np.split(point * units, ends)
        return output(np.stack(moved) if isinstance(X, np.ndarray) else moved).sum()

    return relative_error(
        value,
        joined(claimed) * units,
        joined(X) / units,
        np.random.default_rng(0),
        n_coordinates=6,
        n_directions=2,
    )


def chosen(scores, codes):
    return scores.reshape(len(scores), -1)[np.arange(len(scores)), codes]


def output_of(method, codes):
    """Give (X) -> (n,), of the outputs of a method the one that a code stands for."""
    return lambda X: chosen(method(X), codes)


# The gradient


@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("n_layers", [1, 3])
@pytest.mark.parametrize("cell", CELLS)
def test_equals_differences(cell, n_layers, bidirectional, lengths):
    raw = sequences(LENGTHS[lengths])
    turn = n_layers + bidirectional + (lengths == "ragged")
    for k, pooling in enumerate(POOLINGS):
        patch_size, standardize = READINGS[(k + turn) % 4]
        units = UNITS if standardize else 1.0
        X = [x * units / UNITS for x in raw]
        X = np.stack(X) if lengths == "rectangular" else X
        model = CELLS[cell](
            4,
            n_layers=n_layers,
            bidirectional=bidirectional,
            pooling=pooling,
            patch_size=patch_size,
            standardize=standardize,
            random_state=0,
        ).partial_fit(X, THREE, classes=range(3))
        found = saliency(model, X, target=THREE)
        error = error_of(found, X, output_of(model.decision_function, THREE), units)
        assert error < 1e-6, (pooling, patch_size, standardize)
        assert joined(found).any()


@every_file
def test_equals_what_pytorch_computed(cell, n_layers, direction, layout):
    golden = read(cell, n_layers, direction, layout)
    X, lengths = golden.samples(), golden["lengths"]
    share = golden["sample_weight"] / len(lengths)
    for loss, pooling in zip(LOSSES, [*POOLINGS, "concat"], strict=True):
        expected = golden.part("case", pooling, loss)
        scores, y = expected["scores"], golden[f"y/{loss}"]
        _, d_scores = LOSSES[loss].value_and_gradient(scores, y)
        model = golden.estimator(pooling, loss)
        found = 0.0
        for k in range(scores.shape[1]):
            target = 1 if loss == "binary" else k
            gradients = np.concatenate(list(saliency(model, X, target=target)))
            if loss in REGRESSION:
                gradients = gradients / model.target_scale_[k]
            found += np.repeat(share * d_scores[:, k], lengths)[:, None] * gradients
        assert_allclose(found, expected["d_x"], rtol=0, atol=1e-10)
    assert HIDDEN_SIZE in model.architecture_["hidden_sizes"]


def test_takes_the_predicted_class_by_default():
    X = sequences(LENGTHS["ragged"])
    for y in (THREE, THREE % 2, np.array(list("abcabcabc"))):
        model = small(LSTMClassifier, X, y, max_iter=20)
        predicted = model.predict(X)
        assert len(set(predicted.tolist())) > 1
        by_default, asked = saliency(model, X), saliency(model, X, target=predicted)
        assert_array_equal(joined(by_default), joined(asked))
        one = saliency(model, X, target=predicted[0])
        assert_array_equal(one[0], asked[0])


def test_the_first_of_two_classes_has_the_opposite_sign():
    X = sequences(LENGTHS["ragged"])
    model = small(GRUClassifier, X, np.where(THREE == 1, "up", "down"))
    up = saliency(model, X, target="up")
    assert error_of(up, X, model.decision_function) < 1e-6
    assert_array_equal(joined(saliency(model, X, target="down")), -joined(up))


def test_labels_that_exclude_nothing():
    X = sequences(LENGTHS["ragged"])
    y = np.stack([THREE > 0, THREE == 1, THREE < 2], axis=1).astype(int)
    model = small(GRUClassifier, X, y)
    for label in range(3):
        found = saliency(model, X, target=label)
        assert error_of(found, X, output_of(model.decision_function, label)) < 1e-6
    assert_array_equal(saliency(model, X, target=THREE)[5], found[5])


@pytest.mark.parametrize("shape", [(9,), (9, 1), (9, 2)])
def test_regressors_speak_in_the_units_of_their_targets(shape):
    X = sequences(LENGTHS["ragged"])
    y = 1e5 + 1e4 * np.random.default_rng(0).normal(size=shape)
    model = small(GRURegressor, X, y)
    for target in range(y.reshape(9, -1).shape[1]):
        found = saliency(model, X, target=target)
        assert error_of(found, X, output_of(model.predict, target)) < 1e-6
    if shape != (9, 2):
        assert_array_equal(joined(saliency(model, X)), joined(found))


@pytest.mark.parametrize("kind", ["two", "three", "labels"])
def test_probability(kind):
    X = sequences(LENGTHS["ragged"])
    labels = np.stack([THREE > 0, THREE == 1, THREE < 2], axis=1).astype(int)
    y = {"two": THREE % 2, "three": THREE, "labels": labels}[kind]
    model = small(RNNClassifier, X, y)
    for code in range(2 if kind == "two" else 3):
        found = saliency(model, X, target=code, output="probability")
        assert error_of(found, X, output_of(model.predict_proba, code)) < 1e-6


# The other methods


@pytest.mark.parametrize("standardize", [True, False])
def test_gradient_x_input_is_the_gradient_on_the_way_from_the_baseline(standardize):
    X = sequences(LENGTHS["ragged"])
    model = small(GRUClassifier, X, standardize=standardize)
    gradient = joined(saliency(model, X, target=0))
    call = partial(saliency, model, X, method="gradient_x_input", target=0)
    mean = model.feature_mean_ if standardize else np.zeros(2)
    assert_allclose(joined(call()), gradient * (joined(X) - mean), rtol=1e-12)
    assert_array_equal(joined(call(baseline=0)), gradient * joined(X))
    given = joined(call(baseline=[1.0, 2.0]))
    assert_array_equal(given, gradient * (joined(X) - [1.0, 2.0]))


def rested(model, X, baseline):
    """Give sequences of the same lengths that stay at a baseline."""
    return [np.tile(baseline, (len(x), 1)) for x in X]


# Each cell and each pooling twice.
@pytest.mark.parametrize(
    ("cell", "pooling"),
    [(c, list(POOLINGS)[(i + k) % 4]) for i, c in enumerate(CELLS) for k in (0, 2)],
)
def test_integrated_gradients_add_up(cell, pooling):
    X = sequences([5, 12, 9, 30, 1, 17])
    y = THREE[:6]
    tol = 1e-3
    for patch_size, bidirectional in ((1, False), (2, True)):
        model = small(
            CELLS[cell],
            X,
            y,
            pooling=pooling,
            max_iter=30,
            patch_size=patch_size,
            bidirectional=bidirectional,
        )
        found = saliency(model, X, method="integrated_gradients", target=y, tol=tol)
        start = rested(model, X, model.feature_mean_)
        change = chosen(model.decision_function(X) - model.decision_function(start), y)
        size = totals([abs(one) for one in found])
        assert (abs(totals(found) - change) <= 3 * tol * size).all()
        assert (abs(change) > 30 * tol).any()


@pytest.mark.parametrize("cell", ["rnn-tanh", "lstm", "gru"])
def test_integrated_gradients_of_smooth_networks_are_exact(cell):
    X = np.stack(sequences(LENGTHS["rectangular"]))
    model = small(CELLS[cell], X, pooling="mean", max_iter=20)
    call = partial(saliency, model, X, method="integrated_gradients", n_steps=40)
    start = X[::-1].copy()
    for output, f in {
        "score": model.decision_function,
        "probability": model.predict_proba,
    }.items():
        found = call(target=THREE, baseline=start, output=output)
        change = chosen(f(X) - f(start), THREE)
        assert_allclose(totals(found), change, rtol=0, atol=1e-10)


def test_a_network_that_changes_its_mind_is_followed():
    # All that the units do, they do on a small part of the way from the baseline.
    X = np.linspace(-1, 1, 40).reshape(20, 2, 1)
    model = small(
        RNNClassifier, X, (X.sum(axis=(1, 2)) > 0).astype(int), pooling="last"
    )
    model.weights_ = 100 * model.weights_
    found = saliency(model, X, target=1, method="integrated_gradients")
    change = model.decision_function(X) - model.decision_function(
        np.full_like(X, model.feature_mean_)
    )
    size = abs(found).sum(axis=(1, 2))
    assert (abs(found.sum(axis=(1, 2)) - change) <= 2e-3 * size).all()
    assert np.ptp(change) > 100


def test_integrated_gradients_that_do_not_add_up_are_told(monkeypatch):
    monkeypatch.setattr("skrnn.inspection.methods.DEEPEST", 0)
    X = sequences(LENGTHS["ragged"])
    model = small(LSTMClassifier, X, max_iter=20)
    model.weights_ = model.weights_ * 30
    call = partial(saliency, model, X, method="integrated_gradients", n_steps=1)
    with pytest.warns(ConvergenceWarning) as caught:
        call()
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert str(caught[0].message) == (
        "The integrated gradients of 9 of 9 sequences do not add up to the change of "
        "their output, the first of them those of sequence 0: somewhere on the way "
        "from the baseline it changes too abruptly. Try more than n_steps=1, or "
        "another baseline."
    )


def integrated(model, X, **options):
    """Give how far the sums are off, as parts of the sizes, and whether it is told."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = saliency(model, X, target=1, method="integrated_gradients", **options)
    at_rest = np.broadcast_to(model.feature_mean_, X.shape)
    outputs = np.stack([model.decision_function(x) for x in (at_rest, X)])
    rounding = 64 * np.finfo(float).eps * abs(outputs).max(axis=0)
    off = abs(totals(found) - (outputs[1] - outputs[0])) - rounding
    return off / abs(found).sum(axis=(1, 2)), len(caught) == 1


@cache
def abrupt(scale, seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(20, 4, 2))
    y = (X[:, :, 0].sum(axis=1) > 0).astype(int)
    model = small(RNNClassifier, X, y, random_state=seed, patch_size=1)
    model.weights_ = scale * model.weights_
    return model, X


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("tol", [1e-1, 1e-2, 1e-3])
@pytest.mark.parametrize(("scale", "n_steps"), [(1, 2), (1, 16), (3, 16)])
def test_what_can_be_found_is_found_up_to_tol(scale, n_steps, tol, seed):
    model, X = abrupt(scale, seed)
    off, told = integrated(model, X, n_steps=n_steps, tol=tol)
    assert off.max() <= tol
    assert not told


@pytest.mark.parametrize("deepest", [0, 1, 3])
def test_a_sum_that_is_off_by_little_more_than_tol_is_told(monkeypatch, deepest):
    monkeypatch.setattr("skrnn.inspection.methods.DEEPEST", deepest)
    by_little = 0
    for seed in range(4):
        call = partial(integrated, *abrupt(3, seed), n_steps=2)
        best, _ = call(tol=1e-12)
        for tol in best.max() / np.array([0.9, 1.1, 1.3, 1.6, 1.9]):
            off, told = call(tol=tol)
            assert told == (off > tol).any()
            by_little += tol < off.max() < 2 * tol
    assert by_little > 3


# Layouts, types, blocks


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
    model = any_small(max_iter=20, patch_size=2).fit(single, codes)
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


# Baselines


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


# Errors


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


def test_cases_cover_each_pooling_with_each_reading():
    cases = product((1, 3), (0, 1), (0, 1))
    met = {(k, (k + sum(case)) % 4) for case in cases for k in range(4)}
    assert len(met) == 16
