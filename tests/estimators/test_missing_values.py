"""Gaps in X, with missing_values="forward_fill"."""

import pickle
import warnings
from functools import partial

import numpy as np
import pandas as pd
import pytest
import skops.io
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.utils import get_tags

from skrnn import (
    GRUClassifier,
    GRURegressor,
    LSTMRegressor,
    RecurrentFeatures,
    RNNClassifier,
)
from skrnn.cells import CELLS
from skrnn.ensemble import SequenceBaggingClassifier
from skrnn.fitting.duplicates import merge_duplicates
from skrnn.fitting.fitted_state import fitted_network
from skrnn.fitting.memory import measure_memory
from skrnn.fitting.swapped_axes import look_swapped
from skrnn.inspection import permutation_importance, saliency
from skrnn.inspection.baselines import check_baseline
from skrnn.interop import SKOPS_TRUSTED
from skrnn.parameters.measured import choose_patch_size, scales_differ
from skrnn.preprocessing import PerStepTransformer
from skrnn.sequences import pack
from skrnn.sequences.scaling import Scale
from skrnn.streaming import EarlyClassifier, Stream
from skrnn.validation import SequenceFormat, check_sequences

NAN = np.nan
N, T, D = 30, 6, 2
RNG = np.random.default_rng(0)
WHOLE = 3 + RNG.normal(size=(N, T, D))
IS_MISSING = RNG.random((N, T, D)) < 0.4
IS_MISSING[0], IS_MISSING[1, :, 0] = True, True
X = np.where(IS_MISSING, NAN, WHOLE)
RAGGED = [x[: 1 + i % T] for i, x in enumerate(X)]
Y = np.arange(N) % 2
TARGETS = np.nanmean(X[1:], axis=(1, 2))
QUICK = {"hidden_size": 3, "max_iter": 3, "random_state": 0}
GAPS = {**QUICK, "missing_values": "forward_fill"}


def quietly(call, *args, **kwargs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call(*args, **kwargs)


def fitted(X=X, y=Y, kind=GRUClassifier, **parameters):
    return quietly(kind(**{**GAPS, **parameters}).fit, X, y)


def frames(dtype):
    return [pd.DataFrame(x, columns=["a", "b"]).astype(dtype) for x in X]


def objects(missing):
    values = X.astype(object)
    values[np.isnan(X)] = missing
    return values


LAYOUTS = {
    "block": (X, {}),
    "list": (list(X), {}),
    "table": (X.reshape(N, -1), {"features_per_step": D}),
    "frame": (pd.DataFrame(X.reshape(N, -1)), {"features_per_step": D}),
    "frame with NA": (
        pd.DataFrame(X.reshape(N, -1)).astype("Float64"),
        {"features_per_step": D},
    ),
    "frame of objects": (
        pd.DataFrame(objects(pd.NA).reshape(N, -1)),
        {"features_per_step": D},
    ),
    "objects with None": (objects(None), {}),
    "objects with NA": (objects(pd.NA), {}),
    "lists": (objects(None).tolist(), {}),
    "frames": (frames(float), {}),
    "frames with NA": (frames("Float64"), {}),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_reads_the_same(name):
    data, parameters = LAYOUTS[name]
    expected = fitted().predict_proba(X)
    with warnings.catch_warnings():
        # pandas: downcasting of objects is deprecated or gone.
        warnings.simplefilter("ignore", FutureWarning)
        found = fitted(data, **parameters).predict_proba(data)
    assert_allclose(found, expected, rtol=0, atol=1e-6)
    assert np.isfinite(found).all()


@pytest.mark.parametrize("dtype", [np.float32, np.int64])
def test_other_types(dtype):
    data = X if dtype is np.float32 else WHOLE.round()
    model = fitted(data.astype(dtype))
    found = model.predict_proba(data.astype(dtype))
    assert found.dtype == (np.float32 if dtype is np.float32 else np.float64)
    assert_allclose(found, model.predict_proba(data), rtol=0, atol=1e-5)


@pytest.mark.parametrize("kind", [GRUClassifier, GRURegressor])
@pytest.mark.parametrize("options", [{}, {"own_scale": True, "linear_steps": 2}])
@pytest.mark.parametrize("standardize", [True, False])
def test_a_batch_equals_its_sequences(kind, options, standardize):
    y = Y if kind is GRUClassifier else np.r_[0.0, TARGETS]
    model = fitted(RAGGED, y, kind, standardize=standardize, n_filters=2, **options)
    outputs = model.predict_proba if kind is GRUClassifier else model.predict
    expected = np.concatenate([outputs([x]) for x in RAGGED])
    assert_allclose(outputs(RAGGED), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("options", [{}, {"patch_size": 2, "n_filters": 2}])
def test_streams_equal_batches(options):
    model = fitted(linear_steps=2, own_scale=False, **options)
    stream = Stream(model, N)
    for t in range(T):
        found = stream.step(X[:, t])
        expected = model.predict_proba(X[:, : t + 1])
        assert_allclose(found, expected, rtol=0, atol=1e-12)
    again = Stream(model, N).set_state(stream.get_state())
    assert_array_equal(again.step(X[:, 0]), stream.copy().step(X[:, 0]))
    assert_allclose(Stream(model, N).run(X)[:, -1], found, rtol=0, atol=1e-12)
    for t, found in enumerate(model.staged_predict_proba(X)):
        expected = model.predict_proba(X[:, : t + 1])
        assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_streams_refuse_infinity():
    x = np.array([NAN, np.inf])
    with pytest.raises(ValueError, match="x contains infinity: stream 0, feature 1"):
        Stream(fitted()).step(x)


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_weights_are_copies_to_the_bit(solver):
    copies = np.r_[np.arange(N), 3, 3, 7]
    weight = np.bincount(copies, minlength=N).astype(float)
    weight[5] = 0
    copies = copies[copies != 5]
    payload = X.copy()
    payload.view(np.uint64)[np.isnan(X)] |= 12345
    by_weight = GRUClassifier(**GAPS, solver=solver)
    by_weight = quietly(by_weight.fit, X, Y, sample_weight=weight)
    by_copies = fitted(payload[copies], Y[copies], solver=solver)
    assert_array_equal(by_weight.weights_, by_copies.weights_)
    assert_array_equal(by_weight.feature_memory_, by_copies.feature_memory_)


def test_the_same_gaps_are_duplicates():
    negative = X.copy()
    negative[np.isnan(X)] = -NAN
    both = np.concatenate([X, negative])
    for samples in (both, list(both)):
        rows, *_ = merge_duplicates(samples, np.zeros(2 * N), np.arange(2 * N))
        assert len(rows) == N


def test_what_is_measured_is_what_was_seen():
    model = fitted()
    assert_allclose(model.feature_mean_, np.nanmean(X, axis=(0, 1)), rtol=1e-12)
    assert_allclose(model.feature_scale_, np.nanstd(X, axis=(0, 1)), rtol=1e-12)
    weight = RNG.random(N)
    for samples in (X, RAGGED, X.astype(np.float32)):
        rows = np.r_[0, 4, 7, 1, 12]
        found = Scale.of_steps(samples, rows, weight)
        steps = np.concatenate([samples[i] for i in rows]).astype(float)
        each = np.concatenate([np.full(len(samples[i]), weight[i]) for i in rows])
        each = each[:, np.newaxis] * ~np.isnan(steps)
        mean = np.nansum(each * steps, axis=0) / each.sum(axis=0)
        squares = np.nansum(each * (steps - mean) ** 2, axis=0)
        assert_allclose(found.mean, mean, rtol=1e-6)
        assert_allclose(found.scale, np.sqrt(squares / each.sum(axis=0)), rtol=1e-6)


def test_a_feature_that_is_never_seen():
    data = np.concatenate([X, np.full((N, T, 1), NAN)], axis=2)
    message = (
        "X has no value of feature(s) {} in any sequence to learn from: the network "
        "learns nothing of them, and reads 0 in their place. Leave them out of X."
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = GRUClassifier(**GAPS).fit(data, Y)
    assert message.format(2) in [str(one.message) for one in caught]
    assert (model.feature_mean_[2], model.feature_scale_[2]) == (0, 1)
    named = [pd.DataFrame(x, columns=["a", "b", "c"]) for x in data]
    with pytest.warns(UserWarning, match="X has no value") as caught:
        GRUClassifier(**GAPS).fit(named, Y)
    assert message.format("c") in [str(one.message) for one in caught]
    assert np.isfinite(model.predict_proba(data)).all()
    # It may come later.
    assert np.isfinite(model.predict_proba(np.nan_to_num(data, nan=5.0))).all()


def test_features_remember():
    model = fitted()
    expected = measure_memory(
        X, np.arange(N), np.ones(N), Scale(model.feature_mean_, model.feature_scale_)
    )
    assert_allclose(model.feature_memory_, expected, rtol=0, atol=1e-7)
    assert model.feature_memory_.dtype == np.float64
    assert fitted(missing_values="error", X=WHOLE).feature_memory_ is None
    # There is no mean to fade to.
    assert_array_equal(fitted(standardize=False).feature_memory_, [1, 1])


def test_features_remember_what_they_did_in_the_first_call():
    model = GRUClassifier(**GAPS)
    quietly(model.partial_fit, X[:20], Y[:20], classes=[0, 1])
    memory = model.feature_memory_.copy()
    assert_array_equal(fitted(X[:20], Y[:20]).feature_memory_, memory)
    quietly(model.partial_fit, X[20:], Y[20:])
    assert_array_equal(model.feature_memory_, memory)


@pytest.mark.parametrize("memory", [0.0, 1.0])
def test_what_a_memory_means(memory):
    """Nothing fades, or all is forgotten at once."""
    model = fitted()
    model.feature_memory_ = np.full(D, memory)
    filled = np.where(np.isnan(X), model.feature_mean_, X)
    if memory:
        filled = np.stack(
            [
                pd.DataFrame(x).ffill().fillna(dict(enumerate(model.feature_mean_)))
                for x in X
            ]
        )
    block = fitted_network(model).front["gaps"]
    found = np.stack(block.forward({}, pack(X))[0].unpack())[..., :D]
    assert_allclose(found, filled, rtol=0, atol=1e-15)


@pytest.mark.parametrize(
    "memory", [None, np.ones(D + 1), np.full(D, 1.1), np.full(D, -0.1), [0.5, 0.5]]
)
def test_a_memory_that_is_damaged(memory):
    model = fitted()
    model.feature_memory_ = memory
    with pytest.raises(ValueError, match="feature_memory_ is not 2 number"):
        model.predict(X)


def test_nothing_is_missing():
    """Marks are zero then, so that what they lead to does not matter."""
    model = fitted(WHOLE)
    assert_allclose(model.feature_mean_, WHOLE.mean(axis=(0, 1)))
    assert quietly(GRUClassifier(**QUICK).fit, WHOLE, Y).weights_.size < (
        model.weights_.size
    )


def test_looks_at_data_with_gaps():
    rng = np.random.default_rng(0)
    sizes = 10 ** rng.uniform(-3, 3, (300, 1, 1))
    noise = rng.normal(size=(300, 60, 2))
    rows, cell = np.arange(300), CELLS["lstm"]
    curves = np.cumsum(noise, axis=1)
    gaps = rng.random(noise.shape) < 0.4
    for data, patch in ((noise, 1), (curves, 4)):
        data = np.where(gaps, NAN, data)
        data[:3], data[5, :, 0] = NAN, NAN
        scale = Scale.of_steps(data, rows, np.ones(300))
        assert choose_patch_size(cell, data, rows, scale) == patch
        assert not scales_differ(data, rows)
        assert scales_differ(data * sizes, rows)
    swapped = np.where(gaps, NAN, curves).transpose(0, 2, 1)
    assert look_swapped(swapped, rows)
    assert not look_swapped(np.where(gaps, NAN, noise).transpose(0, 2, 1), rows)


@pytest.mark.parametrize("method", ["fit", "partial_fit", "predict"])
def test_infinity_is_an_error(method):
    bad = X.copy()
    bad[4, 2, 1] = np.inf
    model = fitted()
    call = model.predict if method == "predict" else partial(model.fit, y=Y)
    with pytest.raises(ValueError, match="infinity: sequence 4, step 2, feature 1"):
        call(bad)


def test_the_default_is_an_error_still():
    with pytest.raises(ValueError, match="missing_values='forward_fill'"):
        GRUClassifier(**QUICK).fit(X, Y)
    # What a model was fitted with counts, not what it was set to later.
    model = fitted().set_params(missing_values="error")
    assert np.isfinite(model.predict_proba(X)).all()


def test_training_goes_on():
    model = GRUClassifier(**GAPS)
    for part in (slice(20), slice(10, 30)):
        quietly(model.partial_fit, X[part], Y[part], classes=[0, 1])
    assert np.isfinite(model.predict_proba(X)).all()
    warm = fitted(warm_start=True)
    before = warm.weights_.copy()
    quietly(warm.fit, X, Y)
    assert (warm.weights_ != before).any()
    with pytest.raises(ValueError, match="after a change of missing_values"):
        warm.set_params(missing_values="error").fit(X, Y)


def test_sequences_to_validate_with_have_gaps():
    model = GRUClassifier(**GAPS, early_stopping=True)
    quietly(model.fit, X, Y, X_val=X[:8], y_val=Y[:8])
    assert len(model.validation_scores_) == 3


def test_clones_and_pickles():
    model = fitted()
    by_skops = skops.io.loads(skops.io.dumps(model), trusted=SKOPS_TRUSTED)
    for again in (pickle.loads(pickle.dumps(model)), by_skops):
        assert_array_equal(again.predict_proba(X), model.predict_proba(X))
        assert_array_equal(again.feature_memory_, model.feature_memory_)
    assert clone(model).missing_values == "forward_fill"


@pytest.mark.parametrize("kind", [LSTMRegressor, GRURegressor])
def test_the_linear_path_reads_what_is_filled(kind):
    y = np.array([0.0, *TARGETS])
    model = fitted(y=y, kind=kind, linear_steps=T, patch_size=1)
    assert model.linear_steps_ == T
    assert np.isfinite(model.predict(X)).all()
    names = model.pooled_states(X).shape[1]
    assert names == 9 + T * D


def test_saliency_of_gaps():
    model = fitted(RAGGED, max_iter=20, patch_size=2)
    for method in ("gradient", "gradient_x_input", "integrated_gradients"):
        found = saliency(model, RAGGED, method=method, target=1)
        for values, x in zip(found, RAGGED, strict=True):
            assert np.isfinite(values).all()
            assert (values[np.isnan(x)] == 0).all()
    start = [np.where(np.isnan(x), NAN, model.feature_mean_) for x in RAGGED]
    change = model.decision_function(RAGGED) - model.decision_function(start)
    assert_allclose([values.sum() for values in found], change, rtol=0, atol=1e-2)
    # What is missing of a baseline is filled as the network does.
    baseline = [np.full_like(x, NAN) for x in RAGGED]
    again = saliency(
        model, RAGGED, method="integrated_gradients", target=1, baseline=baseline
    )
    for a, b in zip(again, found, strict=True):
        assert_array_equal(a, b)


def test_baselines_are_filled_as_by_the_network():
    model = fitted(RAGGED)
    model.feature_memory_ = np.array([0.5, 0.9])
    checked = check_sequences(model, RAGGED, expected=SequenceFormat.of(model))
    baseline = check_baseline(model, RAGGED, checked)
    rows = np.arange(N)
    out, _ = fitted_network(model).front["gaps"].forward({}, pack(RAGGED, rows))
    assert_array_equal(baseline.packed(rows, np.float64), out.data[:, :D])


def test_permutation_moves_gaps():
    model, seen = fitted(), []

    def score(model, data, y):
        seen.append(data)
        return model.score(data, y)

    result = permutation_importance(model, X, Y, scoring=score, random_state=0)
    assert np.isfinite(result.importances).all()
    whole, *exchanged = (np.isnan(data) for data in seen)
    for k, moved in enumerate(exchanged):
        changed = moved[..., k // 5] != whole[..., k // 5]
        assert changed.any()
        assert_array_equal(moved.sum(axis=0), whole.sum(axis=0))
        assert_array_equal(moved[..., 1 - k // 5], whole[..., 1 - k // 5])


def test_what_is_built_upon_them():
    network = GRUClassifier(**GAPS)
    for model in (
        EarlyClassifier(network),
        SequenceBaggingClassifier(network, n_estimators=2),
        RecurrentFeatures(network),
        network,
    ):
        assert get_tags(model).input_tags.allow_nan
        quietly(model.fit, X, Y)
        output = getattr(model, "predict_proba", getattr(model, "transform", None))
        assert np.isfinite(output(X)).all()
    assert not get_tags(GRUClassifier()).input_tags.allow_nan
    assert not get_tags(EarlyClassifier(GRUClassifier())).input_tags.allow_nan
    missing = X.astype(object)
    missing[np.isnan(X)] = pd.NA
    quietly(SequenceBaggingClassifier(network, n_estimators=2).fit, missing, Y)


def test_searches():
    scores = quietly(cross_val_score, GRUClassifier(**GAPS), X, Y, cv=2)
    assert np.isfinite(scores).all()
    filled = make_pipeline(PerStepTransformer(SimpleImputer()), RNNClassifier(**QUICK))
    grid = {"rnnclassifier__missing_values": ["error", "forward_fill"]}
    assert quietly(GridSearchCV(filled, grid, cv=2).fit, X, Y).best_score_ > 0
