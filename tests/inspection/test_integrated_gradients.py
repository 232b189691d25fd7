"""Gradients times inputs, and integrated: their sums are changes of the output."""

import warnings
from functools import cache, partial

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import ConvergenceWarning

from skrnn import GRUClassifier, LSTMClassifier, RNNClassifier
from skrnn.inspection import saliency
from tests.golden.files import POOLINGS
from tests.inspection.problems import (
    CELLS,
    LENGTHS,
    THREE,
    chosen,
    joined,
    sequences,
    small,
)


def totals(attributions):
    return np.array([np.sum(one) for one in attributions])


@pytest.mark.parametrize("standardize", [True, False])
def test_gradient_x_input_is_the_gradient_on_the_way_from_the_baseline(standardize):
    X = sequences(LENGTHS["ragged"])
    model = small(GRUClassifier, X, standardize=standardize)
    gradient = joined(saliency(model, X, target=0))
    call = partial(saliency, model, X, method="gradient_x_input", target=0)
    mean = model.feature_mean_ if standardize else np.zeros(2)
    assert_allclose(joined(call()), gradient * (joined(X) - mean), rtol=1e-12)
    assert_array_equal(joined(call(baseline=0)), gradient * joined(X))
    given = joined(call(baseline=[1.0, 2.0]))
    assert_array_equal(given, gradient * (joined(X) - [1.0, 2.0]))


def rested(model, X, baseline):
    """Give sequences of the same lengths that stay at a baseline."""
    return [np.tile(baseline, (len(x), 1)) for x in X]


# Each cell and each pooling twice.
@pytest.mark.parametrize(
    ("cell", "pooling"),
    [(c, list(POOLINGS)[(i + k) % 4]) for i, c in enumerate(CELLS) for k in (0, 2)],
)
def test_integrated_gradients_add_up(cell, pooling):
    X = sequences([5, 12, 9, 30, 1, 17])
    y = THREE[:6]
    tol = 1e-3
    for patch_size, bidirectional in ((1, False), (2, True)):
        model = small(
            CELLS[cell],
            X,
            y,
            pooling=pooling,
            max_iter=30,
            patch_size=patch_size,
            bidirectional=bidirectional,
        )
        found = saliency(model, X, method="integrated_gradients", target=y, tol=tol)
        start = rested(model, X, model.feature_mean_)
        change = chosen(model.decision_function(X) - model.decision_function(start), y)
        size = totals([abs(one) for one in found])
        assert (abs(totals(found) - change) <= 3 * tol * size).all()
        assert (abs(change) > 30 * tol).any()


@pytest.mark.parametrize("cell", ["rnn-tanh", "lstm", "gru"])
def test_integrated_gradients_of_smooth_networks_are_exact(cell):
    X = np.stack(sequences(LENGTHS["rectangular"]))
    model = small(CELLS[cell], X, pooling="mean", max_iter=20)
    call = partial(saliency, model, X, method="integrated_gradients", n_steps=40)
    start = X[::-1].copy()
    for output, f in {
        "score": model.decision_function,
        "probability": model.predict_proba,
    }.items():
        found = call(target=THREE, baseline=start, output=output)
        change = chosen(f(X) - f(start), THREE)
        assert_allclose(totals(found), change, rtol=0, atol=1e-10)


def test_a_network_that_changes_its_mind_is_followed():
    # All that the units do, they do on a small part of the way from the baseline.
    X = np.linspace(-1, 1, 40).reshape(20, 2, 1)
    model = small(
        RNNClassifier, X, (X.sum(axis=(1, 2)) > 0).astype(int), pooling="last"
    )
    model.weights_ = 100 * model.weights_
    found = saliency(model, X, target=1, method="integrated_gradients")
    change = model.decision_function(X) - model.decision_function(
        np.full_like(X, model.feature_mean_)
    )
    size = abs(found).sum(axis=(1, 2))
    assert (abs(found.sum(axis=(1, 2)) - change) <= 2e-3 * size).all()
    assert np.ptp(change) > 100


def test_integrated_gradients_that_do_not_add_up_are_told(monkeypatch):
    monkeypatch.setattr("skrnn.inspection.methods.DEEPEST", 0)
    X = sequences(LENGTHS["ragged"])
    model = small(LSTMClassifier, X, max_iter=20)
    model.weights_ = model.weights_ * 30
    call = partial(saliency, model, X, method="integrated_gradients", n_steps=1)
    with pytest.warns(ConvergenceWarning) as caught:
        call()
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert str(caught[0].message) == (
        "The integrated gradients of 9 of 9 sequences do not add up to the change of "
        "their output, the first of them those of sequence 0: somewhere on the way "
        "from the baseline it changes too abruptly. Try more than n_steps=1, or "
        "another baseline."
    )


def integrated(model, X, **options):
    """Give how far the sums are off, as parts of the sizes, and whether it is told."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = saliency(model, X, target=1, method="integrated_gradients", **options)
    at_rest = np.broadcast_to(model.feature_mean_, X.shape)
    outputs = np.stack([model.decision_function(x) for x in (at_rest, X)])
    rounding = 64 * np.finfo(float).eps * abs(outputs).max(axis=0)
    off = abs(totals(found) - (outputs[1] - outputs[0])) - rounding
    return off / abs(found).sum(axis=(1, 2)), len(caught) == 1


@cache
def abrupt(scale, seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(20, 4, 2))
    y = (X[:, :, 0].sum(axis=1) > 0).astype(int)
    model = small(RNNClassifier, X, y, random_state=seed, patch_size=1)
    model.weights_ = scale * model.weights_
    return model, X


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("tol", [1e-1, 1e-2, 1e-3])
@pytest.mark.parametrize(("scale", "n_steps"), [(1, 2), (1, 16), (3, 16)])
def test_what_can_be_found_is_found_up_to_tol(scale, n_steps, tol, seed):
    model, X = abrupt(scale, seed)
    off, told = integrated(model, X, n_steps=n_steps, tol=tol)
    assert off.max() <= tol
    assert not told


@pytest.mark.parametrize("deepest", [0, 1, 3])
def test_a_sum_that_is_off_by_little_more_than_tol_is_told(monkeypatch, deepest):
    monkeypatch.setattr("skrnn.inspection.methods.DEEPEST", deepest)
    by_little = 0
    for seed in range(4):
        call = partial(integrated, *abrupt(3, seed), n_steps=2)
        best, _ = call(tol=1e-12)
        for tol in best.max() / np.array([0.9, 1.1, 1.3, 1.6, 1.9]):
            off, told = call(tol=tol)
            assert told == (off > tol).any()
            by_little += tol < off.max() < 2 * tol
    assert by_little > 3
