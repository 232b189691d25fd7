"""A transformer of single steps, applied to sequences of every layout."""

import numpy as np
import pytest
import sklearn
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.cross_decomposition import PLSRegression
from sklearn.decomposition import PCA
from sklearn.feature_selection import SelectKBest
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_score
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    PolynomialFeatures,
    StandardScaler,
)
from sklearn.utils import get_tags

from skrnn.preprocessing import PerStepTransformer
from tests.preprocessing.problems import (
    Recorder,
    Twice,
    assert_equal_sequences,
    per_step,
    small,
    stacked,
)


@pytest.fixture
def seen(monkeypatch):
    monkeypatch.setattr(Recorder, "seen", [])
    return Recorder.seen


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


def test_a_transformer_needs_fit_and_transform_only(layouts):
    assert not hasattr(Twice(), "fit_transform")
    out = PerStepTransformer(Twice()).fit_transform(layouts["ragged"])
    assert_equal_sequences(out, [2 * x for x in layouts["ragged"]])
    with sklearn.config_context(enable_metadata_routing=True):
        out = PerStepTransformer(Twice()).fit_transform(layouts["block"])
    assert_array_equal(out, 2 * layouts["block"])
