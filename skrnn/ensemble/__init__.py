"""Committees: many networks, each trained on a sample of the sequences."""

from skrnn.ensemble.bagging_classifier import SequenceBaggingClassifier
from skrnn.ensemble.bagging_regressor import SequenceBaggingRegressor

__all__ = ["SequenceBaggingClassifier", "SequenceBaggingRegressor"]


def __dir__():
    return __all__
