"""The whole network: recurrent layers, pooling, head."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from skrnn.cells import CELLS
from skrnn.network.dropout import NO_DROPOUT, Dropout
from skrnn.network.head import Head
from skrnn.network.layer import Layer
from skrnn.network.parameters import ParameterLayout
from skrnn.network.pooling import POOLINGS, Pooling
from skrnn.network.stack import Stack
from skrnn.sequences import Sequences, blocks_by_length, lengths_of, pack

#: Features of any size are read without a word: what saturates is no mistake.
QUIETLY = np.errstate(over="ignore", invalid="ignore")


@dataclass(frozen=True)
class Network:
    """Layers, pooling and head, as a function of a flat vector of weights.

    Like all its parts it holds no numbers, and nothing of a pass: one network may be
    used from several threads.

    Parameters
    ----------
    stack : Stack
        The recurrent layers.
    pooling : Pooling
        From the states of all steps to one row a sequence.
    head : Head
        From that row to the scores.
    """

    stack: Stack
    pooling: Pooling
    head: Head

    @cached_property
    def layout(self):
        """Where the parameters of each part lie on the flat vector."""
        blocks = {name: cell.shapes for name, cell in self.stack.cells.items()}
        return ParameterLayout({**blocks, "head": self.head.shapes})

    @cached_property
    def penalised(self):
        """Which parameters are weights and not biases: 1.0 or 0.0 for each."""
        mask = np.ones(self.layout.size)
        views = self.layout.views(mask)
        for name, cell in self.stack.cells.items():
            for bias in cell.biases(views[name]):
                bias[...] = 0.0
        views["head"]["b"][...] = 0.0
        return mask

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
        h, last, layers = self.stack.forward(
            params, x, keep=keep, reuse=layers, dropout=dropout
        )
        pooled, pooling = self.pooling.forward(h, last, x)
        pooled, mask = dropout.forward(pooled)
        scores, head = self.head.forward(params["head"], pooled)
        tape = NetworkTape(x, layers, pooling, mask, head) if keep else None
        return x.unsort(scores), tape

    @QUIETLY
    def scores(self, weights, samples, rows=None):
        """Compute the scores of a collection, a block of bounded size at a time.

        Parameters
        ----------
        weights : ndarray of shape (n_parameters,)
            The flat vector; its type is that of the computation.
        samples : ndarray of shape (n, n_steps, n_features) or list of 2-D arrays
            The collection.
        rows : ndarray of int, optional
            Which of its sequences; all by default.

        Returns
        -------
        ndarray of shape (n, n_outputs)
        """
        rows = np.arange(len(samples)) if rows is None else rows
        scores = np.empty((len(rows), self.head.n_outputs), weights.dtype)
        for block, x in _in_blocks(samples, rows, weights.dtype):
            scores[block], _ = self.forward(weights, x, keep=False)
        return scores

    @QUIETLY
    def pooled(self, weights, samples):
        """Compute what the head reads, as `scores` does: (n, pooled features)."""
        params, rows = self.layout.views(weights), np.arange(len(samples))
        pooled = np.empty((len(rows), self.head.n_features), weights.dtype)
        for block, x in _in_blocks(samples, rows, weights.dtype):
            h, last, _ = self.stack.forward(params, x, keep=False)
            pooled[block] = x.unsort(self.pooling.forward(h, last, x)[0])
        return pooled

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
    def states(self, weights, samples, layer):
        """Compute the hidden states of a layer after every step of every sequence.

        Returns
        -------
        list of ndarray of shape (length, hidden units of all directions)
        """
        params, states = self.layout.views(weights), [None] * len(samples)
        stack = Stack(self.stack.layers[: layer + 1])
        rows = np.arange(len(samples))
        for block, x in _in_blocks(samples, rows, weights.dtype):
            h, _, _ = stack.forward(params, x, keep=False)
            for i, sequence in zip(block, x.replace(h).unpack(), strict=True):
                states[i] = sequence
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
        return d_x, d_weights


class NetworkTape(NamedTuple):
    """What the parts of a network wrote down on the way forward."""

    x: Sequences
    layers: list
    pooling: object
    mask: np.ndarray | None
    head: np.ndarray


def build_network(
    cell, n_features, hidden_sizes, bidirectional, pooling, n_outputs, **cell_options
):
    """Build a network from plain values.

    Parameters
    ----------
    cell : str
        A key of `skrnn.cells.CELLS`.
    n_features : int
        Number of features of a step.
    hidden_sizes : tuple of int
        Number of hidden units of each layer, in each direction; the lowest first.
    bidirectional : bool
        Whether every layer reads backwards too.
    pooling : str
        A key of `skrnn.network.pooling.POOLINGS`.
    n_outputs : int
        Number of scores.
    **cell_options
        What the cell takes beyond its sizes.

    Returns
    -------
    Network
    """
    layers, n_in = [], n_features
    for k, hidden_size in enumerate(hidden_sizes):
        one = CELLS[cell](n_in, hidden_size, **cell_options)
        layers.append(Layer(f"layer{k}", (one,) * (1 + bidirectional)))
        n_in = layers[-1].n_out
    stack, way = Stack(tuple(layers)), POOLINGS[pooling]
    return Network(stack, way, Head(len(way.names) * stack.n_out, n_outputs))


def _in_blocks(samples, rows, dtype):
    """Give rows of a collection block by block: where they stand, and `Sequences`."""
    for block in blocks_by_length(lengths_of(samples)[rows]):
        yield block, pack(samples, rows[block], dtype)


def _fill(views, values):
    for name, value in values.items():
        views[name][...] = value
