"""Explainer: an output of a network, and its gradient, as functions of sequences."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from skrnn.inspection.outputs import Outputs
from skrnn.network import Network
from skrnn.network.network import MOST_AT_ONCE, MOST_NUMBERS
from skrnn.network.part import embedding_of
from skrnn.sequences import blocks_by_length, lengths_of, pack

#: So many hidden states are kept for the way back at once: some 200 MB for an LSTM.
STATES_AT_ONCE = 2**20


@dataclass(frozen=True, eq=False)
class Explainer:
    """What is explained, and at which sequences.

    Codes of categories have no slope. Where there are some, what is explained is a
    function of the other features and of the vectors of the categories, which stand
    behind those.

    Parameters
    ----------
    network : Network
        The network.
    weights : ndarray of shape (n_parameters,)
        Its weights, in the type of the computation.
    samples : ndarray of shape (n, n_steps, n_features) or list of 2-D arrays
        The sequences.
    start : Row or Given
        The baseline of each.
    outputs : Outputs
        The output of each that is explained.
    steps : ndarray of int of shape (n,), optional
        The step of each whose output it is, of a network that has one for every step.
    """

    network: Network
    weights: np.ndarray
    samples: object
    start: object
    outputs: Outputs
    steps: np.ndarray | None = None

    def blocks(self):
        """Cut the sequences into blocks of which the way back fits into memory."""
        d = self.samples[0].shape[1]
        n_units = sum(cell.hidden_size for cell in self.network.cells.values())
        return list(
            blocks_by_length(
                lengths_of(self.samples),
                max_steps=max(1, min(STATES_AT_ONCE // n_units, MOST_NUMBERS // d)),
                max_sequences=min(self.network.sequences_per_shard, MOST_AT_ONCE),
            )
        )

    def read(self, rows):
        """Pack some sequences, and give how far they are from their baselines.

        What is missing is so on all the way.

        Returns
        -------
        x : Sequences
        way : ndarray of shape (n_packed_rows, n_columns)
        """
        x = pack(self.samples, rows, self.weights.dtype)
        start = self.start.packed(rows, x.data.dtype)
        block, params = self._embedding
        if block is not None:
            x = x.replace(block.embed(params, x.data))
            start = block.embed(params, np.atleast_2d(start))
        way = x.data - start
        way[np.isnan(x.data)] = 0.0
        return x, way

    def value(self, x, rows):
        """Compute the output of packed sequences: ndarray of shape (n_rows,)."""
        network, weights = self._above
        scores, _ = network.forward(weights, x, keep=False)
        if self.steps is not None:
            scores = scores.data[self._places(x, rows)]
        return self.outputs.value(scores, rows)

    def gradient(self, x, rows):
        """Compute its gradient: ndarray of shape (n_packed_rows, n_columns)."""
        network, weights = self._above
        scores, tape = network.forward(weights, x)
        if self.steps is None:
            d_scores = self.outputs.gradient(scores, rows)
        else:
            places, d_scores = self._places(x, rows), scores.replace(0 * scores.data)
            d_scores.data[places] = self.outputs.gradient(scores.data[places], rows)
        d_x, _ = network.backward(weights, tape, d_scores, input_gradient=True)
        return d_x.data

    def _places(self, x, rows):
        """Return the packed row of the step of each sequence that is explained."""
        ranks = np.argsort(x.lengths.order)
        return x.lengths.starts[self.steps[rows]] + ranks

    def slopes(self, d_x, way):
        """Return a gradient; of vectors, times how far they are from the baseline."""
        block, _ = self._embedding
        if block is None:
            return d_x
        slopes, first = d_x.copy(), len(block.numeric)
        slopes[:, first:] *= way[:, first:]
        return slopes

    def by_feature(self, values):
        """Return one number a feature of what there is of each column: vectors add up.

        Parameters
        ----------
        values : ndarray of shape (n_steps, n_columns)
            Of one sequence.
        """
        block, _ = self._embedding
        if block is None:
            return values
        summed = np.empty((len(values), block.n_in), values.dtype)
        summed[:, block.numeric] = values[:, : len(block.numeric)]
        for column, place in zip(block.columns, block.places, strict=True):
            summed[:, column] = values[:, place].sum(axis=1)
        return summed

    @cached_property
    def _embedding(self):
        """The embedding and its parameters, or None twice."""
        name = embedding_of(self.network)
        if name is None:
            return None, None
        params = self.network.layout.views(self.weights)[name]
        return self.network.blocks[name], params

    @cached_property
    def _above(self):
        """The network above the embedding, and its weights."""
        name = embedding_of(self.network)
        if name is None:
            return self.network, self.weights
        names = list(self.network.blocks)
        names = names[names.index(name) + 1 :]
        above = Network({one: self.network.blocks[one] for one in names})
        return above, self.weights[-above.layout.size :]
