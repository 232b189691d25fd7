"""Gaps: missing values carried forward, their marks and their ages."""

import numpy as np
import pytest

from skrnn.network import Gaps, InputTransform, Stepper, build_network
from skrnn.network.gaps import MARK, age, fade, last_seen
from skrnn.sequences import pack
from tests.gradients import relative_error
from tests.network.problem import check_weights

NAN = np.nan
LENGTHS = [(3, 1, 5), (1,), (4, 4, 4), (2, 6, 1, 6)]


def by_hand(sequence, gaps):
    """Fill one sequence in plain loops: the columns that the block hands on."""
    columns, constant, mean = gaps.columns, gaps.constant, gaps.mean
    since, value, seen = [0] * len(columns), list(mean), [False] * len(columns)
    rows = []
    for x in sequence:
        row, marks, ages, unknown = list(x), [], [], []
        for k, column in enumerate(columns):
            if np.isnan(x[column]):
                since[k] += 1
            else:
                since[k], value[k], seen[k] = 0, x[column], True
            left = gaps.memory[k] ** since[k]
            row[column] = mean[k] + left * (value[k] - mean[k])
            if constant[k]:
                unknown.append(float(not seen[k]))
            else:
                marks.append(MARK * (since[k] > 0))
                ages.append(MARK * (since[k] / (since[k] + 1)))
        rows.append(row + marks + ages + unknown)
    return np.array(rows)


def with_gaps(lengths, n_features=3, share=0.5, seed=0):
    rng = np.random.default_rng(seed)
    samples = [rng.normal(size=(n, n_features)) for n in lengths]
    for x in samples:
        x[rng.random(x.shape) < share] = NAN
    samples[-1][:] = NAN
    return samples


def block(columns=(0, 1, 2), constant=(False,) * 3, memory=(0.7, 1.0, 0.9)):
    k, mean = len(columns), np.array([1.0, -2.0, 3.0])
    parts = np.array(columns), mean[:k], np.array(constant[:k]), np.array(memory[:k])
    return Gaps(3, *parts)


BLOCKS = {
    "all": block(),
    "some": block((0, 2)),
    "constant": block(constant=(False, True, False)),
    "one": block((1,)),
    "one constant": block((2,), (True,), (1.0,)),
    "nothing fades": block(memory=(1.0, 1.0, 1.0)),
    "all is forgotten": block(memory=(0.0, 0.0, 0.0)),
}


@pytest.mark.parametrize("name", BLOCKS)
@pytest.mark.parametrize("lengths", LENGTHS)
def test_as_by_hand(name, lengths):
    gaps, samples = BLOCKS[name], with_gaps(lengths)
    out = gaps.forward({}, pack(samples))[0].unpack()
    for x, found in zip(samples, out, strict=True):
        assert found.shape[1] == gaps.n_out
        np.testing.assert_allclose(found, by_hand(x, gaps), rtol=0, atol=1e-14)
        seen = ~np.isnan(x)
        np.testing.assert_array_equal(found[:, :3][seen], x[seen])


def test_an_example():
    x = np.array([[NAN], [5.0], [NAN], [NAN], [7.0]])
    gaps = Gaps(1, np.array([0]), None, np.array([False]), np.array([1.0]))
    out = gaps.forward({}, pack([x]))[0].data
    np.testing.assert_array_equal(out[:, 0], [0, 5, 5, 5, 7])
    np.testing.assert_array_equal(out[:, 1], MARK * np.array([1, 0, 1, 1, 0]))
    np.testing.assert_array_equal(out[:, 2], MARK * age(np.array([1, 0, 1, 2, 0])))


@pytest.mark.parametrize("mean", [None, 1.0])
def test_an_example_that_fades(mean):
    x = np.array([[NAN], [5.0], [NAN], [NAN], [7.0]])
    first = None if mean is None else np.array([mean])
    gaps = Gaps(1, np.array([0]), first, np.array([False]), np.array([0.5]))
    expected = [0, 5, 2.5, 1.25, 7] if mean is None else [1, 5, 3, 2, 7]
    out = gaps.forward({}, pack([x]))[0].data
    np.testing.assert_array_equal(out[:, 0], expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_fading_of_the_largest_numbers(dtype):
    most = np.finfo(dtype).max
    since = np.array([[0], [1], [2], [10**9]])
    found = fade(np.full((4, 1), most), since, np.array([-most]), np.array([0.5]))
    assert found.dtype == dtype
    np.testing.assert_allclose(found[:, 0] / most, [1, 0, -0.5, -1], rtol=1e-6)
    carried = np.random.default_rng(0).normal(size=(4, 1)).astype(dtype)
    for memory, at in ((1.0, slice(None)), (0.3, slice(1))):
        found = fade(carried, since, np.array([0.1], dtype), np.array([memory]))
        np.testing.assert_array_equal(found[at], carried[at])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_types_and_nothing_missing(dtype):
    samples = [x.astype(dtype) for x in with_gaps((3, 1, 5))]
    gaps = block()
    out = gaps.forward({}, pack(samples))[0].data
    assert out.dtype == dtype
    assert not np.isnan(out).any()
    whole = pack([np.ones((2, 3), dtype), np.ones((4, 3), dtype)])
    out = gaps.forward({}, whole)[0].data
    np.testing.assert_array_equal(out, np.tile([1.0] * 3 + [0.0] * 6, (6, 1)))


def test_last_seen_of_each_sequence():
    x = pack([np.array([[1.0], [NAN], [NAN]]), np.array([[NAN], [2.0]])])
    rows, since, steps = last_seen(x.lengths, np.isnan(x.data))
    # The packed rows are those of steps 0, 0, 1, 1 and 2.
    assert rows.ravel().tolist() == [0, -1, 0, 3, 0]
    assert since.ravel().tolist() == [0, 1, 1, 0, 2]
    assert steps.tolist() == [0, 0, 1, 1, 2]


TRANSFORMS = {
    "plain": InputTransform(n_numeric=3),
    "patches": InputTransform(2, linear_steps=3, n_numeric=3),
    "own scale": InputTransform(
        2, np.arange(9.0), 1.0 + np.arange(9.0), True, 2, n_numeric=3
    ),
}


def problem(transform, n_filters=0, lengths=(3, 2, 5), share=0.4):
    samples = with_gaps(lengths, share=share)
    samples[-1][0] = [0.5, 1.0, -1.0]
    network = build_network(
        "gru",
        3,
        (3,),
        False,
        "concat",
        2,
        TRANSFORMS[transform],
        n_filters=n_filters,
        front={"gaps": block()},
    )
    weights = network.init(np.random.RandomState(0))
    weights += 0.1 * np.random.default_rng(0).normal(size=weights.shape)
    return network, weights, samples


@pytest.mark.parametrize("n_filters", [0, 2])
@pytest.mark.parametrize("transform", TRANSFORMS)
def test_gradients_go_to_where_values_were_seen(transform, n_filters):
    network, weights, samples = problem(transform, n_filters)
    x = pack(samples)
    value, d_x, rng = check_weights(network, weights, x)
    seen = ~np.isnan(x.data)
    assert (d_x[~seen] == 0).all()

    def of_seen(values):
        data = x.data.copy()
        data[seen] = values
        return value(data)

    at = x.data[seen]
    assert relative_error(of_seen, d_x[seen], at, rng) < 1e-6


@pytest.mark.parametrize("constant", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_steps_equal_batches(dtype, constant):
    gaps = block(constant=(False, constant, False))
    x = np.stack(with_gaps((6, 6, 6))).astype(dtype)
    expected = np.stack(gaps.forward({}, pack(x))[0].unpack())
    memory = {"steps": np.zeros(3, int), **gaps.start(3, dtype)}
    for t in range(6):
        out, beside, after = gaps.step({}, memory, x[:, t])
        assert beside is None
        assert out.dtype == dtype
        np.testing.assert_array_equal(out, expected[:, t])
        memory = {"steps": memory["steps"] + 1, **after}


@pytest.mark.parametrize("n_filters", [0, 2])
@pytest.mark.parametrize("transform", ["plain", "patches"])
def test_streams_equal_batches(transform, n_filters):
    network, weights, samples = problem(transform, n_filters)
    stepper = Stepper(network, weights)
    for sequence in samples:
        memory = stepper.start(1)
        for t, step in enumerate(sequence):
            scores, memory = stepper.step(memory, step[np.newaxis])
            expected = network.scores(weights, [sequence[: t + 1]])
            np.testing.assert_allclose(scores, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("transform", TRANSFORMS)
def test_company_changes_nothing(transform):
    network, weights, samples = problem(transform)
    together = network.scores(weights, samples)
    alone = [network.scores(weights, [x])[0] for x in samples]
    np.testing.assert_allclose(together, alone, rtol=0, atol=1e-12)
