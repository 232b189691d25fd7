"""The linear path of regressors: a regression beforehand, and what counts beside it."""

from types import SimpleNamespace

import joblib
import numpy as np
import pytest
import sklearn
from numpy.testing import assert_allclose, assert_array_equal
from threadpoolctl import threadpool_limits

from skrnn import (
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    RNNClassifier,
    RNNRegressor,
)
from skrnn.fitting import linear_path, regression
from skrnn.fitting.fitted_state import fitted_network
from skrnn.interop import torch_state
from skrnn.losses import regression_loss

KINDS = [RNNRegressor, LSTMRegressor, GRURegressor]
RNG = np.random.default_rng(0)
BLOCK = RNG.normal(size=(60, 6, 2)) * [1.0, 50.0] + [0.0, 7.0]
RAGGED = [x[i % 3 :] for i, x in enumerate(BLOCK)]
NOISE = RNG.normal(size=60)
#: Of the last steps alone.
LINEAR = BLOCK[:, -1, 0] - 0.02 * BLOCK[:, -3, 1] + 3

# Of noise, a regression makes almost nothing.
same_answer = pytest.mark.filterwarnings("ignore:The network gives all sequences")


def regressor(kind=RNNRegressor, **parameters):
    quick = {"hidden_size": 4, "max_iter": 3, "random_state": 0, "dtype": "float64"}
    return kind(**{**quick, **parameters})


def parts(model):
    """Return the weights of the head for the network, for the last steps, its bias."""
    network = fitted_network(model)
    head = network.layout.views(model.weights_)["head"]
    n = model.linear_steps_ * network.n_features
    return head["W"][:, :-n], head["W"][:, -n:], head["b"]


def memory_task(n=600, n_steps=6):
    X = np.random.default_rng(1).normal(size=(n, n_steps, 1))
    return X, X[:, -1, 0] * X[:, -2, 0]


@pytest.fixture
def shares(monkeypatch):
    """Write down the share that each trial finds."""
    found, right = [], linear_path.try_network

    def watched(*args):
        found.append(right(*args))
        return found[-1]

    monkeypatch.setattr(linear_path, "try_network", watched)
    return found


def trial_with(share):
    """Return what finds this share, and no target better without the path."""
    found = np.array([share]), np.array([False]), SimpleNamespace(interrupt=None)
    return lambda *args: found


@pytest.mark.parametrize("X", [BLOCK, RAGGED], ids=["block", "ragged"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_linear_target_is_learnt_whatever_the_recurrence(kind, X):
    model = regressor(kind).fit(X, LINEAR)
    assert model.linear_steps_ == 6
    assert_allclose(model.predict(X), LINEAR, rtol=0, atol=2e-3 * LINEAR.std())
    new = np.random.default_rng(5).normal(size=(20, 6, 2)) * [1.0, 50.0]
    expected = new[:, -1, 0] - 0.02 * new[:, -3, 1] + 3
    found = model.predict(list(new) if isinstance(X, list) else new)
    assert_allclose(found, expected, atol=5e-3 * LINEAR.std())


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.filterwarnings("ignore:L-BFGS stopped at max_iter")
def test_weights_of_the_regression_stay_to_the_bit(solver, monkeypatch):
    starts, right = [], linear_path.with_linear_path

    def watched(run, rows):
        weights, has_path = right(run, rows)
        starts.append(weights[linear_path.path_weights(run.network)].copy())
        return weights, has_path

    monkeypatch.setattr(linear_path, "with_linear_path", watched)
    monkeypatch.setattr(linear_path, "try_network", trial_with(0.5))
    X, y = memory_task(60)
    y = y + X[:, -1, 0]
    for alpha in (0.0, 0.1):
        model = regressor(solver=solver, alpha=alpha, max_iter=20).fit(X, y)
        network, rest = parts(model)[:2]
        assert_array_equal(rest.ravel(), starts.pop())
        assert abs(network).max() > 0


@pytest.mark.filterwarnings("ignore:early_stopping holds out 6")
@pytest.mark.parametrize("early_stopping", [False, True])
def test_where_the_rest_is_noise_the_network_counts_for_nothing(early_stopping):
    y = LINEAR + 0.5 * NOISE
    model = regressor(max_iter=60, early_stopping=early_stopping).fit(BLOCK, y)
    network, path, _ = parts(model)
    assert (network == 0).all()
    # What is left is the regression, its bias too.
    assert (path != 0).any()
    if not early_stopping:
        assert abs((model.predict(BLOCK) - y).mean()) < 1e-6


def test_a_regression_that_does_harm_is_left_out(monkeypatch):
    monkeypatch.setattr(regression, "ALPHAS", (1e-6, 1e-5))
    model = regressor().fit(BLOCK[:16], NOISE[:16])  # of 12 numbers each
    network, path, _ = parts(model)
    assert (path == 0).all()
    assert (network != 0).all()


def test_of_noise_nothing_is_learnt():
    model = regressor(max_iter=60).fit(BLOCK, NOISE)
    assert (parts(model)[0] == 0).all()
    assert np.std(model.predict(BLOCK)) < 0.5 * np.std(NOISE)


def test_where_targets_need_memory_the_network_counts(shares):
    X, y = memory_task()
    noise = np.random.default_rng(3).normal(size=len(X))
    both = X[:, -1, 0] + np.array([noise, y])
    model = GRURegressor(8, random_state=0).fit(X, both.T)
    share, is_alone, _ = shares.pop()
    assert share.tolist() == [0, 1]
    assert is_alone.tolist() == [False, True]
    network, path, _ = parts(model)
    assert abs(network).max(axis=1)[0] == 0 < abs(network).max(axis=1)[1]
    # The network does better without the path of the second.
    assert abs(path).max(axis=1)[1] == 0 < abs(path).max(axis=1)[0]


def test_the_share_is_what_fits_best():
    # Three targets: of the first the network explains half of the variance, of the
    # second, which is upside down, nothing, of the third almost all.
    weight, up, other = np.ones(4), [1.0, -1.0, 1.0, -1.0], [1.0, 1.0, -1.0, -1.0]
    added = np.column_stack([up, up, up])
    missing = added * [0.5, -1.0, 3.0] + np.outer(other, [0.5, 0.0, 0.1])
    share, is_alone = linear_path._share(missing, added, weight)
    assert_allclose(share, [0.5, 0.0, 1.0])
    assert is_alone.tolist() == [False, False, False]
    missing = added * [0.5, 1.0, 0.9] + np.outer(other, [1.0, 0.0, 0.1])
    share, is_alone = linear_path._share(missing, added, weight)
    # A little better is no better, and much better is better alone.
    assert_allclose(share, [0.0, 1.0, 1.0])
    assert is_alone.tolist() == [False, True, True]
    share, is_alone = linear_path._share(missing, 0 * added, weight)
    assert not share.any()
    assert not is_alone.any()


@pytest.mark.parametrize(
    ("n", "rest", "expected"),
    # The error falls to 0.87 of what it was, by chance or not, or to 0.98.
    [(16, 1.6, 0.0), (400, 1.6, 0.9), (4000, 4.6, 0.0)],
)
def test_a_small_gain_counts_if_it_is_no_chance(n, rest, expected):
    added = np.tile([1.0, -1.0, 1.0, -1.0], n // 4)[:, np.newaxis]
    other = np.tile([1.0, 1.0, -1.0, -1.0], n // 4)[:, np.newaxis]
    missing = 0.9 * added + rest * other
    for weight in (1.0, 1e-6):
        share, is_alone = linear_path._share(missing, added, np.full(n, weight))
        assert_allclose(share, [expected])
        assert not is_alone


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_scores_of_the_validation_set_are_those_of_the_model(monkeypatch, share):
    monkeypatch.setattr(linear_path, "try_network", trial_with(share))
    X, y = memory_task(100)
    y = y + X[:, -1, 0]
    model = regressor(early_stopping=True, max_iter=30)
    model.fit(X[40:], y[40:], X_val=X[:40], y_val=y[:40])
    assert model.best_validation_score_ == pytest.approx(model.score(X[:40], y[:40]))


def test_few_sequences_have_no_regression_or_no_trial(shares):
    X, y = memory_task(40)
    y = y + X[:, -1, 0]
    for n, fitted, tried in ((3, False, False), (4, True, False), (12, True, True)):
        model = regressor().fit(X[:n], y[:n])
        assert np.isfinite(model.predict(X)).all()
        again = regressor(max_iter=1).fit(X[:n], y[:n])
        # What is measured does not depend on how long is learnt.
        assert (parts(again)[1] == parts(model)[1]).all() == fitted
        assert len(shares) == 2 * tried


@pytest.mark.parametrize("kind", [RNNClassifier, LSTMClassifier])
def test_classifiers_learn_it_like_other_weights(kind):
    y = (LINEAR > 3).astype(int)
    quick = {"max_iter": 100, "random_state": 0}
    model = kind(2, linear_steps=6, **quick).fit(BLOCK, y)
    path = parts(model)[1]
    assert path.shape == (1, 12)
    # The two that count, in the units of the features.
    assert set(abs(path[0]).argsort()[-2:]) == {0, 5}
    assert model.score(BLOCK, y) > 0.9
    assert kind(2, **quick).fit(BLOCK, y).linear_steps_ == 0


def test_partial_fit_begins_with_the_regression_and_learns_on(shares):
    first = regressor(linear_steps=2, learning_rate_init=1e-12)
    first.partial_fit(BLOCK, LINEAR)
    fit = regressor(linear_steps=2).fit(BLOCK, LINEAR)
    assert_allclose(parts(first)[1], parts(fit)[1], rtol=1e-6, atol=1e-9)
    shares.clear()
    first.set_params(learning_rate_init=0.01).partial_fit(BLOCK, -LINEAR)
    assert (parts(first)[1] != parts(fit)[1]).all()
    warm = regressor(linear_steps=2, warm_start=True).fit(BLOCK, LINEAR)
    before = parts(warm)[1].copy()
    shares.clear()
    warm.fit(BLOCK, -LINEAR)
    assert (parts(warm)[1] != before).all()
    assert shares == []


# A trial has five epochs of one batch, and then predicts.
@pytest.mark.parametrize("n_passes", [0, 3, 6])
def test_an_interrupt_in_the_trial(n_passes, interrupted_after):
    model = regressor(max_iter=15).fit(BLOCK, LINEAR + NOISE)
    before = model.weights_.copy()
    interrupted_after(n_passes)
    with pytest.raises(KeyboardInterrupt) as caught:
        model.set_params(hidden_size=3).fit(BLOCK, LINEAR - NOISE)
    assert_array_equal(model.weights_, before)
    if n_passes < 5:
        assert caught.value.__notes__ == [
            f"Training was interrupted in epoch {n_passes + 1}; the model is as it was."
        ]


def test_an_interrupt_in_the_trial_of_a_first_fit(interrupted_after, monkeypatch):
    model = regressor(max_iter=15)
    interrupted_after(3)
    with pytest.raises(KeyboardInterrupt) as caught:
        model.fit(BLOCK, LINEAR - NOISE)
    monkeypatch.undo()
    assert caught.value.__notes__ == [
        "Training was interrupted in epoch 4; the model has the weights so far."
    ]
    assert model.stopping_reason_ == "it was interrupted"
    assert np.isfinite(model.predict(BLOCK)).all()


def test_threads_of_the_blas_change_nothing():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(800, 60, 4))
    y = rng.normal(size=800)
    weights = []
    for n_threads, n_jobs in ((1, 1), (2, 1), (2, 2)):
        with threadpool_limits(n_threads, user_api="blas"):
            model = regressor(n_jobs=n_jobs, max_iter=1, patch_size=20).fit(X, y)
        weights.append(model.weights_)
    assert_array_equal(weights[0], weights[1])
    assert_array_equal(weights[0], weights[2])


def test_settings_of_scikit_learn_change_nothing():
    expected = regressor().fit(BLOCK, LINEAR).weights_
    for setting in (
        {"transform_output": "pandas"},
        {"enable_metadata_routing": True},
        {"assume_finite": True},
        {"working_memory": 1},
    ):
        with sklearn.config_context(**setting):
            assert_array_equal(regressor().fit(BLOCK, LINEAR).weights_, expected)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("factor", [1e-300, 1e-60, 1e-30, 1e30, 1e150, 1e300])
@pytest.mark.filterwarnings("ignore:Feature", "ignore:The loss", "ignore:The network")
def test_extremes_stay_finite(factor, standardize, dtype):
    model = regressor(standardize=standardize, dtype=dtype)
    model.fit(factor * BLOCK, LINEAR)
    assert np.isfinite(model.weights_).all()
    assert np.isfinite(model.predict(factor * BLOCK)).all()
    if standardize:
        assert model.score(factor * BLOCK, LINEAR) > 0.999


@same_answer
def test_constant_features_and_targets():
    X = BLOCK.copy()
    X[:, :, 1] = 3.0
    model = regressor().fit(X, X[:, -1, 0])
    assert model.score(X, X[:, -1, 0]) > 0.999
    constant = regressor().fit(BLOCK, np.full(60, 2.5))
    assert_allclose(constant.predict(BLOCK), 2.5, atol=0.01)
    same = regressor().fit(np.ones((20, 4, 1)), np.arange(20.0))
    assert_allclose(same.predict(np.ones((1, 4, 1))), 9.5, atol=0.5)


def test_weights_of_zero_are_not_seen():
    weight = np.r_[np.ones(40), np.zeros(20)]
    y = LINEAR.copy()
    y[40:] = 1e6
    weighted = regressor().fit(BLOCK, y, sample_weight=weight)
    without = regressor().fit(BLOCK[:40], y[:40])
    assert_array_equal(weighted.weights_, without.weights_)
    # Most of it on a few: the rest hardly counts, but is there.
    weight[40:] = 1e-300
    model = regressor().fit(BLOCK, y, sample_weight=weight)
    assert model.score(BLOCK[:40], y[:40]) > 0.99


def test_no_more_steps_than_512_numbers():
    wide = np.random.default_rng(0).normal(size=(8, 5, 200))
    assert regressor().fit(wide, np.arange(8.0)).linear_steps_ == 2
    wider = np.random.default_rng(0).normal(size=(8, 2, 600))
    assert regressor().fit(wider, np.arange(8.0)).linear_steps_ == 0
    assert regressor(linear_steps=0).fit(BLOCK, NOISE).linear_steps_ == 0


def test_saved_and_taken_to_other_libraries(tmp_path):
    model = regressor().fit(BLOCK, LINEAR + NOISE)
    joblib.dump(model, tmp_path / "model.joblib")
    again = joblib.load(tmp_path / "model.joblib")
    assert_array_equal(again.predict(BLOCK), model.predict(BLOCK))
    # In the units of the features and on the scale of the target: newest first.
    moved = BLOCK.copy()
    moved[:, -1, 0] += 1.0
    plain = regressor().fit(BLOCK, LINEAR)
    change = plain.predict(moved) - plain.predict(BLOCK)
    weight = torch_state(plain)["head.weight"][0, -12] * plain.target_scale_[0]
    assert_allclose(change, weight, rtol=0.02)


# Losses that are not squared


def test_of_another_loss_the_best_share_counts_if_the_gain_is_no_chance():
    rng = np.random.default_rng(0)
    loss, n = regression_loss("quantile", (0.2, 0.8)), 400
    y = rng.normal(size=(n, 2))
    # The network knows a part of the first target, and nothing of the second.
    added = np.column_stack([*[0.3 * y[:, 0]] * 2, *rng.normal(size=(2, n))])
    of_path, weight = np.zeros((n, 4)), np.ones(n)
    found = linear_path._share_by_loss(loss, y, of_path, added, weight)
    assert_allclose(found[0], [1, 1, 0, 0])
    assert not found[1].any()
    share, is_alone = linear_path._share_by_loss(loss, y, of_path, 2 * added, weight)
    assert_allclose(share, [1, 1, 0, 0])
    assert is_alone.tolist() == [True, True, False, False]
    # What is hardly a gain may be chance, of few sequences.
    little = np.zeros((12, 4))
    little[:, :2] = 0.1 * (y[:12, :1] + 3 * rng.normal(size=(12, 1)))
    few = loss, y[:12], of_path[:12], little, weight[:12]
    assert not linear_path._share_by_loss(*few)[0].any()


@pytest.mark.parametrize("loss", ["huber", "absolute_error", "poisson", "gamma"])
def test_other_losses_begin_with_a_regression_that_stays(loss, monkeypatch):
    monkeypatch.setattr(linear_path, "try_network", trial_with(0.0))
    y = np.exp((LINEAR - LINEAR.mean()) / LINEAR.std())
    if loss in ("huber", "absolute_error"):
        y = LINEAR
    model = regressor(loss=loss).fit(BLOCK, y)
    network, path, _ = parts(model)
    assert (network == 0).all()
    assert set(abs(path[0]).argsort()[-2:]) == {0, 5}
    assert model.score(BLOCK, y) > 0.95


def test_rows_are_sorted_by_targets_and_where_those_tie_by_last_steps():
    rng = np.random.default_rng(0)
    last = rng.integers(0, 3, (40, 2)).astype(float)
    samples = [np.vstack([rng.normal(size=(k % 3, 2)), x]) for k, x in enumerate(last)]
    y = rng.integers(0, 4, (40, 1)).astype(float)
    y[:5] = rng.normal(size=(5, 1))  # alone
    problem = SimpleNamespace(X=SimpleNamespace(samples=samples, n_features=2), y=y)
    rows = rng.permutation(40)[:33]
    keys = [(*y[i], *last[i]) for i in rows]
    expected = [rows[k] for k in sorted(range(33), key=keys.__getitem__)]
    assert linear_path._by_target(problem, rows).tolist() == expected
