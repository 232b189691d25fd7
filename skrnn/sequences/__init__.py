"""Sequences of different length as plain arrays: packed batches, patches, scaling."""

from skrnn.sequences.chunks import blocks_by_length, lengths_of, spaced
from skrnn.sequences.packed import (
    Lengths,
    Segment,
    Sequences,
    pack,
    rectangle,
    side_by_side,
)

__all__ = [
    "Lengths",
    "Segment",
    "Sequences",
    "blocks_by_length",
    "lengths_of",
    "pack",
    "rectangle",
    "side_by_side",
    "spaced",
]
