"""Threads that share out a list of jobs, and the threads of the BLAS below them.

NumPy lets go of the interpreter while it computes, so that threads pay where operations
are long: below some 20 us, handing the interpreter over costs more than is won.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from functools import cached_property
from threading import Lock
from weakref import WeakSet

from threadpoolctl import ThreadpoolController


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

    #: Where others than these evaluate the shards of a batch, what makes their `Shards`
    #: of an objective, its data and these workers.
    shards: Callable | None = None

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

    def share(self, jobs, function):
        """Return ``function(worker, job)`` for each job, in their order.

        Which worker does a job depends on its index alone, and each does its jobs one
        after the other.
        """

        def work(worker):
            return [function(worker, job) for job in jobs[worker :: self.n_workers]]

        busy = range(1, min(self.n_workers, len(jobs)))
        promised = [self._others.submit(copy_context().run, work, k) for k in busy]
        done = [work(0), *(one.result() for one in promised)]
        return [done[k % self.n_workers][k // self.n_workers] for k in range(len(jobs))]


#: The caller alone.
ALONE = Workers()


class _Caller:
    """Someone who needs the BLAS at one thread; gone, it needs it no more."""


class BlasThreads:
    """Keeps the BLAS at one thread for as long as any caller asks for it.

    A matrix product that several threads of the BLAS share out is rounded differently
    from that of one thread. The number of its threads belongs to the whole process, so
    that callers in several threads have to be counted: the first sets it to one, and
    the last restores it.
    """

    def __init__(self):
        self.forget()
        # After a fork in the middle of a fit, no caller in the child would restore it.
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.restore)

    @cached_property
    def _libraries(self):
        # Looking for them takes most of a millisecond: once is enough.
        controller = ThreadpoolController().select(user_api="blas")
        return controller.lib_controllers

    @contextmanager
    def one(self):
        """Keep the BLAS at one thread inside a ``with`` statement."""
        caller = _Caller()
        try:
            self._enter(caller)
            yield
        finally:
            self._leave(caller)

    def forget(self):
        """Reset to no callers."""
        self._lock, self._callers, self._before = Lock(), WeakSet(), {}

    def restore(self):
        """Restore the number of threads, and forget all callers."""
        before = self._before
        self.forget()
        for library, n_threads in before.items():
            library.set_num_threads(n_threads)

    def _enter(self, caller):
        with self._lock:
            self._callers.add(caller)
            # Someone else may have raised it since the first caller came, and an
            # interrupt may have kept the last one from restoring all of it.
            for library in self._libraries:
                n_threads = library.get_num_threads()
                if n_threads != 1:
                    self._before.setdefault(library, n_threads)
                    library.set_num_threads(1)

    def _leave(self, caller):
        with self._lock:
            self._callers.discard(caller)
            if self._callers:
                return
            for library, n_threads in self._before.items():
                library.set_num_threads(n_threads)
            self._before = {}


#: The threads of this process.
BLAS_THREADS = BlasThreads()


@contextmanager
def workers_for(n_parts, count):
    """Make as many workers as there are parts to share out, but `count()` at most.

    Each has one thread of the BLAS, and so has the caller where there are no others:
    numbers must not depend on how many threads there are.
    """
    n_workers = min(count(), n_parts) if n_parts > 1 else 1
    with BLAS_THREADS.one():
        if n_workers == 1:
            yield ALONE
            return
        with Workers(n_workers) as workers:
            yield workers


class WorkersOnDemand:
    """Workers that come when there is something to share out, and go again.

    Parameters
    ----------
    count : callable
        Returns how many of them at most.
    """

    def __init__(self, count):
        self.count = count

    def share(self, jobs, do):
        """Return ``do(worker, job)`` for each job, in their order."""
        with workers_for(len(jobs), self.count) as workers:
            return workers.share(jobs, do)
