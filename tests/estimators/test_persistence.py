"""A model that was stored, copied or shared is the same model, and a small one."""

import copy
import pickle
from multiprocessing.pool import ThreadPool

import joblib
import numpy as np
import pytest
import skops.io
from sklearn.base import is_classifier

from skrnn import RecurrentFeatures
from skrnn.interop import SKOPS_TRUSTED


def dump_and_load(model, path, **options):
    joblib.dump(model, path, **options)
    return joblib.load(path)


def memory_map(model, path):
    joblib.dump(model, path)
    return joblib.load(path, mmap_mode="r")


def skops_and_load(model, path):
    skops.io.dump(model, path)
    return skops.io.load(path, trusted=SKOPS_TRUSTED)


WAYS = {
    "joblib": dump_and_load,
    "compressed": lambda model, path: dump_and_load(model, path, compress=3),
    "memory-mapped": memory_map,
    "pickle": lambda model, path: pickle.loads(pickle.dumps(model)),
    "old pickle": lambda model, path: pickle.loads(pickle.dumps(model, protocol=2)),
    "skops": skops_and_load,
    "deepcopy": lambda model, path: copy.deepcopy(model),
}
METHODS = (
    "predict",
    "predict_proba",
    "predict_log_proba",
    "decision_function",
    "pooled_states",
)


def first_partial_fit(model, X, codes):
    classes = {"classes": [0, 1]} if is_classifier(model) else {}
    return model.partial_fit(X, codes, **classes)


@pytest.fixture(params=WAYS)
def again(request, tmp_path):
    """Store and load an estimator, or copy it."""

    def store_and_load(model):
        return WAYS[request.param](model, tmp_path / "model.joblib")

    return store_and_load


LAYOUTS_OF_X = ()


@pytest.fixture
def X(request, again, layouts):
    """Return a layout for each way; only a few attributes know the layout."""
    k = list(WAYS).index(request.node.callspec.params["again"])
    return layouts[["ragged", "block", "table"][k % 3]]


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


LARGE = {"hidden_size": (4, 3), "bidirectional": True, "dropout": 0.1}


def test_same_predictions(any_small, X, codes, again):
    model = any_small(**LARGE).fit(X, codes)
    twin = again(model)
    for method in METHODS:
        if hasattr(model, method):
            np.testing.assert_array_equal(
                getattr(twin, method)(X), getattr(model, method)(X), strict=True
            )
    assert twin.get_params() == model.get_params()
    assert twin.loss_curve_ == model.loss_curve_


def test_same_predictions_in_single_precision(any_small, layouts, codes, again):
    X = layouts["block"].astype(np.float32)
    model = any_small().fit(X, codes)
    pooled = again(model).pooled_states(X)
    assert pooled.dtype == np.float32
    np.testing.assert_array_equal(pooled, model.pooled_states(X))


@pytest.mark.parametrize(
    ("solver", "learning_rate"), [("adam", "cosine"), ("sgd", "invscaling")]
)
def test_partial_fit_goes_on(any_small, X, codes, again, solver, learning_rate):
    model = any_small(solver=solver, learning_rate=learning_rate, batch_size=16)
    first_partial_fit(model, X, codes).partial_fit(X, codes)
    twin = again(model)
    for _ in range(2):
        model.partial_fit(X, codes)
        twin.partial_fit(X, codes)
    np.testing.assert_array_equal(twin.weights_, model.weights_)
    assert (twin.t_, twin.loss_curve_) == (model.t_, model.loss_curve_)
    assert twin.optimizer_state_[solver]["n_steps"] == 4 * 3
    assert_plain([twin.weights_, twin.optimizer_state_])


@pytest.mark.parametrize("warm_start", [False, True])
def test_refit(any_small, X, codes, again, warm_start):
    model = any_small(warm_start=warm_start).fit(X, codes)
    twin = again(model)
    before = twin.weights_.copy()
    np.testing.assert_array_equal(
        twin.fit(X, codes).weights_, model.fit(X, codes).weights_
    )
    assert np.array_equal(before, model.weights_) is not warm_start
    assert_plain([twin.weights_, twin.optimizer_state_])


def test_an_interrupted_model_goes_on(any_small, X, codes, again, interrupted_after):
    model = any_small(batch_size=16, warm_start=True, linear_steps=0, **LARGE)
    interrupted_after(4)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, codes)
    assert model.n_iter_ == 1
    twin = again(model)
    assert twin.stopping_reason_ == "it was interrupted"
    np.testing.assert_array_equal(twin.pooled_states(X), model.pooled_states(X))
    np.testing.assert_array_equal(
        twin.fit(X, codes).weights_, model.fit(X, codes).weights_
    )


def test_transformer(any_small, X, codes, again):
    features = RecurrentFeatures(any_small(**LARGE)).fit(X, codes)
    twin = again(features)
    np.testing.assert_array_equal(twin.transform(X), features.transform(X))
    assert list(twin.get_feature_names_out()) == list(features.get_feature_names_out())
    np.testing.assert_array_equal(
        twin.fit_transform(X, codes), features.fit_transform(X, codes)
    )


def test_copies_do_not_share(any_small, layouts, codes):
    X = layouts["ragged"]
    model = any_small().fit(X, codes)
    expected, before = model.pooled_states(X), joblib.hash(vars(model))
    copy.deepcopy(model).partial_fit(X, codes)
    copy.copy(model).partial_fit(X, codes)
    np.testing.assert_array_equal(model.pooled_states(X), expected)
    assert joblib.hash(vars(model)) == before


def test_unfitted(any_small, X, codes, again):
    twin = again(any_small())
    np.testing.assert_array_equal(
        twin.fit(X, codes).weights_, any_small().fit(X, codes).weights_
    )


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("layout", ["block", "ragged", "frame"])
def test_fitted_state_is_arrays_and_plain_values(
    any_small, layouts, y, targets, layout, early_stopping
):
    X, model = layouts[layout], any_small(validation_fraction=0.5, **LARGE)
    y = y if is_classifier(model) else np.column_stack([targets, targets**2])
    assert_plain(vars(model.set_params(early_stopping=early_stopping).fit(X, y)))
    model.set_params(early_stopping=False).partial_fit(X, y)
    assert_plain(vars(model))
    solver = {"solver": "lbfgs", "dropout": 0, "tol": 10.0}
    assert_plain(vars(model.set_params(**solver).fit(X, y)))


@pytest.mark.parametrize(
    "numbers",
    [
        {"hidden_size": np.int64(4)},
        {"hidden_size": (np.int64(4), 3)},
        {"n_layers": np.int32(2), "bidirectional": np.True_},
        {"patch_size": np.int64(2), "standardize": np.False_},
        {"tol": np.float32(0), "dropout": np.float32(0.1)},
    ],
)
def test_numbers_of_numpy_as_parameters_do_not_reach_the_state(
    any_small, layouts, codes, numbers
):
    X = layouts["ragged"]
    model = any_small(**numbers, early_stopping=True, validation_fraction=0.5)
    model.fit(X, codes, np.ones(len(codes), np.float32))
    assert_plain({k: v for k, v in vars(model).items() if k not in model.get_params()})


@pytest.mark.parametrize("layout", ["block", "ragged", "table"])
def test_pickle_holds_no_data(any_small, layout):
    rng = np.random.default_rng(0)
    block, codes = rng.normal(size=(500, 20, 2)), np.arange(500) % 2
    X = {"block": block, "ragged": list(block), "table": block.reshape(500, -1)}[layout]
    model = any_small(max_iter=2).fit(X, codes)
    for _ in range(2):
        model.predict(X)
        assert len(pickle.dumps(model)) < 5 * model.weights_.nbytes + 10_000
        model.partial_fit(X, codes)


def test_predictions_from_several_threads(any_small, layouts, codes):
    X = layouts["ragged"]
    model = any_small(**LARGE).fit(X, codes)
    parts = [X[k : k + 5 + k % 3] for k in range(0, 35)] * 3
    expected = [model.pooled_states(part) for part in parts]
    with ThreadPool(4) as pool:
        came = pool.map(model.pooled_states, parts, chunksize=1)
    for one, other in zip(came, expected, strict=True):
        np.testing.assert_array_equal(one, other)
