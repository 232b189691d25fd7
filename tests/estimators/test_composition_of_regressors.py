"""Everything that scikit-learn does with a regressor, on every layout it takes."""

import numpy as np
import pytest
import sklearn
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import BaggingRegressor, StackingRegressor, VotingRegressor
from sklearn.inspection import permutation_importance
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.multioutput import MultiOutputRegressor, RegressorChain
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from tests.estimators.tools import scaled, take

#: What only sequences are; tables are what all tools are made for.
LAYOUTS_OF_X = ["block", "ragged"]


#: The network without a regression beside it, which may be all that counts.
ALONE = {"linear_steps": 0}


@pytest.fixture
def able_regressor(small_regressor):
    """Make a regressor that learns the targets of `layouts`."""

    def make(**parameters):
        enough = {"max_iter": 30, "batch_size": 8, "learning_rate_init": 0.03}
        return small_regressor(**{**enough, **parameters})

    return make


def two_targets(targets):
    return np.column_stack([targets, -(targets**2)])


@pytest.mark.parametrize("several", [False, True])
def test_search_for_a_regressor_whatever_n_jobs(small_regressor, X, targets, several):
    y = two_targets(targets) if several else targets
    grid = {"reg__hidden_size": [2, (3, 2)], "reg__dropout": [0.0, 0.2]}
    pipe = Pipeline(
        [("scale", FunctionTransformer(scaled)), ("reg", small_regressor(**ALONE))]
    )
    one, two = (
        GridSearchCV(pipe, grid, cv=KFold(3), n_jobs=n_jobs).fit(X, y)
        for n_jobs in (1, 2)
    )
    for k, (train, test) in enumerate(KFold(3).split(y)):
        key = f"split{k}_test_score"
        np.testing.assert_array_equal(one.cv_results_[key], two.cv_results_[key])
        assert len(np.unique(one.cv_results_[key])) == 4
        reg = small_regressor(hidden_size=2, dropout=0, **ALONE)
        reg.fit(take(X, train), y[train])
        score = r2_score(y[test], reg.predict(take(X, test)))
        assert one.cv_results_[key][0] == score
    np.testing.assert_array_equal(one.predict(X), two.predict(X))


def test_transformed_targets(small_regressor, X, targets):
    wrapped = TransformedTargetRegressor(
        small_regressor(), func=np.log, inverse_func=np.exp
    )
    found = wrapped.fit(X, targets).predict(X)
    alone = small_regressor().fit(X, np.log(targets))
    np.testing.assert_allclose(found, np.exp(alone.predict(X)), rtol=1e-12)
    # A scaler before a regressor that scales by itself is of no use, and of no harm.
    wrapped = TransformedTargetRegressor(
        small_regressor(), transformer=StandardScaler()
    )
    found = wrapped.fit(X, targets).predict(X)
    expected = small_regressor().fit(X, targets).predict(X)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_one_regressor_for_each_target(small_regressor, X, targets):
    y = two_targets(targets)
    found = MultiOutputRegressor(small_regressor()).fit(X, y).predict(X)
    for k in range(2):
        alone = small_regressor().fit(X, y[:, k])
        np.testing.assert_array_equal(found[:, k], alone.predict(X))


def test_a_chain_of_regressors_on_tables(able_regressor, layouts, targets):
    X, y = layouts["table"], two_targets(targets)
    chain = RegressorChain(able_regressor()).fit(X, y)
    assert chain.predict(X).shape == y.shape
    assert chain.score(X, y) > 0.5


def test_voting_of_regressors_is_the_mean(small_regressor, X, targets):
    members = [(f"m{k}", small_regressor(random_state=k)) for k in range(2)]
    voting = VotingRegressor(members).fit(X, targets)
    mean = np.mean([m.fit(X, targets).predict(X) for _, m in members], axis=0)
    np.testing.assert_allclose(voting.predict(X), mean, rtol=1e-12)


def test_stacking_of_regressors(able_regressor, X, targets):
    members = [(f"m{k}", able_regressor(random_state=k, **ALONE)) for k in range(2)]
    stack = StackingRegressor(members, Ridge(), cv=KFold(3)).fit(X, targets)
    assert stack.score(X, targets) > 0.6


def test_bagging_of_regressors_on_tables(small_regressor, layouts, targets):
    X = layouts["table"]
    bag = BaggingRegressor(small_regressor(), n_estimators=2, random_state=0)
    bag.fit(X, targets)
    members = zip(bag.estimators_, bag.estimators_features_, strict=True)
    mean = np.mean([m.predict(X[:, columns]) for m, columns in members], axis=0)
    np.testing.assert_allclose(bag.predict(X), mean, rtol=1e-12)


def test_permutation_importance_for_a_regressor(able_regressor, layouts, targets):
    X = layouts["frame"]
    reg = able_regressor(features_per_step=2, max_iter=80).fit(X, targets)
    importance = permutation_importance(reg, X, targets, n_repeats=5, random_state=0)
    what_counts, what_does_not = np.split(importance.importances_mean, 2)
    assert what_counts.min() > what_does_not.max()


def test_sample_weight_is_routed_to_a_regressor(small_regressor, X, targets):
    weight = np.linspace(0.1, 3.0, len(targets))
    with sklearn.config_context(enable_metadata_routing=True):
        reg = small_regressor().set_fit_request(sample_weight=True)
        search = GridSearchCV(
            reg.set_score_request(sample_weight=True), {"pooling": ["max"]}, cv=KFold(2)
        ).fit(X, targets, sample_weight=weight)
    direct = small_regressor(pooling="max").fit(X, targets, sample_weight=weight)
    np.testing.assert_array_equal(search.predict(X), direct.predict(X))
    unweighted = small_regressor(pooling="max").fit(X, targets)
    assert not np.allclose(search.predict(X), unweighted.predict(X))
