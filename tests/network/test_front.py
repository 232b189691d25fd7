"""Blocks in front of the input transform: columns in, columns and facts out."""

from dataclasses import dataclass

import numpy as np
import pytest

from skrnn.network import FrontBlock, InputTransform, Stepper, build_network
from skrnn.sequences import Sequences, pack
from tests.gradients import relative_error
from tests.network.problem import check_weights


@dataclass(frozen=True, eq=False)
class Differences(FrontBlock):
    """Puts w times the change since the step before behind the columns.

    The first column of the first step goes to the head.
    """

    @property
    def n_out(self):
        return 2 * self.n_in

    @property
    def names_beside(self):
        return ("first",)

    @property
    def shapes(self):
        return {"w": (self.n_in,)}

    def init(self, rng):
        return {"w": rng.normal(size=self.n_in)}

    def forward(self, params, x, **options):
        n, before = x.n_sequences, x.lengths.rows_before
        change = np.zeros_like(x.data)
        change[n:] = x.data[n:] - x.data[before]
        out = x.replace(np.hstack([x.data, params["w"] * change]))
        out.beside = x.data[:n, :1]
        return out, (x, change)

    def backward(self, params, tape, d_out, *, input_gradient=True):
        x, change = tape
        n, before = x.n_sequences, x.lengths.rows_before
        d_x, d_weighted = np.split(d_out.data.copy(), 2, axis=1)
        d_change = (params["w"] * d_weighted)[n:]
        d_x[n:] += d_change
        d_before = np.zeros_like(d_x)
        d_before[before] = d_change
        d_x -= d_before
        d_x[:n, :1] += d_out.beside
        return Sequences(d_x, x.lengths), {"w": (d_weighted * change).sum(axis=0)}

    def start(self, n, dtype):
        return {"front.before": np.full((n, self.n_in), np.nan), "front.first": None}

    def step(self, params, memory, x):
        before, first = memory["front.before"], memory["front.first"]
        before = np.where(np.isnan(before), x, before)
        first = x[:, :1] if first is None else first
        after = {"front.before": x, "front.first": first}
        return np.hstack([x, params["w"] * (x - before)]), first, after


TRANSFORMS = {
    "plain": InputTransform(),
    "scaled": InputTransform(1, np.arange(4.0), 1.0 + np.arange(4.0)),
    "patches": InputTransform(2),
    "last steps": InputTransform(2, linear_steps=3),
    "last steps of numbers": InputTransform(2, linear_steps=3, n_numeric=2),
    "own scale": InputTransform(1, own_scale=True),
    "own scale of numbers": InputTransform(
        2, np.arange(4.0), 1.0 + np.arange(4.0), True, 2, n_numeric=2
    ),
}


def problem(transform, n_filters=0, lengths=(3, 1, 5)):
    rng = np.random.default_rng(1)
    network = build_network(
        "gru",
        2,
        (3,),
        False,
        "concat",
        2,
        TRANSFORMS[transform],
        n_filters=n_filters,
        front={"front": Differences(2)},
    )
    weights = network.init(np.random.RandomState(0))
    weights += 0.1 * rng.normal(size=weights.shape)
    return network, weights, [rng.normal(size=(n, 2)) for n in lengths]


@pytest.mark.parametrize("n_filters", [0, 2])
@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("lengths", [(3, 1, 5), (1,)])
def test_gradients_go_through_the_front(transform, n_filters, lengths):
    network, weights, samples = problem(transform, n_filters, lengths)
    x = pack(samples)
    value, d_x, rng = check_weights(network, weights, x)
    by_data = relative_error(value, d_x, x.data, rng)
    assert by_data < (1e-6 if x.n_steps > 1 or "own" not in transform else 1e-4)


@pytest.mark.parametrize("n_filters", [0, 2])
@pytest.mark.parametrize(
    "transform", [name for name in TRANSFORMS if "own" not in name]
)
def test_streams_read_the_front_too(transform, n_filters):
    network, weights, samples = problem(transform, n_filters)
    stepper = Stepper(network, weights)
    for sequence in samples:
        memory = stepper.start(1)
        for t, step in enumerate(sequence):
            scores, memory = stepper.step(memory, step[np.newaxis])
            expected = network.scores(weights, [sequence[: t + 1]])
            np.testing.assert_allclose(scores, expected, rtol=0, atol=1e-12)


def test_sizes_and_names():
    network, weights, samples = problem("last steps of numbers", 2)
    assert (network.n_features, network.n_columns) == (2, 4)
    beside = ["mean_filter0", "mean_filter1", "max_filter0", "max_filter1", "first"]
    last = [f"step-{k}_{j}" for k in (1, 2, 3) for j in (0, 1)]
    assert network.pooled_names[9:] == beside + last
    pooled = network.pooled(weights, samples)
    newest_first = np.pad(samples[0][::-1], ((0, 3), (0, 0)))[:3].ravel()
    np.testing.assert_array_equal(pooled[0, 13], samples[0][0, 0])
    np.testing.assert_array_equal(pooled[0, 14:], newest_first)
