"""What fit and predict hold beyond X: a few numbers a sequence, whatever its size.

A sequence here has 384 numbers, so that a copy of X in any type, even one of a byte a
number, is several times what is allowed.
"""

import tracemalloc
import warnings
from functools import cache

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import ConvergenceWarning

from skrnn import LSTMClassifier, LSTMRegressor

#: A quarter of N is two blocks of 512 sequences, and four of 2**14 steps.
N, N_STEPS, N_FEATURES = 4096, 64, 6
#: So that a quarter of N is four batches.
BATCH_SIZE = 256
#: Labels, weights, an order, 16 bytes to tell copies by, and what sorting them takes.
EACH = 100
#: A list of memory maps is read through a plain view of each of them.
EACH_MAP = 250


@cache
def drawn(n):
    # Far from zero, so that the sum in a short type overflows.
    rng = np.random.default_rng(0)
    return 20 + 5 * rng.standard_normal((n, N_STEPS, N_FEATURES), "float32")


def numbers(n, dtype="float32"):
    return drawn(n).astype(dtype)


def mapped(n, folder):
    path = folder / f"X{n}.npy"
    np.save(path, numbers(n))
    return np.load(path, mmap_mode="r")


def objects(X):
    out = np.empty(len(X), object)
    out[:] = list(X)
    return out


def table(X):
    return X.reshape(len(X), -1)


LAYOUTS = {
    "float32": lambda n, _: numbers(n),
    "float64": lambda n, _: numbers(n, "float64"),
    "float16": lambda n, _: numbers(n, "float16"),
    "int8": lambda n, _: numbers(n, "int8"),
    "int64": lambda n, _: numbers(n, "int64"),
    "memory map": mapped,
    "list of float32": lambda n, _: list(numbers(n)),
    "list of float64": lambda n, _: list(numbers(n, "float64")),
    "list of int8": lambda n, _: list(numbers(n, "int8")),
    "list of both floats": lambda n, _: [numbers(1, "float64")[0], *numbers(n - 1)],
    "array of arrays": lambda n, _: objects(numbers(n)),
    "list of memory maps": lambda n, folder: list(mapped(n, folder)),
    "table of float32": lambda n, _: table(numbers(n)),
    "table of float64": lambda n, _: table(numbers(n, "float64")),
    "table of float16": lambda n, _: table(numbers(n, "float16")),
    "table of int8": lambda n, _: table(numbers(n, "int8")),
    "table of int64": lambda n, _: table(numbers(n, "int64")),
    "table in columns": lambda n, _: np.asfortranarray(table(numbers(n))),
    "mapped table": lambda n, folder: table(mapped(n, folder)),
    "frame of float32": lambda n, _: pd.DataFrame(table(numbers(n))),
    "frame of float64": lambda n, _: pd.DataFrame(table(numbers(n, "float64"))),
    "frame of int64": lambda n, _: pd.DataFrame(table(numbers(n, "int64"))),
}


#: Layouts whose numbers reach the network by ways of their own: what fit is asked of.
DIFFERENT = [
    *("float32", "float64", "int8", "memory map"),
    *("list of float32", "list of int8", "list of both floats"),
    *("array of arrays", "list of memory maps"),
    *("table of float32", "table of int8", "table in columns", "mapped table"),
    *("frame of float32", "frame of int64"),
]


#: And of these: of each collection one, and all that is read by a view.
KINDS = [
    *("float32", "int8", "memory map", "list of float32", "array of arrays"),
    *("list of memory maps", "table of float32", "frame of int64"),
]


@pytest.fixture(params=LAYOUTS)
def layout(request):
    return request.param


@pytest.fixture(params=DIFFERENT)
def different_layout(request):
    return request.param


def estimator(kind=LSTMClassifier, layout="float32", **options):
    width = N_FEATURES if "table" in layout or "frame" in layout else 1
    # Few filters, so that weights and pooled states are small.
    usual = {"max_iter": 1, "patch_size": 5, "n_filters": 2, "random_state": 0}
    options = usual | options
    options |= {"batch_size": BATCH_SIZE, "features_per_step": width}
    return kind(hidden_size=4, **options)


def labels(n):
    return np.arange(n) % 2


def peak(call, *args, **kwargs):
    """Give the most bytes that a call held at a time."""
    tracemalloc.start()
    try:
        with warnings.catch_warnings():
            # Nothing is learnt in one epoch from noise; that is not the question.
            warnings.simplefilter("ignore", ConvergenceWarning)
            call(*args, **kwargs)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def growth(measure):
    """Give by how many bytes a sequence what is held grows with their number."""
    # Imports, and what batches of one shape share, are held from the first call on.
    measure(N // 8)
    return (measure(N) - measure(N // 4)) / (N - N // 4)


def of_fit(layout, folder, **options):
    def measure(n):
        X, model = LAYOUTS[layout](n, folder), estimator(layout=layout, **options)
        return peak(model.fit, X, labels(n))

    return measure


def test_fit_holds_a_few_numbers_a_sequence(different_layout, tmp_path):
    each = EACH_MAP if different_layout == "list of memory maps" else EACH
    assert growth(of_fit(different_layout, tmp_path)) < each


@pytest.mark.parametrize(
    ("layout", "options"),
    [
        ("float32", {"kind": LSTMRegressor}),
        ("float32", {"own_scale": True, "linear_steps": 9, "n_filters": 3}),
        ("list of float32", {"standardize": False}),
        ("float32", {"patch_size": "auto"}),
        ("list of float32", {"early_stopping": True, "validation_fraction": 0.5}),
        ("float32", {"solver": "lbfgs", "tol": 1e9}),
        ("list of float32", {"class_weight": "balanced"}),
    ],
    ids=str,
)
def test_so_does_any_kind_of_fit(layout, options, tmp_path, monkeypatch):
    # A regression holds the last steps of so many sequences, and of no more.
    monkeypatch.setattr("skrnn.fitting.linear_path.MOST", 256)
    # And what its trial predicts at once is to be less than a quarter of a quarter.
    monkeypatch.setattr("skrnn.network.network.MOST_AT_ONCE", 128)
    assert growth(of_fit(layout, tmp_path, **options)) < EACH


def test_fit_with_weights_and_copies():
    def measure(n):
        X = list(numbers(n // 2)) * 2
        weight = np.random.default_rng(0).integers(0, 3, n)
        return peak(estimator().fit, X, labels(n), sample_weight=weight)

    assert growth(measure) < EACH


@pytest.mark.parametrize("first", ["float32", "float64"])
@pytest.mark.parametrize("then", ["float32", "float64"])
def test_going_on_in_another_type(first, then):
    def measure(n):
        model = estimator().partial_fit(numbers(64, first), labels(64), classes=[0, 1])
        return peak(model.partial_fit, numbers(n, then), labels(n))

    assert growth(measure) < EACH


def test_a_memory_map_is_never_in_memory_as_a_whole(tmp_path):
    n = 12288
    X, model = mapped(n, tmp_path), estimator()
    assert X.nbytes > 18e6
    for call in (model.fit, model.partial_fit):
        assert peak(call, X, labels(n)) < X.nbytes / 2
    for call in (model.predict, model.predict_proba, model.pooled_states):
        assert peak(call, X) < X.nbytes / 2


def test_predict_holds_a_few_numbers_a_sequence(layout, tmp_path):
    X, y = LAYOUTS[layout](64, tmp_path), labels(64)
    model = estimator(layout=layout).partial_fit(X, y, classes=[0, 1])

    def measure(n):
        return peak(model.predict, LAYOUTS[layout](n, tmp_path))

    each = EACH_MAP if layout == "list of memory maps" else EACH
    assert growth(measure) < each


@pytest.mark.parametrize("dtype", ["int8", "float32", "float64"])
def test_wide_sequences_are_predicted_a_few_at_a_time(dtype):
    X = np.random.default_rng(0).integers(-9, 9, (600, 10, 2000)).astype(dtype)
    model = estimator(patch_size=1).partial_fit(X[:4], labels(4), classes=[0, 1])
    for call in (model.predict, model.pooled_states, model.hidden_states):
        # Two million numbers, as they came and on their scale: 16 MB twice, and a bit.
        assert peak(call, X) < 45e6 < 600 * 10 * 2000 * 8 / 2


@pytest.mark.parametrize("layout", KINDS)
def test_nothing_stays_behind(layout, tmp_path):
    """A model keeps no X, and X nothing of what was looked at."""
    n, model = N // 4, estimator(layout=layout)
    X, y = LAYOUTS[layout](n, tmp_path), labels(n)

    def learn_and_predict(X):
        model.partial_fit(X, y, classes=[0, 1])
        model.predict(X)

    # Batches of the same shape share what follows from it, from the first one on.
    learn_and_predict(LAYOUTS[layout](n, tmp_path))
    tracemalloc.start()
    try:
        learn_and_predict(X)
        assert tracemalloc.get_traced_memory()[0] < 40 * n
    finally:
        tracemalloc.stop()
