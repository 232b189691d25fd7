"""Estimators with an answer for every step: layouts, meaning, what does not matter."""

import copy
import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.metrics import accuracy_score, log_loss, r2_score

from skrnn import (
    GRUClassifier,
    GRUStepClassifier,
    GRUStepRegressor,
    LSTMStepClassifier,
    LSTMStepRegressor,
    RNNStepClassifier,
    RNNStepRegressor,
)
from skrnn.streaming import Stream

CLASSIFIERS = [LSTMStepClassifier, GRUStepClassifier, RNNStepClassifier]
REGRESSORS = [LSTMStepRegressor, GRUStepRegressor, RNNStepRegressor]
each_classifier = pytest.mark.parametrize("kind", CLASSIFIERS)
each_kind = pytest.mark.parametrize("kind", CLASSIFIERS + REGRESSORS)
LENGTHS = {
    "ragged": (5, 3, 7, 1, 4, 6, 2, 5, 4, 3, 6, 2),
    "block": (4,) * 12,
    "table": (4,) * 12,
}
each_layout = pytest.mark.parametrize("layout", LENGTHS)
hasty = pytest.mark.filterwarnings(
    "ignore:L-BFGS stopped at max_iter", "ignore:early_stopping holds out"
)


def in_layout(parts, layout):
    if layout == "ragged":
        return list(parts)
    block = np.stack(parts)
    return block.reshape(len(block), -1) if layout == "table" else block


def data(layout="ragged", n_classes=3, n_targets=None, seed=0):
    """Return sequences, and for each step the class, or the sum, of what has come."""
    rng = np.random.default_rng(seed)
    d = 1 if layout == "table" else 2
    X = [rng.normal(size=(n, d)) for n in LENGTHS[layout]]
    sums = [np.cumsum(x[:, 0]) for x in X]
    y = [np.digitize(s, [0.0, 1.0][: n_classes - 1]) for s in sums]
    if n_targets is not None:
        y = [np.outer(s, np.arange(1.0, n_targets + 1)) for s in sums]
        y = [s[:, 0] for s in y] if n_targets == 1 else y
    if layout == "ragged":
        return X, y
    return in_layout(X, layout), np.stack(y)


def data_for(kind, layout="ragged", **options):
    return data(layout, n_targets=1 if kind in REGRESSORS else None, **options)


def make(kind, **parameters):
    return kind(**{"hidden_size": 4, "max_iter": 4, "random_state": 0, **parameters})


def flat(steps):
    return np.concatenate([np.asarray(part) for part in steps])


# Layouts


@each_classifier
@each_layout
@pytest.mark.parametrize("n_classes", [2, 3])
def test_answers_have_the_layout_of_y(kind, layout, n_classes):
    X, y = data(layout, n_classes)
    clf = make(kind).fit(X, y)
    per_class = {
        "predict": (),
        "predict_proba": (n_classes,),
        "predict_log_proba": (n_classes,),
        "decision_function": () if n_classes == 2 else (n_classes,),
    }
    for method, last in per_class.items():
        answers = getattr(clf, method)(X)
        assert isinstance(answers, list if layout == "ragged" else np.ndarray)
        for part, labels in zip(answers, y, strict=True):
            assert part.shape == labels.shape + last
    proba, labels = flat(clf.predict_proba(X)), flat(clf.predict(X))
    assert_allclose(proba.sum(axis=1), 1)
    assert_array_equal(clf.classes_[proba.argmax(axis=1)], labels)
    assert clf.score(X, y) == accuracy_score(flat(y), labels)


@pytest.mark.parametrize("kind", REGRESSORS)
@each_layout
@pytest.mark.parametrize("n_targets", [1, 2])
def test_numbers_have_the_layout_of_y(kind, layout, n_targets):
    X, y = data(layout, n_targets=n_targets)
    reg = make(kind).fit(X, y)
    found = reg.predict(X)
    assert isinstance(found, list if layout == "ragged" else np.ndarray)
    for part, targets in zip(found, y, strict=True):
        assert part.shape == targets.shape
        assert part.dtype == np.float64
    assert reg.target_ndim_ == n_targets
    assert reg.score(X, y) == pytest.approx(r2_score(flat(y), flat(found)))


@each_kind
def test_one_target_in_an_axis_of_its_own(kind):
    X, y = data_for(kind)
    y = [part[:, np.newaxis] for part in y]
    found = make(kind).fit(X, y).predict(X)
    assert found[0].shape == ((5, 1) if kind in REGRESSORS else (5,))


@pytest.mark.parametrize(
    "as_labels",
    [
        lambda y: [part.tolist() for part in y],
        lambda y: tuple(y),
        lambda y: [pd.Series(part) for part in y],
        lambda y: np.array([*y, None], object)[:-1],
        lambda y: [part.astype(float) for part in y],
        lambda y: [part.astype(np.int8) for part in y],
    ],
)
def test_labels_in_any_container(as_labels):
    X, y = data()
    expected = make(LSTMStepClassifier).fit(X, y).weights_
    assert_array_equal(make(LSTMStepClassifier).fit(X, as_labels(y)).weights_, expected)


def test_labels_of_any_type():
    X, y = data(n_classes=2)
    names = np.array(["walk", "run"])
    clf = make(LSTMStepClassifier).fit(X, [names[part] for part in y])
    assert clf.classes_.tolist() == ["run", "walk"]
    assert set(flat(clf.predict(X))) <= set(names)
    clf = make(LSTMStepClassifier).fit(X, [part == 1 for part in y])
    assert clf.predict(X)[0].dtype == bool


@each_layout
def test_a_frame_of_labels(layout):
    X, y = data("table")
    frame = pd.DataFrame(y, columns=[f"t{k}" for k in range(4)])
    expected = make(GRUStepClassifier).fit(X, y).weights_
    assert_array_equal(make(GRUStepClassifier).fit(X, frame).weights_, expected)


# Meaning


@each_kind
@pytest.mark.parametrize("patch_size", [1, 3])
def test_company_changes_nothing(kind, patch_size):
    X, y = data_for(kind)
    model = make(kind, patch_size=patch_size).fit(X, y)
    for x, together in zip(X, model.predict(X), strict=True):
        assert_allclose(model.predict([x])[0], together, atol=1e-12)


@each_kind
@pytest.mark.parametrize("patch_size", [1, 3])
def test_streams_answer_for_the_step_that_has_come(kind, patch_size):
    X, y = data_for(kind)
    model = make(kind, patch_size=patch_size).fit(X, y)
    method = model.predict if kind in REGRESSORS else model.predict_proba
    stream = Stream(model)
    for x in X[:4]:
        stream.reset()
        for t, step in enumerate(x):
            expected = method([x[: t + 1]])[0][-1:]
            assert_allclose(stream.step(step), expected, atol=1e-12)
            if patch_size == 1:
                assert_allclose(method([x])[0][t : t + 1], expected, atol=1e-12)


@each_kind
def test_an_answer_forward_knows_nothing_of_what_comes(kind):
    X, y = data_for(kind, "block")
    other = X.copy()
    other[:, 2:] += 1
    model = make(kind).fit(X, y)
    assert_array_equal(model.predict(X)[:, :2], model.predict(other)[:, :2])
    both = make(kind, bidirectional=True, max_iter=30).fit(X, y)
    scores = both._raw_scores
    assert not np.array_equal(
        np.array(scores(X))[:, :2], np.array(scores(other))[:, :2]
    )


def test_labels_that_are_constant_mean_what_labels_of_sequences_mean():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 120)
    X = rng.normal(size=(120, 6, 1)) + labels[:, np.newaxis, np.newaxis]
    y = np.repeat(labels[:, np.newaxis], 6, axis=1)
    of_steps = GRUStepClassifier(8, random_state=0).fit(X[:80], y[:80])
    of_sequences = GRUClassifier(8, pooling="last", random_state=0)
    of_sequences.fit(X[:80], labels[:80])
    last = of_steps.predict(X[80:])[:, -1]
    assert accuracy_score(labels[80:], last) > 0.85
    assert np.mean(last == of_sequences.predict(X[80:])) > 0.9


@each_classifier
def test_learns_a_sum_that_goes_on(kind):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(150, 12, 1))
    y = (np.cumsum(X[:, :, 0], axis=1) > 0).astype(int)
    clf = kind(16, random_state=0).fit(X[:100], y[:100])
    # The simple cell forgets the first steps.
    assert clf.score(X[100:], y[100:]) > (0.8 if kind is RNNStepClassifier else 0.9)


# Steps without a label


MARKS = {
    "minus one": (lambda y: y, -1),
    "NaN": (lambda y: y.astype(float), np.nan),
    "None": (lambda y: np.array(list("abc"))[y].astype(object), None),
    "NA": (lambda y: np.array(list("abc"))[y].astype(object), pd.NA),
}


@pytest.mark.parametrize("mark", MARKS)
@each_classifier
def test_nothing_is_learnt_from_steps_without_a_label(kind, mark):
    convert, value = MARKS[mark]
    X, y = data()
    rng = np.random.default_rng(0)
    hidden = [rng.random(len(part)) < 0.4 for part in y]
    weight = [1.0 - part for part in hidden]
    full = [convert(part) for part in y]
    marked = [part.copy() for part in full]
    for part, where in zip(marked, hidden, strict=True):
        part[where] = value
    clf = make(kind).fit(X, marked)
    assert_array_equal(clf.weights_, make(kind).fit(X, full, weight).weights_)
    known = ~flat(hidden)
    expected = accuracy_score(flat(full)[known], flat(clf.predict(X))[known])
    assert clf.score(X, marked) == expected


@pytest.mark.parametrize("n_targets", [1, 2])
def test_nothing_is_learnt_from_steps_without_a_target(n_targets):
    X, y = data(n_targets=n_targets)
    weight = [np.ones(len(part)) for part in y]
    marked = [part.copy() for part in y]
    for i, step in ((0, 2), (3, 0), (6, 1)):
        marked[i][step, ...] = np.nan
        weight[i][step] = 0
    reg = make(LSTMStepRegressor).fit(X, marked)
    assert_array_equal(reg.weights_, make(LSTMStepRegressor).fit(X, y, weight).weights_)
    assert np.isfinite(flat(reg.predict(X))).all()
    assert np.isfinite(reg.score(X, marked))


@each_kind
def test_a_sequence_without_any_label_is_absent(kind):
    X, y = data_for(kind)
    mark = np.nan if kind in REGRESSORS else -1
    nothing = [*y[:-1], np.full(len(y[-1]), mark)]
    weights = make(kind).fit(X, nothing).weights_
    assert_array_equal(weights, make(kind).fit(X[:-1], y[:-1]).weights_)


# Weights


WAYS = {
    "batches": {"batch_size": 4},
    "one batch": {},
    "early stopping": {"early_stopping": True, "validation_fraction": 0.3},
    "dropout": {"dropout": 0.3, "recurrent_dropout": 0.3, "bidirectional": True},
    "L-BFGS": {"solver": "lbfgs"},
    "patches": {"patch_size": 2, "n_filters": 2},
}


@hasty
@each_kind
@pytest.mark.parametrize("way", WAYS)
def test_a_weight_is_so_many_copies(kind, way):
    X, y = data_for(kind)
    times = np.random.default_rng(1).integers(0, 4, len(X))
    copies = np.repeat(np.arange(len(X)), times)
    weighted = make(kind, **WAYS[way]).fit(X, y, times)
    copied = make(kind, **WAYS[way]).fit([X[i] for i in copies], [y[i] for i in copies])
    assert_array_equal(weighted.weights_, copied.weights_)
    assert weighted.loss_curve_ == copied.loss_curve_
    by_step = [np.full(len(x), k) for x, k in zip(X, times, strict=True)]
    by_step = make(kind, **WAYS[way]).fit(X, y, by_step)
    assert_array_equal(weighted.weights_, by_step.weights_)


@each_classifier
@pytest.mark.parametrize("class_weight", ["balanced", {0: 2.0, 1: 0.5, 2: 1.0}])
def test_weights_of_classes_are_weights_of_steps(kind, class_weight):
    X, y = data()
    balanced = len(flat(y)) / (3 * np.bincount(flat(y)))
    given = balanced if class_weight == "balanced" else class_weight
    weight = [np.array([given[label] for label in part]) for part in y]
    found = make(kind, class_weight=class_weight, dtype="float64").fit(X, y)
    expected = make(kind, dtype="float64").fit(X, y, weight)
    assert_allclose(found.weights_, expected.weights_, rtol=1e-9, atol=1e-12)


@each_kind
def test_weights_count_in_the_score(kind):
    X, y = data_for(kind)
    model = make(kind).fit(X, y)
    rng = np.random.default_rng(0)
    weight = [rng.uniform(size=len(part)) for part in y]
    measure = r2_score if kind in REGRESSORS else accuracy_score
    found, expected = flat(model.predict(X)), flat(y)
    assert model.score(X, y, weight) == pytest.approx(
        measure(expected, found, sample_weight=flat(weight))
    )
    of_sequences = np.arange(len(X)) + 1.0
    repeated = np.repeat(of_sequences, [len(part) for part in y])
    assert model.score(X, y, of_sequences) == pytest.approx(
        measure(expected, found, sample_weight=repeated)
    )


@hasty
@each_kind
def test_the_order_of_the_rows_does_not_matter(kind):
    X, y = data_for(kind)
    order = np.random.default_rng(1).permutation(len(X))
    weights = make(kind, batch_size=4).fit(X, y).weights_
    shuffled = make(kind, batch_size=4).fit(
        [X[i] for i in order], [y[i] for i in order]
    )
    assert_array_equal(shuffled.weights_, weights)


@each_kind
def test_layouts_learn_the_same(kind):
    X, y = data_for(kind, "table")
    expected = make(kind).fit(X, y).weights_
    block = X[:, :, np.newaxis]
    assert_array_equal(make(kind).fit(block, y).weights_, expected)
    assert_array_equal(make(kind).fit(list(block), list(y)).weights_, expected)


@pytest.mark.parametrize("kind", [LSTMStepClassifier, GRUStepRegressor])
def test_threads_change_nothing(kind, monkeypatch):
    monkeypatch.setattr("skrnn.network.network.WORTH_A_THREAD", 8)
    X, y = data_for(kind)
    one, two = (make(kind, n_jobs=n).fit(X, y) for n in (1, 2))
    assert_array_equal(one.weights_, two.weights_)
    assert_array_equal(flat(one.predict(X)), flat(two.predict(X)))


# The course of training


@each_kind
def test_copies_of_all_kinds_answer_the_same(kind):
    X, y = data_for(kind)
    model = make(kind).fit(X, y)
    expected = flat(model.predict(X))
    for twin in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert_array_equal(flat(twin.predict(X)), expected)
    assert_array_equal(clone(model).fit(X, y).weights_, model.weights_)


@each_kind
def test_float32_is_answered_in_float32(kind):
    X, y = data_for(kind)
    model = make(kind).fit(X, y)
    single = [x.astype(np.float32) for x in X]
    scores = np.concatenate(model._raw_scores(single))
    assert scores.dtype == np.float32
    assert_allclose(scores, np.concatenate(model._raw_scores(X)), atol=1e-5)


@each_kind
def test_partial_fit_goes_on(kind):
    X, y = data_for(kind)
    options = {} if kind in REGRESSORS else {"classes": [0, 1, 2]}
    model = make(kind)
    model.partial_fit(X[:6], y[:6], **options)
    before = model.weights_.copy()
    model.partial_fit(X[6:], y[6:])
    assert model.t_ == 12
    assert not np.array_equal(model.weights_, before)
    assert len(model.loss_curve_) == 2


@each_kind
def test_warm_start_goes_on(kind):
    X, y = data_for(kind)
    model = make(kind, warm_start=True).fit(X, y)
    loss = model.loss_
    model.fit(X, y)
    assert model.t_ == 2 * 4 * 12
    assert model.loss_ < loss


@hasty
@each_kind
def test_early_stopping_scores_the_steps_held_out(kind):
    X, y = data_for(kind)
    X_val, y_val = data_for(kind, seed=5)
    model = make(kind, early_stopping=True, max_iter=6)
    model.fit(X, y, X_val=X_val, y_val=y_val)
    assert max(model.validation_scores_) == model.best_validation_score_
    assert model.score(X_val, y_val) == pytest.approx(model.best_validation_score_)
    weight = np.arange(12.0)
    model.fit(X, y, X_val=X_val, y_val=y_val, sample_weight_val=weight)
    assert model.score(X_val, y_val, weight) == pytest.approx(
        model.best_validation_score_
    )


@hasty
def test_groups_are_held_out_whole():
    X, y = data()
    model = make(LSTMStepClassifier, early_stopping=True, validation_fraction=0.3)
    model.fit(X, y, groups=np.repeat(np.arange(4), 3))
    assert len(model.validation_scores_) == model.n_iter_


def test_the_loss_is_the_mean_over_the_steps():
    X, y = data(n_classes=2)
    clf = make(LSTMStepClassifier, learning_rate_init=1e-12, alpha=0, dropout=0)
    clf.set_params(recurrent_dropout=0, label_smoothing=0, max_iter=1, dtype="float64")
    clf.fit(X, y)
    expected = log_loss(flat(y), flat(clf.predict_proba(X)))
    assert clf.loss_ == pytest.approx(expected, rel=1e-6)


# Long sequences


@each_kind
@pytest.mark.parametrize(("patch_size", "sizes"), [(1, (3, 3, 3)), (2, (6, 3))])
def test_long_sequences_are_learnt_in_pieces(kind, patch_size, sizes):
    rng = np.random.default_rng(0)
    X = [rng.normal(size=(9, 2)) for _ in range(6)]
    y = [np.cumsum(x[:, 0]) for x in X]
    if kind not in REGRESSORS:
        y = [(part > 0).astype(int) for part in y]
    edges = np.cumsum(sizes)[:-1]
    pieces = [part for x in X for part in np.split(x, edges)]
    labels = [part for one in y for part in np.split(one, edges)]
    plain = {"patch_size": patch_size, "batch_size": 64, "dtype": "float64"}
    plain |= {"dropout": 0, "recurrent_dropout": 0}
    longest = 3 if patch_size == 1 else 6
    found = make(kind, bptt_steps=longest, **plain).fit(X, y)
    by_hand = make(kind, bptt_steps=None, **plain).fit(pieces, labels)
    assert_allclose(found.weights_, by_hand.weights_, rtol=1e-8, atol=1e-10)
    assert found.t_ == by_hand.t_ == 4 * len(pieces)
    assert flat(found.predict(X)).shape == flat(y).shape
    whole = make(kind, bptt_steps=None, **plain).fit(X, y)
    assert not np.allclose(whole.weights_, found.weights_)
    assert_array_equal(
        make(kind, bptt_steps=9, **plain).fit(X, y).weights_, whole.weights_
    )


def test_pieces_without_a_label_are_not_read():
    X, y = data("block")
    y[:, 2:] = -1
    clf = make(LSTMStepClassifier, bptt_steps=2, standardize=False).fit(X, y)
    assert clf.t_ == 4 * 12
    other = X.copy()
    other[:, 2:] += 1
    again = make(LSTMStepClassifier, bptt_steps=2, standardize=False).fit(other, y)
    assert np.allclose(again.loss_curve_, clf.loss_curve_)


def test_predictions_look_back_beyond_the_pieces():
    X, y = data("block")
    clf = make(LSTMStepClassifier, bptt_steps=2, max_iter=20).fit(X, y)
    other = X.copy()
    other[:, 0] += 1
    assert not np.allclose(clf.predict_proba(other)[:, 3], clf.predict_proba(X)[:, 3])
