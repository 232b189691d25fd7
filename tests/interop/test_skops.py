"""What skops saves: which types have to be trusted, and what comes back.

`tests/estimators/test_persistence.py` has skops among the ways of storing a model.
"""

import pkgutil
from importlib import import_module

import numpy as np
import pytest
import skops.io
from numpy.testing import assert_array_equal
from sklearn.base import BaseEstimator, is_classifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from skops.io.exceptions import UntrustedTypesFoundException

import skrnn
from skrnn import RecurrentFeatures
from skrnn.ensemble import SequenceBaggingClassifier
from skrnn.interop import SKOPS_TRUSTED
from skrnn.preprocessing import (
    PerStepTransformer,
    channels_last,
    make_skforecast_pipeline,
    make_sktime_pipeline,
)
from skrnn.streaming import EarlyClassifier


def name_of(kind):
    return f"{kind.__module__}.{kind.__qualname__}"


def public_estimators():
    """Find every estimator that a module of the library gives to users."""
    modules = [skrnn] + [
        import_module(module.name)
        for module in pkgutil.walk_packages(skrnn.__path__, "skrnn.")
    ]
    named = [getattr(m, name) for m in modules for name in getattr(m, "__all__", ())]
    classes = [item for item in named if isinstance(item, type)]
    return {name_of(kind) for kind in classes if issubclass(kind, BaseEstimator)}


def untrusted(model):
    return skops.io.get_untrusted_types(data=skops.io.dumps(model))


def reloaded(model, *more):
    return skops.io.loads(skops.io.dumps(model), trusted=[*SKOPS_TRUSTED, *more])


def test_the_list_has_every_estimator_and_what_pipelines_call():
    expected = {*public_estimators(), name_of(channels_last)}
    assert list(SKOPS_TRUSTED) == sorted(expected)


STATES = {
    "adam": {"hidden_size": (4, 3), "n_layers": 2},
    "sgd": {"solver": "sgd", "random_state": np.random.RandomState(0)},
    "lbfgs": {"solver": "lbfgs", "tol": 10.0},
    "early stopping": {"early_stopping": True, "validation_fraction": 0.5},
    "raw features": {"standardize": False, "patch_size": 2, "bidirectional": True},
}


@pytest.mark.parametrize("layout", ["ragged", "frame"])
@pytest.mark.parametrize("options", STATES.values(), ids=STATES)
def test_an_estimator_alone_has_to_be_trusted(
    any_small, layouts, y, targets, layout, options
):
    model = any_small(**options)
    y = y.astype(object) if is_classifier(model) else np.column_stack([targets] * 2)
    assert untrusted(model.fit(layouts[layout], y)) == [name_of(type(model))]


def test_trust_is_asked_for(any_small, X, codes):
    saved = skops.io.dumps(any_small().fit(X, codes))
    with pytest.raises(UntrustedTypesFoundException, match="skrnn"):
        skops.io.loads(saved)


def test_state_comes_back_in_its_types(any_small, layouts, y, targets):
    model, X = any_small(hidden_size=(4, 3)), layouts["frame"]
    model.fit(X, y.astype(object) if is_classifier(model) else targets)
    twin = reloaded(model)
    assert list(vars(twin)) == list(vars(model))
    for name, value in vars(model).items():
        assert_same(getattr(twin, name), value)


def assert_same(came, value):
    """Hold two values against each other, and the types of all that they hold."""
    assert type(came) is type(value)
    if isinstance(value, dict):
        assert list(came) == list(value)
        came, value = list(came.values()), list(value.values())
    if isinstance(value, list | tuple):
        for one, other in zip(came, value, strict=True):
            assert_same(one, other)
    else:
        assert_array_equal(came, value, strict=isinstance(value, np.ndarray))


@pytest.mark.parametrize("class_weight", [None, {"up": 2.0, "down": np.float32(1)}])
def test_parameters_come_back(small, X, y, class_weight):
    options = {"n_iter_no_change": np.inf, "class_weight": class_weight}
    options["random_state"] = np.random.RandomState(3)
    model = small(**options).fit(X, y)
    twin = reloaded(model)
    assert twin.class_weight == class_weight
    assert twin.n_iter_no_change == np.inf
    assert_array_equal(twin.fit(X, y).weights_, model.fit(X, y).weights_)


def test_features(any_small, X, codes):
    model = RecurrentFeatures(any_small()).fit(X, codes)
    assert untrusted(model) == sorted(
        [name_of(type(model.estimator)), name_of(RecurrentFeatures)]
    )


@pytest.mark.parametrize(
    "wrap", [EarlyClassifier, RecurrentFeatures, SequenceBaggingClassifier]
)
def test_all_that_is_ours_in_a_pipeline(small, X, codes, wrap):
    pipeline = make_pipeline(PerStepTransformer(StandardScaler()), wrap(small()))
    if wrap is RecurrentFeatures:
        pipeline.steps.append(("head", LogisticRegression(max_iter=1000)))
    if wrap is SequenceBaggingClassifier:
        pipeline[-1].set_params(n_estimators=2, random_state=0)
    pipeline.fit(X, codes)
    assert set(untrusted(pipeline)) <= set(SKOPS_TRUSTED)
    twin = reloaded(pipeline)
    assert_array_equal(twin.predict_proba(X), pipeline.predict_proba(X))
    assert_array_equal(twin.fit(X, codes).predict(X), pipeline.predict(X))


@pytest.mark.parametrize(
    "scitype", [None, "tabular-regressor", "time-series-regressor"]
)
def test_pipelines_for_forecasters(any_small, codes, scitype):
    X = np.random.default_rng(0).normal(size=(len(codes), 5))
    if scitype is None:
        pipeline = make_skforecast_pipeline(any_small(), lags=3)
    else:
        pipeline = make_sktime_pipeline(any_small(), scitype=scitype)
        X = X if scitype == "tabular-regressor" else X[:, np.newaxis]
    pipeline.fit(X, codes)
    assert set(untrusted(pipeline)) <= set(SKOPS_TRUSTED)
    twin = reloaded(pipeline)
    assert_array_equal(twin.predict(X), pipeline.predict(X))
    assert twin[-1].static_features == pipeline[-1].static_features


def test_search_over_a_pipeline(any_small, X, codes):
    pipeline = Pipeline([("same", FunctionTransformer()), ("model", any_small())])
    search = GridSearchCV(pipeline, {"model__hidden_size": [2, 3]}, cv=2).fit(X, codes)
    assert untrusted(search.best_estimator_) == [name_of(type(pipeline[-1]))]
    # What the search itself holds beside them is scikit-learn's.
    others = [kind for kind in untrusted(search) if kind.startswith("sklearn.")]
    twin = reloaded(search, *others)
    assert twin.best_params_ == search.best_params_
    assert_array_equal(twin.predict(X), search.predict(X))
    assert_array_equal(twin.fit(X, codes).predict(X), search.predict(X))
