"""The border: the only place that looks at users' data."""

from skrnn.validation.sequences import CheckedSequences, check_sequences
from skrnn.validation.targets import (
    check_class_weight,
    check_groups,
    check_labels,
    check_targets,
    check_weights,
    is_indicator_matrix,
)

__all__ = [
    "CheckedSequences",
    "check_class_weight",
    "check_groups",
    "check_labels",
    "check_sequences",
    "check_targets",
    "check_weights",
    "is_indicator_matrix",
]
