"""Validation of users' data: the only place that looks at them."""

from skrnn.validation.classes import check_class_weight, check_classes
from skrnn.validation.layouts import SequenceFormat
from skrnn.validation.sequences import (
    CheckedSequences,
    check_sequences,
)
from skrnn.validation.targets import (
    check_labels,
    check_targets,
    is_indicator_matrix,
)
from skrnn.validation.weights import check_groups, check_weights

__all__ = [
    "CheckedSequences",
    "SequenceFormat",
    "check_class_weight",
    "check_classes",
    "check_groups",
    "check_labels",
    "check_sequences",
    "check_targets",
    "check_weights",
    "is_indicator_matrix",
]
