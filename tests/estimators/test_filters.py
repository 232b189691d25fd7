"""Filters: how many there are, and what they are called."""

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from numpy.testing import assert_allclose

from skrnn import GRUClassifier, LSTMRegressor, RecurrentFeatures, RNNClassifier
from skrnn.interop import torch_state

RNG = np.random.default_rng(0)
X = np.cumsum(RNG.normal(size=(30, 11, 2)), axis=1)
CODES = (X[:, 0, 0] > 0).astype(int)
QUICK = {"hidden_size": 3, "max_iter": 2, "random_state": 0}


@pytest.mark.parametrize(
    ("patch_size", "n_filters", "expected"),
    [(1, "auto", 0), (2, "auto", 32), (2, 0, 0), (1, 5, 5), (3, 1, 1), (99, 4, 4)],
)
def test_how_many(patch_size, n_filters, expected):
    sizes = {"patch_size": patch_size, "n_filters": n_filters}
    model = GRUClassifier(**QUICK, **sizes).fit(X, CODES)
    assert model.n_filters_ == expected
    assert model.patch_size_ == min(patch_size, 11)
    assert type(model.n_filters_) is int
    assert model.architecture_["n_filters"] == n_filters
    n_patches = -(-11 // model.patch_size_)
    assert model.hidden_states(X).shape == (30, n_patches, 3)
    assert model.pooled_states(X).shape == (30, 9 + 2 * expected)


def test_none_where_neighbours_say_nothing_about_a_step():
    noise = RNG.normal(size=(30, 80, 2))
    for samples, expected in ((noise, 0), (np.cumsum(noise, axis=1), 32)):
        model = GRUClassifier(**QUICK, patch_size=2).fit(samples, CODES)
        assert model.n_filters_ == expected
    assert GRUClassifier(**QUICK, n_filters=3).fit(noise, CODES).n_filters_ == 3


def test_one_step_is_one_patch_whatever_is_set():
    model = RNNClassifier(**QUICK, patch_size=4).fit(X[:, :1], CODES)
    assert (model.patch_size_, model.n_filters_) == (1, 0)


def test_names_of_features():
    sizes = {"n_filters": 2, "patch_size": 3, "linear_steps": 2, "pooling": "last"}
    features = RecurrentFeatures(GRUClassifier(**QUICK, **sizes)).fit(X, CODES)
    names = features.get_feature_names_out()
    prefix = "recurrentfeatures_"
    assert [name.removeprefix(prefix) for name in names] == [
        *("last_0", "last_1", "last_2"),
        *("mean_filter0", "mean_filter1", "max_filter0", "max_filter1"),
        *("step-1_0", "step-1_1", "step-2_0", "step-2_1"),
    ]
    assert features.transform(X).shape == (30, len(names))


def test_a_feature_is_what_its_name_says():
    sizes = {"n_filters": 2, "patch_size": 3, "linear_steps": 2, "pooling": "last"}
    model = LSTMRegressor(**QUICK, **sizes, dtype="float64").fit(X, X[:, -1, 0])
    pooled, state = model.pooled_states(X), torch_state(model)
    scaled = (X - model.feature_mean_) / model.feature_scale_
    assert_allclose(pooled[:, 7:], np.concatenate([scaled[:, -1], scaled[:, -2]], 1))
    # By hand, from raw steps; the mean stands for what is missing of the last patch.
    padded = np.concatenate([X, np.tile(model.feature_mean_, (30, 1, 1))], axis=1)
    before = np.tile(model.feature_mean_, (30, 6, 1))
    windows = sliding_window_view(np.concatenate([before, padded], 1), 6, axis=1)
    W = state["convolution.W"].reshape(2, 6, 2).transpose(0, 2, 1)
    z = np.einsum("nsjk,fjk->nsf", windows[:, 1:], W) + state["convolution.b"]
    y = np.maximum(z, 0.0)
    assert_allclose(pooled[:, 3:5], y.mean(axis=1), atol=1e-12)
    assert_allclose(pooled[:, 5:7], y.max(axis=1), atol=1e-12)
