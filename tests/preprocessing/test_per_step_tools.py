"""Metadata, names and tools of scikit-learn around a transformer of steps."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, HalvingRandomSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    PolynomialFeatures,
    StandardScaler,
)

from skrnn import RecurrentFeatures
from skrnn.preprocessing import PerStepTransformer
from tests.preprocessing.problems import Recorder, Twice, per_step, small, stacked


@pytest.fixture
def seen(monkeypatch):
    monkeypatch.setattr(Recorder, "seen", [])
    return Recorder.seen


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
