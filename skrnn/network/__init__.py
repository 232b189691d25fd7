"""Composition: parameters, layers, dropout, pooling and head make a network."""

from skrnn.network.dropout import NO_DROPOUT, Dropout
from skrnn.network.network import Network, build_network

__all__ = ["NO_DROPOUT", "Dropout", "Network", "build_network"]
