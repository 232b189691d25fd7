"""Predictions while sequences are still coming in, step by step."""

from skrnn.streaming.display import EarlinessDisplay
from skrnn.streaming.early import EarlyClassifier
from skrnn.streaming.early_stream import EarlyStream
from skrnn.streaming.stream import Stream
from skrnn.streaming.tradeoff import accuracy_against_earliness

__all__ = [
    "EarlinessDisplay",
    "EarlyClassifier",
    "EarlyStream",
    "Stream",
    "accuracy_against_earliness",
]


def __dir__():
    return __all__
