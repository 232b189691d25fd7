"""The network: a chain of blocks, as a function of one flat vector of weights."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from skrnn.network.block import Block, ParameterLayout
from skrnn.network.convolution import N_READ
from skrnn.network.dropout import NO_DROPOUT
from skrnn.network.front import FrontBlock
from skrnn.network.layer import RecurrentLayer
from skrnn.network.pooling import PoolingBeside
from skrnn.sequences import (
    Sequences,
    blocks_by_length,
    lengths_of,
    n_features_of,
    pack,
    share_in_groups,
)
from skrnn.sequences.ragged import joined
from skrnn.utils.threads import ALONE

#: Steps of so many hidden units, those of all sequences together, are worth a thread.
WORTH_A_THREAD = 16384
#: The most sequences, steps, and features of all steps that are predicted at once.
MOST_AT_ONCE, MOST_STEPS, MOST_NUMBERS = 512, 2**17, 2**21

#: Features of any size pass without a warning: what saturates is no mistake.
QUIETLY = np.errstate(over="ignore", invalid="ignore")


@dataclass(frozen=True, eq=False)
class Network:
    """Blocks one upon the other: front, input transform, layers, pooling, head.

    Like its blocks it holds nothing that is learnt, and nothing of a pass: one network
    may be used from several threads.

    Parameters
    ----------
    blocks : dict of str to Block
        Each by its name, the lowest first.
    """

    blocks: dict[str, Block]

    @cached_property
    def layout(self):
        """The layout of the parameters on the flat vector."""
        shapes = {name: block.shapes for name, block in self.blocks.items()}
        return ParameterLayout({name: own for name, own in shapes.items() if own})

    @property
    def input(self):
        """The block that reads raw steps."""
        return self.blocks["input"]

    @property
    def pooling(self):
        """The method that makes a row of the states of a sequence, if there is one."""
        block = self.blocks.get("pooling")
        return block.method if isinstance(block, PoolingBeside) else block

    @property
    def convolution(self):
        """The convolution over the patches, if there is one."""
        return self.blocks.get("convolution")

    @cached_property
    def front(self):
        """The blocks that read raw steps before the input transform, by name."""
        blocks = self.blocks.items()
        return {name: one for name, one in blocks if isinstance(one, FrontBlock)}

    @property
    def n_features(self):
        """Number of features of a raw step."""
        return next((one.n_in for one in self.front.values()), self.n_columns)

    @property
    def n_columns(self):
        """Number of columns of a step that the input transform reads."""
        if self.front:
            return list(self.front.values())[-1].n_out
        lowest = self.convolution or next(iter(self.cells.values()))
        width = lowest.n_in if self.convolution else lowest.n_features
        return width // self.input.n_out(1)

    @property
    def head(self):
        """The block that makes scores."""
        return self.blocks["head"]

    @cached_property
    def layers(self):
        """The recurrent layers by name, the lowest first."""
        kinds = self.blocks.items()
        return {name: one for name, one in kinds if isinstance(one, RecurrentLayer)}

    @property
    def cells(self):
        """Every cell by name: layers from below, the forward direction first."""
        return {
            name + one.suffix: one.cell
            for name, layer in self.layers.items()
            for one in layer.directions
        }

    def cell_params(self, weights):
        """Return the parameters of every cell by its name, views on a flat vector."""
        params = self.layout.views(weights)
        return {
            name + one.suffix: one.params(params[name])
            for name, layer in self.layers.items()
            for one in layer.directions
        }

    @cached_property
    def sequences_per_shard(self):
        """Number of sequences that are worth a thread of their own."""
        widest = max(cell.hidden_size for cell in self.cells.values())
        return max(1, WORTH_A_THREAD // widest)

    @cached_property
    def biases(self):
        """Indices of the biases on the flat vector, which are not penalised."""
        views = self.layout.views(np.arange(self.layout.size))
        found = [
            bias
            for name, own in views.items()
            for bias in self.blocks[name].biases(own)
        ]
        return np.sort(np.concatenate([bias.ravel() for bias in found]))

    def init(self, rng):
        """Return initial weights, ndarray of shape (n_parameters,)."""
        weights = np.empty(self.layout.size)
        for name, views in self.layout.views(weights).items():
            _fill(views, self.blocks[name].init(rng))
        return weights

    def up_to(self, name):
        """Return the network of the blocks up to one of them.

        Its weights are those of the whole. Of a layer that is its last block it returns
        all hidden states.
        """
        names = list(self.blocks)
        blocks = {one: self.blocks[one] for one in names[: names.index(name) + 1]}
        if name in self.layers:
            blocks[name] = replace(self.layers[name], only=None)
        return Network(blocks)

    def forward(self, weights, x, *, keep=True, reuse=None, dropout=NO_DROPOUT):
        """Compute the scores of a batch, or what else the last block returns.

        Parameters
        ----------
        weights : ndarray of shape (n_parameters,)
            The flat vector; its type is that of the computation.
        x : Sequences
            The batch; of another type, it is converted once it has been scaled.
        keep : bool, default=True
            Keep what `backward` needs.
        reuse : tape, optional
            A tape of an earlier call that may be written over.
        dropout : Dropout, optional
            The noise of training.

        Returns
        -------
        scores : ndarray of shape (n_sequences, n_outputs), or Sequences
            An array in the order of the batch as it was given.
        tape : dict of str to object, or None
            What each block wrote down, and the `lengths` of the batch.
        """
        params, out, tape = self.layout.views(weights), x, {}
        for name, block in self.blocks.items():
            out, written = block.forward(
                params.get(name, {}),
                out,
                keep=keep,
                reuse=reuse and reuse[name],
                dropout=dropout,
                dtype=weights.dtype,
                lengths=x.lengths,
            )
            if keep:
                tape[name] = written
            del written
        if not isinstance(out, Sequences):
            out = x.unsort(out)
        return out, ({**tape, "lengths": x.lengths} if keep else None)

    def backward(self, weights, tape, d_out, *, input_gradient=False):
        """Backpropagate the gradient of the scores.

        Parameters
        ----------
        weights : ndarray of shape (n_parameters,)
            The flat vector.
        tape : dict
            As from `forward`.
        d_out : ndarray of shape (n_sequences, n_outputs), or Sequences
            The gradient of what `forward` returned.
        input_gradient : bool, default=False
            Also compute the gradient of the input.

        Returns
        -------
        d_x : Sequences or None
            Packed as the batch is.
        d_weights : ndarray of shape (n_parameters,)
        """
        params = self.layout.views(weights)
        d_weights = np.empty(self.layout.size, weights.dtype)
        d_params, lowest = self.layout.views(d_weights), next(iter(params))
        if not isinstance(d_out, Sequences):
            d_out = Sequences(None, tape["lengths"]).sort(d_out)
        for name, block in reversed(self.blocks.items()):
            is_lowest = name == lowest and not input_gradient
            d_out, grads = block.backward(
                params.get(name, {}), tape[name], d_out, input_gradient=not is_lowest
            )
            _fill(d_params.get(name, {}), grads)
            if is_lowest:
                return None, d_weights
        return d_out, d_weights

    @QUIETLY
    def compute(self, weights, samples, rows=None, workers=ALONE, dtype=None):
        """Compute what `forward` returns for a collection, in chunks of bounded size.

        Parameters
        ----------
        weights : ndarray of shape (n_parameters,)
            The flat vector; its type is that of the computation.
        samples : 3-D ndarray, list of 2-D arrays, or NotInMemory
            The collection.
        rows : ndarray of int, optional
            Which of its sequences; all by default.
        workers : Workers or WorkersOnDemand, optional
            They share out the chunks.
        dtype : dtype, optional
            That in which features are read and scaled; by default that of the weights.

        Returns
        -------
        ndarray of shape (n, n_columns) or list of (n_steps_i, n_columns)
        """
        lengths, dtype = lengths_of(samples), dtype or weights.dtype
        # Filters read several patches side by side.
        n_copies = N_READ if self.convolution else 1
        chunks = list(
            blocks_by_length(
                lengths if rows is None else lengths[rows],
                max_steps=min(
                    MOST_STEPS, MOST_NUMBERS // (n_copies * n_features_of(samples))
                ),
                max_sequences=min(self.sequences_per_shard, MOST_AT_ONCE),
            )
        )

        def compute_chunk(chunk, loaded):
            x = pack(loaded, chunk if rows is None else rows[chunk], dtype)
            out, _ = self.forward(weights, x, keep=False)
            return out.unpack() if isinstance(out, Sequences) else out

        results = share_in_groups(workers, samples, chunks, rows, compute_chunk)
        order = np.argsort(np.concatenate(chunks), kind="stable")
        found = joined(results)
        return [found[k] for k in order] if isinstance(found, list) else found[order]

    def scores(self, weights, samples, rows=None, workers=ALONE, dtype=None):
        """Compute the scores of a collection, as `compute` returns them."""
        return self.compute(weights, samples, rows, workers, dtype)

    def pooled(self, weights, samples, workers=ALONE):
        """Compute what a head reads: ndarray of shape (n, pooled features)."""
        return self.up_to("pooling").compute(weights, samples, workers=workers)

    def states(self, weights, samples, layer, workers=ALONE):
        """Compute the hidden states of a layer after every patch: a list of arrays."""
        name = list(self.layers)[layer]
        return self.up_to(name).compute(weights, samples, workers=workers)

    @property
    def pooled_names(self):
        """Name of each pooled feature: the method, the direction if two, the unit."""
        *_, top = self.layers.values()
        units, block = top.unit_names, self.blocks["pooling"]
        names = [f"{method}_{unit}" for method in self.pooling.names for unit in units]
        return names + list(getattr(block, "names_beside", ()))


def _fill(views, values):
    for name, value in values.items():
        views[name][...] = value
