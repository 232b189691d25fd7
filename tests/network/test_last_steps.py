"""The last steps against slices of sequences, and backpropagation to them."""

from itertools import product

import numpy as np
import pytest

from skrnn.network import InputTransform
from skrnn.network.last_steps import add_last_steps, take_last_steps
from skrnn.sequences import pack
from tests.network.problem import LENGTHS, Problem
from tests.reference import KINDS

#: Fewer than any sequence has, as many as some have, more than any.
N_STEPS = (1, 3, 7)

every_number = pytest.mark.parametrize("n_steps", N_STEPS)
every_length = pytest.mark.parametrize("lengths", [*LENGTHS])


def draw(lengths):
    rng = np.random.default_rng(0)
    return [rng.normal(size=(n, 2)) for n in LENGTHS[lengths]]


@every_number
@every_length
def test_they_are_a_slice_the_newest_first_and_then_zeros(n_steps, lengths):
    samples = draw(lengths)
    x = pack(samples)
    for found, sequence in zip(
        x.unsort(take_last_steps(x, n_steps)), samples, strict=True
    ):
        there = sequence[::-1][:n_steps].ravel()
        assert np.array_equal(found[: len(there)], there)
        assert len(found) == 2 * n_steps
        assert not found[len(there) :].any()


@every_number
@every_length
def test_each_gradient_goes_back_to_its_step(n_steps, lengths):
    x, rng = pack(draw(lengths)), np.random.default_rng(1)
    d_last = rng.normal(size=(x.n_sequences, 2 * n_steps))
    others = rng.normal(size=x.data.shape)
    before = others.copy()
    d_x = add_last_steps(others, x.lengths, d_last)
    # They are linear in the steps: the gradient is the transposed map.
    np.testing.assert_allclose(
        np.sum((d_x - others) * x.data),
        np.sum(take_last_steps(x, n_steps) * d_last),
        rtol=1e-12,
    )
    for added, n in zip(
        x.replace(d_x - others).unpack(), LENGTHS[lengths], strict=True
    ):
        assert added[-n_steps:].all()
        assert not added[: max(0, n - n_steps)].any()
    assert np.array_equal(others, before)


@pytest.mark.parametrize(
    ("cell", "n_steps", "patch_size"),
    [
        (cell, N_STEPS[(i + j) % 3], size)
        for (i, cell), (j, size) in product(enumerate(KINDS), enumerate((1, 3)))
    ],
)
def test_gradients_through_a_network(cell, n_steps, patch_size):
    scale = np.array([0.5, -1.0]), np.array([2.0, 0.3])
    transform = InputTransform(patch_size, *scale, linear_steps=n_steps)
    direction = ("uni", "bi")[n_steps == 3]
    problem = Problem(cell, direction=direction, input_transform=transform)
    assert max(problem.errors()) < 1e-6


def test_the_head_reads_scaled_steps_and_knows_their_names():
    scale = np.array([3.0, -200.0]), np.array([0.5, 40.0])
    transform = InputTransform(2, *scale, linear_steps=2)
    x = pack(draw("ragged"))
    out, _ = transform.forward({}, x)
    scaled = x.replace((x.data - scale[0]) / scale[1])
    np.testing.assert_allclose(out.beside, take_last_steps(scaled, 2), rtol=1e-14)
    assert transform.beside(2) == ("step-1_0", "step-1_1", "step-2_0", "step-2_1")
