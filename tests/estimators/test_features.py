"""What a network makes of sequences: states, pooled states, and features for others."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
import sklearn
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import StandardScaler

from skrnn import GRUClassifier, LSTMClassifier, RecurrentFeatures, RNNRegressor
from skrnn.datasets import make_sign_of_sum
from skrnn.interop import torch_state
from tests import reference

ARCHITECTURES = {
    "one layer": {},
    "a stack": {"hidden_size": (4, 3, 2)},
    "both ways": {"bidirectional": True},
    "a stack of both ways": {"hidden_size": (4, 3, 2), "bidirectional": True},
}
TO_ROUNDING = {"rtol": 1e-12, "atol": 1e-14}
STEPS = {
    "rnn": ("h", reference.rnn_step),
    "lstm": ("ifgo", reference.lstm_step),
    "gru": ("rzn", reference.gru_step),
}

every_architecture = pytest.mark.parametrize(
    "architecture", ARCHITECTURES.values(), ids=ARCHITECTURES
)


def steps_of(X):
    """Give the sequences one by one; the columns of a table are steps."""
    return [np.reshape(x, (len(x), -1)) for x in X]


def reader(model, suffix):
    """Make a function that reads a sequence in plain loops: (x) -> states."""
    names, step = STEPS[model.architecture_["cell"]]
    state, gates = torch_state(model), {}
    arrays = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    arrays = [np.split(state[f"{name}_{suffix}"], len(names)) for name in arrays]
    for gate, W_x, W_h, b, b_h in zip(names, *arrays, strict=True):
        two = names == "rzn" and gate == "n"
        biases = (b, b_h) if two else (b + b_h,)
        gates[gate] = tuple(array.tolist() for array in (W_x, W_h, *biases))
    start = ([0.0] * W_h.shape[1],) * (2 if names == "ifgo" else 1)
    return partial(reference.run, step, gates, state=start)


def states_by_hand(model, x):
    """Give the hidden states of each layer, read in plain loops."""
    layers, x = [], x.tolist()
    for k in range(len(model.architecture_["hidden_sizes"])):
        read = reader(model, f"l{k}")
        if model.bidirectional:
            back = reader(model, f"l{k}_reverse")
            x = reference.run_both_ways(
                lambda x, read=read: read(sequence=x),
                lambda x, back=back: back(sequence=x),
                x,
            )
        else:
            x = [h for h, *_ in read(sequence=x)]
        layers.append(np.array(x))
    return layers


@every_architecture
def test_hidden_states_are_those_of_the_equations(
    each_small, layouts, codes, architecture
):
    # A layout for each architecture, and a few sequences of it.
    k = list(ARCHITECTURES.values()).index(architecture)
    X, model = layouts[["ragged", "block", "table"][k % 3]], each_small(**architecture)
    model, X = model.fit(X, codes), X[:7]
    n_layers = len(model.architecture_["hidden_sizes"])
    expected = [states_by_hand(model, x) for x in steps_of(X)]
    for layer in range(-n_layers, n_layers):
        found = model.hidden_states(X, layer)
        assert type(found) is type(X)
        for h, by_hand in zip(found, expected, strict=True):
            assert_allclose(h, by_hand[layer], **TO_ROUNDING)
    for h, top in zip(model.hidden_states(X), expected, strict=True):
        assert_allclose(h, top[-1], **TO_ROUNDING)


WAYS = {
    "last": lambda there, back: [there[-1], back[:1].ravel()],
    "mean": lambda *ways: [h.mean(axis=0) for h in ways if h.size],
    "max": lambda *ways: [h.max(axis=0) for h in ways if h.size],
}


@every_architecture
@pytest.mark.parametrize("pooling", ["last", "mean", "max", "concat"])
@pytest.mark.filterwarnings("ignore:The network gives all sequences")  # so early
def test_pooled_states_are_what_the_head_reads(
    any_small, X, codes, architecture, pooling
):
    # All that the head reads is from the states.
    model = any_small(pooling=pooling, linear_steps=0, **architecture).fit(X, codes)
    width = model.architecture_["hidden_sizes"][-1]
    ways = [pooling] if pooling in WAYS else ["last", "mean", "max"]
    pooled = model.pooled_states(X)
    for row, h in zip(pooled, model.hidden_states(X), strict=True):
        directions = np.split(h, [width], axis=1)
        expected = np.concatenate([p for way in ways for p in WAYS[way](*directions)])
        assert_allclose(row, expected, **TO_ROUNDING)
    state = torch_state(model)
    scores = (pooled @ state["head.weight"].T + state["head.bias"])[:, 0]
    if hasattr(model, "decision_function"):
        assert_allclose(model.decision_function(X), scores, **TO_ROUNDING)
    else:
        found = model.target_mean_ + model.target_scale_ * scores
        assert_allclose(model.predict(X), found, **TO_ROUNDING)


def test_states_in_single_precision(any_small, layouts, codes):
    X = layouts["block"].astype(np.float32)
    model = any_small(hidden_size=(4, 3)).fit(X, codes)
    assert model.hidden_states(X, 0).dtype == model.pooled_states(X).dtype == np.float32


# The transformer


@every_architecture
def test_features_are_the_pooled_states_of_a_trained_copy(
    any_small, X, codes, architecture
):
    weight = np.linspace(0.1, 2, len(codes))
    model = any_small(**architecture)
    features = RecurrentFeatures(model).fit(X, codes)
    assert_array_equal(
        features.transform(X), clone(model).fit(X, codes).pooled_states(X)
    )
    assert not hasattr(model, "weights_")
    weighted = clone(features).fit_transform(X, codes, sample_weight=weight)
    alone = clone(model).fit(X, codes, sample_weight=weight)
    assert_array_equal(weighted, alone.pooled_states(X))
    assert features.n_features_in_ == alone.n_features_in_


NAMES = {
    ("last", False): ["last_0", "last_1"],
    ("mean", False): ["mean_0", "mean_1"],
    ("max", True): ["max_forward_0", "max_forward_1", "max_reverse_0", "max_reverse_1"],
    ("concat", False): ["last_0", "last_1", "mean_0", "mean_1", "max_0", "max_1"],
    ("concat", True): [
        *("last_forward_0", "last_forward_1", "last_reverse_0", "last_reverse_1"),
        *("mean_forward_0", "mean_forward_1", "mean_reverse_0", "mean_reverse_1"),
        *("max_forward_0", "max_forward_1", "max_reverse_0", "max_reverse_1"),
    ],
}


@pytest.mark.parametrize(("pooling", "bidirectional"), NAMES)
def test_names(any_small, X, codes, pooling, bidirectional):
    model = any_small(hidden_size=(3, 2), pooling=pooling, bidirectional=bidirectional)
    model.set_params(linear_steps=0)
    features = RecurrentFeatures(model).set_output(transform="pandas")
    frame = features.fit_transform(X, codes)
    assert list(frame.columns) == NAMES[pooling, bidirectional]
    assert features.get_feature_names_out().dtype == object
    assert_array_equal(frame, features.estimator_.pooled_states(X))


def test_a_feature_is_what_its_name_says(small, X, y):
    features = RecurrentFeatures(small(hidden_size=2, bidirectional=True))
    frame = features.set_output(transform="pandas").fit(X, y).transform(X)
    states = features.estimator_.hidden_states(X)
    for (_, row), h in zip(frame.iterrows(), states, strict=True):
        assert row["last_forward_1"] == h[-1, 1]
        assert row["last_reverse_1"] == h[0, 3]
        assert row["mean_reverse_0"] == pytest.approx(h[:, 2].mean())
        assert row["max_forward_0"] == h[:, 0].max()


def test_frames_keep_their_index_and_their_names(small, layouts, y):
    X = layouts["frame"].set_index(np.arange(40) * 3)
    features = RecurrentFeatures(small()).set_output(transform="pandas").fit(X, y)
    assert features.transform(X).index.tolist() == X.index.tolist()
    assert features.feature_names_in_.tolist() == list(X.columns)
    assert features.n_features_in_ == 8
    with pytest.raises(ValueError, match="feature names should match"):
        features.transform(X[X.columns[::-1]])
    features.fit(layouts["ragged"], y)
    assert not hasattr(features, "feature_names_in_")
    assert features.n_features_in_ == 2


@pytest.mark.parametrize("layout", ["ragged", "table"])
def test_pipelines_go_on_with_the_features(small, layouts, y, layout):
    X = layouts[layout]
    pipe = make_pipeline(
        RecurrentFeatures(small(max_iter=20)), StandardScaler(), LogisticRegression()
    ).fit(X, y)
    assert pipe.score(X, y) > 0.75
    assert pipe[:-1].get_feature_names_out()[-1] == "max_3"
    table = clone(small(max_iter=20)).fit(X, y).pooled_states(X)
    alone = LogisticRegression().fit(StandardScaler().fit_transform(table), y)
    assert_array_equal(
        pipe.predict_proba(X),
        alone.predict_proba(StandardScaler().fit_transform(table)),
    )
    folds = cross_val_predict(pipe, X, y, cv=3, method="predict_proba")
    assert np.isfinite(folds).all()


def test_sample_weight_is_routed(small, X, y):
    weight = np.linspace(0.1, 2, len(y))
    expected = RecurrentFeatures(small()).fit_transform(X, y, sample_weight=weight)
    with sklearn.config_context(enable_metadata_routing=True):
        features = RecurrentFeatures(small().set_fit_request(sample_weight=True))
        pipe = make_pipeline(features, LogisticRegression())
        pipe.set_params(
            logisticregression=LogisticRegression().set_fit_request(sample_weight=False)
        )
        pipe.fit(X, y, sample_weight=weight)
    assert_array_equal(pipe[0].transform(X), expected)


def test_grid_search_reaches_the_network(small, layouts, y):
    X = layouts["ragged"]
    pipe = make_pipeline(RecurrentFeatures(small()), LogisticRegression())
    sizes = {"recurrentfeatures__estimator__hidden_size": [2, (5, 3)]}
    search = GridSearchCV(pipe, sizes, cv=2, error_score="raise").fit(X, y)
    (size,) = search.best_params_.values()
    width = 3 * np.atleast_1d(size)[-1]
    assert search.best_estimator_[0].transform(X).shape == (40, width)


def test_a_frozen_network_is_not_trained_again(any_small, X, codes):
    model = any_small(linear_steps=0).fit(X, codes)
    features = RecurrentFeatures(FrozenEstimator(model))
    found = clone(features).fit(X, 1 - codes, sample_weight=np.arange(40)).transform(X)
    assert_array_equal(found, model.pooled_states(X))
    without_targets = clone(features)
    assert_array_equal(without_targets.fit_transform(X), found)
    assert without_targets.get_feature_names_out()[-1] == "max_3"


def test_clone_and_parameters(small):
    features = RecurrentFeatures(small(pooling="max"))
    copy = clone(features).set_params(estimator__hidden_size=7)
    assert (copy.estimator.hidden_size, features.estimator.hidden_size) == (7, 4)
    assert copy.estimator.pooling == copy.get_params()["estimator__pooling"] == "max"
    assert "hidden_size=4" in repr(features)


def test_labels_and_targets_of_every_kind(layouts):
    X = layouts["ragged"]
    sums = np.array([x.sum(axis=0) for x in X])
    labels = (sums > 0).astype(int)
    of_labels = RecurrentFeatures(GRUClassifier(3, max_iter=2, random_state=0))
    of_targets = RecurrentFeatures(RNNRegressor(3, max_iter=40, random_state=0))
    assert of_labels.fit_transform(X, labels).shape == (40, 9)
    pipe = make_pipeline(of_targets, Ridge(alpha=0.01)).fit(X, sums)
    assert pipe.predict(X).shape == sums.shape
    assert pipe.score(X, sums) > 0.8


def test_features_side_by_side_and_of_some_columns(small, layouts, y):
    X, weak = layouts["frame"], small(hidden_size=2)
    union = FeatureUnion(
        [("a", RecurrentFeatures(small())), ("b", RecurrentFeatures(weak))]
    ).fit(X, y)
    assert union.transform(X).shape == (40, 12 + 6)
    assert union.get_feature_names_out()[12] == "b__last_0"
    some = RecurrentFeatures(small(features_per_step=2))
    chosen = ColumnTransformer([("net", some, list("abcd")), ("rest", "drop", ["e"])])
    found = chosen.set_output(transform="pandas").fit_transform(X, y)
    assert isinstance(found, pd.DataFrame)
    assert found.columns[0] == "net__last_0"
    alone = clone(some).fit(X[list("abcd")], y).transform(X[list("abcd")])
    assert_array_equal(found, alone)


def test_features_are_worth_having():
    X, y = make_sign_of_sum(300, 8, random_state=0)
    X_new, y_new = make_sign_of_sum(400, 8, random_state=1)
    features = RecurrentFeatures(LSTMClassifier(8, max_iter=30, random_state=0))
    pipe = make_pipeline(features, LogisticRegression()).fit(X, y)
    assert pipe.score(X_new, y_new) > 0.93
