"""Features that are categories: all that estimators promise holds for them too."""

import copy
import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone, is_classifier

from skrnn import GRUClassifier, LSTMClassifier, LSTMRegressor, RecurrentFeatures
from skrnn.ensemble import SequenceBaggingClassifier
from skrnn.inspection import permutation_importance, saliency
from skrnn.interop import SKOPS_TRUSTED, export_onnx, load_torch_state, torch_state
from skrnn.streaming import EarlyClassifier, EarlyStream, Stream
from skrnn.validation import SequenceFormat, check_sequences
from tests.attacks.configurations import quietly
from tests.conftest import CLASSIFIERS, REGRESSORS

WORDS = np.array(["ant", "bee", "cow", "doe"], object)
SMALL = {"hidden_size": 3, "max_iter": 3, "random_state": 0, "batch_size": 8}
WORD = {**SMALL, "categorical_features": [0]}


def events(n=24, seed=0, n_steps=None):
    """Return sequences of a word and a number, and classes."""
    rng = np.random.default_rng(seed)
    X = []
    for length in rng.integers(1, 6, n):
        length = n_steps or length
        words, numbers = rng.integers(0, 4, length), rng.normal(size=length)
        X.append(np.column_stack([WORDS[words], numbers.astype(object)]))
    return X, np.arange(n) % 2


X, Y = events()
NEW, _ = events(10, 1)


def fitted(kind=GRUClassifier, X=X, y=Y, **parameters):
    fit_params = parameters.pop("given", {})
    return quietly(kind(**{**WORD, **parameters}).fit, X, y, **fit_params)


def same_bits(one, other):
    return np.array_equal(one.weights_, other.weights_)


@pytest.mark.parametrize("kind", CLASSIFIERS + REGRESSORS)
def test_every_kind_reads_each_sequence_alone_as_in_company(kind):
    model = fitted(kind)
    together = model.predict_proba(NEW) if is_classifier(model) else model.predict(NEW)
    for x, expected in zip(NEW, together, strict=True):
        one = model.predict_proba([x]) if is_classifier(model) else model.predict([x])
        np.testing.assert_allclose(one[0], expected, rtol=0, atol=1e-12)
    assert model.is_categorical_.tolist() == [True, False]
    assert model.categories_[0].tolist() == WORDS.tolist()
    assert model.embedding_sizes_ == (3,)
    assert (model.feature_mean_[0], model.feature_scale_[0]) == (0, 1)


def test_all_layouts_are_the_same():
    raw, y = events(n_steps=4)
    block, expected = np.stack(raw), fitted(X=raw, y=y)
    frames = [pd.DataFrame(x, columns=["word", "number"]) for x in raw]
    typed = [f.astype({"word": "category", "number": float}) for f in frames]
    table = block.reshape(len(block), -1)
    names = [f"{name} {k}" for k in range(4) for name in ("word", "number")]
    frame = pd.DataFrame(table, columns=names).astype(dict.fromkeys(names[1::2], float))
    for data, given in [
        (block, {}),
        (frames, {"categorical_features": ["word"]}),
        (typed, {"categorical_features": "from_dtype"}),
        (table, {"features_per_step": 2}),
        (frame, {"features_per_step": 2, "categorical_features": names[::2]}),
    ]:
        model = fitted(X=data, y=y, **given)
        assert same_bits(model, expected)
        assert np.array_equal(model.predict_proba(data), expected.predict_proba(raw))


def test_only_the_order_of_the_categories_matters():
    model, kinds = fitted(), [np.int64, np.float64, np.uint8]
    for kind in kinds:
        codes = dict(zip(WORDS, kind([3, 7, 20, 200]), strict=True))
        numbers = [
            np.column_stack([[codes[w] for w in x[:, 0]], x[:, 1]]).astype(object)
            for x in X
        ]
        assert same_bits(fitted(X=numbers), model)


@pytest.mark.parametrize("kind", [LSTMClassifier, LSTMRegressor])
@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_weights_are_copies_and_zero_is_absence(kind, solver):
    weight = np.arange(len(X)) % 3
    heavy = fitted(kind, solver=solver, given={"sample_weight": weight})
    rows = np.repeat(np.arange(len(X)), weight)
    light = fitted(kind, [X[i] for i in rows], Y[rows], solver=solver)
    assert same_bits(heavy, light)
    # What is absent may have categories that nobody else has.
    strange = [x.copy() for x in X]
    for i in np.flatnonzero(weight == 0):
        strange[i][:, 0] = ["aardvark", None][i % 2]
    other = fitted(kind, strange, Y, solver=solver, given={"sample_weight": weight})
    assert same_bits(other, light)
    assert other.categories_[0].tolist() == light.categories_[0].tolist()


def test_what_is_rare_or_unknown_is_the_same():
    raw = [x.copy() for x in X]
    raw[0][0, 0], raw[5][-1, 0] = "rare", None
    raw[7][0, 0] = raw[8][0, 0] = "twice"
    model = fitted(X=raw)
    assert model.categories_[0].tolist() == [*WORDS.tolist(), "twice"]
    answers = []
    for word in ("rare", None, "new", np.nan, ""):
        changed = [x.copy() for x in NEW]
        for x in changed:
            x[0, 0] = word
        answers.append(model.predict_proba(changed))
    assert all(np.array_equal(one, answers[0]) for one in answers)
    # Their vector has been learnt.
    assert torch_state(model)["embedding.weight"][0].any()
    assert not torch_state(fitted())["embedding.weight"][0].any()


def test_a_copy_of_a_sequence_makes_nothing_less_rare():
    raw = [x.copy() for x in X]
    raw[0][0, 0] = "rare"
    once, twice = fitted(X=raw), fitted(X=[*raw, raw[0]], y=[*Y, Y[0]])
    weight = np.ones(len(X))
    weight[0] = 2
    assert same_bits(twice, fitted(X=raw, given={"sample_weight": weight}))
    assert once.categories_[0].tolist() == twice.categories_[0].tolist()


def test_all_are_rare():
    raw = [np.array([[f"{i}", 0.1 * i]], object) for i in range(8)]
    model = fitted(X=raw, y=np.arange(8) % 2)
    assert model.categories_[0].tolist() == []
    changed = [np.array([["?", x[0, 1]]], object) for x in raw]
    assert np.array_equal(model.predict_proba(raw), model.predict_proba(changed))


def test_nothing_but_one_category():
    raw = [np.array([["a"]] * (1 + i % 3)) for i in range(8)]
    model = fitted(X=raw, y=np.arange(8) % 2)
    assert model.predict_proba(raw).shape == (8, 2)
    assert model.embedding_sizes_ == (2,)
    assert (model.linear_steps_, model.own_scale_) == (0, False)


def test_missing_is_a_category_that_is_learnt():
    raw = [x.copy() for x in X]
    for x in raw[::3]:
        x[0, 0] = None
    model = fitted(X=raw)
    assert model.categories_[0][-1] is None
    for missing in (None, np.nan, pd.NA):
        changed = [x.copy() for x in raw]
        for x in changed[::3]:
            x[0, 0] = missing
        assert np.array_equal(model.predict_proba(changed), model.predict_proba(raw))


@pytest.mark.parametrize("parameters", [
    {"standardize": False},
    {"own_scale": True, "linear_steps": 3, "n_filters": 2, "patch_size": 2},
    {"bidirectional": True, "n_layers": 2, "embedding_size": 1},
    {"dtype": "float64", "solver": "sgd", "momentum": 0},
    {"early_stopping": True, "validation_fraction": 0.3},
])  # fmt: skip
def test_all_that_a_network_can_have(parameters):
    model = fitted(**parameters)
    again = pickle.loads(pickle.dumps(model))
    assert np.array_equal(again.predict_proba(NEW), model.predict_proba(NEW))
    assert same_bits(quietly(clone(model).fit, X, Y), model)
    state = torch_state(model)
    before = model.predict_proba(NEW)
    load_torch_state(model, state)
    np.testing.assert_allclose(model.predict_proba(NEW), before, atol=1e-6)


def test_several_features_and_their_names_in_torch():
    raw = [np.column_stack([x, np.arange(len(x)) % 2]).astype(object) for x in X]
    model = fitted(X=raw, categorical_features=[0, 2], embedding_size=4)
    state = torch_state(model)
    assert state["embedding.0.weight"].shape == (5, 4)
    assert state["embedding.1.weight"].shape == (3, 4)
    assert state["weight_ih_l0"].shape == (9, 9)
    assert model.categories_[1].tolist() == [0, 1]
    assert model.embedding_sizes_ == (4, 4)


def test_a_given_order_of_batches_for_any_number_of_threads(monkeypatch):
    monkeypatch.setattr("skrnn.network.network.WORTH_A_THREAD", 6)
    assert same_bits(fitted(n_jobs=1), fitted(n_jobs=2))


def test_partial_fit_and_warm_start_keep_the_vocabulary():
    model = GRUClassifier(**WORD)
    quietly(model.partial_fit, X, Y, classes=[0, 1])
    other = [x.copy() for x in X]
    for x in other:
        x[:, 0] = "new"
    categories = model.categories_[0].tolist()
    quietly(model.partial_fit, other, Y)
    assert model.categories_[0].tolist() == categories == WORDS.tolist()
    model.set_params(warm_start=True)
    quietly(model.fit, other, Y)
    assert model.categories_[0].tolist() == categories
    with pytest.raises(ValueError, match="after a change of embedding_size"):
        model.set_params(embedding_size=7).fit(X, Y)


def test_what_would_be_other_categories_is_no_resumption():
    model = fitted(warm_start=True)
    with pytest.raises(ValueError, match="after a change of categorical_features"):
        model.set_params(categorical_features=None).fit(X, Y)
    with pytest.raises(ValueError, match="after a change of categorical_features"):
        model.set_params(categorical_features=[0, 1]).fit(X, Y)
    for same in ([True, False], slice(1)):
        model.set_params(categorical_features=same)
        quietly(model.fit, X, Y)


def test_a_slice_is_the_indices_that_it_stands_for():
    assert same_bits(fitted(categorical_features=slice(-2, 1)), fitted())
    numbers = [x[:, 1:] for x in X]
    nothing = fitted(X=numbers, categorical_features=slice(1, None))
    assert not nothing.is_categorical_.any()
    assert same_bits(nothing, fitted(X=numbers, categorical_features=None))


def test_a_validation_set_is_read_by_the_vocabulary_of_the_training_set():
    strange = [x.copy() for x in NEW]
    for x in strange:
        x[0, 0] = "new"
    y, rare = np.arange(len(NEW)) % 2, [x.copy() for x in X]
    rare[0][0, 0] = "aardvark"  # the codes of all others change
    given = {"X_val": strange, "y_val": y}
    model = fitted(X=rare, early_stopping=True, max_iter=20, given=given)
    assert model.categories_[0].tolist() == WORDS.tolist()
    best = model.validation_scores_.index(model.best_validation_score_)
    assert model.score(strange, y) == model.validation_scores_[best]
    # What is held out of the training set alone is no part of the vocabulary.
    raw = [x.copy() for x in X]
    for i, x in enumerate(raw):
        x[:, 0] = f"of {i // 2}" if len(x) > 1 else x[0, 0]
    held = fitted(X=raw, early_stopping=True, validation_fraction=0.4, max_iter=1)
    whole = fitted(X=raw, max_iter=1)
    assert set(held.categories_[0]) < set(whole.categories_[0])


# What is built upon estimators


def test_streams_read_raw_values_as_batches_do():
    model = fitted(LSTMClassifier, linear_steps=2, n_filters=2, patch_size=2)
    raw = [x.copy() for x in NEW]
    raw[0][0, 0], raw[1][-1, 0] = "new", None
    stream = Stream(model)
    twin = pickle.loads(pickle.dumps(stream))
    for x, expected in zip(raw, model.predict_proba(raw), strict=True):
        for step in x:
            answer = stream.reset().step(step) if step is x[0] else stream.step(step)
        np.testing.assert_allclose(answer[0], expected, rtol=0, atol=1e-12)
        stream.reset()
        whole = twin.reset().run(x)
        np.testing.assert_allclose(whole[0, -1], expected, rtol=0, atol=1e-12)
    both = Stream(model, 2)
    both.step([["ant", 1.0], ["bee", "2.5"]])
    with pytest.raises(
        ValueError, match="Categorical feature 0 of X has 1 at stream 1"
    ):
        both.step(np.array([["ant", 1.0], [1, 1.0]], object))
    with pytest.raises(ValueError, match="shape"):
        both.step(["ant"])
    with pytest.raises(ValueError, match="stream 1, feature 1"):
        both.step(np.array([["ant", 1.0], ["ant", np.nan]], object))


def test_early_decisions_know_the_words_and_not_their_codes():
    early = quietly(EarlyClassifier(GRUClassifier(**WORD)).fit, X, Y)
    assert early.estimator_.categories_[0].tolist() == WORDS.tolist()
    assert early.estimator_.categorical_features == [0]
    answers = early.predict_proba(NEW)
    for i, x in enumerate(NEW):
        stream = EarlyStream(early)
        for step in x:
            if stream.step(step).all():
                break
        stream.end()
        np.testing.assert_allclose(stream.probabilities[0], answers[i], atol=1e-12)
    frames = [
        pd.DataFrame({"w": pd.Categorical(x[:, 0]), "v": x[:, 1].astype(float)})
        for x in X
    ]
    network = GRUClassifier(**{**WORD, "categorical_features": "from_dtype"})
    other = quietly(EarlyClassifier(network).fit, frames, Y)
    assert same_bits(other.estimator_, early.estimator_)
    assert other.estimator_.categorical_features == "from_dtype"
    assert other.predict(frames).shape == (len(X),)


def test_committees_and_features():
    network = GRUClassifier(**WORD)
    weight = np.arange(len(X)) % 3
    rows = np.repeat(np.arange(len(X)), weight)
    make = SequenceBaggingClassifier(network, 2, oob_score=False, random_state=0)
    heavy = quietly(clone(make).fit, X, Y, sample_weight=weight)
    light = quietly(clone(make).fit, [X[i] for i in rows], Y[rows])
    assert np.array_equal(heavy.predict_proba(NEW), light.predict_proba(NEW))
    features = quietly(RecurrentFeatures(network).fit, X, Y)
    assert features.transform(NEW).shape == (len(NEW), 9)


@pytest.mark.parametrize("baseline", [None, 0.5, ["cow", 0.5], NEW[::-1]])
def test_attributions_add_up_to_the_change_of_the_output(baseline):
    raw, _ = events(10, 1, n_steps=4)
    model = fitted(LSTMClassifier, max_iter=20, pooling="mean")  # without kinks
    given = raw[::-1] if isinstance(baseline, list) and len(baseline) > 2 else baseline
    found = saliency(
        model, raw, method="integrated_gradients", target=1, baseline=given, tol=1e-8
    )
    if given is None:
        row = ["unknown", model.feature_mean_[1]]
    else:
        row = ["unknown", 0.5] if given == 0.5 else given
    start = given
    if given is None or len(np.shape(given)) < 2:
        start = [np.array([row] * len(x), object) for x in raw]
    change = model.decision_function(raw) - model.decision_function(start)
    np.testing.assert_allclose([one.sum() for one in found], change, atol=1e-6)
    assert found[0].shape == raw[0].shape


def test_the_slope_of_a_category_is_its_way_from_the_baseline():
    model = fitted(LSTMClassifier, max_iter=20)
    slope, way = (
        saliency(model, NEW, method=method, target=1)
        for method in ("gradient", "gradient_x_input")
    )
    for x, one, other in zip(NEW, slope, way, strict=True):
        np.testing.assert_array_equal(one[:, 0], other[:, 0])
        scaled = one[:, 1] * (x[:, 1].astype(float) - model.feature_mean_[1])
        np.testing.assert_allclose(scaled, other[:, 1], atol=1e-12)
    assert any(one[:, 0].any() for one in slope)


def test_permutation_importance_exchanges_words():
    raw, _ = events(80, 2)
    y = np.array([(x[:, 0] == "bee").any() for x in raw]).astype(int)
    model = fitted(X=raw, y=y, max_iter=40, hidden_size=8)
    found = permutation_importance(model, raw, y, random_state=0)
    assert found.importances_mean[0] > 0.2 > found.importances_mean[1]


@pytest.mark.parametrize("parameters", [
    {},
    {"linear_steps": 2, "n_filters": 2, "patch_size": 2},
    {"own_scale": True, "standardize": False},
])  # fmt: skip
@pytest.mark.parametrize("layout", ["ragged", "block", "table"])
def test_onnx_reads_codes(layout, parameters):
    onnxruntime = pytest.importorskip("onnxruntime")
    raw, y = (X, Y) if layout == "ragged" else events(n_steps=4)
    if layout == "table":
        raw = np.stack(raw).reshape(len(raw), -1)
        parameters = {**parameters, "features_per_step": 2}
    raw = np.stack(raw) if layout == "block" else raw
    model = fitted(X=raw, y=y, **parameters)
    exported = export_onnx(model)
    entries = {entry.key: entry.value for entry in exported.metadata_props}
    assert entries["categories"] == '[["ant", "bee", "cow", "doe"]]'
    assert entries["is_categorical"] == "[true, false]"
    codes = check_sequences(model, raw, expected=SequenceFormat.of(model)).samples
    lengths = np.array([len(x) for x in codes])
    padded = np.full((len(codes), lengths.max(), 2), np.nan, np.float32)
    for i, x in enumerate(codes):
        padded[i, : len(x)] = x
    inputs = {"X": padded.reshape(np.shape(raw)) if layout == "table" else padded}
    if layout == "ragged":
        inputs["lengths"] = lengths
    session = onnxruntime.InferenceSession(exported.SerializeToString())
    (found,) = session.run(["probabilities"], inputs)
    np.testing.assert_allclose(found, model.predict_proba(raw), atol=1e-5)


def test_skops_needs_no_other_types():
    sio = pytest.importorskip("skops.io")
    raw = [x.copy() for x in X]
    for x in raw[::3]:
        x[0, 0] = None
    model = fitted(X=raw)
    data = sio.dumps(model)
    assert set(sio.get_untrusted_types(data=data)) <= set(SKOPS_TRUSTED)
    again = sio.loads(data, trusted=list(SKOPS_TRUSTED))
    assert np.array_equal(again.predict_proba(raw), model.predict_proba(raw))


DAMAGE = {
    "is_categorical_": [np.array([True]), [True, False], np.array([1, 0])],
    "categories_": [[], (np.array(["a"]),), [["a", "b"]]],
    "embedding_sizes_": [(), (3, 3), (0,), [3]],
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_state_is_refused(name):
    model = fitted()
    for value in DAMAGE[name]:
        twin = copy.deepcopy(model)
        setattr(twin, name, value)
        with pytest.raises(ValueError, match=f"is not whole: {name} is "):
            twin.predict(NEW)


def test_numbers_alone_decide_about_patches_and_scales():
    rng = np.random.default_rng(0)
    block = np.zeros((40, 90, 2))
    block[..., 0] = np.cumsum(rng.integers(0, 2, (40, 90)), axis=1)  # a smooth course
    block[..., 1] = rng.normal(size=(40, 90))
    y = np.arange(40) % 2
    alone = quietly(GRUClassifier(**SMALL).fit, block[..., 1:], y)
    assert fitted(X=block, y=y).patch_size_ == alone.patch_size_ == 1
    assert fitted(X=block[..., :1], y=y).patch_size_ == 1
    as_number = fitted(X=block, y=y, categorical_features=None)
    assert as_number.patch_size_ > 1
    assert as_number.embedding_sizes_ == ()
    assert as_number.categories_ == []
