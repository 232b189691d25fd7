"""Predictions explained."""

from skrnn.inspection.saliency import saliency

__all__ = ["saliency"]
