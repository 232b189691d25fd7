"""What must not matter does not, and what is the same comes out the same."""

from typing import NamedTuple

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.model_selection import GridSearchCV

from skrnn import (
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    RNNClassifier,
    RNNRegressor,
)
from skrnn.cells import GRUCell, LSTMCell
from skrnn.datasets import make_sign_of_sum
from skrnn.interop import load_torch_state, torch_state
from skrnn.network.pooling import POOLINGS

CLASSIFIERS = [RNNClassifier, LSTMClassifier, GRUClassifier]
REGRESSORS = [RNNRegressor, LSTMRegressor, GRURegressor]
TO_ROUNDING = {"rtol": 1e-12, "atol": 1e-14}


class Task(NamedTuple):
    """An estimator, and the kind of targets that it is given."""

    kind: type
    targets: str

    def make(self, **parameters):
        quick = {"hidden_size": 5, "max_iter": 3, "random_state": 0}
        return self.kind(**{**quick, **parameters})

    def data(self, n=30, n_features=2, seed=0):
        """Draw ragged sequences and their targets."""
        rng = np.random.default_rng(seed)
        lengths = rng.integers(1, 12, n)
        X = [rng.normal(size=(length, n_features)) for length in lengths]
        if self.targets == "classes":
            return X, rng.permutation(np.arange(n) % 3)
        sums = np.array([x.sum(axis=0) for x in X])
        y = {"labels": (sums > 0).astype(int), "numbers": sums, "number": sums[:, 0]}
        return X, y[self.targets]

    def __str__(self):
        return f"{self.kind.__name__}-{self.targets}"


#: Each kind of targets, and with them each cell.
TASKS = [
    Task(RNNClassifier, "classes"),
    Task(LSTMRegressor, "number"),
    Task(GRURegressor, "numbers"),
    Task(LSTMClassifier, "labels"),
]
ARCHITECTURES = {
    "one layer": {},
    "a stack": {"hidden_size": (5, 4)},
    "both ways": {"bidirectional": True},
    "a stack of both ways": {"hidden_size": (5, 4, 3), "bidirectional": True},
}
NOISE = {"dropout": 0.3, "recurrent_dropout": 0.3}

every_task = pytest.mark.parametrize("task", TASKS, ids=str)
every_pooling = pytest.mark.parametrize("pooling", POOLINGS)
#: Each two of task, architecture and pooling meet; not each three.
every_network = pytest.mark.parametrize(
    ("task", "architecture", "pooling"),
    [
        pytest.param(
            task, architecture, pooling, id=f"{task}-{name.replace(' ', '_')}-{pooling}"
        )
        for i, task in enumerate(TASKS)
        for j, (name, architecture) in enumerate(ARCHITECTURES.items())
        for pooling in [list(POOLINGS)[(i + j) % 4]]
    ],
)
# L-BFGS is stopped, and little held out, on purpose.
hasty = pytest.mark.filterwarnings(
    "ignore:L-BFGS stopped at max_iter", "ignore:early_stopping holds out"
)


def outputs(estimator, X):
    """Give probabilities, or predicted numbers."""
    return getattr(estimator, "predict_proba", estimator.predict)(X)


def scores(estimator, X):
    """Give what the head computes, (n, n_outputs)."""
    if hasattr(estimator, "decision_function"):
        return estimator.decision_function(X).reshape(len(X), -1)
    y = estimator.predict(X).reshape(len(X), -1)
    return (y - estimator.target_mean_) / estimator.target_scale_


def padded(X, value):
    width = max(len(sequence) for sequence in X)
    block = np.full((len(X), width + 3, X[0].shape[1]), value)
    for row, sequence in zip(block, X, strict=True):
        row[: len(sequence)] = sequence
    return block


# What is read


@every_network
def test_a_batch_equals_its_sequences_one_by_one(task, architecture, pooling):
    X, y = task.data()
    estimator = task.make(pooling=pooling, **architecture).fit(X, y)
    together = outputs(estimator, X)
    alone = np.concatenate([outputs(estimator, [sequence]) for sequence in X])
    assert_allclose(together, alone, **TO_ROUNDING)
    assert_allclose(together, outputs(estimator, X[::-1])[::-1], **TO_ROUNDING)


@every_network
def test_padding_that_was_cut_changes_nothing(task, architecture, pooling):
    X, y = task.data()
    estimator = task.make(pooling=pooling, **architecture)
    expected = outputs(estimator.fit(X, y), X)
    for value in (0.0, -1.0, 1e6):
        block = padded(X, value)
        cut = [
            row[: len(sequence)] for row, sequence in zip(block, X, strict=True)
        ]  # views on the padded block
        assert np.array_equal(expected, outputs(estimator, cut))
    assert np.array_equal(expected, outputs(estimator.fit(cut, y), cut))


@every_network
def test_the_three_layouts_mean_the_same(task, architecture, pooling):
    _, y = task.data()
    block = np.random.default_rng(0).normal(size=(30, 5, 2))
    estimator = task.make(pooling=pooling, max_iter=4, batch_size=8, **architecture)
    of_block, of_list = (outputs(estimator.fit(X, y), X) for X in (block, list(block)))
    table = block.reshape(30, 10)
    of_table = outputs(estimator.set_params(features_per_step=2).fit(table, y), table)
    assert_allclose(of_block, of_list, **TO_ROUNDING)
    assert_allclose(of_block, of_table, **TO_ROUNDING)


def read_from_the_end(state, n_ways):
    """Swap the directions of a bidirectional network, which PyTorch's names tell."""

    def swapped(array):
        return np.concatenate(np.split(array, 2, axis=1)[::-1], axis=1)

    turned = {}
    for name, array in state.items():
        if name == "head.weight":
            ways = np.split(array, n_ways, axis=1)
            array = np.concatenate([swapped(way) for way in ways], axis=1)
        elif name.startswith("weight_ih") and "_l0" not in name:
            array = swapped(array)
        there = name.removesuffix("_reverse")
        back = there if there != name or "head" in name else f"{name}_reverse"
        turned[back] = array
    return turned


@pytest.mark.parametrize("i", range(len(TASKS)), ids=lambda i: str(TASKS[i]))
@every_pooling
def test_reversed_sequences_swap_the_directions(i, pooling):
    task, sizes = TASKS[i], [5, (5, 4, 3)][(i + len(pooling)) % 2]
    X, y = task.data()
    estimator = task.make(hidden_size=sizes, bidirectional=True, pooling=pooling)
    expected, states = outputs(estimator.fit(X, y), X), estimator.hidden_states(X)
    turned = [sequence[::-1] for sequence in X]
    assert not np.allclose(outputs(estimator, turned), expected, rtol=1e-3)

    swapped = read_from_the_end(torch_state(estimator), len(POOLINGS[pooling].names))
    load_torch_state(estimator, swapped)
    assert_allclose(outputs(estimator, turned), expected, **TO_ROUNDING)
    for h, h_turned in zip(states, estimator.hidden_states(turned), strict=True):
        there, back = np.split(h_turned[::-1], 2, axis=1)
        assert_allclose(np.concatenate([back, there], axis=1), h, **TO_ROUNDING)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def dense(kind, state, suffix, x):
    """Read a single step, by the equations of the cell: there is no past."""
    z = x @ state[f"weight_ih_{suffix}"].T + state[f"bias_ih_{suffix}"]
    second = state[f"bias_hh_{suffix}"]
    if kind.__name__.startswith("RNN"):
        return np.tanh(z)
    if kind.__name__.startswith("LSTM"):
        i, _, g, o = np.split(z, 4, axis=1)
        return sigmoid(o) * np.tanh(sigmoid(i) * np.tanh(g))
    r, z, n = np.split(z, 3, axis=1)
    n = np.tanh(n + sigmoid(r) * second[-n.shape[1] :])
    return (1 - sigmoid(z)) * n


@every_network
def test_one_step_is_a_dense_layer(task, architecture, pooling):
    _, y = task.data()
    X = np.random.default_rng(0).normal(size=(30, 1, 4))
    estimator = task.make(pooling=pooling, **architecture).fit(X, y)
    state, h = torch_state(estimator), X[:, 0]
    directions = ("", "_reverse") if estimator.bidirectional else ("",)
    for k in range(len(estimator.architecture_["hidden_sizes"])):
        parts = [dense(task.kind, state, f"l{k}{way}", h) for way in directions]
        h = np.concatenate(parts, axis=1)
    pooled = np.tile(h, len(POOLINGS[pooling].names))
    expected = pooled @ state["head.weight"].T + state["head.bias"]
    assert_allclose(scores(estimator, X), expected, rtol=1e-9, atol=1e-13)


def test_an_lstm_that_forgets_all_has_no_past():
    rng = np.random.default_rng(0)
    cell = LSTMCell(n_features=3, hidden_size=4)
    params = cell.init(0)
    _, b, W_h = cell.split(params)
    b[8:12], W_h[...] = -1e3, 0.0
    X = rng.normal(size=(2, 5, 3))
    step_by_step = cell.run(params, X.reshape(10, 1, 3)).reshape(2, 5, 4)
    assert_allclose(cell.run(params, X), step_by_step, rtol=1e-14)


def test_an_lstm_that_keeps_all_adds_up():
    cell = LSTMCell(n_features=1, hidden_size=1)
    params = {"W": np.zeros((4, 3))}
    W_x, b, _ = cell.split(params)
    b[:3] = 1e3  # output, input and forget gates wide open
    W_x[3] = 1.0
    X = np.random.default_rng(0).normal(size=(1, 9, 1))
    expected = np.tanh(np.cumsum(np.tanh(X[0])))
    assert_allclose(cell.run(params, X)[0, :, 0], expected, rtol=1e-13)


def test_a_gru_that_resets_has_no_past_and_one_that_keeps_has_nothing_else():
    cell = GRUCell(n_features=3, hidden_size=4)
    params = cell.init(0)
    W_x, b, _ = cell.split(params)
    X = np.random.default_rng(0).normal(size=(2, 5, 3))
    b[:8] = -1e3  # reset and update gates shut
    expected = np.tanh(X @ W_x[8:].T + b[8:])
    assert_allclose(cell.run(params, X), expected, rtol=1e-13)
    b[4:8] = 1e3
    assert not cell.run(params, X).any()


# What is learnt

WAYS = {
    "single batches": {},
    "small batches": {"batch_size": 4},
    "early stopping": {
        "batch_size": 4,
        "early_stopping": True,
        "validation_fraction": 0.3,
    },
    "dropout": {"hidden_size": (5, 4), "bidirectional": True, **NOISE},
    "L-BFGS": {"solver": "lbfgs"},
}
every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
#: Each way, with one cell after the other.
every_way_of_a_regressor = pytest.mark.parametrize(
    ("kind", "way"),
    [(REGRESSORS[k % 3], way) for k, way in enumerate(WAYS.values())],
    ids=WAYS,
)


def assert_weights_are_copies(estimator, X, y):
    times = np.random.default_rng(1).integers(0, 4, len(X))
    copies = np.repeat(np.arange(len(X)), times)
    weighted = outputs(estimator.fit(X, y, sample_weight=times), X)
    curve, rating = estimator.loss_curve_, estimator.validation_scores_
    repeated = outputs(estimator.fit([X[i] for i in copies], y[copies]), X)
    assert np.array_equal(weighted, repeated)
    assert curve == estimator.loss_curve_
    assert rating == estimator.validation_scores_


@every_task
@every_way
@hasty
def test_a_weight_is_so_many_copies(task, way):
    assert_weights_are_copies(task.make(max_iter=8, **way), *task.data())


@pytest.mark.parametrize("class_weight", ["balanced", {0: 2.0, 1: 0.5, 2: 1.0}])
@every_way
@hasty
def test_a_weight_is_so_many_copies_of_weighted_classes(class_weight, way):
    task = Task(
        RNNClassifier if class_weight == "balanced" else GRUClassifier, "classes"
    )
    clf = task.make(max_iter=8, class_weight=class_weight, **way)
    assert_weights_are_copies(clf, *task.data())


@every_task
@every_way
@hasty
def test_the_scale_of_the_weights_does_not_matter(task, way):
    X, y = task.data()
    weight = np.random.default_rng(1).uniform(0.5, 2, len(X))
    estimator = task.make(max_iter=8, **way)
    expected = outputs(estimator.fit(X, y, sample_weight=weight), X)
    scaled = outputs(estimator.fit(X, y, sample_weight=1024 * weight), X)
    assert_allclose(expected, scaled, rtol=1e-7)


@every_task
@every_way
@hasty
def test_the_order_of_the_rows_does_not_matter(task, way):
    X, y = task.data()
    order = np.random.default_rng(1).permutation(len(X))
    estimator = task.make(max_iter=8, **way)
    expected = outputs(estimator.fit(X, y), X)
    shuffled = outputs(estimator.fit([X[i] for i in order], y[order]), X)
    assert np.array_equal(expected, shuffled)


@pytest.mark.parametrize("task", [TASKS[0], TASKS[2]], ids=str)
def test_the_same_numbers_whatever_n_jobs(task):
    X, y = task.data(n=40)
    grid = {"hidden_size": [3, (4, 3)], "pooling": ["last", "concat"]}
    one, two = (
        GridSearchCV(
            task.make(bidirectional=True, **NOISE),
            grid,
            cv=3,
            n_jobs=n_jobs,
            scoring="neg_log_loss" if task.targets == "classes" else None,
        ).fit(X, y)
        for n_jobs in (1, 2)
    )
    for k in range(3):
        of_fold = f"split{k}_test_score"
        assert np.array_equal(one.cv_results_[of_fold], two.cv_results_[of_fold])
        assert len(np.unique(one.cv_results_[of_fold])) == 4
    assert np.array_equal(outputs(one, X), outputs(two, X))


@every_task
def test_no_global_seed_is_read_or_set(task):
    X, y = task.data()
    unseeded = task.make(random_state=None, **NOISE)
    weights = []
    for _ in range(2):
        np.random.seed(0)  # noqa: NPY002
        weights.append(unseeded.fit(X, y).weights_)
    assert not np.array_equal(*weights)
    estimator = task.make(**NOISE)
    state = np.random.get_state()  # noqa: NPY002
    first = estimator.fit(X, y).weights_
    assert all(
        np.array_equal(a, b)
        for a, b in zip(state, np.random.get_state(), strict=True)  # noqa: NPY002
    )
    assert np.array_equal(first, estimator.fit(X, y).weights_)
    other = estimator.set_params(random_state=1).fit(X, y).weights_
    assert not np.array_equal(first, other)


@every_task
@pytest.mark.parametrize("noise", NOISE)
def test_dropout_is_for_training(task, noise):
    X, y = task.data()
    noisy = task.make(**{noise: 0.5}, hidden_size=(5, 4)).fit(X, y)
    assert not np.array_equal(
        noisy.weights_, task.make(hidden_size=(5, 4)).fit(X, y).weights_
    )
    expected = outputs(noisy, X)
    assert np.array_equal(expected, outputs(noisy, X))
    assert np.array_equal(expected, outputs(noisy.set_params(**{noise: 0}), X))


@pytest.mark.parametrize("kind", CLASSIFIERS)
def test_swapping_the_classes_of_two_swaps_the_columns(kind):
    X, y = Task(kind, "labels").data()
    clf = kind(hidden_size=4, max_iter=5, random_state=0).fit(X, y[:, 0])
    state = torch_state(clf)
    state["head.weight"] *= -1
    state["head.bias"] *= -1
    before = clf.predict_proba(X)
    after = load_torch_state(clf, state).predict_proba(X)
    assert_allclose(before, after[:, ::-1], rtol=1e-12)


@every_way_of_a_regressor
@hasty
def test_one_target_in_a_column_is_one_target(kind, way):
    task = Task(kind, "number")
    X, y = task.data()
    flat, column = (
        task.make(**way).fit(X, targets) for targets in (y, y[:, np.newaxis])
    )
    assert np.array_equal(flat.weights_, column.weights_)
    assert np.array_equal(flat.predict(X)[:, np.newaxis], column.predict(X))
    assert flat.loss_curve_ == column.loss_curve_
    assert flat.validation_scores_ == column.validation_scores_


@pytest.mark.parametrize("targets", ["number", "numbers"])
@every_way_of_a_regressor
@hasty
def test_targets_of_any_unit(kind, targets, way):
    task = Task(kind, targets)
    X, y = task.data()
    reg = task.make(max_iter=8, **way)
    expected = reg.fit(X, y).predict(X)
    for factor, shift in [(1e6, 1e8), (1e-9, 0.0), (1e250, 0.0), (1e-250, 0.0)]:
        found = reg.fit(X, factor * y + shift).predict(X)
        assert_allclose((found - shift) / factor, expected, rtol=1e-6, atol=1e-6)


@every_way_of_a_regressor
@hasty
def test_a_power_of_two_changes_the_scale_and_not_a_bit(kind, way):
    task = Task(kind, "numbers")
    X, y = task.data()
    reg = task.make(max_iter=8, **way)
    expected, weights = reg.fit(X, y).predict(X), reg.weights_
    curve, rating = reg.loss_curve_, reg.validation_scores_
    for factor in (2.0**40, 0.5):
        assert np.array_equal(reg.fit(X, factor * y).predict(X), factor * expected)
        assert np.array_equal(reg.weights_, weights)
        assert (reg.loss_curve_, reg.validation_scores_) == (curve, rating)


# How it is computed


@pytest.mark.parametrize(
    ("kind", "architecture"),
    [
        (kinds[(i + j) % 3], architecture)
        for i, kinds in enumerate((CLASSIFIERS, REGRESSORS))
        for j, architecture in enumerate(ARCHITECTURES.values())
    ],
)
def test_float32_is_computed_in_float32_and_all_else_in_float64(kind, architecture):
    X, y = make_sign_of_sum(60, 5, random_state=0)
    # With other digits, other sequences would lose a unit.
    quiet = {"dropout": 0, "recurrent_dropout": 0}
    estimator = Task(kind, "classes").make(**quiet, **architecture)
    double = outputs(estimator.fit(X, y), X)
    assert double.dtype == estimator.weights_.dtype == np.float64
    single = outputs(estimator.fit(X.astype(np.float32), y), X.astype(np.float32))
    assert estimator.weights_.dtype == np.float32
    assert single.dtype == (np.float32 if kind in CLASSIFIERS else np.float64)
    assert_allclose(single, double, atol=1e-3)
    whole = np.round(X).astype(int)
    found = outputs(estimator.fit(whole, y), whole)
    assert found.dtype == estimator.weights_.dtype == np.float64
    assert np.array_equal(found, outputs(estimator, whole.astype(float)))
