"""Reading ahead: what is needed next is read while what came before is used."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from contextvars import copy_context
from threading import Event

import numpy as np

from skrnn.sequences.loaded import NotInMemory

#: About so many bytes are read ahead at most: the first group, and the largest. With
#: small groups at the beginning the first batch need not wait for many others.
FIRST, MOST = 2**21, 2**25

_END = object()


class Over(Exception):
    """Nobody waits any more for what is being read."""


class ReadAhead:
    """Items of a generator, each of which is made in a thread before it is asked for.

    Use it in a ``with`` statement: the thread is there as long as that lasts. What is
    raised in it is raised where the item is asked for.

    Parameters
    ----------
    make : callable
        Returns the generator. It gets an `Event` that is set when no more items will be
        asked for.

    Examples
    --------
    >>> with ReadAhead(lambda over: iter([1, 2])) as items:
    ...     list(items)
    [1, 2]
    """

    def __init__(self, make):
        self._make, self._over = make, Event()

    def __enter__(self):
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="skrnn-read-ahead")
        self._items = self._make(self._over)
        self._submit()
        return self

    def __exit__(self, *exception):
        self._over.set()
        self._thread.shutdown()
        self._next = self._items = None

    def __iter__(self):
        return self

    def __next__(self):
        item = self._next.result()
        if item is _END:
            raise StopIteration
        self._submit()
        return item

    def _submit(self):
        run = copy_context().run
        self._next = self._thread.submit(run, next, self._items, _END)


def check_wanted(over):
    """Raise `Over` if an event says so."""
    if over is not None and over.is_set():
        raise Over


def read_in_groups(samples, batches, rows=None):
    """Return batches of a collection in groups, with the sequences of each group.

    Of a collection in memory that is one group, and nothing is read. Of others as many
    batches make a group as come to about `MOST` bytes: their sequences are read in the
    order in which they are stored, while the group before is used.

    Parameters
    ----------
    samples : ndarray, list of 2-D arrays, Loaded or NotInMemory
        The collection.
    batches : iterable of ndarray of int
        Rows of it.
    rows : ndarray of int, optional
        Rows that the batches are places in; by default they are rows themselves.

    Returns
    -------
    context manager
        Of an iterator of pairs: a list of batches, and what has their sequences under
        the same numbers.
    """
    if not isinstance(samples, NotInMemory):
        return nullcontext([(batches, samples)])

    def read(over):
        for group in _groups(samples, batches, rows):
            wanted = np.concatenate(group)
            wanted = np.unique(wanted if rows is None else rows[wanted])
            yield group, samples.read(wanted, over)

    return ReadAhead(read)


def share_in_groups(workers, samples, batches, rows, function):
    """Return ``function(batch, loaded)`` for each batch, shared out group by group.

    Parameters
    ----------
    workers : Workers or WorkersOnDemand
        They share out the batches of a group.
    samples, batches, rows
        As for `read_in_groups`.
    function : callable
        From a batch, and what has its sequences in memory, to a result.

    Returns
    -------
    list
    """
    results = []
    with read_in_groups(samples, batches, rows) as groups:
        for some, loaded in groups:
            jobs = [(batch, loaded) for batch in some]
            results += workers.share(jobs, lambda _, job: function(*job))
    return results


def _groups(samples, batches, rows):
    """Yield lists of batches that have about as many bytes as may be read ahead."""
    group, size = [], 0
    # Where several sequences are stored in one block, small groups would read it often.
    most = MOST if samples.in_blocks else FIRST
    for batch in batches:
        more = samples.n_bytes(batch if rows is None else rows[batch])
        if group and size + more > most:
            yield group
            group, size, most = [], 0, min(2 * most, MOST)
        group.append(batch)
        size += more
    if group:
        yield group
