"""Networks that read streams: a step now, the next when it comes."""

import numpy as np

from skrnn.network.network import QUIETLY
from skrnn.sequences import Sequences, pack, rectangle
from skrnn.utils.threads import BLAS_THREADS


class Stepper:
    """Computes the scores of what streams have brought so far, step by step.

    It is a function: what the network remembers of the streams, the memory, comes in
    and goes out. It is a dict of arrays with a row for each stream:

    ==================  ======================================================
    ``steps``           number of steps read
    ``waiting``         the scaled steps of an incomplete patch; zeros stand for
                        those that are missing, as in a last patch
    ``latest``          the last scaled steps that the head reads, newest first
    ``patches_before``  the last two complete patches, which the filters of a
                        convolution read; and of what they made of all patches,
                        ``filter_sum`` and ``filter_max``
    ``layer0.h``, ...   the state of each layer after the last complete patch
    ``sum``, ``max``    what the pooling remembers of the states until then
    ==================  ======================================================

    A step that does not complete a patch gives the scores of the patch filled up, as
    prediction does for whole sequences, and leaves the states as they were.

    Parameters
    ----------
    network : Network
        One that reads forward only.
    weights : ndarray of shape (n_parameters,)
        The flat vector; its type is that of the computation. It is not copied.

    Attributes
    ----------
    dtype : dtype
        The type of the computation.
    head : Head
        Head of the network.
    patch_size : int
        Steps in a patch.
    n_features : int
        Features of a step.
    """

    def __init__(self, network, weights):
        self.dtype, self.head = weights.dtype, network.head
        self._input, self._pooling = network.input, network.pooling
        params, of_cells = network.layout.views(weights), network.cell_params(weights)
        self._params = {name: params.get(name, {}) for name in network.blocks}
        self._cells = [
            (cell, of_cells[name], [f"{name}.{part}" for part in cell.state_names])
            for name, cell in network.cells.items()
        ]
        self._front, self.n_features = network.front, network.n_features
        self._convolution, self._n_columns = network.convolution, network.n_columns
        self.patch_size = self._input.patch_size
        self._n_latest = self._input.linear_steps
        self._n_numeric = self._input.count_numeric(self._n_columns)

    def start(self, n):
        """Return the memory of n streams before their first step.

        Returns
        -------
        dict of str to ndarray of shape (n, ...)
        """
        memory = {"steps": np.zeros(n, np.int64)}
        for block in self._front.values():
            memory |= block.start(n, self.dtype)
        if self.patch_size > 1:
            memory["waiting"] = np.zeros(
                (n, self.patch_size, self._n_columns), self.dtype
            )
        if self._n_latest:
            shape = n, self._n_latest, self._n_numeric
            memory["latest"] = np.zeros(shape, self.dtype)
        if self._convolution:
            memory |= self._convolution.start(n, self.dtype)
        for cell, _, names in self._cells:
            state = cell.initial_state(n, self.dtype)
            memory |= dict(zip(names, state, strict=True))
        return memory | (self._pooling.start(n, self.dtype) if self._pooling else {})

    @QUIETLY
    def step(self, memory, x):
        """Compute one step of each stream: ``(memory, x) -> (scores, memory)``.

        Parameters
        ----------
        memory : dict of str to ndarray of shape (n, ...)
            What the steps before it left; it is only read.
        x : ndarray of shape (n, n_features)
            The step, in the type of the weights.

        Returns
        -------
        scores : ndarray of shape (n, n_outputs)
        memory : dict of str to ndarray of shape (n, ...)
        """
        steps, size = memory["steps"], self.patch_size
        x, passed, by_step = self._read_front(memory, x)
        patch = x = self._input.step(self._params["input"], x)
        latest = memory.get("latest")
        if latest is not None:
            newest = x[:, np.newaxis, : self._n_numeric]
            latest = np.concatenate([newest, latest[:, :-1]], axis=1)
            by_step["latest"] = latest
            passed.append(latest.reshape(len(x), -1))
        after = {"steps": steps + 1}
        if size > 1:
            waiting, within = memory["waiting"].copy(), steps % size
            waiting[np.arange(len(x)), within] = x
            patch = waiting.reshape(len(x), size * self._n_columns)
        count, beside = (steps // size + 1)[:, np.newaxis], []
        if self._convolution:
            params = self._params["convolution"]
            patch, filtered, own = self._convolution.step(params, memory, patch, count)
            after, beside = after | own, [filtered]
        h, states = self._read(memory, patch)
        beside += passed
        if self._pooling is None:
            scores, remembered = self._score_step(h, beside, steps % size), {}
        else:
            scores, remembered = self._score(memory, h, count, beside)
        after |= states | remembered
        if size > 1:
            _go_back(after, memory, within < size - 1)
            waiting[within == size - 1] = 0.0
            after["waiting"] = waiting
        return scores, after | by_step

    def _read_front(self, memory, x):
        """Return the columns of a step, what goes to the head, and what is remembered.

        The latter changes with every step, whether it completes a patch or not.
        """
        passed, after = [], {}
        for name, block in self._front.items():
            x, beside, remembered = block.step(self._params[name], memory, x)
            after |= remembered
            if beside is not None:
                passed.append(beside)
        return x, passed, after

    def _score(self, memory, h, count, beside):
        """Return the scores after a state, and what the pooling remembers of it."""
        params = self._params["head"]
        pooled, remembered = self._pooling.step(
            self._params["pooling"], memory, h, count
        )
        pooled = np.concatenate([pooled, *beside], axis=1) if beside else pooled
        return self.head.forward(params, pooled)[0], remembered

    def _score_step(self, h, beside, within):
        """Return the scores of the step that is so far within the patch of a state."""
        n = len(h)
        beside = np.concatenate(beside, axis=1) if beside else None
        x = Sequences(h, rectangle(n, 1), h, beside=beside)
        lengths = rectangle(n, self.patch_size)
        out, _ = self.head.forward(self._params["head"], x, lengths=lengths)
        return out.data.reshape(self.patch_size, n, -1)[within, np.arange(n)]

    def _read(self, memory, x):
        """Step every layer: return the state of the top one, and all of them."""
        after = {}
        for cell, params, names in self._cells:
            state = cell.step(params, x, tuple(memory[name] for name in names))
            after |= zip(names, state, strict=True)
            x = state[0]
        return x, after

    def stages(self, samples):
        """Compute the scores after each step of whole sequences, one after the other.

        Parameters
        ----------
        samples : ndarray of shape (n, n_steps, n_features) or list of 2-D arrays
            The collection.

        Yields
        ------
        ndarray of shape (n, n_outputs)
            Sequences that have ended keep their last scores.
        """
        x = pack(samples, dtype=self.dtype)
        memory = self.start(x.n_sequences)
        scores = np.empty((x.n_sequences, self.head.n_outputs), self.dtype)
        sizes = x.lengths.sizes.tolist()
        for first, size in zip(x.lengths.starts.tolist(), sizes, strict=False):
            alive = {name: values[:size] for name, values in memory.items()}
            with BLAS_THREADS.one():
                scores[:size], memory = self.step(alive, x.data[first : first + size])
            yield x.unsort(scores).copy()


def _go_back(after, before, rows):
    """Restore all but the number of steps of some rows, a mask."""
    if not rows.any():
        return
    rows = rows[:, np.newaxis]
    for name in after.keys() - {"steps"}:
        after[name] = np.where(rows, before[name], after[name])
