"""Step rules against plain loops over single weights."""

import math
import pickle

import numpy as np
import pytest

from skrnn.optimizers import SGD, Adam

SIZE, N_STEPS = 7, 20


def adam(weights, gradients, rates, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    moved = []
    for k, w in enumerate(weights.tolist()):
        m = v = 0.0
        for t, (gradient, rate) in enumerate(zip(gradients, rates, strict=True), 1):
            g = float(gradient[k])
            m = beta_1 * m + (1 - beta_1) * g
            v = beta_2 * v + (1 - beta_2) * g * g
            m_free, v_free = m / (1 - beta_1**t), v / (1 - beta_2**t)
            w -= rate * m_free / (math.sqrt(v_free) + epsilon)
        moved.append(w)
    return moved


def nesterov(weights, gradients, rates, momentum=0.9):
    """Step as MLPClassifier does with nesterovs_momentum=True."""
    moved = []
    for k, w in enumerate(weights.tolist()):
        velocity = 0.0
        for gradient, rate in zip(gradients, rates, strict=True):
            velocity = momentum * velocity - rate * float(gradient[k])
            w += momentum * velocity - rate * float(gradient[k])
        moved.append(w)
    return moved


CASES = {
    "adam": (Adam, adam, {}),
    "adam, other options": (
        Adam,
        adam,
        {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 0.1},
    ),
    "sgd": (SGD, nesterov, {}),
    "sgd, little momentum": (SGD, nesterov, {"momentum": 0.3}),
    "sgd, no momentum": (SGD, nesterov, {"momentum": 0.0}),
}


@pytest.fixture(params=[Adam, SGD], ids=lambda kind: kind.__name__)
def kind(request):
    return request.param


def draw(dtype="float64"):
    rng = np.random.default_rng(0)
    weights = rng.normal(size=SIZE).astype(dtype)
    gradients = rng.normal(size=(N_STEPS, SIZE)) * 10.0 ** rng.integers(-6, 3, SIZE)
    gradients[:, 0] = 0.0
    return weights, gradients.astype(dtype), rng.uniform(0.001, 0.1, N_STEPS).tolist()


def run(optimizer, weights, gradients, rates):
    for gradient, rate in zip(gradients, rates, strict=True):
        optimizer.step(weights, gradient, rate)
    return weights


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("kind", "reference", "options"), CASES.values(), ids=CASES)
def test_steps_are_those_of_the_equations(kind, reference, options, dtype):
    weights, gradients, rates = draw(dtype)
    expected = reference(weights, gradients, rates, **options)
    moved = run(kind(SIZE, dtype, **options), weights.copy(), gradients, rates)
    eps = 50 * np.finfo(dtype).eps
    np.testing.assert_allclose(moved, expected, rtol=eps, atol=eps)
    assert moved[0] == weights[0]


def test_sgd_without_momentum_is_plain_gradient_descent():
    weights, gradients, _ = draw()
    moved = run(SGD(SIZE, "f8", momentum=0.0), weights.copy(), gradients, [0.1] * 20)
    expected = weights - 0.1 * gradients.sum(axis=0)
    np.testing.assert_allclose(moved, expected, rtol=1e-12)


def test_the_first_step_of_adam_is_the_rate_whatever_the_gradient():
    weights, gradient = np.zeros(4), np.array([1e-3, -1.0, 1e3, -1e30])
    Adam(4, "f8").step(weights, gradient, 0.01)
    np.testing.assert_allclose(weights, [-0.01, 0.01, -0.01, 0.01], rtol=2e-5)


@pytest.mark.parametrize("rate", [0.01, np.float64(0.01)], ids=["float", "float64"])
def test_float32_weights_move_in_place_and_stay_float32(kind, rate):
    weights, gradients, _ = draw("float32")
    before, gradient = weights.copy(), gradients[0].copy()
    optimizer = kind(SIZE, np.float32)
    run(optimizer, weights, [gradient], [rate])
    assert weights.dtype == np.float32
    assert not np.array_equal(weights, before)
    assert np.array_equal(gradient, gradients[0])
    for name in optimizer.memory:
        assert optimizer.state[name].dtype == np.float32
        assert optimizer.state[name].any()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("n_first", [0, 1, 9])
def test_a_state_that_is_taken_out_and_put_back_goes_on_alike(kind, n_first, dtype):
    weights, gradients, rates = draw(dtype)
    whole = run(kind(SIZE, dtype), weights.copy(), gradients, rates)
    optimizer = kind(SIZE, dtype)
    first = run(optimizer, weights.copy(), gradients[:n_first], rates[:n_first])
    state = pickle.loads(pickle.dumps(optimizer.state))
    other = kind(SIZE, dtype, state)
    assert np.array_equal(
        run(other, first, gradients[n_first:], rates[n_first:]), whole
    )
    assert other.state["n_steps"] == N_STEPS


def test_an_optimizer_that_goes_on_leaves_the_earlier_state_alone(kind):
    weights, gradients, rates = draw()
    optimizer = kind(SIZE, "f8")
    run(optimizer, weights, gradients, rates)
    kept = {name: optimizer.state[name].copy() for name in optimizer.memory}
    run(kind(SIZE, "f8", optimizer.state), weights, gradients, rates)
    assert optimizer.state["n_steps"] == N_STEPS
    for name, array in kept.items():
        assert np.array_equal(optimizer.state[name], array)


def test_a_minimum_is_found(kind):
    target, weights = np.linspace(-1, 1, SIZE), np.zeros(SIZE)
    optimizer = kind(SIZE, "f8")
    for _ in range(600):
        optimizer.step(weights, weights - target, 0.02)
    np.testing.assert_allclose(weights, target, atol=1e-3)
