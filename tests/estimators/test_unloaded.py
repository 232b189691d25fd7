"""Collections that are not in memory are learnt, and predicted, as those that are."""

import threading
import tracemalloc

import dask.array as da
import numpy as np
import pytest
from sklearn.base import is_classifier
from sklearn.preprocessing import StandardScaler

from skrnn import (
    GRURegressor,
    GRUStepClassifier,
    LSTMClassifier,
    LSTMStepRegressor,
    RecurrentFeatures,
)
from skrnn.inspection import saliency
from skrnn.preprocessing import PerStepTransformer
from tests.conftest import (
    CLASSIFIERS,
    REGRESSORS,
    STEP_CLASSIFIERS,
    STEP_REGRESSORS,
)
from tests.unloaded import Collection, Stored

#: How well so little is learnt is not the question.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

N, N_STEPS = 60, 40
BLOCK = np.random.default_rng(0).normal(size=(N, N_STEPS, 2)) * (1, 1000) + (0, 5)
RAGGED = [x[: 5 + 7 * k % 36] for k, x in enumerate(BLOCK)]
LABELS = (BLOCK[:, :3, 0].sum(axis=1) > 0).astype(int)
#: Some are the same, as counts are.
TARGETS = np.round(BLOCK[:, :3, 0].sum(axis=1))

#: What is in memory, and the same that is not.
LAYOUTS = {
    "collection": (RAGGED, lambda: Collection(RAGGED)),
    "equally long": (list(BLOCK), lambda: Collection(BLOCK)),
    "list of stored": (RAGGED, lambda: [Stored(x) for x in RAGGED]),
    "list of both": (RAGGED, lambda: [*map(Stored, RAGGED[:9]), *RAGGED[9:]]),
    "stored": (BLOCK, lambda: Stored(BLOCK)),
    "in blocks": (BLOCK, lambda: Stored(BLOCK, chunks=(7, 11, 1))),
    "one block": (BLOCK, lambda: Stored(BLOCK, chunks=(100, 40, 2))),
    "dask": (BLOCK, lambda: da.from_array(BLOCK, chunks=((20, 1, 0, 39), 40, 1))),
}


@pytest.fixture(autouse=True)
def _many_groups(monkeypatch):
    """Let batches, parts and pieces be large for what may be read at a time."""
    monkeypatch.setattr("skrnn.validation.unloaded.SMALL", 0)
    monkeypatch.setattr("skrnn.sequences.read_ahead.FIRST", 2**11)
    monkeypatch.setattr("skrnn.sequences.read_ahead.MOST", 2**13)
    monkeypatch.setattr("skrnn.sequences.sources.PART", 2**13)
    monkeypatch.setattr("skrnn.sequences.sources.GAP", 2**10)
    # Two sequences are worth a thread, where there are some.
    monkeypatch.setattr("skrnn.network.network.WORTH_A_THREAD", 6)


@pytest.fixture(autouse=True)
def _no_thread_is_left():
    yield
    left = [thread.name for thread in threading.enumerate()]
    assert not any("skrnn" in name for name in left)


@pytest.fixture(params=LAYOUTS)
def layout(request):
    return LAYOUTS[request.param]


def answers(kind, X):
    if kind in CLASSIFIERS:
        return LABELS
    if kind in REGRESSORS:
        return TARGETS
    sums = [np.cumsum(x[:, 0]) for x in X]
    return [(x > 0).astype(int) for x in sums] if kind in STEP_CLASSIFIERS else sums


def make(kind, **options):
    usual = {"hidden_size": 3, "max_iter": 2, "batch_size": 8, "random_state": 0}
    return kind(**{**usual, **options})


def flat(found):
    return np.concatenate([np.ravel(x) for x in found])


def same(found, expected):
    assert np.array_equal(found.weights_, expected.weights_)
    assert found.loss_curve_ == expected.loss_curve_
    assert found.input_layout_ == expected.input_layout_


KINDS = CLASSIFIERS + REGRESSORS + STEP_CLASSIFIERS + STEP_REGRESSORS


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_estimator_learns_the_same(kind):
    for X, unloaded in (LAYOUTS["collection"], LAYOUTS["in blocks"]):
        y = answers(kind, X)
        same(make(kind).fit(unloaded(), y), make(kind).fit(X, y))


CASES = {
    "plain": (LSTMClassifier, {}),
    "as it is": (LSTMClassifier, {"standardize": False, "patch_size": 1}),
    "own scale": (LSTMClassifier, {"own_scale": True, "patch_size": 3, "n_filters": 2}),
    "balanced": (LSTMClassifier, {"class_weight": "balanced"}),
    "stopped early": (LSTMClassifier, {"early_stopping": True, "max_iter": 4}),
    "static": (LSTMClassifier, {"patch_size": 2, "bidirectional": True}),
    "two threads": (LSTMClassifier, {"n_jobs": 2}),
    "lbfgs": (LSTMClassifier, {"solver": "lbfgs"}),
    "linear path": (GRURegressor, {"linear_steps": 2}),
    "quantiles": (GRURegressor, {"loss": "quantile", "quantile": [0.1, 0.9]}),
    "pieces": (GRUStepClassifier, {"bptt_steps": 7}),
    "pieces by lbfgs": (LSTMStepRegressor, {"bptt_steps": 7, "solver": "lbfgs"}),
    "pieces, stopped": (LSTMStepRegressor, {"bptt_steps": 16, "early_stopping": True}),
}


@pytest.mark.parametrize("case", CASES)
def test_any_fit_gives_the_same_weights(case, layout):
    kind, options = CASES[case]
    X, unloaded = layout
    y = answers(kind, X)
    expected, found = make(kind, **options).fit(X, y), make(kind, **options)
    found.fit(unloaded(), y)
    same(found, expected)
    # A second fit begins with the sequences, not with what was noted of others.
    same(found.fit(unloaded(), y), expected)


@pytest.mark.parametrize("dtype", ["float32", "float16", "int8", "longdouble"])
def test_so_does_a_fit_in_any_type(dtype):
    block = BLOCK.clip(-100, 100).astype(dtype)
    ragged = [x[: len(y)] for x, y in zip(block, RAGGED, strict=True)]
    for X, unloaded in ((block, Stored(block)), (ragged, Collection(ragged))):
        found = make(LSTMClassifier).fit(unloaded, LABELS)
        same(found, make(LSTMClassifier).fit(X, LABELS))
        proba = found.predict_proba(unloaded)
        assert proba.dtype == (np.float32 if dtype == "float32" else np.float64)
        np.testing.assert_allclose(proba, found.predict_proba(X), rtol=1e-5)


def test_stored_sequences_of_both_floats_are_read_as_float64():
    X = [x.astype("f" if k % 2 else "d") for k, x in enumerate(RAGGED)]
    found = make(LSTMClassifier).fit([Stored(x) for x in X], LABELS)
    same(found, make(LSTMClassifier).fit(X, LABELS))
    assert found.predict_proba([Stored(x) for x in X]).dtype == np.float64


def test_weights_and_copies_and_groups(layout):
    X, unloaded = layout
    weight = np.random.default_rng(0).integers(0, 3, N)
    groups = np.arange(N) // 4
    options = {"early_stopping": True, "validation_fraction": 0.3}
    given = {"sample_weight": weight, "groups": groups}
    expected = make(LSTMClassifier, **options).fit(X, LABELS, **given)
    same(make(LSTMClassifier, **options).fit(unloaded(), LABELS, **given), expected)


def test_copies_are_told():
    X = [RAGGED[k % 7] for k in range(N)]
    y = np.arange(N) % 7 % 2
    found = make(LSTMClassifier).fit(Collection(X), y)
    same(found, make(LSTMClassifier).fit(X, y))
    # There is a single batch, of seven sequences.
    assert found.t_ == 2 * 7


def test_a_validation_set(layout):
    X, unloaded = layout
    fit = {"X": X, "y": LABELS, "y_val": LABELS[:30]}
    options = {"early_stopping": True, "max_iter": 3}
    expected = make(LSTMClassifier, **options).fit(X_val=X[:30], **fit)
    for held_out in (Collection(X[:30]), Stored(BLOCK[:30])):
        if (expected.input_layout_ == "3-D array") == isinstance(held_out, Stored):
            found = make(LSTMClassifier, **options).fit(X_val=held_out, **fit)
            same(found, expected)
            found.fit(unloaded(), LABELS, X_val=held_out, y_val=LABELS[:30])
            same(found, expected)
            assert found.validation_scores_ == expected.validation_scores_


def test_partial_fit_and_warm_start(any_small, layout):
    X, unloaded = layout
    expected, found = any_small(batch_size=8), any_small(batch_size=8)
    first = {"classes": [0, 1]} if is_classifier(found) else {}
    for _ in range(2):
        expected.partial_fit(X, LABELS, **first)
        found.partial_fit(unloaded(), LABELS, **first)
    same(found, expected)
    expected.set_params(warm_start=True).fit(X, LABELS)
    same(found.set_params(warm_start=True).fit(unloaded(), LABELS), expected)


def test_gaps(layout):
    X, _ = layout
    rng = np.random.default_rng(0)
    gappy = [np.where(rng.random(x.shape) < 0.2, np.nan, x) for x in X]
    for x in gappy[:50]:
        x[:, 1] = np.nan  # of this feature little is known
    options = {"missing_values": "forward_fill"}
    expected = make(LSTMClassifier, **options).fit(gappy, LABELS)
    same(make(LSTMClassifier, **options).fit(Collection(gappy), LABELS), expected)
    if len({len(x) for x in gappy}) == 1:
        block = np.array(gappy)
        expected = make(LSTMClassifier, **options).fit(block, LABELS)
        for unloaded in (Stored(block), Stored(block, chunks=(9, 40, 2))):
            same(make(LSTMClassifier, **options).fit(unloaded, LABELS), expected)


def test_static_features():
    block = BLOCK.copy()
    block[:, :, 1] = block[:, :1, 1]
    ragged = [x[: len(y)] for x, y in zip(block, RAGGED, strict=True)]
    options = {"static_features": [1]}
    for X, unloaded in ((block, Stored(block)), (ragged, Collection(ragged))):
        expected = make(GRURegressor, **options).fit(X, TARGETS)
        same(make(GRURegressor, **options).fit(unloaded, TARGETS), expected)


@pytest.mark.parametrize("chunks", [None, (7, 40, 2)])
def test_padding(chunks):
    block = BLOCK.copy()
    for x, short in zip(block, RAGGED, strict=True):
        x[len(short) :] = np.nan
    expected = make(LSTMClassifier, padding="nan").fit(block, LABELS)
    unloaded = Stored(block, chunks)
    found = make(LSTMClassifier, padding="nan").fit(unloaded, LABELS)
    same(found, expected)
    np.testing.assert_allclose(
        found.hidden_states(unloaded), expected.hidden_states(block), rtol=1e-9
    )


def test_names_of_columns():
    pd = pytest.importorskip("pandas")
    frames = [pd.DataFrame(x, columns=["a", "b"]) for x in RAGGED]
    found = make(LSTMClassifier).fit(Collection(frames), LABELS)
    same(found, make(LSTMClassifier).fit(frames, LABELS))
    assert found.feature_names_in_.tolist() == ["a", "b"]
    assert np.array_equal(found.predict(Collection(frames)), found.predict(frames))


METHODS = {
    LSTMClassifier: [
        *("predict", "predict_proba", "predict_log_proba", "decision_function"),
        *("hidden_states", "pooled_states"),
    ],
    GRURegressor: ["predict", "hidden_states", "pooled_states"],
    GRUStepClassifier: [
        *("predict", "predict_proba", "predict_log_proba", "decision_function"),
        "hidden_states",
    ],
    LSTMStepRegressor: ["predict", "hidden_states"],
}


@pytest.mark.parametrize("kind", METHODS, ids=lambda kind: kind.__name__)
def test_predictions_are_the_same(kind, layout):
    X, unloaded = layout
    y = answers(kind, X)
    model = make(kind).fit(X, y)
    for method in METHODS[kind]:
        expected = getattr(model, method)(X)
        found = getattr(model, method)(unloaded())
        assert type(found) is type(expected)
        assert [np.shape(x) for x in found] == [np.shape(x) for x in expected]
        np.testing.assert_allclose(flat(found), flat(expected), rtol=1e-9, atol=1e-12)
    assert model.score(unloaded(), y) == pytest.approx(model.score(X, y))


def test_what_is_built_upon_a_network_takes_them_too():
    features = RecurrentFeatures(make(LSTMClassifier))
    expected = features.fit(RAGGED, LABELS).transform(RAGGED)
    found = features.fit(Collection(RAGGED), LABELS).transform(Collection(RAGGED))
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_what_reads_all_of_them_reads_them_as_a_list():
    model = make(LSTMClassifier).fit(Collection(list(BLOCK)), LABELS)
    X = Collection(list(BLOCK[:9]))
    stages = zip(
        model.staged_predict_proba(X),
        model.staged_predict_proba(list(BLOCK[:9])),
        strict=True,
    )
    assert all(np.array_equal(*pair) for pair in stages)
    found, expected = (saliency(model, each) for each in (X, list(BLOCK[:9])))
    assert np.array_equal(flat(found), flat(expected))
    scaled = PerStepTransformer(StandardScaler()).fit_transform(X)
    expected = PerStepTransformer(StandardScaler()).fit_transform(list(BLOCK[:9]))
    assert np.array_equal(flat(scaled), flat(expected))


ONES = {
    "one step": BLOCK[:, :1],
    "one feature": BLOCK[:, :, :1],
    "one of both": BLOCK[:, :1, :1],
    "two sequences": BLOCK[[0, 2]],
    "wide": BLOCK.reshape(N, 1, -1),
}


@pytest.mark.parametrize("case", ONES)
def test_sizes_of_one(case):
    X = ONES[case]
    y = np.arange(len(X)) % 2
    for batch_size in (1, 64):
        expected = make(LSTMClassifier, batch_size=batch_size).fit(X, y)
        for unloaded in (Stored(X), Stored(X, (1, 1, 1)), Stored(X, (2, 9, 9))):
            same(make(LSTMClassifier, batch_size=batch_size).fit(unloaded, y), expected)
        expected = make(LSTMClassifier, batch_size=batch_size).fit(list(X), y)
        found = make(LSTMClassifier, batch_size=batch_size).fit(Collection(X), y)
        same(found, expected)
    assert len(found.predict(Collection(X[:1]))) == 1
    assert len(make(GRURegressor).fit(Stored(X[:1]), y[:1]).predict(Stored(X[:1]))) == 1


# What is read, and when.


@pytest.mark.parametrize("max_iter", [1, 3])
def test_a_sequence_is_read_twice_before_the_first_epoch_and_once_in_each(max_iter):
    unloaded = Collection(list(BLOCK))
    model = make(LSTMClassifier, max_iter=max_iter, patch_size=1, own_scale=False)
    model.fit(unloaded, LABELS)
    # To look at the first, to measure what the sequences are like, and for warnings.
    few = N + 2 + 3
    assert sum(unloaded.n_reads.values()) <= N * (2 + max_iter) + few
    assert min(unloaded.n_reads.values()) == 2 + max_iter


def test_samples_are_bounded():
    n = 2000
    X = np.random.default_rng(0).normal(size=(n, 40, 1))
    unloaded = Collection(X)
    make(LSTMClassifier, max_iter=1, batch_size=512).fit(unloaded, np.arange(n) % 2)
    reads = np.array([unloaded.n_reads[i] for i in range(n)])
    assert reads.min() == 3
    # The correlation, the spread, and whether all predictions are the same.
    assert (reads - 3).sum() < 4 * 256


def test_predict_reads_each_sequence_once():
    model = make(LSTMClassifier).fit(RAGGED, LABELS)
    unloaded = Collection(RAGGED)
    model.predict(unloaded)
    # The first is looked at to know the layout.
    assert unloaded.n_reads == dict.fromkeys(range(N), 1) | {0: 2}
    stored = Stored(BLOCK)
    model = make(LSTMClassifier).fit(BLOCK, LABELS)
    model.predict(stored)
    assert stored.n_reads == dict.fromkeys(range(N), 1)


def test_a_block_is_read_once_for_all_that_are_needed_of_it():
    stored = Stored(BLOCK, chunks=(30, 40, 2))
    model = make(LSTMClassifier, max_iter=1, batch_size=64, patch_size=1)
    model.set_params(own_scale=False, standardize=False).fit(stored, LABELS)
    epoch = [which for which in stored.read if which.stop - which.start > 1]
    # The look at all, the only batch, its loss at the end, and what is warned of.
    assert len(epoch) <= 8


def test_steps_that_are_not_needed_are_not_read():
    stored = Stored(BLOCK)
    y = answers(GRUStepClassifier, BLOCK)
    make(GRUStepClassifier, bptt_steps=10, standardize=False).fit(stored, y)
    pieces = [which[1] for which in stored.read if isinstance(which, tuple)]
    assert pieces
    assert {steps.stop - steps.start for steps in pieces} <= {10, 20, 30, 40}
    ragged = [Stored(x) for x in RAGGED]
    y = answers(GRUStepClassifier, RAGGED)
    make(GRUStepClassifier, bptt_steps=10, standardize=False).fit(ragged, y)
    assert any(which.start not in (None, 0) for x in ragged for which in x.read)


def test_users_code_is_asked_by_one_thread_at_a_time():
    unloaded = Collection(RAGGED)
    make(LSTMClassifier, n_jobs=2).fit(unloaded, LABELS)
    assert any("skrnn-read-ahead" in name for name in unloaded.threads)


def test_an_array_may_be_used_again_for_the_next_sequence():
    class Reused(Collection):
        buffer = np.empty((N_STEPS, 2))

        def __getitem__(self, i):
            values = self.buffer[: len(self.sequences[i])]
            values[...] = self.sequences[i]
            return values

    same(
        make(LSTMClassifier).fit(Reused(RAGGED), LABELS),
        make(LSTMClassifier).fit(RAGGED, LABELS),
    )


def test_what_is_in_memory_needs_no_thread(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("a thread to read ahead")

    monkeypatch.setattr("skrnn.sequences.read_ahead.ThreadPoolExecutor", refuse)
    for X in (BLOCK, RAGGED):
        make(LSTMClassifier).fit(X, LABELS).predict(X)
    with pytest.raises(AssertionError, match="a thread to read ahead"):
        make(LSTMClassifier).fit(Collection(RAGGED), LABELS)


def peak(call, *args):
    tracemalloc.start()
    try:
        call(*args)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


class Drawn(Collection):
    """Each sequence is drawn anew, from its number; there are as many as one likes."""

    def __init__(self, n, n_steps):
        super().__init__(range(n))
        self.n_steps = n_steps

    def __getitem__(self, i):
        super().__getitem__(i)
        return np.random.default_rng(i).normal(size=(self.n_steps, 4)).astype("f")


def test_never_in_memory_as_a_whole(monkeypatch):
    monkeypatch.setattr("skrnn.sequences.scaling.BLOCK", 2**14)
    n, n_steps = 2000, 500
    size = n * n_steps * 4 * 4
    unloaded, y = Drawn(n, n_steps), np.arange(n) % 2
    model = make(LSTMClassifier, max_iter=1, patch_size=50, n_filters=2)
    # Samples of 256 sequences, and what importing takes at the first call.
    assert peak(model.fit, unloaded, y) < size / 3
    assert peak(model.predict, unloaded) < size / 8


# What goes wrong.


class Interrupted(Collection):
    """Raises in the middle of training."""

    def __init__(self, sequences, error, after):
        super().__init__(sequences)
        self.error, self.n_left = error, after

    def __getitem__(self, i):
        self.n_left -= 1
        if self.n_left < 0:
            raise self.error
        return super().__getitem__(i)


@pytest.mark.parametrize("after", [1, N, 2 * N, 3 * N + 20, 5 * N])
def test_an_error_reaches_whoever_called_fit(after):
    unloaded = Interrupted(RAGGED, OSError("the disk is gone"), after)
    model = make(LSTMClassifier, max_iter=100)
    with pytest.raises(RuntimeError, match="the disk is gone") as caught:
        model.fit(unloaded, LABELS)
    assert isinstance(caught.value.__cause__, OSError)
    assert not hasattr(model, "weights_")


def test_an_interrupt_while_it_reads_keeps_the_weights_so_far():
    unloaded = Interrupted(RAGGED, KeyboardInterrupt(), 6 * N)
    model = make(LSTMClassifier, max_iter=100)
    with pytest.raises(KeyboardInterrupt):
        model.fit(unloaded, LABELS)
    assert 0 < model.n_iter_ < 100
    assert np.isfinite(model.weights_).all()


def test_an_error_in_training_leaves_no_thread(monkeypatch):
    def fail(*args, **kwargs):
        raise ArithmeticError("in training")

    monkeypatch.setattr("skrnn.training.objective.Objective.value_and_gradient", fail)
    with pytest.raises(ArithmeticError, match="in training") as caught:
        make(LSTMClassifier).fit(Collection(RAGGED), LABELS)
    # While the traceback is there, with all that training held.
    left = [thread.name for thread in threading.enumerate()]
    assert not any("skrnn" in name for name in left)
    assert caught.value.__traceback__ is not None


def test_an_interrupt_in_training_leaves_none_either(interrupted_after):
    model = make(LSTMClassifier, max_iter=100)
    interrupted_after(70)
    with pytest.raises(KeyboardInterrupt) as caught:
        model.fit(Collection(RAGGED), LABELS)
    left = [thread.name for thread in threading.enumerate()]
    assert not any("skrnn" in name for name in left)
    assert caught.value.__traceback__ is not None
    assert model.n_iter_ == 2


class Plain(Collection):
    """It counts nothing, for which it would need memory."""

    def __getitem__(self, i):
        return self.sequences[i]


class PlainStored(Stored):
    """Nor does it."""

    def __getitem__(self, which):
        return np.array(self._values[which])


@pytest.mark.parametrize("kind", [Plain, PlainStored])
def test_a_few_numbers_a_sequence_are_held(kind, monkeypatch):
    monkeypatch.setattr("skrnn.sequences.scaling.BLOCK", 2**14)
    monkeypatch.setattr("skrnn.network.network.WORTH_A_THREAD", 2**14)
    block = np.random.default_rng(0).normal(size=(4096, 64, 6)).astype("f")
    model = make(LSTMClassifier, max_iter=1, batch_size=64, patch_size=16, n_filters=2)

    def measure(n):
        X = kind(block[:n])
        return peak(model.fit, X, np.arange(n) % 2), peak(model.predict, X)

    measure(512)
    few, many = measure(1024), measure(4096)
    growth = (np.array(many) - few) / 3072
    # Of 1536 bytes. Whether two chunks meet in memory is up to the threads.
    assert growth[0] < 120
    assert growth[1] < 400
