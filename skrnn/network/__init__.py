"""Composition: reading, layers, dropout, pooling and head make a network."""

from skrnn.network.build import build_network
from skrnn.network.dropout import NO_DROPOUT, Dropout
from skrnn.network.input import Reading
from skrnn.network.network import Network

__all__ = ["NO_DROPOUT", "Dropout", "Network", "Reading", "build_network"]
