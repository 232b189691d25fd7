"""Collections that are not in memory, and what is asked of them."""

import threading
from collections import Counter

import numpy as np


class Collection:
    """Sequences that are read one by one; it counts how often each of them is."""

    def __init__(self, sequences):
        self.sequences, self.n_reads = sequences, Counter()
        self.threads, self.n_inside = set(), 0

    def __len__(self):
        return len(self.sequences)

    def __getitem__(self, i):
        assert type(i) is int
        assert self.n_inside == 0, "two threads at once"
        self.n_inside += 1
        self.n_reads[i] += 1
        self.threads.add(threading.current_thread().name)
        found = self.sequences[i]
        self.n_inside -= 1
        return found


class Stored:
    """An array that gives slices of itself, and nothing else, as a file does."""

    def __init__(self, values, chunks=None):
        self._values, self.chunks = values, chunks
        self.shape, self.dtype = values.shape, values.dtype
        self.read, self.n_reads = [], Counter()

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, which):
        where = which if isinstance(which, tuple) else (which,)
        assert all(type(axis) is slice for axis in where)
        self.read.append(which)
        self.n_reads.update(range(len(self))[where[0]])
        return np.array(self._values[which])

    def __array__(self, dtype=None, copy=None):
        raise AssertionError("nobody may ask for all of it")
