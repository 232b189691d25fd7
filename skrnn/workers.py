"""Threads that share out a list of jobs.

NumPy lets go of the interpreter while it computes, so that threads pay where operations
are long: below some 20 us, handing the interpreter over costs more than is won.
"""

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context


class Workers:
    """A number of workers, of which the caller is the first.

    Use it in a ``with`` statement: other threads are there as long as that lasts.

    Parameters
    ----------
    n_workers : int, default=1
        How many; with one, there is no other thread.

    Examples
    --------
    >>> with Workers(2) as workers:
    ...     workers.share([1, 2, 3], lambda worker, job: (worker, job**2))
    [(0, 1), (1, 4), (0, 9)]
    """

    def __init__(self, n_workers=1):
        self.n_workers = n_workers
        self._others = None

    def __enter__(self):
        if self.n_workers > 1:
            self._others = ThreadPoolExecutor(self.n_workers - 1)
        return self

    def __exit__(self, *exception):
        if self._others is not None:
            self._others.shutdown()

    def share(self, jobs, do):
        """Give ``do(worker, job)`` for each job, in their order.

        Which worker does a job depends on its place alone, and each does its jobs one
        after the other.
        """

        def work(worker):
            return [do(worker, job) for job in jobs[worker :: self.n_workers]]

        busy = range(1, min(self.n_workers, len(jobs)))
        promised = [self._others.submit(copy_context().run, work, k) for k in busy]
        done = [work(0), *(one.result() for one in promised)]
        return [done[k % self.n_workers][k // self.n_workers] for k in range(len(jobs))]


#: The caller alone.
ALONE = Workers()
