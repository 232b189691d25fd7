"""Searches on a cluster of Dask: worker processes that compute the same, or die."""

import os

import dask
import dask.array as da
import joblib
import numpy as np
import pytest
from distributed import Client, LocalCluster, Nanny

from skrnn.estimators.n_jobs import n_threads
from skrnn.utils.threads import workers_for
from tests.clusters.searches import (
    LAYOUTS,
    SEARCHES,
    X,
    Y,
    assert_same,
    model,
    mortal,
    run_the_page,
)

pytestmark = pytest.mark.xdist_group("dask")


class Replicating(Client):
    """A client that leaves what joblib hands out with every worker.

    With one worker it would be lost with it, and the search would end.
    """

    def scatter(self, data, **options):
        return super().scatter(data, **{**options, "broadcast": True})


async def stay_away(nanny):
    """Start no worker in place of one that was killed, as happens below.

    It would take seconds, and the end of the cluster would have to wait for it.
    """


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("dask"))
    with (
        dask.config.set({"temporary-directory": folder}),
        LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=":0"
        ) as cluster,
        Replicating(cluster) as client,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(Nanny, "instantiate", stay_away)
        # It would take away what is there twice.
        client.amm.stop()
        yield client


@pytest.mark.parametrize(
    ("layout", "search"), list(zip(LAYOUTS, SEARCHES, strict=True))
)
def test_a_search_gives_what_it_gives_alone(client, layout, search):
    make, X = SEARCHES[search], LAYOUTS[layout]
    with joblib.parallel_config(backend="dask"):
        found = make(model()).fit(X, Y)
    assert_same(found, make(model()).fit(X, Y), X)


def test_a_worker_fits_in_one_thread(client):
    def look():
        with workers_for(100, lambda: n_threads(None)) as workers:
            return os.getpid(), workers.n_workers, joblib.effective_n_jobs(None)

    with joblib.parallel_config(backend="dask"):
        looks = joblib.Parallel()(joblib.delayed(look)() for _ in range(8))
    pids, n_workers, n_cores = zip(*looks, strict=True)
    assert os.getpid() not in pids
    assert set(n_workers) == {1}
    assert set(n_cores) == {2}


def test_the_workers_predict_blocks(client):
    fitted = model().fit(X, Y)
    blocks = da.from_array(X, chunks=(64, -1, -1))
    lazy = blocks.map_blocks(
        fitted.predict_proba, drop_axis=2, chunks=(blocks.chunks[0], (2,)), dtype=float
    )
    found = lazy.compute()
    parts = [fitted.predict_proba(X[start : start + 64]) for start in range(0, 200, 64)]
    assert np.array_equal(found, np.concatenate(parts))


def test_the_page(client, monkeypatch):
    address = client.scheduler.address

    class Local(Client):
        """Finds the scheduler of the page here."""

        def __init__(self, named):
            assert named == "tcp://scheduler:8786"
            super().__init__(address)

    monkeypatch.setattr("distributed.Client", Local)
    run_the_page("scheduler:8786")


@pytest.mark.posix
def test_a_worker_that_is_killed_costs_time_alone(client, tmp_path):
    make, X = SEARCHES["grid"], LAYOUTS["ragged"]
    marker = tmp_path / "killed"
    with joblib.parallel_config(backend="dask"):
        found = make(model(mortal(marker))).fit(X, Y)
    assert marker.exists()
    assert_same(found, make(model()).fit(X, Y), X)
