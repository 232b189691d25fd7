"""A new block is one file and one line in a registry: all the rest comes of itself."""

import pickle
import re
import warnings
from dataclasses import dataclass
from itertools import product
from typing import ClassVar

import numpy as np
import pytest
from sklearn.base import clone

from skrnn import GRURegressor, LSTMClassifier
from skrnn.interop import export_onnx, load_torch_state, torch_state
from skrnn.network import IDENTITY, Input, Stepper, build_network
from skrnn.network.folding import fold
from skrnn.network.head import HEADS, LinearHead
from skrnn.network.pooling import POOLINGS, Pooling
from skrnn.sequences import Sequences, pack
from skrnn.streaming import Stream
from tests.gradients import relative_error
from tests.network.problem import LENGTHS, Problem

# Three blocks, each as it would stand in a file of its own


class AttentionPooling(Pooling):
    """Weighted mean of the states, ``softmax_t(h_t . v)``, of a learned vector v."""

    names = ("attention",)

    @property
    def shapes(self):
        return {"v": (self.n_units, 1)}

    def init(self, rng):
        return {"v": rng.uniform(-0.5, 0.5, self.shapes["v"])}

    def forward(self, params, x, **options):
        energy = x.replace(x.data @ params["v"])
        share = np.exp(energy.data - x.broadcast(energy.reduce(np.maximum)))
        share /= x.broadcast(x.replace(share).reduce(np.add))
        pooled = x.replace(share * x.data).reduce(np.add)
        return pooled, (x, share, pooled)

    def backward(self, params, tape, d_pooled, *, input_gradient=True):
        x, share, pooled = tape
        d_h = share * x.broadcast(d_pooled)
        d_energy = np.sum(d_h * (x.data - x.broadcast(pooled)), axis=1, keepdims=True)
        return x.replace(d_h + d_energy @ params["v"].T), {"v": x.data.T @ d_energy}

    def start(self, n, dtype):
        return {
            "largest": np.full((n, 1), -np.inf, dtype),
            "total": np.zeros((n, 1), dtype),
            "weighted": np.zeros((n, self.n_units), dtype),
        }

    def step(self, params, memory, h, count):
        energy = h @ params["v"]
        largest = np.maximum(memory["largest"], energy)
        kept, share = np.exp(memory["largest"] - largest), np.exp(energy - largest)
        total = kept * memory["total"] + share
        weighted = kept * memory["weighted"] + share * h
        after = {"largest": largest, "total": total, "weighted": weighted}
        return weighted / total, after


@dataclass(frozen=True)
class TokenEmbedding(Input):
    """A learned vector for each of some tokens, which are whole numbers from 0."""

    n_tokens: int
    width: int

    @property
    def shapes(self):
        return {"E": (self.n_tokens, self.width)}

    def init(self, rng):
        return {"E": rng.normal(size=self.shapes["E"])}

    def n_out(self, n_features):
        return self.width * n_features

    def step(self, params, x):
        return params["E"][x.astype(np.intp)].reshape(len(x), -1)

    def forward(self, params, x, **options):
        return x.replace(self.step(params, x.data)), x

    def backward(self, params, tape, d_out, *, input_gradient=True):
        d_E, tokens = np.zeros_like(params["E"]), tape.data.astype(np.intp).ravel()
        np.add.at(d_E, tokens, d_out.data.reshape(-1, self.width))
        return None, {"E": d_E}


class HeadOfEveryStep(LinearHead):
    """The linear head, applied to the state of every step."""

    per_step: ClassVar[bool] = True

    def forward(self, params, x, **options):
        scores, tape = super().forward(params, x.data)
        return x.replace(scores), (x, tape)

    def backward(self, params, tape, d_scores, *, input_gradient=True):
        x, tape = tape
        d_h, grads = super().backward(params, tape, d_scores.data)
        return x.replace(d_h), grads


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    """Write the lines in the registries."""
    monkeypatch.setitem(POOLINGS, "attention", AttentionPooling)
    monkeypatch.setitem(HEADS, "every step", HeadOfEveryStep)


every_layout = pytest.mark.parametrize(
    "lengths", ["ragged", "one sequence", "one step", "one"]
)
#: Cell, hidden sizes, whether it is bidirectional, number of features.
NETWORKS = [
    ("lstm", (3,), False, 2),
    ("gru", (3, 2), True, 1),
    ("rnn", (1,), False, 1),
    ("lstm", (1, 1), True, 2),
]
every_network = pytest.mark.parametrize("network", NETWORKS, ids=str)


def build(network, pooling="concat", n_outputs=2, transform=IDENTITY, head="linear"):
    cell, sizes, bidirectional, n_features = network
    return build_network(
        cell, n_features, sizes, bidirectional, pooling, n_outputs, transform, head
    )


def draw_weights(network):
    rng = np.random.default_rng(0)
    weights = network.init(np.random.RandomState(0))
    return weights + 0.1 * rng.normal(size=weights.shape)


def draw_batch(lengths, n_features):
    rng = np.random.default_rng(1)
    return pack([rng.normal(size=(n, n_features)) for n in LENGTHS[lengths]])


def draw_tokens(lengths, n_features, n_tokens):
    rng, shapes = np.random.default_rng(1), [(n, n_features) for n in LENGTHS[lengths]]
    return [rng.integers(0, n_tokens, shape).astype(float) for shape in shapes]


def errors(network, weights, x):
    """Hold the gradients of a random sum of all outputs against central differences."""
    rng, few = np.random.default_rng(2), {"n_coordinates": 12, "n_directions": 3}
    out, tape = network.forward(weights, x)
    is_batch = isinstance(out, Sequences)
    factors = rng.normal(size=out.data.shape if is_batch else out.shape)

    def value(weights, data):
        out, _ = network.forward(weights, x.replace(data), keep=False)
        return float(np.sum(factors * (out.data if is_batch else out)))

    d_out = out.replace(factors) if is_batch else factors
    no_d_x, in_training = network.backward(weights, tape, d_out)
    d_x, d_weights = network.backward(weights, tape, d_out, input_gradient=True)
    assert no_d_x is None
    assert np.array_equal(in_training, d_weights)
    found = [relative_error(lambda w: value(w, x.data), d_weights, weights, rng, **few)]
    if d_x is not None:
        by_data = relative_error(
            lambda data: value(weights, data), d_x.data, x.data, rng
        )
        found.append(by_data)
    return found


# A pooling that learns


@every_network
@every_layout
def test_gradients_through_attention(network, lengths):
    x, network = draw_batch(lengths, network[-1]), build(network, "attention")
    by_weights, by_input = errors(network, draw_weights(network), x)
    assert max(by_weights, by_input) < 1e-6


@pytest.mark.parametrize("direction", ["uni", "bi"])
@pytest.mark.parametrize("loss", ["multinomial", "squared-multi"])
def test_gradients_of_an_objective_with_attention_dropout_and_penalty(direction, loss):
    problem = Problem("gru", 3, direction, "attention", loss=loss, rates=(0.3, 0.3))
    assert max(problem.errors()) < 1e-6


@every_layout
def test_attention_is_a_softmax_over_the_steps_of_each_sequence(lengths):
    network = build(("gru", (3, 2), True, 1), "attention")
    weights, x = draw_weights(network), draw_batch(lengths, 1)
    v = network.layout.views(weights)["pooling"]["v"][:, 0]
    states, samples = network.states(weights, x.unpack(), 1), x.unpack()
    for h, pooled in zip(states, network.pooled(weights, samples), strict=True):
        share = np.exp(h @ v) / np.exp(h @ v).sum()
        np.testing.assert_allclose(pooled, share @ h, rtol=1e-12)
    names = [f"attention_{way}_{k}" for way in ("forward", "reverse") for k in (0, 1)]
    assert network.pooled_names == names


@every_layout
def test_attention_over_streams_is_that_of_their_prefixes(lengths):
    network = build(("lstm", (3,), False, 2), "attention")
    weights, samples = draw_weights(network), draw_batch(lengths, 2).unpack()
    for t, scores in enumerate(Stepper(network, weights).stages(samples), 1):
        expected = network.scores(weights, [sample[:t] for sample in samples])
        np.testing.assert_allclose(scores, expected, rtol=1e-12, atol=1e-14)


@pytest.fixture
def data():
    """Draw ragged sequences, and whether the first feature of each is high at once."""
    rng = np.random.default_rng(0)
    X = [rng.normal(size=(length, 2)) for length in rng.integers(3, 10, 80)]
    return X, np.array([one[:, 0].max() > 1 for one in X])


SMALL = {"hidden_size": (6, 4), "pooling": "attention", "random_state": 0}


def test_an_estimator_with_attention(data):
    X, y = data
    clf = LSTMClassifier(**SMALL, max_iter=120, dropout=0.1).fit(X, y)
    assert clf.score(X, y) > 0.9
    assert clf.pooled_states(X).shape == (80, 4)
    loaded = pickle.loads(pickle.dumps(clf))
    assert np.array_equal(loaded.predict_proba(X), clf.predict_proba(X))
    assert np.array_equal(clone(clf).fit(X, y).weights_, clf.weights_)
    again, other = loaded.partial_fit(X, y), clf.partial_fit(X, y)
    assert np.array_equal(again.weights_, other.weights_)
    *_, last = clf.staged_predict(X)
    assert np.array_equal(last, clf.predict(X))


@pytest.mark.parametrize(
    ("solver", "patch_size"), list(product(["adam", "lbfgs"], [1, 2]))
)
def test_a_regressor_with_attention_and_its_stream(data, solver, patch_size):
    X, y = data
    parameters = {**SMALL, "solver": solver, "patch_size": patch_size, "max_iter": 3}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = GRURegressor(**parameters).fit(X, y.astype(float))
    stream = Stream(model)
    for t in range(len(X[0])):
        found = stream.step(X[0][t])
        np.testing.assert_allclose(found, model.predict([X[0][: t + 1]]), rtol=1e-6)


def test_weights_of_attention_go_out_and_in(data):
    clf = LSTMClassifier(**SMALL, max_iter=2).fit(*data)
    state, other = torch_state(clf), clone(clf).set_params(random_state=1).fit(*data)
    assert state["pooling.v"].shape == (4, 1)
    load_torch_state(other, state)
    np.testing.assert_allclose(
        other.decision_function(data[0]), clf.decision_function(data[0]), rtol=1e-4
    )


def test_onnx_does_not_know_attention(data):
    clf = LSTMClassifier(**SMALL, max_iter=2).fit(*data)
    message = (
        "export_onnx cannot write pooling='attention', only what is made of last, "
        "mean, max."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        export_onnx(clf)


def test_a_name_that_is_in_no_registry_is_refused_with_those_that_are(data):
    options = "'last', 'mean', 'max', 'concat', 'attention'"
    with pytest.raises(ValueError, match=f"one of {options}. Got 'atention'. Did you "):
        LSTMClassifier(pooling="atention").fit(*data)


# An input that learns


@every_network
@every_layout
def test_gradients_through_an_embedding(network, lengths):
    tokens = pack(draw_tokens(lengths, network[-1], n_tokens=5))
    network = build(network, transform=TokenEmbedding(5, 3))
    assert max(errors(network, draw_weights(network), tokens)) < 1e-6


@every_layout
def test_embedded_tokens_are_their_vectors(lengths):
    embedding = TokenEmbedding(4, 3)
    network, tokens = (
        build(("gru", (3,), False, 2), transform=embedding),
        draw_tokens(lengths, 2, n_tokens=4),
    )
    weights = draw_weights(network)
    E = network.layout.views(weights)["input"]["E"]
    plain = build(("gru", (3,), False, 6))
    vectors = [E[one.astype(int)].reshape(len(one), 6) for one in tokens]
    expected = plain.scores(weights[E.size :], vectors)
    assert np.array_equal(network.scores(weights, tokens), expected)
    assert np.array_equal(fold(network, weights), weights)
    *_, stage = Stepper(network, weights).stages(tokens)
    np.testing.assert_allclose(stage, expected, rtol=1e-12, atol=1e-14)


# A head that answers every step


@every_network
@every_layout
def test_gradients_through_a_head_of_every_step(network, lengths):
    x = draw_batch(lengths, network[-1])
    network = build(network, pooling=None, head="every step")
    assert "pooling" not in network.blocks
    assert max(errors(network, draw_weights(network), x)) < 1e-6


@every_layout
def test_a_head_of_every_step_has_scores_for_every_state(lengths):
    network = build(("lstm", (3,), False, 2), None, 4, head="every step")
    weights, x = draw_weights(network), draw_batch(lengths, 2)
    head, samples = network.layout.views(weights)["head"], x.unpack()
    out, _ = network.forward(weights, x)
    assert isinstance(out, Sequences)
    assert out.lengths is x.lengths
    found, states = (
        network.scores(weights, samples),
        network.states(weights, samples, 0),
    )
    for scores, computed, h in zip(out.unpack(), found, states, strict=True):
        np.testing.assert_allclose(scores, h @ head["W"].T + head["b"], rtol=1e-12)
        np.testing.assert_allclose(computed, scores, rtol=1e-12)


def test_a_head_of_every_step_follows_streams():
    network = build(("gru", (3, 2), False, 2), None, 4, head="every step")
    weights, samples = draw_weights(network), draw_batch("rectangular", 2).unpack()
    expected = np.stack(network.scores(weights, samples), axis=1)
    stages = Stepper(network, weights).stages(samples)
    np.testing.assert_allclose(list(stages), expected, rtol=1e-12, atol=1e-14)


# All three at once


@every_layout
def test_gradients_through_all_of_them(lengths):
    both = {"transform": TokenEmbedding(5, 3), "n_outputs": 2}
    tokens = pack(draw_tokens(lengths, 1, n_tokens=5))
    for pooling, head in (("attention", "linear"), (None, "every step")):
        network = build(("gru", (3, 2), True, 1), pooling, head=head, **both)
        assert max(errors(network, draw_weights(network), tokens)) < 1e-6
