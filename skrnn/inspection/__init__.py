"""Predictions explained, what a model needs, and training watched."""

from skrnn.inspection.importance_display import ImportanceDisplay
from skrnn.inspection.permutation import permutation_importance
from skrnn.inspection.saliency import saliency
from skrnn.inspection.saliency_display import SaliencyDisplay
from skrnn.inspection.training_curve import TrainingCurveDisplay

__all__ = [
    "ImportanceDisplay",
    "SaliencyDisplay",
    "TrainingCurveDisplay",
    "permutation_importance",
    "saliency",
]


def __dir__():
    return __all__
