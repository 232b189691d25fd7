"""Permutation importance: its figures mean something, and what it cannot do."""

from functools import partial

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn import inspection
from sklearn.linear_model import LinearRegression
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from skrnn import GRUClassifier, GRURegressor, LSTMClassifier, RNNRegressor
from skrnn.inspection import permutation_importance
from tests.inspection.exchanged import Seen, numbered

N = 60


def told_by_the_first(n_steps=8, ragged=False, seed=0):
    """Make sequences of 3 features, and targets that the first alone decides."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(4, 13, N) if ragged else [n_steps] * N
    X = [rng.normal(size=(n, 3)) for n in lengths]
    y = np.array([x[:, 0].mean() for x in X])
    return (X if ragged else np.stack(X)), y


@pytest.mark.parametrize("ragged", [False, True])
def test_the_feature_that_tells_all_is_found(ragged):
    X, y = told_by_the_first(ragged=ragged)
    model = GRURegressor(hidden_size=8, random_state=0, max_iter=80).fit(X, y)
    assert model.score(X, y) > 0.8
    result = permutation_importance(model, X, y, random_state=0)
    assert result.importances.shape == (3, 5)
    assert result.importances_mean[0] > 0.8
    assert (abs(result.importances_mean[1:]) < 0.15).all()
    assert_allclose(result.importances_mean, result.importances.mean(axis=1))
    assert_allclose(result.importances_std, result.importances.std(axis=1))


def test_the_steps_that_tell_all_are_found():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3 * N, 8, 1))
    y = np.where(X[:, 4:6].sum(axis=(1, 2)) > 0, "up", "down")
    model = LSTMClassifier(pooling="last", random_state=0).fit(X, y)
    assert model.score(X, y) > 0.9
    for cut in ({"n_blocks": 4}, {"block_size": 2, "origin": "end"}):
        result = permutation_importance(model, X, y, by="step", **cut, random_state=0)
        assert result.importances_mean.argmax() == 2
        assert result.importances_mean[2] > 0.3
        assert (np.delete(result.importances_mean, 2) < 0.2).all()


def test_every_kind_of_model_and_layout(any_small, X, layouts, codes):
    width = 2 if X is layouts["table"] else 1
    model = any_small(features_per_step=width, max_iter=40).fit(X, codes)
    by_feature = permutation_importance(model, X, codes, random_state=0)
    assert by_feature.importances.shape == (2, 5)
    by_step = permutation_importance(
        model, X, codes, by="step", block_size=1, random_state=0
    )
    assert by_step.importances.shape == (4, 5)
    assert (by_feature.importances_mean > 0.05).all()
    assert by_step.importances_mean[:2].min() > by_step.importances_mean[2:].max()


def test_sklearn_says_the_same_of_tables():
    rng = np.random.default_rng(0)
    table = rng.normal(size=(N, 5))
    y = table @ [3.0, 0.0, 1.0, 0.0, -2.0]
    model = RNNRegressor(hidden_size=4, max_iter=10, random_state=0).fit(table, y)
    # It draws a seed from the given one, and from that the first exchange.
    seed = np.random.RandomState(0).randint(np.iinfo(np.int32).max + 1)
    options = {"by": "step", "block_size": 1}
    one = permutation_importance(
        model, table, y, n_repeats=1, random_state=seed, **options
    )
    same = inspection.permutation_importance(
        model, table, y, n_repeats=1, random_state=0
    )
    assert_allclose(one.importances, same.importances, rtol=1e-12)
    many = [
        permutation_importance(
            LinearRegression().fit(table, y), table, y, n_repeats=200, **options
        ),
        inspection.permutation_importance(
            LinearRegression().fit(table, y), table, y, n_repeats=200
        ),
    ]
    error = np.hypot(*(result.importances_std / np.sqrt(200) for result in many))
    difference = abs(many[0].importances_mean - many[1].importances_mean)
    assert (difference <= 5 * error + 1e-12).all()
    assert many[0].importances_mean[0] > 50 * error[0]


def test_several_scores(layouts, codes):
    X = layouts["ragged"]
    model = GRUClassifier(hidden_size=4, max_iter=10, random_state=0).fit(X, codes)
    call = partial(permutation_importance, model, X, codes, random_state=0)
    by_default, by_name = call(), call(scoring="accuracy")
    both = call(scoring=["accuracy", "neg_log_loss"])
    assert set(both) == {"accuracy", "neg_log_loss"}
    own = call(scoring=lambda model, X, y: {"a": model.score(X, y)})
    for result in (by_name, both["accuracy"], own["a"]):
        assert_array_equal(result.importances, by_default.importances)
        assert result.names == by_default.names
    alone = call(scoring="neg_log_loss").importances
    assert_array_equal(both["neg_log_loss"].importances, alone)
    assert (alone != by_default.importances).any()


def test_a_weight_of_zero_is_absence(layouts, codes):
    X = layouts["block"]
    model = GRUClassifier(hidden_size=4, max_iter=10, random_state=0).fit(X, codes)
    seen = []

    def score(y, y_predicted, sample_weight=None):
        seen.append(sample_weight)
        return accuracy_score(y, y_predicted, sample_weight=sample_weight)

    weight = (np.arange(40) < 20).astype(float)
    options = {"n_repeats": 20, "random_state": 0}
    call = partial(permutation_importance, model, X, codes, **options)
    weighted = call(sample_weight=weight, scoring=make_scorer(score))
    assert all(one is weight for one in seen)
    steps = np.isin(np.arange(40), np.arange(20))
    by_hand = permutation_importance(
        model, X, codes, scoring=lambda m, X, y: m.score(X[steps], y[steps]), **options
    )
    assert_array_equal(weighted.importances, by_hand.importances)
    assert (weighted.importances != call().importances).any()


def test_workers_change_nothing(layouts, codes):
    for X, by in ((layouts["ragged"], "step"), (layouts["frame"], "feature")):
        width = 1 if isinstance(X, list) else 2
        model = GRUClassifier(features_per_step=width, max_iter=2, random_state=0)
        model.fit(X, codes)
        one, two = (
            permutation_importance(
                model, X, codes, by=by, n_jobs=n_jobs, random_state=3
            )
            for n_jobs in (1, 2)
        )
        assert_array_equal(one.importances, two.importances)


def test_the_seed_decides(layouts, codes):
    X = layouts["ragged"]
    call = partial(
        permutation_importance,
        GRURegressor(hidden_size=4, max_iter=5, random_state=0).fit(X, codes),
        X,
        codes,
    )
    first = call(random_state=0).importances
    assert_array_equal(call(random_state=0).importances, first)
    again = call(random_state=np.random.RandomState(0)).importances
    assert_array_equal(again, first)
    assert (call(random_state=1).importances != first).all()


def test_models_that_end_in_a_network(layouts, codes):
    frame, ragged = layouts["frame"], layouts["ragged"]
    network = GRUClassifier(features_per_step=2, max_iter=2, random_state=0)
    pipeline = make_pipeline(StandardScaler(), network).fit(frame, codes)
    search = GridSearchCV(pipeline, {"gruclassifier__alpha": [0.1]}, cv=2)
    for model in (pipeline, search.fit(frame, codes)):
        result = permutation_importance(model, frame, codes, random_state=0)
        assert result.importances.shape == (2, 5)
        result = permutation_importance(model, frame, codes, features_per_step=4)
        assert result.importances.shape == (4, 5)
    doubled = make_pipeline(
        FunctionTransformer(lambda X: [2 * x for x in X]),
        GRUClassifier(max_iter=2, random_state=0),
    ).fit(ragged, codes)
    result = permutation_importance(doubled, ragged, codes, by="step", n_blocks=2)
    assert result.importances.shape == (2, 5)


def failure(error, call, *args, **kwargs):
    with pytest.raises(error) as caught:
        call(*args, **kwargs)
    assert type(caught.value) is error
    return str(caught.value)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            {"by": "steps"},
            "The 'by' parameter of permutation_importance must be one of 'feature', "
            "'step'. Got 'steps'. Did you mean 'step'?",
        ),
        (
            {"n_repeats": 0},
            "The 'n_repeats' parameter of permutation_importance must be an int in the "
            "range [1, inf). Got 0.",
        ),
        (
            {"by": "step", "n_blocks": 1.5, "features_per_step": "2"},
            "The 'n_blocks' parameter of permutation_importance must be an int in the "
            "range [1, inf) or None. Got 1.5.\n"
            "The 'features_per_step' parameter of permutation_importance must be an "
            "int in the range [1, inf) or None. Got '2'.",
        ),
        (
            {"n_blocks": 3},
            "n_blocks and block_size are for by='step'. Leave them out, or set by.",
        ),
        (
            {"by": "step", "n_blocks": 2, "block_size": 2},
            "n_blocks and block_size exclude each other: the one cuts each sequence "
            "into so many shares, the other into blocks of so many steps.",
        ),
        (
            {"by": "step", "origin": "end"},
            "origin='end' is for blocks of block_size steps: set it too.",
        ),
        (
            {"by": "step", "n_blocks": 11},
            "n_blocks=11 is more than the 6 steps of the longest sequence. Ask for "
            "fewer.",
        ),
    ],
)
def test_options_that_will_not_do(options, text):
    X = numbered([6, 4])
    told = failure(ValueError, permutation_importance, Seen(), X, None, **options)
    assert told == text


def test_collections_that_will_not_do():
    call = partial(permutation_importance, Seen())
    assert failure(ValueError, call, [np.ones((2, 2)), np.ones((3, 1))], None) == (
        "All sequences must have shape (steps, features), with the same features, but "
        "sequence 0 of X has shape (2, 2) and sequence 1 has (3, 1)."
    )
    table = np.ones((4, 6))
    assert failure(ValueError, call, table, None, features_per_step=4) == (
        "X has 6 columns, which is not a multiple of features_per_step=4: a row must "
        "be made of whole steps."
    )
    assert failure(TypeError, call, sparse.csr_array(table), None) == (
        "permutation_importance expected a table as a NumPy array or a data frame of "
        "pandas or polars, got scipy.sparse._csr.csr_array. Convert it to one of them."
    )
    assert failure(ValueError, call, 3.0, None).startswith(
        "permutation_importance expected a 3-D array (sequences, steps, features), a "
    )


def test_a_pipeline_that_changes_the_columns_tells_no_step(layouts, codes):
    network = GRUClassifier(features_per_step=2, max_iter=2, random_state=0)
    halved = make_pipeline(FunctionTransformer(lambda X: X[:, :4]), network)
    table = layouts["table"]
    halved.fit(table, codes)
    assert failure(ValueError, permutation_importance, halved, table, codes) == (
        "X has 8 columns, but the GRUClassifier in this Pipeline reads 4: what a step "
        "of X is, it does not tell. Pass features_per_step."
    )
    result = permutation_importance(halved, table, codes, features_per_step=2)
    assert result.importances.shape == (2, 5)
