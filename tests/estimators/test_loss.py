"""Losses of the regressors: what they predict, their scores, what they refuse."""

import joblib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.metrics import (
    d2_absolute_error_score,
    d2_pinball_score,
    d2_tweedie_score,
    r2_score,
)
from sklearn.model_selection import GridSearchCV

from skrnn import GRURegressor, GRUStepRegressor, LSTMRegressor, RNNRegressor
from skrnn.ensemble import SequenceBaggingRegressor
from skrnn.inspection import TrainingCurveDisplay, saliency
from skrnn.losses import LOSSES
from skrnn.streaming import Stream
from tests.messages import failure

QUANTILES = [0.1, 0.5, 0.9]
#: Parameters of each loss.
KINDS = {
    "squared_error": {},
    "absolute_error": {"loss": "absolute_error"},
    "huber": {"loss": "huber"},
    "quantile": {"loss": "quantile", "quantile": 0.8},
    "quantiles": {"loss": "quantile", "quantile": QUANTILES},
    "poisson": {"loss": "poisson"},
    "gamma": {"loss": "gamma"},
}
each_kind = pytest.mark.parametrize("parameters", KINDS.values(), ids=KINDS)
quick = pytest.mark.filterwarnings("ignore:L-BFGS stopped at max_iter")


@pytest.fixture
def positive(targets):
    """Targets that every loss can take."""
    return np.round(np.exp(targets / 20))


def small(kind=GRURegressor, **parameters):
    return kind(**{"hidden_size": 4, "max_iter": 5, "random_state": 0, **parameters})


def series(n=400, seed=0):
    """Sequences, and a mean and a deviation that depend on them."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 5, 2))
    return X, 3 * X[:, -1, 0] + 10, np.exp(X[:, -2, 1]), rng


@each_kind
@pytest.mark.parametrize("n_targets", [None, 1, 3])
def test_predictions_have_the_shape_of_the_targets(
    parameters, n_targets, layouts, positive
):
    y = positive if n_targets is None else np.column_stack([positive] * n_targets)
    shape = (*y.shape, 3) if parameters.get("quantile") == QUANTILES else y.shape
    for X in (layouts["block"], layouts["ragged"], layouts["table"]):
        reg = small(**parameters).fit(X, y)
        found = reg.predict(X)
        assert found.shape == shape
        assert found.dtype == np.float64
        assert reg.predict(X[:1]).shape == (1, *shape[1:])
        assert_array_equal(clone(reg).fit(X, y).predict(X), found)
    *_, last = reg.staged_predict(X)
    assert_allclose(last, found, rtol=1e-9)


def test_the_mean_the_median_and_outliers():
    X, mean, _, rng = series()
    noise = rng.exponential(size=len(X))
    outliers = np.where(rng.uniform(size=len(X)) < 0.05, 1e4, 0.0)
    found = {}
    for loss in ("squared_error", "huber", "absolute_error"):
        reg = LSTMRegressor(8, loss=loss, random_state=0).fit(X, mean + noise)
        found[loss] = np.mean(reg.predict(X) - mean)
    assert found["squared_error"] == pytest.approx(1.0, abs=0.15)
    assert found["absolute_error"] == pytest.approx(np.log(2), abs=0.15)
    assert found["absolute_error"] < found["huber"] < found["squared_error"] + 0.05
    for loss in ("huber", "absolute_error"):
        reg = LSTMRegressor(8, loss=loss, random_state=0).fit(X, mean + outliers)
        assert np.median(abs(reg.predict(X) - mean)) < 0.4


def test_quantiles_of_noise_that_depends_on_the_sequence():
    X, mean, deviation, rng = series(1500)
    y = mean + deviation * rng.normal(size=len(X))
    reg = LSTMRegressor(16, loss="quantile", quantile=QUANTILES, random_state=0)
    X_new, mean, deviation, rng = series(1500, seed=1)
    y_new = mean + deviation * rng.normal(size=len(X_new))
    low, middle, high = reg.fit(X, y).predict(X_new).T
    assert (low <= middle).all()
    assert (middle <= high).all()
    for level, found in zip(QUANTILES, (low, middle, high), strict=True):
        assert np.mean(y_new <= found) == pytest.approx(level, abs=0.05)
    assert np.corrcoef(high - low, deviation)[0, 1] > 0.8


@pytest.mark.parametrize("loss", ["poisson", "gamma"])
def test_means_over_orders_of_magnitude(loss):
    X, mean, _, rng = series(1000)
    mu = np.exp(0.5 * mean)
    y = rng.poisson(mu) if loss == "poisson" else rng.gamma(3, mu / 3)
    reg = LSTMRegressor(8, loss=loss, random_state=0).fit(X, y)
    assert np.std(np.log(reg.predict(X) / mu)) < 0.2
    in_other_units = LSTMRegressor(8, loss=loss, random_state=0).fit(X, 1024 * y)
    assert_allclose(in_other_units.predict(X) / 1024, reg.predict(X), rtol=1e-3)
    assert_allclose(np.exp(reg.target_mean_), y.mean(), rtol=1e-9)


@each_kind
def test_the_score_is_that_of_scikit_learn(parameters, layouts, positive):
    X, weight = layouts["block"], np.linspace(0.1, 2, 40)
    both = np.column_stack([positive, positive[::-1] ** 2])
    for y in (positive, both):
        reg = small(**parameters).fit(X, y)
        found = reg.predict(X)
        columns, answers = y.reshape(40, -1).T, found.reshape(*y.shape, -1)
        answers = answers.reshape(40, len(columns), -1)

        def expected(weight, columns=columns, answers=answers):
            loss, scores = parameters.get("loss"), []
            for k, column in enumerate(columns):
                for j, answer in enumerate(answers[:, k].T):
                    level = np.atleast_1d(parameters.get("quantile", 0.5))[j]
                    score, options = {
                        "absolute_error": (d2_absolute_error_score, {}),
                        "quantile": (d2_pinball_score, {"alpha": level}),
                        "poisson": (d2_tweedie_score, {"power": 1}),
                        "gamma": (d2_tweedie_score, {"power": 2}),
                    }.get(loss, (r2_score, {}))
                    options["sample_weight"] = weight
                    scores.append(score(column, answer, **options))
            return np.mean(scores)

        assert reg.score(X, y) == pytest.approx(expected(None), rel=1e-9)
        assert reg.score(X, y, weight) == pytest.approx(expected(weight), rel=1e-9)


@pytest.mark.parametrize("loss", ["poisson", "gamma"])
def test_the_score_of_constant_targets(loss, layouts):
    X = layouts["block"]
    reg = small(loss=loss).fit(X, np.arange(1.0, 41))
    assert reg.score(X, np.ones(40)) == 0.0
    assert reg.score(X[:1], reg.predict(X[:1])) == 1.0


@each_kind
@quick
@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_early_stopping_scores_by_the_loss(parameters, layouts, positive, solver):
    if solver == "lbfgs" and parameters.get("loss") in ("absolute_error", "quantile"):
        solver = "sgd"
    X = layouts["ragged"]
    reg = small(solver=solver, early_stopping=True, linear_steps=0, **parameters)
    reg.fit(X[10:], positive[10:], X_val=X[:10], y_val=positive[:10])
    score = reg.score(X[:10], positive[:10])
    assert reg.best_validation_score_ == pytest.approx(score, rel=1e-4)


@pytest.mark.parametrize(("loss", "name"), [("huber", "R2"), ("poisson", "D2")])
def test_the_training_curve_names_the_score(loss, name, layouts, positive):
    reg = small(loss=loss, early_stopping=True, validation_fraction=0.5)
    display = TrainingCurveDisplay.from_estimator(reg.fit(layouts["block"], positive))
    assert display.score_name == name
    plt.close(display.figure_)


@each_kind
def test_a_weight_of_k_is_k_copies(parameters, layouts, positive):
    X, counts = layouts["block"], np.arange(40) % 3
    weighted = small(**parameters).fit(X, positive, sample_weight=counts)
    copies = small(**parameters).fit(
        np.repeat(X, counts, axis=0), np.repeat(positive, counts)
    )
    assert_allclose(weighted.predict(X), copies.predict(X), rtol=1e-7)


@each_kind
def test_a_model_keeps_its_loss(parameters, layouts, positive, tmp_path):
    X = layouts["block"]
    reg = small(**parameters).fit(X, positive)
    found, score = reg.predict(X), reg.score(X, positive)
    joblib.dump(reg, tmp_path / "model.joblib")
    again = joblib.load(tmp_path / "model.joblib")
    assert_array_equal(again.predict(X), found)
    again.set_params(loss="huber", quantile=None)
    assert_array_equal(again.predict(X), found)
    assert again.score(X, positive) == score


def test_training_goes_on_with_the_same_loss_alone(layouts, positive):
    X = layouts["block"]
    reg = small(loss="poisson", warm_start=True).fit(X, positive)
    scale = reg.target_mean_, reg.target_scale_
    reg.fit(X, 2 * positive).partial_fit(X, positive)
    assert (reg.target_mean_, reg.target_scale_) == scale
    before = reg.predict(X)
    reg.set_params(loss="gamma")
    assert failure(ValueError, reg.fit, X, positive + 1) == (
        "GRURegressor cannot go on training after a change of loss. Restore the "
        "earlier value, or call fit with warm_start=False."
    )
    reg.set_params(loss="quantile", quantile=[0.2, 0.4])
    assert failure(ValueError, reg.partial_fit, X, positive) == (
        "GRURegressor cannot go on training after a change of n_outputs, loss, "
        "quantile. Restore the earlier value, or call fit with warm_start=False."
    )
    assert_array_equal(reg.predict(X), before)


@quick
@pytest.mark.parametrize("loss", ["huber", "poisson", "gamma"])
def test_lbfgs_takes_the_losses_without_a_kink(loss, layouts, positive):
    X = layouts["block"]
    reg = small(loss=loss, solver="lbfgs", max_iter=50, linear_steps=0)
    assert reg.fit(X, positive).score(X, positive) > 0.8


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"loss": "quantile"},
            "loss='quantile' needs to know which: pass quantile=0.9, or several, such "
            "as quantile=[0.05, 0.5, 0.95].",
        ),
        (
            {"quantile": 0.9},
            "quantile=0.9 is for loss='quantile', but loss='squared_error'. Set "
            "loss='quantile', or leave quantile at None.",
        ),
        (
            {"loss": "absolute_error", "solver": "lbfgs"},
            "solver='lbfgs' needs a loss without a kink, but loss='absolute_error' has "
            "one where the error is zero. Use solver='adam' or 'sgd', or loss='huber'.",
        ),
        (
            {"loss": "quantile", "quantile": [0.9, 0.1]},
            "The 'quantile' parameter of GRURegressor must be a float in the range (0, "
            "1) or a list of such floats in ascending order or None. Got [0.9, 0.1].",
        ),
        (
            {"loss": "quantile", "quantile": 1.0},
            "The 'quantile' parameter of GRURegressor must be a float in the range (0, "
            "1) or a list of such floats in ascending order or None. Got 1.0.",
        ),
        (
            {"loss": "mse"},
            "The 'loss' parameter of GRURegressor must be one of 'squared_error', "
            "'absolute_error', 'huber', 'quantile', 'poisson', 'gamma'. Got 'mse'.",
        ),
    ],
)
def test_parameters_that_do_not_go_together(parameters, message, layouts, positive):
    reg = small(**parameters)
    assert failure(ValueError, reg.fit, layouts["block"], positive) == message


@pytest.mark.parametrize(
    "quantile", [(0.1, 0.9), np.array([0.1, 0.9]), [np.float32(0.25), 0.5], [0.5]]
)
def test_quantiles_of_other_types(quantile, layouts, positive):
    X = layouts["block"]
    reg = small(loss="quantile", quantile=quantile).fit(X, positive)
    assert reg.predict(X).shape == (40, len(quantile))
    fitted = reg.architecture_["quantile"]
    assert fitted == tuple(float(q) for q in quantile)
    assert {type(q) for q in fitted} == {float}


@pytest.mark.parametrize("loss", ["poisson", "gamma"])
def test_targets_that_a_loss_cannot_take(loss, layouts):
    X, y = layouts["block"], np.ones(40)
    wrong, wants = (
        (-2.0, "zero or more") if loss == "poisson" else (0, "more than zero")
    )
    y[[3, 7]] = wrong
    rest = ". Use loss='squared_error', or another that takes all numbers."
    start = f"loss={loss!r} is for targets of {wants}, but y has {float(wrong)} at "
    fitted = small(loss=loss).fit(X, np.ones(40))
    before = fitted.predict(X)
    assert failure(ValueError, fitted.fit, X, y) == f"{start}target 3{rest}"
    both = np.column_stack([np.ones(40), y])
    message = failure(ValueError, small(loss=loss).fit, X, both)
    assert message == f"{start}target 3, column 1{rest}"
    assert_array_equal(fitted.predict(X), before)
    held_out = {"X_val": X, "y_val": y}
    reg = small(loss=loss, early_stopping=True)
    message = failure(ValueError, reg.fit, X, np.arange(1.0, 41), **held_out)
    assert message.endswith(f"cannot be used: {start}target 3{rest}")


def test_counts_of_zero_alone_are_learnt(layouts):
    X = layouts["block"]
    reg = small(loss="poisson", max_iter=100).fit(X, np.zeros(40))
    assert (reg.predict(X) < 0.2).all()
    assert (reg.predict(X) > 0).all()


def test_the_tags_say_that_targets_are_positive():
    for name in LOSSES:
        tags = LSTMRegressor(loss=name).__sklearn_tags__()
        assert tags.target_tags.positive_only == (name in ("poisson", "gamma"))


# Whatever else reads predictions


@each_kind
def test_saliency_is_the_gradient_of_the_prediction(parameters, layouts, positive):
    X = layouts["block"]
    y = np.column_stack([positive, positive[::-1]])
    reg = small(RNNRegressor, max_iter=30, dtype="float64", **parameters).fit(X, y)
    n_outputs = reg.predict(X).reshape(40, -1).shape[1]
    for k in {0, n_outputs - 1}:
        found = saliency(reg, X, target=k)
        step = 1e-5
        for at in [(0, 1, 0), (5, 3, 1)]:
            ends = np.stack([X, X])
            ends[0][at] -= step
            ends[1][at] += step
            low, high = (reg.predict(some).reshape(40, -1)[at[0], k] for some in ends)
            assert found[at] == pytest.approx((high - low) / (2 * step), rel=1e-4)
        whole = saliency(reg, X[:5], target=k, method="integrated_gradients")
        base = np.broadcast_to(reg.feature_mean_, X[:5].shape)
        ends = [reg.predict(some).reshape(5, -1)[:, k] for some in (base, X[:5])]
        # Where quantiles cross there is a kink, which no number of points finds.
        change = ends[1] - ends[0]
        assert_allclose(whole.sum(axis=(1, 2)), change, rtol=0.05, atol=1e-6)


@each_kind
def test_answers_for_every_step(parameters, layouts):
    rng = np.random.default_rng(0)
    X = layouts["ragged"]
    y = [1 + rng.poisson(2, len(x)).astype(float) for x in X]
    y[0][0] = np.nan
    reg = small(GRUStepRegressor, **parameters).fit(X, y)
    found = reg.predict(X)
    assert [len(one) for one in found] == [len(x) for x in X]
    several = parameters.get("quantile") == QUANTILES
    assert found[0].shape == (len(X[0]), 3) if several else (len(X[0]),)
    assert np.isfinite(reg.score(X, y))
    stream = Stream(reg)
    answers = [stream.step(step[np.newaxis])[0] for step in X[1]]
    assert_allclose(answers, found[1], rtol=1e-9)
    if several:
        assert (np.diff(found[3], axis=-1) >= 0).all()
    if parameters.get("loss") == "gamma":
        y[2][1] = 0.0
        assert failure(ValueError, reg.fit, X, y) == (
            "loss='gamma' is for targets of more than zero, but y has 0.0 at sequence "
            "2, step 1. Use loss='squared_error', or another that takes all numbers."
        )


@each_kind
def test_committees_score_by_the_loss_of_their_members(parameters, layouts, positive):
    X = layouts["ragged"]
    committee = SequenceBaggingRegressor(
        small(**parameters), n_estimators=12, oob_score=True, random_state=0
    ).fit(X, positive)
    found = committee.predict(X)
    first = committee.estimators_[0]
    assert found.shape == first.predict(X).shape
    expected = first._score(found, positive, None)
    assert committee.score(X, positive) == pytest.approx(expected)
    known = ~np.isnan(committee.oob_prediction_.reshape(40, -1)).any(axis=1)
    score = first._score(committee.oob_prediction_[known], positive[known], None)
    assert committee.oob_score_ == pytest.approx(score)


def test_a_search_over_losses(layouts, positive):
    grid = {"loss": ["squared_error", "huber", "poisson"]}
    search = GridSearchCV(small(), grid, cv=3, scoring="neg_mean_absolute_error")
    assert search.fit(layouts["block"], positive).best_params_["loss"] in grid["loss"]
