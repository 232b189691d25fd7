"""Callbacks for long fits."""

from skrnn.callbacks.checkpoint import Checkpoint

__all__ = ["Checkpoint"]


def __dir__():
    return __all__
