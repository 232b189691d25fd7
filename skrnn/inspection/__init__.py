"""Predictions explained, and what a model needs."""

from skrnn.inspection.permutation import permutation_importance
from skrnn.inspection.saliency import saliency

__all__ = ["permutation_importance", "saliency"]
