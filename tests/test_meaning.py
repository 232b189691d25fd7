"""What must not matter does not, and what is the same comes out the same."""

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV

from skrnn import LSTMClassifier, RNNClassifier
from skrnn.cells import LSTMCell, RNNCell
from skrnn.datasets import make_sign_of_sum
from skrnn.interop import load_torch_state, torch_state
from skrnn.network.pooling import POOLINGS

KINDS = [RNNClassifier, LSTMClassifier]
PROBABILITIES = {"rtol": 1e-12, "atol": 1e-14}


def ragged(n=30, n_features=2, n_classes=3, seed=0):
    rng = np.random.default_rng(seed)
    X = [rng.normal(size=(length, n_features)) for length in rng.integers(1, 12, n)]
    return X, rng.permutation(np.arange(n) % n_classes)


def padded(X, value):
    width = max(len(sequence) for sequence in X)
    block = np.full((len(X), width + 3, X[0].shape[1]), value)
    for row, sequence in zip(block, X, strict=True):
        row[: len(sequence)] = sequence
    return block


@pytest.fixture(params=list(POOLINGS))
def pooling(request):
    return request.param


@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_equals_its_sequences_one_by_one(kind, pooling):
    X, y = ragged()
    clf = kind(hidden_size=5, max_iter=3, pooling=pooling, random_state=0).fit(X, y)
    together = clf.predict_proba(X)
    alone = np.concatenate([clf.predict_proba([sequence]) for sequence in X])
    np.testing.assert_allclose(together, alone, **PROBABILITIES)
    turned = clf.predict_proba(X[::-1])[::-1]
    np.testing.assert_allclose(together, turned, **PROBABILITIES)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", [0.0, -1.0, 1e6])
def test_padding_that_was_cut_changes_nothing(kind, pooling, value):
    X, y = ragged()
    block = padded(X, value)
    cut = [
        row[: len(sequence)] for row, sequence in zip(block, X, strict=True)
    ]  # views on the padded block
    clf = kind(hidden_size=5, max_iter=3, pooling=pooling, random_state=0)
    expected = clf.fit(X, y).predict_proba(X)
    assert np.array_equal(expected, clf.predict_proba(cut))
    assert np.array_equal(expected, clf.fit(cut, y).predict_proba(cut))


@pytest.mark.parametrize("kind", KINDS)
def test_the_three_layouts_mean_the_same(kind, pooling):
    rng = np.random.default_rng(0)
    block = rng.normal(size=(30, 5, 2))
    y = rng.permutation(np.arange(30) % 2)
    layouts = [(block, 1), (list(block), 1), (block.reshape(30, 10), 2)]
    results = [
        kind(
            hidden_size=5,
            max_iter=4,
            batch_size=8,
            pooling=pooling,
            features_per_step=width,
            random_state=0,
        )
        .fit(X, y)
        .predict_proba(X)
        for X, width in layouts
    ]
    np.testing.assert_allclose(results[0], results[1], **PROBABILITIES)
    np.testing.assert_allclose(results[0], results[2], **PROBABILITIES)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("batch_size", ["auto", 4])
@pytest.mark.parametrize("class_weight", [None, "balanced", {0: 2.0, 1: 0.5, 2: 1.0}])
@pytest.mark.parametrize("early_stopping", [False, True])
def test_a_weight_is_so_many_copies(kind, batch_size, class_weight, early_stopping):
    X, y = ragged()
    times = np.random.default_rng(1).integers(0, 4, len(X))
    copies = np.repeat(np.arange(len(X)), times)
    clf = kind(
        hidden_size=5,
        max_iter=8,
        batch_size=batch_size,
        class_weight=class_weight,
        early_stopping=early_stopping,
        validation_fraction=0.3,
        random_state=0,
    )
    weighted = clf.fit(X, y, sample_weight=times).predict_proba(X)
    curve = clf.loss_curve_
    repeated = clf.fit([X[i] for i in copies], y[copies]).predict_proba(X)
    assert np.array_equal(weighted, repeated)
    assert curve == clf.loss_curve_


@pytest.mark.parametrize("kind", KINDS)
def test_the_scale_of_the_weights_does_not_matter(kind):
    X, y = ragged()
    weight = np.random.default_rng(1).uniform(0.5, 2, len(X))
    clf = kind(hidden_size=5, max_iter=8, random_state=0)
    expected = clf.fit(X, y, sample_weight=weight).predict_proba(X)
    scaled = clf.fit(X, y, sample_weight=1024 * weight).predict_proba(X)
    np.testing.assert_allclose(expected, scaled, rtol=1e-7)


@pytest.mark.parametrize("kind", KINDS)
def test_the_order_of_the_rows_does_not_matter(kind):
    X, y = ragged()
    order = np.random.default_rng(1).permutation(len(X))
    clf = kind(hidden_size=5, max_iter=8, batch_size=7, random_state=0)
    expected = clf.fit(X, y).predict_proba(X)
    shuffled = clf.fit([X[i] for i in order], y[order]).predict_proba(X)
    assert np.array_equal(expected, shuffled)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_numbers_whatever_n_jobs(kind):
    X, y = ragged(n=40)
    results = []
    for n_jobs in (1, 2):
        search = GridSearchCV(
            kind(max_iter=3, random_state=0),
            {"hidden_size": [3, 5], "pooling": ["last", "concat"]},
            cv=3,
            n_jobs=n_jobs,
            scoring="neg_log_loss",
        ).fit(X, y)
        results.append((search.cv_results_["mean_test_score"], search.predict_proba(X)))
    assert np.array_equal(results[0][0], results[1][0])
    assert np.array_equal(results[0][1], results[1][1])


@pytest.mark.parametrize("kind", KINDS)
def test_no_global_seed_is_read_or_set(kind):
    X, y = ragged()
    unseeded = kind(hidden_size=3, max_iter=2)
    weights = []
    for _ in range(2):
        np.random.seed(0)  # noqa: NPY002
        weights.append(unseeded.fit(X, y).weights_)
    assert not np.array_equal(*weights)
    clf = kind(hidden_size=3, max_iter=2, random_state=0)
    state = np.random.get_state()  # noqa: NPY002
    first = clf.fit(X, y).weights_
    assert all(
        np.array_equal(a, b)
        for a, b in zip(state, np.random.get_state(), strict=True)  # noqa: NPY002
    )
    assert np.array_equal(first, clf.fit(X, y).weights_)
    assert not np.array_equal(first, clf.set_params(random_state=1).fit(X, y).weights_)


def test_one_step_of_an_rnn_is_a_dense_layer():
    rng = np.random.default_rng(0)
    cell = RNNCell(n_features=3, hidden_size=4)
    params = cell.init(0)
    X = rng.normal(size=(6, 1, 3))
    W_x, b, _ = cell.split(params)
    expected = np.tanh(X[:, 0] @ W_x.T + b)
    np.testing.assert_allclose(cell.run(params, X)[:, 0], expected, rtol=1e-14)


def test_an_lstm_that_forgets_all_has_no_past():
    rng = np.random.default_rng(0)
    cell = LSTMCell(n_features=3, hidden_size=4)
    params = cell.init(0)
    _, b, W_h = cell.split(params)
    b[8:12], W_h[...] = -1e3, 0.0
    X = rng.normal(size=(2, 5, 3))
    step_by_step = cell.run(params, X.reshape(10, 1, 3)).reshape(2, 5, 4)
    np.testing.assert_allclose(cell.run(params, X), step_by_step, rtol=1e-14)


def test_an_lstm_that_keeps_all_adds_up():
    cell = LSTMCell(n_features=1, hidden_size=1)
    params = {"W": np.zeros((4, 3))}
    W_x, b, _ = cell.split(params)
    b[:3] = 1e3  # output, input and forget gates wide open
    W_x[3] = 1.0
    X = np.random.default_rng(0).normal(size=(1, 9, 1))
    expected = np.tanh(np.cumsum(np.tanh(X[0])))
    np.testing.assert_allclose(cell.run(params, X)[0, :, 0], expected, rtol=1e-13)


@pytest.mark.parametrize("kind", KINDS)
def test_float32_is_computed_in_float32_and_all_else_in_float64(kind):
    X, y = make_sign_of_sum(60, 5, random_state=0)
    clf = kind(hidden_size=4, max_iter=5, random_state=0)
    double = clf.fit(X, y).predict_proba(X)
    assert double.dtype == clf.weights_.dtype == np.float64
    single = clf.fit(X.astype(np.float32), y).predict_proba(X.astype(np.float32))
    assert single.dtype == clf.weights_.dtype == np.float32
    np.testing.assert_allclose(single, double, atol=1e-3)
    whole = np.round(X).astype(int)
    assert clf.fit(whole, y).predict_proba(whole).dtype == np.float64
    assert np.array_equal(
        clf.predict_proba(whole), clf.predict_proba(whole.astype(float))
    )


@pytest.mark.parametrize("kind", KINDS)
def test_swapping_the_classes_of_two_swaps_the_columns(kind):
    X, y = ragged(n_classes=2)
    clf = kind(hidden_size=4, max_iter=5, random_state=0).fit(X, y)
    state = torch_state(clf)
    state["head.weight"] *= -1
    state["head.bias"] *= -1
    before = clf.predict_proba(X)
    after = load_torch_state(clf, state).predict_proba(X)
    np.testing.assert_allclose(before, after[:, ::-1], rtol=1e-12)
