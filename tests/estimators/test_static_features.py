"""Static features: facts beside the sequences, read by the head."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline

from skrnn import (
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    RecurrentFeatures,
)
from skrnn.ensemble import SequenceBaggingClassifier
from skrnn.fitting.fitted_state import fitted_network
from skrnn.inspection import SaliencyDisplay, permutation_importance, saliency
from skrnn.interop import load_torch_state, torch_state
from skrnn.streaming import EarlyClassifier, EarlyStream, Stream

N, T, D = 40, 6, 4
RNG = np.random.default_rng(0)
X = RNG.normal(size=(N, T, D))
X[:, :, 1] = RNG.normal(50, 9, (N, 1))
X[:, :, 3] = RNG.integers(2, size=(N, 1))
STATIC, CHANGING = [1, 3], [0, 2]
RAGGED = [x[: 1 + i % T] for i, x in enumerate(X)]
Y = (X[:, 0, 1] > 50).astype(int)
TARGETS = X[:, 0, 1] + X[:, -1, 0]
NAMES = ["speed", "age", "pulse", "smoker"]
FRAMES = [pd.DataFrame(x, columns=NAMES) for x in X]
#: The facts of a table may stand anywhere.
STEPS = X[:, :, CHANGING].reshape(N, -1)
TABLE = np.hstack([X[:, 0, 3:], STEPS[:, :3], X[:, 0, 1:2], STEPS[:, 3:]])
TABLE_STATIC = [0, 4]
QUICK = {"hidden_size": 3, "max_iter": 3, "random_state": 0}
OF_TABLE = {"features_per_step": 2, "static_features": TABLE_STATIC}


def quietly(call, *args, **kwargs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call(*args, **kwargs)


def fitted(X=X, y=Y, kind=GRUClassifier, **parameters):
    parameters = {**QUICK, "static_features": STATIC, **parameters}
    return quietly(kind(**parameters).fit, X, y)


def failure(call, *args, **kwargs):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        call(*args, **kwargs)
    return str(caught.value)


def test_they_are_measured_over_sequences():
    for data in (X, RAGGED, X.astype(np.float32)):
        model = fitted(data)
        assert_allclose(model.feature_mean_[STATIC], X[:, 0, STATIC].mean(axis=0))
        scale = X[:, 0, STATIC].std(axis=0)
        assert_allclose(model.feature_scale_[STATIC], scale, rtol=1e-6)
        assert_array_equal(model.static_features_, STATIC)
    steps = np.concatenate([x[:, CHANGING] for x in RAGGED])
    model = fitted(RAGGED)
    assert_allclose(model.feature_mean_[CHANGING], steps.mean(axis=0))
    assert_allclose(model.feature_scale_[CHANGING], steps.std(axis=0))


def test_the_weights_of_sequences_count():
    weight = RNG.random(N)
    model = GRUClassifier(**QUICK, static_features=STATIC)
    quietly(model.fit, X, Y, sample_weight=weight)
    mean = np.average(X[:, 0, STATIC], axis=0, weights=weight)
    assert_allclose(model.feature_mean_[STATIC], mean)


@pytest.mark.parametrize("kind", [GRUClassifier, LSTMRegressor])
def test_the_head_reads_what_pooled_states_shows(kind):
    """A slow reference: the network of the other features, facts appended."""
    y = Y if kind is GRUClassifier else TARGETS
    model = fitted(RAGGED, y, kind, n_filters=0, linear_steps=0, own_scale=False)
    pooled = model.pooled_states(RAGGED)
    facts = np.array([x[0, STATIC] for x in RAGGED])
    scaled = (facts - model.feature_mean_[STATIC]) / model.feature_scale_[STATIC]
    assert_allclose(pooled[:, 9:], scaled, rtol=0, atol=1e-12)
    plain = fitted(
        [x[:, CHANGING] for x in RAGGED],
        y,
        kind,
        n_filters=0,
        linear_steps=0,
        own_scale=False,
        static_features=None,
    )
    head = np.zeros(plain.weights_.size)
    views = fitted_network(plain).layout.views(head)
    for name, params in fitted_network(model).layout.views(model.weights_).items():
        for key, values in params.items():
            views[name][key][...] = (
                values[:, :9]
                if (name, key)
                == (
                    "head",
                    "W",
                )
                else values
            )
    plain.weights_ = head
    plain.feature_mean_ = model.feature_mean_[CHANGING]
    plain.feature_scale_ = model.feature_scale_[CHANGING]
    states = plain.pooled_states([x[:, CHANGING] for x in RAGGED])
    assert_allclose(pooled[:, :9], states, rtol=0, atol=1e-12)


def test_reading_them_at_each_step_differs():
    assert fitted().weights_.size != fitted(static_features=None).weights_.size


NAMED = {
    "order": [3, 1],
    "mask": [False, True, False, True],
    "array": np.array([1, 3]),
    "array mask": np.array([False, True, False, True]),
    "tuple": (1, np.int8(3)),
}


@pytest.mark.parametrize("name", NAMED)
def test_ways_to_name_them(name):
    expected = fitted().weights_
    assert_array_equal(fitted(static_features=NAMED[name]).weights_, expected)


def test_names_of_frames():
    expected = fitted()
    for named in (["age", "smoker"], ["smoker", "age"], np.array(["age", "smoker"])):
        model = fitted(FRAMES, static_features=named)
        assert_array_equal(model.weights_, expected.weights_)
        assert_array_equal(model.predict_proba(FRAMES), expected.predict_proba(X))
    names = fitted_network(model).pooled_names
    assert names[9:11] == ["fact_age", "fact_smoker"]
    assert fitted_network(expected).pooled_names[9:11] == ["fact_1", "fact_3"]


def test_none_named_is_as_without():
    expected = fitted(static_features=None).weights_
    for nothing in ([], np.empty(0, int), [False] * D, slice(D, None)):
        assert_array_equal(fitted(static_features=nothing).weights_, expected)


def test_a_slice_is_the_indices_that_it_stands_for():
    for some in (slice(1, None, 2), slice(-3, None, 2), slice(1, np.int64(99), 2)):
        model = fitted(static_features=some)
        assert_array_equal(model.static_features_, STATIC)
        assert_array_equal(model.weights_, fitted().weights_)
        assert clone(model).static_features == some
        again = pickle.loads(pickle.dumps(model))
        assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    table = fitted(TABLE, features_per_step=2, static_features=slice(0, 5, 4))
    assert_array_equal(table.static_features_, TABLE_STATIC)


def test_a_slice_that_is_none():
    for wrong in (slice("age", None), slice(0, 2, 0), slice(0.5)):
        assert failure(fitted, static_features=wrong) == (
            "The 'static_features' parameter of GRUClassifier must be a list of "
            f"indices, names or bools, or a slice or None. Got {wrong!r}."
        )
    assert failure(fitted, static_features=slice(None)) == (
        "static_features of GRUClassifier has all 4 feature(s) of X, but a network "
        "needs at least one to read step by step. Use a model of rows instead, if none "
        "changes within a sequence."
    )


#: X with its features as the steps of the table have them.
AS_TABLE = X[:, :, [0, 2, 3, 1]]


@pytest.mark.parametrize("frame", [False, True])
def test_tables(frame):
    table, static = TABLE, TABLE_STATIC
    if frame:
        names = [f"c{k}" for k in range(TABLE.shape[1])]
        table, static = pd.DataFrame(TABLE, columns=names), ["c4", "c0"]
    model = fitted(table, features_per_step=2, static_features=static)
    expected = fitted(AS_TABLE, static_features=[2, 3])
    assert_array_equal(model.weights_, expected.weights_)
    assert_array_equal(model.predict_proba(table), expected.predict_proba(AS_TABLE))
    assert model.n_features_in_ == 14
    assert model.features_per_step_ == 2
    assert_array_equal(model.static_features_, TABLE_STATIC)
    assert model.feature_mean_.shape == (4,)
    names = fitted_network(model).pooled_names
    assert names[9:11] == (["fact_c0", "fact_c4"] if frame else ["fact_0", "fact_4"])
    found = saliency(model, table, method="gradient", target=1)
    steps = saliency(expected, AS_TABLE, method="gradient", target=1)
    assert_array_equal(found[:, TABLE_STATIC], steps[:, -1, 2:])
    others = np.setdiff1d(np.arange(14), TABLE_STATIC)
    assert_array_equal(found[:, others], steps[:, :, :2].reshape(N, -1))
    stream = Stream(model, N)
    assert stream.most_steps == T
    for t in range(T):
        answers = stream.step(AS_TABLE[:, t])
    assert_allclose(answers, model.predict_proba(table), rtol=0, atol=1e-12)


def test_messages():
    assert failure(fitted, static_features=[1, 4]) == (
        "static_features of GRUClassifier has 4, but the 4 feature(s) of X are "
        "numbered from 0 to 3."
    )
    assert failure(fitted, TABLE, **{**OF_TABLE, "static_features": [-1]}) == (
        "static_features of GRUClassifier has -1, but the 14 column(s) of X are "
        "numbered from 0 to 13."
    )
    assert failure(fitted, static_features=[True]) == (
        "static_features of GRUClassifier is a mask of 1 feature(s), but X has 4. Give "
        "one value for each."
    )
    assert failure(fitted, static_features=[1, 1]) == (
        "static_features of GRUClassifier has a feature more than once: [1, 1]."
    )
    assert failure(fitted, static_features=range(4)) == (
        "static_features of GRUClassifier has all 4 feature(s) of X, but a network "
        "needs at least one to read step by step. Use a model of rows instead, if none "
        "changes within a sequence."
    )
    assert failure(fitted, static_features=["age"]) == (
        "static_features of GRUClassifier has names, ['age'], but X has none: its "
        "columns, or those of its data frames, have no names that are all strings. "
        "Give indices or a mask."
    )
    assert failure(fitted, FRAMES, static_features=["agee"]) == (
        "static_features of GRUClassifier has 'agee', but X has no such column. Did "
        "you mean 'age'?"
    )
    assert failure(fitted, FRAMES, static_features=["zzz"]) == (
        "static_features of GRUClassifier has 'zzz', but X has no such column. It has: "
        "['speed', 'age', 'pulse', 'smoker']."
    )
    assert failure(fitted, TABLE, **{**OF_TABLE, "static_features": [3]}) == (
        "X has 13 columns without its 1 static feature(s), which is not a multiple of "
        "features_per_step=2: a row must be made of whole steps."
    )


@pytest.mark.parametrize("method", ["fit", "predict"])
@pytest.mark.parametrize("layout", ["block", "list"])
@pytest.mark.parametrize("gaps", [False, True])
def test_one_that_varies_is_an_error(method, layout, gaps):
    bad = X.copy()
    bad[7, 4, 1] = 3.0
    if gaps:
        bad[7, :2, 1] = np.nan
    parameters = {"missing_values": "forward_fill"} if gaps else {}
    model = fitted(**parameters)
    bad = list(bad) if layout == "list" else bad
    if layout == "list":
        model = fitted(list(X), **parameters)
    call = model.predict if method == "predict" else (lambda x: model.fit(x, Y))
    first = 2 if gaps else 0
    assert failure(call, bad) == (
        "Feature 1 of X is in static_features of GRUClassifier, but it varies within "
        f"sequence 7: it is {X[7, 0, 1]} at step {first} and 3.0 at step 4 (counted "
        "from 0). Leave it out of static_features, or make it constant."
    )


@pytest.mark.parametrize("options", [{}, {"patch_size": 2, "n_filters": 2}])
def test_streams_and_companions(options):
    model = fitted(RAGGED, own_scale=False, linear_steps=2, **options)
    together = model.predict_proba(RAGGED)
    alone = np.concatenate([model.predict_proba([x]) for x in RAGGED])
    assert_allclose(together, alone, rtol=0, atol=1e-12)
    stream = Stream(model)
    for t in range(T):
        answers = stream.step(X[3, t])
        expected = model.predict_proba([X[3, : t + 1]])
        assert_allclose(answers, expected, rtol=0, atol=1e-12)
    # The latest fact counts.
    other = X[3].copy()
    other[:, STATIC] = [20.0, 1.0]
    stream.reset().run(X[3, :-1])
    expected = model.predict_proba([other])
    assert_allclose(stream.step(other[-1]), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_weights_are_copies_to_the_bit(solver):
    copies = np.r_[np.arange(N), 3, 3, 7]
    weight = np.bincount(copies, minlength=N).astype(float)
    weight[5] = 0
    copies = copies[copies != 5]
    by_weight = GRUClassifier(**QUICK, static_features=STATIC, solver=solver)
    quietly(by_weight.fit, X, Y, sample_weight=weight)
    by_copies = fitted(X[copies], Y[copies], solver=solver)
    assert_array_equal(by_weight.weights_, by_copies.weights_)
    assert_array_equal(by_weight.feature_mean_, by_copies.feature_mean_)


def test_looks_at_data_leave_them_out():
    X = np.random.default_rng(0).normal(size=(60, 64, 2))
    X[:, :, 1] = np.random.default_rng(1).normal(size=(60, 1))
    y = np.arange(60) % 2
    assert fitted(X, y, static_features=None, max_iter=1).patch_size_ == 4
    assert fitted(X, y, static_features=[1], max_iter=1).patch_size_ == 1


def test_columns_of_tables_that_differ_are_named_as_the_user_has_them():
    table = RNG.normal(size=(60, 8))
    table[:, 0] *= 1e6
    table[:, 5] *= 1e4
    with pytest.warns(UserWarning, match=r"in column \d and \S+ in column 5\. A row"):
        GRUClassifier(**QUICK, static_features=[0]).fit(table, np.arange(60) % 2)


def test_training_goes_on():
    model = GRUClassifier(**QUICK, static_features=STATIC)
    for part in (slice(20), slice(10, 40)):
        quietly(model.partial_fit, X[part], Y[part], classes=[0, 1])
    assert_array_equal(model.static_features_, STATIC)
    warm = fitted(warm_start=True)
    before = warm.weights_.copy()
    quietly(warm.fit, X, Y)
    assert (warm.weights_ != before).any()
    quietly(warm.set_params(static_features=[False, True, False, True]).fit, X, Y)
    for other in ([1], None):
        text = failure(warm.set_params(static_features=other).fit, X, Y)
        assert "after a change of static_features" in text
    held = fitted(early_stopping=True)
    assert len(held.validation_scores_) == 3
    held = GRUClassifier(**QUICK, static_features=STATIC, early_stopping=True)
    quietly(held.fit, X, Y, X_val=X[:8], y_val=Y[:8])


def test_clones_pickles_and_states():
    model = fitted()
    again = pickle.loads(pickle.dumps(model))
    assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    assert clone(model).static_features == STATIC
    for broken in ([1, 3], np.array([3, 1]), np.array([1, 9]), np.arange(4)):
        vars(again)["static_features_"] = broken
        assert "static_features_ is" in failure(again.predict, X)


def test_saliency_stands_at_the_last_step():
    model = fitted(RAGGED, max_iter=20, own_scale=False)
    for method in ("gradient", "integrated_gradients"):
        found = saliency(model, RAGGED, method=method, target=1)
        for values in found:
            assert (values[:-1, STATIC] == 0).all()
            assert (values[-1, STATIC] != 0).all()
    start = [np.tile(model.feature_mean_, (len(x), 1)) for x in RAGGED]
    change = model.decision_function(RAGGED) - model.decision_function(start)
    assert_allclose([values.sum() for values in found], change, rtol=0, atol=1e-2)
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.close("all")  # figures of tests before, with which no backend may change
    pyplot.switch_backend("agg")
    SaliencyDisplay.from_estimator(fitted(TABLE, **OF_TABLE), TABLE[:2])


def test_importance():
    model = fitted(max_iter=200)
    result = permutation_importance(model, X, Y, random_state=0)
    assert result.importances_mean.argmax() == 1
    by_step = permutation_importance(model, X, Y, by="step", n_blocks=2)
    assert by_step.importances.shape == (2, 5)


def test_importance_of_tables():
    counts = iter(range(12))
    names = [
        {0: "smoker", 4: "age"}.get(k) or f"{'ab'[(n := next(counts)) % 2]}_{n // 2}"
        for k in range(14)
    ]
    frame = pd.DataFrame(TABLE, columns=names)
    model = fitted(frame, max_iter=200, **OF_TABLE)
    result = permutation_importance(model, frame, Y, random_state=0)
    assert result.names == ["a", "b", "smoker", "age"]
    assert result.importances_mean.argmax() == 3
    model = fitted(TABLE, max_iter=200, **OF_TABLE)
    again = permutation_importance(model, TABLE, Y, random_state=0)
    assert again.names == [f"feature {k}" for k in range(4)]
    assert_array_equal(again.importances, result.importances)
    by_step = permutation_importance(model, TABLE, Y, by="step", n_blocks=2)
    assert by_step.importances.shape == (2, 5)


def test_weights_under_the_names_of_torch():
    model = fitted(linear_steps=2, patch_size=1, n_filters=0)
    state = torch_state(model)
    assert state["head.weight"].shape == (1, 9 + 2 + 2 * 2)
    expected = model.decision_function(X)
    load_torch_state(model, state)
    assert_allclose(model.decision_function(X), expected, rtol=0, atol=1e-5)
    # Facts are read in their own units.
    W, b = state["head.weight"], state["head.bias"]
    last = X[:, :-3:-1][:, :, CHANGING].reshape(N, -1)
    raw = np.hstack([model.pooled_states(X)[:, :9], X[:, 0, STATIC], last])
    assert_allclose(raw @ W[0] + b[0], expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("table", [False, True])
def test_what_is_built_upon_them(table):
    data, options = (TABLE, OF_TABLE) if table else (X, {"static_features": STATIC})
    network = GRUClassifier(**QUICK, **options)
    for model in (
        EarlyClassifier(network),
        SequenceBaggingClassifier(network, n_estimators=2),
        RecurrentFeatures(network),
    ):
        quietly(model.fit, data, Y)
        output = getattr(model, "predict_proba", getattr(model, "transform", None))
        assert np.isfinite(output(data)).all()
        if hasattr(model, "estimator_"):
            inner = model.estimator_
            assert_array_equal(inner.static_features_, options["static_features"])
            assert inner.get_params() == {
                **network.get_params(),
                "own_scale": inner.own_scale,
            }
    early = quietly(EarlyClassifier(network).fit, data, Y)
    stream = EarlyStream(early, N)
    steps = AS_TABLE if table else X
    for t in range(T):
        stream.step(steps[:, t])
    decided = stream.labels != None  # noqa: E711
    assert_array_equal(early.predict(data)[decided], stream.labels[decided])
    assert decided.all() == table


@pytest.mark.parametrize("kind", [LSTMRegressor, GRURegressor])
def test_regressors_have_a_linear_path_beside_them(kind):
    model = fitted(y=TARGETS, kind=kind, linear_steps=2, patch_size=1)
    assert model.pooled_states(X).shape == (N, 9 + 2 + 2 * 2)
    # "auto" counts the features that change.
    n_auto = fitted(y=TARGETS, kind=kind, patch_size=1).linear_steps_
    plain = fitted(X[:, :, CHANGING], TARGETS, kind, static_features=None)
    assert n_auto == plain.linear_steps_


def test_missing_facts():
    data = X.copy()
    data[:5, :, 1] = np.nan
    data[5:9, :3, 3] = np.nan
    model = fitted(data, missing_values="forward_fill", own_scale=False)
    assert_array_equal(model.feature_memory_[STATIC], 1)
    assert (model.feature_memory_[CHANGING] < 1).all()
    names = fitted_network(model).pooled_names[9:13]
    assert names == ["fact_1", "fact_3", "fact_1_missing", "fact_3_missing"]
    assert_allclose(
        model.feature_mean_[STATIC], [X[5:, 0, 1].mean(), X[:, 0, 3].mean()]
    )
    facts = model.pooled_states(data)[:, 9:13]
    assert_array_equal(facts[:, 2], np.arange(N) < 5)
    assert_array_equal(facts[:5, 0], np.zeros(5))
    assert_array_equal(facts[:, 3], np.zeros(N))
    whole = (X[:, 0, 3] - X[:, 0, 3].mean()) / X[:, 0, 3].std()
    assert_allclose(facts[:, 1], whole, rtol=0, atol=1e-12)
    stream = Stream(model, N)
    for t in range(T):
        expected = model.predict_proba(data[:, : t + 1])
        assert_allclose(stream.step(data[:, t]), expected, rtol=0, atol=1e-12)
    table = TABLE.copy()
    table[:5, 4] = np.nan
    quietly(
        GRUClassifier(**QUICK, **OF_TABLE, missing_values="forward_fill").fit, table, Y
    )


def test_searches():
    model = LSTMClassifier(**QUICK, static_features=STATIC)
    assert np.isfinite(quietly(cross_val_score, model, X, Y, cv=2)).all()
    grid = {"gruclassifier__static_features": [None, [1], [1, 3]]}
    search = GridSearchCV(make_pipeline(GRUClassifier(**QUICK)), grid, cv=2)
    assert quietly(search.fit, X, Y).best_score_ > 0


def test_facts_alone_are_learnt():
    """What depends on a fact alone is learnt from it."""
    model = fitted(max_iter=200, alpha=0, dropout=0, label_smoothing=0)
    assert model.score(X, Y) > 0.9
