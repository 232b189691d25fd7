"""Threads that share out work: the same results in the same order."""

import threading

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from skrnn.utils.threads import ALONE, BlasThreads, Workers


@pytest.mark.parametrize("n_workers", [1, 2, 3, 5])
@pytest.mark.parametrize("n_jobs", [0, 1, 2, 3, 4, 7])
def test_results_come_in_the_order_of_the_jobs(n_workers, n_jobs):
    with Workers(n_workers) as workers:
        found = workers.share(list(range(n_jobs)), lambda worker, job: (worker, -job))
    assert found == [(job % n_workers, -job) for job in range(n_jobs)]


def test_every_worker_is_a_thread_and_the_caller_is_one():
    with Workers(3) as workers:
        names = workers.share([0] * 6, lambda *_: threading.current_thread().name)
    assert len(set(names)) <= 3
    assert names[0] == names[3] == threading.current_thread().name
    assert names[1] != names[0]


def test_alone_there_is_no_other_thread():
    before = threading.active_count()
    seen = ALONE.share([0, 0], lambda *_: threading.active_count())
    assert seen == [before, before]


def test_no_thread_outlives_the_statement():
    before = threading.active_count()
    with Workers(3) as workers:
        workers.share([0] * 3, lambda *_: None)
    assert threading.active_count() == before


@pytest.mark.parametrize("fails", [0, 1])
def test_an_error_of_any_worker_is_raised(fails):
    def do(worker, job):
        if worker == fails:
            raise KeyError(job)

    with Workers(2) as workers, pytest.raises(KeyError, match=str(fails)):
        workers.share([0, 1], do)


def test_other_threads_are_as_quiet_about_floats_as_the_caller():
    with np.errstate(over="raise"), Workers(2) as workers:
        modes = workers.share([0, 1], lambda *_: np.geterr()["over"])
    assert modes == ["raise", "raise"]


def blas_threads():
    """Return the number of threads of each BLAS."""
    return [
        each["num_threads"] for each in threadpool_info() if "blas" in each.values()
    ]


@pytest.mark.blas_threads
def test_the_blas_has_one_thread_though_another_caller_came_before_it_had_more():
    threads = BlasThreads()
    with threadpool_limits(1, user_api="blas"), threads.one():
        with threadpool_limits(2, user_api="blas"), threads.one():
            assert set(blas_threads()) == {1}
        assert set(blas_threads()) == {1}


@pytest.mark.blas_threads
def test_a_caller_that_was_interrupted_as_it_left_is_forgotten(monkeypatch):
    threads = BlasThreads()

    def interrupt(caller):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(threads, "_leave", interrupt)
        with pytest.raises(KeyboardInterrupt), threads.one():
            pass
    with threadpool_limits(2, user_api="blas"):
        with threads.one():
            assert set(blas_threads()) == {1}
        assert set(blas_threads()) == {2}
