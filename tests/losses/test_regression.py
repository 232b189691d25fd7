"""Losses of numbers against the mathematics in plain loops, and scikit-learn's."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.metrics import (
    mean_absolute_error,
    mean_gamma_deviance,
    mean_pinball_loss,
    mean_poisson_deviance,
)

from skrnn.losses import (
    LOSSES,
    AbsoluteError,
    Gamma,
    Huber,
    Poisson,
    Quantile,
    SmoothPinball,
    SquaredError,
    regression_loss,
)
from skrnn.losses.robust import HUBER
from skrnn.sequences.scaling import Scale
from tests.gradients import relative_error

DTYPES = ["float32", "float64"]
LEVELS = (0.1, 0.5, 0.95)
SPREAD = np.array([0.5, 0.02])


def huber(s, y):
    error = abs(s - y)
    return 0.5 * error**2 if error < HUBER else HUBER * (error - 0.5 * HUBER)


def pinball(q):
    return lambda s, y: max(q * (y - s), (q - 1) * (y - s))


def smooth(q):
    def value(s, y):
        error = abs(y - s)
        side = q if y > s else 1 - q
        return side * (error - 0.05 if error > 0.1 else 5 * error**2)

    return value


def poisson(spread):
    def value(s, y):
        mu = math.exp(spread * s)
        log = math.log(y / mu) if y else 0.0
        return (y * log - y + mu) / spread**2

    return value


def gamma(spread):
    def value(s, y):
        mu = math.exp(spread * s)
        return (math.log(mu / y) + y / mu - 1) / spread**2

    return value


#: For each: a loss of two targets, and the equation for each score.
CASES = {
    "squared": (SquaredError(), [lambda s, y: 0.5 * (s - y) ** 2] * 2),
    "absolute": (AbsoluteError(), [lambda s, y: abs(s - y)] * 2),
    "huber": (Huber(), [huber] * 2),
    "quantile": (Quantile(0.9), [pinball(0.9)] * 2),
    "quantiles": (Quantile(LEVELS), [pinball(q) for q in LEVELS] * 2),
    "smooth": (SmoothPinball((0.1, 0.9)), [smooth(0.1), smooth(0.9)] * 2),
    "one of a list": (Quantile((0.2,)), [pinball(0.2)] * 2),
    "poisson": (Poisson(SPREAD), [poisson(k) for k in SPREAD]),
    "gamma": (Gamma(SPREAD), [gamma(k) for k in SPREAD]),
}
each_loss = pytest.mark.parametrize(("loss", "equations"), CASES.values(), ids=CASES)


def draw(loss, n=12, dtype="float64"):
    rng = np.random.default_rng(0)
    scores = rng.normal(scale=2, size=(n, 2 * loss.n_answers)).astype(dtype)
    y = rng.normal(scale=2, size=(n, 2))
    if loss.least == 0:
        y = np.exp(SPREAD * y)
        y[3, 0] = 0.0 if loss.allows_least else y[3, 0]
    return scores, y


@each_loss
@pytest.mark.parametrize("dtype", DTYPES)
def test_value_is_the_mean_of_the_equations(loss, equations, dtype):
    scores, y = draw(loss, dtype=dtype)
    value, d_scores = loss.value_and_gradient(scores, y)
    for i, row in enumerate(scores.tolist()):
        targets = np.repeat(y[i], loss.n_answers).tolist()
        each = [f(*pair) for f, *pair in zip(equations, row, targets, strict=True)]
        expected = sum(each) / len(each)
        # Where the spread is small, some digits are lost.
        spread = float(np.min(getattr(loss, "spread", 1.0)))
        close = 50 * float(np.finfo(dtype).eps) / spread
        assert value[i] == pytest.approx(expected, rel=close, abs=1e-7)
    _, exact = loss.value_and_gradient(scores.astype(np.float64), y)
    assert_allclose(d_scores, exact, rtol=close, atol=close)
    assert value.dtype == d_scores.dtype == dtype
    assert (value >= 0).all()


@each_loss
def test_gradient_against_central_differences(loss, equations):
    scores, y = draw(loss)

    def total(scores):
        return loss.value_and_gradient(scores, y)[0].sum()

    _, d_scores = loss.value_and_gradient(scores, y)
    rng = np.random.default_rng(1)
    assert relative_error(total, d_scores, scores, rng) < 1e-7


@each_loss
def test_gradient_of_predictions_against_central_differences(loss, equations):
    scores, _ = draw(loss)
    which = np.random.default_rng(2).integers(scores.shape[1], size=(len(scores), 1))

    def total(scores):
        decided = loss.decide(scores).reshape(scores.shape)
        return np.take_along_axis(decided, which, axis=1).sum()

    gradient = loss.gradient_of_prediction(scores, which)
    error = relative_error(total, gradient, scores, np.random.default_rng(1))
    assert error < 1e-7


@each_loss
def test_one_target_is_the_same_flat_and_as_a_column(loss, equations):
    scores, y = draw(loss)
    loss = loss.on_scale(Scale(np.zeros(1), SPREAD[:1]))
    scores = scores[:, : loss.n_answers]
    flat, d_flat = loss.value_and_gradient(scores, y[:, 0])
    column, d_column = loss.value_and_gradient(scores, y[:, :1])
    assert_array_equal(flat, column)
    assert_array_equal(d_flat, d_column)
    one, d_one = loss.value_and_gradient(scores[:1], y[:1, :1])
    assert_array_equal(one, flat[:1])
    assert_array_equal(d_one, d_flat[:1])


@each_loss
def test_scores_and_targets_are_left_as_they_are(loss, equations):
    scores, y = draw(loss)
    before = scores.copy(), y.copy()
    loss.value_and_gradient(scores, y)
    loss.decide(scores)
    loss.gradient_of_prediction(scores, np.zeros((len(scores), 1), int))
    assert_array_equal(scores, before[0])
    assert_array_equal(y, before[1])


@pytest.mark.parametrize("name", LOSSES)
def test_values_are_those_of_the_metrics_of_scikit_learn(name):
    loss = regression_loss(name, 0.8 if name == "quantile" else None)
    rng, metrics = (
        np.random.default_rng(0),
        {
            "absolute_error": mean_absolute_error,
            "quantile": lambda y, found: mean_pinball_loss(y, found, alpha=0.8),
            "poisson": lambda y, found: 0.5 * mean_poisson_deviance(y, found),
            "gamma": lambda y, found: 0.5 * mean_gamma_deviance(y, found),
        },
    )
    scores, y = rng.normal(size=(50, 1)), rng.gamma(2, size=(50, 1))
    value, _ = loss.value_and_gradient(scores, y)
    if name in metrics:
        expected = metrics[name](y, loss.decide(scores))
        assert value.mean() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("kind", [Poisson, Gamma])
@pytest.mark.parametrize("dtype", DTYPES)
def test_deviances_of_small_spread_are_squared_errors(kind, dtype):
    rng = np.random.default_rng(0)
    scores, z = rng.normal(size=(2, 40, 1))
    scale = Scale(np.zeros(1), np.array([1e-3]))
    loss = kind().on_scale(scale)
    value, d_scores = loss.value_and_gradient(scores.astype(dtype), 1 + 1e-3 * z)
    expected, d_expected = SquaredError().value_and_gradient(scores, z)
    # The third order is 1e-3 of the second; single precision has 1e-7 of 1.
    assert_allclose(value, expected, atol=2e-2)
    assert_allclose(d_scores, d_expected, atol=2e-2)
    assert loss.decide(scores) == pytest.approx(np.exp(1e-3 * scores))


@pytest.mark.parametrize("kind", [Poisson, Gamma])
@pytest.mark.parametrize("dtype", DTYPES)
def test_predictions_far_away_are_finite_and_positive(kind, dtype):
    far = np.array([[-1e6], [1e6]], dtype)
    found = kind(1.0).decide(far)
    assert np.isfinite(found).all()
    assert (found > 0).all()
    gradient = kind(1.0).gradient_of_prediction(far.astype(float), np.array([[0], [0]]))
    assert np.isfinite(gradient).all()


def test_quantiles_never_cross_and_sorting_costs_nothing():
    loss, rng = Quantile((0.1, 0.4, 0.9)), np.random.default_rng(0)
    scores, y = rng.normal(size=(200, 6)), rng.normal(size=(200, 2))
    decided = loss.decide(scores)
    assert decided.shape == (200, 2, 3)
    assert (np.diff(decided, axis=2) >= 0).all()
    by_target = scores.reshape(200, 2, 3)
    assert_array_equal(np.sort(decided, axis=None), np.sort(scores, axis=None))
    assert_array_equal(decided[3, 1], np.sort(by_target[3, 1]))
    before, _ = loss.value_and_gradient(scores, y)
    after, _ = loss.value_and_gradient(decided.reshape(200, 6), y)
    assert (after <= before + 1e-12).all()


@pytest.mark.parametrize(
    ("loss", "shape"),
    [(Quantile(0.3), (5, 2)), (Quantile((0.3,)), (5, 2, 1)), (Huber(), (5, 2))],
)
def test_a_list_of_quantiles_has_an_axis(loss, shape):
    assert loss.decide(np.zeros((5, 2))).shape == shape
    assert loss.has_axis == (len(shape) == 3)


# Scales


def targets(loss, n=200):
    y = np.random.default_rng(0).gamma(0.5, [1.0, 1e6], size=(n, 2)) + 1e-9
    return np.floor(y) if loss.allows_least else y


@each_loss
def test_targets_come_back_from_their_scale(loss, equations):
    y = targets(loss)
    scale = loss.measure(y, np.ones(len(y)))
    bound, encoded = loss.on_scale(scale), loss.encode(y, scale)
    assert_allclose(loss.decode(encoded, scale), y, rtol=1e-9, atol=1e-9)
    both = np.stack([encoded, encoded], axis=2)
    if loss.has_axis:
        assert_allclose(loss.decode(both, scale)[..., 1], y, rtol=1e-9, atol=1e-9)
    zeros = bound.decide(np.zeros((1, 2 * loss.n_answers)))
    assert (zeros == loss.typical).all()


@each_loss
def test_the_scale_goes_by_weights_as_by_copies(loss, equations):
    y, counts = targets(loss, 60), np.arange(60) % 4
    y[counts == 0] = 50  # of no weight, and so of no account
    one = loss.measure(y, counts.astype(float))
    other = loss.measure(np.repeat(y, counts, axis=0), np.ones(counts.sum()))
    assert_allclose(one.mean, other.mean, rtol=1e-12)
    assert_allclose(one.scale, other.scale, rtol=1e-12)


@pytest.mark.parametrize("loss", [AbsoluteError(), Huber(), Quantile(0.5)])
def test_outliers_do_not_move_the_scale(loss):
    rng = np.random.default_rng(0)
    y = 5 + 2 * rng.normal(size=(4000, 1))
    y[::25] = 1e9
    scale = loss.measure(y, np.ones(len(y)))
    assert scale.mean[0] == pytest.approx(5, abs=0.2)
    assert scale.scale[0] == pytest.approx(2, rel=0.1)


@pytest.mark.parametrize("size", [1e-305, 1.0, 1e305])
def test_scales_of_extreme_and_of_mostly_equal_targets(size):
    ones = np.ones(50)
    y = size * np.column_stack([np.linspace(-1, 1, 50), ones, ones])
    y[0, 2] = -size
    scale = Huber().measure(y, ones)
    assert np.isfinite(scale.scale).all()
    assert scale.scale[0] / size == pytest.approx(1.6 / 2.563, rel=0.05)
    assert scale.scale[1] == 1.0
    # The deciles are the same: it has the usual deviation.
    assert scale.scale[2] / size == pytest.approx(np.std(y[:, 2] / size))


def test_the_scale_of_logarithms():
    rng = np.random.default_rng(0)
    y = np.column_stack([rng.poisson(100, 500), rng.poisson(0.1, 500), np.zeros(500)])
    scale = Poisson().measure(y.astype(float), np.ones(500))
    assert_allclose(np.exp(scale.mean[:2]), y[:, :2].mean(axis=0))
    assert scale.mean[2] == 0
    assert_allclose(scale.scale, [y[:, 0].std() / y[:, 0].mean(), 1.0, 1.0])
    y = np.exp(rng.normal(3, 0.7, size=(500, 1)))
    scale = Gamma().measure(y, np.ones(500))
    assert scale.scale[0] == pytest.approx(np.log(y).std())
    assert np.exp(scale.mean[0]) == pytest.approx(y.mean())


def test_the_loss_of_a_name():
    for name, kind in LOSSES.items():
        quantile = (0.1, 0.2) if name == "quantile" else None
        loss = regression_loss(name, quantile)
        assert type(loss) is kind
        assert getattr(loss, "quantile", None) == quantile


@pytest.mark.parametrize("loss", [AbsoluteError(), Quantile((0.1, 0.9))])
def test_an_error_that_is_rounding_has_no_side(loss):
    y = np.array([[0.3]])
    for error in (0.0, 1e-6, -1e-6):
        scores = y + error + np.zeros((1, loss.n_answers))
        value, d_scores = loss.value_and_gradient(scores, y)
        assert value == pytest.approx(abs(error), abs=1e-6)
        assert not d_scores.any()
    assert loss.value_and_gradient(scores + 1e-3, y)[1].all()
