"""How many threads `n_jobs` stands for."""

from joblib import Parallel, effective_n_jobs, parallel_config


def n_threads(n_jobs):
    """Return how many threads of this process `n_jobs` stands for.

    The backend that joblib works with may count something else: that of a cluster
    returns the cores of all its machines, whatever it is asked for.
    """
    n_jobs = None if n_jobs is None else int(n_jobs)
    n_jobs = Parallel(n_jobs, require="sharedmem").n_jobs
    with parallel_config(backend="threading"):
        return effective_n_jobs(n_jobs)
