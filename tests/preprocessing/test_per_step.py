"""A transformer at every step: what it is fitted on, and what comes out."""

import numpy as np
import pandas as pd
import polars
import pyarrow
import pytest
import sklearn
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.compose import ColumnTransformer
from sklearn.cross_decomposition import PLSRegression
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.feature_selection import SelectKBest
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    HalvingRandomSearchCV,
    StratifiedKFold,
    cross_val_score,
)
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    PolynomialFeatures,
    StandardScaler,
)
from sklearn.utils import get_tags

from skrnn import RecurrentFeatures, RNNClassifier
from skrnn.preprocessing import PerStepTransformer


def stacked(X, width=2):
    """Give all steps, one below the other."""
    return np.concatenate([np.reshape(x, (-1, width)) for x in X])


def small():
    return RNNClassifier(hidden_size=4, max_iter=3, random_state=0)


def per_step(transformer, X):
    """Make one for these sequences: two columns of a table are a step."""
    is_table = getattr(X, "ndim", None) == 2
    return PerStepTransformer(transformer, features_per_step=2 if is_table else 1)


def assert_equal_sequences(found, expected):
    for x, other in zip(found, expected, strict=True):
        assert_allclose(x, other, rtol=1e-12, atol=1e-12)


class Recorder(TransformerMixin, BaseEstimator):
    """Keeps whatever it is fitted on, in a list that its clones share."""

    seen: list = []  # noqa: RUF012

    def fit(self, X, y=None):
        self.seen.append(X.copy())
        self.fitted_ = True
        return self

    def transform(self, X):
        return X


@pytest.fixture
def seen(monkeypatch):
    monkeypatch.setattr(Recorder, "seen", [])
    return Recorder.seen


# No leak


@pytest.mark.parametrize("search", [False, True], ids=["cross_val_score", "search"])
def test_no_step_of_the_held_out_fold_is_seen(X, y, seen, search):
    width = {"features_per_step": 2} if getattr(X, "ndim", 0) == 2 else {}
    model = small().set_params(**width)
    pipe = make_pipeline(PerStepTransformer(Recorder(), **width), model)
    folds = StratifiedKFold(4)
    if search:
        GridSearchCV(pipe, {"rnnclassifier__alpha": [0.1]}, cv=folds).fit(X, y)
        assert_array_equal(seen.pop(), stacked(X))  # the refit, on all
    else:
        cross_val_score(pipe, X, y, cv=folds)
    assert len(seen) == 4
    for steps, (train, test) in zip(seen, folds.split(y, y), strict=True):
        assert_array_equal(steps, stacked([X[i] for i in train]))
        held_out = {tuple(step) for step in stacked([X[i] for i in test])}
        assert held_out.isdisjoint(map(tuple, steps))


def test_the_scale_in_a_fold_is_that_of_its_training_part(X, y):
    scaler = per_step(StandardScaler(), X).fit(X[:20], y[:20])
    alone = StandardScaler().fit(stacked(X[:20]))
    assert_array_equal(scaler.transformer_.mean_, alone.mean_)
    expected = [alone.transform(np.reshape(x, (-1, 2))) for x in X]
    assert_equal_sequences(
        [np.reshape(x, (-1, 2)) for x in scaler.transform(X)], expected
    )


# What comes in goes out


def test_the_layout_and_the_lengths_stay(X):
    scaler = per_step(StandardScaler(), X)
    out = scaler.fit_transform(X)
    assert type(out) is type(X)
    assert [np.shape(x) for x in out] == [np.shape(x) for x in X]
    assert_equal_sequences(scaler.transform(X), out)
    back = scaler.inverse_transform(out)
    assert type(back) is type(X)
    assert_equal_sequences(back, X)
    first = scaler.transform(X[:3])
    assert_equal_sequences(first, out[:3])


def test_other_numbers_of_features(X):
    wider = per_step(PolynomialFeatures(2, include_bias=False), X).fit_transform(X)
    for x, out in zip(X, wider, strict=True):
        (a, b), out = np.reshape(x, (-1, 2)).T, np.reshape(out, (-1, 5))
        assert_array_equal(out, np.column_stack([a, b, a * a, a * b, b * b]))
    narrow = per_step(PCA(1), X).fit(X)
    out = narrow.transform(X)
    one = np.reshape(out[0], (-1, 1))
    assert one.shape == (np.size(X[0]) // 2, 1)
    back = narrow.inverse_transform(out)
    assert [np.shape(x) for x in back] == [np.shape(x) for x in X]
    assert_equal_sequences(narrow.transform(back), out)


def test_back_from_outputs_without_names(X):
    both = per_step(FunctionTransformer(np.exp, np.log, check_inverse=False), X).fit(X)
    assert not hasattr(both, "get_feature_names_out")
    back = both.inverse_transform(both.transform(X))
    assert type(back) is type(X)
    assert_equal_sequences(back, X)


@pytest.mark.parametrize("kind", [tuple, "objects"])
def test_every_ragged_kind_gives_a_list(layouts, kind):
    X = layouts["ragged"]
    if kind == "objects":
        X = np.empty(len(layouts["ragged"]), dtype=object)
        X[:] = layouts["ragged"]
    out = PerStepTransformer(StandardScaler()).fit_transform(kind_of(X, kind))
    assert type(out) is list
    alone = PerStepTransformer(StandardScaler()).fit_transform(layouts["ragged"])
    assert_equal_sequences(out, alone)


def kind_of(X, kind):
    return tuple(X) if kind is tuple else X


def test_single_precision_stays(layouts):
    for X in (layouts["block"], layouts["ragged"]):
        single = [x.astype(np.float32) for x in X]
        single = np.stack(single) if isinstance(X, np.ndarray) else single
        out = PerStepTransformer(StandardScaler()).fit_transform(single)
        assert {x.dtype for x in out} == {np.dtype(np.float32)}


def test_steps_are_cut_without_another_copy(layouts):
    scaler = PerStepTransformer("passthrough")
    assert np.shares_memory(scaler.fit_transform(layouts["block"]), layouts["block"])
    first, second, *_ = scaler.fit_transform(layouts["ragged"])
    assert first.base is not None
    assert first.base is second.base


def test_passthrough_is_one_choice_of_a_search(X, y):
    width = {"features_per_step": 2} if getattr(X, "ndim", 0) == 2 else {}
    pipe = make_pipeline(
        PerStepTransformer("passthrough", **width), small().set_params(**width)
    )
    grid = {"persteptransformer__transformer": ["passthrough", MinMaxScaler()]}
    search = GridSearchCV(pipe, grid, cv=2, error_score="raise").fit(X, y)
    assert len(search.cv_results_["params"]) == 2
    assert_equal_sequences(pipe[:1].fit_transform(X), X)


# Transformers


def test_missing_values_are_for_the_transformer(X):
    X = [np.array(x) for x in X] if isinstance(X, list) else X.copy()
    X[1].flat[3] = np.nan
    imputer = per_step(make_pipeline(SimpleImputer(), StandardScaler()), X)
    out = imputer.fit_transform(X)
    assert np.isfinite(stacked(out)).all()
    assert out[1].flat[3] == pytest.approx(0, abs=1e-12)  # the mean, scaled
    kept = per_step(StandardScaler(), X).fit_transform(X)
    assert np.isnan(stacked(kept)).sum() == 1


def test_a_transformer_that_takes_no_nan_says_so_and_we_say_where(layouts):
    for X in (layouts["block"].copy(), [x.copy() for x in layouts["ragged"]]):
        X[4][1, 0] = np.nan
        with pytest.raises(ValueError, match=r"Input X contains NaN\.") as caught:
            PerStepTransformer(PCA()).fit(X)
        assert caught.value.__notes__ == [
            "The first NaN in X: sequence 4, step 1, feature 0 (counted from 0)."
        ]
        X[2][0, 1] = -np.inf
        with pytest.raises(ValueError, match="infinity") as caught:
            PerStepTransformer(StandardScaler()).fit(X)
        assert caught.value.__notes__ == [
            "The first infinity in X: sequence 2, step 0, feature 1 (counted from 0)."
        ]


def test_columns_and_unions(X):
    union = FeatureUnion([("pca", PCA(2)), ("scaler", StandardScaler())])
    chosen = ColumnTransformer([("a", MinMaxScaler(), [0]), ("b", union, [0, 1])])
    out = per_step(chosen, X).fit_transform(X)
    expected = clone(chosen).fit_transform(stacked(X))
    assert_allclose(stacked(out, 5), expected, rtol=1e-12)


def test_sparse_output_becomes_dense():
    X = [np.array([[0.0], [2.0]]), np.array([[1.0]])]
    out = PerStepTransformer(OneHotEncoder()).fit_transform(X)
    assert_array_equal(out[0], [[1, 0, 0], [0, 0, 1]])
    assert_array_equal(out[1], [[0, 1, 0]])
    words = [np.array([["go"], ["stop"]]), np.array([["go"]])]
    out = PerStepTransformer(OneHotEncoder()).fit(words).transform(words)
    assert_array_equal(out[0], [[1, 0], [0, 1]])


def test_a_step_gets_the_label_of_its_sequence(X, y):
    found = per_step(SelectKBest(k=1), X).fit(X, y)
    lengths = [np.size(x) // 2 for x in X]
    alone = SelectKBest(k=1).fit(stacked(X), np.repeat(y, lengths))
    assert_array_equal(found.transformer_.scores_, alone.scores_)
    targets = np.arange(80.0).reshape(40, 2)
    pls = per_step(PLSRegression(1), X)
    out = pls.fit_transform(X, targets)
    repeated = np.repeat(targets, lengths, axis=0)
    expected, _ = PLSRegression(1).fit_transform(stacked(X), repeated)
    assert_allclose(stacked(out, 1), expected, rtol=1e-10)
    assert_allclose(stacked(pls.transform(X), 1), expected, rtol=1e-10)
    assert pls.__sklearn_tags__().target_tags == get_tags(PLSRegression()).target_tags


def test_a_frozen_transformer_is_not_fitted_again(layouts):
    scaler = StandardScaler().fit([[0.0, 1.0], [2.0, 5.0]])
    frozen = PerStepTransformer(FrozenEstimator(scaler)).fit(layouts["ragged"])
    assert_equal_sequences(
        frozen.transform(layouts["ragged"]),
        [scaler.transform(x) for x in layouts["ragged"]],
    )


def test_partial_fit_goes_on(X):
    parts = per_step(StandardScaler(), X)
    parts.partial_fit(X[:15]).partial_fit(X[15:])
    at_once = per_step(StandardScaler(), X).fit(X)
    assert_allclose(parts.transformer_.mean_, at_once.transformer_.mean_)
    assert_allclose(parts.transformer_.var_, at_once.transformer_.var_)
    assert parts.fit(X[:5]).transformer_.n_samples_seen_ == len(stacked(X[:5]))
    assert not hasattr(per_step(PCA(), X), "partial_fit")
    assert not hasattr(per_step(PolynomialFeatures(), X), "inverse_transform")


class Twice(BaseEstimator):
    """A transformer without `fit_transform`."""

    def fit(self, X, y=None):
        self.fitted_ = True
        return self

    def transform(self, X):
        return 2 * X


def test_a_transformer_needs_fit_and_transform_only(layouts):
    assert not hasattr(Twice(), "fit_transform")
    out = PerStepTransformer(Twice()).fit_transform(layouts["ragged"])
    assert_equal_sequences(out, [2 * x for x in layouts["ragged"]])
    with sklearn.config_context(enable_metadata_routing=True):
        out = PerStepTransformer(Twice()).fit_transform(layouts["block"])
    assert_array_equal(out, 2 * layouts["block"])


# Metadata


def weighted_mean(X, weight):
    lengths = [np.size(x) // 2 for x in X]
    return np.average(stacked(X), axis=0, weights=np.repeat(weight, lengths))


def test_a_step_has_the_weight_of_its_sequence(X):
    weight = np.linspace(0, 2, 40)
    expected = weighted_mean(X, weight)
    scaler = per_step(StandardScaler(), X)
    for method in ("fit", "fit_transform", "partial_fit"):
        fitted = clone(scaler)
        getattr(fitted, method)(X, sample_weight=weight)
        assert_allclose(fitted.transformer_.mean_, expected)
    pipe = make_pipeline(clone(scaler), "passthrough")
    pipe.fit(X, persteptransformer__sample_weight=list(weight))
    assert_allclose(pipe[0].transformer_.mean_, expected)


def test_metadata_is_routed_where_it_is_asked_for(X, y):
    weight = np.linspace(0, 2, 40)
    width = {"features_per_step": 2} if getattr(X, "ndim", 0) == 2 else {}
    model = small().set_params(**width)
    with sklearn.config_context(enable_metadata_routing=True):
        asks = StandardScaler().set_fit_request(sample_weight=True)
        asks_not = StandardScaler().set_fit_request(sample_weight=False)
        model.set_fit_request(sample_weight=True)
        for inner, mean in [
            (asks, weighted_mean(X, weight)),
            (make_pipeline(asks, PCA()), weighted_mean(X, weight)),
            (asks_not, stacked(X).mean(axis=0)),
        ]:
            pipe = make_pipeline(PerStepTransformer(inner, **width), clone(model))
            pipe.fit(X, y, sample_weight=weight)
            scaler = pipe[0].transformer_
            scaler = scaler if hasattr(scaler, "mean_") else scaler[0]
            assert_allclose(scaler.mean_, mean)
        with pytest.raises(ValueError, match="sample_weight"):
            PerStepTransformer(StandardScaler()).fit(X, sample_weight=weight)


def test_what_is_not_one_value_a_sequence_is_left_alone(layouts):
    seen = {}

    class Nosy(Twice):
        def fit(self, X, y=None, groups=None, names=None, note=None, size=None):
            seen.update(groups=groups, names=names, note=note, size=size)
            return super().fit(X)

    X = layouts["ragged"]
    groups, names = [f"g{i}" for i in range(40)], ["a", "b"]
    PerStepTransformer(Nosy()).fit(X, groups=groups, names=names, note="n" * 40, size=3)
    assert_array_equal(seen["groups"], np.repeat(groups, [len(x) for x in X]))
    assert (seen["names"], seen["note"], seen["size"]) == (names, "n" * 40, 3)


# Names and containers


def test_names_of_the_features_of_a_step(layouts):
    for X in (layouts["block"], layouts["ragged"]):
        names = PerStepTransformer(PolynomialFeatures(2)).fit(X).get_feature_names_out()
        assert names.tolist() == ["1", "x0", "x1", "x0^2", "x0 x1", "x1^2"]
    names = PerStepTransformer(PolynomialFeatures()).fit(X)
    names = names.get_feature_names_out(["up", "down"])
    assert names[:3].tolist() == ["1", "up", "down"]


def test_names_of_the_columns_of_a_table(layouts, y):
    frame = layouts["frame"]
    scaler = PerStepTransformer(StandardScaler(), features_per_step=2).fit(frame)
    assert scaler.get_feature_names_out().tolist() == list("abcdefgh")
    assert scaler.feature_names_in_.tolist() == list("abcdefgh")
    chosen = clone(scaler).set_params(transformer=SelectKBest(k=1)).fit(frame, y)
    best = int(np.argmax(chosen.transformer_.scores_))
    expected = ["aceg", "bdfh"][best]
    assert chosen.get_feature_names_out().tolist() == list(expected)
    pca = clone(scaler).set_params(transformer=PCA(2)).fit(frame)
    expected = [f"pca{i}_step{t}" for t in range(4) for i in range(2)]
    assert pca.get_feature_names_out().tolist() == expected
    nameless = clone(scaler).fit(layouts["table"])
    assert nameless.get_feature_names_out().tolist() == [f"x{i}" for i in range(8)]
    unknown = PerStepTransformer(FunctionTransformer(np.abs)).fit(frame)
    assert not hasattr(unknown, "get_feature_names_out")


def test_set_output_is_for_tables(layouts):
    frame = layouts["frame"].set_index(np.arange(40) * 3)
    scaler = PerStepTransformer(StandardScaler(), features_per_step=2)
    plain = clone(scaler).fit_transform(frame)
    scaler.set_output(transform="pandas")
    scaler = clone(scaler)
    for out in (scaler.fit_transform(frame), scaler.transform(frame)):
        assert isinstance(out, pd.DataFrame)
        assert list(out.columns) == list("abcdefgh")
        assert out.index.tolist() == frame.index.tolist()
        assert_array_equal(out, plain)
    back = scaler.inverse_transform(out)
    assert_allclose(back, frame)
    for X in (layouts["block"], layouts["ragged"]):
        out = PerStepTransformer(StandardScaler()).set_output(transform="pandas")
        assert type(out.fit_transform(X)) is type(out.transform(X)) is type(X)


def test_the_global_container(layouts, y):
    with sklearn.config_context(transform_output="pandas"):
        scaler = PerStepTransformer(StandardScaler())
        out = scaler.fit_transform(layouts["table"])
        assert isinstance(out, pd.DataFrame)
        for X in (layouts["block"], layouts["ragged"]):
            pipe = make_pipeline(clone(scaler), small()).fit(X, y)
            assert type(pipe[:-1].transform(X)) is type(X)


# Clients


def test_pipelines_and_searches_reach_in(layouts, y):
    for X in (layouts["block"], layouts["ragged"]):
        pipe = make_pipeline(
            PerStepTransformer(make_pipeline(StandardScaler(), PCA(2))),
            RecurrentFeatures(small()),
            LogisticRegression(),
        )
        name = "persteptransformer__transformer__pca__n_components"
        search = GridSearchCV(pipe, {name: [1, 2]}, cv=2, error_score="raise").fit(X, y)
        assert search.cv_results_[f"param_{name}"].tolist() == [1, 2]
        assert search.best_estimator_[:-1].get_feature_names_out()[0] == "last_0"
        halving = HalvingRandomSearchCV(
            pipe,
            {
                "persteptransformer__transformer__standardscaler__with_mean": [
                    False,
                    True,
                ]
            },
            n_candidates=2,
            min_resources=20,
            cv=2,
            random_state=0,
            error_score="raise",
        ).fit(X, y)
        assert set(halving.predict(X)) <= {"up", "down"}


def test_clone_and_refit(layouts):
    scaler = PerStepTransformer(StandardScaler(), features_per_step=2)
    scaler.fit(layouts["frame"]).fit(layouts["table"])
    assert not hasattr(scaler, "feature_names_in_")
    scaler.set_params(features_per_step=1).fit(layouts["ragged"])
    assert not hasattr(scaler, "features_per_step_")
    assert scaler.n_features_in_ == 2
    assert not hasattr(scaler.transformer, "mean_")
    assert not hasattr(clone(scaler), "transformer_")


# Sequences that are data frames


@pytest.fixture
def frames():
    rng = np.random.default_rng(0)
    return [
        pd.DataFrame(
            {"load": rng.normal(size=n), "state": rng.choice(["on", "off"], n)},
            index=np.arange(n) * 2,
        )
        for n in (3, 1, 4)
    ]


def by_name():
    return ColumnTransformer(
        [("load", StandardScaler(), ["load"]), ("state", OneHotEncoder(), ["state"])]
    )


def test_columns_by_name(frames):
    coder = PerStepTransformer(by_name())
    out = coder.fit_transform(frames)
    together = by_name().fit(pd.concat(frames))
    assert_equal_sequences(out, [together.transform(frame) for frame in frames])
    assert coder.feature_names_in_.tolist() == ["load", "state"]
    names = ["load__load", "state__state_off", "state__state_on"]
    assert coder.get_feature_names_out().tolist() == names
    assert_equal_sequences(coder.transform(frames[:1]), out[:1])


def test_frames_of_polars_and_pyarrow(frames):
    ours = PerStepTransformer(by_name()).fit_transform(frames)
    for kind in (polars.DataFrame, pyarrow.table):
        theirs = [kind(frame.to_dict("list")) for frame in frames]
        out = PerStepTransformer(by_name()).fit_transform(theirs)
        assert_equal_sequences(out, ours)


def test_frames_without_names_are_frames_too(frames):
    numbered = [frame.set_axis([0, 1], axis=1)[[0]] for frame in frames]
    scaler = PerStepTransformer(StandardScaler())
    out = scaler.fit_transform(numbered)
    arrays = [frame.to_numpy() for frame in numbered]
    assert_equal_sequences(
        out, PerStepTransformer(StandardScaler()).fit_transform(arrays)
    )
    assert not hasattr(scaler, "feature_names_in_")


# What cannot be


def failure(call, *args, error=ValueError, **kwargs):
    with pytest.raises(error) as caught:
        call(*args, **kwargs)
    return str(caught.value)


def test_rows_must_stay_rows(layouts):
    drop = FunctionTransformer(lambda x: x[1:])
    flat = FunctionTransformer(lambda x: x[:, 0])
    advice = " A transformer that drops, adds or mixes rows cannot work step by step."
    for inner, shape in [(drop, (159, 2)), (flat, (160,))]:
        message = failure(PerStepTransformer(inner).fit_transform, layouts["block"])
        assert message == (
            "FunctionTransformer must give one row of features for each step: expected "
            f"shape (160, n_features_out), got {shape}." + advice
        )
    scaler = PerStepTransformer(StandardScaler()).fit(layouts["block"])
    before = scaler.transform(layouts["block"])
    failure(scaler.set_params(transformer=drop).fit_transform, layouts["block"])
    assert_equal_sequences(scaler.transform(layouts["block"]), before)


def test_other_features_or_another_layout(layouts):
    block, ragged = layouts["block"], layouts["ragged"]
    scaler = PerStepTransformer(StandardScaler()).fit(ragged)
    assert failure(scaler.transform, [x[:, :1] for x in ragged]) == (
        "X has 1 features, but PerStepTransformer is expecting 2 features as input: "
        "sequences must have shape (steps, 2), got (2, 1)."
    )
    assert failure(scaler.transform, block) == (
        "PerStepTransformer was fitted on a list of (steps, features) arrays, but X is "
        "a 3-D array (sequences, steps, features). Pass list(X)."
    )
    assert failure(scaler.inverse_transform, [x[:, [0, 1, 1]] for x in ragged]) == (
        "X has 3 features, but PerStepTransformer is expecting 2 features as input: "
        "sequences must have shape (steps, 2), got (2, 3)."
    )
    assert failure(scaler.inverse_transform, block).startswith(
        "PerStepTransformer was fitted on a list"
    )
    assert failure(
        PerStepTransformer(PCA()).transform, X := ragged, error=NotFittedError
    )
    assert failure(scaler.fit, [*X[:3], np.zeros((0, 2))]) == (
        "Sequence 3 of X has no steps (shape (0, 2)); PerStepTransformer needs at "
        "least one. Leave empty sequences out."
    )
    table = PerStepTransformer(FunctionTransformer(), features_per_step=2)
    table.fit(layouts["table"])
    assert failure(table.inverse_transform, ragged) == (
        "PerStepTransformer was fitted on a table, one row a sequence, but X is a list "
        "of (steps, features) arrays. Pass an array with one row a sequence, or fit on "
        "a list."
    )
    assert failure(table.inverse_transform, np.zeros((1, 9))) == (
        "X has 9 features, but PerStepTransformer is expecting 8 features as input."
    )
    table = PerStepTransformer(StandardScaler(), features_per_step=3)
    assert failure(table.fit, layouts["table"]) == (
        "X has 8 columns, which is not a multiple of features_per_step=3: a row must "
        "be made of whole steps."
    )


def test_labels_and_weights_that_do_not_fit(layouts):
    scaler, X = PerStepTransformer(StandardScaler()), layouts["ragged"]
    assert failure(scaler.fit, X, np.zeros(39)) == (
        "X has 40 sequences, but y has shape (39,): there must be one label or target "
        "for each sequence. Each of its steps gets it."
    )
    assert failure(scaler.fit, X, sample_weight=np.ones(160)) == (
        "sample_weight must have one number for each of the 40 sequences, got shape "
        "(160,)."
    )


def test_parameters(layouts):
    for value in (StandardScaler, "drop", 3):
        scaler = PerStepTransformer(value, features_per_step=0)
        assert failure(scaler.fit, layouts["block"]) == (
            "The 'features_per_step' parameter of PerStepTransformer must be an int in "
            "the range [1, inf). Got 0.\n"
            "The 'transformer' parameter of PerStepTransformer must be a transformer, "
            f"with fit and transform, or 'passthrough'. Got {value!r}."
        )


def test_frames_that_differ(frames):
    scaler = PerStepTransformer(by_name())
    assert failure(scaler.fit, [frames[0], frames[1][["state", "load"]]]) == (
        "All sequences must have the same columns, in the same order, but sequence 0 "
        "of X has ['load', 'state'] and sequence 1 has ['state', 'load']."
    )
    assert failure(scaler.fit, [frames[0], frames[1].to_numpy()]) == (
        "PerStepTransformer expected sequences of one kind, but sequence 0 of X is a "
        "data frame and sequence 1 is ndarray. Pass data frames with the same columns, "
        "or arrays of shape (steps, features)."
    )
    assert failure(scaler.fit, [frames[0], frames[1].iloc[:0]]) == (
        "Sequence 1 of X has no steps (shape (0, 2)); PerStepTransformer needs at "
        "least one. Leave empty sequences out."
    )
    scaler = PerStepTransformer(StandardScaler()).fit([x[["load"]] for x in frames])
    with pytest.warns(UserWarning, match="valid feature names"):
        scaler.transform([x[["load"]].to_numpy() for x in frames])
    message = failure(scaler.transform, [x[["state"]] for x in frames])
    assert message.startswith("The feature names should match")


def test_without_narwhals(frames, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "narwhals", None)
    assert failure(PerStepTransformer(by_name()).fit, frames, error=ImportError) == (
        "Reading data frames needs narwhals: pip install 'skrnn[frame]'."
    )
