"""Regressors of sequences, fitted on a Dask cluster."""

from skrnn.dask.base import ClusterMixin, on_cluster
from skrnn.estimators.gru_regressor import GRURegressor as PlainGRU
from skrnn.estimators.lstm_regressor import LSTMRegressor as PlainLSTM
from skrnn.estimators.rnn_regressor import RNNRegressor as PlainRNN

#: Targets of the example in the docstrings.
TARGETS = "X.sum(axis=(1, 2)) ** 2"


@on_cluster(example=TARGETS)
class LSTMRegressor(ClusterMixin, PlainLSTM):
    """Regressor of sequences by a long short-term memory, on a cluster."""


@on_cluster(example=TARGETS)
class GRURegressor(ClusterMixin, PlainGRU):
    """Regressor of sequences by gated recurrent units, on a cluster."""


@on_cluster(example=TARGETS)
class RNNRegressor(ClusterMixin, PlainRNN):
    """Regressor of sequences by a simple recurrent network, on a cluster."""
