"""Networks: blocks one upon the other, with their parameters on one flat vector."""

from skrnn.network.block import Block, ParameterLayout
from skrnn.network.build import build_network
from skrnn.network.dropout import NO_DROPOUT, Dropout
from skrnn.network.input import InputTransform
from skrnn.network.network import Network

__all__ = [
    "NO_DROPOUT",
    "Block",
    "Dropout",
    "InputTransform",
    "Network",
    "ParameterLayout",
    "build_network",
]
