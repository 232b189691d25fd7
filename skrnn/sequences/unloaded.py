"""Collections of sequences that are not in memory: read in parts, and never kept."""

from threading import Lock

import numpy as np

from skrnn.sequences.loaded import Loaded, NotInMemory
from skrnn.sequences.read_ahead import ReadAhead, read_in_groups

SAME_EACH_TIME = (
    "A collection that is read several times must have the same sequences each time: "
    "leave it unchanged meanwhile, or pass a list of arrays."
)
#: So many sequences are asked for at a time where their number does not matter.
SEVERAL = 64


class Unloaded(NotInMemory):
    """A collection of sequences that is not in memory.

    Parameters
    ----------
    source : Items or Block
        Where they are read from.
    check : object
        `check.items` and `check.run` return what was read as arrays of numbers, and
        `check.piece` those of a part of a sequence; they raise an error about any that
        cannot be used.
    dtype : dtype
        float32 or float64: the type of the computation.
    n_features : int
        Number of features of a step.
    digest : callable, optional
        From a sequence to 16 bytes by which copies are told.
    static : ndarray of int, optional
        Features that are constant in a sequence.
    n_steps : int, optional
        Number of steps of all sequences, if it is known to be the same.
    """

    def __init__(
        self, source, check, *, dtype, n_features, digest=None, static=(), n_steps=None
    ):
        self.source, self.check, self.dtype = source, check, dtype
        self.n_features, self.itemsize = n_features, source.itemsize or dtype.itemsize
        self.in_blocks, self.n_steps = source.in_blocks, n_steps
        self.static, self._digest = static, digest
        # -1 for what has not been read yet.
        self._lengths = np.full(len(source), -1 if n_steps is None else n_steps)
        self._digests = self._facts = self._last = None
        self._is_surveyed = False
        # Users' code is asked for one thing at a time.
        self._lock = Lock()

    def __len__(self):
        return len(self._lengths)

    @property
    def has_lengths(self):
        """Whether the lengths are known without reading all of it."""
        return self._is_surveyed or self.n_steps is not None

    @property
    def lengths(self):
        """Length of each sequence; the first look at it may read all of them once."""
        if not self.has_lengths:
            self.survey()
        return self._lengths

    @property
    def facts(self):
        """Static features of each sequence, ndarray of shape (n, n_static)."""
        if self._facts is None:
            self.survey()
        return self._facts

    def take_digests(self):
        """Return the digest of each sequence, ndarray of 16 bytes each, once."""
        if self._digests is None:
            self.survey()
        digests, self._digests = self._digests, None
        return digests

    def survey(self):
        """Read all sequences once, and note what is needed of all of them."""
        n, facts = len(self), []
        digests = np.empty(n, "S16") if self._digest else None
        with self.parts() as parts:
            for part in parts:
                for i in part.rows.tolist() if self._digest else ():
                    digests[i] = self._digest(part[i])
                if len(self.static):
                    facts += [
                        np.fmax.reduce(part[i][:, self.static])
                        for i in part.rows.tolist()
                    ]
        self._digests, self._is_surveyed = digests, True
        self._facts = np.array(facts) if facts else None

    def parts(self):
        """Return a `ReadAhead` of all sequences in their order, some at a time."""

        def read(over):
            first = 0
            while first < len(self):
                last = first + self.source.n_in_part(first)
                part = self.read(np.arange(first, last), over, until_full=True)
                yield part
                first += len(part.rows)

        return ReadAhead(read)

    def read(self, rows, over=None, until_full=False):
        """Return some sequences as a `Loaded`, as `NotInMemory.read` says.

        With `until_full` they may be the first ones only, when those are large.
        """
        with self._lock:
            values = self.source.read(rows, self.check, over, until_full)
        rows = rows[: len(values)]
        if self.n_steps is None:
            self._note_lengths(rows, values)
        return Loaded(self._lengths, self.n_features, rows, values)

    def read_pieces(self, of, starts, stops, over=None):
        """Return steps of some sequences, a list of 2-D arrays.

        Parameters
        ----------
        of, starts, stops : ndarray of int of shape (n_pieces,)
            The sequence of each piece, and its steps. Sorted by these.
        over : threading.Event, optional
            As for `read`.
        """
        with self._lock:
            return self.source.read_pieces(of, starts, stops, self.check, over)

    def last_steps(self, rows):
        """Return the last step of some sequences, ndarray of float64.

        What was asked for once is remembered.
        """
        if self._last is None:
            self._last = np.empty((len(self), self.n_features))
            self._has_last = np.zeros(len(self), bool)
        new = np.sort(rows[~self._has_last[rows]])
        batches = np.array_split(new, -(-len(new) // SEVERAL)) if len(new) else []
        with read_in_groups(self, batches) as groups:
            for some, loaded in groups:
                for i in np.concatenate(some).tolist():
                    self._last[i] = loaded[i][-1]
        self._has_last[new] = True
        return self._last[rows]

    def _note_lengths(self, rows, values):
        lengths = np.array([len(x) for x in values])
        before = self._lengths[rows]
        differ = np.flatnonzero((before >= 0) & (before != lengths))
        if len(differ):
            k = differ[0]
            raise ValueError(
                f"Sequence {rows[k]} of X had {before[k]} steps when it was first "
                f"read, and now it has {lengths[k]}. {SAME_EACH_TIME}"
            )
        self._lengths[rows] = lengths


class Pieces(NotInMemory):
    """Pieces of the sequences of a collection, each a sequence of its own.

    Parameters
    ----------
    whole : Unloaded
        The collection.
    of, starts, stops : ndarray of int of shape (n,)
        The sequence that each piece is of, and its steps. Sorted by these.
    """

    def __init__(self, whole, of, starts, stops):
        self.whole, self.of, self.starts, self.stops = whole, of, starts, stops
        self.n_features, self.itemsize = whole.n_features, whole.itemsize
        self.in_blocks, self._lengths = whole.in_blocks, stops - starts

    @property
    def lengths(self):
        """Length of each piece."""
        return self._lengths

    def read(self, rows, over=None):
        """Return some pieces as a `Loaded`, as `NotInMemory.read` says."""
        values = self.whole.read_pieces(
            self.of[rows], self.starts[rows], self.stops[rows], over
        )
        return Loaded(self._lengths, self.n_features, rows, values)
