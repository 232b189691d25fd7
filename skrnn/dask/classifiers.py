"""Classifiers of sequences, fitted on a Dask cluster."""

from skrnn.dask.base import ClusterClassifierMixin, on_cluster
from skrnn.estimators.gru_classifier import GRUClassifier as PlainGRU
from skrnn.estimators.lstm_classifier import LSTMClassifier as PlainLSTM
from skrnn.estimators.rnn_classifier import RNNClassifier as PlainRNN

#: Targets of the example in the docstrings.
TARGETS = "y"


@on_cluster(example=TARGETS)
class LSTMClassifier(ClusterClassifierMixin, PlainLSTM):
    """Classifier of sequences by a long short-term memory, on a cluster."""


@on_cluster(example=TARGETS)
class GRUClassifier(ClusterClassifierMixin, PlainGRU):
    """Classifier of sequences by gated recurrent units, on a cluster."""


@on_cluster(example=TARGETS)
class RNNClassifier(ClusterClassifierMixin, PlainRNN):
    """Classifier of sequences by a simple recurrent network, on a cluster."""
