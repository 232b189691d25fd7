"""How many workers `n_jobs` stands for."""

from contextlib import contextmanager

from joblib import Parallel, effective_n_jobs, parallel_config

from skrnn.utils.threads import ALONE, BLAS_THREADS, Workers


@contextmanager
def workers_for(n_jobs, n_parts):
    """Give as many workers as there are parts to share out, but `n_jobs` at most.

    Each has one thread of the BLAS, and so has the caller where there are no others:
    numbers must not depend on how many threads there are.
    """
    n_workers = min(_n_threads(n_jobs), n_parts) if n_parts > 1 else 1
    with BLAS_THREADS.one():
        if n_workers == 1:
            yield ALONE
            return
        with Workers(n_workers) as workers:
            yield workers


def _n_threads(n_jobs):
    """Give how many threads of this process `n_jobs` stands for.

    The engine that joblib works with may count something else: that of a cluster gives
    the cores of all its machines, whatever it is asked for.
    """
    n_jobs = None if n_jobs is None else int(n_jobs)
    n_jobs = Parallel(n_jobs, require="sharedmem").n_jobs
    with parallel_config(backend="threading"):
        return effective_n_jobs(n_jobs)


class Jobs:
    """Workers that come when there is something to share out, and go again.

    Parameters
    ----------
    n_jobs : int or None
        How many of them at most.
    """

    def __init__(self, n_jobs):
        self.n_jobs = n_jobs

    def share(self, jobs, do):
        """Give ``do(worker, job)`` for each job, in their order."""
        with workers_for(self.n_jobs, len(jobs)) as workers:
            return workers.share(jobs, do)
