"""Searches on Ray: worker processes that compute the same, or die."""

import shutil
import tempfile

import joblib
import pytest
import ray
from ray.util.joblib import register_ray

from tests.clusters.searches import (
    LAYOUTS,
    SEARCHES,
    Y,
    assert_same,
    model,
    mortal,
    run_the_page,
)

pytestmark = [pytest.mark.xdist_group("ray"), pytest.mark.posix]


@pytest.fixture(scope="module", autouse=True)
def _ray():
    # The paths of Ray's sockets must be short: those that pytest gives are not.
    folder = tempfile.mkdtemp(prefix="ray-", dir="/tmp")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        ray.init(
            num_cpus=2,
            include_dashboard=False,
            object_store_memory=80 * 2**20,
            log_to_driver=False,
            logging_level="ERROR",
            _temp_dir=folder,
        )
        register_ray()
        yield
        ray.shutdown()
    shutil.rmtree(folder)


def test_a_search_gives_what_it_gives_alone():
    """The page has a grid search over the other layout."""
    make, X = SEARCHES["halving"], LAYOUTS["ragged"]
    with joblib.parallel_config(backend="ray", n_jobs=2):
        found = make(model()).fit(X, Y)
    assert_same(found, make(model()).fit(X, Y), X)


def test_the_page(monkeypatch):
    monkeypatch.setattr("ray.init", {"auto": None}.__getitem__)  # there is one already
    run_the_page('backend="ray"')


def test_a_worker_that_is_killed_costs_time_alone(tmp_path):
    make, X = SEARCHES["grid"], LAYOUTS["ragged"]
    marker = tmp_path / "killed"
    again = {"max_restarts": 2, "max_task_retries": 2}
    with joblib.parallel_config(backend="ray", n_jobs=2, ray_remote_args=again):
        found = make(model(mortal(marker))).fit(X, Y)
    assert marker.exists()
    assert_same(found, make(model()).fit(X, Y), X)
