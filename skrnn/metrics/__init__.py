"""Scores of predictions that have an answer for every step."""

from skrnn.metrics.classification import (
    step_classification_report,
    step_confusion_matrix,
)
from skrnn.metrics.flat import flatten_steps
from skrnn.metrics.scorer import make_step_scorer
from skrnn.metrics.segment_scores import segment_edit_score, segment_f1_score
from skrnn.metrics.segments import find_segments

__all__ = [
    "find_segments",
    "flatten_steps",
    "make_step_scorer",
    "segment_edit_score",
    "segment_f1_score",
    "step_classification_report",
    "step_confusion_matrix",
]


def __dir__():
    return __all__
