"""Recurrent networks for scikit-learn, written in NumPy."""

from skrnn.classifiers import GRUClassifier, LSTMClassifier, RNNClassifier
from skrnn.features import RecurrentFeatures
from skrnn.regressors import GRURegressor, LSTMRegressor, RNNRegressor

__version__ = "0.1.0"

__all__ = [
    "GRUClassifier",
    "GRURegressor",
    "LSTMClassifier",
    "LSTMRegressor",
    "RNNClassifier",
    "RNNRegressor",
    "RecurrentFeatures",
    "__version__",
]
