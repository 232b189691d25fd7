"""Validation of users' data: sequences, labels, targets, weights and groups."""

from skrnn.validation.format import CheckedSequences, SequenceFormat
from skrnn.validation.labels import (
    check_class_weight,
    check_classes,
    check_labels,
    is_indicator_matrix,
)
from skrnn.validation.sequences import check_sequences
from skrnn.validation.targets import check_targets
from skrnn.validation.unloaded import check_or_open, check_whole
from skrnn.validation.weights import check_groups, check_weights

__all__ = [
    "CheckedSequences",
    "SequenceFormat",
    "check_class_weight",
    "check_classes",
    "check_groups",
    "check_labels",
    "check_or_open",
    "check_sequences",
    "check_targets",
    "check_weights",
    "check_whole",
    "is_indicator_matrix",
]
