"""A model that was stored, copied or shared is the same model, and a small one."""

import copy
import pickle
from multiprocessing.pool import ThreadPool

import joblib
import numpy as np
import pytest


def dump_and_load(clf, path, **options):
    joblib.dump(clf, path, **options)
    return joblib.load(path)


def memory_map(clf, path):
    joblib.dump(clf, path)
    return joblib.load(path, mmap_mode="r")


WAYS = {
    "joblib": dump_and_load,
    "compressed": lambda clf, path: dump_and_load(clf, path, compress=3),
    "memory-mapped": memory_map,
    "pickle": lambda clf, path: pickle.loads(pickle.dumps(clf)),
    "old pickle": lambda clf, path: pickle.loads(pickle.dumps(clf, protocol=2)),
    "deepcopy": lambda clf, path: copy.deepcopy(clf),
}


@pytest.fixture(params=WAYS.values(), ids=WAYS)
def again(request, tmp_path):
    """Store and load an estimator, or copy it."""

    def store_and_load(clf):
        return request.param(clf, tmp_path / "clf.joblib")

    return store_and_load


def assert_plain(value, where="estimator"):
    """Fail unless a value consists of arrays, not views, and plain Python values."""
    if isinstance(value, dict):
        for key, item in value.items():
            assert_plain(key, f"{where}, a key")
            assert_plain(item, f"{where}[{key!r}]")
    elif isinstance(value, list | tuple):
        for i, item in enumerate(value):
            assert_plain(item, f"{where}[{i}]")
    if isinstance(value, np.ndarray):
        assert value.base is None, f"{where} is a view"
    plain = {np.ndarray, int, float, str, bool, type(None), list, tuple, dict}
    assert type(value) in plain, f"{where} is a {type(value)}"


def test_same_predictions(small, X, y, again):
    clf = small().fit(X, y)
    twin = again(clf)
    for method in (
        "predict",
        "predict_proba",
        "predict_log_proba",
        "decision_function",
    ):
        np.testing.assert_array_equal(
            getattr(twin, method)(X), getattr(clf, method)(X), strict=True
        )
    assert twin.get_params() == clf.get_params()
    assert twin.loss_curve_ == clf.loss_curve_


def test_same_predictions_in_single_precision(small, layouts, y, again):
    X = layouts["block"].astype(np.float32)
    clf = small().fit(X, y)
    proba = again(clf).predict_proba(X)
    assert proba.dtype == np.float32
    np.testing.assert_array_equal(proba, clf.predict_proba(X))


@pytest.mark.parametrize("solver", ["adam", "sgd"])
@pytest.mark.parametrize("learning_rate", ["cosine", "invscaling"])
def test_partial_fit_goes_on(small, X, y, again, solver, learning_rate):
    clf = small(solver=solver, learning_rate=learning_rate, batch_size=16)
    for _ in range(2):
        clf.partial_fit(X, y, classes=["down", "up"])
    twin = again(clf)
    for _ in range(2):
        clf.partial_fit(X, y)
        twin.partial_fit(X, y)
    np.testing.assert_array_equal(twin.weights_, clf.weights_)
    assert (twin.t_, twin.loss_curve_) == (clf.t_, clf.loss_curve_)
    assert twin.optimizer_state_[solver]["n_steps"] == 4 * 3
    assert_plain([twin.weights_, twin.optimizer_state_])


@pytest.mark.parametrize("warm_start", [False, True])
def test_refit(small, X, y, again, warm_start):
    clf = small(warm_start=warm_start).fit(X, y)
    twin = again(clf)
    before = twin.weights_.copy()
    np.testing.assert_array_equal(twin.fit(X, y).weights_, clf.fit(X, y).weights_)
    assert np.array_equal(before, clf.weights_) is not warm_start
    assert_plain([twin.weights_, twin.optimizer_state_])


def test_copies_do_not_share(small, X, y):
    clf = small().fit(X, y)
    expected, before = clf.predict_proba(X), joblib.hash(vars(clf))
    copy.deepcopy(clf).partial_fit(X, y)
    copy.copy(clf).partial_fit(X, y)
    np.testing.assert_array_equal(clf.predict_proba(X), expected)
    assert joblib.hash(vars(clf)) == before


def test_unfitted(small, X, y, again):
    twin = again(small())
    np.testing.assert_array_equal(twin.fit(X, y).weights_, small().fit(X, y).weights_)


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("layout", ["block", "ragged", "frame"])
def test_fitted_state_is_arrays_and_plain_values(
    small, layouts, y, layout, early_stopping
):
    X = layouts[layout]
    clf = small(hidden_size=4, early_stopping=early_stopping).fit(X, y)
    assert_plain(vars(clf))
    clf.set_params(early_stopping=False).partial_fit(X, y)
    assert_plain(vars(clf))


@pytest.mark.parametrize(
    "numbers", [{"hidden_size": np.int64(4)}, {"tol": np.float32(0)}]
)
def test_numbers_of_numpy_as_parameters_do_not_reach_the_state(small, X, y, numbers):
    clf = small(**numbers, early_stopping=True).fit(X, y, np.ones(len(y), np.float32))
    assert_plain({k: v for k, v in vars(clf).items() if k not in clf.get_params()})


@pytest.mark.parametrize("layout", ["block", "ragged", "table"])
def test_pickle_holds_no_data(small, layout):
    rng = np.random.default_rng(0)
    block, y = rng.normal(size=(500, 20, 2)), np.arange(500) % 2
    X = {"block": block, "ragged": list(block), "table": block.reshape(500, -1)}[layout]
    clf = small(max_iter=2).fit(X, y)
    for _ in range(2):
        clf.predict_proba(X)
        assert len(pickle.dumps(clf)) < 5 * clf.weights_.nbytes + 10_000
        clf.partial_fit(X, y)


def test_predictions_from_several_threads(small, X, y):
    clf = small().fit(X, y)
    parts = [X[k : k + 5 + k % 3] for k in range(0, 35)] * 3
    expected = [clf.predict_proba(part) for part in parts]
    with ThreadPool(4) as pool:
        came = pool.map(clf.predict_proba, parts, chunksize=1)
    for one, other in zip(came, expected, strict=True):
        np.testing.assert_array_equal(one, other)
