"""Sequences of different length as plain arrays: packed batches, patches, scaling."""

from skrnn.sequences.chunks import (
    blocks_by_length,
    lengths_of,
    n_features_of,
    spaced,
)
from skrnn.sequences.loaded import NotInMemory
from skrnn.sequences.packed import (
    Lengths,
    Segment,
    Sequences,
    pack,
    rectangle,
    side_by_side,
)
from skrnn.sequences.read_ahead import read_in_groups, share_in_groups
from skrnn.sequences.unloaded import Pieces, Unloaded

__all__ = [
    "Lengths",
    "NotInMemory",
    "Pieces",
    "Segment",
    "Sequences",
    "Unloaded",
    "blocks_by_length",
    "lengths_of",
    "n_features_of",
    "pack",
    "read_in_groups",
    "rectangle",
    "share_in_groups",
    "side_by_side",
    "spaced",
]
