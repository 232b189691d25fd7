"""What the training sequences decide, at the points where it changes."""

import math

import numpy as np
import pytest

from skrnn import GRUClassifier
from skrnn.cells import CELLS
from skrnn.parameters import measured
from skrnn.parameters.measured import (
    are_aligned,
    choose_patch_size,
    missed_by_neighbours,
)
from skrnn.sequences.scaling import Scale

GATED = [name for name, cell in CELLS.items() if cell.memory_gate]
SIMPLE = [name for name in CELLS if name not in GATED]

every_cell = pytest.mark.parametrize("cell", CELLS)


# How many steps at once


def choose(cell, samples, rows=None):
    rows = np.arange(len(samples)) if rows is None else rows
    scale = Scale.of_steps(samples, rows, np.ones(len(samples)))
    return choose_patch_size(CELLS[cell], samples, rows, scale)


def noise(n_steps, n=60, n_features=2, seed=0):
    return np.random.default_rng(seed).normal(size=(n, n_steps, n_features))


def curves(n_steps, n=60, n_features=2, seed=0):
    """Draw sines that start anywhere and take 30 to 60 steps for a turn."""
    rng = np.random.default_rng(seed)
    start = rng.uniform(0.0, 6.3, (n, 1, n_features))
    turns = rng.uniform(1 / 60, 1 / 30, (n, 1, n_features))
    return np.sin(start + 6.3 * turns * np.arange(n_steps)[:, np.newaxis])


def of_patches(n_steps):
    return round(math.sqrt(n_steps) / 2)


def without_correlation(cell, n_steps):
    return math.ceil(n_steps / (measured.LASTING if cell in GATED else measured.FADING))


@every_cell
@pytest.mark.parametrize("n_steps", [33, 64, 65, 128, 129, 512, 513, 1600])
def test_noise_is_read_step_by_step_as_far_as_memory_lasts(cell, n_steps):
    assert choose(cell, noise(n_steps, n=20)) == without_correlation(cell, n_steps)


@every_cell
@pytest.mark.parametrize("n_steps", [33, 36, 48, 81, 99, 100, 300, 2000])
def test_curves_are_read_in_patches(cell, n_steps):
    assert choose(cell, curves(n_steps, n=20)) == of_patches(n_steps)


@every_cell
def test_short_sequences_are_read_step_by_step(cell):
    for n_steps in (1, 2, 5, measured.SHORT):
        assert choose(cell, curves(n_steps)) == 1
    assert choose(cell, curves(measured.SHORT + 1)) == of_patches(measured.SHORT + 1)


@every_cell
def test_a_series_that_swings_is_a_series(cell):
    swings = np.tile([1.0, -1.0], 50)[:, np.newaxis]
    assert choose(cell, curves(100) * swings) == of_patches(100)
    before = noise(101)
    assert choose(cell, before[:, 1:] - 0.8 * before[:, :-1]) == of_patches(100)


@every_cell
@pytest.mark.parametrize("lag", measured.LAGS)
def test_steps_may_go_together_at_any_lag(cell, lag):
    values = noise(100 + lag)
    assert choose(cell, values[:, lag:] + values[:, :-lag]) == of_patches(100)


@every_cell
def test_steps_that_are_farther_apart_are_not_held_together(cell):
    lag, values = max(measured.LAGS) + 1, noise(120)
    together = values[:, lag:] + values[:, :-lag]
    n_steps = together.shape[1]
    assert choose(cell, together) == without_correlation(cell, n_steps)


@every_cell
def test_the_mean_length_counts(cell):
    long, short = curves(80, n=10), curves(4, n=10, seed=1)
    assert choose(cell, [*long, *short]) == of_patches(42)
    assert choose(cell, [*long[:4], *short]) == 1
    ends = [sequence[: 1 + 11 * i] for i, sequence in enumerate(curves(120, n=11))]
    assert choose(cell, ends) == of_patches(56)


@every_cell
def test_only_the_rows_to_learn_from_are_seen(cell):
    both = [*curves(100), *noise(300)]
    assert choose(cell, both, np.arange(60)) == of_patches(100)
    assert choose(cell, both, np.arange(60, 120)) == without_correlation(cell, 300)


@every_cell
def test_features_that_are_constant_are_not_counted(cell):
    for values, expected in (
        (curves(100), of_patches(100)),
        (noise(100), without_correlation(cell, 100)),
    ):
        constant = np.broadcast_to([7.1, 0.0, -3e8, 0.0, 1.0], (60, 100, 5))
        assert choose(cell, np.concatenate([constant, values], axis=2)) == expected
    assert choose(cell, constant) == without_correlation(cell, 100)


@every_cell
@pytest.mark.parametrize("values", [noise(100), curves(100)], ids=["noise", "curves"])
@pytest.mark.parametrize(
    ("factor", "shift"),
    [([1e4, 1e-4], [0.0, 0.0]), ([1.0, -3.0], [1e5, -7.0]), ([1e250, 1e-250], [0, 0])],
    ids=["scaled", "shifted", "far off"],
)
def test_units_do_not_matter(cell, values, factor, shift):
    other = values * factor + shift
    assert choose(cell, other) == choose(cell, values)
    assert choose(cell, list(other)) == choose(cell, values)


@pytest.mark.parametrize("dtype", ["float32", "float16", "int8", "uint8"])
def test_types_do_not_matter(dtype):
    values = (50 + 40 * curves(100)).astype(dtype)
    assert choose("gru", values) == of_patches(100)


def test_copies_and_order_do_not_matter():
    """Half are curves: which ones are looked at decides whether all are correlated."""
    X, y = noise(40, 600, n_features=1), np.arange(600) % 2
    X[:300] += curves(40, 300, n_features=1)
    rng, sizes = np.random.default_rng(0), set()
    orders = [np.arange(600), rng.permutation(600), np.arange(600)[::-1]]
    orders += [np.concatenate([order, order[:200], order[:50]]) for order in orders]
    for order in orders:
        model = GRUClassifier(hidden_size=1, max_iter=1, random_state=0)
        sizes.add(model.fit(X[order], y[order]).patch_size_)
    assert len(sizes) == 1


# How smooth sequences are, and whether they are aligned


def missed(samples, **options):
    return missed_by_neighbours(samples, np.arange(len(samples)), **options)


def aligned(samples):
    return are_aligned(samples, np.arange(len(samples)))


@pytest.mark.parametrize("size", [1e-300, 1.0, 1e300])
def test_curves_are_smooth_and_noise_is_not(size):
    assert missed(size * curves(33)) < 0.01
    assert missed(size * (3.0 + curves(33))) < 0.01
    assert missed(list(size * curves(100, n=1, n_features=1))) < 0.01
    assert missed(size * noise(500)) == pytest.approx(1.5, rel=0.1)
    back_and_forth = np.tile([[1.0], [-1.0]], (5, 20, 1))
    assert missed(size * back_and_forth) == pytest.approx(4.0)


def test_noise_upon_curves():
    # Noise of deviation s takes 1.5 s^2 of a variance of about a half.
    X = curves(200, n=200)
    more = 0.2 * np.random.default_rng(1).normal(size=X.shape)
    assert missed(X + more) == pytest.approx(1.5 * 0.04 / (0.5 + 0.04), rel=0.1)


def test_most_features_and_sequences_decide():
    X = np.concatenate([curves(50, n_features=3), noise(50)], axis=2)
    assert missed(X) < 0.1
    assert missed(X, columns=np.array([2, 3, 4])) > 1
    X[:, :, 0] = 7.0  # what is constant has no vote
    X[:20] = 0.0
    assert missed(X) > 0.1
    assert missed(np.zeros((3, 40, 2))) == math.inf
    assert missed(X, columns=np.array([], int)) == math.inf


def test_spectra_are_aligned():
    # All have the same bands, and differ by how high each of them is.
    steps = np.arange(200)
    bands = [np.exp(-(((steps - at) / 12) ** 2)) for at in (30, 80, 140)]
    height = np.random.default_rng(0).uniform(0.9, 1.1, (50, 3, 1))
    spectra = (height * bands).sum(axis=1)[:, :, np.newaxis]
    for size in (1e-300, 1.0, 1e300):
        assert aligned(size * spectra) is True
        # One that is zero everywhere does not set the scale of the others.
        assert aligned([*(size * spectra), np.zeros((200, 1))]) is True
    ends = np.random.default_rng(1).integers(150, 200, 50)
    assert aligned([x[:end] for x, end in zip(spectra, ends, strict=True)])
    # The same bands somewhere else in each are curves.
    starts = np.random.default_rng(1).integers(0, 100, 50)
    moved = [x[start : start + 100] for x, start in zip(spectra, starts, strict=True)]
    assert aligned(moved) is False
    assert not aligned(curves(80))


def test_nothing_to_compare_is_not_aligned():
    assert not aligned(np.repeat(curves(80, n=1), 5, axis=0))
    assert not aligned(curves(80, n=1))
    assert not aligned(np.ones((4, 2, 1)))


def test_smooth_with_gaps():
    rng = np.random.default_rng(0)
    for draw, low, high in ((curves, 0, 0.05), (noise, 1.3, 1.7)):
        X = draw(80)
        X[rng.random(X.shape) < 0.3] = np.nan
        X[:3], X[5, :, 0] = np.nan, np.nan
        assert low < missed(X) < high
        assert not aligned(X)
    X = curves(80)
    X[:, ::2] = np.nan  # no step has both its neighbours
    assert missed(X) == math.inf
    assert missed([np.full((100, 1), np.nan), np.zeros((1, 1))]) == math.inf
    assert not aligned(np.full((4, 50, 1), np.nan))
