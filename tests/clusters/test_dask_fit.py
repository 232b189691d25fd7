"""One fit on a Dask cluster: the numbers of a fit without it, to the bit."""

import subprocess
import warnings

import numpy as np
import pytest
from distributed import Client, LocalCluster, Security
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

import skrnn
import skrnn.dask
from skrnn.callbacks import Checkpoint
from skrnn.training.averaging import N_REPLICAS
from tests.callbacks.fits import CutAfter, CutShort
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
from tests.unloaded import Collection

pytestmark = pytest.mark.xdist_group("dask")


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with cluster_of(2, tmp_path_factory.mktemp("dask")) as client:
        yield client


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_learns_the_same(kind, calls):  # noqa: F811
    X_of_kind = RAGGED if kind.startswith("GRU") else X
    y = targets_of(kind, X_of_kind)
    found, expected = pair(kind)
    found.fit(X_of_kind, y)
    assert len(set(calls)) == 2
    assert_same(found, expected.fit(X_of_kind, y))
    assert found.score(X_of_kind, y) == expected.score(X_of_kind, y)


CODES = np.random.default_rng(1).integers(0, 50, size=(N, 5, 2))
GAPS = np.where(np.random.default_rng(2).random(X.shape) < 0.2, np.nan, X)
CASES = {
    "gradient descent": {"solver": "sgd", "momentum": 0.5},
    "dropout": {"dropout": 0.4, "recurrent_dropout": 0.2, "n_layers": 2},
    "float64": {"dtype": "float64", "bidirectional": True},
    "early stopping": {"early_stopping": True, "n_iter_no_change": 1, "n_jobs": 2},
    "patches": {"patch_size": 2, "n_filters": 4, "pooling": "last"},
    "own scale": {"own_scale": True, "static_features": None, "standardize": False},
    "balanced": {"class_weight": "balanced", "label_smoothing": 0.1},
    "one layer above a narrow one": {"hidden_size": (8, 220)},
}


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("sequences", [X, RAGGED], ids=["block", "ragged"])
def test_options_change_nothing(case, sequences, calls):  # noqa: F811
    found, expected = pair("GRUClassifier", **CASES[case])
    found.fit(sequences, LABELS, np.arange(N) % 3)
    assert calls
    assert_same(found, expected.fit(sequences, LABELS, np.arange(N) % 3))


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize("solver", ["adam", "sgd"])
@pytest.mark.parametrize("average_every", [None, 1])
def test_an_embedding_sends_the_rows_that_are_read(
    solver,
    average_every,
    calls,  # noqa: F811
):
    options = {"categorical_features": [0, 1], "solver": solver, "batch_size": 250}
    found, _ = pair("LSTMClassifier", average_every=average_every, **options)
    found.fit(CODES, LABELS)
    assert calls
    assert_same(found, fit_here(found, CODES, LABELS))


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize("kind", ["LSTMRegressor", "RNNStepClassifier"])
def test_gaps_too(kind, calls):  # noqa: F811
    found, expected = pair(kind, missing_values="forward_fill")
    y = targets_of(kind, X)
    found.fit(GAPS, y)
    assert calls
    assert_same(found, expected.fit(GAPS, y))


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize("kind", ["GRUClassifier", "LSTMStepRegressor"])
def test_lbfgs_shares_out_its_chunks(kind, calls, monkeypatch):  # noqa: F811
    monkeypatch.setattr("skrnn.training.lbfgs.MAX_STEPS", 200)
    found, expected = pair(kind, solver="lbfgs", hidden_size=3, max_iter=4)
    y = targets_of(kind, RAGGED)
    for model in (found, expected):
        with pytest.warns(ConvergenceWarning, match="^L-BFGS stopped at max_iter=4 "):
            model.fit(RAGGED, y)
    assert len(set(calls)) == 2
    assert_same(found, expected)


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize("average_every", [None, 2])
def test_small_batches_stay_here(average_every, calls):  # noqa: F811
    found, expected = pair("RNNRegressor", hidden_size=4, average_every=average_every)
    y = targets_of("RNNRegressor", X)
    found.fit(X, y)
    if average_every is None:
        assert not calls
        assert_same(found, expected.fit(X, y))
    else:
        assert calls


@pytest.mark.usefixtures("client")
def test_going_on_is_the_same_too(calls):  # noqa: F811
    found, expected = pair("LSTMClassifier", warm_start=True)
    for _ in range(2):
        assert_same(found.fit(X, LABELS), expected.fit(X, LABELS))
    for part in (slice(0, 300), slice(300, N)):
        for model in (found, expected):
            model.partial_fit(X[part], LABELS[part], classes=["down", "up"])
    assert calls
    assert_same(found, expected)


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize("average_every", [None, 1])
def test_a_fit_that_was_killed_goes_on_here_or_there(average_every, tmp_path):
    cut, local = pair("GRUClassifier", average_every=average_every, dropout=0.3)
    again, plain = clone(cut), average_every is None
    whole = (local if plain else clone(cut)).fit(X, LABELS)
    cut.set_callbacks(Checkpoint(tmp_path / "fit.npz", every=1), CutAfter(1))
    with pytest.raises(CutShort):
        cut.fit(X, LABELS)
    for model in [again, clone(local)] if plain else [again]:
        model.fit(X, LABELS, resume_from=tmp_path / "fit.npz")
        assert_same(model, whole)


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize("average_every", [None, 1])
def test_what_is_not_in_memory_is_learnt_from(average_every, calls):  # noqa: F811
    found, _ = pair("LSTMClassifier", average_every=average_every)
    expected = clone(found).fit(RAGGED, LABELS)
    calls.clear()
    found.fit(Collection(RAGGED), LABELS)
    assert calls
    assert_same(found, expected)


@pytest.mark.usefixtures("client")
def test_what_diverges_ends_at_the_same_weights():
    found, expected = pair(
        "RNNRegressor", learning_rate_init=1e30, max_grad_norm=None, solver="sgd"
    )
    y = targets_of("RNNRegressor", X)
    texts = []
    for model in (found, expected):
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            model.fit(X, y)
        texts.append([str(one.message) for one in seen])
        assert all(one.filename == __file__ for one in seen)
    assert texts[0] == texts[1]
    assert len(texts[0]) > 0
    assert_same(found, expected)


def fit_here(model, X, y, **fit_parameters):
    """Fit an estimator that averages without a cluster: by the threads of a fit."""

    class Here(type(model)):
        def _workers_for(self, run):
            return super(skrnn.dask.base.ClusterMixin, self)._workers_for(run)

    parameters = model.get_params(deep=False)
    return Here(**parameters).fit(X, y, **fit_parameters)


AVERAGED = {
    "one step": {"average_every": 1},
    "several": {"average_every": 3, "dropout": 0.3, "recurrent_dropout": 0.1},
    "gradient descent": {"average_every": 2, "solver": "sgd"},
    "more than an epoch has": {"average_every": 100, "early_stopping": True},
}


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize("case", AVERAGED)
@pytest.mark.parametrize("kind", ["GRUClassifier", "LSTMStepRegressor"])
def test_averaging_is_the_same_here_and_there(kind, case, calls):  # noqa: F811
    options = {"hidden_size": 6, "batch_size": 40, **AVERAGED[case]}
    found, expected = pair(kind, **options)
    y = targets_of(kind, RAGGED)
    found.fit(RAGGED, y)
    assert len(set(calls)) == 2
    assert_same(found, fit_here(found, RAGGED, y))
    assert found.n_iter_ == 2
    assert not np.array_equal(found.weights_, expected.fit(RAGGED, y).weights_)
    n_batches = -(-found.t_ // found.n_iter_ // 40)
    steps = found.optimizer_state_[found.solver]["n_steps"]
    per_round = N_REPLICAS * found.average_every
    rounds = [min(per_round, n_batches - k) for k in range(0, n_batches, per_round)]
    assert steps == 2 * sum(-(-n // N_REPLICAS) for n in rounds)


@pytest.mark.parametrize("n_workers", [1, 4])
def test_any_number_of_workers(n_workers, tmp_path, calls):  # noqa: F811
    with cluster_of(n_workers, tmp_path) as client:
        # Four shards a batch, or as many batches for as many replicas.
        for average_every, batch_size in ((None, 300), (1, 150)):
            calls.clear()
            found, _ = pair(
                "LSTMClassifier", average_every=average_every, batch_size=batch_size
            )
            found.set_params(client=client).fit(X, LABELS)
            assert len(set(calls)) == n_workers
            assert_same(found, fit_here(found, X, LABELS))


def test_a_cluster_in_this_process(calls):  # noqa: F811
    """Objects come to its workers without a copy."""
    found, expected = pair("GRUClassifier", dropout=0.5)
    with (
        LocalCluster(n_workers=2, processes=False, dashboard_address=":0") as cluster,
        Client(cluster) as client,
    ):
        found.set_params(client=client).fit(X, LABELS)
    assert len(set(calls)) == 2
    assert_same(found, expected.fit(X, LABELS))


def test_encrypted_connections(tmp_path, calls):  # noqa: F811
    security = make_security(tmp_path)
    found, expected = pair("GRUClassifier", dropout=0.5)
    with cluster_of(2, tmp_path, security=security) as client:
        found.set_params(client=client).fit(X, LABELS)
    assert len(set(calls)) == 2
    assert all(address.startswith("tls://") for address in calls)
    assert_same(found, expected.fit(X, LABELS))


def make_security(folder):
    """Make a certificate that signs itself, and let all show it to each other."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes"]
    about = ["-subj", "/CN=test", "-keyout", key, "-out", certificate]
    subprocess.run([*request, *about], check=True, capture_output=True)
    each = {
        f"tls_{role}_{what}": str(path)
        for role in ("scheduler", "worker", "client")
        for what, path in {"key": key, "cert": certificate}.items()
    }
    return Security(tls_ca_file=str(certificate), require_encryption=True, **each)


def test_by_way_of_the_scheduler(client, calls, monkeypatch):  # noqa: F811
    """Where workers cannot be reached directly."""
    address = client.scheduler.address
    with Client(address, direct_to_workers=True, set_as_default=False) as unreaching:
        monkeypatch.setattr(
            type(unreaching.rpc), "connect", refuse(unreaching.rpc.connect, address)
        )
        found, expected = pair("GRUClassifier", client=client)
        found.fit(X, LABELS)
    assert len(set(calls)) == 2
    assert_same(found, expected.fit(X, LABELS))


def refuse(right, reachable):
    """Return a function that connects to one address alone."""
    right = right.__func__

    async def connect(self, address, *args, **options):
        if address != reachable and self.server is None:
            raise OSError("unreachable")
        return await right(self, address, *args, **options)

    return connect
