"""Facts: static features that the head reads past the layers."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skrnn.network import Facts, Gaps, InputTransform, Stepper, build_network
from skrnn.network.folding import fold, unfold
from skrnn.sequences import pack
from tests.gradients import relative_error
from tests.network.problem import check_weights

COLUMNS = np.array([2, 0])
MEAN, SCALE = np.array([5.0, -1.0]), np.array([2.0, 0.5])
LENGTHS = [(3, 1, 5), (1,), (4, 4)]


def block(n_in=4, scaled=True):
    of_scale = (MEAN, SCALE) if scaled else (None, None)
    return Facts(n_in, COLUMNS, *of_scale, ("fact_c", "fact_a"))


def samples_of(lengths, constant=True):
    rng = np.random.default_rng(0)
    samples = [rng.normal(size=(n, 4)) for n in lengths]
    for x in samples if constant else ():
        x[:, COLUMNS] = x[0, COLUMNS]
    return samples


@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize("scaled", [True, False])
def test_columns_go_out_and_facts_beside(lengths, scaled):
    samples = samples_of(lengths)
    x = pack(samples)
    out, _ = block(scaled=scaled).forward({}, x)
    for found, sample in zip(out.unpack(), samples, strict=True):
        assert_array_equal(found, sample[:, [1, 3]])
    facts = np.array([sample[0, COLUMNS] for sample in samples])
    facts = (facts - MEAN) / SCALE if scaled else facts
    assert_array_equal(x.unsort(out.beside), facts)


TRANSFORMS = {
    "plain": InputTransform(n_numeric=2),
    "last steps": InputTransform(
        2, np.array([1.0, 2.0]), np.array([0.5, 3.0]), False, 2, n_numeric=2
    ),
    "own scale": InputTransform(2, own_scale=True, linear_steps=1, n_numeric=2),
}


def problem(transform, n_filters=0, lengths=(3, 2, 5), constant=True):
    network = build_network(
        "lstm",
        4,
        (3,),
        False,
        "concat",
        2,
        TRANSFORMS[transform],
        n_filters=n_filters,
        front={"facts": block()},
    )
    weights = network.init(np.random.RandomState(0))
    weights += 0.1 * np.random.default_rng(0).normal(size=weights.shape)
    return network, weights, samples_of(lengths, constant)


@pytest.mark.parametrize("n_filters", [0, 2])
@pytest.mark.parametrize("transform", TRANSFORMS)
def test_gradients(transform, n_filters):
    network, weights, samples = problem(transform, n_filters, constant=False)
    x = pack(samples)
    value, d_x, rng = check_weights(network, weights, x)
    by_data = relative_error(value, d_x, x.data, rng)
    assert by_data < 1e-6


@pytest.mark.parametrize("n_filters", [0, 2])
@pytest.mark.parametrize("transform", ["plain", "last steps"])
def test_streams_read_the_latest(transform, n_filters):
    network, weights, samples = problem(transform, n_filters, constant=False)
    stepper = Stepper(network, weights)
    for sequence in samples:
        memory = stepper.start(1)
        for t, step in enumerate(sequence):
            scores, memory = stepper.step(memory, step[np.newaxis])
            expected = network.scores(weights, [sequence[: t + 1]])
            assert_allclose(scores, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("n_filters", [0, 2])
@pytest.mark.parametrize("transform", TRANSFORMS)
def test_the_head_reads_them_as_if_they_were_appended(transform, n_filters):
    """A network without them, whose pooled features get them behind the filters."""
    network, weights, samples = problem(transform, n_filters)
    plain = build_network(
        "lstm",
        2,
        (3,),
        False,
        "concat",
        2,
        TRANSFORMS[transform],
        n_filters=n_filters,
    )
    own = network.layout.views(weights)
    few = np.zeros(plain.layout.size)
    views = plain.layout.views(few)
    names = network.pooled_names
    at = [names.index(name) for name in ("fact_c", "fact_a")]
    for name, params in views.items():
        for key, values in params.items():
            mine = own[name][key]
            values[...] = (
                np.delete(mine, at, axis=1) if mine.shape[1:] == (len(names),) else mine
            )
    pooled = plain.pooled(few, [x[:, [1, 3]] for x in samples])
    facts = np.array([(x[0, COLUMNS] - MEAN) / SCALE for x in samples])
    pooled = np.hstack([pooled[:, : at[0]], facts, pooled[:, at[0] :]])
    assert_allclose(network.pooled(weights, samples), pooled, rtol=0, atol=1e-13)
    expected = pooled @ own["head"]["W"].T + own["head"]["b"]
    assert_allclose(network.scores(weights, samples), expected, rtol=0, atol=1e-12)


def test_sizes_and_names():
    network, *_ = problem("last steps", 2)
    assert (network.n_features, network.n_columns) == (4, 2)
    beside = ["mean_filter0", "mean_filter1", "max_filter0", "max_filter1"]
    last = [f"step-{k}_{j}" for k in (1, 2) for j in (0, 1)]
    assert network.pooled_names[9:] == [*beside, "fact_c", "fact_a", *last]


def test_folding_is_undone_and_reads_raw_facts():
    network, weights, samples = problem("last steps")
    folded = fold(network, weights)
    assert_allclose(unfold(network, folded), weights, rtol=0, atol=1e-13)
    head, raw = (network.layout.views(w)["head"] for w in (weights, folded))
    facts, last = np.array([x[0, COLUMNS] for x in samples]), network.input
    scaled = (facts - MEAN) / SCALE
    mean, scale = last.scale_of_last_steps
    n = 9
    assert_allclose(
        scaled @ head["W"][:, n : n + 2].T,
        facts @ raw["W"][:, n : n + 2].T - (MEAN / SCALE) @ head["W"][:, n : n + 2].T,
    )
    shift = (MEAN / SCALE) @ head["W"][:, n : n + 2].T
    shift = shift + (mean / scale) @ head["W"][:, n + 2 :].T
    assert_allclose(raw["b"], head["b"] - shift, rtol=0, atol=1e-13)


def test_gaps_below_say_which_facts_are_unknown():
    constant = np.array([True, False, True, False])
    mean = np.array([1.0, 2.0, 3.0, 4.0])
    gaps = Gaps(4, np.arange(4), mean, constant, np.ones(4))
    columns = np.r_[0, 2, gaps.n_out - 2, gaps.n_out - 1]
    names = ("a", "c", "a_missing", "c_missing")
    facts = Facts(gaps.n_out, columns, None, None, names)
    nan = np.nan
    samples = [
        np.array([[nan, 0, 7.0, 0], [nan, 0, nan, 0]]),
        np.array([[nan, 0, nan, 0], [9.0, 0, nan, 0], [nan, 0, nan, 0]]),
    ]
    x = pack(samples)
    out, _ = facts.forward({}, gaps.forward({}, x)[0])
    assert_array_equal(x.unsort(out.beside), [[1, 7, 1, 0], [9, 3, 0, 1]])
