"""Classifiers of every step of sequences, fitted on a Dask cluster."""

from skrnn.dask.base import ClusterClassifierMixin, on_cluster
from skrnn.estimators.gru_step_classifier import GRUStepClassifier as PlainGRU
from skrnn.estimators.lstm_step_classifier import LSTMStepClassifier as PlainLSTM
from skrnn.estimators.rnn_step_classifier import RNNStepClassifier as PlainRNN

#: Targets of the example in the docstrings.
TARGETS = "(X[:, :, 0].cumsum(axis=1) > 0).astype(int)"


@on_cluster(example=TARGETS)
class LSTMStepClassifier(ClusterClassifierMixin, PlainLSTM):
    """Classifier of every step by a long short-term memory, on a cluster."""


@on_cluster(example=TARGETS)
class GRUStepClassifier(ClusterClassifierMixin, PlainGRU):
    """Classifier of every step by gated recurrent units, on a cluster."""


@on_cluster(example=TARGETS)
class RNNStepClassifier(ClusterClassifierMixin, PlainRNN):
    """Classifier of every step by a simple recurrent network, on a cluster."""
