"""Networks: blocks one upon the other, with their parameters on one flat vector."""

from skrnn.network.block import Block, ParameterLayout
from skrnn.network.build import build_network
from skrnn.network.dropout import NO_DROPOUT, Dropout
from skrnn.network.embedding import Embedding
from skrnn.network.facts import Facts
from skrnn.network.front import FrontBlock
from skrnn.network.gaps import Gaps
from skrnn.network.input import IDENTITY, Input, InputTransform
from skrnn.network.network import Network
from skrnn.network.stepper import Stepper

__all__ = [
    "IDENTITY",
    "NO_DROPOUT",
    "Block",
    "Dropout",
    "Embedding",
    "Facts",
    "FrontBlock",
    "Gaps",
    "Input",
    "InputTransform",
    "Network",
    "ParameterLayout",
    "Stepper",
    "build_network",
]
