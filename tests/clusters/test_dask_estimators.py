"""Estimators on a Dask cluster, as scikit-learn and Dask expect them."""

import asyncio
import copy
import inspect
import pickle
import subprocess
import sys
import warnings
from pathlib import Path

import dask
import dask.array as da
import dask.bag as db
import joblib
import numpy as np
import pandas as pd
import pytest
from distributed import Client, LocalCluster
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import skrnn
import skrnn.dask
from tests.clusters.fits import (
    KINDS,
    LABELS,
    RAGGED,
    N,
    X,
    assert_same,
    calls,  # noqa: F401
    cluster_of,
    pair,
    targets_of,
)
from tests.messages import failure

pytestmark = pytest.mark.xdist_group("dask")


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with cluster_of(2, tmp_path_factory.mktemp("dask")) as client:
        yield client


@pytest.fixture(scope="module")
def fitted(client):
    """Fit a small estimator of each kind, once for each layout."""
    done = {}

    def fit(kind, X, **parameters):
        key = kind, type(X), getattr(X, "ndim", None), str(parameters)
        if key not in done:
            y = parameters.pop("y", None)
            y = targets_of(kind, X) if y is None else y
            small = {"hidden_size": 4, "batch_size": 300, **parameters}
            done[key] = pair(kind, client=client, **small)[0].fit(X, y)
        return done[key]

    return fit


@pytest.mark.parametrize("kind", KINDS)
def test_parameters_are_those_of_the_plain_one_and_two(kind):
    plain, of_cluster = getattr(skrnn, kind), getattr(skrnn.dask, kind)
    expected = inspect.signature(plain).parameters
    found = inspect.signature(of_cluster).parameters
    assert list(found) == [*expected, "client", "average_every"]
    for name, parameter in expected.items():
        assert found[name] == parameter
    model = of_cluster(7, alpha=0.5, average_every=3)
    assert model.get_params() == plain(7, alpha=0.5).get_params() | {
        "client": None,
        "average_every": 3,
    }
    assert repr(model) == f"{kind}(alpha=0.5, average_every=3, hidden_size=7)"
    assert model.set_params(average_every=None, alpha=0.1).alpha == 0.1
    text = failure(TypeError, of_cluster, hidden_sise=3)
    assert text == (
        f"{kind} has no parameter 'hidden_sise'. Did you mean 'hidden_size'?"
    )
    assert of_cluster.__module__.startswith("skrnn.dask.")
    assert "client" in inspect.getdoc(of_cluster)


def test_parameters_are_checked(client):
    model = skrnn.dask.LSTMClassifier(client="tcp://here", average_every=0)
    assert failure(ValueError, model.fit, X, LABELS) == (
        "The 'average_every' parameter of LSTMClassifier must be an int in the range "
        "[1, inf) or None. Got 0.\n"
        "The 'client' parameter of LSTMClassifier must be a distributed.Client or None."
        " Got 'tcp://here'."
    )
    model = skrnn.dask.LSTMClassifier(client=client, average_every=1, solver="lbfgs")
    assert failure(ValueError, model.fit, X, LABELS) == (
        "solver='lbfgs' does not support average_every, as it reads all sequences for "
        "each step. Use solver='adam' or 'sgd', or None."
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_local_model_is_the_same(kind, fitted):
    model = fitted(kind, X)
    local = model.to_local()
    assert type(local) is getattr(skrnn, kind)
    assert_same(model, local)
    assert set(model.get_params()) - set(local.get_params()) == {
        "client",
        "average_every",
    }
    for name in ("predict", "predict_proba", "predict_log_proba", "decision_function"):
        assert hasattr(local, name) == hasattr(model, name)
        if hasattr(local, name):
            found = getattr(model, name)(X)
            assert np.array_equal(found, getattr(local, name)(X))
    unfitted = skrnn.dask.LSTMClassifier(3).to_local()
    assert not hasattr(unfitted, "weights_")
    assert unfitted.hidden_size == 3


def test_a_local_model_needs_no_dask(fitted, tmp_path):
    joblib.dump(fitted("LSTMClassifier", X).to_local(), tmp_path / "model")
    code = (
        "import joblib, sys; joblib.load('model'); "
        "print([name for name in sys.modules if name.startswith(('dask', 'distr'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(skrnn.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_without_distributed_an_error_names_the_extra():
    code = (
        "import sys; sys.modules['distributed'] = None\n"
        "import skrnn\n"
        "try: skrnn.dask\n"
        "except ImportError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(skrnn.__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ("skrnn.dask needs distributed: pip install 'skrnn[dask]'.\n")


def methods_of(model):
    names = ("predict", "predict_proba", "predict_log_proba", "decision_function")
    return [name for name in names if hasattr(model, name)]


def assert_lazy_like(found, parts):
    """Hold a Dask array to its computed parts: shape, chunks, types and numbers."""
    expected = np.concatenate(parts)
    assert found.shape == expected.shape
    assert found.chunks[0] == tuple(map(len, parts))
    assert found.dtype == expected.dtype
    assert type(found._meta) is np.ndarray
    assert found._meta.ndim == expected.ndim
    assert np.array_equal(found.compute(), expected)


@pytest.mark.parametrize("kind", KINDS)
def test_arrays_are_answered_by_arrays(kind, fitted):
    model = fitted(kind, X)
    # Cut along all axes: a network reads whole sequences.
    lazy = da.from_array(X, chunks=(250, 2, 1))
    for name in methods_of(model):
        method = getattr(model, name)
        parts = [method(X[k : k + 250]) for k in range(0, N, 250)]
        assert_lazy_like(method(lazy), parts)


def test_several_targets_quantiles_and_labels(fitted):
    lazy, two = da.from_array(X, chunks=250), np.stack([X[:, 0, 0], X[:, 1, 0]], axis=1)
    wide = {"loss": "quantile", "quantile": (0.1, 0.5, 0.9)}
    for kind, y, options in [
        ("GRURegressor", two, {}),
        ("GRURegressor", two, wide),
        ("LSTMStepRegressor", X[:, :, :2], wide),
        ("RNNClassifier", (two > 0).astype(int), {}),
        ("RNNClassifier", np.arange(N) % 3, {}),
    ]:
        model = fitted(kind, X, y=y, **options)
        for name in methods_of(model):
            method = getattr(model, name)
            parts = [method(X[k : k + 250]) for k in range(0, N, 250)]
            assert_lazy_like(method(lazy), parts)


@pytest.mark.parametrize("kind", ["LSTMClassifier", "GRUStepRegressor"])
def test_blocks_may_be_empty_or_of_unknown_length(kind, fitted):
    model, which = fitted(kind, X), np.arange(N) < 100
    some = da.from_array(X, chunks=(250, -1, -1))[da.from_array(which, chunks=250)]
    found = model.predict(some)
    assert np.isnan(found.shape[0])
    assert np.array_equal(found.compute(), model.predict(X[:100]))


def test_tables(fitted):
    table = X.reshape(N, -1)
    y = targets_of("RNNRegressor", X)
    model = fitted("RNNRegressor", table, features_per_step=3, y=y)
    lazy = da.from_array(table, chunks=(250, 7))
    assert_lazy_like(
        model.predict(lazy),
        [model.predict(table[k : k + 250]) for k in range(0, N, 250)],
    )


def test_data_frames_keep_their_names(fitted):
    frame = pd.DataFrame(X.reshape(N, -1), columns=[f"c{k}" for k in range(15)])
    model = fitted("GRUClassifier", frame, features_per_step=3, y=LABELS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of how old versions are installed
        from dask.dataframe import from_pandas
    lazy = from_pandas(frame, npartitions=3)
    for name in methods_of(model):
        found, expected = getattr(model, name)(lazy), getattr(model, name)(frame)
        assert isinstance(found, da.Array)
        assert found.dtype == expected.dtype
        assert found.shape[1:] == expected.shape[1:]
        found = found.compute()
        if name == "predict":
            assert np.array_equal(found, expected)
        else:
            np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
    assert model.score(lazy, da.from_array(LABELS)) == model.score(frame, LABELS)


@pytest.mark.parametrize("kind", KINDS)
def test_bags_are_answered_by_bags(kind, fitted):
    model, y = fitted(kind, RAGGED), targets_of(kind, RAGGED)
    bag = db.from_sequence(RAGGED, partition_size=250)
    # Parts that are iterators, and one that is empty.
    empty = db.from_sequence([[[0.0]]]).filter(lambda x: False)
    bag = db.concat([bag.map(np.asarray), empty])
    for name in methods_of(model):
        method = getattr(model, name)
        found = method(bag)
        assert isinstance(found, db.Bag)
        assert found.npartitions == 4
        parts = [method(RAGGED[k : k + 250]) for k in range(0, N, 250)]
        found, expected = found.compute(), [row for part in parts for row in part]
        assert len(found) == N
        for one, other in zip(found, expected, strict=True):
            assert np.array_equal(one, other)
    assert model.score(bag, y) == pytest.approx(model.score(RAGGED, y), rel=1e-5)


def test_a_delayed_value_is_answered_by_one(fitted):
    model = fitted("LSTMClassifier", X)
    found = model.predict_proba(dask.delayed(X))
    assert np.array_equal(found.compute(), model.predict_proba(X))


def test_what_is_not_fitted_does_not_predict():
    lazy = da.from_array(X)
    text = failure(NotFittedError, skrnn.dask.LSTMClassifier().predict, lazy)
    assert text.startswith("This LSTMClassifier instance is not fitted yet.")


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize("kind", ["GRUClassifier", "LSTMStepRegressor"])
def test_collections_are_learnt(kind, calls):  # noqa: F811
    y, weight = targets_of(kind, X), np.arange(N) % 3
    found, expected = pair(kind)
    lazy = da.from_array(X, chunks=250)
    found.fit(lazy, da.from_array(y, chunks=250), da.from_array(weight, chunks=250))
    assert calls
    assert_same(found, expected.fit(X, y, weight))
    assert found.score(
        lazy, da.from_array(y, chunks=250), da.from_array(weight, chunks=250)
    ) == pytest.approx(expected.score(X, y, weight), rel=1e-5)


@pytest.mark.usefixtures("client")
def test_bags_are_learnt(calls):  # noqa: F811
    y = targets_of("LSTMClassifier", RAGGED)
    found, expected = pair("LSTMClassifier", early_stopping=True)
    found.fit(
        db.from_sequence(RAGGED, npartitions=2),
        db.from_sequence(y.tolist(), npartitions=2),
        groups=db.from_sequence(range(N), npartitions=3).map(lambda k: k // 10),
        X_val=db.from_sequence(RAGGED[:50], npartitions=2),
        y_val=da.from_array(y[:50]),
    )
    assert calls
    expected.fit(RAGGED, y, X_val=RAGGED[:50], y_val=y[:50])
    assert_same(found, expected)


def test_clones_share_the_client(client):
    model = skrnn.dask.GRUClassifier(5, client=client)
    for one in (model, make_pipeline(model)):
        copied = clone(one)
        last = copied[-1] if one is not model else copied
        assert last.client is client
        assert last.hidden_size == 5
        assert last is not model
    assert model.client is client
    assert "client=<Client" in repr(model)
    assert model.get_params()["client"] is client


def test_what_is_saved_has_no_client(client, tmp_path):
    model = pair("GRUClassifier", client=client)[0].fit(X, LABELS)
    joblib.dump(model, tmp_path / "model")
    for one in (
        joblib.load(tmp_path / "model"),
        pickle.loads(pickle.dumps(model)),
        copy.deepcopy(model),
    ):
        assert one.client is None
        assert one.get_params() == {**model.get_params(), "client": None}
        assert_same(one, model)
        assert np.array_equal(one.predict(X), model.predict(X))
    assert model.client is client
    # It is taken up again by the next process that has a client.
    assert_same(one.fit(X, LABELS), model)


@pytest.mark.usefixtures("client")
def test_searches_and_pipelines_outside_the_cluster(calls):  # noqa: F811
    def search(model):
        scaled = make_pipeline(FunctionTransformer(np.tanh), model)
        grid = {type(model).__name__.lower() + "__alpha": [0.001, 0.1]}
        return GridSearchCV(scaled, grid, cv=2, error_score="raise").fit(X, LABELS)

    found, expected = map(search, pair("GRUClassifier", max_iter=1))
    assert calls
    assert found.best_params_ == expected.best_params_
    for name in ("mean_test_score", "std_test_score"):
        assert np.array_equal(found.cv_results_[name], expected.cv_results_[name])
    assert_same(found.best_estimator_[-1], expected.best_estimator_[-1])


INSIDE = (
    "skrnn.dask.GRUClassifier cannot be fitted inside a task of a Dask worker: it "
    "would wait for workers that wait for it. Search with it one fit after the other, "
    "outside the cluster, or share out a search of skrnn.GRUClassifier."
)


def test_inside_a_task_it_is_refused(client):
    model = pair("GRUClassifier")[0]
    future = client.submit(lambda model: model.fit(X[:20], LABELS[:20]), model)
    assert failure(RuntimeError, future.result) == INSIDE
    with joblib.parallel_config(backend="dask"):
        text = failure(
            RuntimeError,
            cross_val_score,
            model,
            X,
            LABELS,
            cv=2,
            error_score="raise",
        )
    assert text == INSIDE
    # Its answers are not.
    fitted = model.fit(X, LABELS)
    found = client.submit(fitted.predict, X).result()
    assert np.array_equal(found, fitted.predict(X))


def test_clients_that_do_not_do():
    with LocalCluster(n_workers=0, dashboard_address=":0", processes=False) as cluster:
        with Client(cluster, set_as_default=False) as closed:
            pass
        model = skrnn.dask.GRUClassifier(client=closed)
        assert failure(RuntimeError, model.fit, X, LABELS) == (
            "The Dask client of skrnn.dask.GRUClassifier is closed. Connect a new one, "
            "as with client = distributed.Client(address)."
        )


def test_a_client_that_cannot_wait():
    async def fit():
        async with (
            LocalCluster(
                n_workers=0, dashboard_address=":0", processes=False, asynchronous=True
            ) as cluster,
            Client(cluster, asynchronous=True, set_as_default=False) as client,
        ):
            model = skrnn.dask.GRUClassifier(client=client)
            return failure(RuntimeError, model.fit, X, LABELS)

    assert asyncio.run(fit()) == (
        "skrnn.dask.GRUClassifier needs a client that can wait, but this one is "
        "asynchronous. Make one without asynchronous=True."
    )


WITHOUT = """
import numpy as np
from skrnn.dask import GRUClassifier
try:
    GRUClassifier().fit(np.ones((4, 3, 2)), [0, 1, 0, 1])
except RuntimeError as error:
    print(error)
"""


def test_without_a_client_an_error_says_so():
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT],
        cwd=Path(skrnn.__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == (
        "skrnn.dask.GRUClassifier found no Dask client in this process. Start one, as "
        "with client = distributed.Client(), or pass one as client=...\n"
    )


def test_partial_fit_is_there_where_it_was():
    assert hasattr(skrnn.dask.LSTMRegressor(average_every=2), "partial_fit")
    assert not hasattr(skrnn.dask.LSTMRegressor(solver="lbfgs"), "partial_fit")
