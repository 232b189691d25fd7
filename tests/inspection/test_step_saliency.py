"""Saliency of the answer to one step."""

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skrnn import GRUStepRegressor, LSTMClassifier, LSTMStepClassifier
from skrnn.inspection import SaliencyDisplay, saliency
from tests.estimators.test_steps import data_for, make

each_kind = pytest.mark.parametrize("kind", [LSTMStepClassifier, GRUStepRegressor])
SHIFT = 1e-5


@pytest.fixture(params=[1, 3], ids=["steps", "patches"])
def patch_size(request):
    return request.param


@each_kind
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("step", [0, -1, "one each"])
def test_gradients_are_those_of_the_step(kind, bidirectional, step, patch_size):
    X, y = data_for(kind)
    model = make(kind, bidirectional=bidirectional, patch_size=patch_size).fit(X, y)
    steps = np.array([len(x) // 2 for x in X]) if step == "one each" else step
    target = None if kind is GRUStepRegressor else 1
    found = saliency(model, X, step=steps, target=target)
    at = np.broadcast_to(steps, len(X))
    answer = model.predict if target is None else model.decision_function
    rng = np.random.default_rng(0)
    for x, gradient, t in zip(X, found, at, strict=True):
        direction = rng.normal(size=x.shape)
        ends = answer([x + SHIFT * direction, x - SHIFT * direction])
        ends = [end[t] if target is None else end[t, target] for end in ends]
        slope = (ends[0] - ends[1]) / (2 * SHIFT)
        assert_allclose(np.sum(gradient * direction), slope, rtol=1e-4, atol=1e-7)
        if not bidirectional and t >= 0:
            assert not gradient[-(-(t + 1) // patch_size) * patch_size :].any()


@each_kind
def test_the_last_step_is_the_default(kind):
    X, y = data_for(kind, "block")
    model = make(kind).fit(X, y)
    assert np.array_equal(saliency(model, X), saliency(model, X, step=3))


@each_kind
def test_integrated_gradients_add_up(kind):
    X, y = data_for(kind)
    model = make(kind, max_iter=20).fit(X, y)
    method = {"method": "integrated_gradients"}
    found = saliency(model, X, step=0, baseline=0.0, n_steps=32, **method)
    baseline = [np.zeros_like(x) for x in X]
    if kind is GRUStepRegressor:
        change = [
            a[0] - b[0]
            for a, b in zip(model.predict(X), model.predict(baseline), strict=True)
        ]
    else:
        codes = [np.argmax(p[0]) for p in model.predict_proba(X)]
        scores = model.decision_function(X), model.decision_function(baseline)
        change = [a[0, k] - b[0, k] for k, a, b in zip(codes, *scores, strict=True)]
    assert_allclose([one.sum() for one in found], change, rtol=2e-3, atol=1e-6)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (0.5, "step must be an int, the number of a step, or one for each of the 12 "
              "sequences of X. Got 0.5."),
        ([0, 1], "step must be an int, the number of a step, or one for each of the 12 "
                 "sequences of X. Got [0, 1]."),
        (4, "step=4 is no step of sequence 1 of X, which has 3: it must be from -3 to "
            "2."),
    ],
)  # fmt: skip
def test_steps_that_are_none(step, message):
    X, y = data_for(LSTMStepClassifier)
    model = make(LSTMStepClassifier).fit(X, y)
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        saliency(model, X, step=step)


def test_a_step_is_for_estimators_of_steps():
    X, y = data_for(LSTMStepClassifier)
    model = make(LSTMClassifier).fit(X, [part[0] for part in y])
    message = (
        "step=0 is for estimators with an answer for every step, and LSTMClassifier "
        "has one for a sequence. Leave step out."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        saliency(model, X, step=0)


def test_the_display_draws_a_step():
    X, y = data_for(LSTMStepClassifier)
    model = make(LSTMStepClassifier).fit(X, y)
    display = SaliencyDisplay.from_estimator(model, X[:2], step=1)
    expected = saliency(model, X[:2], step=1, method="integrated_gradients")
    for found, one in zip(display.attributions, expected, strict=True):
        assert_allclose(found, one)
