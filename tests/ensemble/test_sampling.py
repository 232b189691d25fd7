"""Samples of sequences: what is drawn, how often, and what copies and weights do."""

import numpy as np
import pytest
from numpy.random import RandomState

from skrnn.ensemble.sampling import Population, shares_of

X = np.random.default_rng(0).normal(size=(12, 3, 2))
Y = np.repeat([0, 1, 2], [7, 4, 1])
ONES = np.ones(12)
WEIGHT = np.array([1, 2, 0, 3, 1, 1, 4, 2, 1, 0, 5, 1])


def drawn(population, n=12, bootstrap=True, seed=0):
    return population.draw(n, bootstrap, RandomState(seed))


def counts_of(sample):
    return np.bincount(sample.drawn, minlength=12)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("n", [3, 4, 12, 100])
@pytest.mark.parametrize("weight", [ONES, WEIGHT])
def test_each_class_is_in_each_sample_in_proportion(weight, n, seed):
    sample = drawn(Population(X, Y, weight, Y), n, seed=seed)
    counts = counts_of(sample)
    assert counts.sum() == n
    of_class = np.bincount(Y, weights=counts)
    wanted = n * np.bincount(Y, weights=weight) / weight.sum()
    assert (of_class >= 1).all()
    assert (np.abs(of_class - wanted) < 1.5).all()
    np.testing.assert_array_equal(sample.weight, counts)
    np.testing.assert_array_equal(sample.left_out, np.flatnonzero(counts == 0))


@pytest.mark.parametrize("classes", [None, Y])
def test_a_sequence_is_drawn_in_proportion_to_its_weight(classes):
    population = Population(X, Y, WEIGHT, classes)
    n = 4 * WEIGHT.sum()  # divides by classes without a rest
    counts = [counts_of(drawn(population, n, seed=seed)) for seed in range(300)]
    np.testing.assert_allclose(np.mean(counts, axis=0), 4 * WEIGHT, atol=1)
    assert np.std(counts, axis=0)[WEIGHT > 1].min() > 1


@pytest.mark.parametrize("bootstrap", [True, False])
@pytest.mark.parametrize("as_list", [True, False])
def test_weights_are_copies_and_the_order_is_no_matter(bootstrap, as_list):
    rows = RandomState(1).permutation(np.repeat(np.arange(12), WEIGHT))
    copies = [X[i] for i in rows] if as_list else X[rows]
    of_weights = Population(X, Y, WEIGHT, Y)
    of_copies = Population(copies, Y[rows], np.ones(len(rows)), Y[rows])
    assert len(of_weights) == len(of_copies) == 10
    one, other = (drawn(it, 6, bootstrap) for it in (of_weights, of_copies))
    expected = np.bincount(rows, weights=other.weight, minlength=12)
    ratio = expected.sum() / one.weight.sum()
    np.testing.assert_allclose(ratio * one.weight, expected, rtol=1e-15)
    # A sequence is left out with all of its copies.
    assert set(rows[other.left_out]) == set(one.left_out) - {2, 9}
    assert set(rows[other.drawn]) == set(one.drawn)


def test_only_ratios_of_weights_matter():
    one = drawn(Population(X, Y, WEIGHT, Y))
    other = drawn(Population(X, Y, 1e-300 * WEIGHT, Y))
    np.testing.assert_array_equal(one.weight, other.weight)


@pytest.mark.parametrize("n", [3, 8, 12])
def test_without_bootstrap_each_is_drawn_once_at_most(n):
    sample = drawn(Population(X, Y, ONES, Y), n, bootstrap=False)
    assert len(set(sample.drawn)) == len(sample.drawn) == n
    assert set(Y[sample.drawn]) == {0, 1, 2}
    assert sorted([*sample.drawn, *sample.left_out]) == list(range(12))


def test_without_bootstrap_weights_stay():
    sample = drawn(Population(X, Y, WEIGHT, Y), 10, bootstrap=False)
    np.testing.assert_allclose(sample.weight / sample.weight[0], WEIGHT, rtol=1e-15)
    assert sample.left_out.tolist() == [2, 9]


def test_one_sequence():
    sample = drawn(Population(X[:1], np.zeros(1), np.ones(1)), 1)
    assert sample.drawn.tolist() == [0]
    assert len(sample.left_out) == 0


@pytest.mark.parametrize("n", [4, 7, 10, 1000])
def test_shares_add_up(n):
    sizes = shares_of([1e-9, 5.0, 1e3, 2.0], n)
    assert sizes.sum() == n
    assert sizes.min() >= 1
    assert sizes[0] == 1
    assert sizes[2] == sizes.max()
