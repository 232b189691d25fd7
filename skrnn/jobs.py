"""How many workers `n_jobs` stands for."""

from contextlib import contextmanager

from joblib import effective_n_jobs
from threadpoolctl import threadpool_limits

from skrnn.workers import ALONE, Workers


@contextmanager
def workers_for(n_jobs, n_parts):
    """Give as many workers as there are parts to share out, but `n_jobs` at most.

    Where there are several, each has one thread of the BLAS: more would get in each
    other's way.
    """
    n_workers = min(effective_n_jobs(n_jobs), max(1, n_parts))
    if n_workers == 1:
        yield ALONE
        return
    with threadpool_limits(1, user_api="blas"), Workers(n_workers) as workers:
        yield workers
