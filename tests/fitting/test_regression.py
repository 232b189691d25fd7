"""Regressions of the linear path: those of scikit-learn, without its estimators."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.linear_model import GammaRegressor, PoissonRegressor, Ridge, RidgeCV
from sklearn.preprocessing import StandardScaler
from sklearn.utils import all_estimators

from skrnn import GRURegressor, LSTMClassifier
from skrnn.fitting.regression import ALPHAS, CHOOSE_BY, linear_scores
from skrnn.losses import SquaredError, regression_loss
from skrnn.sequences import spaced


@pytest.mark.parametrize("n_targets", [1, 3])
@pytest.mark.parametrize(("n", "d"), [(8, 1), (60, 7), (60, 100), (1500, 40)])
def test_the_regression_is_that_of_scikit_learn(n, d, n_targets):
    rng = np.random.default_rng(n)
    x = rng.normal(size=(n, d)) * 50 + 7
    y = x.sum(axis=1, keepdims=True) + rng.normal(size=(n, n_targets)) + 100
    weight = np.resize([1.0, 0.0, 3.0, 0.5], n)
    coef, intercept = linear_scores(SquaredError(), x, y, weight)
    # Penalties are for columns of unit scale, and weights with a mean of one.
    weight = weight / weight.mean()
    mean = np.average(x, axis=0, weights=weight)
    scaled = (x - mean) / np.sqrt(np.average((x - mean) ** 2, axis=0, weights=weight))
    some = spaced(np.arange(n), CHOOSE_BY)
    chosen = RidgeCV(ALPHAS).fit(scaled[some], y[some], sample_weight=weight[some])
    right = Ridge(chosen.alpha_).fit(scaled, y, sample_weight=weight)
    assert_allclose(x @ coef.T + intercept, right.predict(scaled).reshape(n, -1))


@pytest.mark.parametrize("n", [20, 60])
@pytest.mark.parametrize("noise", [0.0, 10.0, 1000.0])
def test_so_is_the_penalty(n, noise, monkeypatch):
    rng = np.random.default_rng(n)
    x, weight = rng.normal(size=(n, 30)), rng.uniform(0.5, 2, n)
    y = x[:, :2] + noise * rng.normal(size=(n, 2))
    chosen = []

    def watched(x, y, alpha):
        chosen.append(alpha)
        return np.zeros((2, 30))

    monkeypatch.setattr("sklearn.linear_model.ridge_regression", watched)
    monkeypatch.setattr("skrnn.fitting.regression.HARMFUL", np.inf)
    linear_scores(SquaredError(), x, y, weight)
    weight = weight / weight.mean()
    mean = np.average(x, axis=0, weights=weight)
    scaled = (x - mean) / np.sqrt(np.average((x - mean) ** 2, axis=0, weights=weight))
    right = RidgeCV(ALPHAS).fit(scaled, y, sample_weight=weight)
    assert chosen == [right.alpha_]


def test_no_estimator_of_scikit_learn_is_fitted_on_the_way(monkeypatch):
    # Tools that log every fit, such as autolog of MLflow, would log that one.
    fitted = []

    def watch(kind):
        right = kind.fit

        def fit(self, *args, **kwargs):
            fitted.append(kind.__name__)
            return right(self, *args, **kwargs)

        monkeypatch.setattr(kind, "fit", fit)

    for _, kind in all_estimators():
        if "fit" in vars(kind):
            watch(kind)
    X = np.random.default_rng(0).normal(size=(200, 5, 2))
    y = X[:, -1, 0]
    quick = {"hidden_size": 2, "max_iter": 1, "early_stopping": True}
    GRURegressor(**quick).fit(X, y)
    LSTMClassifier(**quick).fit(X, y > 0)
    assert fitted == []
    Ridge().fit(X[:, 0], y)
    assert fitted == ["Ridge"]


def test_penalties_are_close_enough_for_few_sequences():
    ratios = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        coef, X = rng.normal(size=24), rng.normal(size=(2060, 24))
        y = X @ coef + np.sqrt(24) * rng.normal(size=2060)
        coef, intercept = linear_scores(
            SquaredError(), X[:60], y[:60, np.newaxis], np.ones(60)
        )
        fine = [Ridge(alpha).fit(X[:60], y[:60]) for alpha in np.logspace(-2, 4, 25)]
        best = min(np.mean((ridge.predict(X[60:]) - y[60:]) ** 2) for ridge in fine)
        ratios.append(np.mean((X[60:] @ coef[0] + intercept - y[60:]) ** 2) / best)
    # With penalties a hundred times as large as the one before, 1.22.
    assert np.mean(ratios) < 1.15


# Losses that are not squared


def drawn(name, n=400):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, 4)) * [1.0, 50.0, 1.0, 1e-3] + 3
    z = (x - 3) @ [0.5, 0.01, 0.0, 0.0]
    if name == "poisson":
        return x, rng.poisson(np.exp(z + 2))[:, np.newaxis].astype(float)
    if name == "gamma":
        return x, rng.gamma(3, np.exp(z))[:, np.newaxis]
    return x, (z + 0.1 * rng.normal(size=n))[:, np.newaxis]


@pytest.mark.parametrize(
    ("name", "kind"), [("poisson", PoissonRegressor), ("gamma", GammaRegressor)]
)
def test_deviances_have_the_regressions_of_scikit_learn(name, kind):
    x, y = drawn(name)
    weight = np.resize([1.0, 2.0, 0.5], len(x))
    loss = regression_loss(name)
    scale = loss.measure(y, weight)
    bound = loss.on_scale(scale)
    coef, intercept = linear_scores(bound, x, loss.encode(y, scale), weight)
    found = loss.decode(bound.decide(x @ coef.T + intercept), scale)[:, 0]
    scaled = StandardScaler().fit_transform(x)
    right = kind(alpha=0, tol=1e-8).fit(scaled, y[:, 0], sample_weight=weight)
    expected = right.predict(scaled)
    # Ours has a penalty, but a small one.
    assert_allclose(found, expected, rtol=0.05)


def test_outliers_do_not_move_the_regression_of_robust_losses():
    x, y = drawn("huber")
    y[::10] += 1e6
    for name, quantile in (("huber", None), ("absolute_error", None)):
        loss = regression_loss(name, quantile)
        scale = loss.measure(y, np.ones(len(y)))
        coef, intercept = linear_scores(loss, x, loss.encode(y, scale), np.ones(len(y)))
        found = loss.decode(x @ coef.T + intercept, scale)
        missed = np.delete(found - y, np.s_[::10])
        assert np.median(np.abs(missed)) < 0.3


def test_quantiles_begin_with_those_of_what_is_left_over():
    x, y = drawn("quantile")
    both = np.column_stack([y, -2 * y])
    loss, weight = regression_loss("quantile", (0.1, 0.5, 0.9)), np.ones(len(y))
    coef, intercept = linear_scores(loss, x, both, weight)
    assert coef.shape == (6, 4)
    found = (x @ coef.T + intercept).reshape(-1, 2, 3)
    share = (both[:, :, np.newaxis] <= found).mean(axis=0)
    assert_allclose(share, [[0.1, 0.5, 0.9]] * 2, atol=0.01)
    assert_allclose(coef[0], coef[2])
    assert (np.diff(found, axis=2) > 0).all()


def test_quantiles_spread_where_the_noise_does():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2000, 3))
    x[:, 1] = x[:, 1] > 0
    y = (x[:, 0] + (1 + 2 * x[:, 1]) * rng.normal(size=2000))[:, np.newaxis]
    loss, weight = regression_loss("quantile", (0.1, 0.5, 0.9)), np.ones(2000)
    coef, intercept = linear_scores(loss, x, y, weight)
    # The deciles of normal noise lie 1.28 deviations from the middle.
    expected = [[1, -2.56, 0], [1, 0, 0], [1, 2.56, 0]]
    assert_allclose(coef, expected, atol=0.3)
    found = x @ coef.T + intercept
    for where in (x[:, 1] == 0, x[:, 1] == 1):
        assert_allclose((y[where] <= found[where]).mean(axis=0), loss.levels, atol=0.04)


@pytest.mark.parametrize("name", ["huber", "poisson", "gamma"])
def test_one_column_and_few_rows(name):
    x, y = drawn(name)
    loss = regression_loss(name)
    for n in (4, 5):
        found = linear_scores(loss, x[:n, :1], y[:n], np.ones(n))
        assert found is None or np.isfinite(found[0]).all()


@pytest.mark.parametrize("name", ["huber", "poisson"])
def test_a_regression_that_is_worse_than_a_constant_is_left_out(name, monkeypatch):
    monkeypatch.setattr("skrnn.fitting.regression.ALPHAS", (1e-6,))
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(24, 17)), rng.gamma(1, size=(24, 1))
    assert linear_scores(regression_loss(name), x, y, np.ones(24)) is None
