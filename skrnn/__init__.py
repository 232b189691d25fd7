"""Recurrent networks for scikit-learn, written in NumPy."""

from skrnn.classifiers import LSTMClassifier, RNNClassifier

__version__ = "0.1.0"

__all__ = ["LSTMClassifier", "RNNClassifier", "__version__"]
