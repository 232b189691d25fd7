"""The head of every step: an answer for each step, whatever the patches."""

import numpy as np
import pytest

from skrnn.network import InputTransform, Stepper, build_network
from skrnn.sequences import pack
from tests.gradients import relative_error
from tests.network.test_front import Differences

LENGTHS = {"ragged": (5, 2, 7, 1), "rectangle": (4, 4), "one step": (1, 1), "one": (1,)}
each_length = pytest.mark.parametrize("lengths", LENGTHS)
each_network = pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
each_size = pytest.mark.parametrize("patch_size", [1, 2, 3])


def problem(cell, lengths, patch_size, *, n_outputs=2, front=False, **options):
    rng = np.random.default_rng(0)
    network = build_network(
        cell,
        2,
        (3, 2),
        n_outputs=n_outputs,
        pooling=None,
        input_transform=InputTransform(patch_size),
        head="steps",
        front={"front": Differences(2)} if front else None,
        **{"bidirectional": False, **options},
    )
    weights = network.init(np.random.RandomState(0))
    weights += 0.1 * rng.normal(size=weights.shape)
    return network, weights, [rng.normal(size=(n, 2)) for n in LENGTHS[lengths]]


@each_network
@each_length
@each_size
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"bidirectional": True, "n_outputs": 1},
        {"n_filters": 3, "front": True},
        {"front": True},
    ],
    ids=str,
)
def test_gradients(cell, lengths, patch_size, options):
    network, weights, samples = problem(cell, lengths, patch_size, **options)
    rng, x = np.random.default_rng(1), pack(samples)
    scores, tape = network.forward(weights, x)
    factors = rng.normal(size=scores.data.shape)
    d_scores = scores.replace(factors)
    d_x, d_weights = network.backward(weights, tape, d_scores, input_gradient=True)
    assert np.array_equal(network.backward(weights, tape, d_scores)[1], d_weights)

    def value(weights, data):
        out, _ = network.forward(weights, x.replace(data), keep=False)
        return np.sum(factors * out.data)

    assert relative_error(lambda w: value(w, x.data), d_weights, weights, rng) < 1e-6
    by_data = relative_error(lambda data: value(weights, data), d_x.data, x.data, rng)
    assert by_data < 1e-6


@each_network
@each_length
@each_size
def test_every_step_has_its_scores(cell, lengths, patch_size):
    network, weights, samples = problem(cell, lengths, patch_size)
    states = network.states(weights, samples, -1)
    head = network.layout.views(weights)["head"]
    W = head["W"].reshape(patch_size, 2, -1)
    b = head["b"].reshape(patch_size, 2)
    found = network.scores(weights, samples)
    for sequence, scores, h in zip(samples, found, states, strict=True):
        assert scores.shape == (len(sequence), 2)
        for t, at in enumerate(scores):
            patch, within = divmod(t, patch_size)
            expected = W[within] @ h[patch] + b[within]
            np.testing.assert_allclose(at, expected, rtol=0, atol=1e-12)


@each_network
@each_size
@pytest.mark.parametrize("options", [{}, {"front": True, "n_filters": 2}], ids=str)
def test_streams_answer_as_the_last_step_of_what_has_come(cell, patch_size, options):
    network, weights, samples = problem(cell, "ragged", patch_size, **options)
    stepper = Stepper(network, weights)
    for sequence in samples:
        memory = stepper.start(1)
        for t, step in enumerate(sequence):
            scores, memory = stepper.step(memory, step[np.newaxis])
            (expected,) = network.scores(weights, [sequence[: t + 1]])
            np.testing.assert_allclose(scores[0], expected[-1], rtol=0, atol=1e-12)


@each_network
def test_company_changes_nothing(cell):
    network, weights, samples = problem(cell, "ragged", 2, front=True)
    together = network.scores(weights, samples)
    for sequence, scores in zip(samples, together, strict=True):
        (alone,) = network.scores(weights, [sequence])
        np.testing.assert_allclose(scores, alone, rtol=0, atol=1e-13)
