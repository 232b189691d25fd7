"""What is held against a golden file, of any size."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skrnn.interop import load_torch_state, torch_state
from skrnn.sequences import pack
from skrnn.training.objective import Objective
from tests.golden.files import (
    EVERY_LOSS,
    REGRESSION,
    SEVERAL_SCORES,
    TOLERANCE,
    assert_close,
)


def check_hidden_states(golden, loss, dtype):
    estimator = golden.estimator("last", loss)
    found = estimator.hidden_states(golden.samples(dtype=dtype))
    assert type(found) is type(golden.samples())
    for h, expected in zip(found, golden.samples("h"), strict=True):
        assert h.dtype == dtype
        assert_allclose(h, expected, rtol=0, atol=TOLERANCE[dtype])


def check_outputs(golden, pooling, loss, dtype):
    """Hold outputs and gradients of the blocks of a network against a case."""
    network, y = golden.network(pooling, loss), golden[f"y/{loss}"]
    weights = golden.weights(network, golden.state(pooling, loss), dtype)
    x = pack(golden.samples(dtype=dtype))
    sample_weight = golden["sample_weight"].astype(dtype)

    scores, tape = network.forward(weights, x)
    losses, d_scores = EVERY_LOSS[loss].value_and_gradient(scores, y)
    share = sample_weight / len(y)
    d_x, d_weights = network.backward(
        weights, tape, d_scores * share[:, np.newaxis], input_gradient=True
    )
    found = {
        "scores": scores,
        "loss": np.dot(share, losses),
        "d_x": np.concatenate(d_x.unpack()),
        **golden.gradients(network, d_weights),
    }
    if loss not in REGRESSION:
        found["probabilities"] = EVERY_LOSS[loss].probabilities(scores)

    expected = golden.part("case", pooling, loss)
    assert set(found) == set(expected)
    assert_close(found, expected, dtype, f"{pooling}, {loss}: ")


def check_objective(golden, pooling, loss, dtype):
    """Hold what solvers minimise, and its gradient, against a case."""
    network, expected = (
        golden.network(pooling, loss),
        golden.part("case", pooling, loss),
    )
    weights = golden.weights(network, golden.state(pooling, loss), dtype)
    value, gradient, _ = Objective(network, EVERY_LOSS[loss]).value_and_gradient(
        weights,
        pack(golden.samples(dtype=dtype)),
        golden[f"y/{loss}"],
        golden["sample_weight"].astype(dtype),
    )
    assert value == pytest.approx(expected["loss"], rel=0, abs=TOLERANCE[dtype])
    found = golden.gradients(network, gradient)
    assert_close(found, expected, dtype, f"{pooling}, {loss}: ")


def check_predictions(golden, pooling, loss):
    estimator = golden.estimator(pooling, loss)
    expected = golden.part("case", pooling, loss)
    several = loss in SEVERAL_SCORES
    scores = expected["scores"] if several else expected["scores"][:, 0]
    for dtype, tolerance in TOLERANCE.items():
        X, close = golden.samples(dtype=dtype), {"rtol": 0, "atol": tolerance}
        if loss in REGRESSION:
            found = estimator.predict(X)
            assert found.dtype == np.float64
            assert_allclose(found, scores, **close)
            continue
        p = estimator.predict_proba(X)
        assert p.dtype == dtype
        assert_allclose(p, expected["probabilities"], **close)
        assert_allclose(estimator.decision_function(X), scores, **close)
        likeliest = p > 0.5 if loss == "multilabel" else p.argmax(axis=1)
        assert_array_equal(estimator.predict(X), likeliest)


def check_weights_to_the_bit(golden, pooling, loss):
    estimator = golden.estimator(pooling, loss, standardize=False)
    expected, found = golden.folded(golden.state(pooling, loss)), torch_state(estimator)
    assert list(found) == list(expected)
    for name, array in expected.items():
        assert_array_equal(found[name], array, err_msg=name, strict=True)

    weights = estimator.weights_
    load_torch_state(estimator, found)
    assert estimator.weights_ is not weights
    assert_array_equal(estimator.weights_, weights, strict=True)


def check_one_step(golden, loss, mean):
    y = golden[f"y/{loss}"]
    estimator = golden.estimator(
        "concat",
        loss,
        solver="sgd",
        learning_rate_init=float(golden["learning_rate"]),
        momentum=0,
        alpha=0,
        max_grad_norm=None,
        batch_size=len(y),
        dropout=0,
        recurrent_dropout=0,
        standardize=False,
    )
    # Only the proportions of the weights count.
    weights = {"plain": None, "weighted": 10 * golden["sample_weight"]}
    estimator.partial_fit(golden.samples(), y, sample_weight=weights[mean])

    found, expected = torch_state(estimator), golden.part("sgd", loss, mean)
    assert set(found) == set(expected)
    assert_close(found, expected, np.float64)
    if mean == "weighted":
        value = golden[f"case/concat/{loss}/loss"]
        assert estimator.loss_ == pytest.approx(value, rel=0, abs=1e-10)
