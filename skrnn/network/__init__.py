"""Composition: parameters, layers, pooling and head make a network."""

from skrnn.network.network import Network, build_network

__all__ = ["Network", "build_network"]
