"""Regressors of every step of sequences, fitted on a Dask cluster."""

from skrnn.dask.base import ClusterMixin, on_cluster
from skrnn.estimators.gru_step_regressor import GRUStepRegressor as PlainGRU
from skrnn.estimators.lstm_step_regressor import LSTMStepRegressor as PlainLSTM
from skrnn.estimators.rnn_step_regressor import RNNStepRegressor as PlainRNN

#: Targets of the example in the docstrings.
TARGETS = "X[:, :, 0].cumsum(axis=1)"


@on_cluster(example=TARGETS)
class LSTMStepRegressor(ClusterMixin, PlainLSTM):
    """Regressor of every step by a long short-term memory, on a cluster."""


@on_cluster(example=TARGETS)
class GRUStepRegressor(ClusterMixin, PlainGRU):
    """Regressor of every step by gated recurrent units, on a cluster."""


@on_cluster(example=TARGETS)
class RNNStepRegressor(ClusterMixin, PlainRNN):
    """Regressor of every step by a simple recurrent network, on a cluster."""
