"""`n_jobs`: threads that change no number."""

import threading
import warnings

import joblib
import numpy as np
import pytest
from joblib.parallel import ParallelBackendBase
from threadpoolctl import threadpool_info

from skrnn import GRUClassifier, LSTMClassifier, LSTMRegressor, RNNClassifier
from skrnn.estimators import n_jobs as n_jobs_module
from skrnn.network import Dropout
from skrnn.network import network as network_module
from skrnn.training.objective import Objective
from skrnn.utils import threads
from skrnn.utils.threads import workers_for

RNG = np.random.default_rng(0)
BLOCK = RNG.normal(size=(40, 7, 2))
RAGGED = [sequence[: 2 + k % 6] for k, sequence in enumerate(BLOCK)]
LAYOUTS = {"block": BLOCK, "ragged": RAGGED}
Y = (BLOCK[:, 0, 0] > 0).astype(int)


@pytest.fixture(autouse=True)
def _worth_it(monkeypatch):
    """Let batches of a few sequences be worth several threads."""
    monkeypatch.setattr(network_module, "WORTH_A_THREAD", 5 * 5)


def make(kind=LSTMClassifier, **settings):
    common = {"max_iter": 2, "batch_size": 20, "patch_size": 1, "random_state": 0}
    return kind(5, **{**common, **settings})


def fitted(X, y=Y, **settings):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make(**settings).fit(X, y)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"kind": RNNClassifier},
        {"kind": GRUClassifier, "bidirectional": True, "n_layers": 2},
        {"kind": LSTMRegressor, "dropout": 0.3},
        {"recurrent_dropout": 0.0, "dropout": 0.0, "early_stopping": True},
        {"solver": "lbfgs"},
    ],
    ids=str,
)
@pytest.mark.parametrize("layout", ["block", "ragged"])
def test_the_numbers_are_the_same_for_every_n_jobs(layout, settings):
    X = LAYOUTS[layout]
    alone = fitted(X, **settings)
    for n_jobs in (2, 3):
        shared = fitted(X, n_jobs=n_jobs, **settings)
        assert np.array_equal(shared.weights_, alone.weights_)
        assert shared.loss_curve_ == alone.loss_curve_
        assert np.array_equal(shared.predict(X), alone.predict(X))
        assert np.array_equal(shared.pooled_states(X), alone.pooled_states(X))
        for states, expected in zip(
            shared.hidden_states(X), alone.hidden_states(X), strict=True
        ):
            assert np.array_equal(states, expected)


def test_shards_give_the_gradient_of_the_whole_batch(monkeypatch):
    settings = {"dropout": 0.0, "recurrent_dropout": 0.0, "dtype": "float64"}
    # Batches of 19 make shards of 7, 6 and 6: they must not count alike.
    X, y = RAGGED[:38], Y[:38]
    cut = fitted(X, y, **settings)
    monkeypatch.setattr(network_module, "WORTH_A_THREAD", 10**9)
    whole = fitted(X, y, **settings)
    np.testing.assert_allclose(cut.weights_, whole.weights_, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(cut.loss_curve_, whole.loss_curve_, rtol=1e-12)


def test_each_shard_has_noise_of_its_own(monkeypatch):
    drawn = []
    right = Dropout.recurrent_mask

    def noted(dropout, *shape):
        drawn.append(right(dropout, *shape))
        return drawn[-1]

    monkeypatch.setattr(Dropout, "recurrent_mask", noted)
    fitted(BLOCK, recurrent_dropout=0.5, max_iter=1)
    masks = {mask.tobytes() for mask in drawn if mask is not None}
    assert len(masks) == 8  # two batches of four shards


@pytest.mark.parametrize("n_jobs", [2, 3])
def test_threads_are_there_in_fit_and_predict_and_gone_after(n_jobs, monkeypatch):
    seen, before = set(), threading.active_count()
    right = network_module.Network.forward

    def noted(*args, **kwargs):
        seen.add(threading.current_thread().name)
        return right(*args, **kwargs)

    monkeypatch.setattr(network_module.Network, "forward", noted)
    clf = fitted(BLOCK, n_jobs=n_jobs)
    assert 2 <= len(seen) <= n_jobs
    seen.clear()
    clf.predict(BLOCK)
    assert 2 <= len(seen) <= n_jobs
    assert threading.active_count() == before


def test_what_is_not_worth_a_thread_gets_none(monkeypatch):
    monkeypatch.setattr(network_module, "WORTH_A_THREAD", 10**9)

    def none(*_):
        raise AssertionError("there is nothing to share out")

    monkeypatch.setattr(threads, "Workers", none)
    fitted(BLOCK, n_jobs=2).predict(BLOCK)


class Cluster(ParallelBackendBase):
    """An engine with many cores elsewhere, which it gives whatever was asked for."""

    default_n_jobs = -1
    #: Nothing is run with it; joblib 1.4 asks for one all the same.
    apply_async = None

    def effective_n_jobs(self, n_jobs):
        return 1000


@pytest.mark.parametrize(
    ("n_jobs", "n_threads"), [(None, 1), (1, 1), (3, 3), (-1, joblib.cpu_count())]
)
def test_the_cores_of_a_cluster_are_no_threads(n_jobs, n_threads):
    with joblib.parallel_config(backend=Cluster()):
        assert joblib.effective_n_jobs(n_jobs) == (1 if n_jobs == 1 else 1000)
        with workers_for(2000, lambda: n_jobs_module.n_threads(n_jobs)) as workers:
            assert workers.n_workers == n_threads


def test_joblib_may_say_how_many_threads_there_are():
    with (
        joblib.parallel_config(backend="threading", n_jobs=3),
        workers_for(10, lambda: n_jobs_module.n_threads(None)) as workers,
    ):
        assert workers.n_workers == 3
    with workers_for(10, lambda: n_jobs_module.n_threads(None)) as workers:
        assert workers.n_workers == 1


@pytest.mark.blas_threads
def test_the_blas_has_one_thread_where_there_are_several_workers():
    def n_threads():
        return [one["num_threads"] for one in threadpool_info() if "blas" in str(one)]

    before = n_threads()
    with workers_for(2, lambda: n_jobs_module.n_threads(2)):
        assert set(n_threads()) == {1}
    assert n_threads() == before


def test_an_interrupt_in_any_thread_leaves_a_usable_model(monkeypatch):
    calls = []
    right = Objective.value_and_gradient

    def interrupted(*args, **kwargs):
        calls.append(threading.current_thread().name)
        if len(calls) > 8 and calls[-1] != threading.main_thread().name:
            raise KeyboardInterrupt
        return right(*args, **kwargs)

    monkeypatch.setattr(Objective, "value_and_gradient", interrupted)
    clf = make(n_jobs=2)
    with pytest.raises(KeyboardInterrupt):
        clf.fit(BLOCK, Y)
    assert np.isfinite(clf.predict_proba(BLOCK)).all()
