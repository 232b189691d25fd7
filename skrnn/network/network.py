"""The whole network: reading, recurrent layers, pooling, head."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from skrnn.network.dropout import NO_DROPOUT, Dropout
from skrnn.network.head import Head
from skrnn.network.input import Reading
from skrnn.network.layout import ParameterLayout
from skrnn.network.pooling import Pooling
from skrnn.network.stack import Stack
from skrnn.sequences import (
    Lengths,
    Sequences,
    blocks_by_length,
    lengths_of,
    pack,
)
from skrnn.utils.threads import ALONE

#: Steps of so many hidden units, those of all sequences together, are worth a thread.
WORTH_A_THREAD = 16384
#: The most sequences, steps of all of them, and features of all those steps that are
#: predicted at once.
MOST_AT_ONCE, MOST_STEPS, MOST_NUMBERS = 512, 2**17, 2**21

#: Features of any size are read without a word: what saturates is no mistake.
QUIETLY = np.errstate(over="ignore", invalid="ignore")


@dataclass(frozen=True)
class Network:
    """Reading, layers, pooling and head, as a function of a flat vector of weights.

    Like its parts it holds nothing that is learnt, and nothing of a pass: one network
    may be used from several threads.

    Parameters
    ----------
    reading : Reading
        From raw steps to what the lowest layer reads.
    stack : Stack
        The recurrent layers.
    pooling : Pooling
        From the states of all steps to one row a sequence.
    head : Head
        From that row to the scores.
    """

    reading: Reading
    stack: Stack
    pooling: Pooling
    head: Head

    @cached_property
    def layout(self):
        """Where the parameters of each part lie on the flat vector."""
        blocks = {name: cell.shapes for name, cell in self.stack.cells.items()}
        return ParameterLayout({**blocks, "head": self.head.shapes})

    @cached_property
    def portion(self):
        """How many sequences make operations that are worth a thread of their own."""
        widest = max(cell.hidden_size for cell in self.stack.cells.values())
        return max(1, WORTH_A_THREAD // widest)

    @cached_property
    def biases(self):
        """Where the biases stand on the flat vector, which no penalty is for."""
        places = np.arange(self.layout.size)
        views = self.layout.views(places)
        found = [views["head"]["b"]]
        for name, cell in self.stack.cells.items():
            found += cell.biases(views[name])
        return np.sort(np.concatenate(found))

    def init(self, rng):
        """Draw initial weights, ndarray of shape (n_parameters,)."""
        weights = np.empty(self.layout.size)
        views = self.layout.views(weights)
        for name, cell in self.stack.cells.items():
            _fill(views[name], cell.init(rng))
        _fill(views["head"], self.head.init(rng))
        return weights

    def forward(self, weights, x, *, keep=True, reuse=None, dropout=NO_DROPOUT):
        """Compute the scores of a batch.

        Parameters
        ----------
        weights : ndarray of shape (n_parameters,)
            The flat vector.
        x : Sequences
            The batch.
        keep : bool, default=True
            Keep what `backward` needs.
        reuse : tape, optional
            A tape of an earlier call that may be written over.
        dropout : Dropout, optional
            What is dropped, in training.

        Returns
        -------
        scores : ndarray of shape (n_sequences, n_outputs)
            In the order in which the batch was given.
        tape : NetworkTape or None
        """
        params = self.layout.views(weights)
        layers = reuse and reuse.layers
        lengths, x = x.lengths, self.reading.forward(x)
        h, last, layers = self.stack.forward(
            params,
            x,
            keep=keep,
            reuse=layers,
            dropout=dropout,
            only_last=self.pooling.only_last,
        )
        pooled, pooling = self.pooling.forward(h, last, x)
        pooled, mask = dropout.forward(pooled)
        scores, head = self.head.forward(params["head"], pooled)
        tape = NetworkTape(lengths, x, layers, pooling, mask, head) if keep else None
        return x.unsort(scores), tape

    @QUIETLY
    def scores(self, weights, samples, rows=None, workers=ALONE):
        """Compute the scores of a collection, a block of bounded size at a time.

        Parameters
        ----------
        weights : ndarray of shape (n_parameters,)
            The flat vector; its type is that of the computation.
        samples : ndarray of shape (n, n_steps, n_features) or list of 2-D arrays
            The collection.
        rows : ndarray of int, optional
            Which of its sequences; all by default.
        workers : Workers or Jobs, optional
            They share out the blocks.

        Returns
        -------
        ndarray of shape (n, n_outputs)
        """
        n = len(samples) if rows is None else len(rows)
        scores = np.empty((n, self.head.n_outputs), weights.dtype)

        def score(_, block):
            taken = block if rows is None else rows[block]
            x = pack(samples, taken, weights.dtype)
            scores[block], _ = self.forward(weights, x, keep=False)

        workers.share(self._blocks(samples, rows), score)
        return scores

    @QUIETLY
    def pooled(self, weights, samples, workers=ALONE):
        """Compute what the head reads, as `scores` does: (n, pooled features)."""
        params = self.layout.views(weights)
        pooled = np.empty((len(samples), self.head.n_features), weights.dtype)

        def pool(_, block):
            x = self.reading.forward(pack(samples, block, weights.dtype))
            h, last, _ = self.stack.forward(
                params, x, keep=False, only_last=self.pooling.only_last
            )
            pooled[block] = x.unsort(self.pooling.forward(h, last, x)[0])

        workers.share(self._blocks(samples), pool)
        return pooled

    def _blocks(self, samples, rows=None):
        """Cut a collection, or some rows of it, into blocks that are predicted at once.

        Returns
        -------
        list of ndarray of int
            Where the sequences of a block stand in the collection or among the rows.
        """
        lengths = lengths_of(samples)
        return list(
            blocks_by_length(
                lengths if rows is None else lengths[rows],
                max_steps=min(MOST_STEPS, MOST_NUMBERS // samples[0].shape[1]),
                max_sequences=min(self.portion, MOST_AT_ONCE),
            )
        )

    def fold(self, weights):
        """Give the weights that do to raw patches what these do to scaled ones.

        Every export folds the scale in, so that it need not be carried along. With a
        scale, the result is in float64.
        """
        if self.reading.mean is None:
            return weights.copy()
        return self._with_input_weights(weights, self.reading.fold)

    def unfold(self, weights):
        """Undo `fold`."""
        if self.reading.mean is None:
            return weights.copy()
        return self._with_input_weights(weights, self.reading.unfold)

    def _with_input_weights(self, weights, change):
        # In float64: a mean far from zero would cost float32 its digits.
        changed = weights.astype(np.float64)
        params = self.layout.views(changed)
        for name, cell, *_ in self.stack.layers[0].parts:
            W_x, b, _ = cell.split(params[name])
            W_x[...], b[...] = change(W_x, b)
        return changed

    @property
    def pooled_names(self):
        """Name of each pooled feature: the way, the direction if two, the unit."""
        cells = self.stack.layers[-1].cells
        directions = ("",) if len(cells) == 1 else ("forward_", "reverse_")
        return [
            f"{way}_{direction}{unit}"
            for way in self.pooling.names
            for direction, cell in zip(directions, cells, strict=True)
            for unit in range(cell.hidden_size)
        ]

    @QUIETLY
    def states(self, weights, samples, layer, workers=ALONE):
        """Compute the hidden states of a layer after every patch of every sequence.

        Returns
        -------
        list of ndarray of shape (n_patches, hidden units of all directions)
        """
        params, states = self.layout.views(weights), [None] * len(samples)
        stack = Stack(self.stack.layers[: layer + 1])

        def read(_, block):
            x = self.reading.forward(pack(samples, block, weights.dtype))
            h, _, _ = stack.forward(params, x, keep=False)
            for i, sequence in zip(block, x.replace(h).unpack(), strict=True):
                states[i] = sequence

        workers.share(self._blocks(samples), read)
        return states

    def backward(self, weights, tape, d_scores, *, input_gradient=False):
        """Send the gradient of the scores back to the weights.

        Parameters
        ----------
        weights : ndarray of shape (n_parameters,)
            The flat vector.
        tape : NetworkTape
            What `forward` kept.
        d_scores : ndarray of shape (n_sequences, n_outputs)
            In the order in which the batch was given.
        input_gradient : bool, default=False
            Also compute the gradient of the input.

        Returns
        -------
        d_x : ndarray of shape (n_rows, n_features) or None
            Packed as the batch is.
        d_weights : ndarray of shape (n_parameters,)
        """
        params, x = self.layout.views(weights), tape.x
        d_weights = np.empty_like(weights)
        d_params = self.layout.views(d_weights)
        d_pooled, grads = self.head.backward(
            params["head"], tape.head, x.sort(d_scores)
        )
        _fill(d_params["head"], grads)
        d_pooled = Dropout.backward(tape.mask, d_pooled)
        d_h, d_last = self.pooling.backward(tape.pooling, d_pooled, x)
        d_x, grads = self.stack.backward(
            params, tape.layers, x, d_h, d_last, input_gradient=input_gradient
        )
        for name in grads:
            _fill(d_params[name], grads[name])
        if input_gradient:
            d_x = self.reading.backward(d_x, tape.lengths)
        return d_x, d_weights


class NetworkTape(NamedTuple):
    """What the parts of a network wrote down on the way forward.

    Attributes
    ----------
    lengths : Lengths
        Of the batch as it came, in steps.
    x : Sequences
        The batch as the lowest layer reads it.
    layers, pooling, mask, head
        What each part will ask for on the way back.
    """

    lengths: Lengths
    x: Sequences
    layers: list
    pooling: object
    mask: np.ndarray | None
    head: np.ndarray


def _fill(views, values):
    for name, value in values.items():
        views[name][...] = value
