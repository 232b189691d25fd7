"""Sequences of different length as plain arrays: packed batches, patches, scaling."""

from skrnn.sequences.packed import (
    Lengths,
    Run,
    Sequences,
    blocks_by_length,
    lengths_of,
    pack,
    rectangle,
    spaced,
)

__all__ = [
    "Lengths",
    "Run",
    "Sequences",
    "blocks_by_length",
    "lengths_of",
    "pack",
    "rectangle",
    "spaced",
]
