"""From data as they come to sequences that a network reads."""

from skrnn.preprocessing.per_step import PerStepTransformer

__all__ = ["PerStepTransformer"]
