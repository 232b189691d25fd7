"""Part of the weights that a batch reads: of the tables of an embedding, some rows.

Of a hundred thousand categories a batch has a few hundred. A gradient, a norm and a
step of the optimizer for all of them would take far longer than the network itself. So
training on batches works on a short vector: the rows that the batch reads, and all that
is no table. The others are not touched: neither their weights nor what the optimizer
remembers of them.
"""

from dataclasses import dataclass, replace

import numpy as np

from skrnn.network.embedding import Embedding
from skrnn.network.network import Network


@dataclass(frozen=True, eq=False)
class Part:
    """A part of a flat vector, and the network whose whole vector it is.

    Attributes
    ----------
    network : Network
        That network.
    pieces : list of tuple
        What stands one behind the other: of each array of the whole network where it
        stands, where its part does, and the rows that are read with their length; None
        twice where all of it is.
    """

    network: Network
    pieces: list

    def take(self, vector):
        """Return the part of a flat vector, as a copy."""
        part = np.empty(self.network.layout.size, vector.dtype)
        for there, here, rows, width in self.pieces:
            if rows is None:
                part[here] = vector[there]
            else:
                table = vector[there].reshape(-1, width)
                out = part[here].reshape(-1, width)
                # With another mode NumPy would write to a buffer first.
                np.take(table, rows, axis=0, out=out, mode="clip")
        return part

    def put(self, vector, part):
        """Write a part back into the flat vector, of the same type."""
        for there, here, rows, width in self.pieces:
            if rows is None:
                vector[there] = part[here]
            else:
                # As one item a row, which NumPy copies at once.
                row = np.dtype((np.void, width * vector.itemsize))
                vector[there].view(row)[rows] = part[here].view(row)

    def places(self, indices):
        """Return where entries of the whole vector stand, none of them of a table."""
        places = np.array(indices)
        for there, here, rows, _ in self.pieces:
            if rows is None:
                inside = (indices >= there.start) & (indices < there.stop)
                places[inside] += here.start - there.start
        return places


def part_read(network, batches):
    """Return the part of the weights that some batches read together.

    Parameters
    ----------
    network : Network
        The network.
    batches : list of Sequences
        What it reads. Blocks below the embedding leave codes in their columns.

    Returns
    -------
    part : Part or None
        None where the network has no embedding: all of it is read.
    batches : list of Sequences
        For the network of the part.
    """
    name = embedding_of(network)
    if name is None:
        return None, batches
    block = network.blocks[name]
    narrow, rows, batches = block.narrow(batches)
    rows = dict(zip(block.names, rows, strict=True))
    part = Network({**network.blocks, name: narrow})
    slices = zip(network.layout.slices, part.layout.slices, strict=True)
    pieces = [
        (there, here, rows[key], shape[1]) if of == name else (there, here, None, None)
        for (of, key, there, shape), (_, _, here, _) in slices
    ]
    return Part(part, pieces), batches


def unpenalised(network):
    """Return what of the flat vector has no penalty, a list of slices and of indices.

    The tables of an embedding are slices: they may be very long.
    """
    name, layout = embedding_of(network), network.layout
    if name is None:
        return [network.biases]
    free = []
    for of, shapes in layout.shapes.items():
        places = [place for block, _, place, _ in layout.slices if block == of]
        first, last = places[0].start, places[-1].stop
        if of == name:
            free.append(slice(first, last))
            continue
        own = replace(layout, shapes={of: shapes}).views(np.arange(first, last))[of]
        free += [bias.ravel() for bias in network.blocks[of].biases(own)]
    return free


def embedding_of(network):
    """Return the name of the embedding of a network, or None."""
    found = (
        name for name, block in network.front.items() if isinstance(block, Embedding)
    )
    return next(found, None)
