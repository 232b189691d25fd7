"""The border: the only place that looks at users' data."""

from skrnn.validation.groups import check_classes, check_groups
from skrnn.validation.sequences import CheckedSequences, check_sequences
from skrnn.validation.targets import (
    check_labels,
    check_targets,
    is_indicator_matrix,
)
from skrnn.validation.weights import check_class_weight, check_weights

__all__ = [
    "CheckedSequences",
    "check_class_weight",
    "check_classes",
    "check_groups",
    "check_labels",
    "check_sequences",
    "check_targets",
    "check_weights",
    "is_indicator_matrix",
]
