"""Names of features: kept in every layout that has them, and held to.

What is said of them is scikit-learn's own, so that it is taken from there.
"""

import warnings
from functools import partial

import numpy as np
import pandas as pd
import polars
import pyarrow
import pytest
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skrnn import GRURegressor, LSTMClassifier, RecurrentFeatures, RNNClassifier
from skrnn.inspection import permutation_importance, saliency
from skrnn.interop import torch_state
from skrnn.preprocessing import (
    PerStepTransformer,
    padded_from_ragged,
    sliding_windows,
)
from skrnn.streaming import EarlyClassifier

NAMES = ["load", "speed", "heat"]
N = 12
Y = np.arange(N) % 2
RNG = np.random.default_rng(0)
ARRAYS = [RNG.normal(size=(3 + i % 3, 3)) + Y[i] for i in range(N)]


def in_objects(X):
    objects = np.empty(len(X), object)
    objects[:] = X
    return objects


def of_pandas(x, names):
    return pd.DataFrame(x, columns=names)


def of_polars(x, names):
    return polars.DataFrame(x, schema=names)


def of_pyarrow(x, names):
    return pyarrow.table(list(np.transpose(x)), names=names)


KINDS = {"pandas": of_pandas, "polars": of_polars, "pyarrow": of_pyarrow}
COLLECTIONS = {"list": list, "tuple": tuple, "object array": in_objects}


def named(kind=of_pandas, names=NAMES, collect=list, X=ARRAYS):
    return collect([kind(x, names) for x in X])


def reordered(kind=of_pandas, names=("speed", "heat", "load")):
    """The same sequences, with their columns in another order."""
    order = [NAMES.index(name) for name in names]
    return [kind(x[:, order], list(names)) for x in ARRAYS]


def network(kind=RNNClassifier, **parameters):
    return kind(hidden_size=3, max_iter=2, random_state=0, **parameters)


def of_sklearn(fitted_on, X):
    """Give what scikit-learn says when X comes after what was fitted on."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            StandardScaler().fit(fitted_on).transform(X)
        except ValueError as error:
            return str(error)
    (warning,) = {str(one.message) for one in caught}
    return warning


MODELS = {
    "classifier": network(),
    "regressor": network(GRURegressor),
    "EarlyClassifier": EarlyClassifier(network()),
    "EarlyClassifier without prefixes": EarlyClassifier(network(), n_prefixes=0),
    "RecurrentFeatures": RecurrentFeatures(network(LSTMClassifier)),
    "PerStepTransformer": PerStepTransformer(StandardScaler()),
}


def method_of(model):
    return model.predict if hasattr(model, "predict") else model.transform


@pytest.fixture(params=MODELS)
def model(request):
    return clone(MODELS[request.param])


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("collect", COLLECTIONS.values(), ids=COLLECTIONS)
def test_names_are_remembered(kind, collect):
    X = named(kind, collect=collect)
    model = network().fit(X, Y)
    assert model.feature_names_in_.tolist() == NAMES
    assert model.feature_names_in_.dtype == object
    assert model.n_features_in_ == 3
    assert np.array_equal(model.weights_, network().fit(ARRAYS, Y).weights_)
    model.predict(X)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize(
    "names",
    [["speed", "heat", "load"], ["load", "speed", "cold"], ["a", "b", "c"]],
    ids=["order", "one other", "all others"],
)
def test_other_names_are_an_error_of_sklearn(model, kind, names):
    model.fit(named(), Y)
    assert model.feature_names_in_.tolist() == NAMES
    other = named(kind, names)
    expected = of_sklearn(named()[0], named(of_pandas, names)[0])
    with pytest.raises(ValueError, match="feature names should match") as caught:
        method_of(model)(other)
    assert str(caught.value) == expected


def test_a_missing_name_and_one_too_many(model):
    model.fit(named(), Y)
    fewer = [x[["load", "speed"]] for x in named()]
    more = [x.assign(extra=1.0) for x in named()]
    for other in (fewer, more):
        with pytest.raises(ValueError, match="feature names should match") as caught:
            method_of(model)(other)
        assert str(caught.value) == of_sklearn(named()[0], other[0])


def told_by(call, name):
    """Give the warnings of a call that are about names."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    texts = [str(one.message) for one in caught]
    return [text for text in texts if "feature names" in text and name in text]


@pytest.mark.parametrize("estimator", ["classifier", "regressor", "PerStepTransformer"])
def test_from_names_to_none_and_back_are_warnings_of_sklearn(estimator):
    model = clone(MODELS[estimator])
    name = type(model).__name__
    model.fit(named(), Y)
    lost = of_sklearn(named()[0], ARRAYS[0]).replace("StandardScaler", name)
    assert told_by(lambda: method_of(model)(ARRAYS), name) == [lost]
    model.fit(ARRAYS, Y)
    assert not hasattr(model, "feature_names_in_")
    found = of_sklearn(ARRAYS[0], named()[0]).replace("StandardScaler", name)
    assert told_by(lambda: method_of(model)(named()), name) == [found]


def test_a_fit_without_names_forgets_them(model):
    model.fit(named(), Y)
    assert hasattr(model, "feature_names_in_")
    model.fit(ARRAYS, Y)
    assert not hasattr(model, "feature_names_in_")
    method_of(model)(ARRAYS)
    model.fit([pd.DataFrame(x) for x in ARRAYS], Y)
    assert not hasattr(model, "feature_names_in_")
    model.fit(named(names=["a", "b", "c"]), Y)
    assert model.feature_names_in_.tolist() == ["a", "b", "c"]
    model.fit(np.stack([x[:3] for x in ARRAYS]), Y)
    assert not hasattr(model, "feature_names_in_")


MESSAGE = "feature names should match"


@pytest.mark.parametrize(
    "model", [network(), PerStepTransformer(StandardScaler())], ids=["net", "scaler"]
)
def test_partial_fit_holds_to_the_names(model):
    model = clone(model)
    classes = {"classes": [0, 1]} if hasattr(model, "predict") else {}
    model.partial_fit(named(), Y, **classes)
    assert model.feature_names_in_.tolist() == NAMES
    with pytest.raises(ValueError, match=MESSAGE):
        model.partial_fit(reordered(), Y)
    model.partial_fit(named(), Y)
    assert model.feature_names_in_.tolist() == NAMES


def test_a_warm_start_holds_to_the_names():
    model = network(warm_start=True).fit(named(), Y)
    with pytest.raises(ValueError, match=MESSAGE):
        model.fit(reordered(), Y)
    model.fit(named(), Y)
    assert model.feature_names_in_.tolist() == NAMES


@pytest.mark.parametrize(
    "model", [network(), EarlyClassifier(network())], ids=["net", "early"]
)
def test_sequences_held_out_have_the_same_names(model):
    model = clone(model)
    inner = getattr(model, "estimator", model)
    inner.early_stopping = True
    model.fit(named(), Y, X_val=named(), y_val=Y)
    with pytest.raises(ValueError, match=MESSAGE):
        model.fit(named(), Y, X_val=reordered(), y_val=Y)


@pytest.mark.parametrize("table", [False, True], ids=["list", "table"])
def test_a_refit_compares_what_is_held_out_with_the_new_names(table):
    """Names of an earlier fit are nothing to compare with."""
    model = network(early_stopping=True)
    frame = of_pandas(np.array([x[0] for x in ARRAYS]), NAMES)
    first, second = (frame, frame.to_numpy()) if table else (named(), ARRAYS)
    model.fit(first, Y, X_val=first, y_val=Y)
    model.fit(second, Y, X_val=second, y_val=Y)
    assert not hasattr(model, "feature_names_in_")


def test_every_method_holds_to_the_names():
    model = network().fit(named(), Y)
    methods = [
        model.predict,
        model.predict_proba,
        model.predict_log_proba,
        model.decision_function,
        model.hidden_states,
        model.pooled_states,
        model.staged_predict,
        model.staged_predict_proba,
        partial(saliency, model),
        lambda X: model.score(X, Y),
    ]
    for method in methods:
        method(named())
        with pytest.raises(ValueError, match=MESSAGE):
            method(reordered())


def test_frames_in_one_list_are_alike():
    """Another order, or another set, is an error that names the first that differs."""
    checks = [
        network().fit,
        PerStepTransformer(StandardScaler()).fit,
        EarlyClassifier(network()).fit,
    ]
    functions = [padded_from_ragged, partial(sliding_windows, length=2)]
    for kind in KINDS.values():
        for other in (["speed", "load", "heat"], ["load", "speed", "cold"]):
            X = named(kind)
            X[4], X[7] = (kind(x, other) for x in (ARRAYS[4], ARRAYS[7]))
            expected = (
                "All sequences must have the same columns, in the same order, but "
                f"sequence 0 of X has {NAMES} and sequence 4 has {other}."
            )
            for call in [partial(check, y=Y) for check in checks] + functions:
                with pytest.raises(ValueError, match="same columns") as caught:
                    call(X)
                assert str(caught.value) == expected


def test_frames_of_several_libraries_with_the_same_columns():
    X = named()
    X[1:3] = [of_polars(ARRAYS[1], NAMES), of_pyarrow(ARRAYS[2], NAMES)]
    model = network().fit(X, Y)
    assert np.array_equal(model.weights_, network().fit(ARRAYS, Y).weights_)
    assert model.feature_names_in_.tolist() == NAMES


def test_frames_beside_arrays_are_an_error():
    X = [*named()[:5], ARRAYS[5], *named()[6:]]
    with pytest.raises(ValueError, match="of one kind") as caught:
        network().fit(X, Y)
    assert str(caught.value) == (
        "RNNClassifier expected sequences of one kind, but sequence 0 of X is a data "
        "frame and sequence 5 is ndarray. Pass data frames with the same columns, or "
        "arrays of shape (steps, features)."
    )


def test_columns_with_names_of_attributes():
    """A column may be called as a frame's own attributes are."""
    names = ["column_names", "columns", "shape"]
    for kind in KINDS.values():
        model = network().fit(named(kind, names), Y)
        assert model.feature_names_in_.tolist() == names


def test_names_go_through_tools_of_sklearn():
    X = named()
    pipeline = make_pipeline(PerStepTransformer(SimpleImputer()), network())
    pipeline.fit(X, Y)
    assert pipeline.feature_names_in_.tolist() == NAMES
    with pytest.raises(ValueError, match=MESSAGE):
        pipeline.predict(reordered())
    search = GridSearchCV(network(), {"alpha": [0.0, 0.1]}, cv=2).fit(X, Y)
    assert search.best_estimator_.feature_names_in_.tolist() == NAMES
    assert len(cross_val_score(network(), X, Y, cv=2)) == 2


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("by", ["feature", "step"])
def test_importance_keeps_the_names(kind, by):
    """Sequences with a part exchanged are of the kind that they were."""
    options = {"by": by, "n_repeats": 2, "random_state": 0}
    model = network().fit(named(kind), Y)
    result = permutation_importance(model, named(kind), Y, **options)
    bare = network().fit(ARRAYS, Y)
    expected = permutation_importance(bare, ARRAYS, Y, **options)
    assert np.array_equal(result.importances, expected.importances)


@pytest.mark.parametrize("kind", [pd.DataFrame, polars.DataFrame, pyarrow.table])
def test_importance_of_columns_of_text(kind):
    """Columns found by their names are there, of their types, when exchanged."""
    frames = [
        pd.DataFrame({"load": x[:, 0], "state": np.where(x[:, 1] > 0, "on", "off")})
        for x in ARRAYS
    ]
    X = [kind(frame.to_dict("list")) for frame in frames]
    encode = make_column_transformer(
        (StandardScaler(), ["load"]), (OneHotEncoder(), ["state"])
    )
    model = make_pipeline(PerStepTransformer(encode), network()).fit(X, Y)
    result = permutation_importance(model, X, Y, n_repeats=2, random_state=0)
    assert result.importances.shape == (2, 2)


def test_inverse_transform_asks_for_no_names():
    scaler = PerStepTransformer(StandardScaler()).fit(named())
    out = scaler.transform(named())
    for scaled in (out, [of_pandas(x, NAMES) for x in out]):
        back = scaler.inverse_transform(scaled)
        for x, expected in zip(back, ARRAYS, strict=True):
            np.testing.assert_allclose(x, expected)


def test_names_survive_pickling_and_weights_of_others():
    model = network().fit(named(), Y)
    assert clone(model).fit(named(), Y).feature_names_in_.tolist() == NAMES
    assert set(torch_state(model)) == set(torch_state(network().fit(ARRAYS, Y)))


def test_no_fit_is_changed_by_the_names():
    """The order of the columns is that of the first fit; the data are never sorted."""
    swapped = named(names=["heat", "speed", "load"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        ours = network().fit(swapped, Y)
    assert ours.feature_names_in_.tolist() == ["heat", "speed", "load"]
    assert np.array_equal(ours.weights_, network().fit(ARRAYS, Y).weights_)
